"""Which rows a task takes of its candidates: the first ones of a shuffle whose seed is the task's."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def shuffled(items: Iterable[T], seed: int) -> list[T]:
    """``items`` in an order that depends only on their number and on ``seed``, in every version of Python."""
    result = list(items)
    random.Random(seed).shuffle(result)
    return result
