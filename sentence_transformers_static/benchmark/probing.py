"""A task type that MTEB lacks: telling pairs apart by a classifier trained on their two vectors."""

from __future__ import annotations

from typing import Any

import numpy as np
from datasets import Dataset
from mteb.abstasks import AbsTask
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from torch.utils.data import DataLoader


class AbsTaskPairProbing(AbsTask):
    """Pairs labelled 0 or 1; a small network reads both vectors and is scored on a tenth of the pairs.

    The protocol of PEARL (Chen et al., 2024, section 4): one hidden layer of 256, Adam with rate 1e-4, batches of 200,
    at most 100 epochs, stopped when a held-out tenth no longer improves over 5 epochs; 80/10/10 split, seed 42.

    Attributes:
        dataset: Split ``test`` with ``sentence1``, ``sentence2`` and ``labels``.
        abstask_prompt: Prompt for instruction models.
    """

    abstask_prompt = "Retrieve text that are semantically similar to the given text."

    def _evaluate_subset(
        self,
        model: Any,
        data_split: Any,
        *,
        hf_split: str,
        hf_subset: str,
        encode_kwargs: Any,
        timer: Any,
        **kwargs: Any,
    ) -> Any:
        where = {"task_metadata": self.metadata, "hf_split": hf_split, "hf_subset": hf_subset}
        with timer("Encoding", split=hf_split, subset=hf_subset):
            first, second = (
                np.asarray(model.encode(_loader(data_split[side], encode_kwargs), **where, **encode_kwargs))
                for side in ("sentence1", "sentence2")
            )
        with timer("Scoring", split=hf_split, subset=hf_subset):
            pairs, labels = np.concatenate([first, second], axis=1), np.asarray(data_split["labels"])
            train, test, train_labels, test_labels = train_test_split(
                pairs, labels, test_size=0.1, random_state=self.seed
            )
            probe = MLPClassifier(
                hidden_layer_sizes=(256,),
                learning_rate_init=1e-4,
                batch_size=min(200, len(train)),
                max_iter=100,
                early_stopping=True,
                validation_fraction=1 / 9,
                n_iter_no_change=5,
                random_state=self.seed,
            ).fit(train, train_labels)
            return {"accuracy": float(accuracy_score(test_labels, probe.predict(test)))}

    def _calculate_descriptive_statistics_from_split(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError("Statistics of this task type are not computed.")


def _loader(texts: list[str], encode_kwargs: Any) -> Any:
    return DataLoader(Dataset.from_dict({"text": texts}), batch_size=encode_kwargs.get("batch_size", 32))
