"""Hypothesis strategies for embedding tables."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays


@st.composite
def tables(draw: st.DrawFn, min_rows: int = 1, min_dim: int = 1, max_dim: int = 8, bound: float = 100.0) -> np.ndarray:
    """``(rows, dim)`` float32 tables with finite values of at most ``bound``."""
    rows, dim = draw(st.integers(min_rows, 24)), draw(st.integers(min_dim, max_dim))
    values = st.floats(-bound, bound, width=32)
    return draw(arrays(np.float32, (rows, dim), elements=values))
