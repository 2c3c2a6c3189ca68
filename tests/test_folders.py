"""Saving is whole or not at all, also when the operating system refuses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.errors import OutputExistsError, SaveError
from sentence_transformers_static.folders import refuse_existing, staged_file, staged_folder
from tests.models import random_model


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_appears_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "model"
    with staged_folder(target) as staging:
        (staging / "file").write_text("new")
        assert not target.exists()
    assert contents(target) == {"file": b"new"}
    assert [path.name for path in target.parent.iterdir()] == ["model"]
    assert target.stat().st_mode & 0o777 == (tmp_path / "deep").stat().st_mode & 0o777


def test_an_old_folder_keeps_its_other_files(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("old")
    (tmp_path / "replaced").write_text("old")
    with staged_folder(tmp_path) as staging:
        (staging / "replaced").write_text("new")
        (staging / "below").mkdir()
        (staging / "below" / "file").write_text("new")
        assert (tmp_path / "replaced").read_text() == "old"
    assert contents(tmp_path) == {"kept": b"old", "replaced": b"new", "below/file": b"new"}


@pytest.mark.parametrize("existing", [True, False])
def test_an_error_leaves_everything_as_it_was(tmp_path: Path, existing: bool) -> None:
    target = tmp_path / "model"
    if existing:
        target.mkdir()
        (target / "file").write_text("old")

    def fail_midway() -> None:
        with staged_folder(target) as staging:
            (staging / "file").write_text("new")
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        fail_midway()
    assert contents(tmp_path) == ({"model/file": b"old"} if existing else {})


def test_a_file_appears_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "vectors.npy"
    target.write_text("old")
    with staged_file(target) as staging:
        staging.write_text("new")
        assert target.read_text() == "old"
    assert contents(tmp_path) == {"vectors.npy": b"new"}
    with pytest.raises(RuntimeError), staged_file(target) as staging:
        raise RuntimeError
    assert contents(tmp_path) == {"vectors.npy": b"new"}


def test_existing_output(tmp_path: Path) -> None:
    refuse_existing(tmp_path, overwrite=False)  # an empty folder is no loss
    refuse_existing(tmp_path / "missing", overwrite=False)
    (tmp_path / "file").write_text("")
    refuse_existing(tmp_path, overwrite=True)
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(OutputExistsError, match="--overwrite"):
            refuse_existing(path, overwrite=False)


FULL_DISK = """
import resource, sys
sys.path.insert(0, {root!r})
from tests.models import random_model
model = random_model(64)
# The kernel now refuses every write beyond 50 kB, as it does on a full disk.
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    model.save_pretrained({path!r})
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("existing", [True, False])
def test_a_full_disk_while_saving(tmp_path: Path, existing: bool) -> None:
    target = tmp_path / "model"
    if existing:
        random_model(64).save_pretrained(str(target))
    before = contents(tmp_path)
    script = FULL_DISK.format(root=str(Path(__file__).parents[1]), path=str(target))
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("SaveError Could not save to"), result.stdout + result.stderr
    assert "What was there before is unchanged" in result.stdout
    assert contents(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == (["model"] if existing else [])
    if existing:
        assert StaticSentenceTransformer(str(target), device="cpu").encode("one").shape == (64,)


def test_saving_over_a_model_that_is_in_use(tmp_path: Path) -> None:
    """The old table may be memory-mapped by its readers; a rename leaves their copy alone."""
    random_model().save_pretrained(str(tmp_path))
    reader = StaticSentenceTransformer(str(tmp_path), device="cpu")
    before = reader.encode(["one two three"])
    random_model().save_pretrained(str(tmp_path))
    np.testing.assert_array_equal(reader.encode(["one two three"]), before)


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SaveError, match="choose another place"):
        random_model().save_pretrained(str(tmp_path / "file" / "model"))
    assert contents(tmp_path) == {"file": b"not a folder"}


@pytest.mark.parametrize("colliding", ["a folder where a file goes", "a file where a folder goes"])
def test_a_collision_changes_nothing(tmp_path: Path, colliding: str) -> None:
    (tmp_path / "a").write_text("old")
    if colliding == "a folder where a file goes":
        (tmp_path / "z").mkdir()
    else:
        (tmp_path / "b").write_text("old")
    before = contents(tmp_path)

    def save() -> None:
        with staged_folder(tmp_path) as staging:
            (staging / "a").write_text("new")
            (staging / "b").mkdir()
            (staging / "b" / "below").write_text("new")
            (staging / "z").write_text("new")

    with pytest.raises(SaveError, match="unchanged"):
        save()
    assert contents(tmp_path) == before


def test_a_failure_between_two_renames_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in "abc":
        (tmp_path / name).write_text("old")
    before = contents(tmp_path)
    replace = os.replace

    def fail_on_c(source: Path, destination: Path) -> None:
        if Path(destination).name == "c" and Path(source).read_text() == "new":
            raise OSError(28, "No space left on device")
        replace(source, destination)

    def save() -> None:
        with staged_folder(tmp_path) as staging:
            for name in "abcd":
                (staging / name).write_text("new")

    monkeypatch.setattr(os, "replace", fail_on_c)
    with pytest.raises(SaveError, match="No space left"):
        save()
    assert contents(tmp_path) == before
