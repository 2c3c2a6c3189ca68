"""The README's Python runs as it stands, and says what is true."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from sentence_transformers_static.distillation import precision
from tests import texts
from tests.benchmark.conftest import write_data

README = Path(__file__).parents[1] / "README.md"
TEACHER = "sentence-transformers/all-MiniLM-L6-v2"


def test_every_python_block_runs(
    minilm_path: str,
    minilm_256_path: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In order, in one folder, with the teacher's files in the place of its Hub name; printed is what comments say."""
    shutil.copytree(minilm_256_path, tmp_path / "models" / "minilm-256")
    write_data(tmp_path / "data" / "evaluation")
    (tmp_path / "corpus.txt").write_text("\n".join(texts.real(200)), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: False)  # what is printed there is in float32
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) >= 5
    assert TEACHER in blocks[0]
    for block in blocks:
        exec(block.replace(TEACHER, minilm_path), {})
        printed = capsys.readouterr().out
        promised = "".join(
            f"{line[2:]}\n" for line in re.findall(r"^# [\w(\[ ].*$", block, flags=re.MULTILINE) if _is_output(line)
        )
        if promised:
            assert printed == promised


def _is_output(comment: str) -> bool:
    return comment.startswith(("# (", "# tensor", "# torch.Size", "#         ["))
