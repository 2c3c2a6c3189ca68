"""Loading a teacher: by its name, or as it is in memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from sentence_transformers.util import get_device_name, is_sentence_transformer_model, load_file_path
from torch import Tensor, nn
from transformers import AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from sentence_transformers_static.cards import card_metadata
from sentence_transformers_static.distillation.config import PoolingMode
from sentence_transformers_static.distillation.teacher import Teacher, check_device
from sentence_transformers_static.errors import TeacherError

_HOST_POOLING = {"mean": "mean", "first": "cls", "last": "lasttoken"}


class _BareTransformer(nn.Module):
    """A ``transformers`` model as a pipeline module."""

    def __init__(self, model: nn.Module, output: str) -> None:
        super().__init__()
        self.model = model
        self.output = output

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        outputs = self.model(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        vectors: Tensor | None = getattr(outputs, self.output, None)
        if vectors is None:
            wanted = "what pooling='pooler' needs" if self.output == "pooler_output" else self.output
            raise TeacherError(
                f"{type(self.model).__name__} does not give {wanted}. Use a model without a head, such as AutoModel "
                "loads, or another pooling."
            )
        features["token_embeddings" if self.output == "last_hidden_state" else "sentence_embedding"] = vectors
        return features


def load_teacher(
    model_name: str,
    pooling: PoolingMode,
    *,
    device: str | None = None,
    trust_remote_code: bool = False,
    revision: str | None = None,
    token: bool | str | None = None,
) -> Teacher:
    """Load a teacher by its Hub name or folder; a bare transformer counts as one with mean pooling.

    Raises:
        TeacherError: If it cannot be loaded, or is no transformer.
        TokenizerError: If its tokenizer is a slow one.
    """
    options: dict[str, Any] = {"revision": revision, "token": token}
    device = device or get_device_name()
    check_device(device)
    try:
        if is_sentence_transformer_model(model_name, **options):
            model = SentenceTransformer(model_name, device=device, trust_remote_code=trust_remote_code, **options)
        else:
            options["trust_remote_code"] = trust_remote_code
            transformer = Transformer(
                model_name, model_kwargs={**options}, processor_kwargs={**options}, config_kwargs={**options}
            )
            mean = Pooling(transformer.get_embedding_dimension(), "mean")
            model = SentenceTransformer(modules=[transformer, mean], device=device)
    except Exception as error:
        raise TeacherError(
            f"Could not load the teacher {model_name!r}: {error}\nExpected a Hub name (check its spelling and the "
            "connection), a folder of a Sentence Transformers or transformers model, or a loaded SentenceTransformer."
        ) from error
    name = Path(model_name).resolve().name if Path(model_name).exists() else model_name
    teacher = as_teacher(model, model.tokenizer, pooling, name=name)
    if not Path(model_name).exists():
        teacher.hub_id, teacher.hub_revision = model_name, teacher.hub_revision or revision
    if not teacher.card and (path := load_file_path(model_name, "README.md", revision=revision, token=token)):
        teacher.card = card_metadata(Path(path).read_text(encoding="utf-8", errors="replace"))
    return teacher


def load_tokenizer(
    model_name: str, *, revision: str | None = None, token: bool | str | None = None
) -> PreTrainedTokenizerBase:
    """The tokenizer of a teacher, without the teacher.

    Raises:
        TeacherError: If it cannot be loaded.
    """
    try:
        tokenizer = AutoTokenizer.from_pretrained(model_name, revision=revision, token=token)
    except Exception as error:
        raise TeacherError(
            f"Could not load the tokenizer of {model_name!r}: {error}\nExpected a Hub name (check its spelling and the "
            "connection), or a folder of a Sentence Transformers or transformers model."
        ) from error
    return cast(PreTrainedTokenizerBase, tokenizer)


def as_teacher(
    model: SentenceTransformer | PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    pooling: PoolingMode,
    name: str = "",
) -> Teacher:
    """See a loaded model as a teacher; the model is left as it is.

    Args:
        model: A SentenceTransformer that begins with a transformer, or a bare ``transformers`` model.
        tokenizer: Its fast tokenizer.
        pooling: ``"teacher"``, ``"mean"``, ``"first"``, ``"last"`` or ``"pooler"``; see
            :func:`~sentence_transformers_static.distill`.
        name: What to call it.

    Raises:
        TeacherError: If the model has no transformer at its beginning.
        TokenizerError: If the tokenizer is a slow one.
    """
    teacher = _as_teacher(model, tokenizer, pooling, name)
    if isinstance(model, SentenceTransformer) and "generated_from_trainer" not in model.model_card_data.tags:
        teacher.hub_id = model.model_card_data.base_model
        teacher.hub_revision = model.model_card_data.base_model_revision
    return teacher


def _as_teacher(
    model: SentenceTransformer | PreTrainedModel, tokenizer: PreTrainedTokenizerBase, pooling: PoolingMode, name: str
) -> Teacher:
    card_text = ""
    if isinstance(model, SentenceTransformer):
        card_text = getattr(model, "_model_card_text", None) or ""
        if not isinstance(model[0], Transformer):
            raise TeacherError(
                f"The teacher must begin with a transformer, but its first module is {type(model[0]).__name__}. Of a "
                "Router, pass one route as a SentenceTransformer; a model that is static already needs no distillation."
            )
        if pooling == "teacher":
            modules = list(model)
            while isinstance(modules[-1], Normalize):
                modules.pop()
            prompt = model.prompts.get(model.default_prompt_name or "", "") or ""
            return Teacher(modules, tokenizer, name, prompt, card_text)
        model = model[0].model
    if not isinstance(model, PreTrainedModel):
        raise TeacherError(
            f"The teacher must be a SentenceTransformer or a transformers model, got {type(model).__name__}. To load "
            "one by its name, use distill(name)."
        )
    if pooling == "pooler":
        return Teacher([_BareTransformer(model, "pooler_output")], tokenizer, name, card_text=card_text)
    mode = _HOST_POOLING["mean" if pooling == "teacher" else pooling]
    width = int(cast(Any, model).config.get_text_config().hidden_size)
    modules = [_BareTransformer(model, "last_hidden_state"), Pooling(width, mode)]
    return Teacher(modules, tokenizer, name, card_text=card_text)
