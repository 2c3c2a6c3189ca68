"""Where a peer is wrong: each case by name, with the peer's answer, so that we notice when it is mended."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from model2vec import StaticModel
from model2vec.distill import distill_from_model as model2vec_distill_from_model
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize
from sentence_transformers.sentence_transformer.modules import StaticEmbedding as HostStaticEmbedding

from sentence_transformers_static import StaticSentenceTransformer, distill_from_model
from tests import teachers
from tests.models import pipeline, with_table
from tests.texts import UNKNOWN


def test_model2vec_cuts_by_characters_before_it_tokenizes(
    minilm_256: StaticSentenceTransformer, minilm_256_path: str
) -> None:
    """It keeps 512 x the median token length characters: of 900 long words, far fewer than 512 tokens are read."""
    text = " ".join(f"international {word}" for word in ("house", "river", "garden", "winter") * 225)
    peer = StaticModel.from_pretrained(minilm_256_path)
    _, offsets = minilm_256[0].text_tokenizer([text], 512)
    assert offsets.tolist() == [0, 512]
    assert len(peer.tokenizer.encode(text[: 512 * peer.median_token_length], add_special_tokens=False).ids) < 512
    ours, theirs = minilm_256.encode([text]), peer.encode([text])
    assert np.abs(ours - theirs).max() > 1e-5
    plain = SentenceTransformer(minilm_256_path, device="cpu").encode([text])
    np.testing.assert_allclose(ours, plain, atol=1e-5)


def test_model2vec_refuses_an_empty_list(minilm_256: StaticSentenceTransformer, minilm_256_path: str) -> None:
    with pytest.raises(ValueError, match="need at least one array"):
        StaticModel.from_pretrained(minilm_256_path).encode([])
    assert len(minilm_256.encode([])) == 0


def test_model2vec_int8_forgets_its_scale_and_flattens_frequent_rows(minilm_256: StaticSentenceTransformer) -> None:
    """One scale for the whole table: most frequent tokens round to zero. One per row keeps every direction."""
    from model2vec.quantization import DType, quantize_embeddings

    table = minilm_256[0].table
    rows = table.embeddings.numpy()
    theirs = quantize_embeddings(rows, DType.Int8)
    ours = table.quantized("int8")
    assert (theirs[2:52] == 0).mean() > 0.9
    back = ours.embeddings.float().numpy() * ours.weights.numpy()[:, None]
    known = np.arange(len(rows)) != minilm_256[0].text_tokenizer.unknown_id  # its row is saved as zeros
    rows, back = rows[known], back[known]
    cosines = (rows * back).sum(axis=1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(back, axis=1)
    assert cosines.min() >= 0.999


def test_host_averages_unknown_tokens_in(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    """Visible only without Normalize: the unknown row is zeros, but it is counted."""
    folder = str(tmp_path / "raw")
    pipeline(minilm_256[0], normalize=False).save_pretrained(folder)
    ours = StaticSentenceTransformer(folder, device="cpu").encode([f"hello {UNKNOWN}"])
    theirs = SentenceTransformer(folder, device="cpu").encode([f"hello {UNKNOWN}"])
    np.testing.assert_allclose(theirs, ours / 2, rtol=1e-5)


def test_host_gives_nan_for_an_empty_text_in_float16(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    table = minilm_256[0].table.quantized("float16")
    host = HostStaticEmbedding(minilm_256[0].tokenizer, embedding_weights=table.embeddings)
    theirs = SentenceTransformer(modules=[host, Normalize()], device="cpu").encode([""])
    assert np.isnan(theirs).all()
    assert not with_table(minilm_256, table).encode([""]).any()


def test_host_cuts_dimensions_after_normalizing(minilm_256: StaticSentenceTransformer, minilm_256_path: str) -> None:
    plain = SentenceTransformer(minilm_256_path, device="cpu", truncate_dim=64).encode(["a sentence"])
    assert np.linalg.norm(plain) < 0.99
    ours = StaticSentenceTransformer(minilm_256_path, device="cpu", truncate_dim=64).encode(["a sentence"])
    assert np.linalg.norm(ours) == pytest.approx(1, abs=1e-6)
    np.testing.assert_allclose(ours, plain / np.linalg.norm(plain), atol=1e-6)


def test_host_crashes_on_int8(minilm_256: StaticSentenceTransformer) -> None:
    table = minilm_256[0].table.quantized("int8")
    with pytest.raises(RuntimeError):
        HostStaticEmbedding(minilm_256[0].tokenizer, embedding_weights=table.embeddings)
    assert with_table(minilm_256, table).encode(["fine"]).shape == (1, 256)


def test_host_cannot_split_a_batch(minilm_256: StaticSentenceTransformer) -> None:
    """Its features are flat; ours are padded, which is what the Cached* losses split."""
    host = HostStaticEmbedding(minilm_256[0].tokenizer, embedding_weights=torch.zeros(29_525, 4))
    texts = ["one", "two words", "three words here"]
    assert host.preprocess(texts)["input_ids"].ndim == 1
    assert minilm_256.preprocess(texts)["input_ids"].shape == (3, 3)


def test_model2vec_renumbers_a_unigram_vocabulary_and_forgets_the_unknown_token() -> None:
    """Its unknown id still says 3 after two tokens before it have gone: an innocent token is dropped instead."""
    teacher = teachers.xlm_roberta()
    assert teacher.tokenizer.unk_token_id == 3
    peer = model2vec_distill_from_model(teacher.model, teacher.tokenizer, device="cpu", pca_dims=8)
    assert peer.unk_token_id == 3 and peer.tokens[3] != "<unk>"
    ours = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, show_progress_bar=False)
    assert ours[0].text_tokenizer.unknown_id == peer.tokens.index("<unk>")
    innocent = peer.tokens[3].strip("▁")
    assert not peer.encode([innocent]).any() or len(peer.tokenizer.encode(innocent).ids) > 1
    assert ours.encode([innocent]).any()
