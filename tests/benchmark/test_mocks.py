"""MTEB's own mock tasks: every task type of text, through our model."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from mteb.abstasks.task_metadata import TaskType
from mteb.mocks import MOCK_TASK_TEST_GRID

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import evaluate, summarize

TEXT_TYPES = {
    "BitextMining",
    "Classification",
    "Clustering",
    "InstructionReranking",
    "InstructionRetrieval",
    "MultilabelClassification",
    "PairClassification",
    "Regression",
    "Reranking",
    "Retrieval",
    "STS",
    "Summarization",
}


@pytest.mark.filterwarnings("ignore")  # four rows a task make scikit-learn and SciPy complain
def test_the_whole_text_grid(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    result = evaluate(minilm_256, MOCK_TASK_TEST_GRID, cache=tmp_path, show_progress_bar=False)
    assert not result.exceptions
    assert len(result.task_results) == len(MOCK_TASK_TEST_GRID)
    summary = summarize(result, MOCK_TASK_TEST_GRID)
    assert TEXT_TYPES <= set(summary.by_type) <= set(get_args(TaskType))
    assert all(-1 <= score <= 1 for score in summary.by_task.values())
