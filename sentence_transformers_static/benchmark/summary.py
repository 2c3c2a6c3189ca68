"""From results to a table: scores by task, averages by type as MTEB takes them, and what a student retains."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean

from mteb.abstasks import AbsTask
from mteb.results import ModelResult

MEAN_TASK = "Mean (Task)"
MEAN_TASK_TYPE = "Mean (TaskType)"


@dataclass(frozen=True)
class TaskScore:
    """The main score of one task, between 0 and 1 (correlations: -1 and 1)."""

    task: str
    type: str
    metric: str
    score: float


@dataclass(frozen=True)
class Summary:
    """The scores of one model.

    Attributes:
        scores: One for each task that has a result, in the order of the tasks.
        missing: Name -> type of the tasks that have none.
    """

    scores: tuple[TaskScore, ...]
    missing: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_task(self) -> dict[str, float]:
        """Task name -> score."""
        return {score.task: score.score for score in self.scores}

    @property
    def by_type(self) -> dict[str, float]:
        """Task type -> mean of its tasks' scores, in the order of the tasks; without types that miss a task."""
        scores = defaultdict(list)
        for score in self.scores:
            if score.type not in self.missing.values():
                scores[score.type].append(score.score)
        return {type_: mean(values) for type_, values in scores.items()}

    @property
    def averages(self) -> dict[str, float]:
        """MTEB's two averages, over tasks and over types; empty when a task is missing, as in MTEB."""
        if self.missing or not self.scores:
            return {}
        return {MEAN_TASK: mean(self.by_task.values()), MEAN_TASK_TYPE: mean(self.by_type.values())}


def summarize(result: ModelResult, tasks: Sequence[AbsTask]) -> Summary:
    """Main scores of ``result``, in the order of ``tasks``; a task of several subsets counts by their mean.

    They are rounded to the six digits of MTEB's files, so that a result that was just computed and one that was read
    are the same number.
    """
    found = {one.task_name: round(float(one.get_score()), 6) for one in result.task_results}
    scores = tuple(
        TaskScore(
            task=task.metadata.name,
            type=task.metadata.type,
            metric=task.metadata.main_score,
            score=found[task.metadata.name],
        )
        for task in tasks
        if task.metadata.name in found
    )
    return Summary(
        scores, {task.metadata.name: task.metadata.type for task in tasks if task.metadata.name not in found}
    )


def retention_by_type(student: Summary, teacher: Summary) -> dict[str, float]:
    """Task type -> ratio of the two means, for types of which both models have all tasks."""
    shares = {type_: retention(score, teacher.by_type.get(type_)) for type_, score in student.by_type.items()}
    return {type_: share for type_, share in shares.items() if share is not None}


def retention(student: float | None, teacher: float | None) -> float | None:
    """What the student retains of the teacher's score: their ratio; ``None`` without both, or for a teacher at 0."""
    return student / teacher if student is not None and teacher else None
