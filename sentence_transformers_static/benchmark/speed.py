"""Texts per second of several models: alternating rounds, the median of each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

ROUNDS = 5


def texts_per_second(
    encoders: Mapping[str, Callable[[Sequence[str]], Any]],
    texts: Mapping[str, Sequence[str]],
    rounds: int = ROUNDS,
) -> dict[str, float]:
    """How fast each encoder is, in texts per second.

    The encoders take turns, so that what else the machine does hits all of them; a first round is not counted.

    Args:
        encoders: Name -> a function that takes texts and embeds them.
        texts: Name -> the texts for that encoder; a slow one may get fewer of them.
        rounds: Rounds to take the median of.

    Returns:
        Name -> texts per second.
    """
    seconds: dict[str, list[float]] = {name: [] for name in encoders}
    for _ in range(rounds + 1):
        for name, encode in encoders.items():
            start = time.perf_counter()
            encode(texts[name])
            seconds[name].append(time.perf_counter() - start)
    return {name: len(texts[name]) / median(times[1:]) for name, times in seconds.items()}
