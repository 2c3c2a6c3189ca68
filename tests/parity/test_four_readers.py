"""One folder, four readers: our class, plain Sentence Transformers, model2vec; and our class on model2vec's folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from model2vec import StaticModel
from model2vec.distill import distill as model2vec_distill
from model2vec.model import quantize_model
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.modules import EmbeddingTable
from tests import texts
from tests.models import pipeline, with_table

TOLERANCE = 1e-5
HALF_PRECISION = 1e-3
"""Peers average a float16 table, and answer, in float16; we answer in float32."""


def assert_equal_vectors(ours: np.ndarray, theirs: np.ndarray, tolerance: float = TOLERANCE) -> None:
    """Equal within ``tolerance``; in float16 the host gives NaN where we give zero (see test_peer_mistakes.py)."""
    assert ours.dtype == np.float32
    if theirs.dtype == np.float16:
        undefined = np.isnan(theirs).all(axis=1)
        assert not ours[undefined].any()
        ours, theirs = ours[~undefined], theirs[~undefined]
    difference = np.abs(ours - theirs.astype(np.float32)).max(axis=1)
    assert difference.max() <= tolerance, f"text {difference.argmax()}: {difference.max()}"


@pytest.fixture(scope="module")
def all_texts(real_texts: list[str]) -> list[str]:
    """The real ones that model2vec reads to the end, and the hard ones."""
    short = [text for text in real_texts if len(text) < 2000]
    return [*short, *texts.HARD.values()]


@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
def test_our_folder(
    precision: str, minilm_256: StaticSentenceTransformer, all_texts: list[str], tmp_path: Path
) -> None:
    folder = str(tmp_path / "model")
    with_table(minilm_256, minilm_256[0].table.quantized(precision)).save_pretrained(folder)
    tolerance = HALF_PRECISION if precision == "float16" else TOLERANCE

    ours = StaticSentenceTransformer(folder, device="cpu").encode(all_texts)
    assert_equal_vectors(ours, SentenceTransformer(folder, device="cpu").encode(all_texts), tolerance)
    assert_equal_vectors(ours, StaticModel.from_pretrained(folder).encode(all_texts), tolerance)


def test_plain_host_reads_long_texts_alike(
    minilm_256: StaticSentenceTransformer, real_texts: list[str], minilm_256_path: str
) -> None:
    long = [text for text in real_texts if len(text) >= 2000]
    assert len(long) > 100
    plain = SentenceTransformer(minilm_256_path, device="cpu")
    assert_equal_vectors(minilm_256.encode(long), plain.encode(long))


@pytest.fixture(scope="module")
def peers(minilm_path: str) -> dict[str, StaticModel]:
    """Model2Vec's own distillation, plain and with a clustered vocabulary (a mapping, and weights of float64)."""
    plain = model2vec_distill(minilm_path, quantize_to="float32")
    return {"plain": plain, "clustered": quantize_model(plain, vocabulary_quantization=300)}


@pytest.mark.parametrize("precision", ["float32", "float16", "int8"])
@pytest.mark.parametrize("kind", ["plain", "clustered"])
def test_model2vecs_folder(
    kind: str, precision: str, peers: dict[str, StaticModel], all_texts: list[str], tmp_path: Path
) -> None:
    quantize_model(peers[kind], quantize_to=precision).save_pretrained(tmp_path)
    ours = StaticSentenceTransformer(str(tmp_path), device="cpu").encode(all_texts)
    tolerance = HALF_PRECISION if precision == "float16" else TOLERANCE
    assert_equal_vectors(ours, StaticModel.from_pretrained(tmp_path).encode(all_texts), tolerance)


def test_clustered_table_round_trip(
    minilm_256: StaticSentenceTransformer, all_texts: list[str], tmp_path: Path
) -> None:
    """A mapping without weights, of which two tokens share the unknown token's row."""
    table = minilm_256[0].table
    mapping = np.arange(table.vocab_size) // 3
    clustered = EmbeddingTable.create(table.embeddings[: mapping.max() + 1], mapping)
    folder = str(tmp_path / "clustered")
    with_table(minilm_256, clustered).save_pretrained(folder)
    ours = StaticSentenceTransformer(folder, device="cpu").encode(all_texts)
    assert_equal_vectors(ours, with_table(minilm_256, clustered).encode(all_texts))
    assert_equal_vectors(ours, SentenceTransformer(folder, device="cpu").encode(all_texts))
    assert_equal_vectors(ours, StaticModel.from_pretrained(folder).encode(all_texts))


def test_without_normalize(minilm_256: StaticSentenceTransformer, real_texts: list[str], tmp_path: Path) -> None:
    folder = str(tmp_path / "raw")
    pipeline(minilm_256[0], normalize=False).save_pretrained(folder)
    known = [text for text in real_texts if len(text) < 2000 and text.isascii()]
    ours = StaticSentenceTransformer(folder, device="cpu")
    assert len(ours) == 2
    vectors = ours.encode(known)
    assert not np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert_equal_vectors(vectors, SentenceTransformer(folder, device="cpu").encode(known))
    assert_equal_vectors(vectors, StaticModel.from_pretrained(folder).encode(known))
