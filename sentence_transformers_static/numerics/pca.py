"""Principal component analysis of an embedding table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sentence_transformers_static.errors import OptionError

FloatArray = npt.NDArray[np.floating]

_BLOCK_ROWS = 8192
"""Rows converted to float64 at a time, so that a table of a million rows is never held twice."""

_NO_VARIANCE = 1e-9
"""The share of the largest variance below which a component holds rounding errors only."""


@dataclass(frozen=True)
class PCA:
    """A fitted projection ``(rows - mean) @ components.T``.

    Attributes:
        mean: ``(dim,)`` float64, the mean row.
        components: ``(k, dim)`` float64, by falling variance; orthonormal unless :meth:`whitened`. The sign of each is
            the one that makes the largest absolute projection of the fitted rows positive.
        explained_variance_ratio: ``(k,)`` float64, the share of the total variance along each component.
    """

    mean: npt.NDArray[np.float64]
    components: npt.NDArray[np.float64]
    explained_variance_ratio: npt.NDArray[np.float64]

    def transform(self, rows: FloatArray) -> npt.NDArray[np.float32]:
        """Project ``rows``, ``(n, dim)`` of any float dtype, to ``(n, k)`` float32."""
        projected = np.empty((len(rows), len(self.components)), dtype=np.float32)
        for block in _blocks(len(rows)):
            projected[block] = (rows[block] - self.mean) @ self.components.T
        return projected

    def whitened(self, exponent: float) -> PCA:
        """This projection with component i divided by ``(variance_i / variance_0) ** (exponent / 2)``.

        With ``exponent`` 1 the fitted rows vary alike along each component (whitening); with 0 nothing changes. Fitted
        with token probabilities as weights it is Zipfian whitening (Yokoi et al. 2024, "Zipfian Whitening").
        """
        largest = self.explained_variance_ratio[0]
        ratio = self.explained_variance_ratio / (largest if largest > 0 else 1.0)
        # A component along which nothing varies holds rounding errors only; they are not blown up.
        scale = np.where(ratio > _NO_VARIANCE, ratio, 1.0) ** (-exponent / 2)
        return replace(self, components=self.components * scale[:, None])


def fit_pca(
    rows: FloatArray,
    n_components: int | float | None = None,
    *,
    weights: FloatArray | None = None,
    skip: int = 0,
) -> PCA:
    """Fit a centred PCA by the eigendecomposition of the covariance matrix (Pearson 1901; Hotelling 1933).

    Reducing the token rows of a distilled model this way also removes their common mean, which helps
    isotropy (Mu and Viswanath 2018, "All-but-the-Top"); Model2Vec measured +3 points on MTEB from it.

    Args:
        rows: ``(n, dim)``, any float dtype, finite. Read once for the mean and once for the covariance; sums are
            accumulated in float64.
        n_components: How many components to keep: an int in ``[1, dim - skip]``; a float in ``(0, 1)`` for the fewest
            components that explain at least that share of the variance (of what ``skip`` leaves); None for all, that
            is a rotation.
        weights: ``(n,)``, how much each row counts in mean and covariance, such as its token's probability (Yokoi et
            al. 2024, "Zipfian Whitening"); None for all alike.
        skip: How many components of the largest variance to leave out (Mu and Viswanath 2018).

    Raises:
        OptionError: If ``n_components`` is outside these ranges, or ``rows`` has fewer than 2 rows.
    """
    n, dim = rows.shape
    if n < 2:
        raise OptionError(f"PCA needs at least 2 rows, got {n}.")
    _check_components(n_components, dim - skip)
    mean, covariance = _moments(rows, weights)
    eigenvalues, eigenvectors = np.linalg.eigh(covariance)
    variance = np.clip(eigenvalues[::-1], 0.0, None)
    total = variance.sum()
    ratio = (variance / total if total > 0 else np.zeros_like(variance))[skip:]
    # A share is one of what is left.
    kept = _count_components(ratio / ratio.sum() if skip and ratio.sum() > 0 else ratio, n_components)
    components = eigenvectors[:, ::-1][:, skip : skip + kept].T
    components = components * _signs(rows, mean, components)[:, None]
    return PCA(mean, components, ratio[:kept])


def _moments(rows: FloatArray, weights: FloatArray | None) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and covariance, unbiased if there are no weights."""
    n, dim = rows.shape
    mean, covariance = np.zeros(dim), np.zeros((dim, dim))
    share = None if weights is None else np.asarray(weights, dtype=np.float64) / np.sum(weights, dtype=np.float64)
    for block in _blocks(n):
        mean += rows[block].sum(axis=0, dtype=np.float64) if share is None else share[block] @ rows[block]
    if share is None:
        mean /= n
    for block in _blocks(n):
        centred = rows[block] - mean
        covariance += centred.T @ (centred if share is None else centred * share[block, None])
    return mean, covariance / (n - 1) if share is None else covariance


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK_ROWS) for start in range(0, n, _BLOCK_ROWS))


def _check_components(n_components: int | float | None, dim: int) -> None:
    if isinstance(n_components, float) and not 0 < n_components < 1:
        raise OptionError(f"A share of explained variance must be in (0, 1), got {n_components}.")
    if isinstance(n_components, int) and not 1 <= n_components <= dim:
        raise OptionError(f"The number of components must be in [1, {dim}], got {n_components}.")


def _count_components(ratio: FloatArray, n_components: int | float | None) -> int:
    if n_components is None:
        return len(ratio)
    if isinstance(n_components, float):
        return min(int(np.searchsorted(np.cumsum(ratio), n_components)) + 1, len(ratio))
    return n_components


def _signs(rows: FloatArray, mean: FloatArray, components: FloatArray) -> FloatArray:
    """+1 or -1 per component: the sign of the projection that is largest in absolute value."""
    largest = np.zeros(len(components))
    for block in _blocks(len(rows)):
        projected = (rows[block] - mean) @ components.T
        extreme = projected[np.abs(projected).argmax(axis=0), np.arange(len(components))]
        largest = np.where(np.abs(extreme) > np.abs(largest), extreme, largest)
    return np.where(largest < 0, -1.0, 1.0)
