"""The stages of a distillation, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

from sentence_transformers_static.cards import StaticModelCardData
from sentence_transformers_static.corpus import Corpus
from sentence_transformers_static.distillation.config import DistillationConfig
from sentence_transformers_static.distillation.contexts import rows_in_context
from sentence_transformers_static.distillation.fidelity import fidelity, texts_to_measure_on
from sentence_transformers_static.distillation.frequencies import Words, guessed_probabilities, words_and_counts
from sentence_transformers_static.distillation.precision import takes_bfloat16
from sentence_transformers_static.distillation.reduction import reduced
from sentence_transformers_static.distillation.statistics import CorpusStatistics, read_corpus
from sentence_transformers_static.distillation.teacher import Teacher
from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.model import StaticSentenceTransformer
from sentence_transformers_static.modules import DEFAULT_MAX_SEQ_LENGTH, EmbeddingTable, StaticEmbedding
from sentence_transformers_static.tokens import StudentVocabulary, TextTokenizer, student_vocabulary

_TEXTS_PER_BATCH = 32
"""Of texts, which are longer than the tokens of a vocabulary, fewer go into one forward pass."""


@dataclass(frozen=True)
class Material:
    """What a distillation is made from, beside the teacher; see :func:`~sentence_transformers_static.distill`."""

    vocabulary: Words | None = None
    corpus: Corpus | None = None
    text_column: str = "text"
    eval_texts: Sequence[str] | None = None


class Distillation:
    """One distillation.

    Args:
        teacher: The model to distil from.
        config: How.
        material: From what.
        revision: The teacher's revision, as it was asked for.
        device: Where the teacher runs; None for where it is.
        show_progress_bar: None shows bars on a terminal only.
    """

    def __init__(
        self,
        teacher: Teacher,
        config: DistillationConfig,
        material: Material,
        *,
        revision: str | None = None,
        device: str | None = None,
        show_progress_bar: bool | None = None,
    ) -> None:
        self._teacher, self._material, self._revision = teacher, material, revision
        self._config = config.resolved(corpus=material.corpus is not None, token_vectors=teacher.gives_token_vectors)
        self._eval_texts = None if material.eval_texts is None else texts_to_measure_on(material.eval_texts)
        words, self._counts = words_and_counts(material.vocabulary)
        self._vocabulary = student_vocabulary(
            teacher.tokenizer, config.token_remove_pattern, vocabulary=words, lowercase=config.lowercase
        )
        self._tokenizer = TextTokenizer(self._vocabulary.tokenizer)
        self._sequences, prompt_length = _wrapped(self._vocabulary, teacher)
        self._running: dict[str, Any] = {"device": device, "bfloat16": False, "show_progress_bar": show_progress_bar}
        self._embed = partial(teacher.embed, prompt_length=prompt_length, batch_size=config.batch_size)

    def run(self) -> StaticSentenceTransformer:
        """The static model."""
        text_ids = self._text_ids()
        self._try(text_ids)
        statistics = self._read_corpus()
        self._choose_dtype()
        rows = self._embed(self._sequences, **self._running)
        if statistics is not None and self._config.contexts:
            contexts = int(self._config.contexts)
            rows = rows_in_context(rows, statistics, self._teacher, self._tokenizer, contexts, **self._running)
        sentences = () if statistics is None else statistics.sample
        rows, pca = reduced(rows, self._probabilities(statistics), self._config, sentences, self._tokenizer)
        model = self._model(rows, statistics)
        if self._eval_texts is not None:
            vectors = self._embed(
                text_ids, **{**self._running, "batch_size": _TEXTS_PER_BATCH, "description": "Measuring"}
            )
            compared = fidelity(model, self._eval_texts, vectors if pca is None else pca.transform(vectors))
            model.static_embedding.metadata["distillation"]["fidelity"] = compared
        return model

    def _text_ids(self) -> list[list[int]]:
        return [] if self._eval_texts is None else self._teacher.tokenize(self._eval_texts, DEFAULT_MAX_SEQ_LENGTH)

    def _try(self, text_ids: list[list[int]]) -> None:
        """One token and one text: what asks too much of the teacher is refused before the long passes."""
        quiet = {**self._running, "show_progress_bar": False}
        _check_dimensions(self._config, len(self._sequences), self._embed(self._sequences[:1], **quiet).shape[1])
        if text_ids:
            self._embed([max(text_ids, key=len)], **quiet)

    def _read_corpus(self) -> CorpusStatistics | None:
        if self._material.corpus is None:
            return None
        statistics = read_corpus(
            self._material.corpus,
            self._tokenizer,
            column=self._material.text_column,
            show_progress_bar=self._running["show_progress_bar"],
        )
        met, dims = int((statistics.counts > 0).sum()), self._config.pca_dims
        if self._config.pca_fit != "tokens" and dims is not None and met <= (dims if isinstance(dims, int) else 1):
            raise InputError(
                f"The corpus has {met:,} different tokens, too few to fit pca_dims={dims!r} to. Pass more text, or "
                "pca_fit='tokens' to fit PCA to the whole vocabulary."
            )
        return statistics

    def _choose_dtype(self) -> None:
        """Put into the options which one it is."""
        quiet = {**self._running, "show_progress_bar": False}
        self._running["bfloat16"] = takes_bfloat16(
            self._config.dtype,
            lambda some, bfloat16: self._embed(some, **{**quiet, "bfloat16": bfloat16}),
            self._sequences,
            self._teacher.device(quiet["device"]).type,
        )
        self._config = replace(self._config, dtype="bfloat16" if self._running["bfloat16"] else "float32")

    def _probabilities(self, statistics: CorpusStatistics | None) -> npt.NDArray[np.float64]:
        if statistics is not None:
            return statistics.probabilities
        added = [self._counts.get(word) for word in self._vocabulary.added_words]
        return guessed_probabilities(len(self._sequences), added)

    def _model(self, rows: npt.NDArray[np.float32], statistics: CorpusStatistics | None) -> StaticSentenceTransformer:
        """The model of these rows, which says what it was made from."""
        table = EmbeddingTable(torch.from_numpy(rows)).quantized(self._config.quantize_to)
        embedding = StaticEmbedding(self._tokenizer, table)
        embedding.metadata = self._metadata(statistics)
        pooling = Pooling(embedding.get_embedding_dimension(), "mean")
        model = StaticSentenceTransformer(modules=[embedding, pooling, Normalize()], device="cpu")
        # What is made of the teacher stays under its licence, and speaks its languages.
        card_data = cast(StaticModelCardData, model.model_card_data)
        teacher = self._teacher
        card_data.take_over(teacher.card, repository=teacher.hub_id, revision=teacher.hub_revision)
        return model

    def _metadata(self, statistics: CorpusStatistics | None) -> dict[str, Any]:
        """What ``config.json`` keeps; the first four names are model2vec's."""
        packages = ("sentence-transformers", "transformers", "tokenizers", "torch")
        made_from: dict[str, Any] = {}
        if self._vocabulary.added_words:
            made_from["added_words"] = len(self._vocabulary.added_words)
        if statistics is not None:
            made_from["corpus"] = {"texts": statistics.texts, "tokens": int(statistics.counts.sum())}
        return {
            "tokenizer_name": self._teacher.name,
            "apply_pca": self._config.pca_dims,
            "sif_coefficient": self._config.sif_coefficient,
            "pooling": self._config.pooling,
            "distillation": {
                "teacher": self._teacher.name,
                "hub_id": self._teacher.hub_id,
                "revision": self._teacher.hub_revision or self._revision,
                **self._config.to_dict(),
                **made_from,
                "versions": {package: version(package) for package in packages},
            },
        }


def _wrapped(vocabulary: StudentVocabulary, teacher: Teacher) -> tuple[list[list[int]], int]:
    """Each token between the teacher's special tokens and after its prompt; and the length of what precedes it."""
    prompt_ids: list[int] = []
    # Without its last spaces: most tokenizers make them a part of the token that follows.
    if prompt := teacher.prompt.rstrip(" "):
        prompt_ids = teacher.tokenizer.encode(prompt, add_special_tokens=False)
    before = [*vocabulary.prefix_ids, *prompt_ids]
    sequences = [[*before, *ids, *vocabulary.suffix_ids] for ids in vocabulary.teacher_ids]
    return sequences, len(before) if prompt_ids else 0


def _check_dimensions(config: DistillationConfig, tokens: int, width: int) -> None:
    """Refuse to keep, or to remove, more dimensions than there are."""
    removed = int(config.remove_components)
    most = min(tokens - 1, width) - removed
    if most < 1:
        raise OptionError(f"remove_components={removed} leaves nothing of the teacher's {width} dimensions.")
    if isinstance(config.pca_dims, int) and config.pca_dims > most:
        without = f", {removed} of which are removed" if removed else ""
        raise OptionError(
            f"pca_dims={config.pca_dims} is more than the teacher has: {width} dimensions{without} and {tokens:,} "
            f"tokens. Use at most {most}, or 'auto' to keep them all."
        )
