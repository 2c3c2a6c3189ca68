"""Many lines in many scripts, made of the pieces of a multilingual vocabulary."""

from __future__ import annotations

import random
from functools import cache

from tests import texts


@cache
def lines(pieces: tuple[str, ...], count: int) -> list[str]:
    """``count`` lines, every third with letters outside ASCII, and real English ones between them; always the same.

    Args:
        pieces: Of a multilingual vocabulary, with ``▁`` at the beginning of words.
        count: How many lines.
    """
    drawn = random.Random(0)
    foreign = [piece.replace("▁", " ") for piece in pieces if not piece.isascii()]
    english = [line for text in texts.real(2000) for line in text.splitlines() if line.strip()]
    found = []
    for position in range(count):
        line = english[drawn.randrange(len(english))]
        if position % 3 == 0:
            line = "".join(drawn.choices(foreign, k=12)) + line[:40] + drawn.choice(foreign)
        found.append(line)
    return found
