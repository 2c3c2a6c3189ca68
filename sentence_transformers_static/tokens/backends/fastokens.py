"""fastokens: BPE."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sentence_transformers_static.tokens.backends.protocol import Backend, Ids, Offsets


class FastokensBackend:
    """See :class:`Backend`."""

    name = "fastokens"
    is_fork_safe = False
    chunk_characters = 1 << 23

    def __init__(self, serialized: str, reference: Backend) -> None:
        """Read the text of a ``tokenizer.json``.

        Raises:
            ValueError: If it holds what the library does not know.
        """
        from fastokens import Tokenizer

        self._tokenizer = Tokenizer.from_json_str(serialized)

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        """See :class:`Backend`."""
        ids, offsets = self._tokenizer.encode_batch_flat(list(texts), add_special_tokens=False)
        return np.frombuffer(ids, dtype=np.int32).copy(), np.frombuffer(offsets, dtype=np.int64)
