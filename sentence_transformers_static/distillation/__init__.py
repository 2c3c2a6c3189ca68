"""Distillation: a transformer's vocabulary, passed through it once, becomes a static model."""

from sentence_transformers_static.distillation.config import DistillationConfig
from sentence_transformers_static.distillation.distiller import distill, distill_from_model

__all__ = ["DistillationConfig", "distill", "distill_from_model"]
