"""Texts from a file."""

from __future__ import annotations

from pathlib import Path


def read_texts(path: Path, count: int) -> list[str]:
    """``count`` texts, evenly spaced, of a ``.parquet`` file's column ``text``, or of the lines of any other file."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        texts = pq.read_table(path, columns=["text"]).column("text").to_pylist()
    else:
        texts = path.read_text(encoding="utf-8").splitlines()
    step = max(1.0, len(texts) / count)
    return [texts[int(position * step)] for position in range(min(count, len(texts)))]


def runs_of_words(texts: list[str], words: int, count: int) -> list[str]:
    """``count`` texts of so many words each, cut out of ``texts`` one after the other; again from the beginning."""
    every = [word for text in texts for word in text.split()]
    starts = (position * words % max(1, len(every) - words) for position in range(count))
    return [" ".join(every[start : start + words]) for start in starts]
