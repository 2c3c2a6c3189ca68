"""Tokens of two tokenizers over the same characters."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sentence_transformers_static.tokens.alignment import Spans, alignment


@st.composite
def splits(draw: st.DrawFn, length: int) -> Spans:
    cuts = sorted(draw(st.sets(st.integers(1, max(1, length - 1)), max_size=6)))
    edges = [0, *[cut for cut in cuts if cut < length], length]
    return list(pairwise(edges))


@st.composite
def texts_split_twice(draw: st.DrawFn) -> tuple[list[Spans], list[Spans]]:
    lengths = draw(st.lists(st.integers(1, 12), min_size=1, max_size=4))
    return [draw(splits(length)) for length in lengths], [draw(splits(length)) for length in lengths]


@given(texts_split_twice())
def test_every_overlap_and_no_other(split: tuple[list[Spans], list[Spans]]) -> None:
    rows, columns = split
    shares = alignment(rows, columns).toarray()
    row = 0
    first_column = 0
    for row_spans, column_spans in zip(rows, columns, strict=True):
        for start, end in row_spans:
            overlaps = [float(max(start, a) < min(end, b)) for a, b in column_spans]
            expected = np.zeros(shares.shape[1])
            expected[first_column : first_column + len(overlaps)] = np.array(overlaps) / sum(overlaps)
            np.testing.assert_allclose(shares[row], expected, rtol=1e-6)
            row += 1
        first_column += len(column_spans)
    assert row == shares.shape[0]


def test_a_token_without_a_counterpart() -> None:
    assert alignment([[(0, 2), (5, 7)]], [[(0, 2)]]).toarray().tolist() == [[1.0], [0.0]]
    assert alignment([[], [(0, 1)]], [[], [(0, 1)]]).toarray().tolist() == [[1.0]]
    assert alignment([[]], [[]]).shape == (0, 0)


def test_a_word_of_several_pieces() -> None:
    shares = alignment([[(0, 3), (3, 11)]], [[(0, 3), (4, 6), (6, 9), (9, 11)]]).toarray()
    np.testing.assert_allclose(shares, [[1, 0, 0, 0], [0, 1 / 3, 1 / 3, 1 / 3]], rtol=1e-6)
