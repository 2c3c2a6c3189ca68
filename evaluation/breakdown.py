"""Where the time of `encode` goes, function by function."""

from __future__ import annotations

import cProfile
import pstats
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark.plots import Theme, draw_picture

_ROUNDS = 20
_SHOWN = 9


def breakdown(model: StaticSentenceTransformer, texts: Sequence[str]) -> dict[str, float]:
    """Milliseconds that each function takes itself, by name, in one call of ``encode``; the rest under "others"."""
    model.encode(list(texts))
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(_ROUNDS):
        model.encode(list(texts))
    profile.disable()
    seconds: dict[str, float] = {}
    for (file, _, function), (_, _, itself, *_) in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        seconds[_name(file, function)] = seconds.get(_name(file, function), 0.0) + itself
    ordered = sorted(seconds.items(), key=lambda item: -item[1])
    parts = dict(ordered[:_SHOWN]) | {"others": sum(value for _, value in ordered[_SHOWN:])}
    return {name: round(1000 * value / _ROUNDS, 2) for name, value in parts.items()}


def draw_breakdown(parts: dict[str, float], folder: Path) -> list[Path]:
    """A bar for each part, the longest first; light and dark, as SVG and PNG."""

    def draw(axes: Any, theme: Theme) -> None:
        names = list(parts)[::-1]
        axes.barh(names, [parts[name] for name in names], color=theme.groups["static"], height=0.7)
        for row, name in enumerate(names):
            axes.annotate(f" {parts[name]:.1f}", (parts[name], row), va="center", fontsize=9)
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.12)
        axes.set_xlabel("milliseconds, each without what it calls")
        axes.set_title("Where the time of one call of encode goes", loc="left")

    return draw_picture(draw, folder, "breakdown", size=(8.0, 3.8))


def _name(file: str, function: str) -> str:
    """``tokens/text_tokenizer.py: tokenize``, ``torch.div``, ``nanotoken: encode_batch``."""
    if file != "~":
        return f"{'/'.join(Path(file).parts[-2:])}: {function}"
    if method := re.search(r"'(\w+)' of '(\w+)[.\w]*' objects", function):
        return f"{method.group(2)}: {method.group(1)}"
    return function.removeprefix("<").removesuffix(">").replace("built-in method ", "")
