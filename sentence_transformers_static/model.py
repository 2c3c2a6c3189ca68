"""StaticSentenceTransformer: a SentenceTransformer that knows it is static."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Router
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from torch import Tensor, nn

from sentence_transformers_static.cards import StaticModelCardData
from sentence_transformers_static.errors import ModelFolderError
from sentence_transformers_static.folders import staged_folder
from sentence_transformers_static.modules import StaticEmbedding
from sentence_transformers_static.portable import (
    is_mean_pipeline,
    is_portable,
    make_portable,
    our_module_class,
    pools_by_itself,
)

Modules = list[nn.Module] | OrderedDict[str, nn.Module]

_UNFUSED = "unfused"
"""Keyword of :meth:`StaticSentenceTransformer.forward` that asks for ``token_embeddings``."""


class StaticSentenceTransformer(SentenceTransformer):
    """A :class:`~sentence_transformers.SentenceTransformer` whose first module is a :class:`StaticEmbedding`.

    It is loaded, called, trained, evaluated and published like any other; see the host for the arguments. It differs:

    - It reads this package's folders, model2vec's, and those of the host's own StaticEmbedding, without
      ``trust_remote_code``; a ``modules.json`` is optional.
    - *StaticEmbedding, mean Pooling* is computed as one embedding bag; ``token_embeddings`` are made only for
      ``encode(output_value="token_embeddings")`` or ``None``.
    - With ``truncate_dim``, a model that ends in ``Normalize`` is cut first and normalized then: norms stay 1.
    - What it saves is whole or not there at all, and, for *StaticEmbedding, mean Pooling[, Normalize]*, loads with
      equal vectors in plain Sentence Transformers and in model2vec.

    Raises:
        ModelFolderError: If what is loaded is no static model.
    """

    model_card_data_class = StaticModelCardData

    def __init__(self, model_name_or_path: str | Path | None = None, **kwargs: Any) -> None:
        super().__init__(None if model_name_or_path is None else str(model_name_or_path), **kwargs)
        if not any(isinstance(module, StaticEmbedding) for module in self.modules()):
            raise ModelFolderError(
                f"{model_name_or_path or 'The list of modules'} is not a static model: its first module is "
                f"{type(self[0]).__name__}, expected StaticEmbedding. Load it with SentenceTransformer, or make a "
                "static model of it with distill(...)."
            )

    @property
    def static_embedding(self) -> StaticEmbedding:
        """The model's table and tokenizer: its first StaticEmbedding."""
        return next(module for module in self.modules() if isinstance(module, StaticEmbedding))

    # Computing: each override falls back to the host's own method where the model is not the usual pipeline.

    def forward(self, input: dict[str, Tensor], **kwargs: Any) -> dict[str, Tensor]:
        """Run the pipeline, with *StaticEmbedding, mean Pooling* fused into one step where possible."""
        if kwargs.pop(_UNFUSED, False) or not self._is_fusible():
            return super().forward(input, **kwargs)
        embedding, _, *rest = self
        input["sentence_embedding"] = cast(StaticEmbedding, embedding).mean(input)
        for module in rest:
            input = module(input)
        return input

    def preprocess(self, inputs: Sequence[Any], prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
        """Tokenize a batch; see :meth:`StaticEmbedding.preprocess`.

        Raises:
            InputError: If an input is not a ``str``.
        """
        if isinstance(self[0], StaticEmbedding) and inputs:
            return self[0].preprocess(list(inputs), prompt=prompt, **kwargs)
        return super().preprocess(inputs, prompt=prompt, **kwargs)

    def _inference(self, inputs: list[Any], **kwargs: Any) -> Any:
        output_value = kwargs.pop("output_value")
        if kwargs["truncate_dim"] is not None and isinstance(self[-1], Normalize):
            kwargs["normalize_embeddings"] = True
        if output_value == "sentence_embedding":
            return super()._inference(inputs, output_value=output_value, **kwargs)
        features: Any = super()._inference(inputs, output_value=None, **{_UNFUSED: True, **kwargs})
        if output_value is None:
            return features
        return [item[output_value][item["attention_mask"].bool()] for item in features]

    def _is_fusible(self) -> bool:
        """Whether the pipeline begins with a mean, and nothing after it wants arguments of its own."""
        modules = list(self)
        return is_mean_pipeline(modules) and not any(
            isinstance(module, Router) or getattr(module, "forward_kwargs", None) for module in modules[2:]
        )

    # Saving and loading.

    def save(self, path: str | Path | None, *args: Any, **kwargs: Any) -> None:
        """Save as the host does, whole or not at all; see the class for what the folder can be read by.

        Raises:
            SaveError: If the folder cannot be written; what was there before is unchanged.
        """
        if path is None:
            return
        with staged_folder(path) as staging:
            super().save(str(staging), *args, **kwargs)
            if is_portable(list(self)):
                make_portable(staging, list(self))

    def _load_module_class_from_ref(self, class_ref: str, *args: Any, **kwargs: Any) -> type:
        return our_module_class(class_ref) or super()._load_module_class_from_ref(class_ref, *args, **kwargs)

    def _load_config_modules(
        self, model_name_or_path: str, *args: Any, **kwargs: Any
    ) -> tuple[Modules, dict[str, Any]]:
        modules, module_kwargs = super()._load_config_modules(model_name_or_path, *args, **kwargs)
        hub = {name: kwargs[name] for name in ("token", "cache_folder", "revision", "local_files_only")}
        modules_json = StaticEmbedding.load_file_path(model_name_or_path, "modules.json", **hub)
        if modules_json is None or not pools_by_itself(modules_json):
            return modules, module_kwargs
        embedding, *rest = cast("OrderedDict[str, nn.Module]", modules).values()
        return _pipeline(cast(StaticEmbedding, embedding), *rest), {}

    def _load_default_modules(
        self, model_name_or_path: str, *args: Any, **kwargs: Any
    ) -> tuple[Modules, dict[str, Any]]:
        """Read a folder without ``modules.json``, such as those of older model2vec versions."""
        embedding = StaticEmbedding.load(model_name_or_path, **kwargs)
        rest = [Normalize()] if embedding.metadata.pop("normalize", False) else []
        return _pipeline(embedding, *rest), {}


def _pipeline(embedding: StaticEmbedding, *rest: nn.Module) -> OrderedDict[str, nn.Module]:
    """The embedding, the mean that the stored form leaves out, and what follows."""
    modules = [embedding, Pooling(embedding.get_embedding_dimension(), "mean"), *rest]
    return OrderedDict((str(position), module) for position, module in enumerate(modules))
