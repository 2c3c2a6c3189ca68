"""The combinations of options that are compared: one option at a time, added to what was best before, or left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DIMENSIONS = (128, 256)
CORPUS_SIZES = (2_000, 20_000, None)
"""Texts of the corpus; None for all."""

CONTEXTS = 30

_BLIND = {"sif_coefficient": 1e-4, "pca_fit": "tokens", "whitening": 0.0, "remove_components": 0, "contexts": 0}
_COUNTED = {**_BLIND, "sif_coefficient": 1e-3}
_IN_CONTEXT = {**_COUNTED, "contexts": CONTEXTS}


@dataclass(frozen=True)
class Variant:
    """Options of a distillation.

    Attributes:
        label: What is special about it.
        options: Those of :class:`DistillationConfig` that take part.
        needs_corpus: Whether it takes its token probabilities from a corpus.
        minor: Whether it is scored at the most dimensions only, and not for the corpus of middle size.
    """

    label: str
    options: dict[str, Any] = field(default_factory=dict)
    needs_corpus: bool = True
    minor: bool = False


VARIANTS = (
    Variant("no corpus (Model2Vec)", _BLIND, needs_corpus=False),
    Variant(
        "no corpus, PCA on frequencies, whitening 0.5",
        {**_BLIND, "pca_fit": "frequencies", "whitening": 0.5},
        needs_corpus=False,
    ),
    Variant("corpus SIF, a = 1e-4", _BLIND, minor=True),
    Variant("corpus SIF, a = 1e-3", _COUNTED),
    Variant("+ PCA on frequencies", {**_COUNTED, "pca_fit": "frequencies"}),
    Variant(
        "+ PCA on frequencies, 3 removed",
        {**_COUNTED, "pca_fit": "frequencies", "remove_components": 3},
        minor=True,
    ),
    Variant("+ PCA on frequencies, whitening 0.5", {**_COUNTED, "pca_fit": "frequencies", "whitening": 0.5}),
    Variant("+ PCA on sentences", {**_COUNTED, "pca_fit": "sentences"}),
    Variant("+ PCA on sentences, 3 removed", {**_COUNTED, "pca_fit": "sentences", "remove_components": 3}, minor=True),
    Variant("in context", _IN_CONTEXT),
    Variant("in context + PCA on frequencies", {**_IN_CONTEXT, "pca_fit": "frequencies"}),
    Variant("in context + PCA on sentences", {**_IN_CONTEXT, "pca_fit": "sentences"}),
    Variant(
        "in context + PCA on frequencies, 1 removed",
        {**_IN_CONTEXT, "pca_fit": "frequencies", "remove_components": 1},
        minor=True,
    ),
    Variant(
        "in context + PCA on frequencies, whitening 0.5", {**_IN_CONTEXT, "pca_fit": "frequencies", "whitening": 0.5}
    ),
    Variant(
        "in context + PCA on frequencies, whitening 1", {**_IN_CONTEXT, "pca_fit": "frequencies", "whitening": 1.0}
    ),
    Variant(
        "in context + PCA on frequencies, whitening 0.5, 1 removed",
        {**_IN_CONTEXT, "pca_fit": "frequencies", "whitening": 0.5, "remove_components": 1},
        minor=True,
    ),
    Variant(
        "in context + PCA on frequencies, whitening 0.5, a = 1e-4",
        {**_BLIND, "contexts": CONTEXTS, "pca_fit": "frequencies", "whitening": 0.5},
        minor=True,
    ),
    Variant(
        "in context + PCA on sentences, whitening 0.5",
        {**_IN_CONTEXT, "pca_fit": "sentences", "whitening": 0.5},
        minor=True,
    ),
)

DEFAULT = "in context + PCA on frequencies, whitening 0.5"
"""What "auto" means with a corpus."""
