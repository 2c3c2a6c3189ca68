"""The host's trainer takes a static model like any other: its losses, evaluators and checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer, SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

from sentence_transformers_static import StaticSentenceTransformer
from tests.models import random_model

STEPS = 10

Loss = Callable[[StaticSentenceTransformer, SentenceTransformer], torch.nn.Module]
LOSSES: dict[str, Loss] = {
    "MultipleNegativesRanking": lambda model, guide: losses.MultipleNegativesRankingLoss(model),
    "CachedMultipleNegativesRanking": lambda model, guide: losses.CachedMultipleNegativesRankingLoss(
        model, mini_batch_size=8
    ),
    "CachedGISTEmbed": lambda model, guide: losses.CachedGISTEmbedLoss(model, guide, mini_batch_size=8),
    "Matryoshka": lambda model, guide: losses.MatryoshkaLoss(
        model, losses.MultipleNegativesRankingLoss(model), matryoshka_dims=[256, 64]
    ),
    "MatryoshkaCached": lambda model, guide: losses.MatryoshkaLoss(
        model, losses.CachedMultipleNegativesRankingLoss(model, mini_batch_size=8), matryoshka_dims=[256, 64]
    ),
    "MegaBatchMargin": lambda model, guide: losses.MegaBatchMarginLoss(model, mini_batch_size=8),
    "CosineSimilarity": lambda model, guide: losses.CosineSimilarityLoss(model),
}


def pairs(texts: list[str]) -> Dataset:
    """The first line of docstrings, and what follows."""
    split = [text.partition("\n") for text in texts if text.count("\n") > 3]
    heads, rests = [head for head, _, _ in split], [rest[:300] for _, _, rest in split]
    return Dataset.from_dict({"anchor": heads, "positive": rests})


def scored(dataset: Dataset) -> Dataset:
    """The same pairs with score 1, and as many shifted ones with score 0."""
    anchors, positives = list(dataset["anchor"]), list(dataset["positive"])
    shifted = positives[1:] + positives[:1]
    scores = [1.0] * len(anchors) + [0.0] * len(anchors)
    mixed = Dataset.from_dict({"anchor": anchors * 2, "positive": positives + shifted, "label": scores})
    return mixed.shuffle(seed=0)


def arguments(output: Path) -> SentenceTransformerTrainingArguments:
    return SentenceTransformerTrainingArguments(
        output_dir=str(output),
        max_steps=STEPS,
        per_device_train_batch_size=32,
        per_device_eval_batch_size=32,
        learning_rate=0.05,
        eval_strategy="steps",
        save_strategy="steps",
        eval_steps=5,
        save_steps=5,
        logging_steps=1,
        load_best_model_at_end=True,
        report_to="none",
        disable_tqdm=True,
        use_cpu=True,
        seed=0,
    )


@pytest.mark.parametrize("name", LOSSES)
def test_ten_steps(
    name: str, minilm_256: StaticSentenceTransformer, minilm: SentenceTransformer, real_texts: list[str], tmp_path: Path
) -> None:
    dataset = pairs(real_texts)
    if name == "CosineSimilarity":
        dataset = scored(dataset)
    # Five epochs over 64 rows: the loss of later steps is that of the same rows as the first ones'.
    train, evaluation = dataset.select(range(64)), dataset.select(range(64, 128))
    before = minilm_256[0].weight.detach().clone()
    trainer = SentenceTransformerTrainer(
        model=minilm_256,
        args=arguments(tmp_path / "run"),
        train_dataset=train,
        eval_dataset=evaluation,
        loss=LOSSES[name](minilm_256, minilm),
        evaluator=EmbeddingSimilarityEvaluator(
            scored(evaluation)["anchor"], scored(evaluation)["positive"], scored(evaluation)["label"]
        ),
    )
    trainer.train()

    history = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
    assert len(history) == STEPS
    assert np.mean(history[-2:]) < np.mean(history[:2])
    assert not torch.equal(minilm_256[0].weight, before)
    assert trainer.state.best_model_checkpoint is not None

    folder = str(tmp_path / "trained")
    minilm_256.save_pretrained(folder)
    for path in (folder, trainer.state.best_model_checkpoint):
        plain = SentenceTransformer(path, device="cpu", local_files_only=True)
        np.testing.assert_allclose(plain.encode(real_texts[:50]), minilm_256.encode(real_texts[:50]), atol=1e-5)
    card = (Path(folder) / "README.md").read_text()
    assert "## Training Details" in card, "a trained model has the host's training sections"


def test_in_a_plain_pipeline(real_texts: list[str], tmp_path: Path) -> None:
    """Our module without our class: trained, checkpointed and restored by the host alone."""
    embedding = random_model(16)[0]
    model = SentenceTransformer(modules=[embedding, Pooling(16, "mean"), Normalize()], device="cpu")
    dataset = pairs(real_texts)
    trainer = SentenceTransformerTrainer(
        model=model,
        args=arguments(tmp_path / "run"),
        train_dataset=dataset.select(range(STEPS * 32)),
        eval_dataset=dataset.select(range(64)),
        loss=losses.CachedMultipleNegativesRankingLoss(model, mini_batch_size=8),
    )
    trainer.train()
    again = StaticSentenceTransformer(str(trainer.state.best_model_checkpoint), device="cpu")
    np.testing.assert_allclose(again.encode(real_texts[:50]), model.encode(real_texts[:50]), atol=1e-6)


def test_fused_and_unfused_agree_in_values_and_gradients(
    minilm_256: StaticSentenceTransformer, real_texts: list[str]
) -> None:
    minilm_256[0].token_weights = torch.nn.Parameter(torch.rand(minilm_256[0].table.vocab_size))
    features = minilm_256.preprocess(["", *real_texts[:100]])
    direction = torch.randn(101, 256)
    results = []
    for unfused in (False, True):
        minilm_256.zero_grad()
        output = minilm_256(dict(features), unfused=unfused)
        assert ("token_embeddings" in output) == unfused
        ((output["sentence_embedding"] * direction).sum() / len(direction)).backward()
        gradients = [parameter.grad.clone() for parameter in minilm_256.parameters()]
        results.append((output["sentence_embedding"].detach(), *gradients))
    for fused, unfused in zip(*results, strict=True):
        torch.testing.assert_close(fused, unfused, atol=1e-6, rtol=0)


def test_compact_tables_stay_as_they_are_unless_asked(
    minilm_256: StaticSentenceTransformer, tmp_path: Path, real_texts: list[str]
) -> None:
    """float16 and int8 tables are read-only; ``dtype="float32"`` makes them trainable, with the same vectors."""
    from tests.models import with_table

    for precision in ("float16", "int8"):
        folder = str(tmp_path / precision)
        with_table(minilm_256, minilm_256[0].table.quantized(precision)).save_pretrained(folder)
        compact = StaticSentenceTransformer(folder, device="cpu")
        assert not any(parameter.requires_grad for parameter in compact.parameters())
        trainable = StaticSentenceTransformer(folder, device="cpu", model_kwargs={"dtype": "float32"})
        assert trainable[0].weight.requires_grad and trainable[0].weight.dtype == torch.float32
        np.testing.assert_allclose(trainable.encode(real_texts[:50]), compact.encode(real_texts[:50]), atol=1e-6)
