"""Tokenizer libraries against Hugging Face's: equal in every id, or refused."""

from __future__ import annotations

import copy
import json
import logging
import multiprocessing
import pickle
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from sentence_transformers_static.errors import MissingExtraError, OptionError, TokenizerError
from sentence_transformers_static.tokens import BACKENDS, TextTokenizer, engine
from sentence_transformers_static.tokens.backends import Backend, HuggingFaceBackend, Ids, Offsets, Selection, selection
from sentence_transformers_static.tokens.backends.verification import first_difference
from tests import texts_of_the_world

LINES = 30_000

# (tokenizer, library): whether the library gives its ids, as was found by trying.
EXACT = {
    ("MiniLM", "nanotoken"): True,
    ("BERT", "nanotoken"): True,
    ("MiniLM", "splintr"): False,  # newer Unicode tables
    ("tokenlearn", "splintr"): True,
    ("XLM-R", "splintr"): False,  # another version of NFKC
    ("wordllama", "splintr"): True,
    ("wordllama", "fastokens"): True,
    ("RoBERTa", "splintr"): True,
    ("RoBERTa", "fastokens"): True,
    ("Qwen2", "fastokens"): True,
}
ACCEPTED = [pair for pair, exact in EXACT.items() if exact]


@pytest.fixture(autouse=True)
def forgetful(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing is remembered from one test to the next."""
    monkeypatch.setattr(selection, "cached_assets_path", lambda *_, **__: tmp_path / "assets")
    return tmp_path / "assets"


@pytest.fixture(scope="module")
def built(owned_tokenizers: dict[str, Tokenizer]) -> dict[tuple[str, str], tuple[Backend, Backend]]:
    """(Library, reference) of each pair."""
    found = {}
    for name, library in EXACT:
        tokenizer = owned_tokenizers[name]
        reference = HuggingFaceBackend(tokenizer)
        found[name, library] = (
            Selection(reference, tokenizer.to_str(), type(tokenizer.model).__name__).build(library),
            reference,
        )
    return found


@pytest.fixture(scope="module")
def lines(owned_tokenizers: dict[str, Tokenizer]) -> list[str]:
    found = texts_of_the_world.lines(tuple(sorted(owned_tokenizers["tokenlearn"].get_vocab())), LINES)
    assert sum(not line.isascii() for line in found) >= LINES / 3
    return found


def assert_equal(pair: tuple[Backend, Backend], texts: Sequence[str]) -> None:
    (ids, offsets), (expected_ids, expected_offsets) = (backend(texts) for backend in pair)
    assert (ids.dtype, offsets.dtype) == (np.int32, np.int64)
    np.testing.assert_array_equal(offsets, expected_offsets)
    np.testing.assert_array_equal(ids, expected_ids)


@pytest.mark.slow
@pytest.mark.parametrize("pair", ACCEPTED, ids="-".join)
def test_thirty_thousand_lines(pair: tuple[str, str], built: dict, lines: list[str]) -> None:
    assert_equal(built[pair], lines)


@pytest.mark.parametrize("pair", EXACT, ids="-".join)
def test_every_code_point_or_refused(pair: tuple[str, str], built: dict, owned_tokenizers: dict) -> None:
    """And every added token, pieces of the vocabulary, and texts in many scripts."""
    difference = first_difference(*built[pair], owned_tokenizers[pair[0]].to_str())
    assert (difference is None) == EXACT[pair], difference


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=8))
@pytest.mark.parametrize("pair", ACCEPTED, ids="-".join)
def test_any_text(pair: tuple[str, str], built: dict, texts: list[str]) -> None:
    assert_equal(built[pair], texts)


class Wrong:
    """The reference, but for texts that hold one character."""

    name = "wrong"
    is_fork_safe = True
    chunk_characters = 1

    def __init__(self, reference: Backend, character: str) -> None:
        self.reference, self.character = reference, character

    def __call__(self, texts: Sequence[str]) -> tuple[Ids, Offsets]:
        return self.reference([text.replace(self.character, "") for text in texts])


@pytest.mark.parametrize("character", ["é", "\u0fd0", "\U0001fa70", "𝕏", "\u200d"])
def test_one_wrong_character_is_found(character: str, owned_tokenizers: dict[str, Tokenizer]) -> None:
    tokenizer = owned_tokenizers["wordllama"]
    reference = HuggingFaceBackend(tokenizer)
    assert first_difference(Wrong(reference, character), reference, tokenizer.to_str()) is not None


# Choosing.


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_BUILD_AFTER", 10)
    monkeypatch.setattr(engine, "_VERIFY_AFTER", 20)


def owned(tokenizer: Tokenizer) -> TextTokenizer:
    return TextTokenizer(Tokenizer.from_str(tokenizer.to_str()))


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    ("name", "library"),
    [("BERT", "nanotoken"), ("tokenlearn", "splintr"), ("RoBERTa", "splintr"), ("RoBERTa", "fastokens")],
)
def test_the_library_is_chosen_by_the_kind_of_tokenizer(
    name: str, library: str, owned_tokenizers: dict[str, Tokenizer], forgetful: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After enough text, and of two the faster one; what was verified once is used sooner."""
    monkeypatch.setattr(Selection, "_seconds", lambda self, tried: float(tried != library))
    ours = owned(owned_tokenizers[name])
    ours(["twelve chars"])
    assert ours.backend == "tokenizers"
    ours(["twelve more."])
    assert ours.backend == library
    assert len(list(forgetful.glob("*.json"))) == 1
    monkeypatch.setattr(selection, "first_difference", lambda *_: pytest.fail("verified again"))
    again = owned(owned_tokenizers[name])
    again(["twelve chars"])
    assert again.backend == library


@pytest.mark.usefixtures("soon")
def test_a_library_that_differs_is_refused_with_one_line(
    owned_tokenizers: dict[str, Tokenizer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def wrong(self: Selection, name: str) -> Backend:
        return Wrong(self._reference, "\U0001fa70") if name == "nanotoken" else self._reference

    monkeypatch.setattr(Selection, "build", wrong)
    ours = owned(owned_tokenizers["BERT"])
    with caplog.at_level(logging.WARNING):
        for _ in range(5):
            ours(["twelve chars \U0001fa70"])
    assert ours.backend == "tokenizers"
    assert len(caplog.records) == 1 and "its ids differ from those of tokenizers" in caplog.text
    with pytest.raises(TokenizerError, match="does not give the ids"):
        ours.backend = "nanotoken"
    assert ours.backend == "tokenizers", "as it was"


@pytest.mark.usefixtures("soon")
def test_a_library_that_fails_is_refused(
    owned_tokenizers: dict[str, Tokenizer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(self: Selection, name: str) -> Backend:
        raise ValueError("unheard of")

    monkeypatch.setattr(Selection, "build", failing)
    ours = owned(owned_tokenizers["RoBERTa"])
    with caplog.at_level(logging.WARNING):
        ids, _ = ours(["a text that is long enough"])
    assert len(ids) and "unheard of" in caplog.text


@pytest.mark.usefixtures("soon")
def test_none_is_installed(owned_tokenizers: dict[str, Tokenizer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "_version_of", lambda name: None)
    ours = owned(owned_tokenizers["BERT"])
    ours(["a text that is long enough"])
    assert ours.backend == "tokenizers"


def test_one_that_is_forced(owned_tokenizers: dict[str, Tokenizer], monkeypatch: pytest.MonkeyPatch) -> None:
    ours = owned(owned_tokenizers["wordllama"])
    for name in ("splintr", "fastokens", "tokenizers"):
        ours.backend = name
        assert ours.backend == name
    with pytest.raises(OptionError, match="one of tokenizers, nanotoken, fastokens, splintr, or None"):
        ours.backend = "tiktoken"
    with pytest.raises(OptionError, match="cannot read this tokenizer"):
        ours.backend = "nanotoken"
    monkeypatch.setitem(__import__("sys").modules, "splintr", None)
    with pytest.raises(MissingExtraError, match=r"sentence-transformers-static\[fast\]"):
        ours.backend = "splintr"


def test_what_was_remembered_is_damaged(owned_tokenizers: dict[str, Tokenizer], forgetful: Path) -> None:
    tokenizer = owned_tokenizers["BERT"]
    chosen = Selection(HuggingFaceBackend(tokenizer), tokenizer.to_str(), "WordPiece")
    assert chosen.best().name == "nanotoken"
    (file,) = forgetful.glob("*.json")
    for damaged in ("", "{}", '{"backend": "unknown"}', "[]"):
        file.write_text(damaged)
        assert not chosen.is_known() and chosen.best().name == "nanotoken"
        assert json.loads(file.read_text()) == {"backend": "nanotoken"}


# Contracts that every library keeps, seen through the tokenizer of a model.


@pytest.fixture(params=ACCEPTED, ids="-".join)
def forced(request: pytest.FixtureRequest, owned_tokenizers: dict, built: dict) -> tuple[TextTokenizer, TextTokenizer]:
    name, library = request.param
    fast, slow = owned(owned_tokenizers[name]), owned(owned_tokenizers[name])
    fast._engine._chosen = built[name, library][0]  # verified above
    return fast, slow


HARD = [
    "",
    " ",
    "ꙮ ꙮꙮ a ꙮ",
    "word " * 700,
    "x" * 5000,
    "[CLS] hello [SEP]<s></s><unk>.<pad> [UNK] ...<unk>",
    "lone \ud800 surrogate",
    "中文 ﷽ \u0000 \u200b",
]


@pytest.mark.parametrize("max_length", [None, 1, 5, 512])
def test_the_cut_and_the_unknown(forced: tuple[TextTokenizer, TextTokenizer], max_length: int | None) -> None:
    fast, slow = forced
    for keep in (True, False):
        answers = [tokenizer(HARD, max_length, keep_unknown=keep) for tokenizer in forced]
        for found, expected in zip(*answers, strict=True):
            np.testing.assert_array_equal(found, expected)
    assert slow.backend == "tokenizers" and fast.backend != "tokenizers"


def test_copies_and_pickles(forced: tuple[TextTokenizer, TextTokenizer]) -> None:
    fast, slow = forced
    for again in (copy.deepcopy(fast), pickle.loads(pickle.dumps(fast))):
        np.testing.assert_array_equal(again(HARD)[0], slow(HARD)[0])


def _ids_in_a_fork(tokenizer: TextTokenizer, answers: object) -> None:
    answers.put(tokenizer(HARD)[0])  # type: ignore[attr-defined]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_in_a_forked_process(forced: tuple[TextTokenizer, TextTokenizer]) -> None:
    """Threads do not live on there; nothing may wait for them."""
    fast, slow = forced
    fast(HARD * 100)
    context = multiprocessing.get_context("fork")
    answers = context.SimpleQueue()
    process = context.Process(target=_ids_in_a_fork, args=(fast, answers))
    process.start()
    process.join(30)
    assert process.exitcode == 0
    np.testing.assert_array_equal(answers.get(), slow(HARD)[0])


def test_names() -> None:
    assert BACKENDS == ("tokenizers", "nanotoken", "fastokens", "splintr")
