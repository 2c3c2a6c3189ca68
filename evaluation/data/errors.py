"""The error of this folder."""

from __future__ import annotations

from sentence_transformers_static.errors import StaticEmbeddingError


class SourceError(StaticEmbeddingError, ValueError):
    """A source cannot be fetched, or is not what it should be. The message says what to do."""
