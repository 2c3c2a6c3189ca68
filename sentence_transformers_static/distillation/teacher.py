"""The teacher: a transformer, what its own pipeline does after it, and a way to run token ids through both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from sentence_transformers.util import get_device_name, is_sentence_transformer_model, load_file_path
from torch import Tensor, nn
from tqdm.auto import tqdm
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from sentence_transformers_static.cards import card_metadata
from sentence_transformers_static.distillation.config import PoolingMode
from sentence_transformers_static.errors import OptionError, TeacherError, TokenizerError

_UNLIMITED = 10**6
"""A tokenizer that knows no limit says a number of thirty digits."""

_RESERVED_POSITIONS = 2
"""In RoBERTa's family positions are counted from the padding's id on."""

_HOST_POOLING = {"mean": "mean", "first": "cls", "last": "lasttoken"}


class Teacher:
    """A model to distil from.

    Attributes:
        tokenizer: Its fast tokenizer.
        name: What to call it: its name on the Hub, or the name of its folder.
        prompt: The default prompt that its own pipeline puts before every text, or "".
        card: The metadata of its own model card (``license``, ``language``, ...); empty if it has none.
        hub_id: Its name on the Hub, or None if it is not known to come from there.
        hub_revision: Its commit there, or None if it is not known.
    """

    def __init__(
        self, modules: Sequence[nn.Module], tokenizer: object, name: str = "", prompt: str = "", card_text: str = ""
    ) -> None:
        """Use :func:`load_teacher` or :func:`as_teacher`.

        Args:
            modules: Run one after the other on features (``input_ids``, ``attention_mask``); the last one leaves
                ``sentence_embedding``.
            tokenizer: A fast ``transformers`` tokenizer.
            name: See the class.
            prompt: See the class.
            card_text: Its model card, from which ``card`` is read.

        Raises:
            TokenizerError: If the tokenizer is a slow one.
        """
        if not isinstance(tokenizer, PreTrainedTokenizerFast):
            raise TokenizerError(
                f"The teacher's tokenizer is a {type(tokenizer).__name__}; expected a fast (Rust) one of transformers, "
                "whose vocabulary can be taken over. Load it with AutoTokenizer, or wrap a tokenizers.Tokenizer in "
                "transformers.PreTrainedTokenizerFast."
            )
        self._pipeline = nn.ModuleList(modules)
        self.tokenizer = tokenizer
        self.name = name
        self.prompt = prompt
        self.card = card_metadata(card_text)
        self.hub_id: str | None = None
        self.hub_revision: str | None = None

    def tokenize(self, texts: Sequence[str], max_length: int) -> list[list[int]]:
        """Ids of each text after the prompt, special tokens included, cut at ``max_length`` or the teacher's own."""
        limit = min(self._max_length(), max_length)
        prompted = [self.prompt + text for text in texts]
        return cast(
            list[list[int]], self.tokenizer(prompted, truncation=True, max_length=limit, padding=False)["input_ids"]
        )

    def _max_length(self) -> int:
        """How many tokens it takes: what its tokenizer says, else what its position embeddings are for."""
        if self.tokenizer.model_max_length < _UNLIMITED:
            return int(self.tokenizer.model_max_length)
        configs = (getattr(module, "config", None) for module in self._pipeline.modules())
        known = [getattr(config, "max_position_embeddings", None) for config in configs]
        return min((number - _RESERVED_POSITIONS for number in known if number), default=_UNLIMITED)

    def embed(
        self,
        token_ids: Sequence[Sequence[int]],
        *,
        prompt_length: int = 0,
        device: str | None = None,
        batch_size: int = 256,
        show_progress_bar: bool | None = None,
        description: str = "Distilling",
    ) -> npt.NDArray[np.float32]:
        """Pass sequences of token ids, special tokens included, through the teacher, ``(sequences, dim)`` float32.

        Args:
            token_ids: The sequences, of any lengths; they are run in the order of their lengths.
            prompt_length: How many leading tokens of each are a prompt, for poolings that leave it out.
            device: Where to run; None for where the teacher is.
            batch_size: Sequences per forward pass.
            show_progress_bar: None shows a bar on a terminal only.
            description: What the bar says.

        Raises:
            TeacherError: If the teacher gives NaN or infinite values.
        """
        order = np.argsort([len(ids) for ids in token_ids], kind="stable")
        vectors: npt.NDArray[np.float32] | None = None
        disable = None if show_progress_bar is None else not show_progress_bar
        with (
            self._evaluating(device) as on_device,
            torch.inference_mode(),
            tqdm(total=len(order), desc=description, unit=" sequences", disable=disable) as progress,
        ):
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                embedded = self._forward([token_ids[i] for i in batch], prompt_length, on_device)
                if vectors is None:
                    vectors = np.empty((len(order), embedded.shape[1]), dtype=np.float32)
                vectors[batch] = embedded
                progress.update(len(batch))
        return self._finite(vectors)

    def _forward(self, batch: list[Sequence[int]], prompt_length: int, device: torch.device) -> npt.NDArray[np.float32]:
        try:
            features = self._features(batch, prompt_length, device)
            for module in self._pipeline:
                features = module(features)
            return np.asarray(features["sentence_embedding"].float().cpu().numpy())
        except TeacherError:
            raise
        except Exception as error:
            raise TeacherError(
                f"The teacher {self.name} failed on a batch of {len(batch)} sequences of tokens: {error}. "
                "Expected an encoder or decoder that takes input_ids and attention_mask; of an encoder-decoder, pass "
                "the encoder. If memory ran out, lower batch_size."
            ) from error

    def _features(self, batch: list[Sequence[int]], prompt_length: int, device: torch.device) -> dict[str, Any]:
        lengths = torch.tensor([len(ids) for ids in batch])
        mask = torch.arange(int(lengths.max())) < lengths[:, None]
        padding_id = self.tokenizer.pad_token_id
        ids = torch.full(mask.shape, 0 if padding_id is None else padding_id)
        ids[mask] = torch.tensor([token for sequence in batch for token in sequence], dtype=torch.long)
        features: dict[str, Any] = {"input_ids": ids.to(device), "attention_mask": mask.long().to(device)}
        if prompt_length:
            features["prompt_length"] = prompt_length
        return features

    def _finite(self, vectors: npt.NDArray[np.float32] | None) -> npt.NDArray[np.float32]:
        if vectors is None:
            raise TeacherError("There is nothing to pass through the teacher: its vocabulary is empty.")
        bad = int((~np.isfinite(vectors)).any(axis=1).sum())
        if bad:
            raise TeacherError(
                f"The teacher {self.name} gives NaN or infinite values for {bad:,} of {len(vectors):,} tokens. "
                "Load it in float32 (half precision overflows in some models), or check its weights."
            )
        return vectors

    @contextmanager
    def _evaluating(self, device: str | None) -> Iterator[torch.device]:
        """The pipeline in evaluation mode and on ``device``; afterwards as and where it was."""
        tensor = next(self._pipeline.parameters(), None)
        home = torch.device("cpu") if tensor is None else tensor.device
        training = {module: module.training for module in self._pipeline.modules()}
        target = home if device is None else check_device(device)
        self._pipeline.eval()
        if target != home:
            self._pipeline.to(target)
        try:
            yield target
        finally:
            if target != home:
                self._pipeline.to(home)
            for module, mode in training.items():
                module.training = mode


def check_device(name: str) -> torch.device:
    """The device of that name.

    Raises:
        OptionError: If there is no such device here.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        raise OptionError(f"The teacher cannot run on device={name!r}: {error}") from error
    return device


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
