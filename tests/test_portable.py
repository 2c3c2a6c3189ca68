"""Pipelines of all kinds: how they run, how they are stored, and who reads them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling

from sentence_transformers_static import StaticSentenceTransformer
from tests import teachers
from tests.models import pipeline, random_model
from tests.texts import HARD, UNKNOWN

TEXTS = ["one two three", "", UNKNOWN, "a rather longer text than the others", "four"]


def test_other_pipelines_run_module_by_module() -> None:
    embedding = random_model()[0]
    for modules in ([Pooling(8, "max")], [Pooling(8, "mean"), Dense(8, 3), Normalize()]):
        model = StaticSentenceTransformer(modules=[embedding, *modules], device="cpu")
        plain = SentenceTransformer(modules=[embedding, *modules], device="cpu")
        texts = [TEXTS[0], TEXTS[3]]
        np.testing.assert_allclose(model.encode(texts), plain.encode(texts), atol=1e-6)


def test_the_portable_names(tmp_path: Path) -> None:
    pipeline(random_model()[0]).save_pretrained(tmp_path)
    modules = json.loads((tmp_path / "modules.json").read_text())
    assert [(module["path"], module["type"]) for module in modules] == [
        (".", "sentence_transformers.models.StaticEmbedding"),
        ("1_Normalize", "sentence_transformers.models.Normalize"),
    ]
    files = {path.name for path in tmp_path.iterdir()}
    assert files == {
        "README.md", "config.json", "config_sentence_transformers.json", "model.safetensors", "modules.json",
        "tokenizer.json",
    }  # fmt: skip
    assert json.loads((tmp_path / "tokenizer.json").read_text())["truncation"]["max_length"] == 512


def test_teachers_of_every_tokenizer_type_save_and_load(tmp_path: Path) -> None:
    from sentence_transformers_static import distill_from_model

    for name, make in teachers.ALL.items():
        teacher = make()
        model = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, show_progress_bar=False)
        folder = str(tmp_path / name)
        model.save_pretrained(folder)
        texts = list(HARD.values())
        expected = model.encode(texts)
        for loaded in (StaticSentenceTransformer(folder, device="cpu"), SentenceTransformer(folder, device="cpu")):
            np.testing.assert_allclose(loaded.encode(texts), expected, atol=1e-5)


def test_a_router_of_static_routes(tmp_path: Path) -> None:
    from sentence_transformers.base.modules import Router

    query, document = random_model()[0], random_model()[0]
    routes = {"query_modules": [query, Pooling(8, "mean")], "document_modules": [document, Pooling(8, "mean")]}
    model = StaticSentenceTransformer(modules=[Router.for_query_document(**routes)], device="cpu")
    model.save_pretrained(tmp_path)
    again = StaticSentenceTransformer(tmp_path, device="cpu")
    np.testing.assert_allclose(again.encode_query("one two"), model.encode_query("one two"), atol=1e-6)
    np.testing.assert_allclose(again.encode_document("one two"), model.encode_document("one two"), atol=1e-6)
    assert again.static_embedding.get_embedding_dimension() == 8


def test_what_the_host_adds_to_modules_is_respected(tmp_path: Path) -> None:
    """Hooks, subclasses of Pooling, and arguments of modules switch the fused path off."""

    class Sevens(Pooling):
        def forward(self, features: dict, **kwargs: object) -> dict:
            features["sentence_embedding"] = torch.full((len(features["input_ids"]), 8), 7.0)
            return features

    embedding = random_model()[0]
    model = StaticSentenceTransformer(modules=[embedding, Sevens(8, "mean")], device="cpu")
    assert (model.encode("one") == 7).all()
    model = random_model()
    seen: list[str] = []
    model[1].register_forward_hook(lambda *_: seen.append("pooling"))
    model.encode("one")
    assert seen == ["pooling"]


def test_host_modules_after_the_mean_stay_portable(tmp_path: Path) -> None:
    """A stock pipeline with a Dense layer goes through our class and back."""
    modules = [random_model()[0], Pooling(8, "mean"), Dense(8, 3), Normalize()]
    model = StaticSentenceTransformer(modules=modules, device="cpu")
    model.save_pretrained(tmp_path)
    assert "model_type" not in json.loads((tmp_path / "config.json").read_text())
    for loaded in (SentenceTransformer(str(tmp_path), device="cpu"), StaticSentenceTransformer(tmp_path, device="cpu")):
        np.testing.assert_allclose(loaded.encode(TEXTS), model.encode(TEXTS), atol=1e-6)


def test_an_int8_table_without_scales(tmp_path: Path) -> None:
    from sentence_transformers_static import StaticEmbedding

    tokenizer = teachers.bert().tokenizer
    rows = np.random.default_rng(0).integers(-127, 127, (len(tokenizer), 8), dtype=np.int8)
    model = pipeline(StaticEmbedding(tokenizer, rows))
    model.save_pretrained(tmp_path)
    plain = SentenceTransformer(str(tmp_path), device="cpu")
    np.testing.assert_allclose(plain.encode(TEXTS), model.encode(TEXTS), atol=1e-6)
