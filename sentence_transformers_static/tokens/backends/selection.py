"""Which tokenizer library to use for a model."""

from __future__ import annotations

import hashlib
import json
import logging
import time
import unicodedata
from contextlib import suppress
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

from huggingface_hub import cached_assets_path
from tokenizers import __version__ as tokenizers_version

from sentence_transformers_static.errors import OptionError, TokenizerError
from sentence_transformers_static.extras import require
from sentence_transformers_static.tokens.backends.protocol import Backend
from sentence_transformers_static.tokens.backends.verification import first_difference, ordinary_texts

logger = logging.getLogger(__name__)


class _Library(NamedTuple):
    distribution: str
    adapter: str
    model_types: tuple[str, ...]


REFERENCE = "tokenizers"
_LIBRARIES = {
    "nanotoken": _Library("nanotoken", "NanotokenBackend", ("WordPiece",)),
    "fastokens": _Library("fastokens", "FastokensBackend", ("BPE",)),
    "splintr": _Library("splintr-rs", "SplintrBackend", ("Unigram", "BPE")),
}
BACKENDS = (REFERENCE, *_LIBRARIES)
"""Hugging Face's, which is the reference, and the faster ones in the order in which they are tried."""


class Selection:
    """The choice of a library for one tokenizer.

    Args:
        reference: What the library must equal.
        serialized: The ``tokenizer.json`` of the tokenizer.
        model_type: ``"WordPiece"``, ``"Unigram"``, ``"BPE"`` or ``"WordLevel"``.
    """

    def __init__(self, reference: Backend, serialized: str, model_type: str) -> None:
        self._reference = reference
        self._serialized = serialized
        self._installed = [
            name for name, library in _LIBRARIES.items() if model_type in library.model_types and _version_of(name)
        ]
        key = [serialized, tokenizers_version, unicodedata.unidata_version]
        key += [f"{name} {_version_of(name)}" for name in _LIBRARIES]
        self._key = hashlib.sha256("\n".join(key).encode()).hexdigest()

    def is_known(self) -> bool:
        """Whether the answer costs no verification: it is remembered, or there is nothing to choose from."""
        return not self._installed or self._remembered() is not None

    def best(self) -> Backend:
        """The fastest library that is installed, knows this tokenizer and equals the reference; else the reference."""
        name = self._remembered()
        if name is None:
            exact = [name for name in self._installed if self._is_exact(name)]
            name = min(exact, key=self._seconds) if len(exact) > 1 else next(iter(exact), REFERENCE)
            self._remember(name)
        try:
            return self.build(name)
        except ValueError as error:  # what was remembered is not so any more
            logger.warning(f"Tokenizing with {REFERENCE}, since {name} cannot read this tokenizer: {error}")
            return self._reference

    def forced(self, name: str) -> Backend:
        """The library of that name, verified.

        Raises:
            OptionError: If there is none of that name, or it does not know this tokenizer.
            MissingExtraError: If it is not installed.
            TokenizerError: If it does not equal the reference.
        """
        if name not in BACKENDS:
            raise OptionError(f"tokenizer_backend must be one of {', '.join(BACKENDS)}, or None; got {name!r}.")
        if name == REFERENCE:
            return self._reference
        require(name, f"tokenizer_backend={name!r}")
        try:
            backend = self.build(name)
        except ValueError as error:
            raise OptionError(
                f"tokenizer_backend={name!r} cannot read this tokenizer: {error}. Leave it out to let one be chosen."
            ) from error
        if self._remembered() == name:
            return backend
        if (text := first_difference(backend, self._reference, self._serialized)) is not None:
            raise TokenizerError(
                f"tokenizer_backend={name!r} does not give the ids that {REFERENCE} gives, for example for "
                f"{text!r:.80}. Leave it out to let one be chosen that does."
            )
        return backend

    def build(self, name: str) -> Backend:
        """The library of that name, as it is.

        Raises:
            ValueError: If it does not know this tokenizer.
        """
        if name == REFERENCE:
            return self._reference
        module = import_module(f"{__package__}.{name}")
        try:
            backend: Backend = getattr(module, _LIBRARIES[name].adapter)(self._serialized, self._reference)
        except Exception as error:  # each raises its own
            raise ValueError(str(error)) from error
        return backend

    def _is_exact(self, name: str) -> bool:
        logger.info(f"Comparing {name} with {REFERENCE} for this tokenizer, once on this machine.")
        try:
            text = first_difference(self.build(name), self._reference, self._serialized)
        except Exception as error:  # a library may fail on any probe
            logger.warning(f"Not tokenizing with {name}, which fails for this tokenizer: {error}")
            return False
        if text is not None:
            logger.warning(f"Not tokenizing with {name}: its ids differ from those of {REFERENCE} for {text!r:.80}.")
        return text is None

    def _seconds(self, name: str) -> float:
        backend, texts = self.build(name), ordinary_texts()
        backend(texts)
        start = time.perf_counter()
        backend(texts)
        return time.perf_counter() - start

    def _file(self) -> Path:
        folder = cached_assets_path("sentence-transformers-static", namespace="tokenizer-backends")
        return folder / f"{self._key}.json"

    def _remembered(self) -> str | None:
        with suppress(OSError, ValueError, TypeError, KeyError):
            name = json.loads(self._file().read_text(encoding="utf-8"))["backend"]
            return name if name in (REFERENCE, *self._installed) else None
        return None

    def _remember(self, name: str) -> None:
        with suppress(OSError):  # a cache that cannot be written is done without
            file = self._file()
            file.parent.mkdir(parents=True, exist_ok=True)
            partial = file.with_suffix(".partial")
            partial.write_text(json.dumps({"backend": name}), encoding="utf-8")
            partial.replace(file)


def _version_of(name: str) -> str | None:
    try:
        return version(_LIBRARIES[name].distribution)
    except PackageNotFoundError:
        return None
