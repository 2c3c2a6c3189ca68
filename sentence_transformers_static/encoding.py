"""Encoding in one pass: texts to flat token ids, to means, straight into the rows of the answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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
        answer: Tensor | None = None
        done = 0
        with tqdm(total=len(texts), desc="Encoding", unit=" texts", disable=not self.show_progress_bar) as progress:
            for ids, offsets in self._tokenized(texts):
                for vectors in self._vectors(ids, offsets):
                    if answer is None:
                        device = "cpu" if self.save_to_cpu else vectors.device
                        answer = vectors.new_empty(len(texts), vectors.shape[1], device=device)
                    self._put(vectors, answer[done : done + len(vectors)])
                    done += len(vectors)
                    progress.update(len(vectors))
        return torch.empty(0, device=self.device) if answer is None else answer

    def _tokenized(self, texts: Sequence[str]) -> Iterator[tuple[Tensor, Tensor]]:
        """Flat ids and offsets, chunk after chunk; the next is made while one is used, if there are threads for it."""
        chunks = self.embedding.text_tokenizer.chunks(texts)
        first, second = next(chunks, None), next(chunks, None)
        if first is None:
            return
        if second is None or torch.get_num_threads() == 1:
            for chunk in (first, second, *chunks):
                if chunk is not None:
                    yield self.embedding.flat_ids(texts[chunk])
            return
        with ThreadPoolExecutor(1) as ahead:
            coming = ahead.submit(self.embedding.flat_ids, texts[first])
            for chunk in (second, *chunks):
                ready = coming.result()
                coming = ahead.submit(self.embedding.flat_ids, texts[chunk])
                yield ready
            yield coming.result()

    def _vectors(self, ids: Tensor, offsets: Tensor) -> Iterator[Tensor]:
        """What the modules give for the texts of a chunk, some at a time."""
        count = len(offsets) - 1
        step = max(1, _POOLED_BYTES // (4 * self.embedding.get_embedding_dimension()))
        ids = ids.to(self.device)
        for start in range(0, count, step):
            some = offsets[start : start + step + 1]
            means = self.embedding.flat_mean(ids[int(some[0]) : int(some[-1])], some.diff().to(self.device))
            features = {"sentence_embedding": means}
            for module in self.modules:
                features = module(features)
            yield features["sentence_embedding"][:, : self.truncate_dim]

    def _put(self, vectors: Tensor, place: Tensor) -> None:
        if not self.normalize:
            place.copy_(vectors)
        elif vectors.device == place.device and vectors.dtype == torch.float32:
            norms = torch.linalg.vector_norm(vectors, dim=1, keepdim=True).clamp_min_(_TINY)
            torch.div(vectors, norms, out=place)
        else:
            place.copy_(F.normalize(vectors, dim=1))
