"""Finding and reading the files of a static model, in any of the layouts that exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from safetensors import SafetensorError
from sentence_transformers.base.modules import Module
from torch import Tensor

from sentence_transformers_static.errors import ModelFolderError, OptionError, TableError
from sentence_transformers_static.modules.table import EmbeddingTable
from sentence_transformers_static.tokens import TextTokenizer

DEFAULT_MAX_SEQ_LENGTH = 512
"""Model2Vec's default, also for those of its folders that name none."""

STOCK_SUBFOLDER = "0_StaticEmbedding"
"""Where older versions of the host put its StaticEmbedding."""

_WRITTEN_ANEW = (
    *("model_type", "architectures", "normalize"),  # of the folder
    *("hidden_dim", "max_length", "embedding_dtype", "vocabulary_quantization"),  # of the module
)
_WEIGHTS = "model.safetensors"
_HUB_OPTIONS = ("token", "cache_folder", "revision", "local_files_only")
_EXPECTED_FILES = (
    f"expected {_WEIGHTS}, tokenizer.json and config.json, as save_pretrained and model2vec write them. "
    "If it is a Hub name, check its spelling and the connection. "
    "To make a static model from a transformer, run: st-static distill TEACHER FOLDER"
)


@dataclass(frozen=True)
class ModelFiles:
    """What was read.

    Attributes:
        table: The checked table, in the dtype that was asked for.
        tokenizer: The tokenizer.
        config: ``config.json``, or empty when there is none.
        max_length: Tokens after which a text is cut, or None.
    """

    table: EmbeddingTable
    tokenizer: TextTokenizer
    config: dict[str, Any]
    max_length: int | None

    @property
    def metadata(self) -> dict[str, Any]:
        """What ``config.json`` says beyond what is written anew when a model is saved."""
        return {key: value for key, value in self.config.items() if key not in _WRITTEN_ANEW}


def read_model_files(
    module_class: type[Module], model_name_or_path: str, subfolder: str, options: dict[str, Any]
) -> ModelFiles:
    """Read a folder or Hub repository through the host's own file helpers.

    The cut is ``max_length`` of ``config.json`` in model2vec's layout (512 when it names none, as there), and the
    tokenizer's own truncation in the host's layout, whose StaticEmbedding knows no other.

    Args:
        module_class: Lends its ``load_file_path``, ``load_config`` and ``load_torch_weights``.
        model_name_or_path: A folder, or a name on the Hub.
        subfolder: Where in it; when empty and nothing is there, ``0_StaticEmbedding`` is tried.
        options: ``token``, ``cache_folder``, ``revision``, ``local_files_only``; ``model_kwargs``, of
            which ``dtype`` is the dtype of the table; others are ignored.

    Raises:
        ModelFolderError: If a file is missing or damaged.
        TableError: If the table is malformed.
        TokenizerError: If ``tokenizer.json`` cannot be read.
    """
    hub = {name: options[name] for name in _HUB_OPTIONS if name in options}
    hub["subfolder"] = "" if subfolder == "." else subfolder
    if not hub["subfolder"] and module_class.load_file_path(model_name_or_path, _WEIGHTS, **hub) is None:
        nested = {**hub, "subfolder": STOCK_SUBFOLDER}
        if module_class.load_file_path(model_name_or_path, _WEIGHTS, **nested) is not None:
            hub = nested
    tensors = _read_tensors(module_class, model_name_or_path, hub)
    tokenizer_path = module_class.load_file_path(model_name_or_path, "tokenizer.json", **hub)
    if tokenizer_path is None:
        raise ModelFolderError(f"{model_name_or_path} has no tokenizer.json; {_EXPECTED_FILES}")
    table = _in_dtype(EmbeddingTable.from_tensors(tensors, str(model_name_or_path)), options.get("model_kwargs"))
    tokenizer = TextTokenizer.from_file(tokenizer_path)
    config = _read_config(module_class, model_name_or_path, hub)
    max_length = tokenizer.saved_max_length
    if "embeddings" in tensors:
        max_length = config.get("max_length", max_length or DEFAULT_MAX_SEQ_LENGTH)
        if not (max_length is None or (isinstance(max_length, int) and max_length >= 1)):
            raise ModelFolderError(
                f"The config.json of {model_name_or_path} says max_length {max_length!r}; expected a whole number of "
                "tokens above 0, or null."
            )
    return ModelFiles(table, tokenizer, config, max_length)


def _read_tensors(module_class: type[Module], name: str, hub: dict[str, Any]) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = module_class.load_torch_weights(model_name_or_path=name, **hub)
    except SafetensorError as error:
        raise ModelFolderError(
            f"The {_WEIGHTS} of {name} is damaged ({error}). Download it or save the model again."
        ) from error
    except ValueError as error:
        raise ModelFolderError(f"{name} has no {_WEIGHTS}; {_EXPECTED_FILES}") from error
    return tensors


def _read_config(module_class: type[Module], name: str, hub: dict[str, Any]) -> dict[str, Any]:
    try:
        config = module_class.load_config(name, **hub)
    except ValueError as error:
        raise ModelFolderError(
            f"The config.json of {name} is not JSON ({error}). Download it or save the model again."
        ) from error
    if not isinstance(config, dict):
        raise ModelFolderError(f"The config.json of {name} must hold an object, got {type(config).__name__}.")
    return config


def check_vocabulary(table: EmbeddingTable, tokenizer: TextTokenizer) -> None:
    """Make sure that each token has a vector.

    Raises:
        TableError: If there are more or fewer vectors than tokens.
    """
    if tokenizer.has_dense_ids(table.vocab_size):
        return
    tokens = tokenizer.id_bound
    if table.vocab_size != tokens:
        raise TableError(
            f"The table has vectors for {table.vocab_size:,} tokens, the tokenizer has {tokens:,}. They must be "
            "as many: either the two are from different models, or the table is padded; then keep its first "
            f"{tokens:,} rows."
        )


def _in_dtype(table: EmbeddingTable, model_kwargs: dict[str, Any] | None) -> EmbeddingTable:
    """The table in the ``dtype`` (or ``torch_dtype``) of the host's ``model_kwargs``; as stored by default."""
    options = model_kwargs or {}
    asked = str(options.get("dtype", options.get("torch_dtype"))).removeprefix("torch.")
    if asked in ("None", "auto"):
        return table
    if asked == "float32":
        return table.to_float32()
    if asked == "float16":
        return table.quantized("float16")
    raise OptionError(f"model_kwargs['dtype'] must be float32, float16 or auto for a static model; got {asked}.")
