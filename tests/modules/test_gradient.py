"""The gradient of the fused mean: torch's own, in less time."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from sentence_transformers_static.modules.gradient import TextSums
from sentence_transformers_static.modules.lookup import text_means

LENGTHS = {
    "short": [3, 1, 5],
    "with empty texts": [0, 4, 0, 0, 2, 0],
    "long": [200, 1, 65, 64],
    "one": [7],
    "none": [],
    "only empty": [0, 0],
}


def case(name: str, dtype: torch.dtype = torch.float64) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(Table, ids, lengths): few rows, so that each occurs often, and one that never does."""
    torch.manual_seed(0)
    lengths = torch.tensor(LENGTHS[name], dtype=torch.int64)
    table = torch.nn.Parameter(torch.randn(6, 4, dtype=dtype))
    return table, torch.randint(0, 5, (int(lengths.sum()),)), lengths


def reference(
    table: torch.Tensor,
    mapping: torch.Tensor | None,
    weights: torch.Tensor | None,
    ids: torch.Tensor,
    lengths: list[int],
) -> torch.Tensor:
    """Text by text, with indexing alone."""
    vectors = table[ids if mapping is None else mapping[ids]]
    if weights is not None:
        vectors = vectors * weights[ids].unsqueeze(1)
    return torch.stack([part.sum(dim=0) / max(1, len(part)) for part in vectors.split(lengths)])


@pytest.mark.parametrize("name", [name for name, lengths in LENGTHS.items() if lengths])
@pytest.mark.parametrize("kind", ["plain", "weights", "trained weights", "mapping", "int32"])
def test_it_is_that_of_indexing(name: str, kind: str) -> None:
    table, ids, lengths = case(name)
    weights = torch.rand(6, dtype=torch.float64) if "weights" in kind else None
    mapping = torch.tensor([3, 3, 0, 1, 2, 5]) if kind == "mapping" else None
    if weights is not None and kind == "trained weights":
        weights.requires_grad_()
    given = ids.int() if kind == "int32" else ids
    trained = [tensor for tensor in (table, weights) if tensor is not None and tensor.requires_grad]
    towards = torch.randn(len(lengths), 4, dtype=torch.float64)
    found, expected = (
        torch.autograd.grad((means * towards).sum(), trained)
        for means in (
            text_means(table, mapping, weights, given, lengths),
            reference(table, mapping, weights, ids, lengths.tolist()),
        )
    )
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)


def test_gradcheck() -> None:
    table, ids, lengths = case("with empty texts")
    assert torch.autograd.gradcheck(lambda table: text_means(table, None, None, ids, lengths), table, atol=1e-6)


def test_it_is_torchs_own_bit_by_bit() -> None:
    """The same additions in the same order."""
    table, ids, lengths = case("short", torch.float32)
    towards = torch.randn(len(lengths), 4)
    (found,) = torch.autograd.grad((text_means(table, None, None, ids, lengths) * towards).sum(), table)
    sums = F.embedding_bag(ids, table, lengths.cumsum(0) - lengths, mode="sum")
    (expected,) = torch.autograd.grad((sums / lengths.unsqueeze(1) * towards).sum(), table)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", ["none", "only empty"])
def test_nothing_to_add_up(name: str) -> None:
    table, ids, lengths = case(name)
    text_means(table, None, None, ids, lengths).sum().backward()
    assert table.grad is None or not table.grad.any()


def test_several_uses_of_a_table_add_up() -> None:
    """As with an anchor and a positive."""
    table, ids, lengths = case("short")
    (text_means(table, None, None, ids, lengths).sum() + text_means(table, None, None, ids, lengths).sum()).backward()
    twice = table.grad.clone()
    table.grad = None
    text_means(table, None, None, ids, lengths).sum().backward()
    torch.testing.assert_close(twice, 2 * table.grad)


def test_nothing_is_kept_where_nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    table, ids, lengths = case("short")
    monkeypatch.setattr(TextSums, "apply", lambda *_: pytest.fail("asked for a gradient"))
    with torch.no_grad():
        text_means(table, None, None, ids, lengths)
    text_means(table.detach(), None, None, ids, lengths)
