"""Results in a card: the rows of its table."""

from __future__ import annotations

from typing import Any

import yaml

from sentence_transformers_static.cards.merging import rewrite
from sentence_transformers_static.cards.parts import read_record
from sentence_transformers_static.cards.templates import render


def results_table(model_index: object) -> list[dict[str, Any]]:
    """``task``, ``dataset``, ``split``, ``metric`` and ``score`` of each result of a card's ``model-index``.

    Only of results that name the revision of their data, as those of MTEB do; what the host's trainer measured stands
    in its own section. Entries of another shape are left out: a card may have been written by anybody.
    """
    rows = []
    for result in (result for entry in _dicts(model_index) for result in _dicts(entry.get("results"))):
        dataset, task = (
            {**value} if isinstance(value := result.get(name), dict) else {} for name in ("dataset", "task")
        )
        if dataset.get("revision") is None:
            continue
        row = {"task": task.get("type", ""), "dataset": dataset.get("name", ""), "split": dataset.get("split", "")}
        for metric in _dicts(result.get("metrics")):
            value = metric.get("value")
            score = f"{value:.2f}" if isinstance(value, (int, float)) else str(value)
            rows.append(row | {"metric": str(metric.get("type", "")), "score": score})
    return rows


def write_model_index(card: str, model_index: list[dict[str, Any]]) -> str:
    """``card`` with other results in its metadata, and, if this package wrote it, in a table. The rest stays."""
    entry = yaml.safe_dump({"model-index": model_index}, sort_keys=False, allow_unicode=True)
    card = rewrite(card, ("metadata", "model-index", 0), entry, ("metadata", "library_name", 0))
    if read_record(card) is None:
        return card
    section = render("partials/results.md", results=results_table(model_index))
    return rewrite(card, ("text", "## Results", 0), section, ("text", "## Usage", 0))


def _dicts(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
