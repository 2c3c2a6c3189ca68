"""The data of a static model's card: the host's, with a body of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardData

from sentence_transformers_static.cards.templates import render, template_dir

TAGS = ("static-embeddings", "model2vec")


class StaticModelCardData(SentenceTransformerModelCardData):
    """Card data for :class:`~sentence_transformers_static.StaticSentenceTransformer`; arguments are the host's.

    A model that has been trained gets the host's own card, with its training sections.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_tags(list(TAGS))

    @property
    def template_path(self) -> Path:  # type: ignore[override]
        """The template that the host renders: a frame for ``body``, or the host's own after training."""
        if self._is_trained():
            return Path(type(self).__mro__[1].__dataclass_fields__["template_path"].default)
        return template_dir() / "stub.md"

    @template_path.setter
    def template_path(self, value: Path) -> None:
        """The host's initializer assigns its own path; which one is used is decided above."""

    def set_base_model(self, model_id: str, revision: str | None = None) -> bool:
        """As the host's, but a folder on this machine is never looked up on the Hub."""
        return False if Path(model_id).exists() else bool(super().set_base_model(model_id, revision))

    def to_dict(self) -> dict[str, Any]:
        """The host's data, and the rendered ``body``."""
        data: dict[str, Any] = super().to_dict()
        if not self._is_trained():
            data["body"] = render("distilled.md", **data, **self._describe_table())
            self._cached_dict = data
        return data

    def get_default_model_name(self) -> str:
        """``"Static embeddings of <teacher>"`` when the teacher is known, else the host's default."""
        teacher = self._teacher()
        return f"Static embeddings of {teacher}" if teacher else str(super().get_default_model_name())

    def _is_trained(self) -> bool:
        return "generated_from_trainer" in self.tags

    def _teacher(self) -> str | None:
        if self.base_model:
            return self.base_model
        metadata = getattr(self.model[0], "metadata", {}) if self.model is not None else {}
        name = metadata.get("tokenizer_name")
        return str(name) if name else None

    def _describe_table(self) -> dict[str, Any]:
        table = self.model[0].table  # type: ignore[index]
        return {
            "teacher": self._teacher(),
            "rows": len(table.embeddings),
            "tokens": table.vocab_size,
            "precision": table.precision,
            "distillation": self.model[0].metadata.get("distillation"),  # type: ignore[index]
        }
