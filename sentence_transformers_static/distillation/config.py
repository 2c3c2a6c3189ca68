"""The options of a distillation, checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from numbers import Integral, Real
from typing import Any, Literal, TypeGuard, get_args

from sentence_transformers_static.distillation.precision import TeacherDtype
from sentence_transformers_static.errors import NotYetSupportedError, OptionError
from sentence_transformers_static.modules.table import PRECISIONS, Precision
from sentence_transformers_static.tokens import compiled_pattern

Auto = Literal["auto"]
PCADims = int | float | Auto | None
PCAFit = Literal["tokens", "frequencies", "sentences"]
PoolingMode = Literal["teacher", "mean", "first", "last", "pooler"]
DTYPES: tuple[TeacherDtype, ...] = get_args(TeacherDtype)
POOLINGS: tuple[PoolingMode, ...] = get_args(PoolingMode)
PCA_FITS: tuple[PCAFit, ...] = get_args(PCAFit)

WITHOUT_CORPUS: dict[str, Any] = {
    "sif_coefficient": 1e-4,
    "pca_fit": "tokens",
    "whitening": 0.0,
    "remove_components": 0,
    "contexts": 0,
}
"""What "auto" means without a corpus: Model2Vec's choices."""

WITH_CORPUS: dict[str, Any] = {
    "sif_coefficient": 1e-3,
    "pca_fit": "frequencies",
    "whitening": 0.5,
    "remove_components": 0,
    "contexts": 30,
}
"""What it means with one: the best of ``evaluation/ablations``."""

_CHOICES: dict[str, list[str]] = {
    "quantize_to": list(PRECISIONS),
    "pooling": list(POOLINGS),
    "dtype": list(DTYPES),
    "pca_fit": [*PCA_FITS, "auto"],
}


@dataclass(frozen=True)
class DistillationConfig:
    """How :func:`~sentence_transformers_static.distill` makes a model; see there for the meaning of each option.

    Raises:
        OptionError: If an option is outside its range.
    """

    pca_dims: PCADims = 256
    sif_coefficient: float | Auto | None = "auto"
    pca_fit: PCAFit | Auto = "auto"
    whitening: float | Auto = "auto"
    remove_components: int | Auto = "auto"
    contexts: int | Auto = "auto"
    token_remove_pattern: str | None = r"\[unused\d+\]"
    lowercase: bool = False
    quantize_to: Precision = "float32"
    vocabulary_quantization: int | None = None
    pooling: PoolingMode = "teacher"
    dtype: TeacherDtype = "auto"
    batch_size: int = 1024

    def __post_init__(self) -> None:
        self._check_pca_dims()
        self._check_numbers()
        self._check_pattern()
        for name, choices in _CHOICES.items():
            if (value := getattr(self, name)) not in choices:
                raise OptionError(f"{name} must be one of {', '.join(choices)}; got {value!r}.")
        if self.pca_dims is None and self.whitening not in ("auto", 0):
            raise OptionError("whitening scales the components of PCA; with pca_dims=None there are none.")
        if self.pca_dims is None and self.pca_fit == "sentences":
            raise OptionError("pca_fit='sentences' says what PCA is fitted to; with pca_dims=None there is none.")
        if self.vocabulary_quantization is not None:
            raise NotYetSupportedError(
                "distill(vocabulary_quantization=...) is not supported yet. Leave it out; model2vec's distill has it, "
                "and its folders load with StaticSentenceTransformer."
            )
        for name, value in vars(self).items():
            if _is_number(value):  # NumPy's are no JSON
                object.__setattr__(self, name, int(value) if _is_whole(value) else float(value))

    def resolved(self, *, corpus: bool, token_vectors: bool) -> DistillationConfig:
        """The same with every "auto" (but ``pca_dims``'s, which asks for a rotation) replaced by its meaning.

        Args:
            corpus: Whether there is a corpus.
            token_vectors: Whether the vector of a text is the mean of its tokens' vectors in the teacher.

        Raises:
            OptionError: If an option needs a corpus, or token vectors, and there are none.
        """
        defaults = dict(WITH_CORPUS if corpus else WITHOUT_CORPUS)
        if not token_vectors:
            defaults["contexts"] = 0
        if self.pca_dims is None:
            defaults["whitening"] = 0.0
        resolved = replace(self, **{name: value for name, value in defaults.items() if getattr(self, name) == "auto"})
        if not corpus and resolved.pca_fit == "sentences":
            raise OptionError("pca_fit='sentences' fits the PCA to sentences: pass a corpus.")
        if not corpus and resolved.contexts:
            raise OptionError(f"contexts={resolved.contexts} takes tokens in their sentences: pass a corpus.")
        if not token_vectors and resolved.contexts:
            raise OptionError(
                f"contexts={resolved.contexts} needs a teacher whose vector of a text is the mean of its tokens' "
                "vectors; this one pools another way. Leave it out, or, if mean pooling suits the teacher, pass "
                "pooling='mean'."
            )
        return resolved

    def to_dict(self) -> dict[str, Any]:
        """The options that take part in this version, for ``config.json`` and the card."""
        left_out = ("vocabulary_quantization", "batch_size")
        return {name: value for name, value in asdict(self).items() if name not in left_out}

    def _check_pca_dims(self) -> None:
        dims = self.pca_dims
        allowed = (
            dims is None
            or (isinstance(dims, str) and dims == "auto")
            or (_is_whole(dims) and dims >= 1)
            or (_is_number(dims) and 0 < dims < 1)
        )
        if not allowed:
            raise OptionError(
                "pca_dims must be a whole number of dimensions above 0, a share of the variance in (0, 1), 'auto' to "
                f"rotate without reducing, or None for no PCA; got {dims!r}."
            )

    def _check_numbers(self) -> None:
        coefficient, whitening = self.sif_coefficient, self.whitening
        if coefficient not in (None, "auto") and not (_is_number(coefficient) and 0 < coefficient < 1):
            raise OptionError(f"sif_coefficient must be in (0, 1), or None for no weighting; got {coefficient!r}.")
        if whitening != "auto" and not (_is_number(whitening) and 0 <= whitening <= 1):
            raise OptionError(f"whitening must be from 0, for none, to 1; got {whitening!r}.")
        for name in ("remove_components", "contexts"):
            value = getattr(self, name)
            if value != "auto" and not (_is_whole(value) and value >= 0):
                raise OptionError(f"{name} must be a whole number, 0 for none; got {value!r}.")
        if not _is_whole(self.batch_size) or self.batch_size < 1:
            raise OptionError(f"batch_size must be a whole number above 0; got {self.batch_size!r}.")

    def _check_pattern(self) -> None:
        pattern = self.token_remove_pattern
        if pattern is not None and not isinstance(pattern, str):
            raise OptionError(f"token_remove_pattern must be a regular expression, or None; got {pattern!r}.")
        compiled_pattern(pattern)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    """Whether it is an integer, NumPy's included."""
    return isinstance(value, Integral) and not isinstance(value, bool)
