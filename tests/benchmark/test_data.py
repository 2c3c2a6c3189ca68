"""The folder of evaluation data, and what is said when it is not as documented."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sentence_transformers_static.benchmark.data import DATA_VARIABLE, content_revision, data_folder, read_columns
from sentence_transformers_static.errors import EvaluationDataError


def test_folder_by_option_or_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    other.mkdir()
    monkeypatch.setenv(DATA_VARIABLE, str(tmp_path))
    assert data_folder() == tmp_path
    assert data_folder(other) == other, "the option wins"


def test_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    with pytest.raises(EvaluationDataError, match=DATA_VARIABLE):
        data_folder()
    with pytest.raises(EvaluationDataError, match="no folder"):
        data_folder(tmp_path / "missing")


def write(path: Path, **columns: list[object]) -> Path:
    pd.DataFrame(columns).to_parquet(path)
    return path


def test_columns(tmp_path: Path) -> None:
    file = write(tmp_path / "a.parquet", text=["x", "y"], label=[1, 2], more=[0, 0])
    assert read_columns(file, ("text", "label")) == {"text": ["x", "y"], "label": [1, 2]}


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"text": ["x"]}, "no column 'label'"),
        ({"text": [], "label": []}, "no rows"),
        ({"text": ["x", None], "label": [1, 2]}, "missing values"),
    ],
)
def test_not_as_documented(tmp_path: Path, columns: dict[str, list[object]], complaint: str) -> None:
    with pytest.raises(EvaluationDataError, match=complaint):
        read_columns(write(tmp_path / "a.parquet", **columns), ("text", "label"))


def test_no_parquet(tmp_path: Path) -> None:
    with pytest.raises(EvaluationDataError, match=r"is missing; expected .* text, label"):
        read_columns(tmp_path / "a.parquet", ("text", "label"))
    (tmp_path / "a.parquet").write_text("no parquet")
    with pytest.raises(EvaluationDataError, match="cannot be read"):
        read_columns(tmp_path / "a.parquet", ("text", "label"))


def test_revision_depends_on_rows_alone(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": ["x", "y"]})
    frame.to_parquet(tmp_path / "a.parquet", compression="gzip")
    frame.to_parquet(tmp_path / "b.parquet", compression=None)
    one, same = ({"test": read_columns(tmp_path / f"{name}.parquet", ("text",))} for name in "ab")
    assert content_revision(one) == content_revision(same)
    assert content_revision({"test": {"text": ["y", "x"]}}) != content_revision(one)
    assert len(content_revision(one)) == 40
