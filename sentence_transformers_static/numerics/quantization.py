"""Scalar quantization of an embedding table."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sentence_transformers_static.errors import TableError

_LEVELS = 127
"""Symmetric int8: -127..127, so that 0.0 is exact."""


def quantize_int8(
    rows: npt.NDArray[np.floating],
) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """Round each row to int8 with a scale of its own: ``row ~ scale * codes``, error at most ``scale / 2``.

    One scale per row, not one for the table: SIF makes frequent rows hundreds of times shorter than rare ones, and
    with a common scale they would all round to zero.

    Args:
        rows: ``(n, dim)``, any float dtype, finite.

    Returns:
        ``codes`` ``(n, dim)`` int8 in [-127, 127], and ``scales`` ``(n,)`` float32; the scale of an all-zero row is 1.

    Raises:
        TableError: If a value is NaN or infinite.
    """
    largest = np.abs(rows).max(axis=1).astype(np.float32)
    if not np.isfinite(largest).all():
        raise TableError("Cannot quantize to int8: the table holds NaN or infinite values.")
    scales = largest / np.float32(_LEVELS)
    # A row whose scale has no exact float32 (below 1e-38) is zero for every practical purpose.
    scales[scales < np.finfo(np.float32).tiny] = 1
    codes = np.rint(rows / scales[:, None]).clip(-_LEVELS, _LEVELS).astype(np.int8)
    return codes, scales


def dequantize_int8(codes: npt.NDArray[np.int8], scales: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The rows ``scale * codes``, ``(n, dim)`` float32, of :func:`quantize_int8`'s answer."""
    return codes.astype(np.float32) * scales[:, None]
