"""Words and phrases of a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from sentence_transformers_static import vocabulary_from_corpus
from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.tokens import mining
from tests import texts

QUIET: dict[str, Any] = {"show_progress_bar": False}


@pytest.fixture(scope="module")
def minilm_tokenizer(owned_tokenizers: dict[str, Tokenizer]) -> Tokenizer:
    return owned_tokenizers["MiniLM"]


def mined(corpus: Any, tokenizer: Tokenizer, *arguments: Any, **options: Any) -> dict[str, int]:
    return vocabulary_from_corpus(corpus, *arguments, tokenizer=tokenizer, **QUIET, **options)


def test_words_are_ranked_by_the_tokens_they_save(minilm_tokenizer: Tokenizer) -> None:
    corpus = (
        ["Kubernetes and hyperspectral systems"] * 6 + ["kubernetes, KUBERNETES and systemd"] * 5 + ["the system"] * 99
    )
    words = mined(corpus, minilm_tokenizer)
    # "the", "system", "systems" and "and" are one token each: nothing is saved.
    assert words == {"Kubernetes": 16, "hyperspectral": 6, "systemd": 5}
    pieces = {word: len(minilm_tokenizer.encode(word, add_special_tokens=False).ids) for word in words}
    saved = [count * (pieces[word] - 1) for word, count in words.items()]
    assert saved == sorted(saved, reverse=True) and min(saved) > 0


def test_size_and_least_count(minilm_tokenizer: Tokenizer) -> None:
    corpus = ["kubernetes"] * 9 + ["hyperspectral"] * 4 + ["systemd"] * 3
    assert list(mined(corpus, minilm_tokenizer, 10, 4)) == ["kubernetes", "hyperspectral"]
    assert list(mined(corpus, minilm_tokenizer, 1, 1)) == ["kubernetes"]


def test_a_cased_tokenizer_tells_cases_apart(owned_tokenizers: dict[str, Tokenizer]) -> None:
    corpus = ["Kubernetes kubernetes"] * 5
    assert mined(corpus, owned_tokenizers["wordllama"]) == {"Kubernetes": 5, "kubernetes": 5}


def test_phrases_are_collocations(minilm_tokenizer: Tokenizer) -> None:
    fillers = [word for text in texts.real(300) for word in text.split() if word.isalpha()]
    corpus = [f"{fillers[i]} visual studio {fillers[i + 1]} of the {fillers[i + 2]}" for i in range(3000)]
    phrases = mined(corpus, minilm_tokenizer, ngram_range=(2, 3))
    assert phrases["visual studio"] == 3000
    assert all(phrase.count(" ") in (1, 2) for phrase in phrases)
    by_chance = {f"{fillers[i + 1]} of the" for i in range(3000)}
    assert not by_chance & set(phrases)
    assert "visual studio" not in mined(corpus, minilm_tokenizer)


def test_words_across_punctuation_are_no_phrase(minilm_tokenizer: Tokenizer) -> None:
    corpus = ["visual, studio. visual\nstudio; visual  studio"] * 20
    assert mined(corpus, minilm_tokenizer, ngram_range=(2, 2)) == {}


def test_numbers_are_no_words(minilm_tokenizer: Tokenizer) -> None:
    assert mined(["123456789 2.7182818 x86zq"] * 9, minilm_tokenizer) == {"x86zq": 9}


def test_marks_belong_to_their_letters(owned_tokenizers: dict[str, Tokenizer]) -> None:
    corpus = ["\u0939\u093f\u0928\u094d\u0926\u0940 cafe\u0301zq"] * 9
    assert set(mined(corpus, owned_tokenizers["wordllama"])) == set(corpus[0].split())


def test_what_is_unknown_is_worth_a_token(owned_tokenizers: dict[str, Tokenizer]) -> None:
    assert mined([f"the {texts.UNKNOWN} system"] * 9, owned_tokenizers["MiniLM"]) == {texts.UNKNOWN: 9}


def test_memory_is_bounded_and_the_frequent_survive(
    minilm_tokenizer: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mining, "MOST_COUNTED", 200)
    corpus = (f"rareword{position}zq kubernetes" for position in range(5000))
    words = mined(corpus, minilm_tokenizer)
    assert words == {"kubernetes": 5000}


def test_a_file(minilm_tokenizer: Tokenizer, tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text('{"passage": "kubernetes"}\n' * 7)
    assert mined(tmp_path / "corpus.jsonl", minilm_tokenizer, text_column="passage") == {"kubernetes": 7}


@pytest.mark.parametrize(
    ("corpus", "options", "error", "message"),
    [
        ([], {}, InputError, "holds no words"),
        (["", "..."], {}, InputError, "holds no words"),
        (["a", 3], {}, InputError, "Text 1 of the corpus is int"),
        (["a"], {"size": 0}, OptionError, "size must be a whole number above 0; got 0"),
        (["a"], {"min_count": 1.5}, OptionError, "min_count must be"),
        (["a"], {"ngram_range": (2, 1)}, OptionError, "ngram_range must be"),
        (["a"], {"ngram_range": (1,)}, OptionError, "ngram_range must be"),
        (["a"], {"ngram_range": 2}, OptionError, "ngram_range must be"),
        (["a"], {"size": True}, OptionError, "size must be"),
        (["a"], {"ngram_range": (0, 1)}, OptionError, "ngram_range must be"),
    ],
    ids=str,
)
def test_bad_input(
    corpus: Any, options: dict[str, Any], error: type[Exception], message: str, minilm_tokenizer: Tokenizer
) -> None:
    with pytest.raises(error, match=message):
        mined(corpus, minilm_tokenizer, **options)
