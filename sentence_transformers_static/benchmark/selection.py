"""Tasks by name: MTEB's own, and those of this package."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

import mteb
from mteb.abstasks import AbsTask
from mteb.get_tasks import TASK_LIST

from sentence_transformers_static.benchmark.offline import OFFLINE_TASKS, offline_tasks
from sentence_transformers_static.benchmark.phrases import PHRASE_TASKS, phrase_tasks
from sentence_transformers_static.benchmark.randomness import random_state_kept
from sentence_transformers_static.benchmark.words import WORD_TASKS, word_tasks
from sentence_transformers_static.errors import OptionError, UnknownTaskError

OUR_BENCHMARKS: dict[str, Callable[[str | Path | None], Sequence[AbsTask]]] = {
    "offline": offline_tasks,
    "words": word_tasks,
    "phrases": lambda data: phrase_tasks(),
}
"""Benchmarks of this package: name -> its tasks, given the folder of evaluation data."""


def select_tasks(
    benchmark: str | None = None, tasks: Sequence[str] = (), data: str | Path | None = None
) -> list[AbsTask]:
    """The tasks of a benchmark, or the tasks of these names.

    Args:
        benchmark: ``"offline"``, ``"words"``, ``"phrases"``, or one of MTEB's, such as ``"MTEB(eng, v2)"``.
        tasks: Names of tasks, of this package or of MTEB; instead of a benchmark.
        data: The folder of evaluation data, for tasks that read one.

    Raises:
        OptionError: If both are given, or neither.
        UnknownTaskError: If there is no such benchmark or task; the message holds the nearest names.
        EvaluationDataError: If the folder of evaluation data is needed and missing.
    """
    if bool(benchmark) == bool(tasks):
        raise OptionError(f"Name either a benchmark or tasks; got benchmark={benchmark!r} and tasks={list(tasks)}.")
    with random_state_kept():
        return _benchmark(benchmark, data) if benchmark else _named(tasks, data)


def _named(tasks: Sequence[str], data: str | Path | None) -> list[AbsTask]:
    ours = {task.metadata.name: task for task in {*OFFLINE_TASKS, *WORD_TASKS}}
    phrases = {task.metadata.name: task for task in PHRASE_TASKS}
    selected: list[AbsTask] = []
    for name in dict.fromkeys(tasks):
        if name in ours:
            selected.append(ours[name](data))
        elif name in phrases:
            selected.append(phrases[name]())
        else:
            selected.append(_task_of_mteb(name, {*ours, *phrases}))
    return selected


def _benchmark(name: str, data: str | Path | None) -> list[AbsTask]:
    if name in OUR_BENCHMARKS:
        return list(OUR_BENCHMARKS[name](data))
    theirs = mteb.get_benchmarks()
    if name not in {alias for known in theirs for alias in (known.name, *(known.aliases or ()))}:
        raise UnknownTaskError(_no_such("benchmark", name, [*OUR_BENCHMARKS, *(known.name for known in theirs)]))
    return list(mteb.get_benchmark(name))


def _task_of_mteb(name: str, ours: Iterable[str]) -> AbsTask:
    try:
        return mteb.get_task(name)
    except KeyError:
        names = [*ours, *(task.metadata.name for task in TASK_LIST)]
        raise UnknownTaskError(_no_such("task", name, names)) from None


def _no_such(kind: str, name: str, names: Sequence[str]) -> str:
    spelled = {known.lower(): known for known in names}
    near = [spelled[match] for match in get_close_matches(name.lower(), spelled, n=3, cutoff=0.5)]
    hint = f"Nearest names: {', '.join(near)}." if near else "No name is near."
    return f"There is no {kind} {name!r} among the {len(spelled)} of MTEB and of this package. {hint}"
