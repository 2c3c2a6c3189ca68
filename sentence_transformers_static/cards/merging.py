"""Rendering a card again without losing what a person wrote in it.

A card that is written here has, at its end, a comment with a digest of each part that was rendered: each entry of the
metadata, each section of the text. When the card is rendered again, a part whose digest is in that list is replaced by
the new one, or dropped where there is no new one; any other part was written or changed by a person, and stays as it
is.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

import yaml

NOTES_BEGIN = "<!-- Notes: what is written here stays when the card is rendered again. -->"
NOTES_END = "<!-- End of notes. -->"

_NOTES = re.compile(f"(?<={re.escape(NOTES_BEGIN)}).*?(?={re.escape(NOTES_END)})", re.DOTALL)
_RECORD = re.compile(r"\n*<!-- Rendered by sentence-transformers-static\. Digests: ([0-9a-f ]*) -->\n?")
_METADATA = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*\n", re.DOTALL | re.MULTILINE)
_DIGITS = 12

Key = tuple[str, str, int]
"""``metadata`` or ``text``; the name of the entry or the heading; which of several with that name."""


@dataclass(frozen=True)
class Merged:
    """A merged card, and the names of the parts that were kept as a person left them."""

    text: str
    kept: tuple[str, ...]


def sign(card: str) -> str:
    """``card``, with the list of digests at its end."""
    plain = _RECORD.sub("", card).rstrip()
    record = _record(_digest(key, part) for key, part in _parts(plain + "\n").items())
    return f"{plain}\n\n{record}"


def is_signed(card: str) -> bool:
    """Whether the card was written here, and so can be rendered again."""
    return _RECORD.search(card) is not None


def merge(old: str, new: str) -> Merged:
    """``new``, with all that a person wrote into ``old``; signed.

    Notes between the two comments are taken over. Parts of ``old`` that were not rendered replace those of ``new`` with
    the same name, or follow the part that they followed. A card that was not written here counts as written by a
    person throughout.
    """
    record = _RECORD.search(old)
    rendered = set(record.group(1).split()) if record else set()
    before, after = _parts(_RECORD.sub("", old)), _parts(_RECORD.sub("", new))
    theirs = {key: part for key, part in before.items() if _digest(key, part) not in rendered}
    merged = {key: theirs.get(key, _keep_notes(old, part)) for key, part in after.items()}
    previous: Key | None = None
    for key in before:
        if key in theirs and key not in merged:
            merged = _insert(merged, key, theirs[key], previous)
        previous = key if key in merged else previous
    signed = sign(_join(after))
    return Merged(_join(merged).rstrip() + signed[_record_start(signed) :], tuple(name for _, name, _ in theirs))


def add_section(card: str, section: str, after: str) -> str:
    """``card`` with a rendered section, and signed anew; a card that was not written here is left as it is.

    The section takes the place of its earlier rendering; if there is none, it follows the section whose heading is
    ``after``, else it comes last. One with the same heading that a person wrote stays. The metadata count as rendered.
    """
    record = _RECORD.search(card)
    if record is None:
        return card
    rendered = set(record.group(1).split())
    parts = _parts(_RECORD.sub("", card))
    ((key, content),) = _parts(section).items()
    if key not in parts:
        parts = _insert(parts, key, content, next((known for known in parts if known[:2] == ("text", after)), None))
    elif _digest(key, parts[key]) in rendered:
        parts[key] = content
    ours = {key: part for key, part in parts.items() if key[0] == "metadata" or part is content}
    rendered |= {_digest(key, part) for key, part in ours.items()}
    return f"{_join(parts).rstrip()}\n\n{_record(rendered)}"


def sections(card: str) -> dict[str, str]:
    """The sections of the text by their headings (``## Usage``), without the list of digests."""
    return {name: part for (kind, name, _), part in _parts(_RECORD.sub("", card)).items() if kind == "text" and name}


def metadata_block(card: str) -> str:
    """The YAML at the beginning of a card, or ""."""
    block = _METADATA.match(card.lstrip())
    return block.group(1) if block else ""


def _parts(card: str) -> dict[Key, str]:
    """The entries of the metadata and the sections of the text, in order; joined, they are the card."""
    block = _METADATA.match(card)
    entries = _split(block.group(1), re.compile(r"^(?:#.*\n)*([^\s#-][^:\n]*):", re.MULTILINE)) if block else []
    text = card[block.end() :] if block else card
    counted: Counter[tuple[str, str]] = Counter()
    parts: dict[Key, str] = {}
    named = [("metadata", *entry) for entry in entries]
    for kind, name, content in [*named, *(("text", *section) for section in _sections(text))]:
        parts[kind, name, counted[kind, name]] = content
        counted[kind, name] += 1
    return parts


def _split(text: str, beginning: re.Pattern[str]) -> list[tuple[str, str]]:
    """(Name, text) from each match of ``beginning`` to the next; what stands before the first has no name."""
    found = list(beginning.finditer(text))
    starts = [match.start() for match in found]
    pieces = [("", text[: starts[0] if starts else len(text)])]
    for match, end in zip(found, [*starts[1:], len(text)][: len(found)], strict=True):
        pieces.append((match.group(1).strip(), text[match.start() : end]))
    return [piece for piece in pieces if piece[1]]


def _sections(text: str) -> list[tuple[str, str]]:
    """(Heading, text) for each heading of the first two levels; what stands before the first has no heading."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    fenced = False
    for line in text.splitlines(keepends=True):
        fenced ^= line.lstrip().startswith("```")
        if not fenced and re.match(r"##? ", line):
            sections.append((line.strip(), []))
        sections[-1][1].append(line)
    return [(heading, "".join(lines)) for heading, lines in sections if "".join(lines).strip()]


def _join(parts: dict[Key, str]) -> str:
    metadata = "".join(part for (kind, *_), part in parts.items() if kind == "metadata")
    text = "\n".join(part.strip("\n") + "\n" for (kind, *_), part in parts.items() if kind == "text")
    return f"---\n{metadata}---\n\n{text}" if metadata else text


def _insert(parts: dict[Key, str], key: Key, part: str, previous: Key | None) -> dict[Key, str]:
    """``parts`` with one more, after ``previous``, else at the end of its kind."""
    if previous is None or previous[0] != key[0]:
        previous = next((other for other in reversed(parts) if other[0] == key[0]), None)
    result: dict[Key, str] = {} if previous is not None else {key: part}
    for other, content in parts.items():
        result[other] = content
        if other == previous:
            result[key] = part
    return result


def _digest(key: Key, part: str) -> str:
    """Of the name and the content; for metadata of the value, however it is written, and of comments."""
    content = _NOTES.sub("", part).strip()
    if key[0] == "metadata":
        comments = re.findall(r"^#.*$", part, re.MULTILINE)
        with suppress(yaml.YAMLError):
            content = json.dumps([yaml.safe_load(part), comments], default=str, sort_keys=True)
    return hashlib.sha256(f"{key[0]}\n{key[1]}\n{content}".encode()).hexdigest()[:_DIGITS]


def _keep_notes(old: str, new: str) -> str:
    notes = _NOTES.search(old)
    return _NOTES.sub(lambda _: notes.group(0), new, count=1) if notes else new


def _record(digests: Iterable[str]) -> str:
    return f"<!-- Rendered by sentence-transformers-static. Digests: {' '.join(sorted(digests))} -->\n"


def _record_start(card: str) -> int:
    record = _RECORD.search(card)
    assert record is not None
    return record.start()
