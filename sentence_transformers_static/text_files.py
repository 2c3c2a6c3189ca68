"""Texts out of files, a few at a time."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sentence_transformers_static.errors import InputError, OptionError, StaticEmbeddingError
from sentence_transformers_static.extras import require

SUFFIXES = (".txt", ".jsonl", ".csv", ".parquet")


def read_texts(path: Path, column: str) -> Iterator[str]:
    """The texts in a file, read as a stream.

    Args:
        path: ``.txt``: one text a line. ``.jsonl``: a string, or an object with ``column``, a line. ``.csv`` and
            ``.parquet``: the values of ``column``.
        column: Which field holds the text.

    Raises:
        OptionError: If the file is missing, its suffix is unknown, or it has no such column.
        InputError: If a value is not text; the message names the row.
        MissingExtraError: If it is parquet, and pyarrow is not installed.
    """
    readers = {".txt": _read_txt, ".jsonl": _read_jsonl, ".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix not in readers:
        raise OptionError(f"Cannot read texts from {path}: expected a file that ends in {', '.join(SUFFIXES)}.")
    if not path.is_file():
        raise OptionError(f"There is no file {path} to read texts from.")
    return _strings(_read(readers[path.suffix], path, column), path)


def read_vocabulary(path: Path) -> list[str] | dict[str, int]:
    """The words in a file, each with its count if the file has counts.

    Args:
        path: ``.csv`` or ``.parquet`` with the column ``text``, and, for counts, ``count``; ``.txt`` and ``.jsonl``
            as for texts.

    Raises:
        OptionError: If the file is missing, its suffix is unknown, or it has no column ``text``.
        InputError: If a value is not text, or a count no whole number.
    """
    words = list(read_texts(path, "text"))
    readers = {".csv": _read_csv, ".parquet": _read_parquet}
    if path.suffix not in readers:
        return [word for word in words if word.strip()]
    try:
        counts = list(_read(readers[path.suffix], path, "count"))
    except OptionError:
        return words
    try:
        if any(float(count) != int(count) for count in counts):
            raise ValueError(next(count for count in counts if float(count) != int(count)))
        return {word: int(count) for word, count in zip(words, counts, strict=True)}
    except (TypeError, ValueError) as error:
        raise InputError(f"{path} holds a count that is no whole number: {error}.") from error


def in_chunks(texts: Iterable[str], size: int) -> Iterator[list[str]]:
    """``texts`` in lists of ``size``; the last may be shorter."""
    iterator = iter(texts)
    while chunk := list(islice(iterator, size)):
        yield chunk


def _read(reader: Callable[[Path, str], Iterator[Any]], path: Path, column: str) -> Iterator[Any]:
    """What ``reader`` yields; its own failures told as ours."""
    try:
        yield from reader(path, column)
    except StaticEmbeddingError:
        raise
    except (OSError, ValueError, csv.Error) as error:  # ValueError: UnicodeDecodeError, and pyarrow's
        raise InputError(
            f"Cannot read {path} as {path.suffix[1:]}: {error}. Expected UTF-8 text in the format of its suffix."
        ) from error


def _strings(values: Iterator[Any], path: Path) -> Iterator[str]:
    for row, value in enumerate(values, start=1):
        if not isinstance(value, str):
            raise InputError(
                f"Row {row} of {path} holds {type(value).__name__} ({value!r:.60}) where text was expected. "
                "Name the column that holds text with --column (text_column in Python), or mend the row."
            )
        yield value


def _read_txt(path: Path, column: str) -> Iterator[str]:
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            yield line.removesuffix("\n")


def _read_jsonl(path: Path, column: str) -> Iterator[Any]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                value = json.loads(line)
            except ValueError as error:
                raise InputError(f"Line {number} of {path} is not JSON: {error}.") from error
            if isinstance(value, dict):
                _check_column(column, value, path)
                value = value[column]
            yield value


def _read_csv(path: Path, column: str) -> Iterator[Any]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        _check_column(column, reader.fieldnames or (), path)
        for row in reader:
            yield row[column]


def _read_parquet(path: Path, column: str) -> Iterator[Any]:
    parquet = require("pyarrow.parquet", f"Reading {path}")
    file = parquet.ParquetFile(path)
    _check_column(column, file.schema_arrow.names, path)
    for batch in file.iter_batches(batch_size=8192, columns=[column]):
        yield from batch.column(0).to_pylist()


def _check_column(column: str, columns: Iterable[str], path: Path) -> None:
    if column not in columns:
        found = ", ".join(map(repr, columns)) or "none"
        raise OptionError(
            f"{path} has no column {column!r}; it has {found}. Choose one with --column (text_column in Python)."
        )
