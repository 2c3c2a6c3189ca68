"""Debian's candidates as they were when the data were published: their names, and a short digest of each row.

Debian's indexes change with each point release, and one more candidate would change the whole sample. So the sample is
drawn from the names of that day, and today's rows are looked up by name: a package that is gone costs its own row only.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from evaluation.data.errors import SourceError
from evaluation.data.sampling import shuffled

FOLDER = Path(__file__).parent / "selection"
DIGITS = 4

Row = tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """The rows of a task, in their published order.

    Args:
        rows: None where the package is gone.
        missing: The packages that are gone.
        changed: The packages whose row is no longer the published one.
    """

    rows: list[Row | None]
    missing: tuple[str, ...]
    changed: tuple[str, ...]


def sample(task: str, candidates: Mapping[str, Row], seed: int, count: int, folder: Path = FOLDER) -> Sample:
    """The first ``count`` of the shuffled names of ``task``, each with its row among today's ``candidates``."""
    chosen = shuffled(_read(folder / f"{task}.txt.gz").items(), seed)[:count]
    rows = [candidates.get(name) for name, _ in chosen]
    missing = tuple(name for name, _ in chosen if name not in candidates)
    changed = tuple(
        name for (name, digest), row in zip(chosen, rows, strict=True) if row is not None and _digest(row) != digest
    )
    return Sample(rows, missing, changed)


def freeze(task: str, candidates: Mapping[str, Row], folder: Path = FOLDER) -> Path:
    """Write the names and digests of ``candidates``, in their order; done once, when the data are published."""
    lines = "".join(f"{name} {_digest(row)}\n" for name, row in candidates.items())
    file = folder / f"{task}.txt.gz"
    file.write_bytes(gzip.compress(lines.encode(), mtime=0))
    return file


def _read(file: Path) -> dict[str, str]:
    try:
        lines = gzip.decompress(file.read_bytes()).decode().splitlines()
        return dict(line.split(" ") for line in lines)
    except (OSError, EOFError, ValueError) as error:
        raise SourceError(
            f"{file} cannot be read: {error}. It is part of the repository; check it out again."
        ) from error


def _digest(row: Row) -> str:
    return hashlib.sha256("\0".join(row).encode()).hexdigest()[:DIGITS]
