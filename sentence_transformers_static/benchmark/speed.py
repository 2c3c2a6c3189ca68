"""Texts per second of several models, in alternating rounds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

ROUNDS = 5


def texts_per_second(
    encoders: Mapping[str, Callable[[Sequence[str]], Any]],
    texts: Mapping[str, Sequence[str]],
    rounds: int = ROUNDS,
) -> dict[str, list[float]]:
    """How fast each encoder is, in texts per second, round by round.

    The encoders take turns, so that what else the machine does hits all of them; a first round is not counted.

    Args:
        encoders: Name -> a function that takes texts and embeds them.
        texts: Name -> the texts for that encoder; a slow one may get fewer of them.
        rounds: How many to measure; take their median.

    Returns:
        Name -> texts per second in each round.
    """
    rates: dict[str, list[float]] = {name: [] for name in encoders}
    for counted in [False, *[True] * rounds]:
        for name, encode in encoders.items():
            start = time.perf_counter()
            encode(texts[name])
            if counted:
                rates[name].append(len(texts[name]) / (time.perf_counter() - start))
    return rates
