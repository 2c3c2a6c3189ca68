"""Static embeddings inside Sentence Transformers."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentence_transformers_static.distillation import distill, distill_from_model
    from sentence_transformers_static.model import StaticSentenceTransformer
    from sentence_transformers_static.modules import StaticEmbedding
    from sentence_transformers_static.tokens import vocabulary_from_corpus

__all__ = [
    "StaticEmbedding",
    "StaticSentenceTransformer",
    "distill",
    "distill_from_model",
    "vocabulary_from_corpus",
]

_HOME = {
    "StaticEmbedding": "sentence_transformers_static.modules",
    "StaticSentenceTransformer": "sentence_transformers_static.model",
    "distill": "sentence_transformers_static.distillation",
    "distill_from_model": "sentence_transformers_static.distillation",
    "vocabulary_from_corpus": "sentence_transformers_static.tokens",
}
"""Where each name lives; it is imported when first used, so that ``st-static --help`` need not import torch."""


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
