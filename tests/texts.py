"""Texts to test on: real English out of installed packages, and the ones that break things."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import sklearn

UNKNOWN = "ꙮ"
"""A letter (multiocular O) that no vocabulary here knows, and that no normalizer here removes."""

HARD = {
    "empty": "",
    "whitespace": "  \t\n ",
    "only unknown tokens": "ꙮ ꙮꙮ",
    "one unknown among known": "hello ꙮ world",
    "private use": "\ue000\ue001 \ue002",
    "900 tokens": "river " * 900,
    "control characters": "a\x00b\x07c\x1b[0m d\u200be\ufeff",
    "emoji": "😀👩‍👩‍👧 🇩🇪 hello 👍🏽",
    "CJK": "漢字とかなと 한국어 混在 text",
    "right to left": "שלום עולם مرحبا",
    "combining marks": "e\u0301a\u0328\u0301 Zalgo\u0337\u0321",
    "100 kB without a space": "abcdefghij" * 10_000,
    "special tokens written out": "[CLS] hello [SEP] [MASK] <s> </s> <|endoftext|>",
    "Windows line ends": "first line\r\nsecond line\r\n",
}


def real(count: int) -> list[str]:
    """``count`` docstrings of scikit-learn, from one line to several pages, always the same."""
    unique = _docstrings()
    assert len(unique) >= count, f"only {len(unique)} docstrings are installed"
    step = len(unique) / count
    return [unique[int(position * step)] for position in range(count)]


@cache
def _docstrings() -> list[str]:
    docstrings: dict[str, None] = {}
    for path in sorted(Path(sklearn.__file__).parent.rglob("*.py")):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and (doc := ast.get_docstring(node)):
                docstrings[doc] = None
    return list(docstrings)
