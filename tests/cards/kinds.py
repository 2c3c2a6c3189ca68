"""A small model of each kind that has a card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from datasets import Dataset
from model2vec import StaticModel
from sentence_transformers import SentenceTransformerTrainer, SentenceTransformerTrainingArguments
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.evaluation import EmbeddingSimilarityEvaluator
from sentence_transformers.sentence_transformer.modules import Pooling

from sentence_transformers_static import StaticSentenceTransformer, distill_from_model
from sentence_transformers_static.cards import StaticModelCardData
from tests import teachers, texts
from tests.models import random_model

NOUNS = ["table", "chair", "lamp", "door", "window", "floor", "roof", "wall", "stair", "gate", "road", "boat"]
REVISION = "0123456789" * 4


def built(folder: Path) -> StaticSentenceTransformer:
    """Of modules, with a random table."""
    return random_model()


def built_with_max_pooling(folder: Path) -> StaticSentenceTransformer:
    """That neither plain Sentence Transformers nor model2vec can read."""
    return StaticSentenceTransformer(modules=[random_model()[0], Pooling(8, "max")], device="cpu")


def distilled(folder: Path) -> StaticSentenceTransformer:
    """From a teacher of the Hub whose card says something of it."""
    teacher = teachers.bert()
    model = distill_from_model(
        teacher.model,
        teacher.tokenizer,
        pca_dims=8,
        eval_texts=texts.real(20),
        quantize_to="int8",
        show_progress_bar=False,
    )
    embedding = model.static_embedding
    embedding.metadata["tokenizer_name"] = "org/teacher"
    embedding.metadata["distillation"] |= {"teacher": "org/teacher", "hub_id": "org/teacher", "revision": REVISION}
    said = {"license": "other", "license_name": "teacher-licence", "license_link": "LICENSE", "language": ["en", "de"]}
    assert isinstance(model.model_card_data, StaticModelCardData)
    model.model_card_data.take_over(said, repository="org/teacher", revision=REVISION)
    return model


def distilled_from_a_local_teacher(folder: Path) -> StaticSentenceTransformer:
    """Of which no card and no name is known."""
    teacher = teachers.bert()
    model = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=None, show_progress_bar=False)
    model.static_embedding.metadata["tokenizer_name"] = ""
    model.static_embedding.metadata["distillation"]["teacher"] = ""
    return model


def trained(folder: Path) -> StaticSentenceTransformer:
    """Distilled, then trained by the host's trainer."""
    model = distilled(folder)
    model = StaticSentenceTransformer(
        _saved(model, folder / "untrained"), device="cpu", model_kwargs={"dtype": "float32"}
    )
    questions, answers = [f"Where is the {noun}?" for noun in NOUNS], [f"The {noun} is here." for noun in NOUNS]
    pairs = Dataset.from_dict({"anchor": questions, "positive": answers})
    evaluator = EmbeddingSimilarityEvaluator(questions[:4], answers[4:8], [0.1, 0.2, 0.3, 0.4], name="small")
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder / "checkpoints"),
        max_steps=2,
        per_device_train_batch_size=8,
        learning_rate=0.01,
        eval_strategy="steps",
        eval_steps=1,
        logging_steps=1,
        report_to="none",
        use_cpu=True,
        disable_tqdm=True,
        save_strategy="no",
    )
    loss = losses.MultipleNegativesRankingLoss(model)
    SentenceTransformerTrainer(model, arguments, pairs, loss=loss, evaluator=evaluator).train()
    return model


def of_model2vec(folder: Path) -> StaticSentenceTransformer:
    """A folder of model2vec, whose own card is left out."""
    random = random_model()
    tokenizer = random.static_embedding.tokenizer.backend_tokenizer
    peer = StaticModel(
        random.static_embedding.table.embeddings.numpy(), tokenizer, config={"tokenizer_name": "org/bert"}
    )
    peer.save_pretrained(folder / "model2vec")
    (folder / "model2vec" / "README.md").unlink()
    return StaticSentenceTransformer(folder / "model2vec", device="cpu")


def _saved(model: StaticSentenceTransformer, folder: Path) -> str:
    model.save_pretrained(str(folder))
    return str(folder)


KINDS: dict[str, Callable[[Path], StaticSentenceTransformer]] = {
    kind.__name__: kind
    for kind in (built, built_with_max_pooling, distilled, distilled_from_a_local_teacher, trained, of_model2vec)
}
