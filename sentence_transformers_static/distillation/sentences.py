"""Texts cut into sentences, or into what is as short."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentence_transformers_static.tokens.text_tokenizer import without_lone_surrogates

_ENDS = re.compile(r"(?<=[.;:?!])\s+|(?<=[\u3002\uff1b\uff1f\uff01])|\n+")
MOST_WORDS = 32
MOST_CHARACTERS = 400
"""What is longer than this, such as a text in a script without spaces, is cut."""


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, of at most 32 words and 400 characters, with single spaces."""
    for sentence in _ENDS.split(without_lone_surrogates(text)):
        words = sentence.split()
        for start in range(0, len(words), MOST_WORDS):
            piece = " ".join(words[start : start + MOST_WORDS])
            yield from (piece[at : at + MOST_CHARACTERS] for at in range(0, len(piece), MOST_CHARACTERS))
