"""StaticEmbedding as an input module of the host."""

from __future__ import annotations

import copy
import math
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
from transformers import PreTrainedTokenizerBase

from sentence_transformers_static import StaticEmbedding
from sentence_transformers_static.errors import ModelFolderError, OptionError, TableError, TokenizerError
from sentence_transformers_static.modules import EmbeddingTable, static_embedding
from tests import teachers
from tests.texts import UNKNOWN

TOKENIZER = teachers.bert().tokenizer
SIZE = len(TOKENIZER)
TEXTS = ["one two three", "", f"one {UNKNOWN} two", UNKNOWN, "a rather longer text than the others"]


def embedding(precision: str = "float32", *, mapped: bool = False, weighted: bool = False) -> StaticEmbedding:
    generator = np.random.default_rng(0)
    mapping = generator.integers(0, 50, SIZE) if mapped else None
    weights = generator.uniform(0.5, 2, SIZE) if weighted else None
    rows = generator.normal(size=(50 if mapped else SIZE, 6)).astype(np.float32)
    table = EmbeddingTable.create(rows, mapping, weights).quantized(precision)
    return StaticEmbedding(TOKENIZER, table.embeddings, token_weights=table.weights, token_mapping=table.mapping)


KINDS = [(p, m, w) for p in ("float32", "float16", "int8") for m in (False, True) for w in (False, True)]


@pytest.mark.parametrize(("precision", "mapped", "weighted"), KINDS)
def test_the_definition(precision: str, mapped: bool, weighted: bool) -> None:
    """Token t is embeddings[mapping[t]] * weights[t]; a text is the mean of its known tokens, or zero."""
    module = embedding(precision, mapped=mapped, weighted=weighted)
    table = module.table
    features = module(module.preprocess(TEXTS))
    means = module.mean(features)
    assert features["token_embeddings"].dtype == means.dtype == torch.float32
    for row, text in enumerate(TEXTS):
        ids = [t for t in TOKENIZER.encode(text, add_special_tokens=False) if t != TOKENIZER.unk_token_id]
        expected = (
            torch.stack(
                [
                    table.embeddings[t if table.mapping is None else table.mapping[t]].float()
                    * (1 if table.weights is None else table.weights[t])
                    for t in ids
                ]
            )
            if ids
            else torch.zeros(0, 6)
        )
        assert int(features["attention_mask"][row].sum()) == len(ids)
        torch.testing.assert_close(features["token_embeddings"][row, : len(ids)], expected)
        torch.testing.assert_close(means[row], expected.sum(dim=0) / max(1, len(ids)))


def test_only_float32_is_trained() -> None:
    assert embedding().weight.requires_grad
    assert not embedding("float16").weight.requires_grad and not embedding("int8").weight.requires_grad
    assert not embedding(weighted=True).token_weights.requires_grad


def test_training_a_compact_table_is_warned_of(monkeypatch: pytest.MonkeyPatch) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(static_embedding.logger, "warning_once", warnings.append)
    embedding("int8").eval().train()
    assert len(warnings) == 1 and "The int8 table is read-only" in warnings[0]
    embedding().train()
    assert len(warnings) == 1


def test_batches_of_nothing() -> None:
    module = embedding()
    features = module(module.preprocess(["", UNKNOWN]))
    assert features["input_ids"].shape == (2, 1)
    assert not features["attention_mask"].any()
    for mode in ("cls", "lasttoken"):
        assert not Pooling(6, mode)(dict(features))["sentence_embedding"].any()
    assert not module.mean(features).any()
    assert not Pooling(6, "mean")(features)["sentence_embedding"].any()


@pytest.mark.parametrize("mode", ["cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"])
def test_other_poolings_of_the_host(mode: str) -> None:
    model = SentenceTransformer(modules=[embedding(), Pooling(6, mode), Normalize()], device="cpu")
    assert model.encode(["one two three", "four"]).shape == (2, 6)


def test_a_prompt_can_be_left_out_of_the_mean() -> None:
    model = SentenceTransformer(modules=[embedding(), Pooling(6, "mean", include_prompt=False)], device="cpu")
    with_prompt = model.encode(["two three"], prompt="one : ")
    np.testing.assert_allclose(with_prompt, model.encode(["two three"]), atol=1e-6)


def test_maximum_length() -> None:
    module = embedding()
    assert module.max_seq_length == 512
    module.max_seq_length = 2
    assert module.preprocess(["one two three four"])["input_ids"].shape == (1, 2)
    assert module.tokenizer.model_max_length == 2
    assert module.preprocess(["one two three four"], max_length=3)["input_ids"].shape == (1, 3)
    module.max_seq_length = None
    assert module.max_seq_length == math.inf
    assert module.preprocess(["one " * 2000])["input_ids"].shape[1] >= 2000


@pytest.mark.parametrize("bad", [0, -1, 1.5])
def test_refused_maximum_lengths(bad: float) -> None:
    with pytest.raises(OptionError, match="whole number of tokens above 0"):
        embedding().max_seq_length = bad


def test_someone_elses_tokenizer_settings_do_not_reach_us() -> None:
    module = embedding()
    expected = module.preprocess(TEXTS)["input_ids"]
    module.tokenizer(TEXTS, padding="max_length", truncation=True, max_length=3)
    torch.testing.assert_close(module.preprocess(TEXTS)["input_ids"], expected)


def test_another_tokenizer_must_fit() -> None:
    module = embedding()
    assert isinstance(module.tokenizer, PreTrainedTokenizerBase)
    with pytest.raises(TableError, match="tokenizer has"):
        module.tokenizer = teachers.roberta().tokenizer
    assert module.preprocess(["one two"])["input_ids"].shape[0] == 1
    module.tokenizer = TOKENIZER


@pytest.mark.parametrize("options", [{}, {"embedding_weights": np.ones((SIZE, 2)), "embedding_dim": 2}])
def test_weights_or_width(options: dict[str, object]) -> None:
    with pytest.raises(OptionError, match="either embedding_weights"):
        StaticEmbedding(TOKENIZER, **options)


def test_random_table() -> None:
    module = StaticEmbedding(TOKENIZER, embedding_dim=4)
    assert module.weight.shape == (SIZE, 4) and module.get_embedding_dimension() == 4
    assert abs(float(module.weight.detach().std()) - 1) < 0.1


@pytest.mark.parametrize("rows", [SIZE - 1, SIZE + 1])
def test_table_and_tokenizer_must_fit(rows: int) -> None:
    with pytest.raises(TableError, match=f"{rows:,} tokens, the tokenizer has {SIZE:,}"):
        StaticEmbedding(TOKENIZER, np.ones((rows, 2)))


def test_a_slow_tokenizer() -> None:
    from transformers import CanineTokenizer

    with pytest.raises(TokenizerError, match="needs a fast"):
        StaticEmbedding(CanineTokenizer(), embedding_dim=2)


@pytest.mark.parametrize(("precision", "mapped", "weighted"), KINDS)
def test_save_and_load(precision: str, mapped: bool, weighted: bool, tmp_path: Path) -> None:
    module = embedding(precision, mapped=mapped, weighted=weighted)
    module.max_seq_length = 9
    module.metadata = {"tokenizer_name": "a/teacher"}
    module.save(str(tmp_path))
    again = StaticEmbedding.load(str(tmp_path))
    assert again.max_seq_length == 9 and again.metadata == {"tokenizer_name": "a/teacher"}
    assert again.table.precision == precision
    features = module.preprocess(TEXTS)
    torch.testing.assert_close(again.mean(again.preprocess(TEXTS)), module.mean(features))


def test_copies() -> None:
    """deepcopy and pickle, which worker processes need."""
    module = embedding("int8")
    expected = module.mean(module.preprocess(TEXTS))
    for clone in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        torch.testing.assert_close(clone.mean(clone.preprocess(TEXTS)), expected)


def damaged_folder(tmp_path: Path) -> Path:
    embedding().save(str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("name", "content", "error", "message"),
    [
        ("model.safetensors", None, ModelFolderError, "has no model.safetensors.*st-static distill"),
        ("tokenizer.json", None, ModelFolderError, "has no tokenizer.json"),
        ("model.safetensors", b"\x08\x00", ModelFolderError, "model.safetensors of .* is damaged"),
        ("tokenizer.json", b"{}", TokenizerError, "not a readable tokenizer.json"),
        ("config.json", b"{", ModelFolderError, "config.json of .* is not JSON"),
        ("config.json", b"[]", ModelFolderError, "must hold an object, got list"),
    ],
)
def test_damaged_folders(
    tmp_path: Path, name: str, content: bytes | None, error: type[Exception], message: str
) -> None:
    path = damaged_folder(tmp_path) / name
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(error, match=message):
        StaticEmbedding.load(str(tmp_path))


def test_a_truncated_table(tmp_path: Path) -> None:
    path = damaged_folder(tmp_path) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelFolderError, match="damaged.*Download it or save the model again"):
        StaticEmbedding.load(str(tmp_path))


def test_a_table_has_its_own_weights() -> None:
    table = EmbeddingTable.create(torch.randn(teachers.bert().tokenizer.backend_tokenizer.get_vocab_size(), 4))
    assert StaticEmbedding(teachers.bert().tokenizer, table).get_embedding_dimension() == 4
    with pytest.raises(OptionError, match="has its own mapping and weights"):
        StaticEmbedding(teachers.bert().tokenizer, table, token_weights=torch.ones(table.vocab_size))
