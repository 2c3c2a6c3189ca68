"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sentence_transformers_static.errors import OutputExistsError, SaveError

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

    Other files in ``path`` stay. On an error nothing in ``path`` has changed, and the hidden folder is gone.

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
    with _refusals_explained(target), _hidden_folder(target.parent / target.name) as folder:
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
        if isinstance(error, SaveError) or not (isinstance(error, OSError) or _OS_ERROR_IN_TEXT.search(str(error))):
            raise
        raise SaveError(
            f"Could not save to {target}: {error}. What was there before is unchanged; "
            "free some space or choose another place, and save again."
        ) from error


def _publish(staging: Path, target: Path) -> None:
    """Move what is in ``staging`` to ``target``: one rename if nothing is there, else one per file."""
    _give_usual_permissions(staging)
    if not target.exists():
        os.rename(staging, target)
        return
    for source in sorted(staging.rglob("*")):
        destination = target / source.relative_to(staging)
        if source.is_dir():
            destination.mkdir(exist_ok=True)
        else:
            os.replace(source, destination)


def _give_usual_permissions(folder: Path) -> None:
    """Give ``folder`` and what is in it the permissions of new files; mkdtemp and safetensors lock others out."""
    mask = os.umask(0)
    os.umask(mask)
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
