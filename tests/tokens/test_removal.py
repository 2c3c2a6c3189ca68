"""Tokens removed: they never appear, and nothing else has changed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.tokens import (
    add_words,
    lowercase,
    prune_added_tokens,
    remove_tokens,
    remove_unreachable_tokens,
)
from sentence_transformers_static.tokens.prefix import prefix_first_only
from tests import teachers, texts
from tests.tokens.surgery import WORDS, assert_dense, assert_splits_alike, common_words, encoded

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


# Tokens removed.


@pytest.mark.parametrize("pattern", ["(?i)[▁Ġ#]*th", "[▁Ġ#]*s", ".*ing$"])
def test_removed_tokens_never_appear_and_other_words_keep_their_pieces(pattern: str, tokenizer: Tokenizer) -> None:
    removed = {token for token in tokenizer.get_vocab() if re.match(pattern, token)}
    assert removed
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


def test_words_that_begin_with_a_metaspace_are_reachable() -> None:
    """Some normalizers of SentencePiece turn the metaspace itself into a space."""
    vocabulary = [("<unk>", 0.0), ("\u2581the", -1.0), ("\u2581", -3.0), ("t", -4.0), ("h", -4.0), ("e", -4.0)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=0))
    tokenizer.normalizer = normalizers.Nmt()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    assert encoded(remove_unreachable_tokens(tokenizer), "the the").tokens == ["\u2581the", "\u2581the"]
