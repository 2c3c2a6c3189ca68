"""StaticSentenceTransformer: what it does differently from its parent, and what it does alike."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.errors import InputError, ModelFolderError, OptionError, TableError
from tests.models import random_model
from tests.texts import HARD, UNKNOWN

TEXTS = ["one two three", "", UNKNOWN, "a rather longer text than the others", "four"]


def test_same_as_the_parent_class(minilm_256: StaticSentenceTransformer, real_texts: list[str]) -> None:
    """The same modules in a plain SentenceTransformer, which runs them one by one."""
    plain = SentenceTransformer(modules=list(minilm_256), device="cpu")
    texts = [*real_texts[:200], *HARD.values()]
    np.testing.assert_allclose(minilm_256.encode(texts), plain.encode(texts), atol=1e-6)
    np.testing.assert_allclose(
        minilm_256.encode(texts, prompt="query: "), plain.encode(texts, prompt="query: "), atol=1e-6
    )


def test_shapes_and_types() -> None:
    model = random_model()
    assert model.encode("one").shape == (8,)
    assert model.encode(TEXTS).shape == (5, 8)
    assert isinstance(model.encode(TEXTS, convert_to_tensor=True), torch.Tensor)
    assert len(model.encode([])) == 0
    np.testing.assert_array_equal(model.encode(np.array(TEXTS)), model.encode(TEXTS))
    assert model.encode(TEXTS, precision="binary").dtype == np.int8
    assert model.get_embedding_dimension() == 8 and model.max_seq_length == 512


def test_unknown_texts_are_zero_never_nan() -> None:
    vectors = random_model().encode(TEXTS)
    assert not vectors[1].any() and not vectors[2].any() and vectors[0].any()


def test_token_embeddings_have_as_many_rows_as_there_are_known_tokens() -> None:
    model = random_model()
    found = model.encode(TEXTS, output_value="token_embeddings")
    lengths = np.diff(model[0].text_tokenizer(TEXTS)[1])
    assert [len(rows) for rows in found] == lengths.tolist()
    mean = torch.nn.functional.normalize(found[0].mean(dim=0), dim=0)
    np.testing.assert_allclose(mean, model.encode(TEXTS[0]), atol=1e-6)
    everything = model.encode(TEXTS, output_value=None)
    assert {"token_embeddings", "sentence_embedding", "input_ids"} <= everything[0].keys()
    assert len(model.encode("one two", output_value="token_embeddings")) >= 2


@pytest.mark.parametrize("how", ["constructor", "argument", "context"])
def test_truncated_vectors_have_norm_one(how: str, tmp_path: Path) -> None:
    model = random_model()
    model.save_pretrained(tmp_path)
    full = model.encode(TEXTS)
    if how == "constructor":
        cut = StaticSentenceTransformer(str(tmp_path), device="cpu", truncate_dim=3).encode(TEXTS)
    elif how == "argument":
        cut = model.encode(TEXTS, truncate_dim=3)
    else:
        with model.truncate_embeddings(3):
            cut = model.encode(TEXTS)
    np.testing.assert_allclose(np.linalg.norm(cut, axis=1), [1, 0, 0, 1, 1], atol=1e-6)
    expected = full[:, :3] / np.maximum(np.linalg.norm(full[:, :3], axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(cut, expected, atol=1e-6)


def test_truncation_without_normalize_does_not_normalize() -> None:
    model = random_model(normalize=False)
    np.testing.assert_allclose(model.encode(TEXTS, truncate_dim=3), model.encode(TEXTS)[:, :3])


def test_prompts_queries_and_documents(tmp_path: Path) -> None:
    model = random_model()
    model.prompts = {"query": "question : ", "document": ""}
    model.save_pretrained(tmp_path)
    again = StaticSentenceTransformer(tmp_path, device="cpu")
    np.testing.assert_allclose(again.encode_query("one"), model.encode("question : one"), atol=1e-6)
    np.testing.assert_allclose(again.encode_document("one"), model.encode("one"), atol=1e-6)
    assert again.similarity(again.encode_query(TEXTS), again.encode_document(TEXTS)).shape == (5, 5)


def test_worker_processes(minilm_256: StaticSentenceTransformer, real_texts: list[str]) -> None:
    pool = minilm_256.start_multi_process_pool(["cpu", "cpu"])
    try:
        found = minilm_256.encode(real_texts[:100], pool=pool, chunk_size=30)
    finally:
        minilm_256.stop_multi_process_pool(pool)
    np.testing.assert_allclose(found, minilm_256.encode(real_texts[:100]), atol=1e-6)


@pytest.mark.parametrize("bad", [None, 3, ["fine", None], [1.5], [("a", "b")], {"text": "a"}], ids=str)
def test_only_strings_are_encoded(bad: object) -> None:
    with pytest.raises(InputError, match="must be a str"):
        random_model().encode(bad)  # type: ignore[call-overload]
    with pytest.raises(InputError, match="must be a str"):
        random_model().encode(bad, prompt="query: ")  # type: ignore[call-overload]


def test_a_transformer_is_no_static_model(minilm_path: str) -> None:
    with pytest.raises(ModelFolderError, match=r"first module is .*\.Transformer, .*distill\("):
        StaticSentenceTransformer(minilm_path, device="cpu")


@pytest.mark.parametrize("files", [{}, {"README.md": "hello"}, {"config.json": '{"model_type": "bert"}'}])
def test_a_folder_that_is_no_model(tmp_path: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(ModelFolderError, match="expected model.safetensors, tokenizer.json and config.json"):
        StaticSentenceTransformer(tmp_path, device="cpu")


def test_a_name_that_nobody_has() -> None:
    with pytest.raises(ModelFolderError, match="no-one/nothing.*Hub name, check its spelling"):
        StaticSentenceTransformer("no-one/nothing", device="cpu")


def test_a_transformers_weights_under_a_static_name(tmp_path: Path, minilm_path: str) -> None:
    random_model().save_pretrained(tmp_path)
    (tmp_path / "model.safetensors").write_bytes((Path(minilm_path) / "model.safetensors").read_bytes())
    with pytest.raises(TableError, match="holds no static embedding table"):
        StaticSentenceTransformer(tmp_path, device="cpu")


def test_code_from_a_folder_is_not_run(tmp_path: Path) -> None:
    """Neither under a foreign name, nor under one that pretends to be ours."""
    random_model().save_pretrained(tmp_path)
    for claimed, error, message in (
        ("evil.StaticEmbedding", ValueError, "trust_remote_code=True"),
        ("sentence_transformers_static.cli.app", ModelFolderError, "this version .* does not have"),
        ("sentence_transformers_static_evil.StaticEmbedding", ValueError, "trust_remote_code=True"),
    ):
        modules = json.loads((tmp_path / "modules.json").read_text())
        modules[0]["type"] = claimed
        (tmp_path / "modules.json").write_text(json.dumps(modules))
        with pytest.raises(error, match=message):
            StaticSentenceTransformer(tmp_path, device="cpu")


def test_metadata_survives_training_and_saving(tmp_path: Path) -> None:
    model = random_model()
    model[0].metadata = {"tokenizer_name": "a/teacher", "distillation": {"pca_dims": 8}}
    model.save_pretrained(tmp_path)
    again = StaticSentenceTransformer(tmp_path, device="cpu")
    assert again[0].metadata["distillation"] == {"pca_dims": 8}
    again.save_pretrained(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["model_type"] == "model2vec" and config["architectures"] == ["StaticModel"]
    assert config["normalize"] is True and config["max_length"] == 512 and config["hidden_dim"] == 8
    assert config["tokenizer_name"] == "a/teacher"


def test_casts_can_be_saved(tmp_path: Path) -> None:
    """bfloat16 and float64 are no storage formats; they are saved in float32."""
    for name, cast in (("half", "half"), ("bfloat16", "bfloat16"), ("double", "double")):
        model = getattr(random_model(), cast)()
        assert "embedding_dtype" in repr(model)
        model.save_pretrained(tmp_path / name)
        again = StaticSentenceTransformer(tmp_path / name, device="cpu")
        np.testing.assert_allclose(
            again.encode("one two"), model.encode("one two", convert_to_tensor=True).float(), atol=0.02
        )


def test_everything_about_a_text_is_cut_and_normalized() -> None:
    everything = random_model().encode(["one two"], output_value=None, truncate_dim=3)
    assert everything[0]["sentence_embedding"].shape == (3,)
    assert float(everything[0]["sentence_embedding"].norm()) == pytest.approx(1, abs=1e-6)


def test_the_position_of_a_bad_input_is_the_callers() -> None:
    with pytest.raises(InputError, match="input 0 is NoneType"):
        random_model().encode([None, "long " * 9, "longer " * 90])  # type: ignore[list-item]
    with pytest.raises(InputError, match="generator.*Pass a list of texts"):
        random_model().encode(text for text in TEXTS)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", ["/no/such/folder/anywhere", __file__])
def test_paths_that_are_no_folder(name: str) -> None:
    with pytest.raises(ModelFolderError, match="is not the folder of a static model"):
        StaticSentenceTransformer(name, device="cpu")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [("modules.json", "{", "not the folder"), ("config.json", '{"max_length": "many"}', "says max_length 'many'")],
)
def test_damaged_settings(tmp_path: Path, file: str, content: str, message: str) -> None:
    random_model().save_pretrained(tmp_path)
    (tmp_path / file).write_text(content)
    with pytest.raises(ModelFolderError, match=message):
        StaticSentenceTransformer(tmp_path, device="cpu")


@pytest.mark.parametrize("dtype", ["float16", torch.float16])
def test_dtype_on_loading(tmp_path: Path, dtype: object) -> None:
    from sentence_transformers_static.errors import OptionError

    random_model().save_pretrained(tmp_path)
    assert StaticSentenceTransformer(tmp_path, model_kwargs={"dtype": dtype})[0].table.precision == "float16"
    with pytest.raises(OptionError, match="must be float32, float16 or auto"):
        StaticSentenceTransformer(tmp_path, model_kwargs={"dtype": "int3"})


def test_nothing_to_load() -> None:
    with pytest.raises(ModelFolderError, match="nothing to load: pass a folder"):
        StaticSentenceTransformer(device="cpu")


def test_a_tokenizer_library_is_forced(tmp_path: Path) -> None:
    saved = random_model()
    saved.save_pretrained(str(tmp_path))
    for name in ("tokenizers", "nanotoken"):
        model = StaticSentenceTransformer(tmp_path, device="cpu", tokenizer_backend=name)
        assert model.static_embedding.tokenizer_backend == name
        np.testing.assert_allclose(model.encode(TEXTS), saved.encode(TEXTS), atol=1e-6)
    with pytest.raises(OptionError, match="cannot read this tokenizer"):
        StaticSentenceTransformer(tmp_path, device="cpu", tokenizer_backend="fastokens")
