"""What is code and what is text in Markdown, by CommonMark's rules for fences (https://spec.commonmark.org, 4.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_OPENING = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")


def lines_outside_code(text: str) -> Iterator[tuple[str, bool]]:
    """Each line with its end, and whether it is outside fenced code; a fence itself counts as code."""
    fence = ""
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if fence:
            yield line, False
            closing = bare.strip()
            if len(bare) - len(bare.lstrip(" ")) <= 3 and closing.startswith(fence) and not closing.strip(fence[0]):
                fence = ""
            continue
        opening = _OPENING.match(bare)
        fence = opening.group(1) if opening else ""
        yield line, not fence


def tidy(text: str) -> str:
    """``text`` with one empty line where there were more, except in fenced code."""
    kept: list[str] = []
    for line, outside in lines_outside_code(text):
        repeated = outside and not line.strip() and bool(kept) and not kept[-1].strip()
        if not repeated:
            kept.append(line)
    return "".join(kept)
