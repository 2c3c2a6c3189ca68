"""A model's card, rendered by the host's machinery, with an old one merged in."""

from __future__ import annotations

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.model_card import generate_model_card

from sentence_transformers_static.cards.merging import Merged, is_signed, merge
from sentence_transformers_static.cards.parts import load_yaml, metadata_block
from sentence_transformers_static.errors import ModelFolderError


def render_again(model: SentenceTransformer, old: str) -> Merged:
    """Render the card of ``model``, keeping what a person wrote into ``old``.

    Unlike the host, which logs it, an error while rendering is raised.

    Raises:
        ModelFolderError: If the metadata of ``old`` cannot be read; see :func:`check_readable`.
    """
    check_readable(old)
    return merge(old, str(generate_model_card(model)))


def check_readable(card: str) -> None:
    """Make sure that what a card written here says in its metadata can be kept when it is rendered again.

    Raises:
        ModelFolderError: If they are no YAML.
    """
    try:
        load_yaml(metadata_block(card))
    except ValueError as error:
        if is_signed(card):
            raise ModelFolderError(
                f"The metadata of the model's card, README.md, cannot be read: {error}. Mend them, so that nothing "
                "of them is lost, and try again."
            ) from error
