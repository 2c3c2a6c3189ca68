"""StaticEmbedding: the input module that turns texts into token vectors by looking them up."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import save_file
from sentence_transformers.base.modules import InputModule
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast
from transformers.utils import logging
from typing_extensions import Self

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.modules.lookup import text_mean, text_means, token_vectors
from sentence_transformers_static.modules.reading import DEFAULT_MAX_SEQ_LENGTH, check_vocabulary, read_model_files
from sentence_transformers_static.modules.table import PRECISIONS, EmbeddingTable
from sentence_transformers_static.tokens import TextTokenizer, padded

logger = logging.get_logger(__name__)


class StaticEmbedding(InputModule):
    """One vector per token: tokenizes, looks rows up, and emits padded ``token_embeddings``.

    Like any input module of Sentence Transformers it is followed by a ``Pooling``::

        SentenceTransformer(modules=[StaticEmbedding(tokenizer, weights), Pooling(dim, "mean"), Normalize()])

    Unknown tokens are dropped, so ``token_embeddings`` has the known tokens only.

    Args:
        tokenizer: A ``tokenizers.Tokenizer`` or a fast ``transformers`` tokenizer. It is copied.
        embedding_weights: ``(rows, dim)`` float32, float16 or int8 (other floats become float32). Only a float32
            table is trained; the others are read as they are stored, and give float32 vectors. Tensors are shared,
            arrays copied. Or an :class:`EmbeddingTable`, which has weights and mapping itself.
        embedding_dim: Instead of weights: the width of a random float32 table, drawn from N(0, 1).
        token_weights: ``(vocab,)`` float32: each token's vector is multiplied by its weight. Not trained unless
            ``module.token_weights.requires_grad_()`` is called.
        token_mapping: ``(vocab,)`` integers: the row of each token, for tables of fewer rows than tokens.
        max_seq_length: Texts are cut after so many tokens; None for never.

    Raises:
        TokenizerError: If the tokenizer is a slow one.
        TableError: If the parts do not fit each other or the tokenizer, or hold NaN.
        OptionError: If neither or both of ``embedding_weights`` and ``embedding_dim`` are given.
    """

    weight: Tensor
    token_mapping: Tensor | None
    token_weights: nn.Parameter | None

    def __init__(
        self,
        tokenizer: Tokenizer | PreTrainedTokenizerFast | TextTokenizer,
        embedding_weights: npt.NDArray[np.generic] | Tensor | EmbeddingTable | None = None,
        embedding_dim: int | None = None,
        *,
        token_weights: npt.NDArray[np.generic] | Tensor | None = None,
        token_mapping: npt.NDArray[np.generic] | Tensor | None = None,
        max_seq_length: int | None = DEFAULT_MAX_SEQ_LENGTH,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._text_tokenizer = tokenizer if isinstance(tokenizer, TextTokenizer) else TextTokenizer.copy_of(tokenizer)
        self._transformers_tokenizer: PreTrainedTokenizerFast | None = None
        self.max_seq_length = max_seq_length
        self.metadata: dict[str, Any] = {}
        """Entries of ``config.json`` beyond those that this module computes, such as how the model was distilled."""
        if (embedding_weights is None) == (embedding_dim is None):
            raise OptionError(
                "Give StaticEmbedding either embedding_weights, a table of shape (rows, dim), or embedding_dim, the "
                "width of a random one; not both."
            )
        if embedding_dim is not None and not (isinstance(embedding_dim, int) and embedding_dim >= 1):
            raise OptionError(f"embedding_dim must be a whole number above 0; got {embedding_dim!r}.")
        if embedding_weights is None:
            embedding_weights = torch.randn(self._text_tokenizer.id_bound, embedding_dim or 0)
        if isinstance(embedding_weights, EmbeddingTable):
            table = embedding_weights
            if token_mapping is not None or token_weights is not None:
                raise OptionError("An EmbeddingTable has its own mapping and weights; give them there, not beside it.")
        else:
            table = EmbeddingTable.create(embedding_weights, token_mapping, token_weights)
        check_vocabulary(table, self._text_tokenizer)
        if table.embeddings.dtype == torch.float32:
            self.weight = nn.Parameter(table.embeddings)
        else:
            self.register_buffer("weight", table.embeddings)
        self.register_buffer("token_mapping", table.mapping)
        self.token_weights = None if table.weights is None else nn.Parameter(table.weights, requires_grad=False)

    # What the host asks of an input module.

    def preprocess(
        self, inputs: Sequence[Any], prompt: str | None = None, max_length: int | None = None, **kwargs: Any
    ) -> dict[str, Tensor | Any]:
        """Tokenize a batch.

        Args:
            inputs: The texts.
            prompt: Put before each text.
            max_length: Cut after so many tokens, instead of ``max_seq_length``.

        Returns:
            ``input_ids`` and ``attention_mask``, both ``(texts, longest)`` int64, ``longest`` being at least 1, and,
            with a prompt, ``prompt_length``, its number of known tokens, for poolings that leave it out.

        Raises:
            InputError: If an input is not a ``str``.
        """
        limit = self._max_length if max_length is None else max_length
        features: dict[str, Any] = {}
        if prompt:
            # Without its last spaces, which most tokenizers make a part of the word that follows.
            features["prompt_length"] = len(self._text_tokenizer([prompt.rstrip(" ")])[0])
            inputs = [prompt + text if isinstance(text, str) else text for text in inputs]
        ids, offsets = self._text_tokenizer(inputs, limit)
        input_ids, mask = padded(ids, offsets, self._text_tokenizer.padding_id)
        return {
            "input_ids": torch.from_numpy(input_ids),
            "attention_mask": torch.from_numpy(mask.astype(np.int64)),
            **features,
        }

    def forward(self, features: dict[str, Tensor | Any], **kwargs: Any) -> dict[str, Tensor | Any]:
        """Add ``token_embeddings``, ``(texts, longest, dim)``, to the features."""
        vectors = token_vectors(self.weight, self.token_mapping, self.token_weights, features["input_ids"])
        mask = features["attention_mask"]
        if not bool(mask.any(dim=1).all()):
            # A text of no known token is zero also for poolings that pick one position.
            vectors = vectors * mask.unsqueeze(-1)
        features["token_embeddings"] = vectors
        return features

    def train(self, mode: bool = True) -> Self:
        """As torch's, with a warning when there is a table that training will leave as it is."""
        if mode and not isinstance(self.weight, nn.Parameter):
            logger.warning_once(
                f"The {self.table.precision} table is read-only, and stays as it is in training. To train it, load the "
                'model with model_kwargs={"dtype": "float32"}.'
            )
        return super().train(mode)

    def mean(self, features: dict[str, Tensor | Any]) -> Tensor:
        """The mean over each text's tokens, ``(texts, dim)``: mean pooling, without making ``token_embeddings``."""
        mask = features["attention_mask"].bool()
        return text_means(
            self.weight, self.token_mapping, self.token_weights, features["input_ids"][mask], mask.sum(dim=1)
        )

    def flat_ids(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """``ids`` and ``offsets`` of ``texts``, each known to be a ``str``; see :meth:`TextTokenizer.__call__`."""
        ids, offsets = self._text_tokenizer.tokenize(texts, self._max_length)
        return torch.from_numpy(ids), torch.from_numpy(offsets if offsets.flags.writeable else offsets.copy())

    def flat_mean(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """The mean vector of each text, zero for one without tokens.

        Args:
            ids: ``(tokens,)`` int32, on the device of the table.
            offsets: ``(texts + 1,)`` int64 on the CPU; of all texts of ``ids``, or some that follow each other. None if
                they are of one text.

        Returns:
            ``(texts, dim)``.
        """
        if offsets is None:
            return text_mean(self.weight, self.token_mapping, self.token_weights, ids)
        lengths = offsets.diff().to(ids.device)
        some = ids[int(offsets[0]) : int(offsets[-1])]
        return text_means(self.weight, self.token_mapping, self.token_weights, some, lengths)

    def get_embedding_dimension(self) -> int:
        """The width of the vectors."""
        return int(self.weight.shape[1])

    @property
    def max_seq_length(self) -> int | float:
        """The most tokens that are read of a text; ``math.inf`` when there is no limit. Set None for no limit."""
        return math.inf if self._max_length is None else self._max_length

    @max_seq_length.setter
    def max_seq_length(self, value: int | float | None) -> None:
        if value is None or value == math.inf:
            self._max_length = None
        elif isinstance(value, (int, float)) and value >= 1 and int(value) == value:
            self._max_length = int(value)
        else:
            raise OptionError(f"max_seq_length must be a whole number of tokens above 0, or None; got {value!r}.")
        self._transformers_tokenizer = None

    @property
    def tokenizer(self) -> PreTrainedTokenizerBase:
        """The tokenizer as a ``transformers`` one, made when first asked for.

        It is a copy: what is changed in it does not reach the model. Assign a tokenizer to replace the model's, and
        set :attr:`max_seq_length` to change the cut.
        """
        if self._transformers_tokenizer is None:
            self._transformers_tokenizer = self._text_tokenizer.to_transformers(self._max_length)
        return self._transformers_tokenizer

    @tokenizer.setter
    def tokenizer(self, value: Tokenizer | PreTrainedTokenizerBase) -> None:
        replacement = TextTokenizer.copy_of(value)
        check_vocabulary(self.table, replacement)
        self._text_tokenizer = replacement
        self._transformers_tokenizer = None

    def get_config_dict(self) -> dict[str, Any]:
        """What ``repr`` shows, and the base of ``config.json``; names are model2vec's."""
        table = self.table
        config: dict[str, Any] = {
            "hidden_dim": self.get_embedding_dimension(),
            "max_length": self._max_length,
            "embedding_dtype": table.precision,
        }
        if table.mapping is not None:
            config["vocabulary_quantization"] = len(table.embeddings)
        return config

    # The table, and the folder it is kept in.

    @property
    def table(self) -> EmbeddingTable:
        """The stored parts; they share memory with the module, unless it was cast to bfloat16 or float64."""
        rows, weights = self.weight.detach(), self.token_weights
        if rows.dtype not in PRECISIONS.values():
            rows = rows.float()
        return EmbeddingTable(rows, self.token_mapping, None if weights is None else weights.detach().float())

    @property
    def tokenizer_backend(self) -> str | None:
        """The library that tokenizes; set it to force one, or to None to have one chosen.

        ``"tokenizers"`` (Hugging Face's, the reference), ``"nanotoken"``, ``"splintr"`` or ``"fastokens"``; the ids are
        the same.

        Raises:
            OptionError: When set to a name that is unknown, or to a library that does not know this tokenizer.
            MissingExtraError: When set to a library that is not installed.
            TokenizerError: When set to a library that gives other ids than Hugging Face's.
        """
        return self._text_tokenizer.backend

    @tokenizer_backend.setter
    def tokenizer_backend(self, name: str | None) -> None:
        self._text_tokenizer.backend = name

    @property
    def text_tokenizer(self) -> TextTokenizer:
        """What :meth:`preprocess` tokenizes with."""
        return self._text_tokenizer

    def save(self, output_path: str, *args: Any, safe_serialization: bool = True, **kwargs: Any) -> None:
        """Write ``model.safetensors``, ``tokenizer.json`` and ``config.json``, with model2vec's names.

        The vector of the unknown token is written as zeros; see :meth:`EmbeddingTable.portable`.
        ``safe_serialization=False`` is ignored, as no reader needs a pickle.
        """
        folder = Path(output_path)
        table = self.table.portable(self._text_tokenizer.unknown_id)
        save_file(table.to_tensors(), folder / "model.safetensors", metadata={"format": "pt"})
        self._text_tokenizer.save(folder / "tokenizer.json", self._max_length)
        config = {**self.metadata, **self.get_config_dict()}
        (folder / self.config_file_name).write_text(json.dumps(config, indent=2), encoding="utf-8")

    @classmethod
    def load(cls, model_name_or_path: str | Path, subfolder: str = "", *args: Any, **kwargs: Any) -> Self:
        """Read a folder or a Hub repository in this package's, model2vec's or the host's own layout.

        Args:
            model_name_or_path: A folder, or a name on the Hub.
            subfolder: The folder in it. When it is empty and the root holds no table, ``0_StaticEmbedding`` is tried.
            *args: Ignored; the host passes keywords.
            **kwargs: ``token``, ``cache_folder``, ``revision`` and ``local_files_only``, as everywhere in the host;
                ``model_kwargs={"dtype": "float32"}`` makes a float16 table trainable; others are ignored.

        Raises:
            ModelFolderError: If files are missing or damaged.
            TableError: If the table is malformed, or does not fit the tokenizer.
            TokenizerError: If ``tokenizer.json`` cannot be read.
        """
        files = read_model_files(cls, str(model_name_or_path), subfolder, kwargs)
        module = cls(files.tokenizer, files.table, max_seq_length=files.max_length)
        module.metadata = files.metadata
        return module

    @classmethod
    def from_model2vec(cls, model_id_or_path: str | Path, **kwargs: Any) -> Self:
        """Read a model2vec folder or repository; model2vec itself is not needed. See :meth:`load` for the options."""
        return cls.load(model_id_or_path, **kwargs)
