"""What is measured of a distilled model: against a teacher that is static itself, and against counts by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from typer.testing import CliRunner

from sentence_transformers_static import StaticSentenceTransformer, distill_from_model
from sentence_transformers_static.cli import app
from sentence_transformers_static.distillation.fidelity import fidelity
from sentence_transformers_static.errors import InputError
from tests import teachers, texts
from tests.models import random_model


def test_a_model_is_equal_to_itself() -> None:
    model = random_model()
    sentences = texts.real(50)
    measured = fidelity(model, sentences, 3 * np.asarray(model.encode(sentences)))
    assert measured["texts"] == 50
    assert measured["cosine_to_teacher"] == measured["similarity_correlation"] == 1.0
    opposite = fidelity(model, sentences, -np.asarray(model.encode(sentences)))
    assert opposite["cosine_to_teacher"] == -1.0
    assert opposite["similarity_correlation"] == 1.0


def test_tokens_are_counted() -> None:
    model = random_model()
    tokenizer = model.static_embedding.text_tokenizer
    sentences = ["the array \U0001f9ff", "a"]
    ids = [token for text in sentences for token in teachers.bert().tokenizer.encode(text, add_special_tokens=False)]
    tokens, unknown = len(ids), ids.count(tokenizer.unknown_id)
    assert unknown >= 1, "one that no vocabulary has"
    measured = fidelity(model, sentences, np.asarray(model.encode(sentences)))
    assert measured["unknown_token_rate"] == round(unknown / tokens, 4)
    assert measured["tokens_per_word"] == round(tokens / 4, 4)


def test_what_does_not_vary_has_no_correlation() -> None:
    model = random_model()
    measured = fidelity(model, ["the", "a"], np.zeros((2, 8), dtype=np.float32))
    assert measured["cosine_to_teacher"] == 0.0 and measured["similarity_correlation"] is None


@pytest.mark.parametrize("name", teachers.ALL)
def test_every_teacher_is_measured(name: str) -> None:
    """Without PCA and weights its own vectors of single tokens are the rows: their cosine is 1."""
    teacher = teachers.ALL[name]()
    tokenizer = teacher.tokenizer
    words = sorted({f" {word}" for text in texts.real(50) for word in text.lower().split() if word.isalpha()})
    single = [word for word in words if len(tokenizer(word, add_special_tokens=False)["input_ids"]) == 1]
    model = distill_from_model(
        teacher.model,
        tokenizer,
        pca_dims=None,
        sif_coefficient=None,
        eval_texts=single,
        show_progress_bar=False,
    )
    measured = model.static_embedding.metadata["distillation"]["fidelity"]
    assert measured["texts"] > 30 and measured["unknown_token_rate"] == 0.0
    assert measured["cosine_to_teacher"] > 0.9999


def test_the_teachers_own_length_counts(minilm: SentenceTransformer) -> None:
    """As it would cut a text itself."""
    long = " ".join(texts.real(60))
    model = distill_from_model(
        minilm, minilm.tokenizer, pca_dims=8, eval_texts=[long, "short", "longer", " "], show_progress_bar=False
    )
    assert model.static_embedding.metadata["distillation"]["fidelity"]["texts"] == 3, "blank ones do not count"


@pytest.mark.parametrize("bad", ["one text", [], ["alone"], ["a", None], [" ", "\n"], ["a", "b", " "]])
def test_texts_that_cannot_be_measured_on_are_refused_before_the_work(bad: object) -> None:
    teacher = teachers.bert()
    with pytest.raises(InputError):
        distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, eval_texts=bad)  # type: ignore[arg-type]


def test_on_the_command_line(bert_folder: str, tmp_path: Path) -> None:
    (tmp_path / "held_out.txt").write_text("the array of values\nreturns a list\nan error\n")
    command = ["distill", bert_folder, str(tmp_path / "model"), "--pca-dims", "8"]
    result = CliRunner().invoke(app, [*command, "--eval-texts", str(tmp_path / "held_out.txt")])
    assert result.exception is None, result.output
    assert "On 3 texts: cosine to the teacher " in result.output
    config = json.loads((tmp_path / "model" / "config.json").read_text())
    assert config["distillation"]["fidelity"]["texts"] == 3
    assert "Measured on 3 texts" in (tmp_path / "model" / "README.md").read_text()
    loaded = StaticSentenceTransformer(tmp_path / "model", device="cpu")
    assert loaded.static_embedding.metadata["distillation"]["fidelity"] == config["distillation"]["fidelity"]
