"""Reading vectors out of a table: one by one, or as the mean of each text."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from sentence_transformers_static.modules.gradient import TextSums, is_applicable

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
        ids: The tokens of all texts one after the other, ``(tokens,)`` int32 or int64.
        lengths: How many belong to each text, ``(texts,)`` int64.

    Returns:
        ``(texts, dim)``; the zero vector for a text of length 0.
    """
    rows = ids if mapping is None else mapping[ids]
    if not _computes(table):
        # Only the rows that occur are brought to float32; the table stays as it is stored.
        distinct, rows = _distinct(rows, len(table))
        table = table[distinct].float()
    token_weights = None if weights is None else weights[ids].to(table.dtype)
    if is_applicable(table, token_weights):
        sums: Tensor = TextSums.apply(_text_sums, table, rows, lengths, token_weights)  # type: ignore[no-untyped-call]
    else:
        sums = _text_sums(table, rows, lengths, token_weights)
    return sums / lengths.clamp(min=1).unsqueeze(-1)


def _text_sums(table: Tensor, rows: Tensor, lengths: Tensor, weights: Tensor | None) -> Tensor:
    starts = lengths.cumsum(0) - lengths
    if not len(lengths) or int(lengths.max()) <= _RUN:
        return _bags(table, rows, starts, weights)
    run_starts, runs = _runs(lengths, starts)
    run_sums = _bags(table, rows, run_starts, weights)
    return _bags(run_sums, torch.arange(len(run_sums), device=rows.device), runs.cumsum(0) - runs, None)


def text_mean(table: Tensor, mapping: Tensor | None, weights: Tensor | None, ids: Tensor) -> Tensor:
    """The mean vector of one text, ``(1, dim)``: as :func:`text_means`, with less to do before it starts."""
    count = ids.shape[0]
    trained = table.requires_grad and torch.is_grad_enabled()
    if trained or not (0 < count <= _RUN and _computes(table)):
        return text_means(table, mapping, weights, ids, torch.tensor([count], device=ids.device))
    vectors = table.index_select(0, ids if mapping is None else mapping[ids])
    if weights is not None:
        vectors = vectors * weights[ids].to(table.dtype).unsqueeze(1)
    return vectors.sum(dim=0, keepdim=True).div_(count)


def _bags(table: Tensor, rows: Tensor, starts: Tensor, weights: Tensor | None) -> Tensor:
    """The sum of each bag of rows; a bag ends where the next one starts."""
    return F.embedding_bag(rows, table, starts.to(rows.dtype), mode="sum", per_sample_weights=weights)


def _distinct(rows: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The different rows of a table of ``count`` that occur, rising; and for each of ``rows`` its place among them."""
    occurs = torch.zeros(count, dtype=torch.bool, device=rows.device)
    occurs[rows.long()] = True
    distinct = occurs.nonzero().squeeze(1)
    place = torch.empty(count, dtype=rows.dtype, device=rows.device)
    place[distinct] = torch.arange(len(distinct), dtype=rows.dtype, device=rows.device)
    return distinct, place[rows.long()]


def _runs(lengths: Tensor, starts: Tensor) -> tuple[Tensor, Tensor]:
    """Texts cut into runs of at most ``_RUN`` tokens: where each begins in the flat ids, and how many a text has."""
    runs = (lengths + _RUN - 1) // _RUN
    text_of_run = torch.repeat_interleave(torch.arange(len(lengths), device=lengths.device), runs)
    run_in_text = torch.arange(len(text_of_run), device=lengths.device) - (runs.cumsum(0) - runs)[text_of_run]
    return starts[text_of_run] + run_in_text * _RUN, runs


def _computes(table: Tensor) -> bool:
    """Whether arithmetic is done in the table's own dtype: float32, or a trainable table that was cast by its owner."""
    return table.dtype == torch.float32 or isinstance(table, torch.nn.Parameter)
