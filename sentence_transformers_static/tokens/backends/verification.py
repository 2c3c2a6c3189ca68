"""Whether a tokenizer library gives the same ids as the reference: tried, not believed."""

from __future__ import annotations

import json
import random
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from sentence_transformers_static.tokens.backends.protocol import Backend

_LANGUAGES = (
    "The quick brown fox can't jump over 13 lazy dogs; it's 3.14 o'clock, isn't it?",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. STRASSE Straße ẞ",
    "Dès Noël, où un zéphyr haï me vêt de glaçons würmiens — « je dîne » d’exquis rôtis.",
    "İstanbul'da IĞDIR'lı ışık; dotless ı, dotted İ. Ελληνικά: ὁ ΣΊΣΥΦΟΣ σίσυφος.",
    "Съешь ещё этих мягких французских булок, да выпей чаю. Їжак, ґанок, ы̄",
    "素早い茶色の狐。カタカナ　ひらがな、ｶﾞ ㍿ ①。中文也要正確分詞，繁體字。",
    "다람쥐 헌 쳇바퀴에 타고파 각 한글 자모 ᄒ ㅎ",
    "ต้นไม้ใหญ่ ภาษาไทย ไม่มีวรรค ລາວ ខ្មែរ မြန်မာ",
    "नमस्ते दुनिया क्षेत्र, தமிழ் மொழி, తెలుగు, বাংলা, ગુજરાતી",
    "السَّلَامُ عَلَيْكُمْ ـــ ١٢٣ שָׁלוֹם עוֹלָם فارسی می‌خواهم",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇩🇪🇫🇷 ☃︎ ☃️ ©™ ½ ² ﬁ ﬀ Å Å é é",
    "def f(x: int) -> str:\n\treturn f'{x!r}' + \"\\n\"  # TODO\r\n    if a>=b&&c||!d: <html></html>",
    "https://example.org/a_b-c?q=1&r=%20#x me@example.com C:\\dir /usr/bin 1,000.50$ 50% #tag @user",
    "a\u00a0b\u2003c\u3000d\u200be\u200cf\u200dg\ufeffh\u00adi\u2028j\u2029k\x0bl\x0cm\x85n\x1fo\x00p\x7fq",
    "e\u0301\u0323 a\u0308\u0304 q\u0307\u0323 \u0301alone \u093f \ufdfa \ufffd \U000e0041",
    "  two  leading,   three inner,\ttab\n\n\nnewlines \r\n ends   ",
    "ALLCAPS camelCase snake_case kebab-case x2y3 1a2b 007 ∑∫√ ≤≥ → ⇒ αβγ 𝕏𝖞𝒛 Ⅻ",
)
_FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
_PIECES = 2000
_CODE_POINTS_PER_TEXT = 64


def first_difference(backend: Backend, reference: Backend, serialized: str) -> str | None:
    """The first text that the two tokenize differently, or None if there is none.

    Tried are texts in many scripts, every added token in several surroundings, random pieces of the vocabulary, very
    long words, and every assigned code point alone, inside a word, and at its end.

    Args:
        backend: The library in question.
        reference: What it must equal.
        serialized: The ``tokenizer.json`` of both.
    """
    for texts in _probes(serialized):
        if not _equal(backend, reference, texts):
            return next((text for text in texts if not _equal(backend, reference, [text])), "a batch of them all")
    return None


def ordinary_texts() -> list[str]:
    """Some thousand texts, most of them English, to see how fast a library is."""
    return [f"{position} {text}" for position in range(300) for text in (*_LANGUAGES[:1] * 12, *_LANGUAGES)]


def _probes(serialized: str) -> Iterator[list[str]]:
    """Lists of texts, the quickest first."""
    content = json.loads(serialized)
    yield ["", " ", *_LANGUAGES, *(text.upper() for text in _LANGUAGES), *(text[::-1] for text in _LANGUAGES)]
    yield ["x" * 99, "x" * 101, "word " * 3000, "long" * 3000, "\n" * 300, " " * 3000, "".join(_LANGUAGES) * 20]
    yield list(_around_added_tokens([token["content"] for token in content["added_tokens"]]))
    yield list(_of_pieces(content["model"]["vocab"]))
    yield list(_code_point_texts())


def _around_added_tokens(tokens: list[str]) -> Iterator[str]:
    for token in tokens[:_PIECES]:
        yield from (
            token,
            f"a{token}b",
            f" {token} ",
            f"a {token}. b",
            token + token,
            f"{token} {token}",
            token.upper(),
        )
        yield from (token.lower(), token[:-1], f"{token}{tokens[0]}{token}\n{token}", f"\u00e9{token}\u4e2d")
        yield from (token.translate(_FULL_WIDTH), f"x {token[:1].translate(_FULL_WIDTH)}{token[1:]} y")


def _of_pieces(vocabulary: dict[str, int] | list[list[object]]) -> Iterator[str]:
    pieces = [str(entry[0]) for entry in vocabulary] if isinstance(vocabulary, list) else list(vocabulary)
    drawn = random.Random(0)  # the same probes each time, not secrets
    for _ in range(_PIECES):
        chosen = [drawn.choice(pieces).replace("\u2581", " ").replace("\u0120", " ") for _ in range(4)]
        yield chosen[0] + chosen[1] + " " + chosen[2].removeprefix("##") + "".join(chosen[1:])


@cache
def _code_point_texts() -> tuple[str, ...]:
    """Every assigned code point, a few dozen to a text."""
    assigned = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) not in ("Cn", "Co", "Cs")]
    groups = range(0, len(assigned), _CODE_POINTS_PER_TEXT)
    return tuple(
        " ".join(f"{one} a{one}b{one}" for one in assigned[start : start + _CODE_POINTS_PER_TEXT]) for start in groups
    )


def _equal(backend: Backend, reference: Backend, texts: Sequence[str]) -> bool:
    ids, offsets = backend(texts)
    expected_ids, expected_offsets = reference(texts)
    return np.array_equal(offsets, expected_offsets) and np.array_equal(ids, expected_ids)
