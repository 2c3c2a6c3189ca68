"""The commands, as a person types them."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.cli import main
from tests.models import random_model

Run = Callable[..., tuple[int, str, str]]
TEXTS = ["one two three", "a, text with\ta tab", "", "漢字 and more"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs ``st-static ARGUMENTS``; gives the exit status, what was printed, and the errors."""

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["st-static", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            main()
        output = capsys.readouterr()
        return int(stop.value.code or 0), output.out, output.err

    monkeypatch.setenv("COLUMNS", "200")
    return run


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    random_model().save_pretrained(str(folder))
    return folder


@pytest.fixture
def teacher(bert_folder: str) -> str:
    return bert_folder


def expected(model: Path) -> np.ndarray:
    return StaticSentenceTransformer(str(model), device="cpu").encode(TEXTS)


def test_distil_then_everything_else(run: Run, teacher: str, tmp_path: Path) -> None:
    output = tmp_path / "static"
    status, printed, _ = run("distill", teacher, output, "--pca-dims", 8, "--quantize-to", "int8", "--device", "cpu")
    assert status == 0 and f"Saved {output}" in printed and "x 8 dimensions, int8" in printed
    status, printed, _ = run("info", output)
    assert status == 0
    for piece in (
        "dimensions",
        "int8",
        "WordPiece",
        "512 tokens",
        "StaticEmbedding -> Pooling -> Normalize",
        "on disk",
    ):
        assert piece in printed, piece
    status, printed, _ = run("similarity", output, "the sample", "the sample", "something else")
    assert status == 0 and "1.0000" in printed and printed.index("1.0000") < printed.index("something else")


@pytest.mark.parametrize("dims", ["none", "auto", "0.9"])
def test_dimensions_in_words(run: Run, teacher: str, tmp_path: Path, dims: str) -> None:
    status, _, _ = run("distill", teacher, tmp_path / "static", "--pca-dims", dims, "--sif-coefficient", "none")
    assert status == 0
    width = StaticSentenceTransformer(str(tmp_path / "static"), device="cpu").get_embedding_dimension()
    assert width == 32 if dims != "0.9" else 1 < width < 32


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (("--pca-dims", "many"), "--pca-dims must be a number"),
        (("--pca-dims", "33"), "more than the teacher has"),
        (("--sif-coefficient", "2"), "must be in (0, 1)"),
        (("--sif-coefficient", "some"), "--sif-coefficient must be a number"),
        (("--token-remove-pattern", "("), "not a regular expression"),
        (("--token-remove-pattern", ".*"), "removes all"),
        (("--quantize-to", "int3"), "quantize_to must be one of"),
        (("--pooling", "sum"), "pooling must be one of"),
    ],
)
def test_refused_options_leave_nothing_behind(
    run: Run, teacher: str, tmp_path: Path, option: tuple[str, str], message: str
) -> None:
    status, _, errors = run("distill", teacher, tmp_path / "static", *option)
    assert status == 1 and "Error: " in errors and message in errors and "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []


def test_existing_output_asks_for_overwrite(run: Run, teacher: str, model: Path) -> None:
    before = (model / "model.safetensors").read_bytes()
    status, _, errors = run("distill", teacher, model)
    assert status == 1 and "pass --overwrite" in errors
    assert (model / "model.safetensors").read_bytes() == before
    assert run("distill", teacher, model, "--pca-dims", 4, "--overwrite")[0] == 0
    assert StaticSentenceTransformer(str(model), device="cpu").get_embedding_dimension() == 4


def write(path: Path) -> None:
    """TEXTS in the format of the suffix."""
    if path.suffix == ".txt":
        path.write_text("".join(f"{text}\n" for text in TEXTS), encoding="utf-8")
    elif path.suffix == ".jsonl":
        lines = [json.dumps({"text": text}) if row % 2 else json.dumps(text) for row, text in enumerate(TEXTS)]
        path.write_text("\n".join(lines), encoding="utf-8")
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["id", "text"], *enumerate(TEXTS)])
    else:
        pq.write_table(pa.table({"id": range(len(TEXTS)), "text": TEXTS}), path)


@pytest.mark.parametrize("suffix", [".txt", ".jsonl", ".csv", ".parquet"])
@pytest.mark.parametrize("chunk", [3, 8192])
def test_files_into_npy(
    run: Run, model: Path, tmp_path: Path, suffix: str, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sentence_transformers_static.cli.encode._CHUNK", chunk)
    write(tmp_path / f"texts{suffix}")
    status, printed, _ = run("encode", model, "--input", tmp_path / f"texts{suffix}", "--output", tmp_path / "v.npy")
    assert status == 0 and "Wrote 4 vectors" in printed
    for vectors in (np.load(tmp_path / "v.npy"), np.load(tmp_path / "v.npy", mmap_mode="r")):
        np.testing.assert_allclose(vectors, expected(model), atol=1e-6)


def test_files_into_parquet(run: Run, model: Path, tmp_path: Path) -> None:
    write(tmp_path / "texts.csv")
    assert run("encode", model, "--input", tmp_path / "texts.csv", "--output", tmp_path / "v.parquet")[0] == 0
    table = pq.read_table(tmp_path / "v.parquet")
    assert table.column("text").to_pylist() == TEXTS
    np.testing.assert_allclose(np.array(table.column("embedding").to_pylist()), expected(model), atol=1e-6)


def test_texts_as_arguments_are_printed_as_json(run: Run, model: Path) -> None:
    status, printed, _ = run("encode", model, TEXTS[0], TEXTS[3])
    assert status == 0
    vectors = [json.loads(line) for line in printed.splitlines()]
    np.testing.assert_allclose(vectors, expected(model)[[0, 3]], atol=1e-6)


def test_fewer_dimensions_and_bits(run: Run, model: Path, tmp_path: Path) -> None:
    write(tmp_path / "texts.txt")
    options = ("encode", model, "--input", tmp_path / "texts.txt")
    run(*options, "--output", tmp_path / "cut.npy", "--truncate-dim", 3)
    np.testing.assert_allclose(np.linalg.norm(np.load(tmp_path / "cut.npy"), axis=1), [1, 1, 0, 1], atol=1e-6)
    run(*options, "--output", tmp_path / "bits.npy", "--precision", "ubinary")
    assert np.load(tmp_path / "bits.npy").dtype == np.uint8


def test_an_empty_file_gives_no_vectors(run: Run, model: Path, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("")
    for name in ("v.npy", "v.parquet"):
        assert run("encode", model, "--input", tmp_path / "texts.txt", "--output", tmp_path / name)[0] == 0
    assert len(np.load(tmp_path / "v.npy")) == pq.read_table(tmp_path / "v.parquet").num_rows == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("texts.txt", None, "There is no file"),
        ("texts.docx", "", "expected a file that ends in .txt"),
        ("texts.jsonl", '{"text": "fine"}\n{"text": 3}', "Row 2"),
        ("texts.jsonl", '{"body": "fine"}', "no column 'text'; it has 'body'"),
        ("texts.jsonl", "fine", "Line 1"),
        ("texts.csv", "", "no column 'text'; it has none"),
        ("texts.parquet", "fine", "Cannot read"),
        ("texts.txt", "\udcff", "Cannot read"),
        ("texts.csv", "id,body\n1,fine\n", "no column 'text'; it has 'id', 'body'"),
        ("texts.csv", "id,text\n1\n", "Row 1"),
    ],
)
def test_refused_inputs_leave_the_output_alone(
    run: Run, model: Path, tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content, encoding="utf-8", errors="surrogateescape")
    (tmp_path / "v.npy").write_text("old")
    status, _, errors = run("encode", model, "--input", tmp_path / name, "--output", tmp_path / "v.npy", "--overwrite")
    assert status == 1 and message in errors, errors
    assert (tmp_path / "v.npy").read_text() == "old"
    assert not list(tmp_path.glob(".*partial"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "Give either texts or --input"),
        (("a text", "--input", "texts.txt"), "Give either texts or --input"),
        (("a text", "--output", "v.csv"), "--output must end in .npy or .parquet"),
        (("a text", "--precision", "int8"), "int8 needs ranges"),
        (("a text", "--prompt-name", "nope"), "has no prompt 'nope'; it has 'query', 'document'"),
    ],
)
def test_refused_calls(run: Run, model: Path, options: tuple[str, ...], message: str) -> None:
    status, _, errors = run("encode", model, *options)
    assert status == 1 and message in errors


def test_existing_vectors_ask_for_overwrite(run: Run, model: Path, tmp_path: Path) -> None:
    (tmp_path / "v.npy").write_text("old")
    status, _, errors = run("encode", model, "a text", "--output", tmp_path / "v.npy")
    assert status == 1 and "--overwrite" in errors and (tmp_path / "v.npy").read_text() == "old"


@pytest.mark.parametrize(
    "command", [("info",), ("encode", "text"), ("similarity", "query", "text")], ids=lambda c: c[0]
)
def test_a_folder_that_is_no_model(run: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    status, _, errors = run(command[0], tmp_path, *command[1:])
    assert status == 1 and "has no model.safetensors" in errors and "Traceback" not in errors


def test_info_knows_the_licence(run: Run, model: Path) -> None:
    (model / "README.md").write_text("---\nlicense: apache-2.0\n---\ntext\n")
    assert "apache-2.0" in run("info", model)[1]


def test_help_lists_the_commands(run: Run) -> None:
    status, printed, _ = run("--help")
    assert status == 0
    assert all(command in printed for command in ("distill", "encode", "similarity", "info", "demo"))


def test_demo(run: Run, tmp_path: Path) -> None:
    """The whole demo, with the real teacher."""
    output = tmp_path / "models" / "minilm-256"
    status, printed, _ = run("demo", "--output", output)
    assert status == 0
    assert "x teacher" in printed and "You can reset your password" in printed and str(output) in printed
    assert StaticSentenceTransformer(str(output), device="cpu").get_embedding_dimension() == 256


def test_files_from_a_spreadsheet(run: Run, model: Path, tmp_path: Path) -> None:
    """With a byte order mark, and blank lines at the end."""
    (tmp_path / "texts.csv").write_text("text\none\n", encoding="utf-8-sig")
    (tmp_path / "texts.jsonl").write_text('"one"\n\n', encoding="utf-8-sig")
    for name in ("texts.csv", "texts.jsonl"):
        status, printed, errors = run("encode", model, "--input", tmp_path / name, "--output", tmp_path / f"{name}.npy")
        assert status == 0 and "Wrote 1 vectors" in printed, errors


def test_brackets_are_text(run: Run, model: Path) -> None:
    status, printed, _ = run("similarity", model, "[/b] query", "a [bold] dog", "[/x]")
    assert status == 0
    assert all(text in printed for text in ("[/b] query", "a [bold] dog", "[/x]"))


def test_a_file_where_the_model_should_go(run: Run, teacher: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    status, _, errors = run("distill", teacher, tmp_path / "file", "--overwrite")
    assert status == 1 and "is a file; name a folder" in errors and (tmp_path / "file").read_text() == "old"
