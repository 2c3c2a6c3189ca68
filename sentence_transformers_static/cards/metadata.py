"""Reading the metadata of somebody's model card."""

from __future__ import annotations

from typing import Any

import yaml

from sentence_transformers_static.cards.merging import metadata_block


def card_metadata(text: str) -> dict[str, Any]:
    """The entries of a card's YAML block (``license``, ``language``, ...) that are set.

    A card without such a block, or with one that cannot be read, says nothing: it is no reason to fail.
    """
    try:
        data = yaml.safe_load(metadata_block(text))
    except yaml.YAMLError:
        return {}
    return {str(name): value for name, value in data.items() if value is not None} if isinstance(data, dict) else {}


def languages(value: object) -> list[str]:
    """The ``language`` entry of a card as a list of codes; YAML reads Norwegian, ``no``, as False."""
    entries = value if isinstance(value, list) else [value]
    return ["no" if entry is False else str(entry) for entry in entries if entry is not None]


def licence_link(link: str, repository: str | None, revision: str | None) -> str | None:
    """A card's ``license_link`` for another repository: the name of a file becomes an address in its own.

    None if it is such a name, and its repository is not known.
    """
    if link.startswith(("http://", "https://")):
        return link
    return f"https://huggingface.co/{repository}/blob/{revision or 'main'}/{link}" if repository else None
