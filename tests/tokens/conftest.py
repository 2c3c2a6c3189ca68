"""Tokenizers of every kind, and the same with words added."""

from __future__ import annotations

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from sentence_transformers_static.tokens import (
    Extension,
    add_words,
)
from tests.tokens.surgery import NAMES, WORDS


@pytest.fixture(scope="module")
def tokenizers_by_name(owned_tokenizers: dict[str, Tokenizer]) -> dict[str, Tokenizer]:
    whole_words = Tokenizer(
        models.WordLevel({"[UNK]": 0, "the": 1, "system": 2, ",": 3, "testing": 4}, unk_token="[UNK]")
    )
    whole_words.pre_tokenizer = pre_tokenizers.Whitespace()
    return {**owned_tokenizers, "WordLevel": whole_words}


# A vocabulary of 276,326 takes seconds to edit: it takes part in full in the slow tests, and above all in those below.
@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] * (name == "tokenlearn")) for name in NAMES])
def tokenizer(request: pytest.FixtureRequest, tokenizers_by_name: dict[str, Tokenizer]) -> Tokenizer:
    return tokenizers_by_name[request.param]


@pytest.fixture(scope="module")
def extensions(tokenizers_by_name: dict[str, Tokenizer]) -> dict[str, Extension]:
    return {name: add_words(tokenizers_by_name[name], WORDS) for name in NAMES}
