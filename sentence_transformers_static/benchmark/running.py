"""Running tasks: ``mteb.evaluate`` for each, resumed from MTEB's own cache, one failure not stopping the rest."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import datasets
import mteb
import numpy as np
from mteb.abstasks import AbsTask
from mteb.abstasks.aggregated_task import AbsTaskAggregate
from mteb.cache import ResultCache
from mteb.models import EncoderProtocol, ModelMeta, SentenceTransformerEncoderWrapper
from mteb.results import ModelResult, TaskResult
from mteb.results.task_result import TaskError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sentence_transformers import SentenceTransformer

from sentence_transformers_static.benchmark.meta import model_meta
from sentence_transformers_static.benchmark.parquet import KeepsRevision
from sentence_transformers_static.benchmark.randomness import random_state_kept
from sentence_transformers_static.errors import EvaluationError

BATCH_SIZE = 128
"""Texts per batch of ``encode``: for a static model 32, MTEB's default, is too few; a transformer takes either."""


def evaluate(
    model: SentenceTransformer | EncoderProtocol,
    tasks: Sequence[AbsTask],
    *,
    meta: ModelMeta | None = None,
    cache: str | Path | ResultCache | None = None,
    overwrite: bool = False,
    batch_size: int = BATCH_SIZE,
    show_progress_bar: bool = True,
) -> ModelResult:
    """Evaluate a model with MTEB, each task once: what MTEB's cache already holds is read, the rest is computed.

    The cache is written after each task (and each subset of a multilingual one), in MTEB's own format and layout,
    ``<cache>/results/<model>/<revision>/<task>.json``: a run that was stopped goes on where it was, and the files can
    be submitted to MTEB's leaderboard as they are. A task that fails is listed in the result's ``exceptions``, and the
    next one is run.

    Args:
        model: A Sentence Transformers model, or anything that follows MTEB's encoder protocol.
        tasks: MTEB tasks; see :func:`select_tasks`.
        meta: What MTEB records of the model; default: :func:`model_meta` of it.
        cache: MTEB's cache, or a folder for it; default: MTEB's own (``MTEB_CACHE``, or ``~/.cache/mteb``).
        overwrite: Compute again what the cache holds.
        batch_size: Texts per batch of ``encode``.
        show_progress_bar: Show which task is running, and for how long.

    Returns:
        MTEB's result: ``task_results`` and ``exceptions``.
    """
    encoder = as_encoder(model, meta)
    store = cache if isinstance(cache, ResultCache) else ResultCache(cache)
    result_name = encoder.mteb_model_meta.name
    results, errors = [], []
    with _progress(result_name, len(tasks), show_progress_bar) as advance, _quiet_datasets(), random_state_kept():
        for task in tasks:
            advance(task.metadata.name)
            try:
                results.append(_run(encoder, task, store, overwrite, batch_size))
            except Exception as error:
                errors.append(TaskError(task_name=task.metadata.name, exception=str(error) or repr(error)))
    return ModelResult(
        model_name=encoder.mteb_model_meta.name,
        model_revision=encoder.mteb_model_meta.revision,
        model_meta=encoder.mteb_model_meta,
        task_results=results,
        exceptions=errors,
    )


def _run(encoder: Any, task: AbsTask, cache: ResultCache, overwrite: bool, batch_size: int) -> TaskResult:
    """The result of one task, with the subsets and splits that the task has.

    Raises:
        EvaluationError: If there is no score.
    """
    reset_generators(task)
    result = mteb.evaluate(
        encoder,
        task,
        cache=cache,
        overwrite_strategy=_strategy(task, encoder.mteb_model_meta, cache, overwrite),
        public_only=False,
        co2_tracker=False,
        encode_kwargs=encode_kwargs(batch_size),
        show_progress_bar=False,
    ).task_results[0]
    if not isinstance(task, AbsTaskAggregate):
        result = result.validate_and_filter_scores(task)
    if not _has_score(result):
        raise EvaluationError(f"The score is {result.get_score()}: too few texts, or all of them alike.")
    return result


def _has_score(result: TaskResult) -> bool:
    try:
        return math.isfinite(result.get_score())
    except TypeError:  # of an aggregate whose tasks have failed it is None
        return False


def reset_generators(task: AbsTask) -> None:
    """Let ``task`` draw the samples that it draws when it is new: its generators go on from one model to the next."""
    for one in (task, *_tasks_of(task)):
        one.rng_state = random.Random(one.seed)
        one.np_rng = np.random.default_rng(one.seed)


def _tasks_of(task: AbsTask) -> Sequence[AbsTask]:
    return task.metadata.tasks if isinstance(task, AbsTaskAggregate) else ()


def encode_kwargs(batch_size: int) -> Any:
    """What MTEB passes on to ``encode``."""
    return {"batch_size": batch_size, "show_progress_bar": False}


def as_encoder(model: SentenceTransformer | EncoderProtocol, meta: ModelMeta | None = None) -> Any:
    """The model as MTEB's encoder, described by ``meta`` or :func:`model_meta`."""
    if not isinstance(model, SentenceTransformer):
        if meta is not None:
            model.mteb_model_meta = meta  # type: ignore[misc]
        return model
    with warnings.catch_warnings():
        # MTEB calls get_sentence_embedding_dimension by its old name, and remarks on prompts.
        warnings.simplefilter("ignore")
        encoder = SentenceTransformerEncoderWrapper(model)
    encoder.mteb_model_meta = meta or model_meta(model)
    return encoder


def _strategy(task: AbsTask, meta: ModelMeta, cache: ResultCache, overwrite: bool) -> str:
    """``always`` where cached results are not wanted, not readable, or of other rows; else ``only-missing``."""
    if overwrite or not all(_is_usable(one, meta, cache) for one in (task, *_tasks_of(task))):
        return "always"
    return "only-missing"


def _is_usable(task: AbsTask, meta: ModelMeta, cache: ResultCache) -> bool:
    try:
        found = cache.load_task_result(task.metadata.name, meta)
    except Exception:  # half a file, of a run that was killed, or no result at all
        return False
    if found is None:
        return True
    return _has_score(found) and not (
        isinstance(task, KeepsRevision) and found.dataset_revision != task.metadata.revision
    )


@contextmanager
def _quiet_datasets() -> Iterator[None]:
    """Without the bars of ``datasets``, of which each task would leave several behind."""
    shown = datasets.is_progress_bar_enabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            datasets.enable_progress_bars()


@contextmanager
def _progress(model: str, total: int, shown: bool) -> Iterator[Any]:
    """A bar on a terminal, a line for each task elsewhere."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as progress:
        bar = progress.add_task("", total=total, completed=-1)

        def advance(task: str) -> None:
            progress.update(bar, advance=1, description=f"{model} on {task}")
            if shown and not console.is_terminal:
                console.print(f"{model} on {task}", soft_wrap=True, highlight=False)

        yield advance
