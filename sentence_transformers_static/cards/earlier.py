"""What a model's earlier card says and the model itself does not know: its results, how it was trained."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sentence_transformers_static.cards.merging import sections
from sentence_transformers_static.cards.metadata import card_metadata

_CITATION = re.compile(r"^### ([^\n]+)\n\n```bibtex\n(.*?)\n```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class EarlierCard:
    """A card that a model was loaded with, taken apart.

    Attributes:
        metadata: Its YAML block.
        title: Its first heading, or None.
        evaluation_section: The host's evaluation section, or "".
        training_section: The host's training section, or "".
        citations: BibTeX entries by name.
        queries: Of its usage example, if it is one of search.
        texts: Of its usage example: sentences, or documents.
    """

    metadata: dict[str, Any] = field(default_factory=dict)
    title: str | None = None
    evaluation_section: str = ""
    training_section: str = ""
    citations: dict[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_trained(self) -> bool:
        """Whether it says that the host's trainer made the model."""
        return "generated_from_trainer" in (self.metadata.get("tags") or ())


def read_card(text: str) -> EarlierCard:
    """Take a card apart; an empty one says nothing."""
    found = sections(text)
    examples = _examples(found.get("## Usage", ""))
    title = next((heading.removeprefix("# ") for heading in found if heading.startswith("# ")), None)
    return EarlierCard(
        metadata=card_metadata(text),
        title=title,
        evaluation_section=found.get("## Evaluation", "").strip(),
        training_section=found.get("## Training Details", "").strip(),
        citations=dict(_CITATION.findall(found.get("## Citation", ""))),
        queries=examples.get("queries", ()),
        texts=examples.get("sentences") or examples.get("documents", ()),
    )


def _examples(usage: str) -> dict[str, tuple[str, ...]]:
    """The lists of texts, by their names, in the Python of a usage section."""
    found: dict[str, tuple[str, ...]] = {}
    for snippet in re.findall(r"```python\n(.*?)```", usage, re.DOTALL):
        with suppress(SyntaxError, ValueError):  # what a person changed need not be Python
            for statement in ast.parse(snippet).body:
                if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.List):
                    texts = ast.literal_eval(statement.value)
                    found.setdefault(ast.unparse(statement.targets[0]), tuple(map(str, texts)))
    return found
