"""DebianSection, DebianShort2Long and DebtagsWorksWith: what Debian's packages say of themselves."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from evaluation.data.debian_packages import Package
from evaluation.data.frozen import FOLDER, Row, sample
from evaluation.data.task import Columns, Task

RETRIEVAL_SECTIONS = {
    *("admin", "database", "editors", "electronics", "games", "graphics", "mail"),
    *("math", "net", "science", "sound", "text", "video", "web"),
}
SECTIONS = {*RETRIEVAL_SECTIONS, "fonts", "hamradio", "tex"}
"""Sections of the archive that say what a package is about, rather than its language or its kind of file."""

LONG_FOR_RETRIEVAL, LONG_FOR_TAGS = 150, 100
"""Long descriptions of so many characters or fewer are left out, counted before blanks and line ends are joined."""


def section_candidates(packages: Iterable[Package]) -> dict[str, Row]:
    """Package name -> text and section."""
    return {package.name: (package.text, package.section) for package in packages if package.section in SECTIONS}


def retrieval_candidates(packages: Iterable[Package]) -> dict[str, Row]:
    """Package name -> synopsis and long description; of several with either in common, the first."""
    candidates: dict[str, Row] = {}
    synopses, passages = set(), set()
    for package in packages:
        if package.section not in RETRIEVAL_SECTIONS or len(package.long) <= LONG_FOR_RETRIEVAL:
            continue
        if package.synopsis not in synopses and package.long not in passages:
            synopses.add(package.synopsis)
            passages.add(package.long)
            candidates[package.name] = (package.synopsis, package.passage)
    return candidates


def tags_candidates(packages: Iterable[Package]) -> dict[str, Row]:
    """Package name -> text and works-with tags."""
    return {
        package.name: (package.text, *package.works_with)
        for package in packages
        if package.works_with and len(package.long) > LONG_FOR_TAGS
    }


def debian_section(packages: Iterable[Package], selection: Path = FOLDER, test: int = 2000, train: int = 8000) -> Task:
    """Classification: from a package's description to its section of the archive."""
    drawn = sample("DebianSection", section_candidates(packages), 0, test + train, selection)
    files = {
        name: {"text": [row[0] for row in rows if row], "label": [row[1] for row in rows if row]}
        for name, rows in (("test", drawn.rows[:test]), ("train", drawn.rows[test:]))
    }
    return Task("DebianSection", files, drawn.missing, drawn.changed)


def debtags_works_with(
    packages: Iterable[Package], selection: Path = FOLDER, test: int = 1000, train: int = 2381
) -> Task:
    """Multilabel classification: from a package's description to what it works with."""
    drawn = sample("DebtagsWorksWith", tags_candidates(packages), 0, test + train, selection)
    files: dict[str, Columns] = {
        name: {"text": [row[0] for row in rows if row], "label": [list(row[1:]) for row in rows if row]}
        for name, rows in (("test", drawn.rows[:test]), ("train", drawn.rows[test:]))
    }
    return Task("DebtagsWorksWith", files, drawn.missing, drawn.changed)


def debian_short2long(
    packages: Iterable[Package], selection: Path = FOLDER, queries: int = 500, corpus: int = 8000
) -> Task:
    """Retrieval: from the synopsis of a package to its long description, whose number is the same."""
    drawn = sample("DebianShort2Long", retrieval_candidates(packages), 3, corpus, selection)
    documents = [(number, row) for number, row in enumerate(drawn.rows) if row]
    asked = [(number, row) for number, row in documents if number < queries]
    files: dict[str, Columns] = {
        "corpus": {"id": [f"d{number}" for number, _ in documents], "text": [row[1] for _, row in documents]},
        "queries": {"id": [f"q{number}" for number, _ in asked], "text": [row[0] for _, row in asked]},
        "qrels": {
            "query_id": [f"q{number}" for number, _ in asked],
            "doc_id": [f"d{number}" for number, _ in asked],
            "score": [1] * len(asked),
        },
    }
    return Task("DebianShort2Long", files, drawn.missing, drawn.changed)
