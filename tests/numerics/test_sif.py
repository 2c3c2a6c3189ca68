"""SIF weights and Zipf probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from model2vec.distill.inference import compute_weights

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.numerics import sif_weights, zipf_probabilities


@given(st.integers(1, 5000))
def test_zipf_probabilities_fall_and_sum_to_one(size: int) -> None:
    probabilities = zipf_probabilities(size)
    assert probabilities.shape == (size,)
    assert probabilities.sum() == pytest.approx(1)
    assert (np.diff(probabilities) < 0).all()


@given(st.integers(2, 500), st.floats(1e-6, 0.999))
def test_rarer_tokens_weigh_more(size: int, coefficient: float) -> None:
    weights = sif_weights(zipf_probabilities(size), coefficient)
    assert (np.diff(weights) > 0).all()
    assert ((weights > 0) & (weights < 1)).all()


@given(st.floats(1e-6, 0.999))
def test_the_equation(coefficient: float) -> None:
    np.testing.assert_allclose(
        sif_weights(np.array([0.0, coefficient, 1.0]), coefficient), [1, 0.5, coefficient / (coefficient + 1)]
    )


@given(st.integers(1, 1000), st.floats(1e-6, 0.999))
def test_model2vec_agrees(size: int, coefficient: float) -> None:
    np.testing.assert_allclose(
        sif_weights(zipf_probabilities(size), coefficient), compute_weights(size, coefficient), rtol=1e-12
    )


@pytest.mark.parametrize("coefficient", [0, 1, -0.1, 2, float("nan")])
def test_refused_coefficients(coefficient: float) -> None:
    with pytest.raises(OptionError, match=r"must be in \(0, 1\), got"):
        sif_weights(np.array([0.5]), coefficient)
