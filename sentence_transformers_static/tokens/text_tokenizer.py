"""Texts to token ids: the one place where a model's tokenizer is called."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import AddedToken, Encoding, Tokenizer
from transformers import PreTrainedTokenizerBase, PreTrainedTokenizerFast

from sentence_transformers_static.errors import InputError, TokenizerError
from sentence_transformers_static.tokens.backends import Ids, Offsets
from sentence_transformers_static.tokens.engine import Engine

_UNIGRAM_UNKNOWN_ID = re.compile(r'"type":"Unigram","unk_id":(\d+)')
"""Where the serialization of a Unigram model names its unknown token; the bindings do not expose it."""


class TextTokenizer:
    """A Hugging Face tokenizer, read the way a static model needs it.

    No special tokens are added, texts are cut to ``max_length`` tokens from the right, and unknown tokens are dropped
    *after* the cut (as Model2Vec does). Texts of no known token come out empty.

    Once there was enough text for it to pay, a faster library that gives the same ids does the work, if one is
    installed; see :mod:`~sentence_transformers_static.tokens.backends`.

    The tokenizer is owned: it is never handed out, so that nobody's padding or truncation settings reach it.
    """

    def __init__(self, backend: Tokenizer) -> None:
        """Take ownership of ``backend``, and switch off its padding, truncation and post-processor."""
        max_length = (backend.truncation or {}).get("max_length")
        self.saved_max_length: int | None = None if max_length is None else int(max_length)
        """The truncation that came with the tokenizer, in tokens; None if it came with none."""
        padding = backend.padding
        self._pad_token: str | None = None if padding is None else padding["pad_token"]
        backend.no_padding()
        backend.no_truncation()
        backend.post_processor = None
        self._backend = backend
        self.unknown_id = _unknown_id(backend)
        """Id of the unknown token, or None if the tokenizer has none."""
        self.padding_id = self._find_padding_id()
        """Id to fill a padded batch with: the padding token's, else that of another special token, else 0."""
        self._engine = Engine(backend)

    @property
    def backend(self) -> str | None:
        """The library that tokenizes, one of :data:`BACKENDS`; see :attr:`StaticEmbedding.tokenizer_backend`."""
        return self._engine.name

    @backend.setter
    def backend(self, name: str | None) -> None:
        self._engine = Engine(self._backend, name)

    @classmethod
    def from_file(cls, path: str | Path) -> TextTokenizer:
        """Read a ``tokenizer.json``.

        Raises:
            TokenizerError: If the file is not one.
        """
        try:
            return cls(Tokenizer.from_file(str(path)))
        except Exception as error:  # the bindings raise a bare Exception
            raise TokenizerError(
                f"{path} is not a readable tokenizer.json ({error}). Expected the file that "
                "`tokenizers.Tokenizer.save` writes; download or save the model again."
            ) from error

    @classmethod
    def copy_of(cls, tokenizer: object) -> TextTokenizer:
        """A copy of a ``tokenizers.Tokenizer`` or a fast ``transformers`` tokenizer; the argument is left untouched.

        Raises:
            TokenizerError: If the tokenizer is a slow (Python) one, or none at all.
        """
        if isinstance(tokenizer, PreTrainedTokenizerBase):
            tokenizer = getattr(tokenizer, "backend_tokenizer", tokenizer)
        if not isinstance(tokenizer, Tokenizer):
            raise TokenizerError(
                f"A static model needs a fast (Rust) tokenizer, got {type(tokenizer).__name__}, which is "
                "a slow one or no tokenizer. Load it with AutoTokenizer.from_pretrained(...), or convert it with "
                "transformers.convert_slow_tokenizer; its tokenizer.json is what is needed."
            )
        return cls(Tokenizer.from_str(tokenizer.to_str()))

    def __call__(
        self, texts: Sequence[str], max_length: int | None = None, *, keep_unknown: bool = False
    ) -> tuple[Ids, Offsets]:
        """Tokenize ``texts``.

        Args:
            texts: The texts.
            max_length: How many tokens of each to keep; None for all.
            keep_unknown: Whether to leave unknown tokens in.

        Returns:
            ``ids``, the known tokens of all texts one after the other, ``(tokens,)`` int32, and ``offsets``,
            ``(texts + 1,)`` int64: those of text ``i`` are ``ids[offsets[i]:offsets[i + 1]]``.

        Raises:
            InputError: If a text is not a ``str``.
            TokenizerError: If the tokenizer fails on them.
        """
        check_texts(texts)
        return self.tokenize(texts, max_length, keep_unknown=keep_unknown)

    def tokenize(
        self, texts: Sequence[str], max_length: int | None = None, *, keep_unknown: bool = False
    ) -> tuple[Ids, Offsets]:
        """The same, of what is known to be texts."""
        ids, offsets = self._tokenize(texts)
        if max_length is not None:
            ids, offsets = _cut(ids, offsets, max_length)
        return (ids, offsets) if keep_unknown else _without(self.unknown_id, ids, offsets)

    def encodings(self, texts: Sequence[str]) -> list[Encoding]:
        """What ``tokenizers`` says of each text: ids, unknown ones included, and which characters each covers."""
        return list(self._backend.encode_batch(list(texts), add_special_tokens=False))

    def chunks(self, texts: Sequence[str]) -> Iterator[slice]:
        """Runs of ``texts`` of so many characters each as it is best to tokenize at once, in bounded memory."""
        ends = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts)).cumsum()
        start = 0
        while start < len(texts):
            limit = self._engine.chunk_characters + (ends[start - 1] if start else 0)
            stop = max(start + 1, int(np.searchsorted(ends, limit, side="right")))
            yield slice(start, stop)
            start = stop

    def _tokenize(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        try:
            return self._engine(texts)
        except Exception as error:  # the bindings raise a bare Exception
            readable = [without_lone_surrogates(text) for text in texts]
            if readable != list(texts):
                return self._tokenize(readable)
            raise TokenizerError(
                f"The tokenizer ({self.model_type}) cannot split these texts: {error}. "
                "Its vocabulary has no unknown token where it needs one; add it to the tokenizer.json."
            ) from error

    def normalize(self, text: str) -> str:
        """``text`` as the tokenizer's normalizer leaves it."""
        normalizer = self._backend.normalizer
        return text if normalizer is None else str(normalizer.normalize_str(without_lone_surrogates(text)))

    @property
    def vocab_size(self) -> int:
        """How many tokens there are, added ones included."""
        return int(self._backend.get_vocab_size(with_added_tokens=True))

    def has_dense_ids(self, count: int) -> bool:
        """Whether the ids are 0 to ``count - 1``, as far as can be told without listing the vocabulary."""
        last, beyond = (self._backend.id_to_token(token_id) for token_id in (count - 1, count))
        return self.vocab_size == count and last is not None and beyond is None

    @property
    def id_bound(self) -> int:
        """One more than the largest id; larger than :attr:`vocab_size` when the ids have gaps."""
        return max(self._backend.get_vocab(with_added_tokens=True).values(), default=-1) + 1

    @property
    def model_type(self) -> str:
        """``"WordPiece"``, ``"Unigram"``, ``"BPE"`` or ``"WordLevel"``."""
        return type(self._backend.model).__name__

    def to_transformers(self, max_length: int | None) -> PreTrainedTokenizerFast:
        """A ``transformers`` tokenizer of its own that tokenizes alike, for code that insists on one.

        Special tokens are named only where the tokenizer already treats them as such: naming others would change how
        it splits text.
        """
        special = {str(token.content) for token in self._special_tokens().values()}
        names: dict[str, str] = {}
        for name, token_id in (("unk_token", self.unknown_id), ("pad_token", self.padding_id)):
            token = None if token_id is None else self._backend.id_to_token(token_id)
            if token in special:
                names[name] = str(token)
        options: dict[str, Any] = dict(names) if max_length is None else {"model_max_length": max_length, **names}
        return PreTrainedTokenizerFast(tokenizer_object=self._backend, **options)  # type: ignore[no-untyped-call]

    def save(self, path: str | Path, max_length: int | None) -> None:
        """Write a ``tokenizer.json`` that cuts at ``max_length`` tokens, with no padding and no post-processor."""
        content = json.loads(self._backend.to_str())
        content["truncation"] = None
        if max_length is not None:
            content["truncation"] = {
                "direction": "Right",
                "max_length": max_length,
                "strategy": "LongestFirst",
                "stride": 0,
            }
        with open(path, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, separators=(",", ":"))

    def _special_tokens(self) -> dict[int, AddedToken]:
        added = self._backend.get_added_tokens_decoder()
        return {token_id: token for token_id, token in sorted(added.items()) if token.special}

    def _find_padding_id(self) -> int:
        if self._pad_token is not None and (token_id := self._backend.token_to_id(self._pad_token)) is not None:
            return int(token_id)
        special = self._special_tokens()
        for token_id, token in special.items():
            if "pad" in token.content.lower():
                return token_id
        if self.unknown_id is not None and self.unknown_id in special:
            return self.unknown_id
        return next(iter(special), 0)


def padded(ids: Ids, offsets: Offsets, padding_id: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Flat ids in rows of equal length, at least 1, filled up with ``padding_id``; and which of them are tokens."""
    lengths = np.diff(offsets)
    mask = np.arange(int(lengths.max(initial=1))) < lengths[:, None]
    rows = np.full(mask.shape, padding_id, dtype=np.int64)
    rows[mask] = ids
    return rows, mask


def check_texts(texts: Sequence[object]) -> None:
    """Make sure that every text is a ``str``.

    Raises:
        InputError: If one is not; the message names its position.
    """
    if set(map(type, texts)) <= {str}:
        return
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            hint = "Pass a list of texts." if isinstance(text, Iterable) and not isinstance(text, bytes) else ""
            raise InputError(
                f"Every input must be a str, but input {position} is {type(text).__name__}: {text!r:.80}. "
                f"{hint or 'Convert it to text first; leave missing values out, or replace them with an empty text.'}"
            )


def _cut(ids: Ids, offsets: Offsets, max_length: int) -> tuple[Ids, Offsets]:
    """The first ``max_length`` tokens of each text."""
    if len(ids) <= max_length:
        return ids, offsets
    lengths = np.diff(offsets)
    if lengths.max() <= max_length:
        return ids, offsets
    kept = np.minimum(lengths, max_length)
    new = np.concatenate([[0], np.cumsum(kept)])
    return ids[np.arange(new[-1]) + np.repeat(offsets[:-1] - new[:-1], kept)], new


def _without(token_id: int | None, ids: Ids, offsets: Offsets) -> tuple[Ids, Offsets]:
    """All tokens but those of that id."""
    places = np.flatnonzero(ids == token_id) if token_id is not None else ()
    if not len(places):
        return ids, offsets
    return np.delete(ids, places), offsets - np.searchsorted(places, offsets)


def without_lone_surrogates(text: str) -> str:
    """``text`` with each lone surrogate, which has no UTF-8 form, replaced by ``?``."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", errors="replace").decode("utf-8")
    return text


def _unknown_id(tokenizer: Tokenizer) -> int | None:
    model = tokenizer.model
    if hasattr(model, "unk_token"):
        return None if model.unk_token is None else tokenizer.token_to_id(model.unk_token)
    match = _UNIGRAM_UNKNOWN_ID.search(tokenizer.to_str())
    return int(match.group(1)) if match else None
