"""VaderMovie: snippets of film reviews, liked or not, out of the data that VADER was evaluated on."""

from __future__ import annotations

from evaluation.data.errors import SourceError
from evaluation.data.sampling import shuffled
from evaluation.data.task import Columns, Task

CLEAR = 1.0
"""Snippets nearer to neutral than this are left out; the scale goes from -4 to 4."""

TEST, TRAIN = 2000, 4000
SEED = 0


def vader_movie(ground_truth: str) -> Task:
    """Snippets whose mean valence is at least 1 either way; label 1 if it is positive, 0 if negative.

    Args:
        ground_truth: ``movieReviewSnippets_GroundTruth.txt``: number, mean valence and snippet, tab between.

    Raises:
        SourceError: If a line has other fields.
    """
    rows = shuffled(clear_snippets(ground_truth), SEED)
    return Task("VaderMovie", {"test": _columns(rows[:TEST]), "train": _columns(rows[TEST : TEST + TRAIN])})


def clear_snippets(ground_truth: str, name: str = "movieReviewSnippets") -> list[tuple[str, int]]:
    """Text and label of each snippet whose mean valence is at least 1 either way.

    Raises:
        SourceError: If a line has other fields.
    """
    rows = []
    for line in filter(None, (line.rstrip("\r") for line in ground_truth.split("\n"))):
        try:
            _, number, text = line.split("\t")
            valence = float(number)
        except ValueError as error:
            raise SourceError(
                f"{name}_GroundTruth.txt has the line {line!r}; expected number, valence and text."
            ) from error
        if abs(valence) >= CLEAR:
            rows.append((text, int(valence > 0)))
    if not rows:
        raise SourceError(f"{name}_GroundTruth.txt holds no snippet with a clear valence.")
    return rows


def _columns(rows: list[tuple[str, int]]) -> Columns:
    return {"text": [text for text, _ in rows], "label": [label for _, label in rows]}
