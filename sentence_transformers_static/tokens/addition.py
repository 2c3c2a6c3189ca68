"""Tokenizers with more tokens: words and phrases that come out whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress

import numpy as np
import numpy.typing as npt
from tokenizers import AddedToken, Tokenizer
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.errors import InputError
from sentence_transformers_static.tokens.backends.selection import REFERENCE
from sentence_transformers_static.tokens.prefix import prefix_first_only
from sentence_transformers_static.tokens.text_tokenizer import TextTokenizer, without_lone_surrogates

EMPTY = "nothing is left of it after normalization"
TWICE = "given twice"
PRESENT = "a token already"
UNMATCHED = "cannot be told from its surroundings"
"""Why a word is skipped."""

_SHOWN = 5


@dataclass(frozen=True)
class Extension:
    """A tokenizer with words added.

    Attributes:
        tokenizer: The new tokenizer; new tokens have the ids after those that were there.
        words: The words that were added, as they were given and in that order.
        tokens: The token of each. One that is spelled like a piece of words, such as a byte-level ``ing``, is that
            piece, with its id; the others are new, with ids in this order.
        skipped: Reason -> the words that were not added for it.
    """

    tokenizer: Tokenizer
    words: list[str]
    tokens: list[str]
    skipped: dict[str, list[str]] = field(default_factory=dict)

    def summary(self) -> str:
        """What was skipped, in a sentence for each reason; empty if nothing was."""
        return " ".join(
            f"{len(words):,} skipped, {reason}: {', '.join(map(repr, words[:_SHOWN]))}"
            f"{', ...' if len(words) > _SHOWN else ''}."
            for reason, words in self.skipped.items()
        )


def add_words(tokenizer: Tokenizer | PreTrainedTokenizerFast, words: Sequence[str]) -> Extension:
    """Add words and multi-word expressions to a tokenizer.

    Each comes out as one token wherever it stands by itself: between characters that are no letter, digit or
    underscore, in upper or lower case if the tokenizer does not tell them apart, and between the words of an expression
    one space. All other words keep their tokens, those that begin with a new word included. Where two of the new words
    overlap, the longer one is taken; where that does not end with a word, neither is (a limit of ``tokenizers``).

    A tokenizer that sees a space before each piece of a text, not before the text alone (ByteLevel or Metaspace after
    another pre-tokenizer, such as Digits), sees one before the punctuation after a new word too.

    They are *added tokens* of the ``tokenizers`` library, which finds them all in one pass, however many they are.

    Args:
        tokenizer: It is left as it is.
        words: White space at their ends is ignored. Words that are one token already are skipped, and so are those of
            which the normalizer leaves nothing, and the second of two that it makes equal.

    Raises:
        InputError: If ``words`` is a single ``str``, or one is not a ``str``.
    """
    _check_words(words)
    backend = tokenizer if isinstance(tokenizer, Tokenizer) else tokenizer.backend_tokenizer
    base = prefix_first_only(backend)
    spaced = [" ".join(without_lone_surrogates(word).split()) for word in words]
    kept: dict[str, str] = {}
    skipped: dict[str, list[str]] = {}
    for word, text, is_token in zip(words, spaced, _are_tokens(base, spaced), strict=True):
        form = text if base.normalizer is None else base.normalizer.normalize_str(text).strip()
        reason = EMPTY if not form else PRESENT if is_token else TWICE if form in kept else None
        if reason is None:
            kept[form] = text
        else:
            skipped.setdefault(reason, []).append(word)
    given = dict(zip(reversed(spaced), reversed(words), strict=True))
    # The normal form is what is read best in a vocabulary; but some normalizers change it once more.
    contents = {text: form for form, text in kept.items()}
    contents.update({text: text for text in _missed(base, contents)})
    for text in _missed(base, contents):
        del contents[text]
        skipped.setdefault(UNMATCHED, []).append(given[text])
    return Extension(
        _with_added(base, contents.values()), [given[text] for text in contents], list(contents.values()), skipped
    )


def _missed(tokenizer: Tokenizer, contents: Mapping[str, str]) -> list[str]:
    """The words that do not come out whole, alone or between others, when their contents are added."""
    extended = _with_added(tokenizer, contents.values())
    alone = _are_tokens(extended, list(contents))
    reader = _reader(extended)
    ids, offsets = reader([f"a {text} a" for text in contents], keep_unknown=True)
    owners = np.repeat(np.arange(len(contents)), np.diff(offsets))
    wanted = np.array([extended.token_to_id(content) for content in contents.values()], dtype=np.int64)
    between = np.zeros(len(contents), dtype=bool)
    between[owners[ids == wanted[owners]]] = True
    return list(compress(contents, ~(alone & between)))


def _reader(tokenizer: Tokenizer) -> TextTokenizer:
    reader = TextTokenizer.copy_of(tokenizer)
    reader.backend = REFERENCE
    return reader


def _are_tokens(tokenizer: Tokenizer, texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Whether each text is one token, and not the unknown one."""
    reader = _reader(tokenizer)
    ids, offsets = reader(texts, keep_unknown=True)
    single = np.diff(offsets) == 1
    single[single] = ids[offsets[:-1][single]] != reader.unknown_id
    return np.asarray(single)


def _with_added(tokenizer: Tokenizer, contents: Iterable[str]) -> Tokenizer:
    extended = Tokenizer.from_str(tokenizer.to_str())
    # White space before it belongs to it: left to itself it would become a token in some tokenizers.
    extended.add_tokens([AddedToken(one, single_word=True, lstrip=True, normalized=True) for one in contents])
    return extended


def _check_words(words: Sequence[str]) -> None:
    if isinstance(words, str):
        raise InputError(f"A vocabulary must be a list of words, or a file of them; got the str {words!r:.60}.")
    for position, word in enumerate(words):
        if not isinstance(word, str):
            raise InputError(
                f"Word {position} of the vocabulary is {type(word).__name__} ({word!r:.60}); expected str."
            )
