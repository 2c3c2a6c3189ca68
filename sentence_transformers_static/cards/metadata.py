"""Reading the metadata of somebody's model card."""

from __future__ import annotations

from typing import Any

from huggingface_hub import ModelCard


def card_metadata(text: str) -> dict[str, Any]:
    """The entries of a card's YAML block (``license``, ``language``, ...) that are set.

    A card without such a block, or with one that cannot be read, says nothing: it is no reason to fail.
    """
    if not text.lstrip().startswith("---"):
        return {}
    try:
        data = vars(ModelCard(text, ignore_metadata_errors=True).data)
    except Exception:
        return {}
    return {name: value for name, value in data.items() if value is not None}
