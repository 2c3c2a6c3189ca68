"""``st-static evaluate``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sentence_transformers_static.cli import app
from sentence_transformers_static.errors import (
    EvaluationDataError,
    ModelFolderError,
    ModelLoadError,
    OptionError,
    UnknownTaskError,
)
from tests.benchmark.conftest import write_data

OURS = ["WordSim353", "DebianSection"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments)], env={"COLUMNS": "140"})
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout


def tasks(*names: str) -> list[str]:
    return [word for name in names for word in ("--task", name)]


def cells(printed: str, label: str) -> list[str]:
    """The cells of the row that begins with ``label``."""
    (row,) = (line for line in printed.splitlines() if re.match(rf"│ +{re.escape(label)} +│", line))
    return [cell.strip() for cell in row.strip("│").split("│")]


def test_scores_averages_and_retention(minilm_256_path: str, minilm_path: str, data: Path, tmp_path: Path) -> None:
    status, printed = run(
        minilm_256_path, *tasks(*OURS), "--data", data, "--teacher", minilm_path, "--output-folder", tmp_path
    )
    assert status == 0
    name, metric, score, teacher, share = cells(printed, "DebianSection")
    assert (name, metric) == ("DebianSection", "accuracy")
    assert float(share.rstrip("%")) == pytest.approx(100 * float(score) / float(teacher), abs=0.1)
    assert cells(printed, "Classification")[1:] == ["mean", score, teacher, share], "of one task"
    mean = (float(cells(printed, "WordSim353")[2]) + float(score)) / 2
    assert float(cells(printed, "Mean (Task)")[2]) == pytest.approx(mean, abs=1e-4)
    folders = {path.name for path in (tmp_path / "results").iterdir()}
    assert folders == {f"local__{Path(path).name}" for path in (minilm_256_path, minilm_path)}


def test_offline_is_the_default(
    minilm_256_path: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ST_STATIC_EVALUATION_DATA", str(data))
    status, printed = run(minilm_256_path, "--output-folder", tmp_path, "--model-name", "org/name")
    assert status == 0
    assert len(list((tmp_path / "results" / "org__name").rglob("*.json"))) == 9, "eight tasks and model_meta.json"
    assert "MultilabelClassification" in printed


def test_pictures_and_card(minilm_256_path: str, data: Path, tmp_path: Path) -> None:
    from sentence_transformers_static import StaticSentenceTransformer

    StaticSentenceTransformer(minilm_256_path).save_pretrained(str(tmp_path / "model"))
    arguments = (*tasks(*OURS), "--data", data, "--output-folder", tmp_path / "cache")
    status, printed = run(
        tmp_path / "model", *arguments, "--teacher", minilm_256_path, "--plot", tmp_path / "plots", "--update-card"
    )
    assert status == 0
    assert {path.name for path in (tmp_path / "plots").iterdir()} == {
        f"{name}-{mode}.{suffix}"
        for name in ("speed-quality", "retention")
        for mode in ("light", "dark")
        for suffix in ("svg", "png")
    }
    assert "Wrote 2 results" in printed
    assert "name: DebianSection (default)" in (tmp_path / "model" / "README.md").read_text()


def test_truncation_is_recorded(minilm_256_path: str, data: Path, tmp_path: Path) -> None:
    run(minilm_256_path, *tasks("WordSim353"), "--data", data, "--output-folder", tmp_path, "--truncate-dim", 32)
    (meta,) = tmp_path.rglob("model_meta.json")
    assert json.loads(meta.read_text())["embed_dim"] == 32
    assert "truncate_dim_32" in str(meta), "apart from the results of the whole model, as MTEB does for experiments"


def test_a_model_as_its_own_teacher(minilm_256_path: str, data: Path, tmp_path: Path) -> None:
    """Cut to 8 dimensions against itself, whole."""
    options = (*tasks("WordSim353"), "--data", data, "--output-folder", tmp_path, "--teacher", minilm_256_path)
    _, printed = run(minilm_256_path, *options, "--truncate-dim", 8)
    _, _, score, teacher, share = cells(printed, "WordSim353")
    assert score != teacher and share != "100.0%"
    assert "(8 dimensions)" in printed


def test_a_task_that_cannot_be_reached(minilm_256_path: str, data: Path, tmp_path: Path) -> None:
    status, printed = run(minilm_256_path, *tasks("STS12", *OURS), "--data", data, "--output-folder", tmp_path)
    assert status == 1
    assert "STS12 failed: " in printed
    assert cells(printed, "STS12")[1:] == ["failed", "-"]
    assert float(cells(printed, "DebianSection")[2]) > 0.3, "the rest goes on"
    assert "Mean (Task)" not in printed


def test_bad_input(minilm_256_path: str, data: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownTaskError, match="DebianSection"):
        run(minilm_256_path, "--task", "debian-section", "--data", data)
    with pytest.raises(UnknownTaskError, match=re.escape("MTEB(eng, v2)")):
        run(minilm_256_path, "--benchmark", "MTEB(en, v2)")
    with pytest.raises(OptionError, match="either"):
        run(minilm_256_path, "--benchmark", "offline", "--task", "STS12", "--data", data)
    with pytest.raises(EvaluationDataError, match="no folder"):
        run(minilm_256_path, "--data", tmp_path / "missing")
    with pytest.raises(OptionError, match="organization/model"):
        run(minilm_256_path, *tasks("WordSim353"), "--data", data, "--model-name", "name")
    with pytest.raises(OptionError, match="--update-card"):
        run("org/model", *tasks("WordSim353"), "--data", data, "--update-card")
    with pytest.raises(OptionError, match="leave out --truncate-dim"):
        run(minilm_256_path, *tasks("WordSim353"), "--data", data, "--update-card", "--truncate-dim", 8)
    with pytest.raises(OptionError, match="more than the 256"):
        run(minilm_256_path, *tasks("WordSim353"), "--data", data, "--truncate-dim", 999)
    (tmp_path / "file").touch()
    with pytest.raises(OptionError, match="is a file"):
        run(minilm_256_path, *tasks("WordSim353"), "--data", data, "--plot", tmp_path / "file")
    (tmp_path / "no-card").mkdir()
    with pytest.raises(ModelFolderError, match=r"no README\.md"):
        run(tmp_path / "no-card", *tasks("WordSim353"), "--data", data, "--update-card")


def test_a_model_that_does_not_load(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelLoadError, match="no such folder"):
        run(tmp_path / "missing", "--data", data)
    with pytest.raises(ModelLoadError, match="org/missing"):
        run("org/missing", "--data", data)
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "modules.json").write_text("{")
    with pytest.raises(ModelLoadError, match="JSON"):
        run(tmp_path / "broken", "--data", data)
