"""In what the teacher computes: bfloat16 only where it pays and changes nothing that matters."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import distill, distill_from_model
from sentence_transformers_static.distillation import precision
from sentence_transformers_static.distillation.precision import PROBED_SEQUENCES, takes_bfloat16
from sentence_transformers_static.errors import OptionError
from tests import teachers

MANY = [[1]] * 5000


class Fake:
    """A teacher that takes its time, and is as wrong in bfloat16 as it is told."""

    def __init__(self, slower: bool, angle: float) -> None:
        self.slower, self.angle, self.asked = slower, angle, [0, 0]

    def __call__(self, some: Sequence[Sequence[int]], bfloat16: bool) -> np.ndarray:
        self.asked[bfloat16] += len(some)
        time.sleep(0.03 if bfloat16 == self.slower else 0.001)
        vectors = np.tile(np.array([[1.0, 0.0]], dtype=np.float32), (len(some), 1))
        if bfloat16:
            vectors[-1] = [np.cos(self.angle), np.sin(self.angle)]
        return vectors


@pytest.fixture
def able(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)


@pytest.mark.usefixtures("able")
@pytest.mark.parametrize(
    ("slower", "angle", "expected"),
    [(False, 0.0, True), (False, 0.01, True), (True, 0.0, False), (False, 0.1, False), (False, np.pi, False)],
)
def test_faster_and_as_good(slower: bool, angle: float, expected: bool) -> None:
    """One row of the probe that is turned too far is enough to refuse it."""
    fake = Fake(slower, angle)
    assert takes_bfloat16("auto", fake, MANY, "cpu") is expected
    assert fake.asked == [2 * PROBED_SEQUENCES] * 2


def test_what_is_requested_is_not_probed() -> None:
    fake = Fake(False, 0.0)
    assert takes_bfloat16("bfloat16", fake, MANY, "cpu") and not takes_bfloat16("float32", fake, MANY, "cpu")
    assert fake.asked == [0, 0]


def test_no_probe_where_it_does_not_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = Fake(False, 0.0)
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: False)
    assert not takes_bfloat16("auto", fake, MANY, "cpu")
    monkeypatch.setattr(precision, "computes_in_bfloat16", lambda device: True)
    assert not takes_bfloat16("auto", fake, MANY[:500], "cpu")
    assert fake.asked == [0, 0]


def test_rows_in_bfloat16(minilm: SentenceTransformer) -> None:
    """Their directions are those of float32; the teacher is left as it was."""
    exact = distill(minilm, pca_dims=None, sif_coefficient=None, dtype="float32", show_progress_bar=False)
    rounded = distill(minilm, pca_dims=None, sif_coefficient=None, dtype="bfloat16", show_progress_bar=False)
    cosines = torch.cosine_similarity(exact[0].weight, rounded[0].weight)
    assert 0.999 < cosines.min() < 1 - 1e-6
    assert rounded[0].weight.dtype == torch.float32 == next(minilm.parameters()).dtype
    assert rounded[0].metadata["distillation"]["dtype"] == "bfloat16"


def test_the_dtype_is_noted() -> None:
    teacher = teachers.bert()
    model = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, show_progress_bar=False)
    assert model[0].metadata["distillation"]["dtype"] == "float32"
    with pytest.raises(OptionError, match="dtype must be one of auto, float32, bfloat16; got 'float16'"):
        distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, dtype="float16")  # type: ignore[arg-type]
