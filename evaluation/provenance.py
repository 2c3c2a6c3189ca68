"""What every result file says of its making: the command, the versions, the machine."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sentence_transformers_static.folders import staged_file

PACKAGES = (
    "sentence-transformers",
    "transformers",
    "tokenizers",
    "torch",
    "mteb",
    "scikit-learn",
    "numpy",
    "model2vec",
    "wordllama",
)


def provenance(packages: tuple[str, ...] = PACKAGES) -> dict[str, Any]:
    """The command as typed (of absolute paths the last part), the versions of ``packages``, and the machine."""
    arguments = [Path(word).name if Path(word).is_absolute() else word for word in sys.argv[1:]]
    return {
        "command": " ".join(["python -m evaluation", *arguments]),
        "versions": {package: version(package) for package in packages},
        "machine": {"cores": os.cpu_count(), "processor": _processor(), "python": platform.python_version()},
    }


def write_json(file: Path, content: dict[str, Any]) -> None:
    """Write ``content``, whole or not at all."""
    with staged_file(file) as staging:
        staging.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
