"""A folder of evaluation data: one folder a task, named like the task, with parquet files inside.

====================  ================  ==================================================================
task type             file              columns
====================  ================  ==================================================================
STS                   test              ``sentence1``, ``sentence2`` (text), ``score`` (number)
Classification        train, test       ``text``, ``label`` (text or integer)
MultilabelClassif.    train, test       ``text``, ``label`` (list of texts)
Clustering            test              ``sentences`` (text), ``labels`` (text or integer)
Retrieval, Reranking  corpus, queries   ``id``, ``text``
Retrieval, Reranking  qrels             ``query_id``, ``doc_id``, ``score`` (integer, 1 and more: relevant)
Reranking             top_ranked        ``query_id``, ``doc_ids`` (list of ids: the documents to order)
====================  ================  ==================================================================

Further columns are allowed and ignored.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sentence_transformers_static.errors import EvaluationDataError
from sentence_transformers_static.extras import require

DATA_VARIABLE = "ST_STATIC_EVALUATION_DATA"
"""The environment variable that names the folder when no option does."""

Columns = dict[str, list[Any]]


def data_folder(folder: str | Path | None = None) -> Path:
    """The folder of evaluation data: ``folder``, else what the environment variable names.

    Raises:
        EvaluationDataError: If neither names a folder that exists.
    """
    named = folder or os.environ.get(DATA_VARIABLE)
    if not named:
        raise EvaluationDataError(
            "These tasks read their texts from a folder of parquet files, and none was named. Name it with --data (or "
            f"data=...), or set {DATA_VARIABLE}; evaluation/README.md of the source says how to build one."
        )
    if not Path(named).is_dir():
        raise EvaluationDataError(f"There is no folder {named}; expected a folder with one folder of parquet per task.")
    return Path(named)


def read_columns(file: Path, columns: tuple[str, ...]) -> Columns:
    """Read ``columns`` of a parquet ``file``.

    Raises:
        EvaluationDataError: If the file is missing, unreadable or empty, or lacks a column or a value.
    """
    parquet = require("pyarrow.parquet", "Reading evaluation data")
    expected = f"expected a parquet file with the columns {', '.join(columns)}"
    if not file.is_file():
        raise EvaluationDataError(f"{file} is missing; {expected}.")
    try:
        table = parquet.read_table(file)
    except (OSError, ValueError) as error:
        raise EvaluationDataError(f"{file} cannot be read: {error}; {expected}.") from error
    missing = [column for column in columns if column not in table.column_names]
    if missing:
        raise EvaluationDataError(f"{file} has no column {missing[0]!r}, only {table.column_names}; {expected}.")
    if not len(table):
        raise EvaluationDataError(f"{file} has no rows; {expected}.")
    for column in columns:
        if table.column(column).null_count:
            raise EvaluationDataError(f"{file}, column {column!r}, has missing values; fill or remove those rows.")
    return {column: table.column(column).to_pylist() for column in columns}


def content_revision(tables: dict[str, Columns]) -> str:
    """40 hexadecimal digits that depend on the rows alone, not on how parquet stores them."""
    text = json.dumps(tables, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
