"""Distillation: a transformer's vocabulary, passed through it once, becomes a static model."""

from sentence_transformers_static.distill.config import DistillationConfig
from sentence_transformers_static.distill.distiller import distill, distill_from_model

__all__ = ["DistillationConfig", "distill", "distill_from_model"]
