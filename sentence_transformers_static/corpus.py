"""A corpus, in whatever form it comes, as a stream of texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.text_files import read_texts

Corpus: TypeAlias = "Iterable[str] | str | Path | Any"
"""An iterable of texts, a file (.txt, .jsonl, .csv, .parquet), or a ``datasets.Dataset`` or ``IterableDataset``."""

_ROWS = 1000
"""Rows that are taken out of a dataset at once."""


def stream_texts(corpus: Corpus, column: str = "text") -> Iterator[str]:
    """The texts of ``corpus`` that are not blank, one after the other; no more than a few are held at a time.

    Args:
        corpus: See :data:`Corpus`. A generator is used up.
        column: Which column of a file or a dataset holds the text.

    Raises:
        OptionError: If a file is missing or of an unknown kind, or there is no such column.
        InputError: If ``corpus`` is none of these, or a text is not a ``str``; the message names its position.
    """
    if isinstance(corpus, (str, Path)):
        return (text for text in read_texts(Path(corpus), column) if text.strip())
    if hasattr(corpus, "column_names"):
        corpus = _of_dataset(corpus, column)
    elif isinstance(corpus, (bytes, Mapping)) or not isinstance(corpus, Iterable):
        raise InputError(
            f"A corpus must be an iterable of texts, a file, or a datasets.Dataset; got {type(corpus).__name__}."
        )
    return _checked(corpus)


def _of_dataset(dataset: Any, column: str) -> Iterator[Any]:
    columns = dataset.column_names
    if isinstance(columns, Mapping):
        raise OptionError(
            f"Pass one split of the dataset as corpus, such as dataset[{next(iter(columns), 'train')!r}]."
        )
    if columns is not None and column not in columns:
        found = ", ".join(map(repr, columns))
        raise OptionError(
            f"The dataset has no column {column!r}; it has {found}. Name the one that holds text: text_column."
        )
    for rows in dataset.iter(batch_size=_ROWS):
        if column not in rows:
            raise OptionError(f"The dataset has no column {column!r}; it has {', '.join(map(repr, rows))}.")
        yield from rows[column]


def _checked(texts: Iterable[Any]) -> Iterator[str]:
    for position, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(
                f"Text {position} of the corpus is {type(text).__name__} ({text!r:.60}); expected a str. "
                "Leave such rows out, or convert them."
            )
        if text.strip():
            yield text
