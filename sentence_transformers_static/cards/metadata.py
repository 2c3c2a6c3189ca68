"""Reading the metadata of somebody's model card."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, cast

from huggingface_hub.repocard_data import model_index_to_eval_results

from sentence_transformers_static.cards.parts import load_yaml, metadata_block


def card_metadata(text: str) -> dict[str, Any]:
    """The entries of a card's YAML block (``license``, ``language``, ...) that are set.

    A card without such a block, or with one that cannot be read, says nothing: it is no reason to fail.
    """
    data: object = None
    with suppress(ValueError):
        data = load_yaml(metadata_block(text))
    return {str(name): value for name, value in data.items() if value is not None} if isinstance(data, dict) else {}


def strings(value: object) -> list[str]:
    """An entry that may be one string or a list of them, as a list; whatever else it holds is left out."""
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, str)]


def languages(value: object) -> list[str]:
    """The ``language`` entry of a card as a list of codes; YAML reads Norwegian, ``no``, as False."""
    entries = value if isinstance(value, list) else [value]
    return strings(["no" if entry is False else entry for entry in entries])


def licence_link(link: object, repository: str | None, revision: str | None) -> str | None:
    """A card's ``license_link`` for another repository: the name of a file becomes an address in its own.

    None if there is no link, or it is such a name, and its repository is not known.
    """
    if not isinstance(link, str) or link.startswith(("http://", "https://")):
        return link if isinstance(link, str) else None
    return f"https://huggingface.co/{repository}/blob/{revision or 'main'}/{link}" if repository else None


def is_model_index(value: object) -> bool:
    """Whether it has the shape of a card's ``model-index``."""
    try:
        model_index_to_eval_results(cast(Any, value))
    except (ValueError, TypeError, KeyError, AttributeError, AssertionError):
        return False
    return True
