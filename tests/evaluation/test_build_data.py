"""Rebuilding the evaluation data, on tiny sources made here; nothing is downloaded."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from typer.testing import CliRunner

from evaluation.data import build_data, compare, debian, frozen, published
from evaluation.data.chatterbot import support_reranking
from evaluation.data.comparison import FileComparison
from evaluation.data.control_files import stanzas
from evaluation.data.deb_archive import deb_member
from evaluation.data.debian_packages import Package, described_packages
from evaluation.data.errors import SourceError
from evaluation.data.pip_packages import download, member
from evaluation.data.sampling import shuffled
from evaluation.data.sources import Sources
from evaluation.data.task import Task, digest
from evaluation.data.vader import vader_movie
from evaluation.data.wordnet import noun_glosses, wordnet_lexname, wordnet_topics
from evaluation.data.wordsim import wordsim353
from tests.evaluation.tiny_sources import (
    CONVERSATIONS,
    FILM_REVIEWS,
    LONG,
    NOUNS,
    PACKAGES,
    TRANSLATION,
    WORD_PAIRS,
    tar_of,
    tiny_packages,
    write_deb,
    write_wheel,
)


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    """The options that name tiny sources, all of them files: neither pip nor apt is asked."""
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    write_wheel(downloads / "gensim-4.4.0-any.whl", {"gensim/test/test_data/wordsim353.tsv": WORD_PAIRS})
    corpus = {f"chatterbot_corpus/data/english/{topic}.yml": text for topic, text in CONVERSATIONS.items()}
    write_wheel(downloads / "chatterbot_corpus-1.3.3-any.whl", corpus)
    reviews = {"hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt": FILM_REVIEWS.encode()}
    resources = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    sdist = tar_of({resources: tar_of(reviews, "w:gz")}, "w:gz")
    (downloads / "vaderSentiment-3.3.2.tar.gz").write_bytes(sdist)
    deb = write_deb(tmp_path / "wordnet.deb", {"./usr/share/wordnet/data.noun": NOUNS})
    (tmp_path / "Packages").write_text(PACKAGES)
    (tmp_path / "Translation-en.gz").write_bytes(gzip.compress(TRANSLATION.encode()))
    indexes = ["--packages", str(tmp_path / "Packages"), "--translation", str(tmp_path / "Translation-en.gz")]
    return ["--downloads", str(downloads), "--wordnet-deb", str(deb), *indexes]


def run(*arguments: object) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(build_data)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], env={"COLUMNS": "200"})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_command_writes_all_tasks_and_says_what_is_missing(tmp_path: Path, options: list[str]) -> None:
    status, printed = run(tmp_path / "data", *options)
    assert status == 0, printed
    reviews = pq.read_table(tmp_path / "data" / "VaderMovie" / "test.parquet")
    assert reviews.schema.names == ["text", "label"] and reviews.schema.field("label").type == pa.int64()
    rows = set(zip(*reviews.to_pydict().values(), strict=True))
    assert rows == {("A gem.", 1), ("Dull, and long.", 0), ("Fine.", 1)}
    entries = json.loads((tmp_path / "data" / "manifest.json").read_text())
    assert [entry["name"] for entry in entries] == [
        entry["name"] for entry in json.loads(published.MANIFEST.read_text())
    ]
    assert {entry["name"]: entry["test_rows"] for entry in entries}["SupportReranking"] == 3
    assert entries[0]["baseline"]["teacher_minilm_l6"] == 0.7289 and entries[0]["max_score"] == 10
    lines = [line.replace(" ", "") for line in printed.splitlines()]
    assert "│VaderMovie/test│2,000│3│1,997│no│" in lines
    assert "DebianSection: packages that have changed and are taken as they are now (1): exim4-base" in printed
    assert "scores on them are not comparable" in printed


def test_two_runs_write_the_same_bytes_and_only_what_is_asked_for(tmp_path: Path, options: list[str]) -> None:
    assert run(tmp_path / "a", *options)[0] == 0
    status, printed = run(tmp_path / "b", *options, "--check", tmp_path / "a", "--strict")
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert "│WordSim353/test│2│0│0│yes│yes│" in [line.replace(" ", "") for line in printed.splitlines()]
    assert status == 1  # equal to the other, but not as published, and --strict was given
    status, printed = run(tmp_path / "a", *options)
    assert status == 1 and "--overwrite" in printed
    assert run(tmp_path / "a", *options, "--overwrite")[0] == 0


def test_a_bad_source_is_one_line_and_no_folder(tmp_path: Path, options: list[str]) -> None:
    (tmp_path / "wordnet.deb").write_bytes(b"not a package")
    status, printed = run(tmp_path / "data", *options)
    assert status == 1 and "wordnet.deb cannot be read as a Debian package" in printed
    assert not (tmp_path / "data").exists()


def test_word_pairs() -> None:
    expected = {"sentence1": ["love", "tiger"], "sentence2": ["sex", "tiger"], "score": [6.77, 10.0]}
    assert wordsim353(WORD_PAIRS).files == {"test": expected}


def test_glosses_lose_their_examples_and_small_files_are_left_out() -> None:
    glosses = noun_glosses(NOUNS)
    assert glosses == [
        ("that which is perceived", "noun.Tops"),
        ("a feline", "noun.animal"),
        ("the act of running; a race on foot", "noun.act"),
        ("time for one rotation", "noun.time"),
    ]
    test = wordnet_lexname(glosses).files["test"]
    assert list(test) == ["text", "label"] and sorted(test["label"]) == ["noun.act", "noun.animal", "noun.time"]
    topics = wordnet_topics(glosses).files["test"]
    assert list(topics) == ["sentences", "labels"] and sorted(topics["labels"]) == ["noun.animal", "noun.time"]


def test_answers_stand_among_distractors() -> None:
    files = support_reranking(CONVERSATIONS).files
    texts = dict(zip(*files["corpus"].values(), strict=True))
    questions = dict(zip(*files["queries"].values(), strict=True))
    assert set(texts.values()) == {"Turn it up.", "Buy speakers.", "Jane Austen", "for x in y:\n    pass\n"}
    judged = {(questions[query], texts[doc]) for query, doc, _ in zip(*files["qrels"].values(), strict=True)}
    assert len(files["qrels"]["score"]) == 4 and ("No sound.", "Buy speakers.") in judged
    assert ("Who wrote Emma?", "Jane Austen") in judged
    assert files["top_ranked"]["query_id"] == files["queries"]["id"] == ["q0", "q1", "q2"]
    assert all(sorted(ids) == ["d0", "d1", "d2", "d3"] for ids in files["top_ranked"]["doc_ids"])


def test_a_seed_is_an_order_on_every_machine() -> None:
    assert shuffled(range(8), 0) == [4, 1, 5, 2, 0, 3, 7, 6]


def test_stanzas_keep_blanks_and_continuation_lines() -> None:
    text = "Package: a\nTag: x,\n y\nOther: z\n more\n\nPackage: b \n"
    assert list(stanzas(text, {"Package", "Tag"})) == [{"Package": "a", "Tag": "x,\n y"}, {"Package": "b "}]


def test_of_several_packages_with_one_description_the_first_counts() -> None:
    editor, library, mail = tiny_packages()
    assert (editor.name, library.name, mail.name) == ("editor", "library", "exim4-base")
    assert editor.passage == f"{LONG}* with a list"
    assert library.text == f"plays sound . {LONG.strip()}"
    assert debian.section_candidates([editor, library, mail]) == {
        "editor": (f"edits files. {LONG}* with a list", "editors"),
        "exim4-base": ("sends mail. Short.", "mail"),
    }
    assert debian.retrieval_candidates([editor, library, mail]) == {"editor": ("edits files", f"{LONG}* with a list")}
    tags = {name: row[1:] for name, row in debian.tags_candidates([editor, library, mail]).items()}
    assert tags == {"editor": ("works-with::file", "works-with::text"), "library": ("works-with::audio",)}


def debian_pool(count: int) -> list[Package]:
    """Packages that are candidates of all three tasks."""
    return [Package(f"p{n}", "games", ("works-with::text",), f"game {n}", f"{n}. {LONG}") for n in range(count)]


def test_the_sample_is_that_of_the_frozen_names(tmp_path: Path) -> None:
    pool = debian_pool(20)
    frozen.freeze("DebianSection", debian.section_candidates(pool), tmp_path)
    task = debian.debian_section(pool, tmp_path, test=3, train=5)
    names = [f"p{n}" for n in shuffled(range(20), 0)]
    texts = {package.name: package.text for package in pool}
    assert task.files["test"]["text"] == [texts[name] for name in names[:3]]
    assert task.files["train"]["text"] == [texts[name] for name in names[3:8]]
    assert task.missing == task.changed == ()
    more = [*debian_pool(30)[20:], *pool]
    assert debian.debian_section(more, tmp_path, test=3, train=5) == task


def test_a_package_that_is_gone_costs_its_own_rows_only(tmp_path: Path) -> None:
    pool = debian_pool(20)
    frozen.freeze("DebianShort2Long", debian.retrieval_candidates(pool), tmp_path)
    whole = debian.debian_short2long(pool, tmp_path, queries=4, corpus=10).files
    order = shuffled(range(20), 3)
    gone, new = order[1], order[2]
    pool[new] = Package(f"p{new}", "games", (), "another game", LONG)
    task = debian.debian_short2long([package for package in pool if package.name != f"p{gone}"], tmp_path, 4, 10)
    assert task.missing == (f"p{gone}",) and task.changed == (f"p{new}",)
    assert task.files["corpus"]["id"] == [f"d{n}" for n in range(10) if n != 1]
    assert task.files["queries"]["text"] == [f"game {order[0]}", "another game", f"game {order[3]}"]
    assert task.files["qrels"] == {"query_id": ["q0", "q2", "q3"], "doc_id": ["d0", "d2", "d3"], "score": [1, 1, 1]}
    assert task.files["corpus"]["text"][2:] == whole["corpus"]["text"][3:]


def test_tags_are_lists(tmp_path: Path) -> None:
    frozen.freeze("DebtagsWorksWith", debian.tags_candidates(tiny_packages()), tmp_path)
    task = debian.debtags_works_with(tiny_packages(), tmp_path, test=1, train=1)
    task.write(tmp_path)
    tables = [pq.read_table(tmp_path / "DebtagsWorksWith" / f"{name}.parquet") for name in ("test", "train")]
    assert {table.schema.field("label").type for table in tables} == {pa.list_(pa.field("element", pa.string()))}
    labels = sorted(label for table in tables for label in table.column("label").to_pylist())
    assert labels == [["works-with::audio"], ["works-with::file", "works-with::text"]]


def test_folders_are_compared_by_rows_order_and_columns(tmp_path: Path) -> None:
    Task("T", {"test": {"text": ["a", "b", "b", "c"], "label": [1, 2, 2, 3]}, "more": {"n": [1]}}).write(tmp_path / "a")
    Task("T", {"test": {"text": ["b", "a", "c"], "label": [2, 1, 4]}}).write(tmp_path / "b")
    more, test = compare(tmp_path / "a", tmp_path / "b")
    assert more == FileComparison("T/more.parquet", 0, 1, 0, same_order=True, same_columns=False)
    assert test == FileComparison("T/test.parquet", 2, 2, 1, same_order=False, same_columns=True)
    assert all(one.identical for one in compare(tmp_path / "a", tmp_path / "a"))
    with pytest.raises(SourceError, match="holds no evaluation data"):
        compare(tmp_path / "a", tmp_path / "nowhere")


def test_what_is_published_agrees_with_itself(tmp_path: Path) -> None:
    digests = published.published_digests()
    for entry in json.loads(published.MANIFEST.read_text(encoding="utf-8")):
        file = "queries" if f"{entry['name']}/queries" in digests else "test"
        assert digests[f"{entry['name']}/{file}"]["rows"] == entry["test_rows"]
    columns = {"text": ["ä"], "label": [["x"]]}
    Task("T", {"test": columns}).write(tmp_path)
    published.freeze(tmp_path, tmp_path / "digests.json")
    assert json.loads((tmp_path / "digests.json").read_text()) == {"T/test": {"rows": 1, "sha256": digest(columns)}}


@pytest.mark.parametrize(
    ("build", "text", "message"),
    [
        (wordsim353, "love\tsex\n", r"the line 'love\\tsex'; expected word, word and number"),
        (wordsim353, "# nothing\n", "no pair"),
        (vader_movie, "1\tgood\tA gem.\n", "expected number, valence and text"),
        (vader_movie, "1\t0.1\tSo so.\n", "no snippet"),
        (noun_glosses, "<html>\n", "expected the format of wndb"),
        (noun_glosses, "", "no synset"),
        (lambda text: support_reranking({**CONVERSATIONS, "trivia": text}), "conversations: 3", "is not a corpus"),
        (
            lambda text: support_reranking({**CONVERSATIONS, "trivia": text}),
            "conversations: [[a, 1]]",
            "conversations of",
        ),
        (lambda text: described_packages(PACKAGES, text), PACKAGES, "expected Debian's Translation-en"),
        (lambda text: described_packages(text, TRANSLATION), TRANSLATION, "expected Packages"),
    ],
)
def test_a_text_that_is_something_else_is_refused(build: Callable[[str], object], text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        build(text)


def test_an_archive_of_another_version_is_refused(tmp_path: Path) -> None:
    write_wheel(tmp_path / "some.whl", {"a": "b"})
    deb = write_deb(tmp_path / "some.deb", {"./usr/share/doc": "b"})
    with pytest.raises(SourceError, match="holds no file wordsim353.tsv; it is not the version"):
        member(tmp_path / "some.whl", "wordsim353.tsv")
    with pytest.raises(SourceError, match="The archive cannot be read"):
        member(b"neither zip nor tar", "a")
    with pytest.raises(SourceError, match="expected the package wordnet-base"):
        deb_member(deb, "./usr/share/wordnet/data.noun")


def test_what_cannot_be_fetched_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SourceError, match="pip could not download gensim==0.0"):
        download("gensim==0.0", ["--no-index"], "gensim-*.whl", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="no apt on this machine.*--packages.*--translation.*--wordnet-deb"):
        Sources(tmp_path).package_index()
    (tmp_path / "Packages.xz").write_text("plain")
    with pytest.raises(SourceError, match=r"Packages.xz cannot be read"):
        Sources(tmp_path, packages=tmp_path / "Packages.xz").package_index()
    (tmp_path / "DebianSection.txt.gz").write_bytes(b"cut")
    with pytest.raises(SourceError, match="check it out again"):
        debian.debian_section([], tmp_path)
