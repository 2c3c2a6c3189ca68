"""int8 with one scale per row, as properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from sentence_transformers_static.errors import TableError
from sentence_transformers_static.numerics import dequantize_int8, quantize_int8
from tests.numerics.strategies import tables


@given(tables())
def test_the_error_is_at_most_half_a_step(rows: np.ndarray) -> None:
    codes, scales = quantize_int8(rows)
    assert codes.dtype == np.int8 and scales.dtype == np.float32
    error = np.abs(rows.astype(np.float64) - codes * scales.astype(np.float64)[:, None])
    assert (error <= scales[:, None] * (0.5 + 1e-4)).all()


@given(tables())
def test_zero_stays_zero_and_the_largest_value_is_127(rows: np.ndarray) -> None:
    codes, _ = quantize_int8(rows)
    assert (codes[rows == 0] == 0).all()
    normal = np.abs(rows).max(axis=1) > 1e-30
    assert (np.abs(codes.astype(int)).max(axis=1)[normal] == 127).all()


@given(tables())
def test_quantizing_twice_changes_nothing(rows: np.ndarray) -> None:
    codes, scales = quantize_int8(rows)
    again, _ = quantize_int8(dequantize_int8(codes, scales))
    normal = np.abs(rows).max(axis=1) > 1e-30
    np.testing.assert_array_equal(again[normal], codes[normal])


def test_each_row_has_its_own_scale() -> None:
    codes, scales = quantize_int8(np.array([[1e-6, -4e-7], [1000.0, 200.0]]))
    np.testing.assert_array_equal(codes, [[127, -51], [127, 25]])
    np.testing.assert_allclose(scales, [1e-6 / 127, 1000 / 127], rtol=1e-6)


def test_a_zero_row_has_scale_one() -> None:
    codes, scales = quantize_int8(np.zeros((1, 4)))
    assert not codes.any() and scales.tolist() == [1.0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_are_refused(bad: float) -> None:
    with pytest.raises(TableError, match="NaN or infinite"):
        quantize_int8(np.array([[1.0, bad]]))
