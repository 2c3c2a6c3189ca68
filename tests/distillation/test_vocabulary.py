"""Words added in a distillation: what the teacher is shown, where they rank, and what every reader makes of them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling

from sentence_transformers_static import StaticSentenceTransformer, distill, distill_from_model
from sentence_transformers_static.distillation.frequencies import guessed_probabilities
from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.numerics import zipf_probabilities
from tests import teachers, texts
from tests.distillation.test_distiller import RAW, pipeline, row_of, rows

WORDS = ["kubernetes", "Hyper Spectral", "c++zq"]
TEXTS = ["Kubernetes, hyper spectral (c++zq)!", "the kubernetesque one", *texts.real(100), *texts.HARD.values()]


def test_the_teacher_is_shown_the_word_as_it_is_given(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "mean"))
    model = distill(teacher, vocabulary=WORDS, **RAW)
    for word in WORDS:
        np.testing.assert_allclose(row_of(model, word.lower()), teacher.encode(word), atol=1e-5)
    assert rows(model).shape[0] == rows(distill(teacher, **RAW)).shape[0] + 3


@pytest.mark.parametrize("name", teachers.ALL)
def test_every_reader_sees_the_words(name: str, tmp_path: Path) -> None:
    bare = teachers.ALL[name]()
    model = distill_from_model(bare.model, bare.tokenizer, vocabulary=WORDS, pca_dims=16, show_progress_bar=False)
    table = model.static_embedding.table
    assert table.vocab_size == model.static_embedding.text_tokenizer.vocab_size
    model.save_pretrained(str(tmp_path))
    known = [text for text in TEXTS if len(model.static_embedding.text_tokenizer([text])[0])]
    expected = model.encode(known)
    for reader in (
        SentenceTransformer(str(tmp_path), device="cpu"),
        StaticModel.from_pretrained(str(tmp_path)),
        StaticSentenceTransformer(str(tmp_path), device="cpu"),
    ):
        np.testing.assert_allclose(reader.encode(known), expected, atol=1e-5)


def test_the_fast_library_takes_the_words(minilm_path: str, tmp_path: Path) -> None:
    model = distill(minilm_path, vocabulary=WORDS, **RAW)
    embedding = model.static_embedding
    expected = embedding.text_tokenizer(TEXTS)
    embedding.tokenizer_backend = "nanotoken"  # verified when it is set
    for ours, reference in zip(embedding.text_tokenizer(TEXTS), expected, strict=True):
        np.testing.assert_array_equal(ours, reference)


def test_without_counts_words_rank_last_in_the_order_given() -> None:
    np.testing.assert_array_equal(guessed_probabilities(9, []), zipf_probabilities(9))
    np.testing.assert_array_equal(guessed_probabilities(9, [None, None]), zipf_probabilities(9))


def test_with_counts_they_rank_by_them() -> None:
    zipf = zipf_probabilities(6)
    np.testing.assert_array_equal(guessed_probabilities(6, [1, 9, 5]), zipf[[0, 1, 2, 5, 3, 4]])
    np.testing.assert_array_equal(guessed_probabilities(6, [None, 9, 5]), zipf[[0, 1, 2, 5, 3, 4]])


def test_with_a_corpus_they_weigh_what_it_says() -> None:
    bare = teachers.bert()
    corpus = ["the kubernetes sample", "kubernetes"]
    options: dict[str, Any] = {**RAW, "vocabulary": {"kubernetes": 1_000_000}}
    plain = distill_from_model(bare.model, bare.tokenizer, **options)
    weighted = distill_from_model(
        bare.model, bare.tokenizer, corpus=corpus, contexts=0, **{**options, "sif_coefficient": 0.1}
    )
    expected = row_of(plain, "kubernetes") * 0.1 / (0.1 + 2 / 4)
    np.testing.assert_allclose(row_of(weighted, "kubernetes"), expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("words.txt", "kubernetes\n\nHyper Spectral\n"),
        ("words.csv", "text,count\nkubernetes,7\nHyper Spectral,3\n"),
        ("words.csv", "text\nkubernetes\nHyper Spectral\n"),
        ("words.jsonl", '"kubernetes"\n{"text": "Hyper Spectral"}\n'),
    ],
)
def test_words_of_a_file(name: str, content: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    bare = teachers.bert()
    model = distill_from_model(bare.model, bare.tokenizer, vocabulary=tmp_path / name, **RAW)
    vocabulary = model[0].tokenizer.get_vocab()
    assert max(vocabulary.values()) == vocabulary["hyper spectral"] == vocabulary["kubernetes"] + 1


def test_what_is_skipped_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    bare = teachers.bert()
    words = ["kubernetes", "the", "", "kubernetes", *["the"] * 50]
    with caplog.at_level(logging.WARNING):
        distill_from_model(bare.model, bare.tokenizer, vocabulary=words, **RAW)
    (message,) = [record.getMessage() for record in caplog.records if "skipped" in record.getMessage()]
    assert "Of 54 words, 1 were added." in message
    assert "51 skipped, a token already" in message and "1 skipped, given twice" in message


@pytest.mark.parametrize(
    ("vocabulary", "error", "message"),
    [
        (["a", 3], InputError, "Word 1 of the vocabulary is int"),
        (3, InputError, "got int"),
        ({"kubernetes": 0}, InputError, "the count 0; expected a number above 0"),
        ({"kubernetes": "many"}, InputError, "the count 'many'"),
        ("no/such.txt", OptionError, "There is no file"),
        ("kubernetes", OptionError, "expected a file that ends in"),
    ],
    ids=str,
)
def test_a_vocabulary_that_is_none(vocabulary: Any, error: type[Exception], message: str) -> None:
    bare = teachers.bert()
    with pytest.raises(error, match=message):
        distill_from_model(bare.model, bare.tokenizer, vocabulary=vocabulary, **RAW)


def test_counts_that_are_no_numbers(tmp_path: Path) -> None:
    (tmp_path / "words.csv").write_text("text,count\nkubernetes,many\n")
    bare = teachers.bert()
    with pytest.raises(InputError, match="a count that is no whole number"):
        distill_from_model(bare.model, bare.tokenizer, vocabulary=tmp_path / "words.csv", **RAW)


def test_lower_casing_a_cased_teacher() -> None:
    bare = teachers.roberta()
    plain = distill_from_model(bare.model, bare.tokenizer, **RAW)
    model = distill_from_model(bare.model, bare.tokenizer, lowercase=True, **RAW)
    assert len(rows(model)) < len(rows(plain))
    np.testing.assert_array_equal(model.encode("The Sample"), model.encode("the sample"))
    np.testing.assert_allclose(model.encode("the sample"), plain.encode("the sample"), atol=1e-6)
    assert model[0].metadata["distillation"]["lowercase"] is True
