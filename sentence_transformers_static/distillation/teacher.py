"""The teacher: a transformer, what its own pipeline does after it, and a way to run token ids through both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import compress
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers.sentence_transformer.modules import Pooling
from torch import Tensor, nn
from tqdm.auto import tqdm
from transformers import PreTrainedTokenizerFast

from sentence_transformers_static.cards import card_metadata
from sentence_transformers_static.errors import OptionError, TeacherError, TokenizerError
from sentence_transformers_static.tokens.alignment import Spans

_UNLIMITED = 10**6
"""A tokenizer that knows no limit says a number of thirty digits."""

_RESERVED_POSITIONS = 2
"""In RoBERTa's family positions are counted from the padding's id on."""


_MEANS = ("mean", "mean_sqrt_len_tokens", "weightedmean")
"""Poolings that give the direction of a mean of the tokens' vectors."""


class TokenizedTexts(NamedTuple):
    """Texts in the teacher's tokens.

    Attributes:
        ids: Of each text, its ids, special ones and the prompt's included.
        spans: Of each text, the first character and the one after the last of each of its tokens, without these.
        of_text: ``(tokens of all texts,)`` bool, which of ``ids`` have spans.
    """

    ids: list[list[int]]
    spans: list[Spans]
    of_text: npt.NDArray[np.bool_]


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

    def tokenize_with_spans(self, texts: Sequence[str], max_length: int) -> TokenizedTexts:
        """As :meth:`tokenize`, and which characters of the text each token covers."""
        limit = min(self._max_length(), max_length)
        encoded = self.tokenizer(
            [self.prompt + text for text in texts],
            truncation=True,
            max_length=limit,
            padding=False,
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )
        before = len(self.prompt)
        spans, of_text = [], []
        for offsets, special in zip(encoded["offset_mapping"], encoded["special_tokens_mask"], strict=True):
            is_text = [not one and end > before for (_, end), one in zip(offsets, special, strict=True)]
            of_text += is_text
            spans.append([(start - before, end - before) for start, end in compress(offsets, is_text)])
        return TokenizedTexts(encoded["input_ids"], spans, np.array(of_text, dtype=bool))

    def _max_length(self) -> int:
        """How many tokens it takes: what its tokenizer says, but no more than its position embeddings are for."""
        said = int(min(self.tokenizer.model_max_length, _UNLIMITED))
        configs = (getattr(module, "config", None) for module in self._pipeline.modules())
        known = [getattr(config, "max_position_embeddings", None) for config in configs]
        positions = min((number for number in known if number), default=_UNLIMITED)
        return said if said <= positions else max(1, positions - _RESERVED_POSITIONS)

    def embed(
        self,
        token_ids: Sequence[Sequence[int]],
        *,
        prompt_length: int = 0,
        device: str | None = None,
        batch_size: int = 1024,
        bfloat16: bool = False,
        show_progress_bar: bool | None = None,
        description: str = "Distilling",
    ) -> npt.NDArray[np.float32]:
        """Pass sequences of token ids, special tokens included, through the teacher, ``(sequences, dim)`` float32.

        Args:
            token_ids: The sequences, of any lengths; they are run in the order of their lengths.
            prompt_length: How many leading tokens of each are a prompt, for poolings that leave it out.
            device: Where to run; None for where the teacher is.
            batch_size: Sequences per forward pass.
            bfloat16: Whether to compute in it where torch's autocast does; weights stay as they are.
            show_progress_bar: None shows a bar on a terminal only.
            description: What the bar says.

        Raises:
            TeacherError: If the teacher gives NaN or infinite values.
        """
        order = np.argsort([len(ids) for ids in token_ids], kind="stable")
        vectors: npt.NDArray[np.float32] | None = None
        disable = None if show_progress_bar is None else not show_progress_bar
        with (
            self.running(device, bfloat16=bfloat16) as on_device,
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

    @property
    def gives_token_vectors(self) -> bool:
        """Whether its vector of a text is made of the mean of its tokens' vectors."""
        modes = [module.pooling_mode for module in self._pipeline if isinstance(module, Pooling)]
        return len(modes) == 1 and modes[0] in _MEANS

    def token_vectors(self, token_ids: Sequence[Sequence[int]], device: torch.device) -> npt.NDArray[np.float32]:
        """The vector of each token in its sequence, ``(tokens of all sequences, dim)`` float32.

        What follows the pooling, such as Dense, is applied to each token. To be called while :meth:`running`.

        Raises:
            TeacherError: If the teacher fails, or gives NaN or infinite values.
        """

        def run() -> Tensor:
            features = self._features(list(token_ids), 0, device)
            mask = features["attention_mask"].bool()
            for module in self._pipeline:
                if isinstance(module, Pooling):
                    flat = features["token_embeddings"][mask].unsqueeze(1)
                    features = {"token_embeddings": flat, "attention_mask": mask.new_ones(flat.shape[:2]).long()}
                features = module(features)
            return cast(Tensor, features["sentence_embedding"])

        return self._finite(self._run(run, len(token_ids)))

    def _forward(self, batch: list[Sequence[int]], prompt_length: int, device: torch.device) -> npt.NDArray[np.float32]:
        def run() -> Tensor:
            features = self._features(batch, prompt_length, device)
            for module in self._pipeline:
                features = module(features)
            return cast(Tensor, features["sentence_embedding"])

        return self._run(run, len(batch))

    def _run(self, run: Callable[[], Tensor], batch_size: int) -> npt.NDArray[np.float32]:
        """What ``run`` gives as an array; its failure told as ours."""
        try:
            return np.asarray(run().float().cpu().numpy())
        except TeacherError:
            raise
        except Exception as error:
            raise TeacherError(
                f"The teacher {self.name} failed on a batch of {batch_size} sequences of tokens: {error}. "
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

    def device(self, device: str | None) -> torch.device:
        """Where :meth:`embed` runs if it is given this ``device``."""
        tensor = next(self._pipeline.parameters(), None)
        home = torch.device("cpu") if tensor is None else tensor.device
        return home if device is None else check_device(device)

    @contextmanager
    def running(self, device: str | None, *, bfloat16: bool) -> Iterator[torch.device]:
        """The pipeline in evaluation mode and on ``device``; afterwards as and where it was."""
        home, target = self.device(None), self.device(device)
        training = {module: module.training for module in self._pipeline.modules()}
        self._pipeline.eval()
        if target != home:
            self._pipeline.to(target)
        try:
            with torch.inference_mode(), torch.autocast(target.type, torch.bfloat16, enabled=bfloat16):
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
