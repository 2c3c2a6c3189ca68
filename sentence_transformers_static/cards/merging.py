"""Rendering a card again without losing what a person wrote in it.

A card that is written here has, at its end, a comment with a digest of each part that was rendered: each entry of the
metadata, each section of the text. When the card is rendered again, a part whose digest is in that list is replaced by
the new one, or dropped where there is no new one; any other part was written or changed by a person, and stays as it
is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sentence_transformers_static.cards.parts import (
    NOTES,
    Key,
    digest,
    join_card,
    read_record,
    split_card,
    with_record,
)


@dataclass(frozen=True)
class Merged:
    """A merged card, and the names of the parts that were kept as a person left them."""

    text: str
    kept: tuple[str, ...]


def sign(card: str) -> str:
    """``card``, with the list of digests at its end."""
    parts = split_card(card)
    return with_record(parts, {digest(key, part) for key, part in parts.items()})


def is_signed(card: str) -> bool:
    """Whether the card was written here, and so can be rendered again."""
    return read_record(card) is not None


def merge(old: str, new: str, *, of_another_model: bool = False) -> Merged:
    """``new``, with all that a person wrote into ``old``; signed.

    Notes between the two comments are taken over. Parts of ``old`` that were not rendered replace those of ``new`` with
    the same name, or follow the part that they followed. A card that was not written here counts as written by a
    person throughout.

    Args:
        old: The earlier card.
        new: The card as it is rendered now.
        of_another_model: Whether ``old`` tells of the model that this one was trained from. Then parts of ``new`` stay
            as they are, and results are left behind; notes, and parts that only ``old`` has, are taken over.
    """
    rendered = read_record(old) or set()
    before, after = split_card(old), split_card(new)
    theirs = {key: part for key, part in before.items() if digest(key, part) not in rendered}
    if of_another_model:
        left = {*after, ("metadata", "model-index", 0), ("text", "## Results", 0)}
        theirs = {key: part for key, part in theirs.items() if key not in left}
    merged = {key: theirs.get(key, _keep_notes(old, part)) for key, part in after.items()}
    previous: Key | None = None
    for key in before:
        if key in theirs and key not in merged:
            merged = _insert(merged, key, theirs[key], previous)
        previous = key if key in merged else previous
    signed = {digest(key, part) for key, part in after.items()}
    return Merged(with_record(merged, signed), tuple(name for _, name, _ in theirs))


def rewrite(card: str, key: Key, content: str, after: Key) -> str:
    """``card`` with one part put in, in the place of its earlier version or after another part; else last of its kind.

    In a card that was written here, it counts as rendered; a section with this heading that a person wrote stays.
    """
    record = read_record(card)
    parts = split_card(card)
    if key not in parts:
        last = next((other for other in reversed(parts) if other[0] == key[0]), None)
        parts = _insert(parts, key, content, after if after in parts else last)
    elif key[0] == "metadata" or record is None or digest(key, parts[key]) in record:
        parts[key] = content
    if record is None:
        return join_card(parts)
    return with_record(parts, record | {digest(key, content)})


def _insert(parts: dict[Key, str], key: Key, part: str, previous: Key | None) -> dict[Key, str]:
    """``parts`` with one more, after ``previous``; if that is None or of the other kind, as the first of its kind."""
    if previous is not None and previous[0] == key[0]:
        position = list(parts).index(previous) + 1
    else:
        position = next((at for at, other in enumerate(parts) if other[0] == key[0]), len(parts))
    items = list(parts.items())
    return dict([*items[:position], (key, part), *items[position:]])


def _keep_notes(old: str, new: str) -> str:
    notes = NOTES.search(old)
    return NOTES.sub(lambda _: notes.group(0), new, count=1) if notes else new
