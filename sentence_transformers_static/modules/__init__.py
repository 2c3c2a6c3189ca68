"""The Sentence Transformers module of this package, and how its table is stored."""

from sentence_transformers_static.modules.reading import DEFAULT_MAX_SEQ_LENGTH
from sentence_transformers_static.modules.static_embedding import StaticEmbedding
from sentence_transformers_static.modules.table import EmbeddingTable

__all__ = ["DEFAULT_MAX_SEQ_LENGTH", "EmbeddingTable", "StaticEmbedding"]
