"""Distillation with a corpus: what is counted, what is seen in context, and what is refused."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from datasets import Dataset, DatasetDict
from sentence_transformers.sentence_transformer.modules import Dense, Pooling

from sentence_transformers_static import StaticSentenceTransformer, distill, distill_from_model
from sentence_transformers_static.distillation import statistics
from sentence_transformers_static.distillation.sentences import MOST_CHARACTERS, MOST_WORDS, sentences
from sentence_transformers_static.distillation.statistics import read_corpus
from sentence_transformers_static.errors import InputError, OptionError
from sentence_transformers_static.tokens import TextTokenizer, student_vocabulary
from tests import teachers, texts
from tests.distillation.test_distiller import RAW, pipeline, row_of, rows

QUIET: dict[str, Any] = {"show_progress_bar": False}
CORPUS = [text for text in texts.real(200) if text.strip()]


def distilled(**options: Any) -> StaticSentenceTransformer:
    bare = teachers.bert()
    return distill_from_model(bare.model, bare.tokenizer, **{**QUIET, **options})


@pytest.fixture(scope="module")
def tokenizer() -> TextTokenizer:
    return TextTokenizer(student_vocabulary(teachers.bert().tokenizer).tokenizer)


# Counting.


def test_sif_weights_are_those_of_the_corpus() -> None:
    corpus = ["the the the sample", "the parameters."]
    plain = distilled(**RAW)
    model = distilled(corpus=corpus, pca_dims=None, sif_coefficient=0.01, contexts=0)
    counts = {"the": 4, "sample": 1, "parameters": 1, ".": 1, "zero": 0}
    tokens = plain[0].text_tokenizer(corpus)[0]
    for token, count in counts.items():
        weight = 0.01 / (0.01 + count / len(tokens))
        np.testing.assert_allclose(
            row_of(model, token) if count else 0, row_of(plain, token) * weight * (count > 0), rtol=1e-5
        )


def test_a_corpus_is_the_same_in_every_form(tmp_path: Path) -> None:
    lines = [line for text in CORPUS for line in text.splitlines() if line.strip()]
    (tmp_path / "corpus.txt").write_text("\n".join(lines) + "\n\n", encoding="utf-8")
    pq.write_table(pa.table({"passage": lines}), tmp_path / "corpus.parquet")
    dataset = Dataset.from_dict({"passage": lines, "other": list(range(len(lines)))})
    forms: list[dict[str, Any]] = [
        {"corpus": lines},
        {"corpus": iter(lines)},
        {"corpus": tmp_path / "corpus.txt"},
        {"corpus": str(tmp_path / "corpus.parquet"), "text_column": "passage"},
        {"corpus": dataset, "text_column": "passage"},
        {"corpus": dataset.to_iterable_dataset(), "text_column": "passage"},
    ]
    first, *others = [rows(distilled(pca_dims=8, **form)) for form in forms]
    for other in others:
        np.testing.assert_array_equal(other, first)


@pytest.mark.parametrize(
    ("corpus", "error", "message"),
    [
        ([], InputError, "holds no text"),
        (["", "  \n"], InputError, "holds no text"),
        ([texts.UNKNOWN], InputError, "holds no text"),
        (["a text", 3], InputError, r"Text 1 of the corpus is int \(3\)"),
        (["a text", None], InputError, "Text 1 of the corpus is NoneType"),
        ({"text": ["a"]}, InputError, "got dict"),
        (b"text", InputError, "got bytes"),
        (3, InputError, "got int"),
        ("no/such.txt", OptionError, "There is no file"),
        (Dataset.from_dict({"passage": ["a"]}), OptionError, "no column 'text'; it has 'passage'"),
        (DatasetDict(train=Dataset.from_dict({"text": ["a"]})), OptionError, r"dataset\['train'\]"),
    ],
    ids=str,
)
def test_a_corpus_that_is_none(corpus: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        distilled(corpus=corpus, pca_dims=8)


def test_the_sample_is_even_bounded_and_the_same_each_time(
    tokenizer: TextTokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statistics, "SAMPLE", 500)
    monkeypatch.setattr(statistics, "_CHUNK", 64)
    lines = [f"{position} parameters" for position in range(20_000)]
    found = read_corpus(iter(lines), tokenizer, **QUIET)
    assert found.texts == 20_000
    assert len(found.sample) == len(set(found.sample)) == 500
    drawn = np.array([int(line.split()[0]) for line in found.sample])
    # Each tenth of the corpus holds about a tenth of the sample: 50, with a standard deviation below 7.
    assert np.abs(np.histogram(drawn, bins=10, range=(0, 20_000))[0] - 50).max() < 35
    assert read_corpus(lines, tokenizer, **QUIET).sample == found.sample


def test_rare_tokens_keep_their_sentences(tokenizer: TextTokenizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "SAMPLE", 10)
    monkeypatch.setattr(statistics, "_CHUNK", 100)
    corpus = ["the parameters"] * 1000 + ["an estimator"] + ["the parameters"] * 1000 + ["an estimator is"] * 5
    found = read_corpus(corpus, tokenizer, **QUIET)
    assert {"an estimator", "an estimator is"} <= {*found.sample, *found.rare}
    assert len(found.rare) <= 20


def test_sentences_are_short_and_lose_no_word() -> None:
    for text in [*texts.real(100), *texts.HARD.values()]:
        found = list(sentences(text))
        assert "".join("".join(found).split()) == "".join(text.split())
        assert all(sentence.strip() for sentence in found)
        assert max((len(sentence.split()) for sentence in found), default=0) <= MOST_WORDS
        assert max(map(len, found), default=0) <= MOST_CHARACTERS
    assert list(sentences("One. Two; three? Four\nfive")) == ["One.", "Two;", "three?", "Four", "five"]


# Tokens in context.


def token_vectors(text: str) -> dict[str, np.ndarray]:
    """The teacher's last hidden states of the tokens of ``text``, by transformers alone."""
    bare = teachers.bert()
    inputs = bare.tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        states = bare.model(**inputs).last_hidden_state[0].numpy()
    return dict(zip(bare.tokenizer.convert_ids_to_tokens(inputs["input_ids"][0]), states, strict=True))


def test_a_row_in_context_is_the_mean_of_its_vectors_and_ten_of_it_alone() -> None:
    corpus = ["The sample has parameters.", "parameters of the estimator"]
    alone, model = distilled(**RAW), distilled(**RAW, corpus=corpus, contexts=5)
    first, second = (token_vectors(text) for text in corpus)
    for token, seen in {"sample": [first], "parameters": [first, second], "estimator": [second]}.items():
        expected = sum(vectors[token] for vectors in seen) + 10 * row_of(alone, token)
        np.testing.assert_allclose(row_of(model, token), expected / (len(seen) + 10), atol=1e-5)
    # What the corpus does not have stays as it is alone.
    np.testing.assert_allclose(row_of(model, "array"), row_of(alone, "array"), atol=1e-6)


def test_an_added_word_is_the_mean_of_its_pieces() -> None:
    corpus = ["the kubernetes sample"]
    pieces = teachers.bert().tokenizer.tokenize("kubernetes")
    assert len(pieces) > 2
    options = {**RAW, "vocabulary": ["kubernetes"]}
    alone, model = distilled(**options), distilled(**options, corpus=corpus, contexts=5)
    vectors = token_vectors(corpus[0])
    expected = np.mean([vectors[piece] for piece in pieces], axis=0) + 10 * row_of(alone, "kubernetes")
    np.testing.assert_allclose(row_of(model, "kubernetes"), expected / 11, atol=1e-5)


def test_fewer_contexts_are_fewer_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    from sentence_transformers_static.distillation import contexts

    tokenizer = TextTokenizer(student_vocabulary(teachers.bert().tokenizer).tokenizer)
    chosen = contexts._chosen(["the sample"] * 5 + ["the parameters"], tokenizer, 2, tokenizer.vocab_size)
    assert chosen == ["the sample", "the sample", "the parameters"]


@pytest.mark.parametrize("name", teachers.ALL)
def test_every_kind_of_teacher(name: str) -> None:
    bare = teachers.ALL[name]()
    model = distill_from_model(bare.model, bare.tokenizer, corpus=CORPUS[:50], pca_dims=16, pooling="mean", **QUIET)
    vectors = model.encode(texts.real(20))
    assert vectors.shape == (20, 16) and np.isfinite(vectors).all()
    assert model[0].metadata["distillation"]["contexts"] == 30


def test_what_follows_the_pooling_is_applied_to_each_token(bert_folder: str) -> None:
    dense = Dense(32, 12, activation_function=torch.nn.Identity())
    teacher = pipeline(bert_folder, Pooling(32, "mean"), dense)
    model = distill(teacher, corpus=["the sample"], contexts=1, **RAW)
    alone = distill(teacher, **RAW)
    with torch.inference_mode():
        seen = dense({"sentence_embedding": torch.tensor(token_vectors("the sample")["sample"])})["sentence_embedding"]
    np.testing.assert_allclose(row_of(model, "sample"), (seen.numpy() + 10 * row_of(alone, "sample")) / 11, atol=1e-5)


def test_a_prompt_is_seen_and_not_counted(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "mean"), prompts={"query": "the array: "}, default_prompt_name="query")
    alone, model = distill(teacher, **RAW), distill(teacher, corpus=["the sample"], contexts=1, **RAW)
    vectors = token_vectors("the array: the sample")  # of the second "the", and of the only "sample"
    for token in ("the", "sample"):
        expected = (vectors[token] + 10 * row_of(alone, token)) / 11
        np.testing.assert_allclose(row_of(model, token), expected, atol=1e-5)
    np.testing.assert_allclose(row_of(model, "array"), row_of(alone, "array"), atol=1e-6)


def test_a_teacher_that_takes_the_first_token(bert_folder: str) -> None:
    teacher = pipeline(bert_folder, Pooling(32, "cls"))
    model = distill(teacher, corpus=CORPUS[:20], pca_dims=8, **QUIET)
    assert model[0].metadata["distillation"]["contexts"] == 0
    with pytest.raises(OptionError, match="contexts=4 needs a teacher whose vector of a text is the mean"):
        distill(teacher, corpus=CORPUS[:20], contexts=4, pca_dims=8, **QUIET)


def test_lone_surrogates_in_a_corpus_and_in_words() -> None:
    model = distilled(corpus=[*CORPUS[:50], "the system \ud800 array"], vocabulary=["kube\ud800r"], pca_dims=8)
    assert np.isfinite(model.encode("the kube?r")).all()


def test_sentences_longer_than_the_teachers_positions() -> None:
    bare = teachers.bert()
    tokenizer = copy.deepcopy(bare.tokenizer)
    tokenizer.model_max_length = 512  # the model has 64 positions
    corpus = [*CORPUS[:50], "hyperspectralkubernetes " * 30]
    model = distill_from_model(bare.model, tokenizer, corpus=corpus, pca_dims=8, **QUIET)
    assert np.isfinite(model.encode("the sample")).all()


def test_a_corpus_too_small_for_the_dimensions() -> None:
    with pytest.raises(InputError, match="2 different tokens, too few to fit pca_dims=8 to. Pass more text"):
        distilled(corpus=["the sample"] * 9, pca_dims=8)
    distilled(corpus=["the sample"] * 9, pca_dims=8, pca_fit="tokens", whitening=0.0)


@pytest.mark.parametrize("name", ["whitening", "sif_coefficient", "pca_dims"])
def test_numbers_of_numpy_can_be_saved(name: str, tmp_path: Path) -> None:
    model = distilled(corpus=CORPUS[:50], **{"pca_dims": 8, name: np.float32(0.5)})
    model.save_pretrained(str(tmp_path))
    assert StaticSentenceTransformer(str(tmp_path), device="cpu")[0].metadata["distillation"][name] == 0.5


def test_fidelity_in_the_space_that_is_left() -> None:
    options = {"pca_dims": None, "sif_coefficient": None, "eval_texts": CORPUS[50:90]}
    whole, fewer = (distilled(**options, remove_components=count) for count in (0, 1))
    cosines = [model[0].metadata["distillation"]["fidelity"]["cosine_to_teacher"] for model in (whole, fewer)]
    assert cosines[1] > 0.2  # without the same projection it would be about 0


# What is kept of it.


def test_what_it_was_made_from_is_remembered_and_shown(tmp_path: Path) -> None:
    model = distilled(corpus=CORPUS[:50], vocabulary=["kubernetes", "the"], pca_dims=8)
    model.save_pretrained(str(tmp_path / "model"))
    remembered = StaticSentenceTransformer(str(tmp_path / "model"), device="cpu")[0].metadata["distillation"]
    assert remembered["corpus"] == {"texts": 50, "tokens": len(model[0].text_tokenizer(CORPUS[:50])[0])}
    assert remembered["added_words"] == 1
    assert (remembered["sif_coefficient"], remembered["pca_fit"], remembered["whitening"]) == (1e-3, "frequencies", 0.5)
    card = (tmp_path / "model" / "README.md").read_text(encoding="utf-8")
    assert "counted in a corpus of 50 texts" in card and "so were 1 words" in card
    assert "--contexts 30 --vocabulary VOCABULARY --corpus CORPUS" in card
    assert "| `whitening` | `0.5` |" in card


def test_components_are_removed_without_pca_too() -> None:
    plain, fewer = rows(distilled(**RAW)), rows(distilled(**RAW, remove_components=2))
    assert fewer.shape == plain.shape
    assert np.linalg.matrix_rank(fewer, tol=1e-4) == np.linalg.matrix_rank(plain - plain.mean(axis=0), tol=1e-4) - 2


def test_more_removed_than_there_is() -> None:
    with pytest.raises(OptionError, match="pca_dims=31 is more .* 2 of which are removed .* at most 30"):
        distilled(pca_dims=31, remove_components=2)
    with pytest.raises(OptionError, match="remove_components=32 leaves nothing"):
        distilled(pca_dims="auto", remove_components=32)


@pytest.mark.parametrize("pca_fit", ["frequencies", "sentences"])
@pytest.mark.parametrize("pca_dims", [8, 0.9, "auto"])
def test_every_fit_and_every_number_of_dimensions(pca_fit: Any, pca_dims: Any) -> None:
    model = distilled(corpus=CORPUS[:50], pca_fit=pca_fit, pca_dims=pca_dims, contexts=0, remove_components=1)
    assert model.encode("the sample").shape == (model.get_embedding_dimension(),)
