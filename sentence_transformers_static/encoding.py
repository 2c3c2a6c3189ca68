"""Encoding in one pass: texts to flat token ids, to means, straight into the rows of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm.auto import tqdm

from sentence_transformers_static.modules import StaticEmbedding

_POOLED_BYTES = 1 << 21
"""How much of the answer is computed at a time: what stays in a processor's cache between two steps."""

_TINY = 1e-12
"""The smallest norm that is divided by, as in torch's own normalize."""


@dataclass(frozen=True)
class OnePass:
    """*StaticEmbedding, mean Pooling*, and what follows, on texts of any number.

    Attributes:
        embedding: The table and the tokenizer.
        modules: What follows the mean.
        normalize: Whether the vectors are normalized at the end, after they are cut.
        truncate_dim: How many dimensions of each vector to keep; None for all.
        device: Where the table is, and where the vectors are computed.
        save_to_cpu: Whether the answer is to be on the CPU.
        show_progress_bar: Whether to show one.
    """

    embedding: StaticEmbedding
    modules: Sequence[nn.Module]
    normalize: bool
    truncate_dim: int | None
    device: torch.device
    save_to_cpu: bool
    show_progress_bar: bool

    def __call__(self, texts: Sequence[str]) -> Tensor:
        """The vectors of ``texts``, ``(texts, dim)`` of the dtype that the modules give, in their order.

        What is held beside the answer does not depend on how many texts there are.
        """
        if not texts:
            return torch.empty(0, device=self.device)
        progress = tqdm(total=len(texts), desc="Encoding", unit=" texts") if self.show_progress_bar else None
        done = 0
        for vectors in self._pieces(texts):
            count = vectors.shape[0]
            if not done:
                answer = self._room(len(texts), vectors)
            self._put(vectors, answer[done : done + count])
            done += count
            if progress is not None:
                progress.update(count)
        if progress is not None:
            progress.close()
        return answer

    def _pieces(self, texts: Sequence[str]) -> Iterator[Tensor]:
        """The vectors of some texts after the other, before they are normalized.

        The libraries that tokenize, and torch, use all processors themselves: to tokenize ahead in another thread was
        not faster.
        """
        if len(texts) == 1:
            ids, _ = self.embedding.flat_ids(texts)
            yield self._through_modules(self.embedding.flat_mean(ids.to(self.device)))
            return
        step = max(1, _POOLED_BYTES // (4 * self.embedding.get_embedding_dimension()))
        for chunk in self.embedding.text_tokenizer.chunks(texts):
            ids, offsets = self.embedding.flat_ids(texts[chunk])
            ids = ids.to(self.device)
            for start in range(0, offsets.shape[0] - 1, step):
                yield self._through_modules(self.embedding.flat_mean(ids, offsets[start : start + step + 1]))

    def _through_modules(self, vectors: Tensor) -> Tensor:
        if self.modules:
            features = {"sentence_embedding": vectors}
            for module in self.modules:
                features = module(features)
            vectors = features["sentence_embedding"]
        return vectors if self.truncate_dim is None else vectors[:, : self.truncate_dim]

    def _room(self, count: int, vectors: Tensor) -> Tensor:
        """An empty answer for ``count`` vectors such as these."""
        if not (self.save_to_cpu or vectors.device.type == "cpu"):
            return vectors.new_empty(count, vectors.shape[1])
        if vectors.dtype != torch.float32 or count == 1:
            return vectors.new_empty(count, vectors.shape[1], device="cpu")
        # NumPy asks Linux for large pages, which are four times as fast to write to for the first time.
        return torch.from_numpy(np.empty((count, vectors.shape[1]), dtype=np.float32))

    def _put(self, vectors: Tensor, place: Tensor) -> None:
        if not self.normalize:
            place.copy_(vectors)
        elif vectors.device == place.device and vectors.dtype == torch.float32:
            norms = torch.linalg.vector_norm(vectors, dim=1, keepdim=True).clamp_min_(_TINY)
            torch.div(vectors, norms, out=place)
        else:
            place.copy_(F.normalize(vectors, dim=1))
