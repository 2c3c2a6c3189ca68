"""What distillation wants to know of a corpus: how often each token occurs, and sentences that it occurs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
from tqdm.auto import tqdm

from sentence_transformers_static.corpus import Corpus, stream_texts
from sentence_transformers_static.distillation.sentences import sentences
from sentence_transformers_static.errors import InputError
from sentence_transformers_static.tokens import TextTokenizer

SAMPLE = 60_000
"""Sentences that are kept of the whole corpus, and as many at most for the sake of rare tokens."""

RARE = 3
"""Sentences of each token that are kept at least, if the corpus has so many."""

_CHUNK = 8192
_SEED = 0


@dataclass(frozen=True)
class CorpusStatistics:
    """One pass over a corpus.

    Attributes:
        texts: How many texts there were.
        counts: ``(vocab,)`` int64, how often each token occurs.
        sample: Sentences drawn evenly from all of the corpus.
        rare: Further sentences, of tokens that are rare.
    """

    texts: int
    counts: npt.NDArray[np.int64]
    sample: list[str]
    rare: list[str]

    @property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """The share of each token, ``(vocab,)``."""
        return np.asarray(self.counts / self.counts.sum())


def read_corpus(
    corpus: Corpus,
    tokenizer: TextTokenizer,
    *,
    column: str = "text",
    show_progress_bar: bool | None = None,
) -> CorpusStatistics:
    """Read a corpus once, as a stream, in bounded memory.

    Args:
        corpus: Texts; see :func:`stream_texts`.
        tokenizer: Counts are those of its tokens; unknown ones are not counted.
        column: Which column of a file or a dataset holds the text.
        show_progress_bar: None shows a bar on a terminal only.

    Raises:
        InputError: If the corpus holds no text, or no token of the vocabulary.
        OptionError: If a file or column is missing.
    """
    disable = None if show_progress_bar is None else not show_progress_bar
    progress = tqdm(stream_texts(corpus, column), desc="Reading the corpus", unit=" texts", disable=disable)
    counts = np.zeros(tokenizer.vocab_size, dtype=np.int64)
    reservoir, rare = _Reservoir(SAMPLE), _Rare(len(counts))
    texts = 0

    def counted() -> Iterator[str]:
        nonlocal texts
        for text in progress:
            texts += 1
            yield from sentences(text)

    for chunk in _chunks(counted()):
        ids, offsets = tokenizer.tokenize(chunk)
        counts += np.bincount(ids, minlength=len(counts))
        reservoir.add(chunk)
        rare.add(chunk, ids, offsets)
    if not counts.any():
        raise InputError(
            "The corpus holds no text that the tokenizer knows a token of. Pass texts like those that the model will "
            "be used on, or name the column that holds them."
        )
    kept = set(reservoir.items)
    return CorpusStatistics(texts, counts, reservoir.items, [one for one in rare.items if one not in kept])


class _Reservoir:
    """An even sample of a stream (Vitter 1985, "Random Sampling with a Reservoir", algorithm R)."""

    def __init__(self, size: int) -> None:
        self.items: list[str] = []
        self._size = size
        self._seen = 0
        self._generator = np.random.default_rng(_SEED)

    def add(self, chunk: list[str]) -> None:
        free = self._size - len(self.items)
        self.items += chunk[:free]
        rest = chunk[max(free, 0) :]
        self._seen += len(chunk) - len(rest)
        places = self._generator.integers(0, np.arange(self._seen + 1, self._seen + len(rest) + 1))
        for text, place in zip(rest, places.tolist(), strict=True):
            if place < self._size:
                self.items[place] = text
        self._seen += len(rest)


class _Rare:
    """The first sentences of each token."""

    def __init__(self, vocab_size: int) -> None:
        self.items: list[str] = []
        self._had = np.zeros(vocab_size, dtype=np.int64)

    def add(self, chunk: list[str], ids: npt.NDArray[np.int32], offsets: npt.NDArray[np.int64]) -> None:
        if len(self.items) >= SAMPLE:
            return
        owners = np.repeat(np.arange(len(chunk)), np.diff(offsets))
        wanted = np.flatnonzero(self._had[ids] < RARE)
        order = wanted[np.argsort(ids[wanted], kind="stable")]
        first = np.searchsorted(ids[order], ids[order], side="left")
        nth = np.arange(len(order)) - first + self._had[ids[order]]
        keep = np.unique(owners[order[nth < RARE]])
        self.items += [chunk[position] for position in keep]
        self._had += np.bincount(ids[np.isin(owners, keep)], minlength=len(self._had))


def _chunks(items: Iterable[str]) -> Iterator[list[str]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk
