"""splintr: Unigram and BPE."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from sentence_transformers_static.tokens.backends.protocol import Backend, Ids, Offsets

_RARE = "\u0bf9\u1b5c\u2ddf\u4e02\ua6e5\U0001030f\U00016fe0\U0001d7cb\U0001f9ff\U00020021"
"""Characters of which most vocabularies lack one."""


class SplintrBackend:
    """See :class:`Backend`.

    Of a Unigram, it differs from the reference where the unknown token is one of the pieces, such as a full stop, which
    is mended here; and it knows less of added tokens: texts in which one may stand go to the reference.
    """

    name = "splintr"
    is_fork_safe = False
    chunk_characters = 1 << 23

    def __init__(self, serialized: str, reference: Backend) -> None:
        """Read the text of a ``tokenizer.json``.

        Raises:
            ValueError: If it holds what the library does not know.
        """
        import splintr

        self._tokenizer = splintr.from_json_bytes(serialized.encode())
        self._reference = reference
        content = json.loads(serialized)
        self._unknown_id: int | None = content["model"].get("unk_id")
        added = {token["id"]: token["content"] for token in content["added_tokens"]}
        self._fuses = self._unknown_id is not None and self._unknown_id not in added
        self._taken_for_unknown = self._find_taken_for_unknown() if self._fuses else None
        self._for_reference = _any_of(added.values()) if content["model"]["type"] == "Unigram" else None

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        """See :class:`Backend`."""
        search = self._for_reference.search if self._for_reference else lambda text: None
        hard = [i for i, text in enumerate(texts) if search(text)]
        if not hard:
            return self._encode(texts)
        easy = np.delete(np.arange(len(texts)), hard).tolist()
        parts = ((easy, self._encode), (hard, self._reference))
        return _interleaved(len(texts), [(some, tokenize([texts[i] for i in some])) for some, tokenize in parts])

    def _encode(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        id_bytes, offset_bytes = self._tokenizer.encode_batch_flat(list(texts))
        ids = np.frombuffer(id_bytes, dtype=np.int32).copy()  # to be written to, as torch expects
        offsets = np.frombuffer(offset_bytes, dtype=np.int64)
        if not self._fuses:
            return ids, offsets
        if self._taken_for_unknown is not None:
            ids = np.where(ids == self._taken_for_unknown, np.int32(self._unknown_id or 0), ids)
        return _fused(ids, offsets, self._unknown_id)

    def _find_taken_for_unknown(self) -> int | None:
        """The id that splintr gives what the reference says is unknown, if it is another one."""
        for character in _RARE:
            expected, _ = self._reference([character])
            given = np.frombuffer(self._tokenizer.encode_batch_flat([character])[0], dtype=np.int32)
            if len(given) == len(expected) and expected[-1:] == self._unknown_id and given[-1] != self._unknown_id:
                return int(given[-1])
        return None


def _any_of(tokens: Iterable[str]) -> re.Pattern[str] | None:
    """Finds any of these tokens, also where the letter it begins with is written as a compatibility character."""
    alternatives = []
    for token in sorted(tokens):
        variants = [one for one in _compatibility_characters() if unicodedata.normalize("NFKC", one) == token[0]]
        alternatives += [re.escape(token), *map(re.escape, variants)]
    return re.compile("|".join(alternatives)) if alternatives else None


@cache
def _compatibility_characters() -> tuple[str, ...]:
    return tuple(chr(code) for code in range(0x110000) if unicodedata.decomposition(chr(code)).startswith("<"))


def _fused(ids: Ids, offsets: Offsets, unknown_id: int | None) -> tuple[Ids, Offsets]:
    """Each run of unknown tokens within a text as one, as the reference gives it."""
    unknown = ids == unknown_id
    repeated = np.zeros(len(ids), dtype=bool)
    repeated[1:] = unknown[1:] & unknown[:-1]
    starts = offsets[:-1]
    repeated[starts[starts < len(ids)]] = False
    if not repeated.any():
        return ids, offsets
    kept = np.concatenate([[0], np.cumsum(~repeated)])
    return ids[~repeated], kept[offsets]


def _interleaved(count: int, parts: Sequence[tuple[list[int], tuple[Ids, Offsets]]]) -> tuple[Ids, Offsets]:
    """The tokens of ``count`` texts, given in parts: the positions of some texts, and their tokens."""
    lengths = np.zeros(count, dtype=np.int64)
    for positions, (_, offsets) in parts:
        lengths[positions] = np.diff(offsets)
    all_offsets = np.concatenate([[0], np.cumsum(lengths)])
    all_ids = np.empty(int(all_offsets[-1]), dtype=np.int32)
    for positions, (ids, offsets) in parts:
        starts: npt.NDArray[Any] = all_offsets[positions]
        shift = np.repeat(starts - offsets[:-1], np.diff(offsets))
        all_ids[np.arange(len(ids)) + shift] = ids
    return all_ids, all_offsets
