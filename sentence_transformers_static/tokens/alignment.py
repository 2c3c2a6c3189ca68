"""Which tokens of one tokenizer cover the same characters as those of another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Spans = list[tuple[int, int]]
"""First character and the one after the last, of each token of a text."""


def alignment(rows: Sequence[Spans], columns: Sequence[Spans]) -> csr_array:
    """The share of each column token in each row token, text by text.

    Args:
        rows: Of each text the spans of its tokens, by one tokenizer.
        columns: Of the same texts, by another.

    Returns:
        ``(row tokens, column tokens)`` float32, tokens of all texts one after the other: 1 / k at each of the k column
        tokens that share a character with the row token. Rows of no such token are empty.
    """
    width = 1 + max((end for spans in (*rows, *columns) for _, end in spans), default=0)
    row_starts, row_ends = _flat(rows, width)
    column_starts, column_ends = _flat(columns, width)
    first = np.searchsorted(column_ends, row_starts, side="right")
    last = np.maximum(first, np.searchsorted(column_starts, row_ends, side="left"))
    lengths = last - first
    pointers = np.concatenate([[0], np.cumsum(lengths)])
    indices = np.arange(pointers[-1]) + np.repeat(first - pointers[:-1], lengths)
    shares = np.repeat(1 / np.maximum(lengths, 1), lengths).astype(np.float32)
    return csr_array((shares, indices, pointers), shape=(len(row_starts), len(column_starts)))


def _flat(spans: Sequence[Spans], width: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Starts and ends as if the texts stood one after the other, ``width`` characters each."""
    lengths = [len(one) for one in spans]
    flat = np.array([span for one in spans for span in one], dtype=np.int64).reshape(-1, 2)
    flat += np.repeat(np.arange(len(spans)) * width, lengths)[:, None]
    # The tokens of one character, such as its bytes, may come in any order: searching needs a rising one.
    return np.maximum.accumulate(flat[:, 0]), np.maximum.accumulate(flat[:, 1])
