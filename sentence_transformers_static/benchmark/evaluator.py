"""Any MTEB task as a Sentence Transformers evaluator, for the trainer."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import mteb
from mteb.abstasks import AbsTask
from mteb.abstasks.aggregated_task import AbsTaskAggregate
from mteb.models import ModelMeta
from sentence_transformers.base.evaluation.evaluator import BaseEvaluator

from sentence_transformers_static.benchmark.randomness import random_state_kept
from sentence_transformers_static.benchmark.running import BATCH_SIZE, as_encoder, encode_kwargs, reset_generators
from sentence_transformers_static.errors import OptionError


class MTEBEvaluator(BaseEvaluator):
    """Evaluate a model in training on an MTEB task, such as one of the offline suite.

    Pass it as ``evaluator`` to ``SentenceTransformerTrainer``; several go into ST's ``SequentialEvaluator``. The task's
    rows are loaded once. The same model gives the same score each time, and the random state of the training is the
    same after an evaluation as before it.

    Args:
        task: A task; see :func:`select_tasks`.
        name: Prefix of the metric; default: the task's name.
        batch_size: Texts per batch of ``encode``.
        write_csv: Whether to append the score to ``MTEB_evaluation_<name>_results.csv`` in the output folder.

    Raises:
        OptionError: If the task is an aggregate of others; pass those.

    Example:
        >>> from sentence_transformers_static.benchmark import MTEBEvaluator, select_tasks
        >>> (task,) = select_tasks(tasks=["DebianShort2Long"], data="data/eval")  # doctest: +SKIP
        >>> evaluator = MTEBEvaluator(task)  # doctest: +SKIP
        >>> evaluator.primary_metric  # doctest: +SKIP
        'DebianShort2Long_ndcg_at_10'
    """

    def __init__(self, task: AbsTask, name: str = "", *, batch_size: int = BATCH_SIZE, write_csv: bool = True) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        if isinstance(task, AbsTaskAggregate):
            names = ", ".join(one.metadata.name for one in task.metadata.tasks)
            raise OptionError(f"{task.metadata.name} is an aggregate; make an evaluator of each of its tasks: {names}.")
        self.task = task
        self.name = name or task.metadata.name
        self.primary_metric: str = f"{self.name}_{task.metadata.main_score}"
        self.batch_size = batch_size
        self.write_csv = write_csv
        self._meta = ModelMeta.create_empty()  # nothing is cached, so nothing need be said of the model

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """The task's main score under :attr:`primary_metric`; higher is better."""
        with random_state_kept():
            if not self.task.data_loaded:
                self.task.load_data()
            reset_generators(self.task)
            result = mteb.evaluate(
                as_encoder(model, self._meta),
                self.task,
                cache=None,
                co2_tracker=False,
                encode_kwargs=encode_kwargs(self.batch_size),
                show_progress_bar=False,
            )
        score = float(result.task_results[0].get_score())
        metrics = {self.primary_metric: score}
        self.store_metrics_in_model_card_data(model, metrics, epoch, steps)
        if output_path is not None and self.write_csv:
            self._append(Path(output_path), epoch, steps, score)
        return metrics

    @property
    def description(self) -> str:
        """What the card calls it."""
        return f"MTEB {self.task.metadata.type}"

    def get_config_dict(self) -> dict[str, Any]:
        """What the card says of it."""
        return {"task": self.task.metadata.name, "dataset_revision": self.task.metadata.revision}

    def _append(self, folder: Path, epoch: int, steps: int, score: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"MTEB_evaluation_{self.name}_results.csv"
        is_new = not file.exists()
        with file.open("a", newline="", encoding="utf-8") as opened:
            writer = csv.writer(opened)
            if is_new:
                writer.writerow(["epoch", "steps", self.primary_metric])
            writer.writerow([epoch, steps, score])
