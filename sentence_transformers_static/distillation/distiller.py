"""From a teacher to a static model: vocabulary, forward pass, PCA, SIF, precision."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sentence_transformers import SentenceTransformer
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from sentence_transformers_static.corpus import Corpus
from sentence_transformers_static.distillation.config import Auto, DistillationConfig, PCADims, PCAFit, PoolingMode
from sentence_transformers_static.distillation.frequencies import Words
from sentence_transformers_static.distillation.loading import as_teacher, load_teacher
from sentence_transformers_static.distillation.precision import TeacherDtype
from sentence_transformers_static.distillation.stages import Distillation, Material
from sentence_transformers_static.model import StaticSentenceTransformer
from sentence_transformers_static.modules.table import Precision

DEFAULT_BATCH_SIZE = 1024


def distill(
    model_name: str | Path | SentenceTransformer,
    *,
    vocabulary: Words | None = None,
    corpus: Corpus | None = None,
    text_column: str = "text",
    device: str | None = None,
    pca_dims: PCADims = 256,
    pca_fit: PCAFit | Auto = "auto",
    whitening: float | Auto = "auto",
    remove_components: int | Auto = "auto",
    sif_coefficient: float | Auto | None = "auto",
    contexts: int | Auto = "auto",
    token_remove_pattern: str | None = r"\[unused\d+\]",
    lowercase: bool = False,
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
    the rows are reduced by PCA, and weighted by SIF with probabilities from Zipf's law. With a corpus, tokens are
    counted instead, and seen in sentences; ``evaluation/ablations`` of the source has what each option is worth.

    Args:
        model_name: The teacher: a name on the Hub, a folder, or a loaded SentenceTransformer, which is left as it is.
        vocabulary: Words and phrases to be tokens of their own, wherever they stand: a list, a mapping from word to
            count, or a file (.txt, .jsonl; .csv and .parquet with the columns ``text`` and, if there are counts,
            ``count``); see :func:`vocabulary_from_corpus`. The teacher is shown each as it is given. For SIF they are
            as probable as the corpus says; without one they rank after all other tokens, by falling count, or, without
            counts, in the order given. Those that are one token already, or nothing after normalization, are skipped
            and listed in a warning.
        corpus: Texts of the kind that the model will be used on, without labels: an iterable, a file (.txt, .jsonl,
            .csv, .parquet) or a ``datasets.Dataset``. They are read once, as a stream.
        text_column: Which column of the corpus holds the text.
        device: Where the teacher runs; None for the best there is, or where a loaded teacher is.
        pca_dims: Dimensions of the static model: a whole number; a share of the variance in (0, 1); ``"auto"`` to
            rotate without reducing; None for no PCA.
        pca_fit: What PCA keeps most of. ``"tokens"``: the variance of all tokens alike, as in Model2Vec.
            ``"frequencies"``: that of tokens as often as they occur (Yokoi et al. 2024, "Zipfian Whitening").
            ``"sentences"``: that of the vectors of sentences (Wada et al. 2025); needs a corpus. ``"auto"``: tokens, or
            frequencies with a corpus.
        whitening: From 0 to 1, how far the variances along the components of PCA are made equal (Yokoi et al. 2024).
            ``"auto"``: 0, or 0.5 with a corpus.
        remove_components: How many components of the largest variance are removed (Mu and Viswanath 2018,
            "All-but-the-Top"; Arora et al. 2017). ``"auto"``: 0.
        sif_coefficient: The ``a`` of the SIF weights ``a / (a + p)`` (Arora et al. 2017, "A Simple but Tough-to-Beat
            Baseline for Sentence Embeddings"), in (0, 1); None for no weighting. ``"auto"``: 1e-4, or 1e-3 with a
            corpus.
        contexts: In how many sentences of the corpus each token is shown to the teacher; its row is their mean
            (Bommasani et al. 2020). 0: tokens are shown alone. ``"auto"``: 30 with a corpus and a teacher of mean
            pooling, else 0.
        token_remove_pattern: Tokens that this regular expression matches at their start are left out; None for none.
        lowercase: Whether the static model lower-cases texts, without rows for tokens in upper case.
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
        OptionError: If an option is outside its range, asks more than the teacher has, or needs a corpus.
        InputError: If vocabulary, corpus or evaluation texts are not text, or hold none.
        TeacherError: If the teacher cannot be loaded or run.
        TokenizerError: If its tokenizer cannot be taken over.
    """
    config = DistillationConfig(
        pca_dims=pca_dims,
        sif_coefficient=sif_coefficient,
        pca_fit=pca_fit,
        whitening=whitening,
        remove_components=remove_components,
        contexts=contexts,
        token_remove_pattern=token_remove_pattern,
        lowercase=lowercase,
        quantize_to=quantize_to,
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
    material = Material(vocabulary, corpus, text_column, eval_texts)
    return Distillation(
        teacher, config, material, revision=revision, device=device, show_progress_bar=show_progress_bar
    ).run()


def distill_from_model(
    model: SentenceTransformer | PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    *,
    vocabulary: Words | None = None,
    corpus: Corpus | None = None,
    text_column: str = "text",
    device: str | None = None,
    pca_dims: PCADims = 256,
    pca_fit: PCAFit | Auto = "auto",
    whitening: float | Auto = "auto",
    remove_components: int | Auto = "auto",
    sif_coefficient: float | Auto | None = "auto",
    contexts: int | Auto = "auto",
    token_remove_pattern: str | None = r"\[unused\d+\]",
    lowercase: bool = False,
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
        pca_fit=pca_fit,
        whitening=whitening,
        remove_components=remove_components,
        contexts=contexts,
        token_remove_pattern=token_remove_pattern,
        lowercase=lowercase,
        quantize_to=quantize_to,
        vocabulary_quantization=vocabulary_quantization,
        pooling=pooling,
        dtype=dtype,
        batch_size=batch_size,
    )
    teacher = as_teacher(model, tokenizer, pooling, name=_name_of(model))
    material = Material(vocabulary, corpus, text_column, eval_texts)
    return Distillation(teacher, config, material, device=device, show_progress_bar=show_progress_bar).run()


def _name_of(model: SentenceTransformer | PreTrainedModel) -> str:
    transformer = model.transformers_model if isinstance(model, SentenceTransformer) else model
    name = str(getattr(getattr(transformer, "config", None), "_name_or_path", "") or "")
    return Path(name).resolve().name if name and Path(name).exists() else name
