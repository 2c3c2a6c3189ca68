"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentence_transformers_static.errors import OutputExistsError, SaveError, StaticEmbeddingError

_OS_ERROR_IN_TEXT = re.compile(r"os error \d+|No space left|File too large", re.IGNORECASE)
"""How Rust libraries, which raise errors of their own, tell that the operating system refused a write."""


def refuse_existing(path: str | Path, overwrite: bool) -> None:
    """Stop before long work whose output would land on something.

    Raises:
        OutputExistsError: If ``path`` is a file or a folder with something in it, and ``overwrite`` is false.
    """
    target = Path(path)
    occupied = target.is_file() or (target.is_dir() and any(target.iterdir()))
    if occupied and not overwrite:
        raise OutputExistsError(f"{target} exists already. Name another output, or pass --overwrite to replace it.")


@contextmanager
def staged_folder(path: str | Path) -> Iterator[Path]:
    """A new, hidden folder, whose files take their places in ``path`` when the block ends without an error.

    Other files in ``path`` stay. On an error nothing in ``path`` has changed, and the hidden folder is gone. A new
    folder takes one rename; in one that was there already each file is replaced by a rename, one after the other.

    Raises:
        SaveError: If the operating system refuses a write (a full disk, a missing permission).
    """
    target = Path(path).absolute()
    with _refusals_explained(target), _hidden_folder(target) as staging:
        yield staging
        _publish(staging, target)


@contextmanager
def staged_file(path: str | Path) -> Iterator[Path]:
    """A new, hidden file name, renamed to ``path`` when the block ends without an error, else removed.

    Raises:
        SaveError: If the operating system refuses a write.
    """
    target = Path(path).absolute()
    with _refusals_explained(target), _hidden_folder(target) as folder:
        yield folder / target.name
        _give_usual_permissions(folder)
        os.replace(folder / target.name, target)


@contextmanager
def _hidden_folder(target: Path) -> Iterator[Path]:
    """A temporary folder on the file system of ``target``: inside it if it is a folder already, else beside it."""
    parent = target if target.is_dir() else target.parent
    parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=parent))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def _refusals_explained(target: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        refused = isinstance(error, OSError) or _OS_ERROR_IN_TEXT.search(str(error))
        if isinstance(error, StaticEmbeddingError) or not refused:
            raise
        raise SaveError(
            f"Could not save to {target}: {error}. What was there before is unchanged; "
            "free some space or choose another place, and save again."
        ) from error


def _publish(staging: Path, target: Path) -> None:
    """Move what is in ``staging`` to ``target``: one rename if nothing is there, else file by file, undone on error."""
    _give_usual_permissions(staging)
    if not target.exists():
        os.rename(staging, target)
        return
    sources = sorted(path for path in staging.rglob("*") if path.is_file())
    _refuse_collisions(staging, sources, target)
    with tempfile.TemporaryDirectory(prefix=".", suffix=".replaced", dir=staging) as replaced:
        done: list[tuple[Path, Path | None]] = []
        try:
            for number, source in enumerate(sources):
                destination = target / source.relative_to(staging)
                destination.parent.mkdir(parents=True, exist_ok=True)
                backup = Path(replaced, str(number)) if destination.exists() else None
                if backup is not None:
                    os.link(destination, backup)
                os.replace(source, destination)
                done.append((destination, backup))
        except BaseException:
            for destination, backup in reversed(done):
                destination.unlink() if backup is None else os.replace(backup, destination)
            raise


def _refuse_collisions(staging: Path, sources: list[Path], target: Path) -> None:
    for source in sources:
        destination = target / source.relative_to(staging)
        if destination.is_dir():
            raise IsADirectoryError(f"{destination} is a folder, and a file of that name is to be written")
        for parent in destination.relative_to(target).parents:
            if (target / parent).is_file():
                raise NotADirectoryError(f"{target / parent} is a file, and a folder of that name is to be written")


def _give_usual_permissions(folder: Path) -> None:
    """Give ``folder`` and what is in it the permissions of new files; mkdtemp and safetensors lock others out."""
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~_UMASK)


def _read_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


_UMASK = _read_umask()
"""Read once, when no other thread is likely to create files: reading it means setting it for a moment."""
