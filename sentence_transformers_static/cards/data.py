"""The data of a static model's card: the host's, with a body of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardData

from sentence_transformers_static.cards.templates import render, template_dir
from sentence_transformers_static.modules import StaticEmbedding
from sentence_transformers_static.portable import is_model2vec, is_portable

_HOST_TEMPLATE = Path(str(SentenceTransformerModelCardData.__dataclass_fields__["template_path"].default))

TAGS = ("static-embeddings", "model2vec")


class StaticModelCardData(SentenceTransformerModelCardData):
    """Card data for :class:`~sentence_transformers_static.StaticSentenceTransformer`; arguments are the host's.

    A model that has been trained gets the host's own card, with its training sections.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_tags(list(TAGS))

    @property
    def template_path(self) -> Path:
        """The template that the host renders: a frame for ``body``, or the host's own after training."""
        return _HOST_TEMPLATE if self._is_trained() else template_dir() / "stub.md"

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
            return str(self.base_model)
        embedding = self._embedding()
        return (str(embedding.metadata.get("tokenizer_name") or "") or None) if embedding else None

    def _embedding(self) -> StaticEmbedding | None:
        modules = self.model.modules() if self.model is not None else ()
        return next((module for module in modules if isinstance(module, StaticEmbedding)), None)

    def _describe_table(self) -> dict[str, Any]:
        embedding = self._embedding()
        if embedding is None:
            raise ValueError("The card data belongs to no model yet: pass it as model_card_data=.")
        return {
            "teacher": self._teacher(),
            "rows": len(embedding.table.embeddings),
            "tokens": embedding.table.vocab_size,
            "precision": embedding.table.precision,
            "distillation": embedding.metadata.get("distillation"),
            "read_by_host": is_portable(list(self.model or ())),
            "read_by_model2vec": is_model2vec(list(self.model or ())),
        }
