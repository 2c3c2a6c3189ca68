"""Model cards: what a model's README says, rendered from ``model_card_templates/``."""

from sentence_transformers_static.cards.data import StaticModelCardData
from sentence_transformers_static.cards.metadata import card_metadata
from sentence_transformers_static.cards.templates import render, template_dir

__all__ = ["StaticModelCardData", "card_metadata", "render", "template_dir"]
