"""How close a distilled model comes to its teacher, and how its tokenizer splits texts: measured, for its card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from sentence_transformers_static.errors import InputError
from sentence_transformers_static.model import StaticSentenceTransformer
from sentence_transformers_static.tokens import check_texts

_FEWEST_TEXTS = 3
"""Two texts make one pair, of which there is no correlation."""

_PAIRED_TEXTS = 1000
"""Of how many texts all pairs are compared; half a million pairs say what more would."""


def texts_to_measure_on(texts: Sequence[str]) -> list[str]:
    """``texts`` without the blank ones, of which no vector says anything.

    Raises:
        InputError: If it is a single text, one is not a ``str``, or fewer than three are not blank.
    """
    if isinstance(texts, str):
        raise InputError("eval_texts must be a list of texts, got a single str.")
    check_texts(texts)
    kept = [text for text in texts if text.strip()]
    if len(kept) < _FEWEST_TEXTS:
        raise InputError(
            f"eval_texts must hold at least {_FEWEST_TEXTS} texts that are not blank, got {len(kept)}. Pass some "
            "hundreds of the kind that the model will be used on."
        )
    return kept


def fidelity(
    model: StaticSentenceTransformer, texts: Sequence[str], teacher_vectors: npt.NDArray[np.float32]
) -> dict[str, float | int | None]:
    """Compare ``model`` with its teacher on texts that it was not made from.

    Args:
        model: The distilled model.
        texts: The texts.
        teacher_vectors: ``(texts, dim)`` float32, the teacher's vectors of them, projected by the PCA of the
            distillation, if there was one, to the dimensions of ``model``.

    Returns:
        ``texts``, their number; ``cosine_to_teacher``, the mean cosine of the two vectors of a text;
        ``similarity_correlation``, Spearman's correlation of the cosines between texts by the one with those by the
        other, over all pairs (of 1,000 texts evenly spaced, if there are more); ``unknown_token_rate``, the share of
        tokens that the tokenizer does not know; ``tokens_per_word``, words being what white space separates (the
        *fertility* of Rust et al. 2021, "How Good is Your Tokenizer?"). All but the first are rounded to 4 digits. The
        correlation is None where the cosines of one of them do not vary.
    """
    tokenizer = model.static_embedding.text_tokenizer
    tokens, known = len(tokenizer(texts, keep_unknown=True)[0]), len(tokenizer(texts)[0])
    ours = _normalized(np.asarray(model.encode(list(texts), show_progress_bar=False)))
    theirs = _normalized(teacher_vectors)
    shown = np.unique(np.linspace(0, len(texts) - 1, min(_PAIRED_TEXTS, len(texts))).astype(int))
    pairs = np.triu_indices(len(shown), k=1)
    similarities = [(vectors[shown] @ vectors[shown].T)[pairs] for vectors in (ours, theirs)]
    measured: dict[str, float | None] = {
        "cosine_to_teacher": float((ours * theirs).sum(axis=1).mean()),
        "similarity_correlation": _spearman(*similarities),
        "unknown_token_rate": 1 - known / tokens if tokens else 0.0,
        "tokens_per_word": tokens / sum(len(text.split()) for text in texts),
    }
    rounded = {name: None if value is None else round(value, 4) for name, value in measured.items()}
    return {"texts": len(texts), **rounded}


def _normalized(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(norms > 0, norms, 1.0))


def _spearman(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float | None:
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return None
    return float(spearmanr(first, second).statistic)
