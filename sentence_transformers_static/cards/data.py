"""The data of a static model's card: the host's, with a body of our own."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import yaml
from sentence_transformers.base.model_card import YAML_FIELDS
from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardData

from sentence_transformers_static.cards.description import describe_table
from sentence_transformers_static.cards.earlier import EarlierCard, read_card
from sentence_transformers_static.cards.host import training_sections
from sentence_transformers_static.cards.markdown import tidy
from sentence_transformers_static.cards.metadata import is_model_index, languages, licence_link, strings
from sentence_transformers_static.cards.parts import NOTES_BEGIN, NOTES_END
from sentence_transformers_static.cards.results import results_table
from sentence_transformers_static.cards.templates import render, template_dir
from sentence_transformers_static.modules import StaticEmbedding

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
        self.earlier = EarlierCard()
        """The card that the model was loaded with."""
        self.license_name: str | None = None
        self.license_link: str | None = None

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

    def take_over(
        self, metadata: dict[str, Any], *, repository: str | None = None, revision: str | None = None
    ) -> None:
        """Take licence and languages from the metadata of another card, where none are set.

        Args:
            metadata: Of the model that this one is made from.
            repository: Its name on the Hub, for the address of its licence.
            revision: Its commit there.
        """
        if self.license is None and (licences := strings(metadata.get("license"))):
            self.set_license(licences[0] if len(licences) == 1 else cast(Any, licences))
            self.license_name = next(iter(strings(metadata.get("license_name"))), None)
            self.license_link = licence_link(metadata.get("license_link"), repository, revision)
        if not self.language and (spoken := languages(metadata.get("language"))):
            self.set_language(spoken)

    def load_earlier(self, card: str) -> None:
        """Remember the card that the model was loaded with: what it says and the model does not know is kept."""
        self.earlier = read_card(card)
        self.take_over(self.earlier.metadata)

    def to_dict(self) -> dict[str, Any]:
        """The host's data, and the rendered ``body``."""
        if not self._is_training():
            self._repeat_earlier()
        model_id = self.model_id
        self.model_id = model_id or self.earlier.model_id
        try:
            data: dict[str, Any] = super().to_dict()
        finally:
            self.model_id = model_id
        if not self._is_training():
            self._keep_earlier(data)
        hub_id = self._distillation().get("hub_id")
        # What a model was loaded by is no base of it, unless it was trained since.
        base = data["base_model"] if self._is_training() else self.earlier.metadata.get("base_model")
        data["base_model"] = base or hub_id
        data |= describe_table(self.embedding, list(self.model or ())) | {
            "trained_from": base if isinstance(base, str) and base != hub_id else None,
            "notes_begin": NOTES_BEGIN,
            "notes_end": NOTES_END,
            "results": results_table(data.get("model-index")) if self.earlier.is_ours else [],
            "license_name": self.license_name,
            "license_link": self.license_link,
            "all_citations": {"Model2Vec": MODEL2VEC, **self.earlier.citations, **self.citations},
        }
        if self._is_training():
            data |= training_sections(data)
        data["body"] = tidy(render(self._template(data), **data))
        self._cached_dict = data
        return data

    def to_yaml(self, *args: Any, **kwargs: Any) -> str:
        """The host's, and how the model relates to its base; where its licence is, if that has no code."""
        data = self._cached_dict or {}
        text: str = super().to_yaml(*args, **kwargs)
        more = {name: data[name] for name in ("license_name", "license_link") if data.get(name)}
        if data.get("base_model"):
            more["base_model_relation"] = "finetune"
        return f"{text}\n{yaml.safe_dump(more, sort_keys=False, allow_unicode=True)}".strip() if more else text

    def get_default_model_name(self) -> str:
        """``"Static embeddings of <teacher>"`` when the teacher is known, else the host's default."""
        teacher = self.embedding.metadata.get("tokenizer_name")
        return f"Static embeddings of {teacher}" if teacher else str(super().get_default_model_name())

    @property
    def embedding(self) -> StaticEmbedding:
        """The table that the card describes.

        Raises:
            ValueError: If the data belong to no model yet.
        """
        modules = self.model.modules() if self.model is not None else ()
        found = next((module for module in modules if isinstance(module, StaticEmbedding)), None)
        if found is None:
            raise ValueError("The card data belongs to no model yet: pass it as model_card_data=.")
        return found

    def _is_training(self) -> bool:
        """Whether the host's trainer has been at work since the model was loaded or made."""
        return "generated_from_trainer" in self.tags

    def _distillation(self) -> dict[str, Any]:
        distillation = self.embedding.metadata.get("distillation")
        return distillation if isinstance(distillation, dict) else {}

    def _template(self, data: dict[str, Any]) -> str:
        if self._is_training() or self.earlier.is_trained:
            return "trained.md"
        return "distilled.md" if data["distillation"] else "base.md"

    def _repeat_earlier(self) -> None:
        """The earlier title and usage example, unless others are set."""
        self.model_name = self.model_name or self.earlier.title
        if self.usage_examples is None and self.earlier.texts:
            self.usage_examples = [*self.earlier.queries, *self.earlier.texts]
            self.ir_model = self.ir_model or bool(self.earlier.queries)

    def _keep_earlier(self, data: dict[str, Any]) -> None:
        """Fill in what only the earlier card says: data sets, results, a base; of a trained model, how."""
        said = self.earlier.metadata
        if not is_model_index(said.get("model-index")):  # the host would refuse the card; merging keeps it
            said = {name: value for name, value in said.items() if name != "model-index"}
        data |= {name: said[name] for name in YAML_FIELDS if name in said and not data.get(name)}
        data["tags"] = [*data["tags"], *(tag for tag in strings(said.get("tags")) if tag not in data["tags"])]
        data["evaluation_section"] = self.earlier.evaluation_section
        data["training_section"] = self.earlier.training_section
