"""Loading by a Hub name, out of a cache in huggingface_hub's layout: what every download ends in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer, distill
from sentence_transformers_static.errors import ModelFolderError
from tests import teachers
from tests.models import random_model

REVISIONS = {"main": "a" * 40, "v1": "b" * 40}


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache with org/static, whose branches main and v1 hold different tables."""
    repository = tmp_path / "models--org--static"
    for branch, commit in REVISIONS.items():
        random_model(8 if branch == "main" else 4).save_pretrained(repository / "snapshots" / commit)
        reference = repository / "refs" / branch
        reference.parent.mkdir(parents=True, exist_ok=True)
        reference.write_text(commit)
    return tmp_path


def test_by_name_and_revision(cache: Path) -> None:
    options = {"cache_folder": str(cache), "local_files_only": True, "device": "cpu", "token": False}
    model = StaticSentenceTransformer("org/static", **options)
    plain = SentenceTransformer("org/static", **options)
    np.testing.assert_allclose(model.encode("one two"), plain.encode("one two"), atol=1e-6)
    assert model.get_embedding_dimension() == 8
    for revision in ("v1", REVISIONS["v1"]):
        assert StaticSentenceTransformer("org/static", revision=revision, **options).get_embedding_dimension() == 4


def test_the_module_alone(cache: Path) -> None:
    options = {"cache_folder": str(cache), "local_files_only": True}
    assert StaticEmbedding.load("org/static", **options).get_embedding_dimension() == 8
    assert StaticEmbedding.load("org/static", revision="v1", **options).get_embedding_dimension() == 4


def test_without_modules_json(cache: Path) -> None:
    """As older versions of model2vec push it."""
    for commit in REVISIONS.values():
        (cache / "models--org--static" / "snapshots" / commit / "modules.json").unlink()
    model = StaticSentenceTransformer("org/static", cache_folder=str(cache), local_files_only=True, device="cpu")
    assert [type(module).__name__ for module in model] == ["StaticEmbedding", "Pooling", "Normalize"]


def test_a_revision_that_is_not_there(cache: Path) -> None:
    with pytest.raises((ModelFolderError, OSError)):
        StaticSentenceTransformer("org/static", revision="v9", cache_folder=str(cache), local_files_only=True)


def test_a_teacher_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    repository = tmp_path / "models--org--teacher"
    snapshot = repository / "snapshots" / REVISIONS["main"]
    teachers.bert().model.save_pretrained(snapshot)
    teachers.bert().tokenizer.save_pretrained(snapshot)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(REVISIONS["main"])
    model = distill("org/teacher", pca_dims=8, device="cpu", show_progress_bar=False)
    assert model[0].metadata["tokenizer_name"] == "org/teacher"
