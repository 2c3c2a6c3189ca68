"""Results in a model card: the ``model-index`` that the Hub shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from huggingface_hub import EvalResult, ModelCard
from huggingface_hub.repocard_data import eval_results_to_model_index
from mteb.abstasks import AbsTask
from mteb.results import ModelResult

from sentence_transformers_static.benchmark.parquet import KeepsRevision
from sentence_transformers_static.cards import read_card, write_model_index
from sentence_transformers_static.errors import ModelFolderError
from sentence_transformers_static.folders import staged_file


def write_results(folder: str | Path, result: ModelResult, tasks: Sequence[AbsTask]) -> int:
    """Write the main scores of ``result`` into the ``model-index`` of a model folder's README.md.

    Scores are in percent, as in the cards of MTEB's leaderboard. Results of other data sets, and of other revisions of
    the same one, stay; an earlier result of the same is replaced. In a card that this
    package wrote, the section "Results" shows them. The rest stays as it is.

    Args:
        folder: A model's folder, with its README.md.
        result: What :func:`evaluate` returned.
        tasks: The tasks it was run on.

    Returns:
        The number of results written.

    Raises:
        ModelFolderError: If there is no README.md, or its metadata cannot be read.
        SaveError: If it cannot be written; what was there is unchanged.
    """
    readme = Path(folder) / "README.md"
    card = readable_card(folder)
    data = cast(Any, card.data)
    new = _results(result, tasks)
    replaced = {_key(entry) for entry in new}
    kept = [entry for entry in data.eval_results or [] if _key(entry) not in replaced]
    name = data.model_name or read_card(card.content).title or Path(folder).resolve().name
    model_index = eval_results_to_model_index(name, kept + new)
    with staged_file(readme) as staging:
        Path(staging).write_text(write_model_index(card.content, model_index), encoding="utf-8")
    return len(new)


def readable_card(folder: str | Path) -> ModelCard:
    """The card of a model's folder, that results can be written into.

    Raises:
        ModelFolderError: If there is none, its metadata cannot be read, or they hold results of several models.
    """
    readme = Path(folder) / "README.md"
    if not readme.is_file():
        raise ModelFolderError(f"{folder} has no README.md to write results into; save the model there first.")
    text = readme.read_text(encoding="utf-8")
    try:
        card = ModelCard(text)
        found = re.match(r"---\s*\n(.*?)\n---", text, re.DOTALL)
        models = (yaml.safe_load(found.group(1)) or {}).get("model-index") or [] if found else []
    except (ValueError, yaml.YAMLError) as error:
        raise ModelFolderError(f"The metadata of {readme} cannot be read: {error}. Mend them and try again.") from error
    if len(models) > 1:
        raise ModelFolderError(f"The model-index of {readme} has {len(models)} models; expected this one alone.")
    return card


def _results(result: ModelResult, tasks: Sequence[AbsTask]) -> list[EvalResult]:
    known = {task.metadata.name: task.metadata for task in tasks}
    names = {name: f"MTEB {name}" for name in known}
    names |= {task.metadata.name: task.metadata.name for task in tasks if isinstance(task, KeepsRevision)}
    return [
        EvalResult(
            task_type=known[one.task_name].type,
            dataset_type=known[one.task_name].dataset["path"],
            dataset_name=names[one.task_name] + f" ({scores['hf_subset']})",
            dataset_config=scores["hf_subset"],
            dataset_split=split,
            dataset_revision=one.dataset_revision,
            metric_type=known[one.task_name].main_score,
            metric_value=round(100 * float(scores["main_score"]), 4),
        )
        for one in result.task_results
        for split, subsets in one.scores.items()
        for scores in subsets
    ]


def _key(entry: EvalResult) -> tuple[str | None, ...]:
    return (
        entry.dataset_name,
        entry.dataset_config,
        entry.dataset_split,
        entry.dataset_revision,
        entry.metric_type,
    )
