"""Words and phrases of a corpus that deserve tokens of their own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from numbers import Integral

import numpy as np
import regex
from tokenizers import Tokenizer
from tqdm.auto import tqdm
from transformers import PreTrainedTokenizerBase

from sentence_transformers_static.corpus import Corpus, stream_texts
from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.tokens.text_tokenizer import TextTokenizer

MOST_COUNTED = 2_000_000
"""Different words and phrases that are counted at a time."""

LEAST_NPMI = 0.7
"""The least normalized pointwise mutual information of a phrase; 1: its words occur together only, 0: by chance."""

_RUN = regex.compile(r"[\w\p{M}]+(?: [\w\p{M}]+)*")
"""Words with one space between them, which is how an added token of several words is found again."""

_LETTER = regex.compile(r"[^\W\d_]")
_LONGEST = 10


@dataclass
class _Entry:
    text: str
    count: int


def vocabulary_from_corpus(
    corpus: Corpus,
    size: int = 5000,
    min_count: int = 5,
    ngram_range: tuple[int, int] = (1, 1),
    *,
    tokenizer: PreTrainedTokenizerBase | Tokenizer,
    text_column: str = "text",
    show_progress_bar: bool | None = None,
) -> dict[str, int]:
    """The words, and if asked the phrases, that a tokenizer splits worst and a corpus uses most.

    They are ranked by the number of tokens that the corpus becomes shorter by when they are tokens of their own: how
    often they occur, times the number of their tokens less one (not less one, if a part of it is unknown). Phrases must
    also be collocations: of a *normalized pointwise mutual information* (Bouma 2009, "Normalized (Pointwise) Mutual
    Information in Collocation Extraction") of at least 0.7, for more than two words in its form of *total correlation*
    (Van de Cruys 2011).

    The corpus is read once, as a stream; memory is bounded. When more than two million different words and phrases
    have been met, the rarest so far are forgotten (Manku and Motwani 2002, "Approximate Frequency Counts over Data
    Streams"), so in a very large corpus rare ones may be missed and counts be a little low.

    Args:
        corpus: An iterable of texts, a file (.txt, .jsonl, .csv, .parquet), or a ``datasets.Dataset``.
        size: The most words to return.
        min_count: How often one must occur at least.
        ngram_range: The least and the largest number of words of an entry: ``(1, 1)`` for single words, ``(1, 2)`` for
            pairs as well. A word is a run of letters, digits and underscores with at least one letter.
        tokenizer: The teacher's.
        text_column: Which column of a file or a dataset holds the text.
        show_progress_bar: None shows a bar on a terminal only.

    Returns:
        Each word, written as it is most often, and its count, the most useful first; for ``distill(vocabulary=...)``.

    Raises:
        OptionError: If an option is out of range, or a file or column is missing.
        InputError: If the corpus holds no text, or something else than text.
        TokenizerError: If the tokenizer is a slow one.
    """
    _check(size, min_count, ngram_range)
    reader = TextTokenizer.copy_of(tokenizer)
    disable = None if show_progress_bar is None else not show_progress_bar
    texts = tqdm(stream_texts(corpus, text_column), desc="Counting words", unit=" texts", disable=disable)
    counts = _counted(texts, ngram_range[1])
    if not counts:
        raise InputError("The corpus holds no words. Pass texts, or name the column that holds them.")
    entries = _merged(counts, reader.normalize)
    chosen = [entry for entry in _collocations(entries, reader.normalize, ngram_range) if entry.count >= min_count]
    return {entry.text: entry.count for entry in _most_useful(chosen, reader, size)}


def _check(size: int, min_count: int, ngram_range: tuple[int, int]) -> None:
    for name, value in (("size", size), ("min_count", min_count)):
        if not _is_whole(value) or value < 1:
            raise OptionError(f"{name} must be a whole number above 0; got {value!r}.")
    pair = ngram_range if isinstance(ngram_range, (tuple, list)) and len(ngram_range) == 2 else (0, 0)
    if not all(map(_is_whole, pair)) or not 1 <= pair[0] <= pair[1] <= _LONGEST:
        raise OptionError(
            f"ngram_range must be the least and the largest number of words, from 1 to {_LONGEST}; got {ngram_range!r}."
        )


def _is_whole(value: object) -> bool:
    return isinstance(value, Integral) and not isinstance(value, bool)


def _counted(texts: Iterable[str], longest: int) -> Counter[str]:
    """How often each word, and each phrase of up to ``longest`` words, occurs.

    When there are too many, those that have occurred least are dropped, and next time those that have a little more.
    """
    counts: Counter[str] = Counter()
    least = 1
    for text in texts:
        counts.update(_grams(text, longest))
        while len(counts) > MOST_COUNTED:
            counts = Counter({gram: count for gram, count in counts.items() if count > least})
            least += 1
    return counts


def _grams(text: str, longest: int) -> Iterator[str]:
    for run in _RUN.findall(text):
        words = run.split(" ")
        yield from words
        for order in range(2, min(longest, len(words)) + 1):
            yield from (" ".join(words[at : at + order]) for at in range(len(words) - order + 1))


def _merged(counts: Counter[str], normalize: Callable[[str], str]) -> dict[str, _Entry]:
    """Normal form -> the spelling that is most frequent, and the count of all together."""
    entries: dict[str, _Entry] = {}
    for text, count in counts.most_common():
        form = normalize(text)
        if form in entries:
            entries[form].count += count
        else:
            entries[form] = _Entry(text, count)
    return entries


def _collocations(
    entries: dict[str, _Entry], normalize: Callable[[str], str], ngram_range: tuple[int, int]
) -> Iterator[_Entry]:
    """The entries of so many words of which every one has a letter, and which go together."""
    words = sum(entry.count for entry in entries.values() if " " not in entry.text)
    for entry in entries.values():
        parts = entry.text.split(" ")
        if not ngram_range[0] <= len(parts) <= ngram_range[1] or not all(map(_LETTER.search, parts)):
            continue
        if len(parts) == 1:
            yield entry
            continue
        known = [entries.get(normalize(part)) for part in parts]
        # A word of the phrase may have been forgotten, at a time when it was rare.
        singles = [max(entry.count, 0 if single is None else single.count) for single in known]
        surprise = -math.log(entry.count / words)
        association = sum(math.log(words / single) for single in singles) - surprise
        if association >= LEAST_NPMI * (len(parts) - 1) * surprise:
            yield entry


def _most_useful(entries: list[_Entry], reader: TextTokenizer, size: int) -> list[_Entry]:
    """Those that save most tokens when each is one token."""
    texts = [entry.text for entry in entries]
    lengths, known = (np.diff(reader(texts, keep_unknown=keep)[1]) for keep in (True, False))
    # What the tokenizer does not know is worth a token as well.
    saved = (lengths - 1 + (known < lengths)) * np.fromiter((entry.count for entry in entries), np.int64, len(entries))
    order = np.argsort(-saved, kind="stable")[:size]
    return [entries[position] for position in order if saved[position] > 0]
