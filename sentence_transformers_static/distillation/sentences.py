"""Texts cut into sentences, or into what is as short."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ENDS = re.compile(r"(?<=[.;:?!])\s+|(?<=[\u3002\uff1b\uff1f\uff01])|\n+")
MOST_WORDS = 32
MOST_CHARACTERS = 400
"""What is longer than this, such as a text in a script without spaces, is cut."""


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, of at most 32 words; words are as in the text, white space may not be."""
    for sentence in _ENDS.split(text):
        words = sentence.split()
        for start in range(0, len(words), MOST_WORDS):
            piece = " ".join(words[start : start + MOST_WORDS])
            yield from (piece[at : at + MOST_CHARACTERS] for at in range(0, len(piece), MOST_CHARACTERS))
