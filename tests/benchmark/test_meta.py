"""What MTEB records of a model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mteb
import pytest
import torch
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import hub_commit, model_meta
from sentence_transformers_static.errors import OptionError
from tests.models import random_model


def test_of_a_static_model(minilm_256: StaticSentenceTransformer) -> None:
    meta = model_meta(minilm_256, name="org/minilm-256")
    rows = len(minilm_256.static_embedding.table.embeddings)
    assert (meta.name, meta.embed_dim, meta.max_tokens) == ("org/minilm-256", 256, 512)
    assert meta.n_parameters == meta.n_embedding_parameters == rows * 256
    assert meta.memory_usage_mb == pytest.approx(rows * 256 * 4 / 2**20)
    assert meta.loader_kwargs == {"trust_remote_code": False}
    assert meta.training_datasets is None, "of a local teacher, what it has seen is not known"
    assert meta.open_weights
    assert not meta.use_instructions


def test_loaded_by_mteb(minilm_256_path: str, minilm_256: StaticSentenceTransformer) -> None:
    """The loader that is recorded reads the folder, without trust_remote_code, in plain Sentence Transformers."""
    meta = model_meta(minilm_256, name="org/model")
    loaded = meta.loader(minilm_256_path, revision=None, **meta.loader_kwargs)  # type: ignore[misc]
    assert type(loaded.model) is SentenceTransformer


def test_a_teacher_that_mteb_knows(minilm_256: StaticSentenceTransformer) -> None:
    """What the teacher has seen counts as seen."""
    minilm_256.static_embedding.metadata["tokenizer_name"] = "sentence-transformers/all-MiniLM-L6-v2"
    meta = model_meta(minilm_256)
    teacher = mteb.get_model_meta("sentence-transformers/all-MiniLM-L6-v2")
    assert meta.adapted_from == teacher.name
    assert meta.training_datasets == teacher.get_training_datasets()
    minilm_256.model_card_data.add_tags("generated_from_trainer")
    assert model_meta(minilm_256).training_datasets is None, "and what was trained on after is not known"


@pytest.mark.parametrize(
    ("licence", "recorded"), [("apache-2.0", "apache-2.0"), ("Apache-2.0", "apache-2.0"), ("wtfpl", None), (None, None)]
)
def test_licence(licence: str | None, recorded: str | None) -> None:
    model = random_model()
    if licence is not None:
        model.model_card_data.set_license(licence)
    assert model_meta(model).license == recorded


def test_of_a_transformer(minilm: SentenceTransformer) -> None:
    """What MTEB knows of it is taken over."""
    meta = model_meta(minilm, name="sentence-transformers/all-MiniLM-L6-v2")
    known = mteb.get_model_meta("sentence-transformers/all-MiniLM-L6-v2")
    assert meta.embed_dim == 384
    assert (meta.license, meta.languages, meta.training_datasets) == (
        "apache-2.0",
        ["eng-Latn"],
        known.training_datasets,
    )
    assert meta.n_embedding_parameters == known.n_embedding_parameters
    assert meta.n_parameters == sum(tensor.numel() for tensor in minilm.state_dict().values())


def test_name_and_revision_of_the_hub() -> None:
    model = random_model()
    model.model_card_data.base_model = "org/model"
    model.model_card_data.base_model_revision = "abc"
    meta = model_meta(model)
    assert (meta.name, meta.reference) == ("org/model", "https://huggingface.co/org/model")
    assert hub_commit(model) is None, "a branch is no commit: it moves"
    model.model_card_data.base_model_revision = "0123456789" * 4
    assert hub_commit(model) == "0123456789" * 4
    model.model_card_data.add_tags("generated_from_trainer")
    trained = model_meta(model)
    assert trained.name != "org/model", "a trained model is not the one it began as"
    assert hub_commit(model) is None


def test_a_name_without_organization() -> None:
    with pytest.raises(OptionError, match="organization/model"):
        model_meta(random_model(), name="model")


def change_weights(model: StaticSentenceTransformer) -> None:
    with torch.no_grad():
        model.static_embedding.weight[0, 0] += 1


def change_length(model: StaticSentenceTransformer) -> None:
    model.max_seq_length = 3


def change_truncation(model: StaticSentenceTransformer) -> None:
    model.truncate_dim = 2


def change_similarity(model: StaticSentenceTransformer) -> None:
    model.similarity_fn_name = "dot"


def change_prompts(model: StaticSentenceTransformer) -> None:
    model.prompts = {"query": "query: "}


def test_revision_is_that_of_the_content(tmp_path: Path) -> None:
    model = random_model()
    before = model_meta(model).revision
    model.encode(["a text", "another, longer one"])
    assert model_meta(model).revision == before, "use changes nothing"
    model.save_pretrained(str(tmp_path / "a"))
    assert len(before or "") == 40
    loaded = [model_meta(StaticSentenceTransformer(str(tmp_path / "a"), device="cpu")).revision for _ in range(2)]
    assert loaded[0] == loaded[1]


@pytest.mark.parametrize(
    "change", [change_weights, change_length, change_truncation, change_similarity, change_prompts]
)
def test_another_content_another_revision(change: Callable[[Any], None]) -> None:
    model = random_model()
    before = model_meta(model).revision
    change(model)
    assert model_meta(model).revision != before
