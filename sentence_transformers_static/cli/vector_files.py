"""Vectors into files, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
import numpy.typing as npt

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.extras import require
from sentence_transformers_static.folders import staged_file

SUFFIXES = (".npy", ".parquet")
_NPY_HEADER_BYTES = 128
"""Room for a version 1.0 header; 128 bytes hold any number of rows."""

Vectors = npt.NDArray[Any]


class VectorWriter(Protocol):
    """Takes texts and their vectors, chunk by chunk."""

    def write(self, texts: list[str], vectors: Vectors) -> None:
        """Append ``vectors``, ``(len(texts), dim)``, of the same dtype and dim each time."""


@contextmanager
def vector_writer(path: Path) -> Iterator[VectorWriter]:
    """A writer to ``path``, whose file appears when the block ends without an error.

    ``.npy`` holds the vectors alone; ``.parquet`` has the columns ``text`` and ``embedding``.

    Raises:
        OptionError: If the suffix is unknown.
        MissingExtraError: If it is parquet, and pyarrow is not installed.
        SaveError: If the file cannot be written.
    """
    if path.suffix not in SUFFIXES:
        raise OptionError(f"Cannot write vectors to {path}: expected a file that ends in {' or '.join(SUFFIXES)}.")
    if path.suffix == ".parquet":
        require("pyarrow.parquet", f"Writing {path}")
    with staged_file(path) as staging:
        if path.suffix == ".parquet":
            parquet_writer = _ParquetWriter(staging)
            yield parquet_writer
            parquet_writer.close()
        else:
            with staging.open("wb") as file:
                npy_writer = _NpyWriter(file)
                yield npy_writer
                npy_writer.close()


class _NpyWriter:
    """Writes the rows first and the header, which counts them, last (format: numpy.lib.format)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._rows = 0
        self._empty: Vectors = np.empty((0, 0), dtype=np.float32)
        file.write(b" " * _NPY_HEADER_BYTES)

    def write(self, texts: list[str], vectors: Vectors) -> None:
        self._file.write(np.ascontiguousarray(vectors).tobytes())
        self._rows += len(vectors)
        self._empty = vectors[:0]

    def close(self) -> None:
        dtype, width = self._empty.dtype.str, self._empty.shape[1]
        header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': ({self._rows}, {width}), }}"
        magic = b"\x93NUMPY\x01\x00"
        length = _NPY_HEADER_BYTES - len(magic) - 2
        self._file.seek(0)
        self._file.write(magic + length.to_bytes(2, "little") + (header.ljust(length - 1) + "\n").encode("latin1"))


class _ParquetWriter:
    def __init__(self, path: Path) -> None:
        self._arrow = require("pyarrow", "Writing parquet")
        self._parquet = require("pyarrow.parquet", "Writing parquet")
        self._path = path
        self._writer: Any = None

    def write(self, texts: list[str], vectors: Vectors) -> None:
        flat = self._arrow.array(np.ascontiguousarray(vectors).reshape(-1))
        embedding = self._arrow.FixedSizeListArray.from_arrays(flat, vectors.shape[1])
        table = self._arrow.table({"text": self._arrow.array(texts, self._arrow.string()), "embedding": embedding})
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)

    def close(self) -> None:
        if self._writer is None:
            self.write([], np.empty((0, 1), dtype=np.float32))
        self._writer.close()
