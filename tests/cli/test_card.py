"""``st-static card``."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from sentence_transformers_static.cli import app
from sentence_transformers_static.errors import ModelFolderError
from tests.models import random_model


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["card", *map(str, arguments)])
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_nothing_that_a_person_wrote_is_lost(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path)
    readme = tmp_path / "README.md"
    untouched = readme.read_text()
    assert run(tmp_path) == f"Rendered {readme}.\n"
    assert readme.read_text() == untouched, "the same model, the same card"
    readme.write_text(untouched.replace("| Precision |", "| Precision, as I see it |") + "\n## Limits\n\nMine.\n")
    printed = run(tmp_path)
    assert "Kept as they were written by hand: " in printed and "## Limits" in printed
    text = readme.read_text()
    assert "| Precision, as I see it |" in text and "## Limits\n\nMine.\n" in text
    run(tmp_path)
    assert readme.read_text() == text


def test_a_card_that_is_gone(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path)
    text = (tmp_path / "README.md").read_text()
    (tmp_path / "README.md").unlink()
    run(tmp_path)
    assert (tmp_path / "README.md").read_text() == text


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError, match="is no folder"):
        run(tmp_path / "missing")
