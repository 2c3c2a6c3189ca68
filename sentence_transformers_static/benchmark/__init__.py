"""Evaluation with MTEB: its own benchmarks and tasks, and an offline suite over a folder of parquet files.

Needs the extra ``benchmark``: ``pip install "sentence-transformers-static[benchmark]"``.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sentence_transformers_static.extras import require

if TYPE_CHECKING:
    from sentence_transformers_static.benchmark.card import write_results
    from sentence_transformers_static.benchmark.data import DATA_VARIABLE
    from sentence_transformers_static.benchmark.evaluator import MTEBEvaluator
    from sentence_transformers_static.benchmark.loading import load_model
    from sentence_transformers_static.benchmark.meta import hub_commit, model_meta
    from sentence_transformers_static.benchmark.offline import offline_tasks
    from sentence_transformers_static.benchmark.phrases import phrase_tasks
    from sentence_transformers_static.benchmark.running import evaluate
    from sentence_transformers_static.benchmark.selection import select_tasks
    from sentence_transformers_static.benchmark.summary import Summary, summarize
    from sentence_transformers_static.benchmark.words import word_tasks

_HOME = {
    "DATA_VARIABLE": "data",
    "MTEBEvaluator": "evaluator",
    "Summary": "summary",
    "evaluate": "running",
    "hub_commit": "meta",
    "load_model": "loading",
    "model_meta": "meta",
    "offline_tasks": "offline",
    "phrase_tasks": "phrases",
    "select_tasks": "selection",
    "summarize": "summary",
    "word_tasks": "words",
    "write_results": "card",
}
"""Where each name lives; it is imported when first used, since MTEB takes seconds to import."""

__all__ = [
    "DATA_VARIABLE",
    "MTEBEvaluator",
    "Summary",
    "evaluate",
    "hub_commit",
    "load_model",
    "model_meta",
    "offline_tasks",
    "phrase_tasks",
    "select_tasks",
    "summarize",
    "word_tasks",
    "write_results",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require("mteb", "Evaluation")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
