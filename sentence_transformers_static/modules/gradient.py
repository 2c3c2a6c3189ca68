"""The gradient of sums of rows: a sum by token of what arrived by text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

Sums = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]


class TextSums(torch.autograd.Function):
    """Sums of a table's rows by text, with a gradient for the table that is computed as sums by row.

    Tokens are sorted by their rows, so that the gradient of a row is an embedding bag over the gradients of the texts
    it occurs in: the same additions as torch's own, which takes four times as long on a CPU.
    """

    @staticmethod
    def forward(ctx: Any, sums: Sums, table: Tensor, rows: Tensor, lengths: Tensor, weights: Tensor | None) -> Tensor:
        """Apply ``sums`` to the rest; see :func:`text_means` for what they are."""
        ctx.save_for_backward(rows, lengths, weights)
        ctx.table_shape = table.shape
        return sums(table, rows, lengths, weights)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient for the table, dense."""
        rows, lengths, weights = ctx.saved_tensors
        texts = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
        order = torch.argsort(rows, stable=True)
        distinct, counts = torch.unique_consecutive(rows[order], return_counts=True)
        of_rows = F.embedding_bag(
            texts[order],
            gradient.contiguous(),
            counts.cumsum(0) - counts,
            mode="sum",
            per_sample_weights=None if weights is None else weights[order],
        )
        of_table = _zeros(ctx.table_shape, gradient.dtype)
        of_table.index_copy_(0, distinct.long(), of_rows)
        return None, of_table, None, None, None


def is_applicable(table: Tensor, weights: Tensor | None) -> bool:
    """Whether there is a gradient for the table, and for nothing else, on a CPU."""
    trained = torch.is_grad_enabled() and table.requires_grad
    return trained and table.device.type == "cpu" and not (weights is not None and weights.requires_grad)


def _zeros(shape: tuple[int, ...], dtype: torch.dtype) -> Tensor:
    if dtype != torch.float32:
        return torch.zeros(shape, dtype=dtype)
    # NumPy asks Linux for large pages, already zero, of which only those that are written to cost time.
    return torch.from_numpy(np.zeros(shape, dtype=np.float32))
