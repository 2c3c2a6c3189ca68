"""``python -m evaluation page``: evaluation/README.md and its pictures, from the committed result files alone."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean
from typing import Annotated, Any

import typer
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from mteb.cache import ResultCache

from evaluation.plot import draw
from evaluation.suite import RESULTS
from sentence_transformers_static.benchmark.summary import Summary, TaskScore, retention
from sentence_transformers_static.errors import EvaluationDataError
from sentence_transformers_static.folders import staged_file

FOLDER = Path(__file__).parent
FILES = ("suite", "speed", "throughput", "training", "parity")
"""The result files, by the commands that make them."""


def page(
    results: Annotated[Path, typer.Option(exists=True, help="The folder of results.")] = RESULTS,
    output: Annotated[Path, typer.Option(help="The page to write.")] = FOLDER / "README.md",
    pictures: Annotated[bool, typer.Option(help="Draw the pictures, too.")] = True,
) -> None:
    """Write the results page. Nothing in it is typed by hand: to change it, change results or page.md.jinja."""
    content = read_results(results)
    if pictures:
        draw(results)
    environment = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {"score": lambda value: f"{100 * value:.2f}", "percent": lambda value: f"{100 * value:.1f}%"}
    with staged_file(output) as staging:
        staging.write_text(environment.get_template("page.md.jinja").render(**content).rstrip() + "\n", "utf-8")
    typer.echo(f"Wrote {output}.")


def read_results(results: Path) -> dict[str, Any]:
    """What the page shows, from ``suite.json``, the MTEB results, ``speed.json``, ``parity.json`` ...."""
    missing = [name for name in FILES if not (results / f"{name}.json").is_file()]
    if missing:
        raise EvaluationDataError(
            f"{results} has no {missing[0]}.json; make it with: python -m evaluation {missing[0]}"
        )
    measured = {name: json.loads((results / f"{name}.json").read_text(encoding="utf-8")) for name in FILES}
    suite = measured["suite"]
    cache = ResultCache(results / "mteb")
    summaries, seconds, spread = {}, {}, {}
    for model in suite["models"]:
        scores = []
        for task in suite["tasks"]:
            result = cache.load_task_result(task["name"], model["name"], model["revision"], raise_if_not_found=True)
            spread[model["label"], task["type"]] = result.scores["test"][0].get("v_measure_std")
            scores.append(TaskScore(task["name"], task["type"], task["metric"], result.get_score()))
            seconds.setdefault(model["label"], []).append(result.evaluation_time or 0.0)
        summaries[model["label"]] = Summary(tuple(scores))
    teacher = next(model["label"] for model in suite["models"] if model["group"] == "teacher")
    peer = next(model for model in suite["models"] if model["label"].startswith("model2vec"))
    ours = f"ours {peer['dimensions']}"
    return {
        **measured,
        "models": {model["label"]: model for model in suite["models"]},
        "summaries": summaries,
        "minutes": {label: sum(times) / 60 for label, times in seconds.items()},
        "teacher": teacher,
        "retentions": _retentions(summaries, teacher),
        "difference": _difference(summaries, ours, peer["label"]),
        "compared": (ours, peer["label"]),
        "dimensions": peer["dimensions"],
        "clustering_std": spread[ours, "Clustering"],
        "baselines": _baselines(suite["tasks"], summaries),
        "mean": mean,
    }


def _retentions(summaries: dict[str, Summary], teacher: str) -> dict[str, dict[str, float]]:
    reference = summaries[teacher]
    return {
        label: {type_: retention(score, reference.by_type[type_]) or 0.0 for type_, score in summary.by_type.items()}
        for label, summary in summaries.items()
        if label != teacher
    }


def _difference(summaries: dict[str, Summary], ours: str, peer: str) -> dict[str, float]:
    return {task: score - summaries[peer].by_task[task] for task, score in summaries[ours].by_task.items()}


def _baselines(tasks: list[dict[str, Any]], summaries: dict[str, Summary]) -> dict[str, dict[str, tuple[float, float]]]:
    """Model -> task -> (published, measured here), for the baselines that the data's manifest publishes."""
    labels = {
        "teacher_minilm_l6": "all-MiniLM-L6-v2",
        "wordllama_256_normalized": "wordllama 256",
        "model2vec_0_10_256": "model2vec 256",
    }
    return {
        label: {task["name"]: (task["baseline"][key], summaries[label].by_task[task["name"]]) for task in tasks}
        for key, label in labels.items()
        if label in summaries and all(key in task["baseline"] for task in tasks)
    }
