"""Tasks by name, and the nearest names where there is none."""

from __future__ import annotations

from pathlib import Path

import mteb
import pytest

from sentence_transformers_static.benchmark import select_tasks
from sentence_transformers_static.benchmark.data import DATA_VARIABLE
from sentence_transformers_static.errors import EvaluationDataError, OptionError, UnknownTaskError


def names(tasks: list[mteb.AbsTask]) -> list[str]:
    return [task.metadata.name for task in tasks]


def test_our_benchmarks(data: Path) -> None:
    assert len(select_tasks("offline", data=data)) == 8
    assert {task.metadata.type for task in select_tasks("words", data=data)} == {"STS"}
    assert all(name.startswith("Pearl") for name in names(select_tasks("phrases")))


def test_benchmarks_of_mteb() -> None:
    """All of its tasks, under its name and under its aliases; nothing is downloaded."""
    known = mteb.get_benchmark("MTEB(eng, v2)")
    assert names(select_tasks("MTEB(eng, v2)")) == [task.metadata.name for task in known]
    (alias, *_) = next(benchmark.aliases for benchmark in mteb.get_benchmarks() if benchmark.aliases)
    assert names(select_tasks(alias)) == [task.metadata.name for task in mteb.get_benchmark(alias)]


def test_tasks_of_all_kinds_in_the_order_given(data: Path) -> None:
    wanted = ["STS12", "WordSim353", "PearlBIRD", "Banking77Classification"]
    assert names(select_tasks(tasks=[*wanted, "STS12"], data=data)) == wanted, "each once"


def test_tasks_of_mteb_need_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DATA_VARIABLE, raising=False)
    assert names(select_tasks(tasks=["STS12"])) == ["STS12"]
    with pytest.raises(EvaluationDataError, match="--data"):
        select_tasks(tasks=["WordSim353"])


@pytest.mark.parametrize(
    ("options", "near"),
    [
        ({"benchmark": "MTEB(eng v2)"}, "MTEB(eng, v2)"),
        ({"benchmark": "Offline"}, "offline"),
        ({"tasks": ["debiansection"]}, "DebianSection"),
        ({"tasks": ["Banking77"]}, "Banking77Classification"),
    ],
)
def test_unknown_names_are_answered_with_near_ones(options: dict[str, object], near: str, data: Path) -> None:
    with pytest.raises(UnknownTaskError) as caught:
        select_tasks(**options, data=data)  # type: ignore[arg-type]
    assert near in str(caught.value).split("Nearest names:")[1]


def test_nothing_near() -> None:
    with pytest.raises(UnknownTaskError, match="No name is near"):
        select_tasks(tasks=["qqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"])


@pytest.mark.parametrize("options", [{}, {"benchmark": "offline", "tasks": ["STS12"]}])
def test_either_a_benchmark_or_tasks(options: dict[str, object]) -> None:
    with pytest.raises(OptionError, match="either a benchmark or tasks"):
        select_tasks(**options)  # type: ignore[arg-type]
