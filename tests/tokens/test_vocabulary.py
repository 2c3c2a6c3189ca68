"""The vocabulary that a static model takes over from its teacher."""

from __future__ import annotations

import pytest

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.tokens import student_vocabulary
from tests import teachers, texts


@pytest.mark.parametrize("name", teachers.ALL)
def test_contract(name: str) -> None:
    """Dense ids, special tokens gone, each token shown to the teacher as itself; the input untouched."""
    tokenizer = teachers.ALL[name]().tokenizer
    reference = tokenizer.encode("word")
    before = tokenizer.backend_tokenizer.to_str()
    vocabulary = student_vocabulary(tokenizer)
    student = vocabulary.tokenizer.get_vocab(with_added_tokens=True)
    assert sorted(student.values()) == list(range(len(student)))
    assert [student[token] for token in vocabulary.tokens] == list(range(len(student)))
    teacher = tokenizer.get_vocab()
    assert vocabulary.teacher_ids == [[teacher[token]] for token in vocabulary.tokens]
    wrapped = [*vocabulary.prefix_ids, teacher[vocabulary.tokens[50]], *vocabulary.suffix_ids]
    assert wrapped[: len(vocabulary.prefix_ids)] == reference[: len(vocabulary.prefix_ids)]
    assert (
        wrapped[len(wrapped) - len(vocabulary.suffix_ids) :] == reference[len(reference) - len(vocabulary.suffix_ids) :]
    )
    assert len(vocabulary.prefix_ids) + len(vocabulary.suffix_ids) == (1 if name == "Qwen2" else 2)
    assert tokenizer.backend_tokenizer.to_str() == before


@pytest.mark.parametrize("name", ["BERT", "XLM-R"])
def test_texts_are_split_as_before(name: str) -> None:
    tokenizer = teachers.ALL[name]().tokenizer
    student = student_vocabulary(tokenizer).tokenizer
    for text in texts.real(100):
        assert student.encode(text, add_special_tokens=False).tokens == tokenizer.tokenize(text)


def test_a_byte_level_word_has_one_row_wherever_it_stands() -> None:
    student = student_vocabulary(teachers.roberta().tokenizer).tokenizer
    assert student.encode("the the").tokens[0] == student.encode("the the").tokens[1]


def test_tokens_are_removed_by_pattern() -> None:
    tokenizer = teachers.bert().tokenizer
    assert "[unused0]" in tokenizer.get_vocab()
    kept = student_vocabulary(tokenizer, r"##|\[unused\d+\]").tokens
    assert not [token for token in kept if token.startswith("##") or token.startswith("[unused")]
    assert "the" in kept


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("(", "not a regular expression"), (".*", "removes all"), (r"\[UNK", "removes the unknown token")],
)
def test_refused_patterns(pattern: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        student_vocabulary(teachers.bert().tokenizer, pattern)
