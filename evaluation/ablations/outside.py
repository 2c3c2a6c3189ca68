"""Six tasks outside the offline suite: nothing was tuned on them, so they check what was."""

from __future__ import annotations

from pathlib import Path

from sentence_transformers_static.benchmark.offline import english
from sentence_transformers_static.benchmark.parquet import (
    ParquetClassification,
    ParquetRetrieval,
    ParquetSTS,
    ParquetTask,
)

_WORDNET = "https://wordnet.princeton.edu/license-and-commercial-use"


class SimLex999(ParquetSTS):
    """999 pairs of words, rated from 0 to 10 by their similarity, not their relatedness (Hill et al., 2015)."""

    max_score = 10
    metadata = english("SimLex999", "STS", "cosine_spearman", "Pairs of words (Hill et al., 2015).", "not specified")


class VaderTweets(ParquetClassification):
    """Tweets, positive or negative (Hutto and Gilbert, 2014)."""

    metadata = english("VaderTweets", "Classification", "accuracy", "Tweets (Hutto and Gilbert, 2014).", "mit")


class VaderAmazon(ParquetClassification):
    """Sentences of product reviews, positive or negative (Hutto and Gilbert, 2014)."""

    metadata = english("VaderAmazon", "Classification", "accuracy", "Reviews (Hutto and Gilbert, 2014).", "mit")


class VaderEditorials(ParquetClassification):
    """Sentences of newspapers' opinion pages, positive or negative (Hutto and Gilbert, 2014)."""

    metadata = english("VaderEditorials", "Classification", "accuracy", "Opinions (Hutto and Gilbert, 2014).", "mit")


class WordNetVerbs(ParquetClassification):
    """Definitions of WordNet verbs; the label is the lexicographer file (15 of them)."""

    metadata = english("WordNetVerbs", "Classification", "accuracy", "Definitions of verbs.", _WORDNET)


class WordNetDefinitions(ParquetRetrieval):
    """From a noun to its definition in WordNet, among 5,000."""

    metadata = english("WordNetDefinitions", "Retrieval", "ndcg_at_10", "Definitions of nouns.", _WORDNET)


OUTSIDE_TASKS: tuple[type[ParquetTask], ...] = (
    SimLex999,
    VaderTweets,
    VaderAmazon,
    VaderEditorials,
    WordNetVerbs,
    WordNetDefinitions,
)


def outside_tasks(data: str | Path) -> list[ParquetTask]:
    """The six tasks, of a folder that ``python -m evaluation build-outside-data`` made."""
    return [task(data) for task in OUTSIDE_TASKS]
