"""What tokenizes for a model: the reference, until there was enough text for a faster library to pay."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from tokenizers import Tokenizer

from sentence_transformers_static.tokens.backends import Backend, HuggingFaceBackend, Ids, Offsets, Selection

_BUILD_AFTER = 50_000
"""Characters of text after which it pays to read a tokenizer a second time, which takes from 0.05 to 1.5 seconds."""

_VERIFY_AFTER = 2_000_000
"""Characters of text after which it pays to verify a library, some seconds once for a tokenizer on a machine."""


class Engine:
    """Tokenizes with the reference, or with what was chosen or forced instead; same ids, another speed.

    Args:
        tokenizer: Without padding, truncation and post-processor.
        forced: The library to use; None to choose one.
    """

    def __init__(self, tokenizer: Tokenizer, forced: str | None = None) -> None:
        self._tokenizer = tokenizer
        self._forced = forced
        self._reference: Backend = HuggingFaceBackend(tokenizer)
        self._selection: Selection | None = None
        self._seen = 0
        self._process = os.getpid()
        self._chosen: Backend | None = None if forced is None else self._select().forced(forced)

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        """See :class:`Backend`."""
        if self._chosen is None:
            self._chosen = self._choose(texts)
        backend = self._chosen or self._reference
        # A pool of threads does not live on in a forked process: what needs one would wait for it forever.
        if os.getpid() != self._process and not backend.is_fork_safe:
            backend = self._reference
        return backend(texts)

    @property
    def name(self) -> str:
        """The library that tokenizes now."""
        return (self._chosen or self._reference).name

    @property
    def chunk_characters(self) -> int:
        """See :class:`Backend`."""
        return (self._chosen or self._reference).chunk_characters

    def _choose(self, texts: Sequence[str]) -> Backend | None:
        """The library to use from now on, or None to go on with the reference for the time being."""
        self._seen += sum(map(len, texts))
        if self._seen < _BUILD_AFTER:
            return None
        if self._selection is None:
            self._selection = self._select()
        if not self._selection.is_known() and self._seen < _VERIFY_AFTER:
            return None
        chosen, self._selection = self._selection.best(), None
        return chosen

    def _select(self) -> Selection:
        return Selection(self._reference, self._tokenizer.to_str(), type(self._tokenizer.model).__name__)

    # Copies and other processes choose for themselves: the libraries' objects cannot be pickled.

    def __getstate__(self) -> dict[str, Any]:
        return {"tokenizer": self._tokenizer, "forced": self._forced}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["tokenizer"], state["forced"])  # type: ignore[misc]
