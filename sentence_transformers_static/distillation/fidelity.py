"""How close a distilled model comes to its teacher, and how its tokenizer splits texts: measured, for its card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from sentence_transformers_static.errors import InputError
from sentence_transformers_static.model import StaticSentenceTransformer
from sentence_transformers_static.tokens import check_texts

_PAIRED_TEXTS = 1000
"""Of how many texts all pairs are compared; half a million pairs say what more would."""


def check_eval_texts(texts: Sequence[str]) -> None:
    """Make sure that there is something to measure on, before the long work.

    Raises:
        InputError: If ``texts`` is a single text, has fewer than two, has one that is not a ``str``, or is blank.
    """
    if isinstance(texts, str) or len(texts) < 2:
        received = "a single str" if isinstance(texts, str) else f"{len(texts)}"
        raise InputError(f"eval_texts must be a list of at least 2 texts, got {received}.")
    check_texts(texts)
    if not any(text.strip() for text in texts):
        raise InputError(f"All {len(texts):,} eval_texts are blank; pass texts such as the model will be used on.")


def fidelity(
    model: StaticSentenceTransformer, texts: Sequence[str], teacher_vectors: npt.NDArray[np.float32]
) -> dict[str, float | int]:
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
        *fertility* of Rust et al. 2021, "How Good is Your Tokenizer?"). All but the first are rounded to 4 digits.
    """
    tokenizer = model.static_embedding.text_tokenizer
    tokens = int(tokenizer(texts, keep_unknown=True)[1].sum())
    known = int(tokenizer(texts)[1].sum())
    ours = _normalized(np.asarray(model.encode(list(texts), show_progress_bar=False)))
    theirs = _normalized(teacher_vectors)
    shown = np.unique(np.linspace(0, len(texts) - 1, min(_PAIRED_TEXTS, len(texts))).astype(int))
    pairs = np.triu_indices(len(shown), k=1)
    similarities = [(vectors[shown] @ vectors[shown].T)[pairs] for vectors in (ours, theirs)]
    measured = {
        "cosine_to_teacher": float((ours * theirs).sum(axis=1).mean()),
        "similarity_correlation": _spearman(*similarities),
        "unknown_token_rate": 1 - known / tokens if tokens else 0.0,
        "tokens_per_word": tokens / sum(len(text.split()) for text in texts),
    }
    return {"texts": len(texts), **{name: round(value, 4) for name, value in measured.items()}}


def _normalized(vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    wide = vectors.astype(np.float64)
    norms = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.where(norms > 0, norms, 1.0))


def _spearman(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> float:
    """0 where one of them does not vary, for which there is no correlation."""
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(spearmanr(first, second).statistic)
