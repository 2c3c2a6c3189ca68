"""What the tests of edited tokenizers share: real tokenizers, words that none of them has, and comparisons."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, settings
from tokenizers import Encoding, Tokenizer

from tests import texts

NAMES = ["MiniLM", "tokenlearn", "wordllama", "RoBERTa", "XLM-R", "WordLevel"]
"""WordPiece, Unigram after white space, Llama-2's BPE, byte-level BPE, Unigram, whole words."""

WORDS = ["kubernetes", "hyperspectral", "visual zqstudio", "zqfoo_bar", "c++zq", "naïvezq", "zq9", "Zqcamel", "fluxcap"]
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SURROUNDINGS = [" ", ", ", ". ", " (", ") ", "\n", "  ", "-", "/", "'s ", "! ", '" ', "; "]


def encoded(tokenizer: Tokenizer, text: str) -> Encoding:
    return tokenizer.encode(text, add_special_tokens=False)


def assert_dense(tokenizer: Tokenizer) -> None:
    assert sorted(tokenizer.get_vocab().values()) == list(range(tokenizer.get_vocab_size()))


def assert_splits_alike(first: Tokenizer, second: Tokenizer, samples: list[str]) -> None:
    for text in samples:
        assert encoded(first, text).tokens == encoded(second, text).tokens, text


def common_words(count: int) -> list[str]:
    drawn = random.Random(0)
    return drawn.sample(sorted({word for text in texts.real(300) for word in text.split()}), count)
