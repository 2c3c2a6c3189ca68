"""MTEB tasks as evaluators of the host's trainer."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer.evaluation import SequentialEvaluator
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import MTEBEvaluator, evaluate, offline_tasks
from tests.benchmark.conftest import TOPICS, texts_of


@pytest.mark.parametrize("position", range(8))
def test_same_as_evaluate_and_the_same_twice(
    position: int, data: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path
) -> None:
    evaluator = MTEBEvaluator(offline_tasks(data)[position])
    expected = evaluate(minilm_256, [offline_tasks(data)[position]], cache=tmp_path, show_progress_bar=False)
    for _ in range(2):
        assert evaluator(minilm_256)[evaluator.primary_metric] == expected.task_results[0].get_score()


def test_random_state_of_the_training_is_kept(data: Path, minilm_256: StaticSentenceTransformer) -> None:
    def draw() -> tuple[float, float, float]:
        return random.random(), float(np.random.rand()), float(torch.rand(()))

    evaluator = MTEBEvaluator(offline_tasks(data)[-1])
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(1)
    draw()
    expected = draw()
    for seed in (random.seed, np.random.seed, torch.manual_seed):
        seed(1)
    draw()
    evaluator(minilm_256)
    assert draw() == expected


def test_csv(data: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    evaluator = MTEBEvaluator(offline_tasks(data)[0], name="words")
    scores = [evaluator(minilm_256, str(tmp_path / "eval"), epoch=epoch, steps=-1) for epoch in (0, 1)]
    with (tmp_path / "eval" / "MTEB_evaluation_words_results.csv").open() as opened:
        rows = list(csv.DictReader(opened))
    assert [row["epoch"] for row in rows] == ["0", "1"]
    assert float(rows[1]["words_cosine_spearman"]) == scores[1]["words_cosine_spearman"]


def test_in_the_trainer(data: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    """The best checkpoint is chosen by a task of the suite, and the card has its score."""
    retrieval = MTEBEvaluator(offline_tasks(data)[5])
    both = SequentialEvaluator([MTEBEvaluator(offline_tasks(data)[0]), retrieval])
    pairs = [(text, texts_of(topic)[-position]) for topic in TOPICS for position, text in enumerate(texts_of(topic))]
    trainer = SentenceTransformerTrainer(
        model=minilm_256,
        args=SentenceTransformerTrainingArguments(
            str(tmp_path),
            max_steps=4,
            learning_rate=0.01,
            eval_strategy="steps",
            eval_steps=2,
            save_steps=2,
            load_best_model_at_end=True,
            metric_for_best_model=f"eval_{retrieval.primary_metric}",
            report_to="none",
            use_cpu=True,
        ),
        train_dataset=Dataset.from_dict({"anchor": [a for a, _ in pairs], "positive": [b for _, b in pairs]}),
        evaluator=both,
        loss=MultipleNegativesRankingLoss(minilm_256),
    )
    trainer.train()
    logged = [entry for entry in trainer.state.log_history if f"eval_{retrieval.primary_metric}" in entry]
    assert len(logged) == 2
    assert trainer.state.best_metric == max(entry[f"eval_{retrieval.primary_metric}"] for entry in logged)
    minilm_256.save_pretrained(str(tmp_path / "trained"))
    assert "DebianShort2Long" in (tmp_path / "trained" / "README.md").read_text()
