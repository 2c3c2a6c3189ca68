"""The options of a distillation."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from sentence_transformers_static.distillation import DistillationConfig
from sentence_transformers_static.distillation.config import WITH_CORPUS, WITHOUT_CORPUS
from sentence_transformers_static.errors import NotYetSupportedError, OptionError


@pytest.mark.parametrize(
    "options",
    [{"pca_dims": dims} for dims in (0, -1, 1.0, 0.0, 1.5, "half", True, float("nan"))]
    + [{"sif_coefficient": value} for value in (0, 1, -0.5, 2.0, "1e-4", float("nan"), True)]
    + [{"quantize_to": "int4"}, {"pooling": "cls"}, {"batch_size": 0}, {"batch_size": -1}, {"token_remove_pattern": 3}]
    + [{"pca_fit": "rows"}, {"whitening": 1.5}, {"whitening": True}, {"remove_components": -1}, {"contexts": 0.5}],
    ids=str,
)
def test_refused_options(options: dict[str, Any]) -> None:
    ((name, value),) = options.items()
    with pytest.raises(OptionError, match=name) as error:
        DistillationConfig(**options)
    assert repr(value) in str(error.value)


def test_options_to_come() -> None:
    with pytest.raises(NotYetSupportedError, match="not supported yet"):
        DistillationConfig(vocabulary_quantization=100)


def test_auto_without_a_corpus_is_model2vecs() -> None:
    resolved = DistillationConfig().resolved(corpus=False, token_vectors=True).to_dict()
    assert {name: resolved[name] for name in WITHOUT_CORPUS} == {
        "sif_coefficient": 1e-4,
        "pca_fit": "tokens",
        "whitening": 0,
        "remove_components": 0,
        "contexts": 0,
    }


def test_auto_with_a_corpus() -> None:
    with_corpus = DistillationConfig().resolved(corpus=True, token_vectors=True)
    assert {name: getattr(with_corpus, name) for name in WITH_CORPUS} == WITH_CORPUS
    # What was asked for stays.
    asked = DistillationConfig(whitening=0.25, sif_coefficient=None).resolved(corpus=True, token_vectors=True)
    assert (asked.whitening, asked.sif_coefficient, asked.pca_fit) == (0.25, None, "frequencies")


def test_auto_takes_no_contexts_from_a_teacher_without_token_vectors() -> None:
    assert DistillationConfig().resolved(corpus=True, token_vectors=False).contexts == 0


@pytest.mark.parametrize(
    ("options", "teacher", "message"),
    [
        ({"pca_fit": "sentences"}, {"corpus": False, "token_vectors": True}, "pass a corpus"),
        ({"contexts": 3}, {"corpus": False, "token_vectors": True}, "contexts=3 .* pass a corpus"),
        ({"contexts": 3}, {"corpus": True, "token_vectors": False}, "contexts=3 needs a teacher"),
    ],
)
def test_options_that_need_what_is_not_there(options: dict[str, Any], teacher: dict[str, bool], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        DistillationConfig(**options).resolved(**teacher)


def test_whitening_needs_pca() -> None:
    with pytest.raises(OptionError, match="whitening scales the components of PCA"):
        DistillationConfig(pca_dims=None, whitening=0.5)
    assert DistillationConfig(pca_dims=None).resolved(corpus=True, token_vectors=True).whitening == 0


@pytest.mark.parametrize("dims", [1, 256, np.int64(8), 0.5, "auto", None])
def test_accepted_dimensions(dims: Any) -> None:
    config = DistillationConfig(pca_dims=dims, sif_coefficient=None, token_remove_pattern=None)
    assert config.to_dict()["pca_dims"] == dims
    json.dumps(config.to_dict())
