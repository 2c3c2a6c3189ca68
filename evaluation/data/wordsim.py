"""WordSim353: pairs of words with the similarity that people gave them, out of gensim's test data."""

from __future__ import annotations

from evaluation.data.errors import SourceError
from evaluation.data.task import Task


def wordsim353(tsv: str) -> Task:
    """All pairs in the order of the file: two words and the mean of the judgements, 0 to 10.

    Args:
        tsv: ``wordsim353.tsv``; lines that begin with ``#`` are comments.

    Raises:
        SourceError: If a line is not two words and a number.
    """
    return word_pairs(tsv, "WordSim353", "wordsim353.tsv")


def word_pairs(tsv: str, task: str, file: str) -> Task:
    """As :func:`wordsim353`, of another set of pairs."""
    rows = []
    for line in tsv.split("\n"):
        if not line or line.startswith("#"):
            continue
        try:
            first, second, score = line.rstrip("\r").split("\t")
            rows.append((first, second, float(score)))
        except ValueError as error:
            raise SourceError(f"{file} has the line {line!r}; expected word, word and number.") from error
    if not rows:
        raise SourceError(f"{file} holds no pair of words.")
    first_words, second_words, scores = (list(column) for column in zip(*rows, strict=True))
    return Task(task, {"test": {"sentence1": first_words, "sentence2": second_words, "score": scores}})
