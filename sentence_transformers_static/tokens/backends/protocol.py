"""What every tokenizer library is adapted to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]


class Backend(Protocol):
    """Texts to token ids, as the ``tokenizer.json`` says: added tokens are found, special ones are not put around.

    Attributes:
        name: The Python package that does it.
        chunk_characters: How many characters of text to hand over at once: enough to keep it busy, few enough to keep
            what it allocates small.
        is_fork_safe: Whether it can go on in a process that was forked from the one it was made in.
    """

    name: str
    is_fork_safe: bool
    chunk_characters: int

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        """Tokenize.

        Args:
            texts: Of any length; without lone surrogates.

        Returns:
            ``ids``, of all texts one after the other, ``(tokens,)`` int32, nothing cut and unknown tokens included;
            and ``offsets``, ``(texts + 1,)`` int64: those of text ``i`` are ``ids[offsets[i]:offsets[i + 1]]``.
        """
        ...
