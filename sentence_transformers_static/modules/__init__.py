"""The Sentence Transformers module of this package, and how its table is stored."""

from sentence_transformers_static.modules.static_embedding import StaticEmbedding
from sentence_transformers_static.modules.table import EmbeddingTable

__all__ = ["EmbeddingTable", "StaticEmbedding"]
