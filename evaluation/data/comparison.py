"""Two folders of evaluation data, row by row."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from evaluation.data.errors import SourceError
from evaluation.data.task import read_columns


@dataclass(frozen=True)
class FileComparison:
    """How a file of the one folder compares to that of the other.

    Args:
        file: Its path below both folders.
        equal: Rows that both hold, the same in all columns.
        only_first: Rows of the first folder's file that the other lacks; all of them if it lacks the file.
        only_second: Likewise of the second.
        same_order: Whether the rows that both hold come in the same order.
        same_columns: Whether the columns have the same names, order and types.
    """

    file: str
    equal: int
    only_first: int
    only_second: int
    same_order: bool
    same_columns: bool

    @property
    def identical(self) -> bool:
        """Whether nothing differs."""
        return self.same_order and self.same_columns and not self.only_first and not self.only_second


def compare(first: Path, second: Path) -> list[FileComparison]:
    """Compare all parquet files of two folders.

    Raises:
        SourceError: If one of them holds none.
    """
    for folder in (first, second):
        if not any(folder.glob("*/*.parquet")):
            raise SourceError(f"{folder} holds no evaluation data; expected folders of parquet files.")
    files = {file.relative_to(folder).as_posix() for folder in (first, second) for file in folder.glob("*/*.parquet")}
    return [_compare_files(file, first / file, second / file) for file in sorted(files)]


def _compare_files(file: str, first: Path, second: Path) -> FileComparison:
    rows, others = _rows(first), _rows(second)
    common = Counter(rows) & Counter(others)
    return FileComparison(
        file,
        equal=common.total(),
        only_first=len(rows) - common.total(),
        only_second=len(others) - common.total(),
        same_order=_those_in(common, rows) == _those_in(common, others),
        same_columns=_columns(first) == _columns(second),
    )


def _rows(file: Path) -> list[str]:
    """Each row as a text, its columns sorted, so that their order is no difference of rows."""
    columns = dict(sorted(read_columns(file).items())) if file.is_file() else {}
    return [json.dumps([*columns, *values]) for values in zip(*columns.values(), strict=True)]


def _columns(file: Path) -> list[str]:
    return [str(column) for column in pq.read_schema(file)] if file.is_file() else []


def _those_in(common: Counter[str], rows: list[str]) -> list[str]:
    """The rows that ``common`` counts, each as often as it does."""
    left = Counter(common)
    kept = []
    for row in rows:
        if left[row]:
            left[row] -= 1
            kept.append(row)
    return kept
