"""Static embeddings inside Sentence Transformers."""

from sentence_transformers_static.distill import distill, distill_from_model
from sentence_transformers_static.model import StaticSentenceTransformer
from sentence_transformers_static.modules import StaticEmbedding

__all__ = ["StaticEmbedding", "StaticSentenceTransformer", "distill", "distill_from_model"]
