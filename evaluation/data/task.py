"""A task that was built: its columns, and the parquet files they become."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

COMPRESSION = {"compression": "zstd", "compression_level": 19}
"""With these, the same pyarrow writes the same bytes as those that were published."""

Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Task:
    """What was built of one task.

    Args:
        name: The task's name, and its folder.
        files: File name without suffix -> column name -> values.
        missing: The keys of published rows that the sources no longer hold.
        changed: The keys of rows whose text or label is no longer the published one.
    """

    name: str
    files: dict[str, Columns]
    missing: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write ``<folder>/<name>/<file>.parquet`` for each file."""
        target = folder / self.name
        target.mkdir(parents=True)
        for name, columns in self.files.items():
            pq.write_table(pa.table(columns), target / f"{name}.parquet", **COMPRESSION)


def digest(columns: Columns) -> str:
    """A hash of column names and values, whichever version of pyarrow reads or writes them."""
    return hashlib.sha256(json.dumps(columns, ensure_ascii=False).encode()).hexdigest()


def read_columns(file: Path) -> Columns:
    """The columns of a parquet file."""
    columns: Columns = pq.read_table(file).to_pydict()
    return columns
