"""The embedding table: its parts, its checks, and its names in a safetensors file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from sentence_transformers_static.errors import OptionError, TableError
from sentence_transformers_static.numerics import quantize_int8

Precision = Literal["float32", "float16", "int8"]
PRECISIONS: dict[Precision, torch.dtype] = {
    "float32": torch.float32,
    "float16": torch.float16,
    "int8": torch.int8,
}
"""How the rows of a table can be stored."""

_CHECKED_BYTES = 1 << 26
"""Up to this size a table is read when it is loaded, to find values that are no numbers."""

_STOCK_NAME = "embedding.weight"
"""The only tensor of a folder written by the host's own StaticEmbedding."""


@dataclass(frozen=True)
class EmbeddingTable:
    """The vectors of a static model, as they are stored.

    The vector of token ``t`` is ``embeddings[mapping[t]] * weights[t]``.

    Attributes:
        embeddings: ``(rows, dim)`` float32, float16 or int8.
        mapping: ``(vocab,)`` int64, token id to row; None when row ``t`` is token ``t``.
        weights: ``(vocab,)`` float32; None when all are 1. Holds the row scales of an int8 table.
    """

    embeddings: Tensor
    mapping: Tensor | None = None
    weights: Tensor | None = None

    @classmethod
    def create(
        cls,
        embeddings: npt.NDArray[np.generic] | Tensor,
        mapping: npt.NDArray[np.generic] | Tensor | None = None,
        weights: npt.NDArray[np.generic] | Tensor | None = None,
    ) -> EmbeddingTable:
        """Check the parts and bring them to the dtypes above. NumPy arrays are copied, tensors are not.

        Raises:
            TableError: If a part has a wrong shape or dtype, ``mapping`` points outside the table, or a value is NaN
                or infinite.
        """
        table = cls(_rows(embeddings), _mapping(mapping), _weights(weights))
        table._check_shapes()
        table._check_values()
        return table

    @classmethod
    def from_tensors(cls, tensors: Mapping[str, Tensor], source: str) -> EmbeddingTable:
        """Take a state dictionary in model2vec's layout (``embeddings``, ``mapping``, ``weights``) or the host's.

        The rows of a large table are not read: it is mapped into memory, and stays on the disk until it is used.

        Raises:
            TableError: If there is no table in it, or it fails the checks of :meth:`create`; of a large table, the
                values are not checked.
        """
        name = "embeddings" if "embeddings" in tensors else _STOCK_NAME
        if name not in tensors:
            found = ", ".join(sorted(tensors)) or "nothing"
            raise TableError(
                f"{source} holds no static embedding table: expected a tensor named 'embeddings' or "
                f"'{_STOCK_NAME}', found {found[:200]}. Is this the folder of a transformer? Distill it first."
            )
        try:
            table = cls(_rows(tensors[name]), _mapping(tensors.get("mapping")), _weights(tensors.get("weights")))
            table._check_shapes()
            if table.embeddings.nbytes <= _CHECKED_BYTES:
                table._check_values()
        except TableError as error:
            raise TableError(f"{source}: {error}") from error
        return table

    @property
    def vocab_size(self) -> int:
        """How many tokens the table has vectors for."""
        return len(self.embeddings if self.mapping is None else self.mapping)

    @property
    def precision(self) -> Precision:
        """``"float32"``, ``"float16"`` or ``"int8"``."""
        return next(name for name, dtype in PRECISIONS.items() if dtype == self.embeddings.dtype)

    def to_tensors(self) -> dict[str, Tensor]:
        """The state dictionary in model2vec's layout."""
        parts = {"embeddings": self.embeddings, "mapping": self.mapping, "weights": self.weights}
        return {name: part.detach().cpu().contiguous() for name, part in parts.items() if part is not None}

    def portable(self, unknown_id: int | None) -> EmbeddingTable:
        """The table as every reader understands it; this one is left untouched.

        The vector of the unknown token is zero: readers that average it in, instead of dropping it, then get the
        same direction. int8 rows have weights, without which the host would try to train them.
        """
        table = self if unknown_id is None else self.without_token(unknown_id)
        if table.precision == "int8" and table.weights is None:
            table = replace(table, weights=torch.ones(table.vocab_size))
        return table

    def without_token(self, token_id: int) -> EmbeddingTable:
        """The table with the vector of ``token_id`` set to zero; this one is left untouched."""
        if self.mapping is None:
            embeddings = self.embeddings.detach().clone()
            embeddings[token_id] = 0
            return replace(self, embeddings=embeddings)
        weights = torch.ones(self.vocab_size) if self.weights is None else self.weights.detach().clone()
        weights[token_id] = 0
        return replace(self, weights=weights)

    def to_float32(self) -> EmbeddingTable:
        """The table in float32, for training; the scales of an int8 table are multiplied in. This one is untouched."""
        rows = self.embeddings.float()
        if self.precision == "int8" and self.weights is not None and self.mapping is None:
            return EmbeddingTable(rows * self.weights[:, None])
        return replace(self, embeddings=rows)

    def quantized(self, precision: Precision) -> EmbeddingTable:
        """The table stored in ``precision``; this one is left untouched. int8 keeps one scale per row in ``weights``.

        Raises:
            OptionError: If ``precision`` is unknown, or the table is already int8 and another one is asked for.
        """
        if precision not in PRECISIONS:
            raise OptionError(f"quantize_to must be one of {', '.join(PRECISIONS)}; got {precision!r}.")
        if precision == self.precision:
            return self
        if self.precision == "int8":
            raise OptionError(f"The table is int8 already; {precision} would not bring back what was rounded away.")
        if precision != "int8":
            return replace(self, embeddings=self.embeddings.to(PRECISIONS[precision]))
        codes, scales = quantize_int8(self.embeddings.detach().float().cpu().numpy())
        scale_of_token = torch.from_numpy(scales)
        if self.mapping is not None:
            scale_of_token = scale_of_token[self.mapping]
        weights = scale_of_token if self.weights is None else scale_of_token * self.weights
        return replace(self, embeddings=torch.from_numpy(codes), weights=weights)

    def _check_shapes(self) -> None:
        rows, vocab_size = len(self.embeddings), self.vocab_size
        if self.mapping is not None and not (0 <= int(self.mapping.min()) <= int(self.mapping.max()) < rows):
            raise TableError(
                f"The mapping points to rows {int(self.mapping.min())} to {int(self.mapping.max())}, but the table "
                f"has rows 0 to {rows - 1}. The file is damaged, or its parts belong to different models."
            )
        if self.weights is not None and len(self.weights) != vocab_size:
            raise TableError(
                f"There are {len(self.weights):,} token weights for {vocab_size:,} tokens. They must be as many."
            )

    def _check_values(self) -> None:
        for name, part in (("table", self.embeddings), ("token weights", self.weights)):
            if part is not None and part.is_floating_point() and not bool(torch.isfinite(part).all()):
                bad = int((~torch.isfinite(part)).reshape(len(part), -1).any(dim=1).sum())
                raise TableError(
                    f"The {name} hold NaN or infinite values in {bad:,} of {len(part):,} rows. They cannot be "
                    "averaged; distill or train the model again (in float32, if it was in half precision)."
                )


def _tensor(array: npt.NDArray[np.generic] | Tensor) -> Tensor:
    if isinstance(array, Tensor):
        return array.detach()
    copied = np.array(array)
    if copied.dtype.kind not in "fiu":
        raise TableError(f"An embedding table and its parts must be numbers; got an array of {copied.dtype}.")
    return torch.from_numpy(copied)


def _rows(array: npt.NDArray[np.generic] | Tensor) -> Tensor:
    rows = _tensor(array)
    if rows.ndim != 2 or 0 in rows.shape:
        raise TableError(f"An embedding table must have shape (rows, dim), both above 0; got {tuple(rows.shape)}.")
    if rows.dtype in PRECISIONS.values():
        return rows
    if rows.is_floating_point():
        return rows.float()
    raise TableError(f"An embedding table must be float32, float16 or int8; got {rows.dtype}.")


def _mapping(array: npt.NDArray[np.generic] | Tensor | None) -> Tensor | None:
    if array is None:
        return None
    mapping = _tensor(array)
    if mapping.ndim != 1 or not len(mapping) or mapping.is_floating_point():
        raise TableError(
            f"A token mapping must be integers of shape (vocab,); got {mapping.dtype} of shape {tuple(mapping.shape)}."
        )
    return mapping.long()


def _weights(array: npt.NDArray[np.generic] | Tensor | None) -> Tensor | None:
    if array is None:
        return None
    weights = _tensor(array)
    if weights.ndim != 1 or not weights.is_floating_point():
        raise TableError(
            f"Token weights must be floats of shape (vocab,); got {weights.dtype} of shape {tuple(weights.shape)}."
        )
    return weights.float()
