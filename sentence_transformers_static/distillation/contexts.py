"""Rows of tokens taken in context: the mean of a token's vectors in sentences, instead of its vector alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from tokenizers import Encoding
from tqdm.auto import tqdm

from sentence_transformers_static.distillation.statistics import CorpusStatistics
from sentence_transformers_static.distillation.teacher import Teacher
from sentence_transformers_static.modules import DEFAULT_MAX_SEQ_LENGTH
from sentence_transformers_static.tokens import TextTokenizer
from sentence_transformers_static.tokens.alignment import Spans, alignment

_ALONE = 10
"""How many sentences the vector of a token alone counts as much as."""

_BATCH = 128


def rows_in_context(
    alone: npt.NDArray[np.float32],
    statistics: CorpusStatistics,
    teacher: Teacher,
    tokenizer: TextTokenizer,
    contexts: int,
    *,
    device: str | None = None,
    bfloat16: bool = False,
    show_progress_bar: bool | None = None,
) -> npt.NDArray[np.float32]:
    """Average the teacher's vector of each token over sentences.

    The teacher's vector of a text is the mean of its tokens' vectors, so the mean of a token's vectors is what it adds
    to a text on average: the best that one row for all texts can do (Bommasani et al. 2020, "Interpreting Pretrained
    Contextualized Representations via Reductions to Static Embeddings"). Of rare tokens there are few, so the vector
    of the token alone counts as much as ten of them.

    Args:
        alone: ``(vocab, dim)`` float32, the teacher's vectors of the tokens alone.
        statistics: Of the corpus.
        teacher: One with vectors of tokens.
        tokenizer: The static model's. Where it has one token and the teacher several, their mean is taken.
        contexts: A sentence is left out if each of its tokens has been met in so many.
        device: Where the teacher runs; None for where it is.
        bfloat16: Whether to compute in it.
        show_progress_bar: None shows a bar on a terminal only.

    Returns:
        ``(vocab, dim)`` float32.
    """
    chosen = _chosen([*statistics.sample, *statistics.rare], tokenizer, contexts, len(alone))
    chosen.sort(key=len)
    sums, counts = np.zeros(alone.shape, dtype=np.float32), np.zeros(len(alone), dtype=np.int64)
    disable = None if show_progress_bar is None else not show_progress_bar
    with (
        teacher.running(device, bfloat16=bfloat16) as on_device,
        tqdm(total=len(chosen), desc="Tokens in context", unit=" sentences", disable=disable) as progress,
    ):
        for start in range(0, len(chosen), _BATCH):
            batch = chosen[start : start + _BATCH]
            theirs = teacher.tokenize_with_spans(batch, DEFAULT_MAX_SEQ_LENGTH)
            vectors = teacher.token_vectors(theirs.ids, on_device)[theirs.of_text]
            met, shares = _shares(tokenizer.encodings(batch), theirs.spans)
            sums[met] += shares @ vectors
            counts[met] += shares.sum(axis=1).round().astype(np.int64)
            progress.update(len(batch))
    sums += _ALONE * alone
    return np.asarray(sums / (counts + _ALONE)[:, None], dtype=np.float32)


def _shares(encoded: Sequence[Encoding], spans: Sequence[Spans]) -> tuple[npt.NDArray[np.int64], csr_array]:
    """The tokens that occur, and of each the share of every one of the teacher's tokens, ``(those, teacher's)``."""
    ids = np.concatenate([np.array(one.ids, dtype=np.int64) for one in encoded])
    shares = alignment([one.offsets for one in encoded], spans)
    met, place = np.unique(ids, return_inverse=True)
    members = csr_array((np.ones(len(ids), np.float32), (place, np.arange(len(ids)))), shape=(len(met), len(ids)))
    return met, members @ shares


def _chosen(sentences: Sequence[str], tokenizer: TextTokenizer, contexts: int, vocab_size: int) -> list[str]:
    """The sentences in which some token occurs that has occurred in fewer than ``contexts`` before."""
    had = np.zeros(vocab_size, dtype=np.int64)
    chosen = []
    flat, offsets = tokenizer(sentences)
    for sentence, ids in zip(sentences, np.split(flat, offsets[1:-1]), strict=True):
        if len(ids) and had[ids].min() < contexts:
            had[np.unique(ids)] += 1
            chosen.append(sentence)
    return chosen
