"""What a model's earlier card says and the model itself does not know: its results, how it was trained."""

from __future__ import annotations

import ast
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from sentence_transformers_static.cards.metadata import card_metadata, strings
from sentence_transformers_static.cards.parts import TITLE, read_record, split_card

PLACEHOLDER = "sentence_transformers_model_id"
"""What the host's examples call a model that has no name on the Hub."""

_TRAINED = "generated_from_trainer"
_MODEL_ID = re.compile(r'^model = SentenceTransformer\("([\w.-]+/[\w.-]+)"', re.MULTILINE)
_CITATION = re.compile(r"^### ([^\n]+)\n\n```bibtex\n(.*?)\n```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class EarlierCard:
    """A card that a model was loaded with, taken apart.

    Attributes:
        is_ours: Whether this package wrote it.
        metadata: Its YAML block.
        title: Its first heading, that of the section with the notes if there is one; or None.
        model_id: What the model is called in its usage example, if that is a name on the Hub.
        evaluation_section: The host's evaluation section, or "".
        training_section: The host's training section, or "".
        citations: BibTeX entries by name.
        queries: Of its usage example, if it is one of search.
        texts: Of its usage example: sentences, or documents.
    """

    is_ours: bool = False
    metadata: dict[str, Any] = field(default_factory=dict)
    title: str | None = None
    model_id: str | None = None
    evaluation_section: str = ""
    training_section: str = ""
    citations: dict[str, str] = field(default_factory=dict)
    queries: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()

    @property
    def is_trained(self) -> bool:
        """Whether it says that the host's trainer made the model."""
        return _TRAINED in strings(self.metadata.get("tags")) or bool(self.training_section or self.evaluation_section)


def read_card(text: str) -> EarlierCard:
    """Take a card apart; an empty one says nothing."""
    parts = split_card(text)
    found = {name: part for (kind, name, _), part in parts.items() if kind == "text"}
    headings = [parts.get(TITLE, ""), *found]
    title = next((heading[2:].partition("\n")[0] for heading in headings if heading.startswith("# ")), None)
    usage = found.get("## Usage", "")
    model_id = _MODEL_ID.search(usage)
    examples = _examples(usage)
    return EarlierCard(
        is_ours=read_record(text) is not None,
        metadata=card_metadata(text),
        title=title,
        model_id=model_id.group(1) if model_id else None,
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
        with suppress(SyntaxError, ValueError, TypeError):  # what a person changed need not be Python
            for statement in ast.parse(snippet).body:
                if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.List):
                    texts = ast.literal_eval(statement.value)
                    found.setdefault(ast.unparse(statement.targets[0]), tuple(map(str, texts)))
    return found
