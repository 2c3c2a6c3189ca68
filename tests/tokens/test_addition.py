"""Words added to tokenizers: they come out whole, for every reader, and nothing else has changed."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer
from sentence_transformers_static.errors import InputError
from sentence_transformers_static.tokens import (
    Extension,
    TextTokenizer,
    add_words,
)
from sentence_transformers_static.tokens.addition import EMPTY, PRESENT, TWICE, UNMATCHED
from tests import texts
from tests.tokens.surgery import (
    NAMES,
    SETTINGS,
    SURROUNDINGS,
    WORDS,
    assert_dense,
    assert_splits_alike,
    common_words,
    encoded,
)

# Words added.


@pytest.mark.parametrize("name", NAMES)
@given(
    parts=st.lists(
        st.tuples(st.sampled_from([*WORDS, *common_words(300)]), st.sampled_from(SURROUNDINGS)),
        min_size=1,
        max_size=12,
    )
)
@SETTINGS
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
@SETTINGS
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


@pytest.mark.slow
def test_twenty_thousand_words(tokenizers_by_name: dict[str, Tokenizer]) -> None:
    drawn = random.Random(0)
    words = {"".join(drawn.choices("abcdefghijklmnop", k=drawn.randint(7, 14))) for _ in range(20_000)}
    extension = add_words(tokenizers_by_name["MiniLM"], sorted(words))
    assert len(extension.words) > 19_900
    assert_dense(extension.tokenizer)


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        (["東京都"], "in 東京都, the", ["in", "東京都", ",", "the"]),
        (["zqnaïve"], "a zqnaïve one", ["a", "zqnaive", "one"]),
        (["[UNK]"], "the [UNK] the", ["the", "[UNK]", "the"]),
        (["漢字 zq"], "the 漢字 zq.", ["the", "漢字zq", "."]),
    ],
)
def test_words_that_the_normalizer_takes_apart(
    words: list[str], text: str, expected: list[str], tokenizers_by_name: dict[str, Tokenizer]
) -> None:
    extended = add_words(tokenizers_by_name["MiniLM"], words).tokenizer
    tokens = [str(extended.id_to_token(token_id)) for token_id in encoded(extended, text).ids]
    assert ["".join(token.split()) for token in tokens] == expected  # BERT's normalizer sets ideographs apart


def test_a_word_that_cannot_be_found_again_is_skipped(tokenizers_by_name: dict[str, Tokenizer]) -> None:
    """The unknown token itself, and a word that a normalizer joins to what stands before it."""
    extension = add_words(tokenizers_by_name["MiniLM"], ["[UNK]", "kubernetes"])
    assert extension.words == ["kubernetes"] and extension.skipped == {UNMATCHED: ["[UNK]"]}
    metaspaces = Tokenizer(models.Unigram([("<unk>", 0.0), ("\u2581a", -1.0), ("a", -2.0)], unk_id=0))
    metaspaces.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]
    )
    metaspaces.pre_tokenizer = pre_tokenizers.Split("\u2581", "merged_with_next")
    assert add_words(metaspaces, ["kuberz"]).skipped == {UNMATCHED: ["kuberz"]}


@pytest.mark.parametrize("pre_tokenizer", [pre_tokenizers.Metaspace(), pre_tokenizers.ByteLevel(add_prefix_space=True)])
def test_leading_white_space_that_is_stripped(pre_tokenizer: pre_tokenizers.PreTokenizer) -> None:
    alphabet = sorted({*pre_tokenizers.ByteLevel.alphabet(), "\u2581", *map(chr, range(33, 127))})
    base = Tokenizer(models.BPE({letter: at for at, letter in enumerate(alphabet)}, []))
    base.normalizer = normalizers.Strip()
    base.pre_tokenizer = pre_tokenizer
    extended = add_words(base, ["kubernetes"]).tokenizer
    assert_splits_alike(extended, base, [" hello", "\n hello ", "hello", "  ", "", "\t", " a b "])


# Who reads them.


@pytest.mark.parametrize("name", NAMES)
def test_a_saved_model_is_read_alike(
    name: str, extensions: dict[str, Extension], tokenizers_by_name: dict[str, Tokenizer], tmp_path: Path
) -> None:
    embedding = StaticEmbedding(extensions[name].tokenizer, embedding_dim=8)
    assert len(embedding.weight) == tokenizers_by_name[name].get_vocab_size() + len(WORDS)
    model = StaticSentenceTransformer(modules=[embedding, Pooling(8, "mean"), Normalize()], device="cpu")
    model.save_pretrained(str(tmp_path))
    samples = [f"{word}, the {word}s ({word})" for word in WORDS] + [text for text in texts.real(50) if text]
    samples = [text for text in samples if len(embedding.text_tokenizer([text])[0])]
    expected = model.encode(samples)
    np.testing.assert_allclose(SentenceTransformer(str(tmp_path), device="cpu").encode(samples), expected, atol=1e-5)
    np.testing.assert_allclose(StaticModel.from_pretrained(str(tmp_path)).encode(samples), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "library"),
    [
        ("MiniLM", "nanotoken"),
        pytest.param("tokenlearn", "splintr", marks=pytest.mark.slow),
        ("RoBERTa", "fastokens"),
    ],
)
def test_a_fast_library_gives_the_same_ids(name: str, library: str, extensions: dict[str, Extension]) -> None:
    reader = TextTokenizer.copy_of(extensions[name].tokenizer)
    samples = [f"{first}, {second}s ({second}) {first}" for first in WORDS for second in WORDS] + texts.real(100)
    expected = reader(samples)
    reader.backend = library  # which is refused if any of some hundred thousand probes differs
    for ours, reference in zip(reader(samples), expected, strict=True):
        np.testing.assert_array_equal(ours, reference)
