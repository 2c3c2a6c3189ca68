"""``st-static evaluate``: a model's scores on MTEB's tasks, or on the offline suite."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sentence_transformers_static.errors import OptionError
from sentence_transformers_static.extras import require

if TYPE_CHECKING:
    from mteb.abstasks import AbsTask
    from mteb.models import ModelMeta
    from mteb.results import ModelResult
    from sentence_transformers import SentenceTransformer

    from sentence_transformers_static.benchmark import Summary


def evaluate(
    model: Annotated[str, typer.Argument(help="Any Sentence Transformers model: a folder, or a name on the Hub.")],
    benchmark: Annotated[
        str | None,
        typer.Option(help="offline (the default), words, phrases, or one of MTEB's, such as 'MTEB(eng, v2)'."),
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option(help="The name of a task, instead of a benchmark; may be repeated.")
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(help="The folder of evaluation data, for offline and words.", envvar="ST_STATIC_EVALUATION_DATA"),
    ] = None,
    teacher: Annotated[str | None, typer.Option(help="A second model: show what MODEL retains of its scores.")] = None,
    model_name: Annotated[
        str | None,
        typer.Option(help="The name in MTEB's results, organization/model; default: its own."),
    ] = None,
    teacher_name: Annotated[str | None, typer.Option(help="The same for the teacher.")] = None,
    revision: Annotated[str | None, typer.Option(help="Branch, tag or commit of MODEL on the Hub.")] = None,
    output_folder: Annotated[
        Path | None, typer.Option(help="MTEB's cache of results; default: MTEB_CACHE, or ~/.cache/mteb.")
    ] = None,
    truncate_dim: Annotated[int | None, typer.Option(min=1, help="Cut MODEL's embeddings to so many.")] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Texts per batch.")] = 128,
    device: Annotated[str | None, typer.Option(help="Where the models run, such as cuda; default: the best.")] = None,
    token: Annotated[str | None, typer.Option(help="Access token for the Hub.", envvar="HF_TOKEN")] = None,
    trust_remote_code: Annotated[bool, typer.Option(help="Let a model run code from its repository.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Compute again what the cache of results already holds.")
    ] = False,
    update_card: Annotated[
        bool, typer.Option("--update-card", help="Write the scores into the model-index of MODEL's README.md.")
    ] = False,
    plot: Annotated[Path | None, typer.Option(help="Draw pictures into this folder.")] = None,
) -> None:
    """Evaluate MODEL with MTEB, task by task.

    Results are kept in MTEB's own format and layout; a run that was stopped goes on where it was. A task that fails is
    reported, the others go on, and the exit status is 1.
    """
    require("mteb", "st-static evaluate")
    from rich.console import Console

    from sentence_transformers_static.benchmark import select_tasks, summarize, write_results

    _check_early(model, model_name, truncate_dim, update_card, plot)
    tasks = select_tasks(benchmark or (None if task else "offline"), task or [], data)
    loading: dict[str, Any] = {"device": device, "token": token, "trust_remote_code": trust_remote_code}
    whole = truncate_dim is None and revision is None
    shown = model if truncate_dim is None else f"{model} ({truncate_dim} dimensions)"
    models = {shown: _load(model, model_name, {**loading, "revision": revision, "truncate_dim": truncate_dim})}
    reference = None
    if teacher is not None:
        reference = teacher if teacher != model or whole else f"{teacher} (whole)"
        if reference not in models:
            models[reference] = _load(teacher, teacher_name, loading)
    run = _quiet_evaluate()
    results = {
        name: run(loaded, tasks, meta=meta, cache=output_folder, overwrite=overwrite, batch_size=batch_size)
        for name, (loaded, meta) in models.items()
    }
    console = Console()
    summaries = {name: summarize(result, tasks) for name, result in results.items()}
    _print_scores(console, summaries[shown], summaries.get(reference or ""), shown)
    _print_failures(console, results)
    console.print(f"Results: {_cache_path(output_folder)}", soft_wrap=True, highlight=False)
    if update_card:
        written = write_results(model, results[shown], tasks)
        console.print(f"Wrote {written} results into {Path(model) / 'README.md'}.")
    if plot is not None:
        _plot(console, {name: loaded for name, (loaded, _) in models.items()}, summaries, tasks, reference, plot)
    if any(result.exceptions for result in results.values()):
        raise typer.Exit(1)


def _check_early(
    model: str, model_name: str | None, truncate_dim: int | None, update_card: bool, plot: Path | None
) -> None:
    """Refuse before hours of work what would be refused after them."""
    from sentence_transformers_static.benchmark.card import readable_card

    if update_card and not Path(model).is_dir():
        raise OptionError(f"--update-card writes into a model's folder, and {model!r} is none.")
    if update_card and truncate_dim is not None:
        raise OptionError("--update-card writes the scores of the whole model; leave out --truncate-dim.")
    if update_card:
        readable_card(model)
    if plot is not None and plot.is_file():
        raise OptionError(f"--plot draws into a folder, and {plot} is a file.")
    if model_name is not None and "/" not in model_name:
        raise OptionError(f"--model-name must read organization/model; got {model_name!r}.")


def _load(path: str, name: str | None, options: dict[str, Any]) -> tuple[SentenceTransformer, ModelMeta]:
    from sentence_transformers_static.benchmark import hub_commit, load_model, model_meta

    loaded = load_model(path, **options)
    width = loaded.get_embedding_dimension() or 0
    wanted = options.get("truncate_dim")
    if wanted is not None and wanted > width:
        raise OptionError(f"--truncate-dim {wanted} is more than the {width} dimensions that {path} has.")
    local = Path(path).exists()
    default = f"local/{Path(path).resolve().name}" if local else None
    return loaded, model_meta(loaded, name=name or default, revision=None if local else hub_commit(loaded))


def _quiet_evaluate() -> Any:
    """``evaluate``, whose failures are reported afterwards, not by MTEB's log as well."""
    from sentence_transformers_static.benchmark import evaluate as run

    logging.getLogger("mteb.evaluate").setLevel(logging.CRITICAL)
    return run


def _cache_path(output_folder: Path | None) -> Path:
    from mteb.cache import ResultCache

    return ResultCache(output_folder).cache_path / "results"


def _print_scores(console: Any, student: Summary, teacher: Summary | None, title: str) -> None:
    """A row for each type, with the mean of its tasks, which follow; then the averages."""
    from rich.markup import escape
    from rich.table import Table

    from sentence_transformers_static.benchmark.summary import retention, retention_by_type

    table = Table("type and task", "metric", "score", title=escape(title))
    table.columns[2].justify = "right"
    if teacher is not None:
        table.add_column("teacher", justify="right")
        table.add_column("retention", justify="right")
    for column in table.columns:
        column.no_wrap = column.header != "metric"
    references = {} if teacher is None else {**teacher.by_task, **teacher.by_type, **teacher.averages}

    by_type = {} if teacher is None else retention_by_type(student, teacher)

    def add(label: str, metric: str, score: float | None, reference: str, share: float | None) -> None:
        cells = [label, metric, _number(score)]
        if teacher is not None:
            cells += [_number(references.get(reference)), "-" if share is None else f"{share:.1%}"]
        table.add_row(*cells)

    for type_ in dict.fromkeys(score.type for score in student.scores):
        add(f"[bold]{type_}[/bold]", "mean", student.by_type.get(type_), type_, by_type.get(type_))
        for score in student.scores:
            if score.type == type_:
                share = retention(score.score, references.get(score.task))
                add(f"  {score.task}", score.metric, score.score, score.task, share)
    table.add_section()
    for name in student.missing:
        add(f"  {name}", "failed", None, name, None)
    table.add_section()
    for label, value in student.averages.items():
        add(f"[bold]{label}[/bold]", "", value, label, retention(value, references.get(label)))
    console.print(table)
    if student.missing:
        console.print(f"No averages: {len(student.missing)} of the tasks failed.")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _print_failures(console: Any, results: dict[str, ModelResult]) -> None:
    """Each failure once, with the models it happened to."""
    from rich.markup import escape

    models: dict[tuple[str, str], list[str]] = {}
    for name, result in results.items():
        for failure in result.exceptions or []:
            models.setdefault((failure.task_name, failure.exception.strip() or "no message"), []).append(name)
    for (task, message), names in models.items():
        which = "" if len(names) == len(results) else f" for {escape(names[0])}"
        console.print(f"[red]{escape(task)} failed{which}:[/red] {escape(message)}", soft_wrap=True)


def _plot(
    console: Any,
    models: dict[str, SentenceTransformer],
    summaries: dict[str, Summary],
    tasks: list[AbsTask],
    teacher: str | None,
    folder: Path,
) -> None:
    from sentence_transformers_static.benchmark.pictures import draw

    files = draw(models, summaries, tasks, teacher, folder)
    if files:
        console.print("Drawn: " + ", ".join(str(file) for file in files), soft_wrap=True)
    else:
        console.print("Nothing to draw: a picture needs the average of all tasks, or a teacher.")
