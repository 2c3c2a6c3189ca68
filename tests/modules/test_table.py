"""The parts of a table: checks, conversions, round trips."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given

from sentence_transformers_static.errors import OptionError, TableError
from sentence_transformers_static.modules import EmbeddingTable
from sentence_transformers_static.modules import table as table_module
from tests.numerics.strategies import tables

ROWS = np.arange(12, dtype=np.float32).reshape(4, 3)


def vectors(table: EmbeddingTable) -> torch.Tensor:
    """What each token stands for."""
    rows = table.embeddings.float()
    rows = rows if table.mapping is None else rows[table.mapping]
    return rows if table.weights is None else rows * table.weights[:, None]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"embeddings": np.ones(3)}, r"must have shape \(rows, dim\)"),
        ({"embeddings": np.ones((0, 3))}, r"both above 0; got \(0, 3\)"),
        ({"embeddings": np.ones((2, 3), dtype=np.int64)}, "must be float32, float16 or int8; got torch.int64"),
        ({"embeddings": np.array([[1.0, np.nan]])}, "NaN or infinite values in 1 of 1 rows"),
        ({"embeddings": ROWS, "mapping": np.array([0, 4])}, r"points to rows 0 to 4, but the table has rows 0 to 3"),
        ({"embeddings": ROWS, "mapping": np.array([-1, 0])}, "points to rows -1"),
        ({"embeddings": ROWS, "mapping": np.array([0.0, 1.0])}, "must be integers"),
        ({"embeddings": ROWS, "weights": np.ones(3)}, "3 token weights for 4 tokens"),
        ({"embeddings": ROWS, "weights": np.ones((4, 1))}, r"floats of shape \(vocab,\)"),
        ({"embeddings": ROWS, "weights": np.array([1, 1, 1, np.inf])}, "The token weights hold NaN"),
    ],
)
def test_refused_parts(parts: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(TableError, match=message):
        EmbeddingTable.create(**parts)


def test_arrays_are_copied_and_tensors_shared() -> None:
    array, tensor = ROWS.copy(), torch.from_numpy(ROWS.copy())
    EmbeddingTable.create(array).embeddings.zero_()
    assert array.any()
    assert EmbeddingTable.create(tensor).embeddings.data_ptr() == tensor.data_ptr()


@pytest.mark.parametrize(("dtype", "precision"), [("f8", "float32"), ("f4", "float32"), ("f2", "float16")])
def test_dtypes(dtype: str, precision: str) -> None:
    assert EmbeddingTable.create(ROWS.astype(dtype)).precision == precision


@given(tables(bound=1000.0))
def test_precisions_stay_near(rows: np.ndarray) -> None:
    table = EmbeddingTable.create(rows)
    for precision in ("float32", "float16", "int8"):
        quantized = table.quantized(precision)
        assert quantized.precision == precision
        error = (vectors(quantized) - torch.from_numpy(rows)).abs().numpy()
        assert (error <= np.abs(rows).max(axis=1, keepdims=True) / 127 * 0.51 + 1e-4).all()
    assert table.precision == "float32"


def test_int8_scales_go_with_the_tokens_of_a_mapping() -> None:
    table = EmbeddingTable.create(ROWS + 1, np.array([3, 0, 0, 1, 2]), np.array([1, 2, 3, 4, 5], dtype=np.float32))
    torch.testing.assert_close(vectors(table.quantized("int8")), vectors(table), atol=0.3, rtol=0.02)


def test_float32_again_for_training() -> None:
    table = EmbeddingTable.create(ROWS)
    back = table.quantized("int8").to_float32()
    assert back.precision == "float32" and back.weights is None
    torch.testing.assert_close(vectors(back), vectors(table.quantized("int8")))


@pytest.mark.parametrize("precision", ["float16", "float32"])
def test_int8_cannot_be_refined(precision: str) -> None:
    with pytest.raises(OptionError, match="int8 already"):
        EmbeddingTable.create(ROWS).quantized("int8").quantized(precision)


def test_unknown_precision() -> None:
    with pytest.raises(OptionError, match="one of float32, float16, int8; got 'int3'"):
        EmbeddingTable.create(ROWS).quantized("int3")


@pytest.mark.parametrize("mapping", [None, np.array([0, 1, 1, 2, 3])])
@pytest.mark.parametrize("weighted", [False, True])
def test_a_token_without_a_vector(mapping: np.ndarray | None, weighted: bool) -> None:
    count = 4 if mapping is None else 5
    table = EmbeddingTable.create(ROWS + 1, mapping, np.full(count, 2.0) if weighted else None)
    without = table.without_token(1)
    assert not vectors(without)[1].any()
    kept = [token for token in range(count) if token != 1]
    torch.testing.assert_close(vectors(without)[kept], vectors(table)[kept])
    assert vectors(table)[1].any(), "the input is untouched"


def test_round_trip_through_tensors() -> None:
    table = EmbeddingTable.create(ROWS, np.array([0, 1, 1, 2, 3]), np.arange(5, dtype=np.float32))
    again = EmbeddingTable.from_tensors(table.to_tensors(), "here")
    for left, right in zip(table.to_tensors().values(), again.to_tensors().values(), strict=True):
        torch.testing.assert_close(left, right)


def test_tensors_of_something_else() -> None:
    with pytest.raises(TableError, match="my/model holds no static embedding table.*found encoder.weight"):
        EmbeddingTable.from_tensors({"encoder.weight": torch.ones(2, 2)}, "my/model")


def test_a_large_table_is_not_read_when_it_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stays on the disk; a small one is looked through."""
    tensors = {"embeddings": torch.tensor([[1.0, float("nan")]])}
    with pytest.raises(TableError, match="NaN or infinite"):
        EmbeddingTable.from_tensors(tensors, "here")
    monkeypatch.setattr(table_module, "_CHECKED_BYTES", 4)
    assert EmbeddingTable.from_tensors(tensors, "here").vocab_size == 1
