"""The data of a static model's card: the host's, with a body of our own."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardData

from sentence_transformers_static.cards.host import training_sections
from sentence_transformers_static.cards.merging import NOTES_BEGIN, NOTES_END
from sentence_transformers_static.cards.templates import render, template_dir
from sentence_transformers_static.modules import StaticEmbedding
from sentence_transformers_static.portable import is_model2vec, is_portable

TAGS = ("static-embeddings", "model2vec")

MODEL2VEC = """
@software{minishlab2024model2vec,
  author = {Stephan Tulkens and Thomas van Dongen},
  title = {Model2Vec: Fast State-of-the-Art Static Embeddings},
  year = {2024},
  publisher = {Zenodo},
  doi = {10.5281/zenodo.17270888},
  url = {https://github.com/MinishLab/model2vec},
}
"""


class StaticModelCardData(SentenceTransformerModelCardData):
    """Card data for :class:`~sentence_transformers_static.StaticSentenceTransformer`; arguments are the host's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.add_tags(list(TAGS))

    @property
    def template_path(self) -> Path:
        """The template that the host renders: a frame for ``body``."""
        return template_dir() / "stub.md"

    @template_path.setter
    def template_path(self, value: Path) -> None:
        """The host's initializer assigns its own path; ours stays."""

    def set_base_model(self, model_id: str, revision: str | None = None) -> bool:
        """As the host's, but a folder on this machine is never looked up on the Hub."""
        return False if Path(model_id).exists() else bool(super().set_base_model(model_id, revision))

    def to_dict(self) -> dict[str, Any]:
        """The host's data, and the rendered ``body``."""
        data: dict[str, Any] = super().to_dict()
        trained = self._is_trained()
        trained_from = self.base_model if trained else None
        # What a model was loaded by is no base of it, unless it was trained since.
        data["base_model"] = trained_from or self._distillation().get("hub_id")
        data |= self._describe_table() | {
            "trained_from": trained_from,
            "notes_begin": NOTES_BEGIN,
            "notes_end": NOTES_END,
            "all_citations": {"Model2Vec": MODEL2VEC, **self.citations},
        }
        if trained:
            data |= training_sections(data)
        data["body"] = render("trained.md" if trained else "distilled.md", **data)
        self._cached_dict = data
        return data

    def to_yaml(self, *args: Any, **kwargs: Any) -> str:
        """The host's, and how the model relates to its base."""
        text: str = super().to_yaml(*args, **kwargs)
        has_base = any(line.startswith("base_model:") for line in text.splitlines())
        return f"{text}\nbase_model_relation: finetune" if has_base else text

    def get_default_model_name(self) -> str:
        """``"Static embeddings of <teacher>"`` when the teacher is known, else the host's default."""
        teacher = self._teacher()
        return f"Static embeddings of {teacher}" if teacher else str(super().get_default_model_name())

    def _is_trained(self) -> bool:
        return "generated_from_trainer" in self.tags

    def _distillation(self) -> dict[str, Any]:
        embedding = self._embedding()
        return dict((embedding.metadata.get("distillation") if embedding else None) or {})

    def _teacher(self) -> str | None:
        embedding = self._embedding()
        return (str(embedding.metadata.get("tokenizer_name") or "") or None) if embedding else None

    def _embedding(self) -> StaticEmbedding | None:
        modules = self.model.modules() if self.model is not None else ()
        return next((module for module in modules if isinstance(module, StaticEmbedding)), None)

    def _describe_table(self) -> dict[str, Any]:
        embedding = self._embedding()
        if embedding is None:
            raise ValueError("The card data belongs to no model yet: pass it as model_card_data=.")
        distillation = self._distillation()
        return {
            "teacher": self._teacher(),
            "teacher_link": _link(self._teacher(), distillation),
            "rows": len(embedding.table.embeddings),
            "tokens": embedding.table.vocab_size,
            "precision": embedding.table.precision,
            "megabytes": sum(tensor.nbytes for tensor in embedding.table.to_tensors().values()) / 1e6,
            "distillation": distillation or None,
            "command": _command(distillation),
            "read_by_host": is_portable(list(self.model or ())),
            "read_by_model2vec": is_model2vec(list(self.model or ())),
        }


def _link(teacher: str | None, distillation: dict[str, Any]) -> str:
    """The teacher's name, if it is known; for one of the Hub, linked to the revision that was distilled."""
    hub_id, revision = distillation.get("hub_id"), distillation.get("revision")
    if not hub_id:
        return f"`{teacher}`" if teacher else "a transformer without a name"
    url = f"https://huggingface.co/{hub_id}"
    return f"[{hub_id}]({url})" + (f" at [{revision[:7]}]({url}/tree/{revision})" if revision else "")


def _command(distillation: dict[str, Any]) -> str:
    """The command line that repeats the distillation."""
    teacher = distillation.get("hub_id") or distillation.get("teacher") or "TEACHER"
    words = ["st-static", "distill", str(teacher), "OUTPUT"]
    options = {
        "--pca-dims": distillation.get("pca_dims"),
        "--sif-coefficient": distillation.get("sif_coefficient"),
        "--token-remove-pattern": distillation.get("token_remove_pattern") or "",
        "--quantize-to": distillation.get("quantize_to"),
        "--pooling": distillation.get("pooling"),
    }
    for option, value in options.items():
        words += [option, "none" if value is None else str(value)]
    if revision := distillation.get("revision"):
        words += ["--revision", str(revision)]
    return shlex.join(words)
