"""A file out of a .deb: an ``ar`` archive that holds a compressed tar, see deb(5)."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from evaluation.data.errors import SourceError

MAGIC = b"!<arch>\n"
HEADER = 60


def deb_member(deb: Path, name: str) -> bytes:
    """The content of the file ``name``, such as ``./usr/share/wordnet/data.noun``, of a package.

    Raises:
        SourceError: If ``deb`` is no Debian package, or holds no such file.
    """
    try:
        for entry, content in _entries(deb.read_bytes()):
            if entry.startswith("data.tar"):
                with tarfile.open(fileobj=io.BytesIO(content)) as tar:
                    file = tar.extractfile(name)
                    if file is not None:
                        return file.read()
    except (OSError, EOFError, ValueError, tarfile.TarError) as error:
        raise SourceError(f"{deb} cannot be read as a Debian package: {error}.") from error
    except KeyError:
        pass
    raise SourceError(f"{deb} holds no file {name}; expected the package wordnet-base 3.0.")


def _entries(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Name and content of each entry; a header is 60 bytes, the name its first 16, the size in bytes 48 to 58."""
    if not content.startswith(MAGIC):
        raise ValueError("it does not begin as an ar archive does")
    start = len(MAGIC)
    while start + HEADER <= len(content):
        header = content[start : start + HEADER]
        size = int(header[48:58])
        start += HEADER
        yield header[:16].decode("ascii").strip().rstrip("/"), content[start : start + size]
        start += size + size % 2
