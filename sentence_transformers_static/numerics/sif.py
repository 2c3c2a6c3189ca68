"""Smooth inverse frequency (SIF): common tokens say less about a text, so they weigh less in its mean."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sentence_transformers_static.errors import OptionError


def zipf_probabilities(size: int) -> npt.NDArray[np.float64]:
    """Token probabilities guessed from the order of a vocabulary, ``(size,)`` float64, summing to 1.

    Tokenizers list frequent tokens first, so by Zipf's law the probability of the token of rank r (from 1) is
    proportional to ``1 / (r + 1)``; the offset, as in Model2Vec, keeps the first ranks from dominating.
    """
    inverse_rank = 1.0 / np.arange(2, size + 2)
    return np.asarray(inverse_rank / inverse_rank.sum())


def sif_weights(probabilities: npt.NDArray[np.floating], coefficient: float) -> npt.NDArray[np.float64]:
    """SIF weights ``a / (a + p)`` (Arora, Liang and Ma 2017, "A Simple but Tough-to-Beat Baseline", eq. 3).

    Args:
        probabilities: ``(n,)`` token probabilities p, each >= 0.
        coefficient: The ``a`` of the equation, in (0, 1). The smaller, the stronger the contrast.

    Returns:
        ``(n,)`` float64 in (0, 1].

    Raises:
        OptionError: If ``coefficient`` is not in (0, 1).
    """
    if not 0 < coefficient < 1:
        raise OptionError(f"sif_coefficient must be in (0, 1), got {coefficient}. Use None for no weighting.")
    return np.asarray(coefficient / (coefficient + probabilities), dtype=np.float64)
