"""Every folder of a static model that exists can be read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from model2vec import StaticModel
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling
from sentence_transformers.sentence_transformer.modules import StaticEmbedding as HostStaticEmbedding
from tokenizers import Tokenizer

from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer
from tests import teachers
from tests.models import pipeline, random_model

TEXTS = ["A first sentence.", "Quite another one, a little longer", "", "hello ꙮ world"]


def host_model() -> SentenceTransformer:
    table = torch.randn(len(teachers.bert().tokenizer), 8)
    table[teachers.bert().tokenizer.unk_token_id] = 0
    return SentenceTransformer(
        modules=[HostStaticEmbedding(teachers.bert().tokenizer, embedding_weights=table), Normalize()], device="cpu"
    )


def test_tokenlearn(tokenlearn_path: str, real_texts: list[str], tmp_path: Path) -> None:
    """Unigram, int8, clustered, no modules.json; and what we save of it is read by all."""
    model = StaticSentenceTransformer(tokenlearn_path, device="cpu")
    texts = [*real_texts[:300], "Hello. world", "Hello world"]
    vectors = model.encode(texts)
    short = [position for position, text in enumerate(texts) if len(text) < 2000]
    peer = StaticModel.from_pretrained(tokenlearn_path).encode(texts)
    np.testing.assert_allclose(vectors[short], peer[short], atol=1e-5)
    np.testing.assert_allclose(vectors[-1], vectors[-2], atol=1e-6)  # "." is this model's unknown token

    folder = str(tmp_path / "again")
    model.save_pretrained(folder)
    np.testing.assert_allclose(SentenceTransformer(folder, device="cpu").encode(texts), vectors, atol=1e-5)
    np.testing.assert_allclose(StaticModel.from_pretrained(folder).encode(texts)[short], vectors[short], atol=1e-5)


def test_wordllama_through_the_constructor(wordllama_paths: tuple[Path, Path], real_texts: list[str]) -> None:
    weights_path, tokenizer_path = wordllama_paths
    table = load_file(weights_path)["embedding.weight"]
    tokenizer = Tokenizer.from_file(str(tokenizer_path))
    model = pipeline(StaticEmbedding(tokenizer, table, max_seq_length=None))
    vectors = model.encode(real_texts[:50])
    for text, vector in zip(real_texts[:50], vectors, strict=True):
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        mean = table[ids].float().mean(dim=0).numpy()
        np.testing.assert_allclose(vector, mean / np.linalg.norm(mean), atol=1e-5)


def test_host_folder_with_the_table_in_the_root(tmp_path: Path) -> None:
    host = host_model()
    host.save_pretrained(tmp_path)
    assert load_file(tmp_path / "model.safetensors").keys() == {"embedding.weight"}
    model = StaticSentenceTransformer(tmp_path, device="cpu")
    assert [type(module).__name__ for module in model] == ["StaticEmbedding", "Pooling", "Normalize"]
    np.testing.assert_allclose(model.encode(TEXTS), host.encode(TEXTS), atol=1e-6)


@pytest.mark.parametrize("with_modules_json", [True, False])
def test_host_folder_with_the_table_below_the_root(tmp_path: Path, with_modules_json: bool) -> None:
    host = host_model()
    host.save_pretrained(tmp_path)
    below = tmp_path / "0_StaticEmbedding"
    below.mkdir()
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).rename(below / name)
    modules = json.loads((tmp_path / "modules.json").read_text())
    modules[0]["path"] = below.name
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    expected = host.encode(TEXTS)
    if not with_modules_json:
        (tmp_path / "modules.json").unlink()
        expected = SentenceTransformer(modules=[host[0]], device="cpu").encode(TEXTS)
    model = StaticSentenceTransformer(tmp_path, device="cpu")
    # Without Normalize, the unknown token that the host averages in shows in the last text.
    compared = slice(None) if with_modules_json else slice(0, 3)
    np.testing.assert_allclose(model.encode(TEXTS)[compared], expected[compared], atol=1e-6)
    assert StaticEmbedding.load(tmp_path).get_embedding_dimension() == 8


def test_pickled_weights_of_older_hosts(tmp_path: Path) -> None:
    host = host_model()
    host.save_pretrained(tmp_path)
    torch.save(load_file(tmp_path / "model.safetensors"), tmp_path / "pytorch_model.bin")
    (tmp_path / "model.safetensors").unlink()
    model = StaticSentenceTransformer(tmp_path, device="cpu")
    np.testing.assert_allclose(model.encode(TEXTS), host.encode(TEXTS), atol=1e-6)


@pytest.mark.parametrize("config", [{}, {"max_length": None}, {"max_length": 7}, {"seq_length": 1_000_000}])
def test_maximum_length_of_a_model2vec_folder(tmp_path: Path, config: dict[str, object]) -> None:
    random_model().save_pretrained(tmp_path)
    tokenizer = json.loads((tmp_path / "tokenizer.json").read_text())
    (tmp_path / "tokenizer.json").write_text(json.dumps({**tokenizer, "truncation": None}))
    (tmp_path / "config.json").write_text(json.dumps(config))
    theirs = StaticModel.from_pretrained(str(tmp_path)).max_length
    ours = StaticEmbedding.from_model2vec(str(tmp_path)).max_seq_length
    assert ours == (float("inf") if theirs is None else theirs)


def test_a_pipeline_that_only_our_class_can_express(tmp_path: Path) -> None:
    embedding = random_model()[0]
    modules = [embedding, Pooling(8, "max"), Dense(8, 3)]
    model = StaticSentenceTransformer(modules=modules, device="cpu")
    model.save_pretrained(tmp_path)
    again = StaticSentenceTransformer(tmp_path, device="cpu")
    assert [type(module) for module in again] == [type(module) for module in model]
    texts = TEXTS[:2]
    np.testing.assert_allclose(again.encode(texts), model.encode(texts), atol=1e-6)
    with pytest.raises(ValueError, match="trust_remote_code=True"):
        SentenceTransformer(str(tmp_path), device="cpu")
    plain = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True)
    np.testing.assert_allclose(plain.encode(texts), model.encode(texts), atol=1e-6)


def test_saved_by_the_plain_host_class(tmp_path: Path) -> None:
    """Our module in a plain pipeline is saved under its own name, pooling included, and our class reads it."""
    embedding = random_model()[0]
    plain = SentenceTransformer(modules=[embedding, Pooling(8, "mean"), Normalize()], device="cpu")
    plain.save_pretrained(tmp_path)
    model = StaticSentenceTransformer(tmp_path, device="cpu")
    assert len(model) == 3
    np.testing.assert_allclose(model.encode(TEXTS), plain.encode(TEXTS), atol=1e-6)


def test_rows_in_bfloat16(tmp_path: Path) -> None:
    """A dtype that NumPy does not know becomes float32."""
    random_model().save_pretrained(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    save_file({"embeddings": tensors["embeddings"].bfloat16()}, tmp_path / "model.safetensors")
    table = StaticEmbedding.load(tmp_path).table
    assert table.precision == "float32"
    torch.testing.assert_close(table.embeddings, tensors["embeddings"], atol=0.02, rtol=0.02)
