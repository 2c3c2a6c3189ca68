"""The manifest of the published data, and a digest of each of their files: what a rebuilt folder is held against.

``published.json`` is the manifest itself, with the scores that were measured on these rows; ``digests.json`` holds the
number of rows and a hash of the values of each file, so that everyone can see whether a rebuilt folder is the same.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evaluation.data.task import Columns, Task, digest, read_columns

HERE = Path(__file__).parent
MANIFEST, DIGESTS = HERE / "published.json", HERE / "digests.json"

Digests = dict[str, dict[str, Any]]
"""``task/file`` -> ``rows`` and ``sha256``."""


def manifest(tasks: list[Task]) -> str:
    """The manifest of ``tasks`` as JSON: the published one, with their own numbers of rows."""
    rows = {task.name: _test_rows(task) for task in tasks}
    entries = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return json.dumps([{**entry, "test_rows": rows[entry["name"]]} for entry in entries], indent=1)


def published_digests() -> Digests:
    """Those of the published files."""
    digests: Digests = json.loads(DIGESTS.read_text(encoding="utf-8"))
    return digests


def digests_of(task: Task) -> Digests:
    """Those of a task that was built."""
    return {f"{task.name}/{name}": _describe(columns) for name, columns in task.files.items()}


def freeze(folder: Path, target: Path = DIGESTS) -> None:
    """Write the digests of the parquet files of ``folder``; done once, when the data are published."""
    files = sorted(folder.glob("*/*.parquet"))
    digests = {f"{file.parent.name}/{file.stem}": _describe(read_columns(file)) for file in files}
    target.write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def _describe(columns: Columns) -> dict[str, Any]:
    return {"rows": len(next(iter(columns.values()))), "sha256": digest(columns)}


def _test_rows(task: Task) -> int:
    """As MTEB counts them: the questions of a retrieval task, else the rows of the test split."""
    columns = task.files["queries" if "queries" in task.files else "test"]
    return len(next(iter(columns.values())))
