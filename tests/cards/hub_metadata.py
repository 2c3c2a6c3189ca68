"""What the Hub says of a card's metadata, by its specification: https://huggingface.co/docs/hub/model-cards.

The Hub itself validates them when a card is pushed (``huggingface_hub.ModelCard.validate`` asks it); this is what can
be said without it.
"""

from __future__ import annotations

import pkgutil
import re
from typing import Any

from huggingface_hub.inference._generated import types as tasks
from huggingface_hub.repocard_data import model_index_to_eval_results

_RELATIONS = {"adapter", "merge", "quantized", "finetune"}
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?|code|multilingual")
_LICENCE = re.compile(r"[a-z0-9][a-z0-9.+-]*")
_KNOWN = {
    "language",
    "license",
    "license_name",
    "license_link",
    "tags",
    "datasets",
    "metrics",
    "pipeline_tag",
    "library_name",
    "base_model",
    "base_model_relation",
    "model-index",
    "widget",
    "co2_eq_emissions",
}


def complaints(metadata: dict[str, Any]) -> list[str]:
    """What is wrong; empty if nothing is."""
    found = [f"unknown entry {name}" for name in metadata if name not in _KNOWN]
    found += _listed(metadata, "language", _LANGUAGE) + _listed(metadata, "datasets", _REPOSITORY)
    found += _listed(metadata, "tags", re.compile(r"[\w.:/-]+")) + _listed(metadata, "metrics", re.compile(r"[\w@.-]+"))
    for name, pattern in (("license", _LICENCE), ("base_model", _REPOSITORY), ("library_name", re.compile(r"[\w-]+"))):
        if name in metadata and not (isinstance(metadata[name], str) and pattern.fullmatch(metadata[name])):
            found.append(f"{name}: {metadata[name]!r}")
    if metadata.get("license") == "other" and not {"license_name", "license_link"} <= set(metadata):
        found.append("license other, without license_name and license_link")
    if metadata.get("base_model_relation", "finetune") not in _RELATIONS:
        found.append(f"base_model_relation: {metadata['base_model_relation']!r}")
    known_tasks = {module.name.replace("_", "-") for module in pkgutil.iter_modules(tasks.__path__)}
    if metadata.get("pipeline_tag") not in known_tasks:
        found.append(f"pipeline_tag: {metadata.get('pipeline_tag')!r}")
    return found + _model_index(metadata.get("model-index"))


def _listed(metadata: dict[str, Any], name: str, pattern: re.Pattern[str]) -> list[str]:
    values = metadata.get(name, [])
    if not isinstance(values, list) or len(set(map(str, values))) != len(values):
        return [f"{name}: {values!r} is no list of different entries"]
    return [f"{name}: {value!r}" for value in values if not (isinstance(value, str) and pattern.fullmatch(value))]


def _model_index(index: Any) -> list[str]:
    if index is None:
        return []
    try:
        name, results = model_index_to_eval_results(index)
    except (KeyError, TypeError, ValueError, AssertionError) as error:
        return [f"model-index: {error!r}"]
    numbers = all(isinstance(result.metric_value, int | float) for result in results)
    return [] if name and results and numbers else [f"model-index: {index!r}"]
