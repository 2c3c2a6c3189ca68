"""Word similarity: pairs of words with human ratings, the sets that Model2Vec is evaluated on.

Their authors publish them as small text files, and Model2Vec's evaluation carries those; no hub serves them. So these
tasks read the folder of evaluation data, like the offline suite: ``<task>/test.parquet`` with ``sentence1``,
``sentence2`` and ``score``. ``python -m evaluation build-words`` of the source converts the text files. A set that is
not in the folder is reported as failed when it is run, and the others go on.
"""

from __future__ import annotations

from pathlib import Path

from sentence_transformers_static.benchmark.offline import WordSim353, english
from sentence_transformers_static.benchmark.parquet import ParquetSTS


def word_similarity(name: str, description: str, max_score: int) -> type[ParquetSTS]:
    """A task for one set of word pairs, rated from 0 to ``max_score``; scored by Spearman's rho over cosines."""
    metadata = english(
        name, "STS", "cosine_spearman", description, "not specified", annotations_creators="human-annotated"
    )
    return type(name, (ParquetSTS,), {"__doc__": description, "metadata": metadata, "max_score": max_score})


WORD_TASKS: tuple[type[ParquetSTS], ...] = (
    WordSim353,
    word_similarity("WordSimRel", "The pairs of WordSim353 that are related, not similar (Agirre et al., 2009).", 10),
    word_similarity("SimLex999", "999 word pairs rated for similarity, not relatedness (Hill et al., 2015).", 10),
    word_similarity("MEN", "3,000 word pairs rated for relatedness (Bruni et al., 2014).", 50),
    word_similarity("RareWord", "2,034 pairs of rare English words (Luong et al., 2013).", 10),
    word_similarity("SimVerb3500", "3,500 pairs of verbs rated for similarity (Gerz et al., 2016).", 10),
    word_similarity("MTurk771", "771 word pairs rated for relatedness (Halawi et al., 2012).", 5),
    word_similarity("Card660", "660 pairs of rare words and phrases (Pilehvar et al., 2018).", 4),
)


def word_tasks(data: str | Path | None = None) -> list[ParquetSTS]:
    """The word similarity tasks.

    Args:
        data: The folder of evaluation data; default: the folder named by ``ST_STATIC_EVALUATION_DATA``.

    Raises:
        EvaluationDataError: If there is no such folder.
    """
    return [task(data) for task in WORD_TASKS]
