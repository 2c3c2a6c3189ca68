"""The pictures of one evaluation: measure the models' speed, then draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median

from mteb.abstasks import AbsTask
from sentence_transformers import SentenceTransformer

from sentence_transformers_static.benchmark.parquet import ParquetTask
from sentence_transformers_static.benchmark.plots import ModelPoint, plot_retention, plot_speed_quality
from sentence_transformers_static.benchmark.sentences import TEXTS as SENTENCES
from sentence_transformers_static.benchmark.speed import texts_per_second
from sentence_transformers_static.benchmark.summary import MEAN_TASK, Summary, retention_by_type
from sentence_transformers_static.modules import StaticEmbedding

_TEXTS = 2000
_TRANSFORMER_TEXTS = 100


def draw(
    models: Mapping[str, SentenceTransformer],
    summaries: Mapping[str, Summary],
    tasks: Sequence[AbsTask],
    teacher: str | None,
    folder: str | Path,
) -> list[Path]:
    """Speed against quality for all ``models``, and what the others retain of ``teacher``.

    Args:
        models: Name -> model.
        summaries: Name -> its scores.
        tasks: The tasks; the speed is measured on their texts.
        teacher: The name of the teacher among the models, if there is one.
        folder: Where the pictures go.

    Returns:
        The files drawn; none if there is neither an average nor a teacher.
    """
    files: list[Path] = []
    short = [Path(name).resolve().name for name in models]
    labels = dict(zip(models, short if len(set(short)) == len(short) else models, strict=True))
    if all(summary.averages for summary in summaries.values()):
        speeds = _speeds(models, sample_texts(tasks))
        points = [
            ModelPoint(
                name=labels[name],
                texts_per_second=speeds[name],
                quality=summaries[name].averages[MEAN_TASK],
                megabytes=sum(tensor.nbytes for tensor in model.state_dict().values()) / 1e6,
                group="teacher" if name == teacher else "static",
            )
            for name, model in models.items()
        ]
        files += plot_speed_quality(points, folder)
    if teacher is not None and len(models) > 1:
        students = [name for name in models if name != teacher]
        retained = {labels[name]: retention_by_type(summaries[name], summaries[teacher]) for name in students}
        if any(retained.values()):
            files += plot_retention(retained, folder)
    return files


def sample_texts(tasks: Sequence[AbsTask], count: int = _TEXTS) -> list[str]:
    """About ``count`` texts, evenly from the tasks that read a folder; else a few built-in sentences, repeated."""
    pools = [task.texts() for task in tasks if isinstance(task, ParquetTask)]
    if not pools:
        return (SENTENCES * (count // len(SENTENCES) + 1))[:count]
    share = max(1, count // len(pools))
    return [text for pool in pools for text in pool[:: max(1, len(pool) // share)][:share]]


def _speeds(models: Mapping[str, SentenceTransformer], texts: Sequence[str]) -> dict[str, float]:
    encoders = {name: partial(model.encode, show_progress_bar=False) for name, model in models.items()}
    few = texts[:: max(1, len(texts) // _TRANSFORMER_TEXTS)]
    static = {name: isinstance(model[0], StaticEmbedding) for name, model in models.items()}
    rates = texts_per_second(encoders, {name: texts if static[name] else few for name in models}, rounds=3)
    return {name: median(rounds) for name, rounds in rates.items()}
