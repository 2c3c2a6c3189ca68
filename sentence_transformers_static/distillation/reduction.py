"""From the teacher's vectors of tokens to rows of a table: which directions stay, and what each token weighs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from sentence_transformers_static.distillation.config import DistillationConfig
from sentence_transformers_static.numerics import PCA, fit_pca, sif_weights
from sentence_transformers_static.tokens import TextTokenizer

Rows = npt.NDArray[np.float32]


def reduced(
    rows: Rows,
    probabilities: npt.NDArray[np.float64],
    config: DistillationConfig,
    sentences: Sequence[str] = (),
    tokenizer: TextTokenizer | None = None,
) -> tuple[Rows, PCA | None]:
    """Project and weight the rows of all tokens.

    Args:
        rows: ``(vocab, dim)`` float32.
        probabilities: ``(vocab,)`` float64, of the tokens.
        config: Resolved options.
        sentences: For ``pca_fit="sentences"``: what to fit it to.
        tokenizer: Their tokenizer.

    Returns:
        ``(vocab, k)`` float32, and the projection, None if vectors stay in the teacher's own space.
    """
    weights = np.ones(len(rows)) if config.sif_coefficient is None else _sif(probabilities, config)
    if config.pca_dims is None:
        if not config.remove_components:
            return _weighted(rows, weights), None
        pca = _without_top(rows, probabilities if config.pca_fit == "frequencies" else None, config)
        return _weighted(pca.transform(rows), weights), pca
    dims = None if config.pca_dims == "auto" else config.pca_dims
    skip = int(config.remove_components)
    if config.pca_fit == "sentences":
        mean = probabilities @ rows
        means = _sentence_means((rows - mean) * weights[:, None], sentences, tokenizer)
        pca = replace(fit_pca(means, dims, skip=skip), mean=mean)
    else:
        pca = fit_pca(rows, dims, weights=probabilities if config.pca_fit == "frequencies" else None, skip=skip)
    if config.whitening:
        pca = pca.whitened(float(config.whitening))
    return _weighted(pca.transform(rows), weights), pca


def _sif(probabilities: npt.NDArray[np.float64], config: DistillationConfig) -> npt.NDArray[np.float64]:
    return sif_weights(probabilities, float(config.sif_coefficient or 0))


def _weighted(rows: Rows, weights: npt.NDArray[np.float64]) -> Rows:
    return np.asarray((rows * weights[:, None]).astype(np.float32))


def _without_top(rows: Rows, weights: npt.NDArray[np.float64] | None, config: DistillationConfig) -> PCA:
    """What takes away mean and top components, and keeps the dimensions (Mu and Viswanath 2018, "All-but-the-Top")."""
    top = fit_pca(rows, int(config.remove_components), weights=weights)
    rest = np.eye(rows.shape[1]) - top.components.T @ top.components
    return PCA(top.mean, rest, np.ones(len(rest)) / len(rest))


def _sentence_means(
    rows: npt.NDArray[np.float64], sentences: Sequence[str], tokenizer: TextTokenizer | None
) -> npt.NDArray[np.float64]:
    """The normalized vectors of sentences, ``(sentences with known tokens, dim)``."""
    assert tokenizer is not None
    ids, offsets = tokenizer(sentences)
    lengths = np.diff(offsets)
    members = csr_array((np.ones(len(ids)), ids, offsets), shape=(len(lengths), len(rows)))
    sums = (members @ rows)[lengths > 0]
    norms = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.asarray(sums / np.where(norms > 0, norms, 1.0))
