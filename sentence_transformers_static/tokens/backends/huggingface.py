"""Hugging Face's tokenizers: the reference."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
from tokenizers import Tokenizer

from sentence_transformers_static.tokens.backends.protocol import Ids, Offsets


class HuggingFaceBackend:
    """See :class:`Backend`. What a version of the library offers is asked of it, not of its number."""

    name = "tokenizers"
    is_fork_safe = True
    chunk_characters = 1 << 18

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take a tokenizer without padding, truncation and post-processor."""
        # Faster by leaving out the offsets of tokens in the text; it was added in 0.20, and is gone in 1.0.
        self._encode = getattr(tokenizer, "encode_batch_fast", tokenizer.encode_batch)

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        """See :class:`Backend`."""
        encodings = self._encode(list(texts), add_special_tokens=False)
        offsets = np.zeros(len(encodings) + 1, dtype=np.int64)
        if encodings and hasattr(encodings[0], "ids_array"):  # 1.0
            arrays = [getattr(encoding, "ids_array") for encoding in encodings]  # noqa: B009  # not known to the stubs
            np.cumsum([len(array) for array in arrays], out=offsets[1:])
            return np.concatenate(arrays).astype(np.int32, copy=False), offsets
        lists = [encoding.ids for encoding in encodings]
        np.cumsum(np.fromiter(map(len, lists), dtype=np.int64, count=len(lists)), out=offsets[1:])
        return np.fromiter(chain.from_iterable(lists), dtype=np.int32, count=int(offsets[-1])), offsets
