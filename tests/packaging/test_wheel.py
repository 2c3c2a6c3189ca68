"""The wheel: what is in it, and that it works in a virtual environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(output), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (found,) = output.glob("*.whl")
    return found


def test_contents(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    package = {name for name in names if name.startswith("sentence_transformers_static/")}
    sources = {path.relative_to(ROOT).as_posix() for path in (ROOT / "sentence_transformers_static").rglob("*.py")}
    templates = {
        f"sentence_transformers_static/{path.relative_to(ROOT).as_posix()}"
        for path in (ROOT / "model_card_templates").rglob("*.md")
    }
    assert package == {*sources, *templates, "sentence_transformers_static/py.typed"}
    others = {name.split("/")[0] for name in names - package}
    assert all(name.endswith(".dist-info") for name in others), "neither tests nor evaluation are shipped"
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_in_a_clean_environment(wheel: Path, tmp_path: Path) -> None:
    """Nothing of the checkout is on its path; the dependencies are those installed here."""
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True, capture_output=True)
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    here = subprocess.run([sys.executable, "-c", purelib], check=True, capture_output=True, text=True).stdout.strip()
    there = subprocess.run([python, "-c", purelib], check=True, capture_output=True, text=True).stdout.strip()
    script = """
import sentence_transformers_static as package
from sentence_transformers_static.cards import template_dir
assert {there!r} in package.__file__, package.__file__
assert {there!r} in str(template_dir()), template_dir()
for name in package.__all__:
    getattr(package, name)
"""
    subprocess.run(
        [python, "-c", script.format(there=there)],
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([there, here])},
    )
    command = environment / "bin" / "st-static"
    result = subprocess.run(
        [command, "--help"], check=True, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": here}
    )
    assert "distill" in result.stdout
