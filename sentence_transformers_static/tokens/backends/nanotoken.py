"""nanotoken: WordPiece."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np

from sentence_transformers_static.tokens.backends.protocol import Backend, Ids, Offsets

_CACHE_VARIABLE = "NANOTOKEN_CACHE_ENTRIES"
_CACHE_ENTRIES = 1 << 17
"""Words that each thread remembers, in each of two caches: 16 MB. Its own default, eight times that, is no faster."""


class NanotokenBackend:
    """See :class:`Backend`."""

    name = "nanotoken"
    is_fork_safe = True
    chunk_characters = 1 << 23
    """Its units of parallel work are of a megabyte."""

    def __init__(self, serialized: str, reference: Backend) -> None:
        """Read the text of a ``tokenizer.json``.

        Raises:
            ValueError: If it holds what the library does not know.
        """
        import nanotoken

        if _CACHE_VARIABLE not in os.environ:
            nanotoken.set_cache_entries(min(nanotoken.get_cache_entries(), _CACHE_ENTRIES))
        self._tokenizer = nanotoken.WordPieceTokenizer.from_json(serialized)
        self._process = os.getpid()

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        """See :class:`Backend`."""
        # A pool of threads does not live on in a forked process, and is not worth its while for one text.
        parallel = len(texts) > 1 and os.getpid() == self._process and _is_parallel()
        ids, offsets = self._tokenizer.encode_batch(texts, add_special_tokens=False, parallel=parallel)
        return ids.view(np.int32), offsets


def _is_parallel() -> bool:
    """As Hugging Face's tokenizers decide."""
    return os.environ.get("TOKENIZERS_PARALLELISM", "true").lower() not in ("off", "false", "f", "no", "n", "0")
