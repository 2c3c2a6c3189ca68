"""Model2Vec is the oracle of distillation: the same teacher gives the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from model2vec.distill import distill as model2vec_distill
from model2vec.distill import distill_from_model as model2vec_distill_from_model

from sentence_transformers_static import StaticSentenceTransformer, distill, distill_from_model
from tests import teachers


def assert_same_rows(ours: StaticSentenceTransformer, theirs: np.ndarray) -> None:
    """Every row's cosine >= 0.9999 and norm within 1e-3, after aligning the arbitrary signs of the components."""
    rows = ours[0].table.embeddings.numpy()
    assert rows.shape == theirs.shape
    rows = rows * np.where((rows * theirs).sum(axis=0) < 0, -1, 1)
    norms, their_norms = np.linalg.norm(rows, axis=1), np.linalg.norm(theirs, axis=1)
    cosines = (rows * theirs).sum(axis=1) / (norms * their_norms)
    assert cosines.min() >= 0.9999
    np.testing.assert_allclose(norms, their_norms, rtol=1e-3)


def test_minilm_with_the_defaults(minilm_path: str) -> None:
    theirs = model2vec_distill(minilm_path, quantize_to="float32")
    ours = distill(minilm_path, dtype="float32", show_progress_bar=False)
    assert_same_rows(ours, theirs.embedding)
    assert ours[0].text_tokenizer.vocab_size == len(theirs.tokens) == 29_525


@pytest.mark.parametrize("name", teachers.ALL)
@pytest.mark.parametrize("pooling", ["mean", "first", "last"])
def test_tiny_teachers(name: str, pooling: str) -> None:
    teacher = teachers.ALL[name]()
    options = {"pca_dims": 16, "pooling": pooling}
    theirs = model2vec_distill_from_model(
        teacher.model, teacher.tokenizer, device="cpu", quantize_to="float32", **options
    )
    ours = distill_from_model(teacher.model, teacher.tokenizer, show_progress_bar=False, **options)
    assert_same_rows(ours, theirs.embedding)
    vocabulary = ours[0].tokenizer.get_vocab()
    assert sorted(vocabulary, key=vocabulary.__getitem__) == list(theirs.tokens)


@pytest.mark.parametrize("name", ["BERT", "XLM-R", "RoBERTa"])
def test_pooler(name: str) -> None:
    teacher = teachers.ALL[name]()
    theirs = model2vec_distill_from_model(
        teacher.model, teacher.tokenizer, device="cpu", quantize_to="float32", pca_dims=16, pooling="pooler"
    )
    ours = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=16, pooling="pooler", show_progress_bar=False)
    assert_same_rows(ours, theirs.embedding)


@pytest.mark.parametrize("options", [{"pca_dims": None}, {"pca_dims": "auto"}, {"pca_dims": 0.9}], ids=str)
@pytest.mark.parametrize("sif_coefficient", [None, 1e-3])
def test_options(options: dict[str, object], sif_coefficient: float | None) -> None:
    teacher = teachers.bert()
    options = {**options, "sif_coefficient": sif_coefficient, "token_remove_pattern": "##.*"}
    theirs = model2vec_distill_from_model(
        teacher.model, teacher.tokenizer, device="cpu", quantize_to="float32", **options
    )
    ours = distill_from_model(teacher.model, teacher.tokenizer, show_progress_bar=False, **options)
    assert_same_rows(ours, theirs.embedding)
