"""PCA as algebra, and against scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sklearn import decomposition

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.numerics import fit_pca
from tests.numerics.strategies import tables


@given(tables(min_rows=3))
def test_a_rotation_keeps_all_distances(rows: np.ndarray) -> None:
    rotated = fit_pca(rows).transform(rows)
    before = np.linalg.norm(rows[:, None] - rows[None], axis=-1)
    after = np.linalg.norm(rotated[:, None] - rotated[None], axis=-1)
    np.testing.assert_allclose(after, before, atol=1e-3 * max(1, before.max()))


@given(tables(min_rows=3))
def test_projections_are_centred_and_uncorrelated(rows: np.ndarray) -> None:
    projected = fit_pca(rows).transform(rows).astype(np.float64)
    scale = max(1.0, float(np.abs(rows).max()))
    np.testing.assert_allclose(projected.mean(axis=0), 0, atol=1e-4 * scale)
    covariance = np.atleast_2d(np.cov(projected.T))
    np.testing.assert_allclose(covariance - np.diag(np.diag(covariance)), 0, atol=1e-3 * scale**2)
    assert (np.diff(np.diag(covariance)) <= 1e-3 * scale**2).all(), "variance falls from component to component"


@given(tables(min_rows=3))
def test_components_are_orthonormal(rows: np.ndarray) -> None:
    components = fit_pca(rows).components
    np.testing.assert_allclose(components @ components.T, np.eye(len(components)), atol=1e-9)


@given(tables(min_rows=3), st.floats(0.01, 0.99))
def test_a_share_of_variance_is_reached(rows: np.ndarray, share: float) -> None:
    everything, kept = fit_pca(rows), fit_pca(rows, share)
    if everything.explained_variance_ratio.sum() > 0.5:  # not when all rows are equal
        assert kept.explained_variance_ratio.sum() >= share - 1e-9


@settings(max_examples=20)
@given(tables(min_rows=20, min_dim=4, max_dim=6), st.integers(1, 4))
def test_against_scikit_learn(rows: np.ndarray, dims: int) -> None:
    if np.ptp(rows, axis=0).max() < 0.1:
        return  # no variance to explain
    reference = decomposition.PCA(dims, svd_solver="full").fit(rows.astype(np.float64))
    if np.diff(reference.explained_variance_).size and np.abs(np.diff(reference.explained_variance_)).min() < 1e-3:
        return  # components of equal variance may be exchanged
    if reference.explained_variance_.min() < 1e-3:
        return
    pca = fit_pca(rows, dims)
    overlap = np.abs((pca.components * reference.components_).sum(axis=1))
    np.testing.assert_allclose(overlap, 1, atol=1e-4)
    np.testing.assert_allclose(pca.explained_variance_ratio, reference.explained_variance_ratio_, atol=1e-6)


def test_signs_make_the_largest_projection_positive() -> None:
    rows = np.random.default_rng(0).normal(size=(200, 8)).astype(np.float32)
    projected = fit_pca(rows).transform(rows)
    assert (projected[np.abs(projected).argmax(axis=0), np.arange(8)] > 0).all()
    np.testing.assert_array_equal(fit_pca(rows).transform(rows), projected)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(0).normal(size=(100, 5)).astype(np.float32)
    whole = fit_pca(rows, 3).transform(rows)
    monkeypatch.setattr("sentence_transformers_static.numerics.pca._BLOCK_ROWS", 7)
    np.testing.assert_allclose(fit_pca(rows, 3).transform(rows), whole, atol=1e-6)


def test_the_input_is_untouched() -> None:
    rows = np.random.default_rng(0).normal(size=(10, 3))
    copy = rows.copy()
    fit_pca(rows, 2).transform(rows)
    np.testing.assert_array_equal(rows, copy)


def test_equal_rows_are_no_crash() -> None:
    assert not fit_pca(np.ones((5, 3))).transform(np.ones((5, 3))).any()


@pytest.mark.parametrize("components", [0, -1, 4, 1.0, 0.0, 1.5])
def test_refused_numbers_of_components(components: float) -> None:
    with pytest.raises(OptionError, match="must be in"):
        fit_pca(np.eye(3), components)


def test_one_row_is_refused() -> None:
    with pytest.raises(OptionError, match="at least 2 rows, got 1"):
        fit_pca(np.ones((1, 3)))


@given(tables(min_rows=3), st.randoms(use_true_random=False))
def test_weights_are_as_if_rows_were_repeated(rows: np.ndarray, random: object) -> None:
    counts = np.array([random.randint(1, 4) for _ in rows])  # type: ignore[attr-defined]
    scale = max(1.0, float(np.abs(rows).max()))
    assume(np.ptp(rows, axis=0).max() > 1e-2 * scale)  # of no variance there are no shares
    weighted, repeated = fit_pca(rows, weights=counts), fit_pca(np.repeat(rows, counts, axis=0))
    np.testing.assert_allclose(weighted.mean, repeated.mean, atol=1e-6 * scale)
    np.testing.assert_allclose(weighted.explained_variance_ratio, repeated.explained_variance_ratio, atol=1e-6)


@given(tables(min_rows=4))
def test_skipping_leaves_the_largest_out(rows: np.ndarray) -> None:
    whole, skipped = fit_pca(rows), fit_pca(rows, skip=1)
    np.testing.assert_array_equal(skipped.explained_variance_ratio, whole.explained_variance_ratio[1:])
    np.testing.assert_array_equal(np.abs(skipped.components), np.abs(whole.components[1:]))


def test_whitened_rows_vary_alike() -> None:
    generator = np.random.default_rng(0)
    rows = generator.normal(size=(500, 6)) * [9, 5, 3, 1, 0.5, 0.1]
    weights = generator.random(500)
    pca = fit_pca(rows, weights=weights)
    for exponent, expected in ((0.0, 1.0), (0.5, 0.5), (1.0, 0.0)):
        projected = pca.whitened(exponent).transform(rows).astype(np.float64)
        variance = (weights[:, None] * projected**2).sum(axis=0) / weights.sum()
        ratio = pca.explained_variance_ratio / pca.explained_variance_ratio[0]
        np.testing.assert_allclose(variance / variance[0], ratio**expected, rtol=1e-4)


def test_whitening_does_not_blow_up_what_does_not_vary() -> None:
    rows = np.zeros((10, 4))
    assert np.isfinite(fit_pca(rows).whitened(1.0).transform(rows)).all()
    rows[:, 0] = np.arange(10)
    assert np.abs(fit_pca(rows).whitened(1.0).transform(rows)).max() < 10


def test_a_share_is_one_of_what_skipping_leaves() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 20)) * np.array([10.0, *[1.0] * 19])
    assert len(fit_pca(rows, 0.5).components) == 1
    assert 8 <= len(fit_pca(rows, 0.5, skip=1).components) <= 11
