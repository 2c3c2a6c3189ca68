"""MTEB tasks over a folder of parquet files: one class per task type; see :mod:`.data` for the columns."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, ClassVar

from datasets import Dataset, DatasetDict
from mteb.abstasks import (
    AbsTask,
    AbsTaskClassification,
    AbsTaskClustering,
    AbsTaskMultilabelClassification,
    AbsTaskRetrieval,
    AbsTaskSTS,
)

from sentence_transformers_static.benchmark.data import Columns, content_revision, data_folder, read_columns
from sentence_transformers_static.errors import EvaluationDataError

UNREADABLE = "unreadable"
"""The dataset revision of a task whose files cannot be read; running the task says why."""

_TEXT_COLUMNS = ("text", "sentences", "sentence1", "sentence2")


class KeepsRevision(AbsTask):
    """A task whose revision is found when it is made, from the rows themselves."""

    def unload_data(self) -> None:
        """Forget the rows, and keep the revision, which MTEB's own method forgets too."""
        metadata = self.metadata
        super().unload_data()
        self.metadata = metadata


class ParquetTask(KeepsRevision):
    """An MTEB task whose data are the parquet files of ``<data>/<task name>/``.

    Its dataset revision is a hash of the rows, so results that MTEB has cached for other rows are not taken for these.

    Args:
        data: The folder of evaluation data; default: the folder named by ``ST_STATIC_EVALUATION_DATA``.
        **kwargs: Those of MTEB's task.

    Raises:
        EvaluationDataError: If there is no such folder. What is wrong within it is said by :meth:`load_data`.
    """

    files: ClassVar[dict[str, tuple[str, ...]]]
    """File name without suffix -> columns."""

    def __init__(self, data: str | Path | None = None, **kwargs: Any) -> None:
        self.folder = data_folder(data) / self.metadata.name
        try:
            revision = content_revision(self._read())
        except EvaluationDataError:
            revision = UNREADABLE
        self.metadata = self.metadata.model_copy(update={"dataset": {**self.metadata.dataset, "revision": revision}})
        super().__init__(**kwargs)

    def load_data(self, num_proc: int | None = None, **kwargs: Any) -> None:
        """Read the parquet files.

        Raises:
            EvaluationDataError: If a file is missing or not as documented.
        """
        if not self.data_loaded:
            self.dataset = self.to_dataset(self._read())
            self.data_loaded = True

    def to_dataset(self, tables: dict[str, Columns]) -> Any:
        """The tables in the form that MTEB's task type expects."""
        return DatasetDict({name: Dataset.from_dict(columns) for name, columns in tables.items()})

    def texts(self) -> list[str]:
        """All texts of the task.

        Raises:
            EvaluationDataError: If a file is missing or not as documented.
        """
        tables = self._read().values()
        return [text for columns in tables for name in _TEXT_COLUMNS if name in columns for text in columns[name]]

    def _read(self) -> dict[str, Columns]:
        return {name: read_columns(self.folder / f"{name}.parquet", columns) for name, columns in self.files.items()}


class ParquetSTS(ParquetTask, AbsTaskSTS):
    """Pairs of texts with a score of how similar they are."""

    files: ClassVar = {"test": ("sentence1", "sentence2", "score")}


class ParquetClassification(ParquetTask, AbsTaskClassification):
    """Texts with one label each."""

    files: ClassVar = {"train": ("text", "label"), "test": ("text", "label")}


class ParquetMultilabelClassification(ParquetTask, AbsTaskMultilabelClassification):
    """Texts with any number of labels each."""

    files: ClassVar = {"train": ("text", "label"), "test": ("text", "label")}


class ParquetClustering(ParquetTask, AbsTaskClustering):
    """Texts with the cluster each belongs to; all of them are embedded."""

    files: ClassVar = {"test": ("sentences", "labels")}
    max_fraction_of_documents_to_embed = None


class ParquetRetrieval(ParquetTask, AbsTaskRetrieval):
    """Queries, documents, and which documents answer which query."""

    files: ClassVar = {
        "corpus": ("id", "text"),
        "queries": ("id", "text"),
        "qrels": ("query_id", "doc_id", "score"),
    }

    def to_dataset(self, tables: dict[str, Columns]) -> Any:
        """One split, ``test``, with the relevant documents of each query as a dictionary.

        Raises:
            EvaluationDataError: If an id is there twice or unknown, or no document is relevant.
        """
        ids = {name: self._ids(name, tables[name]["id"]) for name in ("corpus", "queries")}
        relevant: dict[str, dict[str, int]] = defaultdict(dict)
        for query, document, score in zip(*tables["qrels"].values(), strict=True):
            if score != int(score):
                raise EvaluationDataError(f"{self.folder}/qrels.parquet has the score {score}; expected whole numbers.")
            relevant[str(query)][str(document)] = int(score)
        if not any(score > 0 for scores in relevant.values() for score in scores.values()):
            raise EvaluationDataError(f"{self.folder}/qrels.parquet has no score of 1 or more: nothing is relevant.")
        corpus = {"id": ids["corpus"], "text": tables["corpus"]["text"], "title": [""] * len(ids["corpus"])}
        ranked = self.top_ranked_of(tables)
        unknown = {one for documents in (ranked or {}).values() for one in documents} - set(ids["corpus"])
        if unknown:
            raise EvaluationDataError(
                f"{self.folder}/top_ranked.parquet names {min(unknown)!r}; corpus.parquet does not."
            )
        split = {
            "corpus": Dataset.from_dict(corpus),
            "queries": Dataset.from_dict({"id": ids["queries"], "text": tables["queries"]["text"]}),
            "relevant_docs": dict(relevant),
            "top_ranked": ranked,
        }
        return {"default": {"test": split}}

    def _ids(self, name: str, ids: list[Any]) -> list[str]:
        texts = [str(one) for one in ids]
        if len(set(texts)) < len(texts):
            raise EvaluationDataError(f"{self.folder}/{name}.parquet has an id twice; expected each once.")
        return texts

    def top_ranked_of(self, tables: dict[str, Columns]) -> dict[str, list[str]] | None:
        """All documents are searched."""
        return None


class ParquetReranking(ParquetRetrieval):
    """As retrieval, but each query has its own short list of documents to put in order."""

    files: ClassVar = {**ParquetRetrieval.files, "top_ranked": ("query_id", "doc_ids")}

    def top_ranked_of(self, tables: dict[str, Columns]) -> dict[str, list[str]] | None:
        """Query id -> ids of its documents."""
        rows = zip(*tables["top_ranked"].values(), strict=True)
        return {str(query): [str(document) for document in documents] for query, documents in rows}
