"""From a teacher to a static model: vocabulary, forward pass, PCA, SIF, precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from sentence_transformers_static.cards import StaticModelCardData
from sentence_transformers_static.distillation.config import DistillationConfig, PCADims, PoolingMode
from sentence_transformers_static.distillation.fidelity import fidelity, texts_to_measure_on
from sentence_transformers_static.distillation.loading import as_teacher, load_teacher
from sentence_transformers_static.distillation.precision import TeacherDtype, takes_bfloat16
from sentence_transformers_static.distillation.teacher import Teacher
from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.model import StaticSentenceTransformer
from sentence_transformers_static.modules import DEFAULT_MAX_SEQ_LENGTH, EmbeddingTable, StaticEmbedding
from sentence_transformers_static.modules.table import Precision
from sentence_transformers_static.numerics import fit_pca, sif_weights, zipf_probabilities
from sentence_transformers_static.tokens import StudentVocabulary, TextTokenizer, student_vocabulary

DEFAULT_BATCH_SIZE = 1024
_TEXTS_PER_BATCH = 32
"""Of texts, which are longer than the tokens of a vocabulary, fewer go into one forward pass."""


def distill(
    model_name: str | Path | SentenceTransformer,
    *,
    vocabulary: Sequence[str] | None = None,
    device: str | None = None,
    pca_dims: PCADims = 256,
    sif_coefficient: float | None = 1e-4,
    token_remove_pattern: str | None = r"\[unused\d+\]",
    trust_remote_code: bool = False,
    quantize_to: Precision = "float32",
    vocabulary_quantization: int | None = None,
    pooling: PoolingMode = "teacher",
    dtype: TeacherDtype = "auto",
    revision: str | None = None,
    token: bool | str | None = None,
    batch_size: int = DEFAULT_BATCH_SIZE,
    eval_texts: Sequence[str] | None = None,
    show_progress_bar: bool | None = None,
) -> StaticSentenceTransformer:
    r"""Distil a static model from a transformer, by the method of Model2Vec (Tulkens and van Dongen 2024).

    Every token of the teacher's vocabulary, between the teacher's own special tokens, is passed through the teacher;
    the rows are reduced by PCA, and weighted by SIF with probabilities from Zipf's law.

    Args:
        model_name: The teacher: a name on the Hub, a folder, or a loaded SentenceTransformer, which is left as it is.
        vocabulary: Reserved.
        device: Where the teacher runs; None for the best there is, or where a loaded teacher is.
        pca_dims: Dimensions of the static model: a whole number; a share of the variance in (0, 1); ``"auto"`` to
            rotate without reducing; None for no PCA.
        sif_coefficient: The ``a`` of the SIF weights ``a / (a + p)``, in (0, 1); None for no weighting.
        token_remove_pattern: Tokens that this regular expression matches at their start are left out; None for none.
        trust_remote_code: Whether the teacher may run code from its repository.
        quantize_to: How the table is stored: ``"float32"``, ``"float16"`` or ``"int8"`` (one scale per row).
        vocabulary_quantization: Reserved.
        pooling: How the teacher's token vectors become one. ``"teacher"``: as its own pipeline does after the
            transformer (its Pooling, its Dense layers, its default prompt; not its final Normalize), or, for a bare
            transformer, the mean over all tokens, special ones included. ``"mean"``, ``"first"``, ``"last"``,
            ``"pooler"``: that of the transformer alone, as in Model2Vec.
        dtype: What the teacher computes in: ``"float32"``, ``"bfloat16"``, or ``"auto"`` for bfloat16 where the
            processor has instructions for it and a few hundred tokens confirm that it is faster and turns no row by
            more than a cosine of 0.999.
        revision: The teacher's branch, tag or commit on the Hub.
        token: Access token for the Hub.
        batch_size: Tokens of the vocabulary per forward pass.
        eval_texts: Texts to measure the model on when it is made, for its ``config.json`` and card: its cosine to the
            teacher, and how its tokenizer splits them; see :func:`fidelity`. They change nothing in the model.
        show_progress_bar: None shows a bar on a terminal only.

    Returns:
        *StaticEmbedding, mean Pooling, Normalize*, on the CPU, cutting texts at 512 tokens.

    Raises:
        OptionError: If an option is outside its range, or asks more than the teacher has.
        TeacherError: If the teacher cannot be loaded or run.
        TokenizerError: If its tokenizer cannot be taken over.
    """
    config = DistillationConfig(
        pca_dims=pca_dims,
        sif_coefficient=sif_coefficient,
        token_remove_pattern=token_remove_pattern,
        quantize_to=quantize_to,
        vocabulary=vocabulary,
        vocabulary_quantization=vocabulary_quantization,
        pooling=pooling,
        dtype=dtype,
        batch_size=batch_size,
    )
    if isinstance(model_name, SentenceTransformer):
        teacher = as_teacher(model_name, model_name.tokenizer, pooling, name=_name_of(model_name))
    else:
        teacher = load_teacher(
            str(model_name), pooling, device=device, trust_remote_code=trust_remote_code, revision=revision, token=token
        )
    return _distill(teacher, config, revision, device, eval_texts, show_progress_bar)


def distill_from_model(
    model: SentenceTransformer | PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    *,
    vocabulary: Sequence[str] | None = None,
    device: str | None = None,
    pca_dims: PCADims = 256,
    sif_coefficient: float | None = 1e-4,
    token_remove_pattern: str | None = r"\[unused\d+\]",
    quantize_to: Precision = "float32",
    vocabulary_quantization: int | None = None,
    pooling: PoolingMode = "teacher",
    dtype: TeacherDtype = "auto",
    batch_size: int = DEFAULT_BATCH_SIZE,
    eval_texts: Sequence[str] | None = None,
    show_progress_bar: bool | None = None,
) -> StaticSentenceTransformer:
    """Distil a model that is loaded, asking no hub and writing no file; model and tokenizer are left as they are.

    See :func:`distill` for the arguments, the answer and the errors.
    """
    config = DistillationConfig(
        pca_dims=pca_dims,
        sif_coefficient=sif_coefficient,
        token_remove_pattern=token_remove_pattern,
        quantize_to=quantize_to,
        vocabulary=vocabulary,
        vocabulary_quantization=vocabulary_quantization,
        pooling=pooling,
        dtype=dtype,
        batch_size=batch_size,
    )
    teacher = as_teacher(model, tokenizer, pooling, name=_name_of(model))
    return _distill(teacher, config, None, device, eval_texts, show_progress_bar)


def _distill(
    teacher: Teacher,
    config: DistillationConfig,
    revision: str | None,
    device: str | None,
    eval_texts: Sequence[str] | None,
    show_progress_bar: bool | None,
) -> StaticSentenceTransformer:
    texts = None if eval_texts is None else texts_to_measure_on(eval_texts)
    vocabulary = student_vocabulary(teacher.tokenizer, config.token_remove_pattern)
    sequences, prompt_length = _wrapped(vocabulary, teacher)
    embed = partial(teacher.embed, prompt_length=prompt_length, device=device, batch_size=config.batch_size)
    # One token and one text first: what asks too much of the teacher is refused before the long pass.
    _check_pca_dims(config.pca_dims, len(sequences), embed(sequences[:1], show_progress_bar=False).shape[1])
    text_ids = [] if texts is None else teacher.tokenize(texts, DEFAULT_MAX_SEQ_LENGTH)
    if text_ids:
        embed([max(text_ids, key=len)], show_progress_bar=False)
    bfloat16 = takes_bfloat16(
        config.dtype,
        lambda some, dtype: embed(some, bfloat16=dtype, show_progress_bar=False),
        sequences,
        teacher.device(device).type,
    )
    embed = partial(embed, bfloat16=bfloat16, show_progress_bar=show_progress_bar)
    rows = embed(sequences)
    pca = None if config.pca_dims is None else fit_pca(rows, None if config.pca_dims == "auto" else config.pca_dims)
    rows = _weighted(rows if pca is None else pca.transform(rows), config.sif_coefficient)
    made = replace(config, dtype="bfloat16" if bfloat16 else "float32")
    model = _student(vocabulary, rows, teacher, made, revision)
    if texts is not None:
        vectors = embed(text_ids, batch_size=_TEXTS_PER_BATCH, description="Measuring")
        compared = fidelity(model, texts, vectors if pca is None else pca.transform(vectors))
        model.static_embedding.metadata["distillation"]["fidelity"] = compared
    return model


def _student(
    vocabulary: StudentVocabulary,
    rows: npt.NDArray[np.float32],
    teacher: Teacher,
    config: DistillationConfig,
    revision: str | None,
) -> StaticSentenceTransformer:
    """The model of these rows, which says what it was made from."""
    table = EmbeddingTable(torch.from_numpy(rows)).quantized(config.quantize_to)
    embedding = StaticEmbedding(TextTokenizer(vocabulary.tokenizer), table)
    embedding.metadata = _metadata(teacher, config, revision)
    pooling = Pooling(embedding.get_embedding_dimension(), "mean")
    model = StaticSentenceTransformer(modules=[embedding, pooling, Normalize()], device="cpu")
    # What is made of the teacher stays under its licence, and speaks its languages.
    card_data = cast(StaticModelCardData, model.model_card_data)
    card_data.take_over(teacher.card, repository=teacher.hub_id, revision=teacher.hub_revision)
    return model


def _wrapped(vocabulary: StudentVocabulary, teacher: Teacher) -> tuple[list[list[int]], int]:
    """Each token between the teacher's special tokens and after its prompt; and the length of what precedes it."""
    prompt_ids: list[int] = []
    # Without its last spaces: most tokenizers make them a part of the token that follows.
    if prompt := teacher.prompt.rstrip(" "):
        prompt_ids = teacher.tokenizer.encode(prompt, add_special_tokens=False)
    before = [*vocabulary.prefix_ids, *prompt_ids]
    sequences = [[*before, *ids, *vocabulary.suffix_ids] for ids in vocabulary.teacher_ids]
    return sequences, len(before) if prompt_ids else 0


def _check_pca_dims(pca_dims: PCADims, tokens: int, width: int) -> None:
    if isinstance(pca_dims, int) and pca_dims > min(tokens - 1, width):
        raise OptionError(
            f"pca_dims={pca_dims} is more than the teacher has: {width} dimensions and {tokens:,} tokens. "
            f"Use at most {min(tokens - 1, width)}, or 'auto' to keep them all."
        )


def _weighted(rows: npt.NDArray[np.float32], sif_coefficient: float | None) -> npt.NDArray[np.float32]:
    if sif_coefficient is None:
        return rows
    weights = sif_weights(zipf_probabilities(len(rows)), sif_coefficient)
    return (rows * weights[:, None]).astype(np.float32)


def _name_of(model: SentenceTransformer | PreTrainedModel) -> str:
    transformer = model.transformers_model if isinstance(model, SentenceTransformer) else model
    name = str(getattr(getattr(transformer, "config", None), "_name_or_path", "") or "")
    return Path(name).resolve().name if name and Path(name).exists() else name


def _metadata(teacher: Teacher, config: DistillationConfig, revision: str | None) -> dict[str, Any]:
    """What ``config.json`` keeps; the first four names are model2vec's."""
    packages = ("sentence-transformers", "transformers", "tokenizers", "torch")
    return {
        "tokenizer_name": teacher.name,
        "apply_pca": config.pca_dims,
        "sif_coefficient": config.sif_coefficient,
        "pooling": config.pooling,
        "distillation": {
            "teacher": teacher.name,
            "hub_id": teacher.hub_id,
            "revision": teacher.hub_revision or revision,
            **config.to_dict(),
            "versions": {package: version(package) for package in packages},
        },
    }
