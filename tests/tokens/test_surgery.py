"""Tokens removed and added: what was touched is as asked, and nothing else has changed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Encoding, Tokenizer, models, normalizers, pre_tokenizers

from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.tokens import (
    Extension,
    add_words,
    lowercase,
    prune_added_tokens,
    remove_tokens,
    remove_unreachable_tokens,
)
from sentence_transformers_static.tokens.addition import EMPTY, PRESENT, TWICE
from sentence_transformers_static.tokens.prefix import prefix_first_only
from tests import teachers, texts

NAMES = ["MiniLM", "tokenlearn", "wordllama", "RoBERTa", "XLM-R", "WordLevel"]
"""WordPiece, Unigram after white space, Llama-2's BPE, byte-level BPE, Unigram, whole words."""

WORDS = ["kubernetes", "hyperspectral", "visual zqstudio", "zqfoo_bar", "c++zq", "naïvezq", "zq9", "Zqcamel", "fluxcap"]
_SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
_SURROUNDINGS = [" ", ", ", ". ", " (", ") ", "\n", "  ", "-", "/", "'s ", "! ", '" ', "; "]


@pytest.fixture(scope="module")
def tokenizers_by_name(owned_tokenizers: dict[str, Tokenizer]) -> dict[str, Tokenizer]:
    whole_words = Tokenizer(models.WordLevel({"[UNK]": 0, "the": 1, "system": 2, ",": 3}, unk_token="[UNK]"))
    whole_words.pre_tokenizer = pre_tokenizers.Whitespace()
    return {**owned_tokenizers, "WordLevel": whole_words}


# A vocabulary of 276,326 takes seconds to edit: it takes part in full in the slow tests, and above all in those below.
@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.slow] * (name == "tokenlearn")) for name in NAMES])
def tokenizer(request: pytest.FixtureRequest, tokenizers_by_name: dict[str, Tokenizer]) -> Tokenizer:
    return tokenizers_by_name[request.param]


@pytest.fixture(scope="module")
def extensions(tokenizers_by_name: dict[str, Tokenizer]) -> dict[str, Extension]:
    return {name: add_words(tokenizers_by_name[name], WORDS) for name in NAMES}


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


# Every function gives a new tokenizer.


@pytest.mark.parametrize(
    "change",
    [
        lambda tokenizer: add_words(tokenizer, WORDS).tokenizer,
        lambda tokenizer: remove_tokens(tokenizer, "(?i).?th"),
        prune_added_tokens,
        remove_unreachable_tokens,
        lowercase,
        prefix_first_only,
    ],
    ids=["add_words", "remove_tokens", "prune_added_tokens", "remove_unreachable_tokens", "lowercase", "prefix"],
)
def test_the_input_is_untouched_and_ids_are_dense(
    change: Callable[[Tokenizer], Tokenizer], tokenizer: Tokenizer
) -> None:
    before = tokenizer.to_str()
    changed = change(tokenizer)
    assert tokenizer.to_str() == before
    assert changed is not tokenizer
    assert_dense(changed)
    # As saved, so in memory.
    reloaded = Tokenizer.from_str(changed.to_str())
    assert reloaded.get_vocab() == changed.get_vocab()
    assert_splits_alike(reloaded, changed, ["The kubernetes' systems, zq9!", *texts.real(5)])


# Words added.


@pytest.mark.parametrize("name", NAMES)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from([*WORDS, *common_words(300)]), st.sampled_from(_SURROUNDINGS)),
        min_size=1,
        max_size=12,
    )
)
@_SETTINGS
def test_new_words_come_out_whole_and_others_keep_their_pieces(
    name: str, extensions: dict[str, Extension], tokenizers_by_name: dict[str, Tokenizer], parts: list[tuple[str, str]]
) -> None:
    text, spans = "", []
    for word, after in parts:
        if word in WORDS:
            spans.append((len(text), len(text) + len(word)))
        text += word + after
    extension, base = extensions[name], tokenizers_by_name[name]
    first_new = base.get_vocab_size()
    new = encoded(extension.tokenizer, text)
    whole = [(token_id, span) for token_id, span in zip(new.ids, new.offsets, strict=True) if token_id >= first_new]
    assert [text[start:end].strip() for _, (start, end) in whole] == [text[start:end] for start, end in spans]
    assert [extension.words[token_id - first_new] for token_id, _ in whole] == [text[a:b] for a, b in spans]
    # The other tokens are those of the tokenizer as it was, but for white space right before a new word.
    old = encoded(base, text)

    def is_outside(span: tuple[int, int]) -> bool:
        return all(span[1] <= start or span[0] >= end for _, (start, end) in whole)

    kept = [token for token, span in zip(old.tokens, old.offsets, strict=True) if is_outside(span)]
    rest = [token for token, token_id in zip(new.tokens, new.ids, strict=True) if token_id < first_new]
    assert rest == kept, text


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(max_size=60))
@_SETTINGS
def test_any_other_text_is_split_as_before(
    name: str, extensions: dict[str, Extension], tokenizers_by_name: dict[str, Tokenizer], text: str
) -> None:
    assert encoded(extensions[name].tokenizer, text).ids == encoded(tokenizers_by_name[name], text).ids


def test_words_that_begin_with_a_new_word_keep_their_pieces(tokenizer: Tokenizer) -> None:
    extended = add_words(tokenizer, ["inter", "auto", "kuber"]).tokenizer
    assert_splits_alike(
        extended, tokenizer, ["kubernetes", "autokuberize interkuber", "kubers are automobiles", "xauto_1 inter2"]
    )


def test_real_texts_keep_their_tokens(tokenizer: Tokenizer) -> None:
    assert_splits_alike(add_words(tokenizer, WORDS).tokenizer, tokenizer, [*texts.real(200), *texts.HARD.values()])


def test_case_is_what_the_tokenizer_makes_of_it(tokenizers_by_name: dict[str, Tokenizer]) -> None:
    uncased = add_words(tokenizers_by_name["MiniLM"], ["Kubernetes"])
    assert [len(encoded(uncased.tokenizer, text)) for text in ("kubernetes", "KUBERNETES", "Kubernetes")] == [1, 1, 1]
    cased = add_words(tokenizers_by_name["wordllama"], ["Kubernetes"])
    assert [len(encoded(cased.tokenizer, text)) > 1 for text in ("kubernetes", "Kubernetes")] == [True, False]


def test_skipped_words_are_listed_with_the_reason(tokenizers_by_name: dict[str, Tokenizer]) -> None:
    words = ["kubernetes", "the", "", " \t", "\u200b", "kubernetes", "KUBERNETES", "  kubernetes  ", "foozq  barzq"]
    extension = add_words(tokenizers_by_name["MiniLM"], words)
    assert extension.words == ["kubernetes", "foozq  barzq"]
    assert extension.tokens == ["kubernetes", "foozq barzq"]
    assert extension.skipped == {
        PRESENT: ["the"],
        EMPTY: ["", " \t", "\u200b"],
        TWICE: ["kubernetes", "KUBERNETES", "  kubernetes  "],
    }
    summary = extension.summary()
    assert "3 skipped, given twice: 'kubernetes'" in summary and "1 skipped, a token already: 'the'" in summary


def test_a_long_list_of_skipped_words_is_cut(tokenizers_by_name: dict[str, Tokenizer]) -> None:
    summary = add_words(tokenizers_by_name["MiniLM"], ["the"] * 1000).summary()
    assert "1,000 skipped" in summary and len(summary) < 200


def test_what_is_an_added_token_already_is_not_added_again(tokenizer: Tokenizer) -> None:
    once = add_words(tokenizer, WORDS)
    again = add_words(once.tokenizer, WORDS)
    assert again.words == [] and again.tokenizer.get_vocab() == once.tokenizer.get_vocab()


@pytest.mark.parametrize(
    ("words", "message"), [("kubernetes", "list of words"), (["a", 3], "Word 1 of the vocabulary is int")]
)
def test_words_that_are_none(words: object, message: str, tokenizers_by_name: dict[str, Tokenizer]) -> None:
    with pytest.raises(InputError, match=message):
        add_words(tokenizers_by_name["MiniLM"], words)  # type: ignore[arg-type]


def test_twenty_thousand_words(tokenizers_by_name: dict[str, Tokenizer]) -> None:
    drawn = random.Random(0)
    words = {"".join(drawn.choices("abcdefghijklmnop", k=drawn.randint(7, 14))) for _ in range(20_000)}
    extension = add_words(tokenizers_by_name["MiniLM"], sorted(words))
    assert len(extension.words) > 19_900
    assert_dense(extension.tokenizer)


# Tokens removed.


@pytest.mark.parametrize("pattern", ["(?i)[▁Ġ#]*th", "[▁Ġ#]*s", ".*ing$"])
def test_removed_tokens_never_appear_and_other_words_keep_their_pieces(pattern: str, tokenizer: Tokenizer) -> None:
    removed = {token for token in tokenizer.get_vocab() if re.match(pattern, token)}
    if not removed:
        pytest.skip("no token of this vocabulary")
    changed = remove_tokens(tokenizer, pattern)
    assert_dense(changed)
    assert set(changed.get_vocab()) == set(tokenizer.get_vocab()) - removed
    # By id: a Unigram model calls an unknown token by what it stands for.
    seen = {changed.id_to_token(token_id) for text in texts.real(60) for token_id in encoded(changed, text).ids}
    assert not removed & seen
    untouched = [word for word in common_words(2000) if not is_touched(tokenizer, word, removed)]
    assert len(untouched) > 100
    assert_splits_alike(changed, tokenizer, untouched)


def is_touched(tokenizer: Tokenizer, word: str, removed: set[str]) -> bool:
    tokens = encoded(tokenizer, word).tokens
    if isinstance(tokenizer.model, models.BPE):
        # On the way to its tokens, a word is in any of its parts.
        return any(token in "".join(tokens) for token in removed)
    return bool(removed & set(tokens))


@pytest.mark.parametrize(
    ("pattern", "message"), [("(", "not a regular expression"), ("", "removes all"), (r"\[UNK", "unknown token")]
)
def test_refused_patterns(pattern: str, message: str, tokenizers_by_name: dict[str, Tokenizer]) -> None:
    with pytest.raises(OptionError, match=message):
        remove_tokens(tokenizers_by_name["MiniLM"], pattern)


def test_pruning_keeps_only_what_the_model_needs() -> None:
    bert_tokenizer = Tokenizer.from_str(teachers.bert().tokenizer.backend_tokenizer.to_str())
    pruned = prune_added_tokens(bert_tokenizer)
    assert pruned.post_processor is None
    assert {token.content for token in pruned.get_added_tokens_decoder().values()} == {"[UNK]"}
    bert_tokenizer.no_truncation()
    assert_splits_alike(pruned, bert_tokenizer, texts.real(50))


def test_lower_case_texts_are_split_as_before(tokenizer: Tokenizer) -> None:
    lower = lowercase(tokenizer)
    samples = [text.lower() for text in texts.real(100)]
    assert_splits_alike(lower, tokenizer, samples)
    assert_splits_alike(lower, lower, [text.upper().lower() for text in samples])
    assert [encoded(lower, text.title()).ids for text in samples] == [
        encoded(lower, text.title().lower()).ids for text in samples
    ]


@pytest.mark.parametrize(("name", "least"), [("wordllama", 4_000), ("RoBERTa", 20)])
def test_lower_casing_drops_the_rows_of_upper_case(
    name: str, least: int, tokenizers_by_name: dict[str, Tokenizer]
) -> None:
    before = tokenizers_by_name[name]
    assert before.get_vocab_size() - lowercase(before).get_vocab_size() > least


def test_unreachable_tokens_are_those_that_no_text_becomes(tokenizer: Tokenizer) -> None:
    fewer = remove_unreachable_tokens(tokenizer)
    assert_splits_alike(fewer, tokenizer, [*texts.real(100), *texts.HARD.values()])


def test_duplicates_of_an_uncased_vocabulary_go() -> None:
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 0, "dog": 1, "Dog": 2, "##S": 3, "##s": 4}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    assert set(remove_unreachable_tokens(tokenizer).get_vocab()) == {"[UNK]", "dog", "##s"}
