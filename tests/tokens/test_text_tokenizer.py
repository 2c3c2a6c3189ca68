"""Texts to ids: the cut, the unknown token, strange input, and what is saved."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.errors import InputError, TokenizerError
from sentence_transformers_static.tokens import TextTokenizer
from tests import teachers, texts


@pytest.fixture(params=teachers.ALL)
def teacher_tokenizer(request: pytest.FixtureRequest) -> PreTrainedTokenizerFast:
    return teachers.ALL[request.param]().tokenizer


def split(ids: np.ndarray, offsets: np.ndarray) -> list[list[int]]:
    return [ids[start:stop].tolist() for start, stop in pairwise(offsets)]


def test_ids_are_the_tokenizers_own_without_unknown_ones(teacher_tokenizer: PreTrainedTokenizerFast) -> None:
    ours = TextTokenizer.copy_of(teacher_tokenizer)
    everything = [*texts.real(100), *texts.HARD.values()]
    ids, offsets = ours(everything)
    assert (ids.dtype, offsets.dtype) == (np.int32, np.int64)
    for text, found in zip(everything, split(ids, offsets), strict=True):
        reference = teacher_tokenizer.encode(text, add_special_tokens=False)
        assert found == [token for token in reference if token != teacher_tokenizer.unk_token_id]


@pytest.mark.parametrize("max_length", [1, 3, 512])
def test_the_cut_comes_before_the_unknown_tokens_go(max_length: int) -> None:
    ours = TextTokenizer.copy_of(teachers.bert().tokenizer)
    everything = [f"{texts.UNKNOWN} a b c d e", "a b c", "", texts.UNKNOWN]
    ids, offsets = ours(everything, max_length)
    for text, found in zip(everything, split(ids, offsets), strict=True):
        reference = teachers.bert().tokenizer.encode(text, add_special_tokens=False)[:max_length]
        assert found == [token for token in reference if token != ours.unknown_id]


@given(st.lists(st.text(), max_size=5))
def test_any_text_has_ids_in_range(given_texts: list[str]) -> None:
    """Also lone surrogates, which have no UTF-8 form."""
    for teacher in (teachers.bert(), teachers.xlm_roberta(), teachers.roberta()):
        ours = TextTokenizer.copy_of(teacher.tokenizer)
        ids, offsets = ours([*given_texts, "\ud800 lone"])
        assert len(offsets) == len(given_texts) + 2 and offsets[-1] == len(ids)
        assert ((ids >= 0) & (ids < ours.vocab_size)).all()


def test_padding_and_truncation_of_the_tokenizer_are_ignored_and_left_alone() -> None:
    tokenizer = Tokenizer.from_str(teachers.bert().tokenizer.backend_tokenizer.to_str())
    tokenizer.enable_padding(length=40, pad_id=0, pad_token="[PAD]")
    tokenizer.enable_truncation(2)
    before = tokenizer.to_str()
    ours = TextTokenizer.copy_of(tokenizer)
    assert ours.saved_max_length == 2
    assert ours(["one two three four five six"])[1][-1] > 2
    assert tokenizer.to_str() == before


@pytest.mark.parametrize("bad", [None, 3, 2.5, b"bytes", ("a", "pair"), ["nested"], {"text": "a"}, float("nan")])
def test_only_strings_are_texts(bad: object) -> None:
    ours = TextTokenizer.copy_of(teachers.bert().tokenizer)
    with pytest.raises(InputError, match=rf"input 1 is {type(bad).__name__}"):
        ours(["fine", bad])  # type: ignore[list-item]


def test_no_texts() -> None:
    ids, offsets = TextTokenizer.copy_of(teachers.bert().tokenizer)([])
    assert len(ids) == 0 and offsets.tolist() == [0]


@pytest.mark.parametrize("bad", [object(), "a name", None], ids=str)
def test_what_is_no_fast_tokenizer(bad: object) -> None:
    with pytest.raises(TokenizerError, match=r"fast \(Rust\) tokenizer, got"):
        TextTokenizer.copy_of(bad)


def test_a_slow_tokenizer(tmp_path: Path) -> None:
    from transformers import CanineTokenizer

    with pytest.raises(TokenizerError, match="got CanineTokenizer"):
        TextTokenizer.copy_of(CanineTokenizer())


@pytest.mark.parametrize("content", ["", "{", "{}", '{"version": "1.0"}', "not json"])
def test_a_damaged_file(tmp_path: Path, content: str) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(content)
    with pytest.raises(TokenizerError, match="not a readable tokenizer.json"):
        TextTokenizer.from_file(path)


@pytest.mark.parametrize("max_length", [None, 7])
def test_what_is_saved(teacher_tokenizer: PreTrainedTokenizerFast, tmp_path: Path, max_length: int | None) -> None:
    ours = TextTokenizer.copy_of(teacher_tokenizer)
    ours.save(tmp_path / "tokenizer.json", max_length)
    content = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    assert content["padding"] is None and content["post_processor"] is None
    again = TextTokenizer.from_file(tmp_path / "tokenizer.json")
    assert again.saved_max_length == max_length
    assert again.unknown_id == ours.unknown_id
    for left, right in zip(again(texts.real(50)), ours(texts.real(50)), strict=True):
        np.testing.assert_array_equal(left, right)


def test_as_a_transformers_tokenizer(teacher_tokenizer: PreTrainedTokenizerFast, tokenlearn_path: str) -> None:
    """It tokenizes alike, knows its length, and decodes padding away."""
    others = [TextTokenizer.from_file(f"{tokenlearn_path}/tokenizer.json")]
    for ours in [TextTokenizer.copy_of(teacher_tokenizer), *others]:
        wrapped = ours.to_transformers(20)
        assert wrapped.model_max_length == 20
        for text in [*texts.real(20), "Hello. world"]:
            ids, _ = ours([text])
            found = wrapped.encode(text, add_special_tokens=False)
            assert [token for token in found if token != ours.unknown_id] == ids.tolist()
        ids, _ = ours(["a text"])
        padded = [*ids.tolist(), ours.padding_id, ours.padding_id]
        assert wrapped.decode(padded, skip_special_tokens=True) == wrapped.decode(ids, skip_special_tokens=True)


def test_model_types() -> None:
    found = {name: TextTokenizer.copy_of(make().tokenizer).model_type for name, make in teachers.ALL.items()}
    assert found == {"BERT": "WordPiece", "XLM-R": "Unigram", "RoBERTa": "BPE", "ModernBERT": "BPE", "Qwen2": "BPE"}


def test_unknown_and_padding_tokens(tokenlearn_path: str, wordllama_paths: tuple[Path, Path]) -> None:
    tokenlearn = TextTokenizer.from_file(f"{tokenlearn_path}/tokenizer.json")
    assert (tokenlearn.unknown_id, tokenlearn.padding_id) == (3, 0)
    wordllama = TextTokenizer.from_file(wordllama_paths[1])
    assert (wordllama.unknown_id, wordllama.padding_id) == (0, 0)
    qwen2 = TextTokenizer.copy_of(teachers.qwen2().tokenizer)
    assert qwen2.unknown_id is None
    assert qwen2.padding_id == teachers.qwen2().tokenizer.pad_token_id
