"""Debian's packages with their descriptions, out of the indexes ``Packages`` and ``Translation-en``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaluation.data.control_files import stanzas
from evaluation.data.errors import SourceError

TAGS = {
    *("archive", "audio", "db", "file", "image", "image:raster", "image:vector", "logfile", "mail", "network-traffic"),
    *("software:package", "software:running", "software:source", "text", "video"),
}
"""The fifteen most frequent values of the debtags facet ``works-with``."""

CUT = 400
"""Characters of the long description that are classified; retrieval takes it whole."""


@dataclass(frozen=True)
class Package:
    """A package, with its one-line and its long description; lines of the latter are stripped, a lone dot is empty."""

    name: str
    section: str
    works_with: tuple[str, ...]
    synopsis: str
    long: str

    @property
    def passage(self) -> str:
        """The long description on one line."""
        return re.sub(r"\s+", " ", self.long)

    @property
    def text(self) -> str:
        """What is classified: the synopsis and the beginning of the long description."""
        return f"{self.synopsis}. {self.passage[:CUT]}"


def described_packages(packages: str, translation: str) -> list[Package]:
    """The packages of both indexes in the order of the first; of several with one description, the first.

    Args:
        packages: The index ``Packages``, with names, sections and debtags.
        translation: The index ``Translation-en``, with the descriptions.

    Raises:
        SourceError: If these are other files.
    """
    descriptions = {
        stanza["Description-md5"]: stanza["Description-en"]
        for stanza in stanzas(translation, {"Description-md5", "Description-en"})
        if len(stanza) == 2
    }
    if not descriptions:
        raise SourceError("The translation index holds no English description; expected Debian's Translation-en.")
    found: dict[str, Package] = {}
    for stanza in stanzas(packages, {"Package", "Section", "Tag", "Description-md5"}):
        key = stanza.get("Description-md5", "")
        if key in descriptions and key not in found and {"Package", "Section"} <= stanza.keys():
            found[key] = _package(stanza, descriptions[key])
    if not found:
        raise SourceError("The package index holds no package that the translation index describes; expected Packages.")
    return list(found.values())


def _package(stanza: dict[str, str], description: str) -> Package:
    synopsis, _, rest = description.partition("\n")
    lines = [line.strip() for line in rest.split("\n")]
    tags = {tag.strip() for tag in stanza.get("Tag", "").split(",")}
    return Package(
        name=stanza["Package"],
        section=stanza["Section"],
        works_with=tuple(sorted(tags & {f"works-with::{value}" for value in TAGS})),
        synopsis=synopsis,
        long="\n".join("" if line == "." else line for line in lines),
    )
