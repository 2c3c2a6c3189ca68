"""Static models built in tests."""

from __future__ import annotations

from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer
from sentence_transformers_static.modules import EmbeddingTable
from tests import teachers


def pipeline(embedding: StaticEmbedding, *, normalize: bool = True) -> StaticSentenceTransformer:
    """StaticEmbedding, mean Pooling[, Normalize]."""
    modules = [embedding, Pooling(embedding.get_embedding_dimension(), "mean")]
    return StaticSentenceTransformer(modules=[*modules, Normalize()] if normalize else modules, device="cpu")


def with_table(model: StaticSentenceTransformer, table: EmbeddingTable) -> StaticSentenceTransformer:
    """The same model with another table."""
    embedding = StaticEmbedding(
        model[0].text_tokenizer, table.embeddings, token_mapping=table.mapping, token_weights=table.weights
    )
    return pipeline(embedding)


def random_model(dim: int = 8, *, normalize: bool = True) -> StaticSentenceTransformer:
    """A small random table on the vocabulary of the tiny BERT."""
    return pipeline(StaticEmbedding(teachers.bert().tokenizer, embedding_dim=dim), normalize=normalize)
