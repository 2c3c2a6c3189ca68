"""Encoding in one pass gives what the host's loop over batches gives, whatever is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize

from sentence_transformers_static import StaticEmbedding, StaticSentenceTransformer, encoding
from sentence_transformers_static.errors import InputError
from sentence_transformers_static.modules import EmbeddingTable
from tests import teachers, texts
from tests.models import pipeline, random_model, with_table

TEXTS = [*texts.HARD.values(), *texts.real(150)]


def int8() -> StaticSentenceTransformer:
    return with_table(random_model(), random_model()[0].table.quantized("int8"))


def float16() -> StaticSentenceTransformer:
    return with_table(random_model(), random_model()[0].table.quantized("float16"))


def clustered(precision: Any = "float32") -> StaticSentenceTransformer:
    model = random_model()
    vocab = model[0].table.vocab_size
    mapping = torch.arange(vocab) % 50
    table = EmbeddingTable(model[0].table.embeddings[:50], mapping, torch.rand(vocab) + 0.5)
    return with_table(model, table.quantized(precision))


def with_dense() -> StaticSentenceTransformer:
    modules = [*random_model(normalize=False), Dense(8, 5), Normalize()]
    return StaticSentenceTransformer(modules=modules, device="cpu")


def normalized_before_dense() -> StaticSentenceTransformer:
    return StaticSentenceTransformer(modules=[*random_model(), Dense(8, 5)], device="cpu")


MODELS: dict[str, Callable[[], StaticSentenceTransformer]] = {
    "float32": random_model,
    "not normalized": lambda: random_model(normalize=False),
    "int8": int8,
    "float16": float16,
    "clustered": clustered,
    "clustered int8": lambda: clustered("int8"),
    "Dense": with_dense,
    "Normalize, Dense": normalized_before_dense,
}


def by_batches(model: StaticSentenceTransformer, inputs: Any, **options: Any) -> Any:
    """What the host's own loop gives."""
    hook = model.register_forward_pre_hook(lambda *_: None)  # somebody watches: no shortcut is taken
    try:
        return model.encode(inputs, **options)
    finally:
        hook.remove()


def assert_same(found: Any, expected: Any) -> None:
    assert type(found) is type(expected)
    if isinstance(found, list):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            assert_same(one, other)
        return
    assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
    torch.testing.assert_close(torch.as_tensor(found), torch.as_tensor(expected), atol=1e-6, rtol=0)


OPTIONS: list[dict[str, Any]] = [
    {},
    {"batch_size": 7},
    {"convert_to_tensor": True},
    {"convert_to_numpy": False},
    {"normalize_embeddings": True},
    {"truncate_dim": 3},
    {"truncate_dim": 3, "normalize_embeddings": True},
    {"truncate_dim": 100},
    {"precision": "binary"},
    {"precision": "ubinary", "convert_to_tensor": True},
    {"prompt": "query: "},
    {"prompt_name": "query"},
    {"device": "cpu"},
    {"output_value": "sentence_embedding", "show_progress_bar": True},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kind", MODELS)
def test_every_option(kind: str, options: dict[str, Any]) -> None:
    model = MODELS[kind]()
    model.prompts = {"query": "query: "}
    found, expected = model.encode(TEXTS, **options), by_batches(model, TEXTS, **options)
    if options.get("precision") in ("binary", "ubinary"):  # a value beside zero may round to either side
        assert found.shape == expected.shape and found.dtype == expected.dtype
        assert (np.asarray(found) != np.asarray(expected)).mean() < 0.01
    else:
        assert_same(found, expected)


@pytest.mark.parametrize("precision", ["int8", "uint8"])
def test_scalar_quantization(precision: Any, minilm_256: StaticSentenceTransformer) -> None:
    found = minilm_256.encode(TEXTS, precision=precision)
    expected = by_batches(minilm_256, TEXTS, precision=precision)
    assert found.dtype == expected.dtype and found.shape == expected.shape
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1


INPUTS: dict[str, Any] = {
    "a text": "one text",
    "an empty text": "",
    "no texts": [],
    "a tuple": ("a text", "b"),
    "an array": np.array(["a text", "b"]),
    "an empty array": np.array([], dtype=str),
    "a column": Dataset.from_dict({"text": ["a text", "b"]})["text"],
    "only unknown": [texts.UNKNOWN] * 3,
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("as_tensor", [False, True])
def test_every_kind_of_input(name: str, as_tensor: bool) -> None:
    model = random_model()
    assert_same(
        model.encode(INPUTS[name], convert_to_tensor=as_tensor),
        by_batches(model, INPUTS[name], convert_to_tensor=as_tensor),
    )


def test_as_stock_sentence_transformers(minilm_256_path: str, minilm_256: StaticSentenceTransformer) -> None:
    stock = SentenceTransformer(minilm_256_path, device="cpu", local_files_only=True)
    np.testing.assert_allclose(minilm_256.encode(TEXTS), stock.encode(TEXTS), atol=2e-6)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("characters", [1, 100, 10**9])
@pytest.mark.parametrize("pooled_bytes", [1, 1000])
def test_the_pieces_do_not_show(
    threads: int, characters: int, pooled_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many texts are tokenized, and pooled, at a time; and by how many threads."""
    model = random_model()
    expected = model.encode(TEXTS)
    monkeypatch.setattr(encoding, "_POOLED_BYTES", pooled_bytes)
    monkeypatch.setattr(type(model[0].text_tokenizer._engine), "chunk_characters", characters)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        np.testing.assert_allclose(model.encode(TEXTS), expected, atol=1e-6)
    finally:
        torch.set_num_threads(before)


def test_an_error_in_a_later_piece_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model()
    monkeypatch.setattr(type(model[0].text_tokenizer._engine), "chunk_characters", 1)
    with pytest.raises(InputError, match="input 3 is int"):
        model.encode(["a", "b", "c", 4, "e"])


def test_the_cut(minilm_256: StaticSentenceTransformer) -> None:
    minilm_256.max_seq_length = 3
    long = minilm_256.encode(["one two three four five", "one two three"])
    np.testing.assert_allclose(long[0], long[1], atol=1e-7)


def test_what_stands_between_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A subclass, a hook on a module or the model: what they do is done."""

    class Loud(StaticSentenceTransformer):
        def preprocess(self, inputs: Any, prompt: str | None = None, **kwargs: Any) -> dict[str, Any]:
            return super().preprocess([text + " loud" for text in inputs], prompt=prompt, **kwargs)

    quiet = random_model()
    loud = Loud(modules=list(quiet), device="cpu")
    np.testing.assert_allclose(loud.encode("a"), quiet.encode("a loud"), atol=1e-6)
    calls: list[int] = []
    for module in (quiet, quiet[0], quiet[1]):
        hook = module.register_forward_hook(lambda *_: calls.append(1))
        quiet.encode("a")
        hook.remove()
    assert len(calls) == 3


def test_in_other_processes(minilm_256: StaticSentenceTransformer) -> None:
    expected = minilm_256.encode(TEXTS)
    pool = minilm_256.start_multi_process_pool(["cpu", "cpu"])
    try:
        np.testing.assert_allclose(minilm_256.encode(TEXTS, pool=pool, chunk_size=50), expected, atol=1e-6)
    finally:
        minilm_256.stop_multi_process_pool(pool)


def test_the_table_is_not_changed_nor_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    for build in MODELS.values():
        model = build()
        before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        model.encode(TEXTS)
        for name, tensor in model.state_dict().items():
            assert tensor.dtype == before[name].dtype
            torch.testing.assert_close(tensor, before[name], rtol=0, atol=0)


def test_a_model_in_half_precision() -> None:
    model = random_model().to(torch.bfloat16)
    found = model.encode(["one two", "three"], convert_to_tensor=True)
    expected = by_batches(model, ["one two", "three"], convert_to_tensor=True)
    assert found.dtype == expected.dtype == torch.bfloat16
    torch.testing.assert_close(found, expected, atol=1e-2, rtol=0)


def test_it_can_be_trained_afterwards() -> None:
    """What is computed in inference mode leaves nothing behind in the table."""
    model = pipeline(StaticEmbedding(teachers.bert().tokenizer, embedding_dim=8))
    model.encode(["a b"])
    model(model.preprocess(["a b"]))["sentence_embedding"].sum().backward()
    assert model[0].weight.grad is not None
