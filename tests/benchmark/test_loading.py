"""Loading whatever Sentence Transformers can load."""

from __future__ import annotations

from pathlib import Path

import pytest
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import load_model
from sentence_transformers_static.errors import ModelLoadError, StaticEmbeddingError


def test_classes(minilm_256_path: str, minilm_path: str, tokenlearn_path: str) -> None:
    assert type(load_model(minilm_256_path)) is StaticSentenceTransformer
    assert type(load_model(tokenlearn_path)) is StaticSentenceTransformer, "model2vec's, without modules.json"
    assert type(load_model(minilm_path)) is SentenceTransformer


def test_folder_of_model2vec(minilm_256_path: str, tmp_path: Path) -> None:
    StaticModel.from_pretrained(minilm_256_path).save_pretrained(tmp_path / "model2vec")
    assert load_model(str(tmp_path / "model2vec")).get_embedding_dimension() == 256


def test_truncation(minilm_256_path: str) -> None:
    assert load_model(minilm_256_path, truncate_dim=32).encode("a").shape == (32,)


@pytest.mark.parametrize("name", ["/missing", "./missing"])
def test_no_such_folder(name: str) -> None:
    with pytest.raises(ModelLoadError, match="no such folder"):
        load_model(name)


def test_reasons(tmp_path: Path, minilm_256_path: str) -> None:
    with pytest.raises(ModelLoadError, match="org/missing"):
        load_model("org/missing")
    (tmp_path / "config.json").write_text('{"model_type": "model2vec"}')
    with pytest.raises(StaticEmbeddingError, match=r"model\.safetensors|tokenizer"):
        load_model(str(tmp_path))
