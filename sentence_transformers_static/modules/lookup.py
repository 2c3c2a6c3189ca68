"""Reading vectors out of a table: one by one, or as the mean of each text."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def token_vectors(table: Tensor, mapping: Tensor | None, weights: Tensor | None, ids: Tensor) -> Tensor:
    """The vectors of ``ids``.

    Args:
        table: ``(rows, dim)`` of any dtype.
        mapping: ``(vocab,)`` int64 or None.
        weights: ``(vocab,)`` float or None.
        ids: Token ids of any shape, int64.

    Returns:
        ``(*ids.shape, dim)``: float32 for a float16 or int8 buffer, else the dtype of ``table``.
    """
    rows = ids if mapping is None else mapping[ids]
    vectors = F.embedding(rows, table) if _computes(table) else table[rows].float()
    return vectors if weights is None else vectors * weights[ids].unsqueeze(-1)


def text_means(
    table: Tensor, mapping: Tensor | None, weights: Tensor | None, ids: Tensor, lengths: Tensor
) -> Tensor:
    """The mean vector of each text, without materialising its token vectors.

    Args:
        table: ``(rows, dim)`` of any dtype.
        mapping: ``(vocab,)`` int64 or None.
        weights: ``(vocab,)`` float or None; they multiply the vectors, and do not enter the denominator.
        ids: The tokens of all texts one after the other, ``(tokens,)`` int64.
        lengths: How many belong to each text, ``(texts,)`` int64.

    Returns:
        ``(texts, dim)``; the zero vector for a text of length 0.
    """
    offsets = lengths.cumsum(0) - lengths
    rows = ids if mapping is None else mapping[ids]
    if not _computes(table):
        # Only the rows that occur are brought to float32; the table stays as it is stored.
        distinct, rows = torch.unique(rows, return_inverse=True)
        table = table[distinct].float()
    if weights is None:
        return F.embedding_bag(rows, table, offsets, mode="mean")
    sums = F.embedding_bag(rows, table, offsets, mode="sum", per_sample_weights=weights[ids].to(table.dtype))
    return sums / lengths.clamp(min=1).unsqueeze(-1)


def _computes(table: Tensor) -> bool:
    """Whether arithmetic is done in the table's own dtype: float32, or a trainable table that was cast by its owner."""
    return table.dtype == torch.float32 or isinstance(table, torch.nn.Parameter)
