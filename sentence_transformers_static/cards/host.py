"""The sections of the host's own card template that tell of a training: cut out of it, not copied."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment
from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardData

_TEMPLATE = Path(str(SentenceTransformerModelCardData.__dataclass_fields__["template_path"].default))
_EVALUATION = re.compile(r"(\{% if eval_metrics %\}.*?)(?=<!--\s*## Bias)", re.DOTALL)
_TRAINING = re.compile(r"(## Training Details.*?)(?=## Additional Resources)", re.DOTALL)


def training_sections(data: dict[str, Any]) -> dict[str, str]:
    """``evaluation_section`` and ``training_section``, rendered from the host's template.

    Args:
        data: The host's card data, as a dictionary.

    Raises:
        ValueError: If the host's template no longer has these sections; it names the one that is missing.
    """
    text = _TEMPLATE.read_text(encoding="utf-8")
    environment = Environment(autoescape=False)  # as forgiving of names that are not there as the host
    sections = {}
    for name, pattern in (("evaluation_section", _EVALUATION), ("training_section", _TRAINING)):
        found = pattern.search(text)
        if found is None:
            raise ValueError(f"{_TEMPLATE} has no {name.replace('_', ' ')} any more: {pattern.pattern} finds nothing.")
        sections[name] = environment.from_string(found.group(1)).render(**data).strip()
    return sections
