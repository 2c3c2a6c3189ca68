"""Running tasks: ``mteb.evaluate`` for each, resumed from MTEB's own cache, one failure not stopping the rest."""

from __future__ import annotations

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
from mteb.cache import ResultCache
from mteb.models import EncoderProtocol, ModelMeta, SentenceTransformerEncoderWrapper
from mteb.results import ModelResult
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from sentence_transformers import SentenceTransformer

from sentence_transformers_static.benchmark.meta import model_meta
from sentence_transformers_static.benchmark.parquet import ParquetTask

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
    results, errors = [], []
    with _progress(len(tasks), show_progress_bar) as advance, _quiet_datasets():
        for task in tasks:
            advance(task.metadata.name)
            reset_generators(task)
            one = mteb.evaluate(
                encoder,
                task,
                cache=store,
                overwrite_strategy=_strategy(task, encoder.mteb_model_meta, store, overwrite),
                raise_error=False,
                public_only=False,
                co2_tracker=False,
                encode_kwargs=encode_kwargs(batch_size),
                show_progress_bar=False,
            )
            results += one.task_results
            errors += one.exceptions or []
    return ModelResult(
        model_name=encoder.mteb_model_meta.name,
        model_revision=encoder.mteb_model_meta.revision,
        model_meta=encoder.mteb_model_meta,
        task_results=results,
        exceptions=errors,
    )


def reset_generators(task: AbsTask) -> None:
    """Let ``task`` draw the samples that it draws when it is new: its generators go on from one model to the next."""
    task.rng_state = random.Random(task.seed)
    task.np_rng = np.random.default_rng(task.seed)


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
    """``always`` where a cached result is not wanted, not whole, or of other rows; else ``only-missing``."""
    if overwrite:
        return "always"
    try:
        found = cache.load_task_result(task.metadata.name, meta)
    except (ValueError, OSError):  # half a file, of a run that was killed
        return "always"
    other_rows = isinstance(task, ParquetTask) and found and found.dataset_revision != task.metadata.revision
    return "always" if other_rows else "only-missing"


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
def _progress(total: int, shown: bool) -> Iterator[Any]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal)) as progress:
        bar = progress.add_task("Evaluating", total=total, completed=-1)
        yield lambda name: progress.update(bar, advance=1, description=f"Evaluating {name}")
