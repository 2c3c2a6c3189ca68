"""The options of a distillation, checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sentence_transformers_static.errors import NotYetSupportedError, OptionError
from sentence_transformers_static.modules.table import PRECISIONS

PCADims = int | float | Literal["auto"] | None
POOLINGS = ("teacher", "mean", "first", "last", "pooler")


@dataclass(frozen=True)
class DistillationConfig:
    """What :func:`~sentence_transformers_static.distill` was asked to do; see there for the meaning of each option.

    Raises:
        OptionError: If an option is outside its range.
    """

    pca_dims: PCADims = 256
    sif_coefficient: float | None = 1e-4
    token_remove_pattern: str | None = r"\[unused\d+\]"
    quantize_to: str = "float32"
    vocabulary: Sequence[str] | None = None
    vocabulary_quantization: int | None = None
    pooling: str = "teacher"

    def __post_init__(self) -> None:
        self._check_pca_dims()
        coefficient = self.sif_coefficient
        if coefficient is not None and not (_is_number(coefficient) and 0 < coefficient < 1):
            raise OptionError(f"sif_coefficient must be in (0, 1), or None for no weighting; got {coefficient!r}.")
        if self.quantize_to not in PRECISIONS:
            raise OptionError(f"quantize_to must be one of {', '.join(PRECISIONS)}; got {self.quantize_to!r}.")
        if self.pooling not in POOLINGS:
            raise OptionError(f"pooling must be one of {', '.join(POOLINGS)}; got {self.pooling!r}.")
        for name in ("vocabulary", "vocabulary_quantization"):
            if getattr(self, name) is not None:
                raise NotYetSupportedError(
                    f"distill({name}=...) is not supported yet. Leave it out; model2vec's distill has it, and its "
                    "folders load with StaticSentenceTransformer."
                )

    def to_dict(self) -> dict[str, Any]:
        """The options that take part in this version, for ``config.json`` and the card."""
        options = asdict(self)
        return {name: value for name, value in options.items() if name not in ("vocabulary", "vocabulary_quantization")}

    def _check_pca_dims(self) -> None:
        dims = self.pca_dims
        allowed = (
            dims is None
            or dims == "auto"
            or (isinstance(dims, int) and not isinstance(dims, bool) and dims >= 1)
            or (isinstance(dims, float) and 0 < dims < 1)
        )
        if not allowed:
            raise OptionError(
                "pca_dims must be a whole number of dimensions above 0, a share of the variance in (0, 1), 'auto' to "
                f"rotate without reducing, or None for no PCA; got {dims!r}."
            )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
