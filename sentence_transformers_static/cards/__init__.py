"""Model cards: what a model's README says, rendered from ``model_card_templates/``."""

from sentence_transformers_static.cards.data import StaticModelCardData
from sentence_transformers_static.cards.earlier import EarlierCard, read_card
from sentence_transformers_static.cards.merging import Merged, is_signed, merge, sign
from sentence_transformers_static.cards.metadata import card_metadata
from sentence_transformers_static.cards.rendering import render_again
from sentence_transformers_static.cards.results import show_results
from sentence_transformers_static.cards.templates import render, template_dir

__all__ = [
    "EarlierCard",
    "Merged",
    "StaticModelCardData",
    "card_metadata",
    "is_signed",
    "merge",
    "read_card",
    "render",
    "render_again",
    "show_results",
    "sign",
    "template_dir",
]
