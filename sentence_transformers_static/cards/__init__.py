"""Model cards: what a model's README says, rendered from ``model_card_templates/``."""

from sentence_transformers_static.cards.data import StaticModelCardData
from sentence_transformers_static.cards.earlier import PLACEHOLDER, EarlierCard, read_card
from sentence_transformers_static.cards.merging import Merged, is_signed, merge, sign
from sentence_transformers_static.cards.metadata import card_metadata
from sentence_transformers_static.cards.rendering import check_readable, render_again
from sentence_transformers_static.cards.results import write_model_index
from sentence_transformers_static.cards.templates import render, template_dir

__all__ = [
    "PLACEHOLDER",
    "EarlierCard",
    "Merged",
    "StaticModelCardData",
    "card_metadata",
    "check_readable",
    "is_signed",
    "merge",
    "read_card",
    "render",
    "render_again",
    "sign",
    "template_dir",
    "write_model_index",
]
