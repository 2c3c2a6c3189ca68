"""Small sources in the formats of the real ones: word pairs, film reviews, glosses, conversations, Debian's indexes."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from evaluation.data.debian_packages import Package, described_packages

WORD_PAIRS = "# Word 1\tWord 2\tHuman (mean)\nlove\tsex\t6.77\ntiger\ttiger\t10.00\n"
FILM_REVIEWS = "1\t2.5\tA gem.\r\n2\t-0.9\tSo so.\r\n3\t-1.0\tDull, and long.\r\n4\t1\tFine.\r\n"
NOUNS = """\
  1 This software and database is being provided to you
00001740 03 n 01 entity 0 000 | that which is perceived
00002000 05 n 01 cat 0 000 | a feline; "the cat sat"; "cats purr"
00003000 04 n 01 run 0 000 | the act of running; a race on foot
00004000 28 n 01 day 0 000 | time for one rotation
"""
CONVERSATIONS = {
    "tech_support": "conversations:\n- - No sound.\n  - Turn it up.\n- - No sound.\n  - Buy speakers.\n  - Thanks.\n",
    "trivia": "conversations:\n- - Who wrote Emma?\n  - Jane Austen\n",
    "coding": "conversations:\n- - A loop?\n  - |\n    for x in y:\n        pass\n",
}
LONG = "It is long enough to be found. " * 6
PACKAGES = "\n\n".join(
    [
        "Package: editor\nSection: editors\nTag: role::x,\n works-with::text, works-with::file\nDescription-md5: 1",
        "Package: library\nSection: libs\nTag: works-with::audio, works-with::calendar\nDescription-md5: 2",
        "Package: editor-again\nSection: editors\nDescription-md5: 1",
        "Package: exim4-base\nSection: mail\nDescription-md5: 3",
        "Package: undescribed\nSection: mail\nDescription-md5: 4\n",
    ]
)
TRANSLATION = "\n\n".join(
    [
        f"Package: editor\nDescription-md5: 1\nDescription-en: edits files\n {LONG}\n .\n   * with  a list",
        f"Package: library\nDescription-md5: 2\nDescription-en: plays sound \n {LONG}",
        "Package: exim4-base\nDescription-md5: 3\nDescription-en: sends mail\n Short.\n",
    ]
)


def tiny_packages() -> list[Package]:
    return described_packages(PACKAGES, TRANSLATION)


def tar_of(files: dict[str, bytes], mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def write_wheel(file: Path, files: dict[str, str]) -> None:
    with zipfile.ZipFile(file, "w") as wheel:
        for name, content in files.items():
            wheel.writestr(name, content)


def write_deb(file: Path, files: dict[str, str]) -> Path:
    data = tar_of({name: content.encode() for name, content in files.items()}, "w:xz")
    content = b"!<arch>\n"
    for name, part in (("debian-binary", b"2.0"), ("data.tar.xz", data)):
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(part):<10}`\n"
        content += header.encode() + part + b"\n" * (len(part) % 2)
    file.write_bytes(content)
    return file
