"""StaticSentenceTransformer: a SentenceTransformer that knows it is static."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Router
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from torch import Tensor, nn
from transformers.utils import logging

from sentence_transformers_static.cards import PLACEHOLDER, StaticModelCardData, check_readable, is_signed, merge, sign
from sentence_transformers_static.encoding import OnePass
from sentence_transformers_static.errors import ModelFolderError, SaveError
from sentence_transformers_static.folders import staged_folder
from sentence_transformers_static.modules import StaticEmbedding
from sentence_transformers_static.portable import (
    OUR_CLASS_REFS,
    is_mean_pipeline,
    is_portable,
    make_portable,
    our_module_class,
    pools_by_itself,
)
from sentence_transformers_static.tokens import check_texts

logger = logging.get_logger(__name__)

Modules = list[nn.Module] | OrderedDict[str, nn.Module]
_ONE_PASS_ARGUMENTS = {
    "prompt",
    "batch_size",
    "show_progress_bar",
    "save_to_cpu",
    "normalize_embeddings",
    "truncate_dim",
    "device",
}
_HUB_OPTIONS = ("token", "cache_folder", "revision", "local_files_only")


class StaticSentenceTransformer(SentenceTransformer):
    """A :class:`~sentence_transformers.SentenceTransformer` with a :class:`StaticEmbedding`, usually its first module.

    It is loaded, called, trained, evaluated and published like any other; see the host for the arguments. It differs:

    - It reads this package's folders, model2vec's, and those of the host's own StaticEmbedding, without
      ``trust_remote_code``; a ``modules.json`` is optional.
    - *StaticEmbedding, mean Pooling* is computed as one embedding bag; ``token_embeddings`` are made only for
      ``encode(output_value="token_embeddings")`` or ``None``.
    - With ``truncate_dim``, a model that ends in ``Normalize`` is cut first and normalized then: norms stay 1.
    - A text without a known token is the zero vector.
    - *StaticEmbedding, mean Pooling* followed by modules of the host is saved so that plain Sentence Transformers reads
      it; with nothing but Normalize after it, model2vec does too. With Normalize the vectors are equal; without it
      the host counts unknown tokens in the mean. Both compute a float16 table in float16.

    Args:
        model_name_or_path: A folder, or a name on the Hub.
        tokenizer_backend: The library to tokenize with; see :attr:`StaticEmbedding.tokenizer_backend`. None for the
            fastest that is installed and gives the same ids as Hugging Face's, once there was enough text for it to
            pay.
        **kwargs: Those of the host. ``model_kwargs={"dtype": "float32"}`` makes a float16 or int8 table trainable.

    Raises:
        ModelFolderError: If what is loaded is no static model.
        OptionError: If ``tokenizer_backend`` is unknown, or does not know the tokenizer.
        MissingExtraError: If it is not installed.
        TokenizerError: If it gives other ids.
    """

    model_card_data_class = StaticModelCardData
    # Modules of ours inside a Router are loaded by it, not by this class; it asks here first.
    _module_classes = OUR_CLASS_REFS

    def __init__(
        self, model_name_or_path: str | Path | None = None, *, tokenizer_backend: str | None = None, **kwargs: Any
    ) -> None:
        name = None if model_name_or_path is None else str(model_name_or_path)
        if name is None and not kwargs.get("modules"):
            raise ModelFolderError("There is nothing to load: pass a folder, a name on the Hub, or modules=[...].")
        try:
            if name is not None and name.startswith(("/", "./", "../", "~")) and not Path(name).exists():
                raise FileNotFoundError("there is nothing of that name")
            super().__init__(name, **kwargs)
        except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError) as error:
            raise ModelFolderError(
                f"{name} is not the folder of a static model: {error}. Expected a folder with model.safetensors, "
                "tokenizer.json and config.json, or a name on the Hub."
            ) from error
        if not any(isinstance(module, StaticEmbedding) for module in self.modules()):
            first = type(self[0])
            raise ModelFolderError(
                f"{name or 'modules'} is not a static model: its first module is {first.__module__}.{first.__name__}, "
                "expected sentence_transformers_static.StaticEmbedding. Load it with SentenceTransformer, or make a "
                "static model of it with distill(...)."
            )

        if tokenizer_backend is not None:
            self.static_embedding.tokenizer_backend = tokenizer_backend
        card = cast("str | None", self._model_card_text)
        if card and isinstance(self.model_card_data, StaticModelCardData):
            self.model_card_data.load_earlier(card)

    @property
    def static_embedding(self) -> StaticEmbedding:
        """The model's table and tokenizer: its first StaticEmbedding."""
        return next(module for module in self.modules() if isinstance(module, StaticEmbedding))

    # Computing: each override falls back to the host's own method where the model is not the usual pipeline.

    def forward(self, input: dict[str, Tensor], *, unfused: bool = False, **kwargs: Any) -> dict[str, Tensor]:
        """Run the pipeline, with *StaticEmbedding, mean Pooling* in one step where possible, and not ``unfused``."""
        if unfused or not self._is_fusible():
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
        if isinstance(self[0], StaticEmbedding) and len(inputs):
            return self[0].preprocess(list(inputs), prompt=prompt, **kwargs)
        return super().preprocess(inputs, prompt=prompt, **kwargs)

    @torch.inference_mode()
    def _inference(self, inputs: list[Any], **kwargs: Any) -> Any:
        output_value = kwargs.pop("output_value")
        if isinstance(self[0], StaticEmbedding):
            check_texts(inputs)  # here, before the host sorts them, their positions are the caller's
        if kwargs["truncate_dim"] is not None and isinstance(self[-1], Normalize):
            kwargs["normalize_embeddings"] = True
        if output_value == "sentence_embedding":
            if self._is_one_pass(kwargs):
                return self._in_one_pass(inputs, **kwargs)
            return super()._inference(inputs, output_value=output_value, **kwargs)
        features: Any = super()._inference(inputs, output_value=None, unfused=True, **kwargs)
        if output_value is None:
            if kwargs["normalize_embeddings"]:
                for item in features:
                    item["sentence_embedding"] = nn.functional.normalize(item["sentence_embedding"], dim=-1)
            return features
        return [item[output_value][item["attention_mask"].bool()] for item in features]

    def _in_one_pass(
        self,
        inputs: list[str],
        *,
        prompt: str | None,
        show_progress_bar: bool,
        save_to_cpu: bool,
        normalize_embeddings: bool,
        truncate_dim: int | None,
        batch_size: int,
        device: str | torch.device | None = None,
    ) -> Tensor:
        """What the host's loop over batches gives, without batches; ``batch_size`` has no say."""
        embedding, _, *rest = self
        if any(module.training for module in self):
            self.eval()
        if rest and isinstance(rest[-1], Normalize):  # done at the end, in place
            normalize_embeddings, rest = True, rest[:-1]
        # With one table there is nothing to look for and to move.
        somewhere = device is not None or bool(rest)
        on_device = self._resolve_inference_device(device) if somewhere else cast(Tensor, embedding.weight).device
        encode = OnePass(
            cast(StaticEmbedding, embedding),
            rest,
            normalize=normalize_embeddings,
            truncate_dim=truncate_dim,
            device=on_device,
            save_to_cpu=save_to_cpu,
            show_progress_bar=show_progress_bar,
        )
        return encode([prompt + text for text in inputs] if prompt else inputs)

    def _is_one_pass(self, arguments: dict[str, Any]) -> bool:
        """Whether nobody has put anything between the texts and the modules: a subclass, a hook, a compiled forward."""
        ours = all(
            getattr(type(self), name) is getattr(StaticSentenceTransformer, name) for name in ("forward", "preprocess")
        )
        hooks = bool(self._forward_hooks or self._forward_pre_hooks or self._compiled_call_impl)
        options = set(arguments) - _ONE_PASS_ARGUMENTS
        return ours and not hooks and not options and self._is_fusible()

    def _is_fusible(self) -> bool:
        """Whether the pipeline begins with a mean that nobody watches, and nothing after it wants arguments."""
        modules = list(self)
        watched = any(module._forward_hooks or module._forward_pre_hooks for module in modules[:2])
        arguments = any((self.module_kwargs or {}).values()) or any(
            isinstance(module, Router) or getattr(module, "forward_kwargs", None) for module in modules[2:]
        )
        return is_mean_pipeline(modules) and not watched and not arguments

    # Saving and loading.

    def save(self, path: str | Path | None, *args: Any, **kwargs: Any) -> None:
        """Save as the host does, whole or not at all; see the class for what the folder can be read by.

        Raises:
            SaveError: If the folder cannot be written; what was there before is unchanged.
        """
        if path is None:
            return
        if not str(path):
            raise SaveError("Cannot save to a folder without a name; name one.")
        with staged_folder(path) as staging:
            super().save(str(staging), *args, **kwargs)
            if is_portable(list(self)):
                make_portable(staging, list(self))

    def _create_model_card(self, path: str, *args: Any, **kwargs: Any) -> None:
        """A card that was written here is rendered again, and what a person wrote in it stays; another one is kept."""
        old, data = cast("str | None", self._model_card_text), self.model_card_data
        again = old is not None and is_signed(old) and isinstance(data, StaticModelCardData) and self._can_keep(old)
        training = "generated_from_trainer" in data.tags
        self._model_card_text = cast(None, None if again else old)
        try:
            super()._create_model_card(path, *args, **kwargs)
        finally:
            self._model_card_text = cast(None, old)
        readme = Path(path, "README.md")
        if old is not None and not readme.is_file():  # the host could not render one, and said so
            readme.write_text(old, encoding="utf-8")
        elif readme.is_file() and (again or training or old is None):
            new = readme.read_text(encoding="utf-8")
            text = merge(old, new, of_another_model=training).text if old is not None and again else sign(new)
            if data.model_id:
                text = text.replace(f'"{PLACEHOLDER}"', f'"{data.model_id}"')
            readme.write_text(text, encoding="utf-8")

    def _can_keep(self, card: str) -> bool:
        try:
            check_readable(card)
        except ModelFolderError as error:
            logger.warning(f"The model's card is saved as it was. {error}")
            return False
        return True

    def _load_module_class_from_ref(self, class_ref: str, *args: Any, **kwargs: Any) -> type:
        return our_module_class(class_ref) or super()._load_module_class_from_ref(class_ref, *args, **kwargs)

    def _load_config_modules(
        self, model_name_or_path: str, *args: Any, **kwargs: Any
    ) -> tuple[Modules, dict[str, Any]]:
        modules, module_kwargs = super()._load_config_modules(model_name_or_path, *args, **kwargs)
        hub = {name: kwargs[name] for name in _HUB_OPTIONS}
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
        hub = {name: kwargs[name] for name in _HUB_OPTIONS}
        rest = [Normalize()] if StaticEmbedding.load_config(model_name_or_path, **hub).get("normalize") else []
        return _pipeline(embedding, *rest), {}


def _pipeline(embedding: StaticEmbedding, *rest: nn.Module) -> OrderedDict[str, nn.Module]:
    """The embedding, the mean that the stored form leaves out, and what follows."""
    modules = [embedding, Pooling(embedding.get_embedding_dimension(), "mean"), *rest]
    return OrderedDict((str(position), module) for position, module in enumerate(modules))
