"""The options of a distillation, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from numbers import Integral, Real
from typing import Any, Literal, TypeGuard, get_args

from sentence_transformers_static.distillation.precision import TeacherDtype
from sentence_transformers_static.errors import NotYetSupportedError, OptionError
from sentence_transformers_static.modules.table import PRECISIONS, Precision
from sentence_transformers_static.tokens import compiled_pattern

PCADims = int | float | Literal["auto"] | None
PoolingMode = Literal["teacher", "mean", "first", "last", "pooler"]
DTYPES: tuple[TeacherDtype, ...] = get_args(TeacherDtype)
POOLINGS: tuple[PoolingMode, ...] = get_args(PoolingMode)


@dataclass(frozen=True)
class DistillationConfig:
    """What :func:`~sentence_transformers_static.distill` was asked to do; see there for the meaning of each option.

    Raises:
        OptionError: If an option is outside its range.
    """

    pca_dims: PCADims = 256
    sif_coefficient: float | None = 1e-4
    token_remove_pattern: str | None = r"\[unused\d+\]"
    quantize_to: Precision = "float32"
    vocabulary: Sequence[str] | None = None
    vocabulary_quantization: int | None = None
    pooling: PoolingMode = "teacher"
    dtype: TeacherDtype = "auto"
    batch_size: int = 1024

    def __post_init__(self) -> None:
        self._check_pca_dims()
        if _is_whole(self.pca_dims):
            object.__setattr__(self, "pca_dims", int(self.pca_dims))  # NumPy's integers are no JSON
        coefficient = self.sif_coefficient
        if coefficient is not None and not (_is_number(coefficient) and 0 < coefficient < 1):
            raise OptionError(f"sif_coefficient must be in (0, 1), or None for no weighting; got {coefficient!r}.")
        pattern = self.token_remove_pattern
        if pattern is not None and not isinstance(pattern, str):
            raise OptionError(f"token_remove_pattern must be a regular expression, or None; got {pattern!r}.")
        compiled_pattern(pattern)
        if not _is_whole(self.batch_size) or self.batch_size < 1:
            raise OptionError(f"batch_size must be a whole number above 0; got {self.batch_size!r}.")
        if self.quantize_to not in list(PRECISIONS):
            raise OptionError(f"quantize_to must be one of {', '.join(PRECISIONS)}; got {self.quantize_to!r}.")
        if self.pooling not in POOLINGS:
            raise OptionError(f"pooling must be one of {', '.join(POOLINGS)}; got {self.pooling!r}.")
        if self.dtype not in DTYPES:
            raise OptionError(f"dtype must be one of {', '.join(DTYPES)}; got {self.dtype!r}.")
        for name in ("vocabulary", "vocabulary_quantization"):
            if getattr(self, name) is not None:
                raise NotYetSupportedError(
                    f"distill({name}=...) is not supported yet. Leave it out; model2vec's distill has it, and its "
                    "folders load with StaticSentenceTransformer."
                )

    def to_dict(self) -> dict[str, Any]:
        """The options that take part in this version, for ``config.json`` and the card."""
        left_out = ("vocabulary", "vocabulary_quantization", "batch_size")
        return {name: value for name, value in asdict(self).items() if name not in left_out}

    def _check_pca_dims(self) -> None:
        dims = self.pca_dims
        allowed = (
            dims is None
            or (isinstance(dims, str) and dims == "auto")
            or (_is_whole(dims) and dims >= 1)
            or (isinstance(dims, float) and 0 < dims < 1)
        )
        if not allowed:
            raise OptionError(
                "pca_dims must be a whole number of dimensions above 0, a share of the variance in (0, 1), 'auto' to "
                f"rotate without reducing, or None for no PCA; got {dims!r}."
            )


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, Real) and not isinstance(value, bool)


def _is_whole(value: object) -> TypeGuard[int]:
    """Whether it is an integer, NumPy's included."""
    return isinstance(value, Integral) and not isinstance(value, bool)
