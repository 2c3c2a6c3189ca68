"""Reading vectors out of a table: one by one, or as the mean of each text."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_RUN = 64
"""Tokens that are added up one after the other; longer texts are summed run by run.

The rounding error of a sum grows with the additions in a row: 512 of them lose five times more than is lost by
summing runs, which is as exact as adding up ``token_embeddings``.
"""


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


def text_means(table: Tensor, mapping: Tensor | None, weights: Tensor | None, ids: Tensor, lengths: Tensor) -> Tensor:
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
    rows = ids if mapping is None else mapping[ids]
    if not _computes(table):
        # Only the rows that occur are brought to float32; the table stays as it is stored.
        distinct, rows = torch.unique(rows, return_inverse=True)
        table = table[distinct].float()
    token_weights = None if weights is None else weights[ids].to(table.dtype)
    longest = int(lengths.max()) if len(lengths) else 0
    if longest <= _RUN:
        offsets = lengths.cumsum(0) - lengths
        sums = F.embedding_bag(rows, table, offsets, mode="sum", per_sample_weights=token_weights)
    else:
        text_of_run, offsets = _runs(lengths)
        run_sums = F.embedding_bag(rows, table, offsets, mode="sum", per_sample_weights=token_weights)
        sums = run_sums.new_zeros(len(lengths), table.shape[1]).index_add(0, text_of_run, run_sums)
    return sums / lengths.clamp(min=1).unsqueeze(-1)


def _runs(lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Texts cut into runs of at most ``_RUN`` tokens: the text of each run, and where it begins in the flat ids."""
    runs = (lengths + _RUN - 1) // _RUN
    text_of_run = torch.repeat_interleave(torch.arange(len(lengths), device=lengths.device), runs)
    run_in_text = torch.arange(len(text_of_run), device=lengths.device) - (runs.cumsum(0) - runs)[text_of_run]
    return text_of_run, (lengths.cumsum(0) - lengths)[text_of_run] + run_in_text * _RUN


def _computes(table: Tensor) -> bool:
    """Whether arithmetic is done in the table's own dtype: float32, or a trainable table that was cast by its owner."""
    return table.dtype == torch.float32 or isinstance(table, torch.nn.Parameter)
