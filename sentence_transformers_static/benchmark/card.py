"""Results in a model card: the ``model-index`` that the Hub shows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import EvalResult, ModelCard
from mteb.abstasks import AbsTask
from mteb.results import ModelResult

from sentence_transformers_static.errors import ModelFolderError
from sentence_transformers_static.folders import staged_file


def write_results(folder: str | Path, result: ModelResult, tasks: Sequence[AbsTask]) -> int:
    """Write the main scores of ``result`` into the ``model-index`` of a model folder's README.md.

    Scores are in percent, as in the cards of MTEB's leaderboard. Results of other data sets stay, an earlier result of
    the same one is replaced; nothing else of the card changes.

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
    if not readme.is_file():
        raise ModelFolderError(f"{folder} has no README.md to write results into; save the model there first.")
    try:
        card = ModelCard.load(readme)
    except ValueError as error:
        raise ModelFolderError(f"The metadata of {readme} cannot be read: {error}. Mend them and try again.") from error
    new = _results(result, tasks)
    replaced = {_key(entry) for entry in new}
    kept = [entry for entry in card.data.eval_results or [] if _key(entry) not in replaced]
    card.data.eval_results = kept + new
    card.data.model_name = card.data.model_name or Path(folder).resolve().name
    with staged_file(readme) as staging:
        Path(staging).write_text(str(card), encoding="utf-8")
    return len(new)


def _results(result: ModelResult, tasks: Sequence[AbsTask]) -> list[EvalResult]:
    known = {task.metadata.name: task.metadata for task in tasks}
    return [
        EvalResult(
            task_type=known[one.task_name].type,
            dataset_type=known[one.task_name].dataset["path"],
            dataset_name=f"MTEB {one.task_name} ({scores['hf_subset']})",
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


def _key(entry: EvalResult) -> tuple[str, str | None, str | None, str]:
    return entry.dataset_name, entry.dataset_config, entry.dataset_split, entry.metric_type
