"""Phrases: the PEARL benchmark (Chen et al., 2024, https://arxiv.org/abs/2401.10407), from the Hub, as MTEB tasks.

Its ninth set, AutoFJ, is left out: the Hub holds the names of its tables only, not the tables.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset, DatasetDict, load_dataset
from mteb.abstasks import AbsTaskClustering, AbsTaskRetrieval, AbsTaskSTS
from mteb.abstasks.task_metadata import TaskMetadata

from sentence_transformers_static.benchmark.offline import english
from sentence_transformers_static.benchmark.parquet import KeepsRevision
from sentence_transformers_static.benchmark.probing import AbsTaskPairProbing

PEARL = "Lihuchen/pearl_benchmark"


def _metadata(name: str, type: Any, main_score: str, description: str) -> TaskMetadata:
    metadata = english(
        name, type, main_score, f"{description} (PEARL).", "not specified", reference="https://arxiv.org/abs/2401.10407"
    )
    return metadata.model_copy(update={"dataset": {"path": PEARL, "revision": "main"}})


def _revision_of(path: str) -> str:
    """Of a folder a hash of its files, so that results for others are not taken for it; else the Hub's branch."""
    if not Path(path).is_dir():
        return "main"
    digest = hashlib.sha256()
    for file in sorted(file for file in Path(path).rglob("*") if file.is_file()):
        digest.update(file.relative_to(path).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:40]


class PearlTask(KeepsRevision):
    """A set of the PEARL benchmark.

    Args:
        path: The dataset on the Hub, or a folder with the same configurations.
        **kwargs: Those of MTEB's task.
    """

    config: ClassVar[str]
    split: ClassVar[str] = "test"

    def __init__(self, path: str = PEARL, **kwargs: Any) -> None:
        self.path = path
        dataset = {"path": path, "revision": _revision_of(path)}
        self.metadata = self.metadata.model_copy(update={"dataset": dataset})
        super().__init__(**kwargs)

    def load_data(self, num_proc: int | None = None, **kwargs: Any) -> None:
        """Load the set, from the Hub or its local cache."""
        if not self.data_loaded:
            self.dataset = self.to_dataset(self._load(self.config, self.split))
            self.data_loaded = True

    def to_dataset(self, rows: Dataset) -> Any:
        """The rows in the form that MTEB's task type expects."""
        return DatasetDict({"test": rows})

    def _load(self, config: str, split: str) -> Dataset:
        revision = None if Path(self.path).is_dir() else self.metadata.revision
        return load_dataset(self.path, config, split=split, revision=revision)


class PearlBIRD(PearlTask, AbsTaskSTS):
    """Pairs of phrases with human ratings of their relatedness."""

    config = "bird"
    max_score = 1
    metadata = _metadata("PearlBIRD", "STS", "cosine_pearson", "Pairs of phrases, rated for relatedness")

    def to_dataset(self, rows: Dataset) -> Any:
        """Columns under MTEB's names."""
        names = {"term1": "sentence1", "term2": "sentence2", "relatedness score": "score"}
        return DatasetDict({"test": rows.rename_columns(names)})


class PearlTurney(PearlTask, AbsTaskRetrieval):
    """For a phrase of two words, the word of the same meaning among five."""

    config = "turney"
    metadata = _metadata("PearlTurney", "Reranking", "accuracy", "Find the synonym of a phrase among five words")

    def to_dataset(self, rows: Dataset) -> Any:
        """Each query ranks its own five candidates; the first is right."""
        corpus, ranked, relevant = [], {}, {}
        for number, row in enumerate(rows):
            words = [row["label"], *(row[f"candidate_{position}"] for position in range(1, 5))]
            ids = [f"{number}-{position}" for position in range(len(words))]
            corpus += [{"id": id_, "text": word, "title": ""} for id_, word in zip(ids, words, strict=True)]
            ranked[str(number)], relevant[str(number)] = ids, {ids[0]: 1}
        queries = [{"id": str(number), "text": query} for number, query in enumerate(rows["query"])]
        return _retrieval(corpus, queries, relevant, ranked)


class _PearlLinking(PearlTask, AbsTaskRetrieval):
    """The entity of a knowledge base that a mention stands for."""

    def to_dataset(self, rows: Dataset) -> Any:
        """The knowledge base is the corpus. A label that is not in it cannot be found, and counts as missed."""
        names = dict.fromkeys(name for name in self._load("kb", self.config)["entity_name"] if name is not None)
        ids = {name: str(number) for number, name in enumerate(names)}
        corpus = [{"id": id_, "text": name, "title": ""} for name, id_ in ids.items()]
        queries = [{"id": str(number), "text": query} for number, query in enumerate(rows["query"])]
        relevant = {str(number): {ids.get(label, "missing"): 1} for number, label in enumerate(rows["label"])}
        return _retrieval(corpus, queries, relevant, None)


class PearlYAGO(_PearlLinking):
    """Entities of YAGO."""

    config = "yago"
    metadata = _metadata("PearlYAGO", "Retrieval", "accuracy", "Find the entity of YAGO that a mention stands for")


class PearlUMLS(_PearlLinking):
    """Concepts of UMLS."""

    config = split = "umls"
    metadata = _metadata("PearlUMLS", "Retrieval", "accuracy", "Find the UMLS concept that a mention stands for")


class _PearlTyping(PearlTask, AbsTaskClustering):
    """Names of entities, to be clustered by type."""

    max_fraction_of_documents_to_embed = None

    def to_dataset(self, rows: Dataset) -> Any:
        """Columns under MTEB's names; a missing name reads ``NA``."""
        sentences = [entity or "NA" for entity in rows["entity"]]
        return DatasetDict({"test": Dataset.from_dict({"sentences": sentences, "labels": rows["label"]})})


class PearlCoNLL(_PearlTyping):
    """Names of persons, places and organisations."""

    config = "conll"
    metadata = _metadata("PearlCoNLL", "Clustering", "v_measure", "Cluster names of CoNLL 2003 by their type")


class PearlBC5CDR(_PearlTyping):
    """Names of chemicals and diseases."""

    config = "bc5cdr"
    metadata = _metadata("PearlBC5CDR", "Clustering", "v_measure", "Cluster chemicals and diseases by their type")


class PearlPPDB(PearlTask, AbsTaskPairProbing):
    """Pairs of phrases: paraphrases or not, by a probe on their vectors."""

    config = "ppdb"
    metadata = _metadata("PearlPPDB", "PairClassification", "accuracy", "Tell paraphrases by a probe on the vectors")

    def to_dataset(self, rows: Dataset) -> Any:
        """Columns under MTEB's names; labels 0 and 1."""
        labels = [int(label == "pos") for label in rows["label"]]
        columns = {"sentence1": rows["phrase_1"], "sentence2": rows["phrase_2"], "labels": labels}
        return DatasetDict({"test": Dataset.from_dict(columns)})


class PearlPPDBFiltered(PearlPPDB):
    """As PearlPPDB, without the pairs that share words."""

    config = "ppdb_filtered"
    metadata = _metadata(
        "PearlPPDBFiltered", "PairClassification", "accuracy", "Tell paraphrases that share no words by a probe"
    )


def _retrieval(corpus: Any, queries: Any, relevant: Any, ranked: Any) -> Any:
    split = {
        "corpus": Dataset.from_list(corpus),
        "queries": Dataset.from_list(queries),
        "relevant_docs": relevant,
        "top_ranked": ranked,
    }
    return {"default": {"test": split}}


PHRASE_TASKS: tuple[type[PearlTask], ...] = (
    PearlBIRD,
    PearlTurney,
    PearlPPDB,
    PearlPPDBFiltered,
    PearlYAGO,
    PearlUMLS,
    PearlCoNLL,
    PearlBC5CDR,
)


def phrase_tasks(path: str = PEARL) -> list[PearlTask]:
    """The tasks of the PEARL benchmark.

    Args:
        path: The dataset on the Hub, or a folder with the same configurations.
    """
    return [task(path) for task in PHRASE_TASKS]
