"""A model's card, rendered by the host's machinery, with an old one merged in."""

from __future__ import annotations

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.model_card import generate_model_card

from sentence_transformers_static.cards.merging import Merged, merge


def render_again(model: SentenceTransformer, old: str) -> Merged:
    """Render the card of ``model``, keeping what a person wrote into ``old``.

    Unlike the host, which logs it, an error while rendering is raised.
    """
    return merge(old, str(generate_model_card(model)))
