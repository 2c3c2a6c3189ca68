"""How probable each token is: counted in a corpus, or guessed from the order of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sentence_transformers_static.errors import InputError
from sentence_transformers_static.numerics import zipf_probabilities
from sentence_transformers_static.text_files import read_vocabulary

Words = Sequence[str] | Mapping[str, int] | str | Path
"""Words to add: a list, word -> count, or a file of one or the other."""


def words_and_counts(vocabulary: Words | None) -> tuple[list[str], Mapping[str, float]]:
    """The words to add, in the order given, and the counts of those that have one.

    Raises:
        InputError: If it is no list, mapping or file, or a count is no number above 0.
        OptionError: If the file is missing or of an unknown kind.
    """
    if isinstance(vocabulary, (str, Path)):
        vocabulary = read_vocabulary(Path(vocabulary))
    if vocabulary is None:
        return [], {}
    if not isinstance(vocabulary, (Mapping, Sequence)):
        raise InputError(
            "A vocabulary must be a list of words, a mapping from word to count, or a file; got "
            f"{type(vocabulary).__name__}."
        )
    if not isinstance(vocabulary, Mapping):
        return list(vocabulary), {}
    for word, count in vocabulary.items():
        if not isinstance(count, (int, float, np.number)) or not 0 < count < float("inf"):
            raise InputError(f"The vocabulary gives {word!r:.60} the count {count!r:.60}; expected a number above 0.")
    return list(vocabulary), {word: float(count) for word, count in vocabulary.items()}


def guessed_probabilities(size: int, added: Sequence[float | None]) -> npt.NDArray[np.float64]:
    """Token probabilities without a corpus, ``(size,)`` float64, summing to 1.

    By Zipf's law of a token's rank; see :func:`zipf_probabilities`. The teacher's own tokens rank as they stand in its
    vocabulary; words that were added rank after them, by falling count, or, without counts, in the order given.

    Args:
        size: Tokens of the vocabulary.
        added: The counts of the last of them, the words that were added; None where there is none.
    """
    probabilities = zipf_probabilities(size)
    first = size - len(added)
    order = np.argsort([-(count or 0) for count in added], kind="stable")
    probabilities[first + order] = probabilities[first:].copy()
    return probabilities
