"""``python -m evaluation suite``: the offline suite on the teacher, on its distillations, and on peers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from evaluation.models import candidates, megabytes
from evaluation.provenance import provenance, write_json
from sentence_transformers_static.benchmark import DATA_VARIABLE, Summary, evaluate, offline_tasks, summarize
from sentence_transformers_static.benchmark.summary import MEAN_TASK, MEAN_TASK_TYPE

RESULTS = Path(__file__).parent / "results"


def suite(
    data: Annotated[Path, typer.Option(exists=True, envvar=DATA_VARIABLE, help="The folder of evaluation data.")],
    teacher: Annotated[
        str | None,
        typer.Argument(help="A folder, or a name on the Hub; default: the all-MiniLM-L6-v2 of the demo extra."),
    ] = None,
    teacher_name: Annotated[str | None, typer.Option(help="The teacher's name, organization/model.")] = None,
    output: Annotated[Path, typer.Option(help="Where the results go.")] = RESULTS,
    models: Annotated[Path, typer.Option(help="Where the static models are kept.")] = Path("models/evaluation"),
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Compute again what is there already.")] = False,
) -> None:
    """Evaluate the teacher, ours at 64, 128, 256 and 384 dimensions, model2vec at 256, and wordllama.

    Results are kept in MTEB's format below OUTPUT/mteb, so a run that was stopped goes on where it was; which models
    they belong to stands in OUTPUT/suite.json.
    """
    console = Console(width=max(100, Console().width))
    tasks = offline_tasks(data)
    summaries, described, failed = {}, [], []
    for candidate in candidates(teacher, teacher_name, models):
        console.print(f"[bold]{candidate.label}[/bold]: {candidate.made}")
        model = candidate.load()
        meta = candidate.meta(model)
        result = evaluate(candidate.encoder(model), tasks, meta=meta, cache=output / "mteb", overwrite=overwrite)
        summaries[candidate.label] = summarize(result, tasks)
        failed += [f"{candidate.label}: {error.task_name}: {error.exception}" for error in result.exceptions or []]
        described.append(_describe(candidate, meta, model))
    console.print(_table(summaries, [task.metadata.name for task in tasks]))
    write_json(output / "suite.json", {**provenance(), "models": described, "tasks": _tasks(tasks, data)})
    for line in failed:
        console.print(f"[red]{line}[/red]")
    if failed:
        raise typer.Exit(1)


def _table(summaries: dict[str, Summary], tasks: list[str]) -> Table:
    """Scores x 100, a row for each task and a column for each model."""
    table = Table("x 100", *summaries)
    table.columns[0].no_wrap = True
    rows = {label: {**summary.by_task, **summary.averages} for label, summary in summaries.items()}
    for name in (*tasks, MEAN_TASK, MEAN_TASK_TYPE):
        scores = (rows[label].get(name) for label in summaries)
        table.add_row(name, *("-" if score is None else f"{100 * score:.2f}" for score in scores))
    return table


def _describe(candidate: Any, meta: Any, model: Any) -> dict[str, Any]:
    return {
        "label": candidate.label,
        "name": meta.name,
        "revision": meta.revision,
        "group": candidate.group,
        "made": candidate.made,
        "dimensions": meta.embed_dim,
        "megabytes": round(megabytes(model), 2),
    }


def _tasks(tasks: list[Any], data: Path) -> list[dict[str, Any]]:
    """Name, type and metric of each task, where its rows come from, and what others measured on it."""
    manifest = data / "manifest.json"
    entries = json.loads(manifest.read_text(encoding="utf-8")) if manifest.is_file() else []
    known = {entry["name"]: entry for entry in entries}
    return [
        {
            "name": task.metadata.name,
            "type": task.metadata.type,
            "metric": task.metadata.main_score,
            "revision": task.metadata.revision,
            "source": known.get(task.metadata.name, {}).get("source"),
            "rows": known.get(task.metadata.name, {}).get("test_rows"),
            "baseline": known.get(task.metadata.name, {}).get("baseline", {}),
        }
        for task in tasks
    ]
