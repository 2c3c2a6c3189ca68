"""A card in parts: the entries of its metadata, the sections of its text."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from contextlib import suppress
from typing import Any

import yaml

from sentence_transformers_static.cards.markdown import lines_outside_code

NOTES_BEGIN = "<!-- Notes: what is written here stays when the card is rendered again. -->"
NOTES_END = "<!-- End of notes. -->"
NOTES = re.compile(f"(?<={re.escape(NOTES_BEGIN)}).*?(?={re.escape(NOTES_END)})", re.DOTALL)

_RECORD = re.compile(r"\n*<!-- Rendered by sentence-transformers-static\. Digests: ([0-9a-f ]*) -->\n?")
_METADATA = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)
_ENTRY = re.compile(r"^(?:#.*\n)*([^\s#-][^:\n]*):", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|(?<=\s))#.*$", re.MULTILINE)
_HEADING = re.compile(r"##? ")
_DIGITS = 12

Key = tuple[str, str, int]
"""``metadata`` or ``text``; the name of the entry or the heading; which of several with that name."""

TITLE: Key = ("text", "the title", 0)
"""The section with the notes, whatever its heading is."""


def split_card(card: str) -> dict[Key, str]:
    """The entries and sections, in order; without the list of digests."""
    card = _RECORD.sub("", card.lstrip("\ufeff \n"))
    block = _METADATA.match(card)
    named = [("metadata", *entry) for entry in _entries(block.group(1))] if block else []
    named += [("text", *section) for section in _sections(card[block.end() :] if block else card)]
    counted: Counter[tuple[str, str]] = Counter()
    parts: dict[Key, str] = {}
    for kind, name, content in named:
        parts[kind, name, counted[kind, name]] = content
        counted[kind, name] += 1
    return parts


def join_card(parts: dict[Key, str]) -> str:
    """The card that has these parts."""
    metadata = "".join(part.rstrip("\n") + "\n" for (kind, *_), part in parts.items() if kind == "metadata")
    text = "\n".join(part.strip("\n") + "\n" for (kind, *_), part in parts.items() if kind == "text")
    return f"---\n{metadata}---\n\n{text}" if metadata else text


def metadata_block(card: str) -> str:
    """The YAML at the beginning of a card, or ""."""
    block = _METADATA.match(card.lstrip("\ufeff \n"))
    return block.group(1) if block else ""


def load_yaml(text: str) -> Any:
    """What YAML says.

    Raises:
        ValueError: If it cannot be read: also where the library raises something else.
    """
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, TypeError) as error:  # such as for the 30th of February
        raise ValueError(str(error)) from error


def digest(key: Key, part: str) -> str:
    """Of the name and the content; for metadata of the value, however it is written, and of comments.

    Notes are left out, and of the title its wording: to change them is not to change what is below.
    """
    content = NOTES.sub("", part).strip()
    if key == TITLE:
        content = re.sub(r"\A#.*\n", "", content).strip()
    if key[0] == "metadata":
        with suppress(ValueError):
            content = repr((load_yaml(part), _COMMENT.findall(part)))
    return hashlib.sha256(f"{key[0]}\n{key[1]}\n{content}".encode()).hexdigest()[:_DIGITS]


def read_record(card: str) -> set[str] | None:
    """The digests of the parts that were rendered, or None for a card that was not written here."""
    record = _RECORD.search(card)
    return set(record.group(1).split()) if record else None


def with_record(parts: dict[Key, str], digests: set[str]) -> str:
    """The card, with the list of digests at its end."""
    listed = " ".join(sorted(digests))
    return f"{join_card(parts).rstrip()}\n\n<!-- Rendered by sentence-transformers-static. Digests: {listed} -->\n"


def _entries(block: str) -> list[tuple[str, str]]:
    """(Name, text) of each entry, comments above it included; what stands before the first has no name."""
    found = list(_ENTRY.finditer(block))
    starts = [match.start() for match in found]
    pieces = [("", block[: starts[0] if starts else len(block)])]
    for match, end in zip(found, [*starts[1:], len(block)][: len(found)], strict=True):
        pieces.append((match.group(1).strip(" \"'"), block[match.start() : end]))
    return [piece for piece in pieces if piece[1]]


def _sections(text: str) -> list[tuple[str, str]]:
    """(Heading, text) for each heading of the first two levels; what stands before the first has no heading."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    in_notes = False
    for line, outside in lines_outside_code(text):
        in_notes = (in_notes or NOTES_BEGIN in line) and NOTES_END not in line
        if outside and not in_notes and _HEADING.match(line):
            sections.append((line.strip(), []))
        sections[-1][1].append(line)
    named = [(heading, "".join(lines)) for heading, lines in sections if "".join(lines).strip()]
    return [(TITLE[1] if NOTES.search(content) else heading, content) for heading, content in named]
