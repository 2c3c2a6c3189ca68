"""Distillation: what the teacher's own pipeline adds, what is refused, and that the teacher is left as it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling

from sentence_transformers_static import StaticSentenceTransformer, distill, distill_from_model
from sentence_transformers_static.errors import NotYetSupportedError, OptionError, TeacherError, TokenizerError
from tests import teachers

RAW: dict[str, Any] = {"pca_dims": None, "sif_coefficient": None, "show_progress_bar": False}
"""Rows as the teacher gives them."""


def pipeline(folder: str, *modules: torch.nn.Module, **options: Any) -> SentenceTransformer:
    """A Sentence Transformers teacher around the bare one."""
    transformer = SentenceTransformer(folder, device="cpu", local_files_only=True)[0]
    return SentenceTransformer(modules=[transformer, *modules], device="cpu", **options)


def rows(model: StaticSentenceTransformer) -> np.ndarray:
    return model[0].table.embeddings.numpy()


def row_of(model: StaticSentenceTransformer, token: str) -> np.ndarray:
    return rows(model)[model[0].tokenizer.get_vocab()[token]]


def test_a_row_is_what_the_teacher_says_of_the_token(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "mean"))
    model = distill(teacher, **RAW)
    for token in ("the", "sample", "parameters"):
        np.testing.assert_allclose(row_of(model, token), teacher.encode(token), atol=1e-5)


def test_a_bare_transformer_means_mean_pooling(bert_folder: str) -> None:
    bare = teachers.bert()
    expected = rows(distill(pipeline(bert_folder, Pooling(32, "mean")), **RAW))
    for model in (
        distill(bert_folder, device="cpu", **RAW),
        distill_from_model(bare.model, bare.tokenizer, **RAW),
        distill(bert_folder, device="cpu", pooling="mean", **RAW),
    ):
        np.testing.assert_allclose(rows(model), expected, atol=1e-5)


@pytest.mark.parametrize("mode", ["cls", "lasttoken", "max"])
def test_the_teachers_own_pooling(bert_folder: str, mode: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, mode))
    np.testing.assert_allclose(row_of(distill(teacher, **RAW), "the"), teacher.encode("the"), atol=1e-5)


def test_the_teachers_dense_layers_and_no_normalize(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "mean"), Dense(32, 7), Normalize())
    model = distill(teacher, **RAW)
    assert rows(model).shape[1] == 7
    row = row_of(model, "the")
    assert np.ptp(np.linalg.norm(rows(model), axis=1)) > 0.1, "norms differ, so nothing was normalized"
    np.testing.assert_allclose(row / np.linalg.norm(row), teacher.encode("the"), atol=1e-5)


@pytest.mark.parametrize("name", ["XLM-R", "RoBERTa"])
def test_a_prompt_that_ends_in_a_space(name: str, tmp_path: Path) -> None:
    """The space belongs to the word that follows, as it does in what the teacher reads."""
    bare = teachers.ALL[name]()
    bare.model.save_pretrained(tmp_path)
    bare.tokenizer.save_pretrained(tmp_path)
    options = {"prompts": {"passage": "sample: "}, "default_prompt_name": "passage"}
    teacher = pipeline(str(tmp_path), Pooling(32, "mean"), **options)
    token = "▁the" if name == "XLM-R" else "Ġthe"
    np.testing.assert_allclose(row_of(distill(teacher, **RAW), token), teacher.encode("the"), atol=1e-5)


@pytest.mark.parametrize("include_prompt", [True, False])
def test_the_teachers_default_prompt(bert_folder: str, include_prompt: bool) -> None:
    pooling = Pooling(32, "mean", include_prompt=include_prompt)
    options = {"prompts": {"passage": "sample : "}, "default_prompt_name": "passage"}
    teacher = pipeline(bert_folder, pooling, **options)
    np.testing.assert_allclose(row_of(distill(teacher, **RAW), "the"), teacher.encode("the"), atol=1e-5)
    without = distill(teacher, pooling="mean", **RAW)
    assert np.abs(row_of(without, "the") - teacher.encode("the")).max() > 1e-4


def test_a_decoder_with_its_own_last_token_pooling() -> None:
    bare = teachers.qwen2()
    model = distill_from_model(bare.model, bare.tokenizer, pooling="last", **RAW)
    ids = bare.tokenizer(" the", return_tensors="pt")
    hidden = bare.model(**ids).last_hidden_state[0, -1]
    np.testing.assert_allclose(row_of(model, "Ġthe"), hidden.detach(), atol=1e-5)


def test_from_a_saved_sentence_transformer(bert_folder: str, tmp_path: Path) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "cls"), Normalize())
    teacher.save_pretrained(str(tmp_path / "teacher"))
    model = distill(str(tmp_path / "teacher"), device="cpu", **RAW)
    np.testing.assert_allclose(rows(model), rows(distill(teacher, **RAW)), atol=1e-6)
    assert model[0].metadata["tokenizer_name"] == "teacher"


def test_the_teacher_is_left_as_it_is(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "mean"), Normalize())
    teacher.train()
    before = {name: value.clone() for name, value in teacher.state_dict().items()}
    vocabulary = teacher.tokenizer.backend_tokenizer.to_str()
    distill(teacher, pca_dims=4, show_progress_bar=False)
    assert teacher.training and all(module.training for module in teacher.modules())
    assert len(teacher) == 3
    for name, value in teacher.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert teacher.tokenizer.backend_tokenizer.to_str() == vocabulary


def test_batches_change_nothing() -> None:
    bare = teachers.roberta()
    small = distill_from_model(bare.model, bare.tokenizer, batch_size=7, **RAW)
    large = distill_from_model(bare.model, bare.tokenizer, batch_size=5000, **RAW)
    np.testing.assert_allclose(rows(small), rows(large), atol=1e-5)


def test_twice_the_same() -> None:
    bare = teachers.bert()
    first, second = (distill_from_model(bare.model, bare.tokenizer, pca_dims=8, show_progress_bar=False) for _ in "ab")
    np.testing.assert_array_equal(rows(first), rows(second))


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_precisions(precision: str) -> None:
    bare = teachers.bert()
    options: dict[str, Any] = {"pca_dims": 8, "show_progress_bar": False}
    exact = distill_from_model(bare.model, bare.tokenizer, **options)
    compact = distill_from_model(bare.model, bare.tokenizer, quantize_to=precision, **options)
    assert compact[0].table.precision == precision
    texts = ["the sample parameters", "an array of values"]
    np.testing.assert_allclose(compact.encode(texts), exact.encode(texts), atol=0.01)


def test_what_is_remembered() -> None:
    bare = teachers.bert()
    model = distill_from_model(bare.model, bare.tokenizer, pca_dims=8, show_progress_bar=False)
    remembered = model[0].metadata["distillation"]
    assert remembered["pca_dims"] == 8 and remembered["pooling"] == "teacher"
    assert remembered["versions"]["torch"] == torch.__version__


@pytest.mark.parametrize("dims", [33, 256])
def test_more_dimensions_than_the_teacher_has(dims: int) -> None:
    bare = teachers.bert()
    with pytest.raises(OptionError, match=f"pca_dims={dims} is more than the teacher has: 32 dimensions.*at most 32"):
        distill_from_model(bare.model, bare.tokenizer, pca_dims=dims, show_progress_bar=False)


def test_options_to_come_are_refused_before_the_teacher_is_loaded() -> None:
    with pytest.raises(NotYetSupportedError):
        distill("no-one/nothing", vocabulary_quantization=9)


def test_a_model_without_a_pooler() -> None:
    bare = teachers.qwen2()
    with pytest.raises(TeacherError, match="Qwen2Model does not give what pooling='pooler' needs"):
        distill_from_model(bare.model, bare.tokenizer, pooling="pooler", show_progress_bar=False)


def test_a_slow_tokenizer() -> None:
    from transformers import CanineTokenizer

    with pytest.raises(TokenizerError, match="is a CanineTokenizer; expected a fast"):
        distill_from_model(teachers.bert().model, CanineTokenizer(), show_progress_bar=False)


def test_a_static_teacher() -> None:
    from tests.models import random_model

    with pytest.raises(TeacherError, match="first module is StaticEmbedding"):
        distill(random_model())


@pytest.mark.parametrize("name", ["no-one/nothing", "/no/such/folder"])
def test_a_teacher_that_cannot_be_loaded(name: str) -> None:
    with pytest.raises(TeacherError, match="(?s)Could not load the teacher.*Expected a Hub name"):
        distill(name)


def test_a_teacher_that_gives_nan(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "mean"))
    teacher[0].model.embeddings.word_embeddings.weight.data[10] = float("nan")
    with pytest.raises(TeacherError, match="NaN or infinite values for 1 of .* Load it in float32"):
        distill(teacher, **RAW)


def test_the_teachers_licence_and_language_are_taken_over(bert_folder: str, tmp_path: Path) -> None:
    model = distill(bert_folder, device="cpu", **RAW)
    assert model.model_card_data.license is None
    for kind, folder in (("bare", bert_folder), ("pipeline", str(tmp_path / "pipeline"))):
        if kind == "pipeline":
            pipeline(bert_folder, Pooling(32, "mean")).save_pretrained(folder)
        card = Path(folder) / "README.md"
        card.write_text("---\nlicense: cc-by-4.0\nlanguage: [de, en]\n---\n\n# A teacher\n")
        data = distill(folder, device="cpu", **RAW).model_card_data
        assert (data.license, data.language) == ("cc-by-4.0", ["de", "en"]), kind
        card.unlink()


@pytest.mark.parametrize("card", ["---\nlicense: [\n---\n", "---\n- a list\n---\n", "no block"])
def test_a_card_that_cannot_be_read_is_no_reason_to_fail(bert_folder: str, tmp_path: Path, card: str) -> None:
    folder = tmp_path / "teacher"
    shutil.copytree(bert_folder, folder)
    (folder / "README.md").write_text(card)
    assert distill(str(folder), device="cpu", **RAW).model_card_data.license is None


def test_a_model_with_a_head() -> None:
    from transformers import BertForSequenceClassification

    bare = teachers.bert()
    model = BertForSequenceClassification(bare.model.config)
    with pytest.raises(TeacherError, match="BertForSequenceClassification does not give last_hidden_state"):
        distill_from_model(model, bare.tokenizer, show_progress_bar=False)


def test_an_encoder_decoder() -> None:
    from transformers import T5Config, T5Model

    bare = teachers.bert()
    model = T5Model(T5Config(vocab_size=len(bare.tokenizer), d_model=16, d_kv=4, d_ff=16, num_layers=1, num_heads=4))
    with pytest.raises(TeacherError, match="of an encoder-decoder, pass the encoder"):
        distill_from_model(model, bare.tokenizer, show_progress_bar=False)


def test_what_is_no_model() -> None:
    with pytest.raises(TeacherError, match="got str. To load one by its name, use distill"):
        distill_from_model("a/name", teachers.bert().tokenizer)  # type: ignore[arg-type]


@pytest.mark.parametrize("device", ["nowhere", "cuda:99"])
def test_a_device_that_is_not_there(device: str) -> None:
    bare = teachers.bert()
    with pytest.raises(OptionError, match=f"cannot run on device='{device}'"):
        distill_from_model(bare.model, bare.tokenizer, device=device, show_progress_bar=False)
