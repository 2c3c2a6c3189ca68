"""Averages as MTEB takes them, and retention."""

from __future__ import annotations

from sentence_transformers_static.benchmark.summary import (
    MEAN_TASK,
    MEAN_TASK_TYPE,
    Summary,
    TaskScore,
    retention,
    retention_by_type,
)

SCORES = (
    TaskScore("a", "STS", "cosine_spearman", 0.8),
    TaskScore("b", "Classification", "accuracy", 0.5),
    TaskScore("c", "Classification", "accuracy", 0.7),
)


def test_averages() -> None:
    summary = Summary(SCORES)
    assert summary.by_type == {"STS": 0.8, "Classification": 0.6}
    assert summary.averages[MEAN_TASK] == (0.8 + 0.5 + 0.7) / 3
    assert summary.averages[MEAN_TASK_TYPE] == (0.8 + 0.6) / 2


def test_no_average_of_a_part() -> None:
    partial = Summary(SCORES, missing={"d": "STS"})
    assert partial.averages == {}
    assert partial.by_type == {"Classification": 0.6}
    assert Summary(()).averages == {}


def test_retention_by_type_needs_the_same_tasks() -> None:
    """A teacher that failed one task of a type has no mean that could be compared."""
    teacher = Summary(SCORES[:2], missing={"c": "Classification"})
    assert retention_by_type(Summary(SCORES), teacher) == {"STS": 1.0}


def test_retention() -> None:
    assert retention(0.5, 0.8) == 0.625
    assert retention(0.5, 0.0) is None
    assert retention(0.5, None) is None
    assert retention(None, 0.8) is None
