"""Results of MTEB in a card: the rows of its table."""

from __future__ import annotations

from typing import Any

from sentence_transformers_static.cards.merging import add_section
from sentence_transformers_static.cards.metadata import card_metadata
from sentence_transformers_static.cards.templates import render

HEADING = "## Results"


def results_table(model_index: object) -> list[dict[str, Any]]:
    """``task``, ``dataset``, ``split``, ``metric`` and ``score`` of each result of a card's ``model-index``.

    Only of results that name the revision of their data, as those of MTEB do; what the host's trainer measured stands
    in its own section.
    """
    entries = model_index if isinstance(model_index, list) else []
    rows = []
    for result in (result for entry in entries for result in entry.get("results") or ()):
        dataset, task = result.get("dataset") or {}, result.get("task") or {}
        if dataset.get("revision") is None:
            continue
        row = {"task": task.get("type", ""), "dataset": dataset.get("name", ""), "split": dataset.get("split", "")}
        rows += [row | {"metric": one["type"], "score": one["value"]} for one in result.get("metrics") or ()]
    return rows


def show_results(card: str) -> str:
    """``card`` with a table of the results in its metadata, if this package wrote it; else as it is."""
    results = results_table(card_metadata(card).get("model-index"))
    return add_section(card, render("partials/results.md", results=results), after="## Usage") if results else card
