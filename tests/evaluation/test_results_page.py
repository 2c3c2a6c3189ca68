"""The suite, the speed and the results page, end to end, on a tiny teacher and a few texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import Dataset
from typer.testing import CliRunner

from evaluation.__main__ import app
from evaluation.models import candidates
from sentence_transformers_static.errors import EvaluationDataError
from tests.benchmark.conftest import write_data


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "140"})
    if result.exception is not None:
        raise result.exception
    return result.stdout


@pytest.fixture(scope="module")
def folder(bert_folder: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Results of everything; ``models`` beside them."""
    root = tmp_path_factory.mktemp("evaluation")
    data = write_data(root / "data")
    texts = root / "texts.txt"
    texts.write_text("".join(f"text number {number}\n" for number in range(80)))
    teacher = (bert_folder, "--teacher-name", "org/bert", "--output", root / "results", "--models", root / "models")
    run("suite", "--data", data, *teacher)
    run("speed", "--texts", texts, "--count", 80, "--rounds", 1, *teacher)
    words = root / "words.txt"
    words.write_text(" ".join(f"word{number} the text of values" for number in range(500)))
    short = ("--rounds", 1, "--output", root / "results", bert_folder)
    run("throughput", "--texts", words, "--count", 50, "--no-million", *short)
    pairs = Dataset.from_dict({"anchor": ["a text"] * 4, "positive": ["the other text"] * 4})
    pairs.to_parquet(str(root / "pairs.parquet"))
    run("training", "--pairs", root / "pairs.parquet", "--steps", 1, "--pca-dims", 8, *short)
    run("parity", "--texts", texts, "--pca-dims", 8, "--output", root / "results" / "parity.json", bert_folder)
    run("page", "--results", root / "results", "--output", root / "README.md")
    return root


pytestmark = pytest.mark.filterwarnings("ignore")  # a tiny teacher and tiny classes make every library complain


def test_models(folder: Path) -> None:
    suite = json.loads((folder / "results" / "suite.json").read_text())
    labels = [model["label"] for model in suite["models"]]
    assert labels == ["bert", "ours 32", "model2vec 32", "wordllama 256"], "no more dimensions than the teacher has"
    assert suite["command"].startswith("python -m evaluation")
    assert suite["versions"]["mteb"]


def test_ours_scores_what_model2vec_scores(folder: Path) -> None:
    """The same table, the same samples: equal on every task, but for rounding."""
    suite = json.loads((folder / "results" / "suite.json").read_text())
    scores: dict[str, dict[str, float]] = {}
    for model in suite["models"]:
        revision = folder / "results" / "mteb" / "results" / model["name"].replace("/", "__") / model["revision"]
        scores[model["label"]] = {
            task["name"]: json.loads((revision / f"{task['name']}.json").read_text())["scores"]["test"][0]["main_score"]
            for task in suite["tasks"]
        }
    assert scores["ours 32"] == pytest.approx(scores["model2vec 32"], abs=0.02)
    assert scores["bert"] != pytest.approx(scores["model2vec 32"], abs=0.02)


def test_throughput_and_training(folder: Path) -> None:
    """What is measured, not how fast it was."""
    throughput = json.loads((folder / "results" / "throughput.json").read_text())
    tokenized = {what: figures["tokenized by"] for what, figures in throughput["figures"].items()}
    assert tokenized["WordPiece, sentences"] == "nanotoken"
    assert tokenized["WordPiece, sentences, no accelerator"] == "tokenizers"
    assert all(ratio > 0 for one in throughput["figures"].values() for ratio in one["times as fast as"].values())
    assert throughput["breakdown"]["others"] >= 0 and throughput["sentences"] == 50
    training = json.loads((folder / "results" / "training.json").read_text())["figures"]
    assert set(training["seconds per training step"]) == {"ours", "stock"}
    assert set(training["seconds of a distillation"]) == {"ours", "ours, float32", "model2vec"}
    assert (folder / "results" / "breakdown-dark.svg").is_file()


def test_speed(folder: Path) -> None:
    speed = json.loads((folder / "results" / "speed.json").read_text())
    assert speed["texts"] == 80
    assert speed["models"]["bert"]["x teacher"] == 1
    assert set(speed["models"]) == {"bert", "ours 32", "model2vec 32", "wordllama 256", "stock ours 32"}
    assert all(model["texts per second"] > 0 for model in speed["models"].values())


def test_page(folder: Path) -> None:
    """Every figure of the results is on it, and every picture and file that it names is there."""
    page = (folder / "README.md").read_text()
    speed = json.loads((folder / "results" / "speed.json").read_text())
    for label, figures in speed["models"].items():
        (row,) = (line for line in page.splitlines() if line.startswith(f"| {label} |") and line.count("x |") == 1)
        assert f"| {figures['texts per second']:,.0f} |" in row
    for name in ("speed-quality", "retention"):
        assert f"results/{name}-dark.svg" in page
        assert len(list((folder / "results").glob(f"{name}-*"))) == 4
    assert "None" not in page
    assert "{{" not in page


def test_the_committed_page_is_what_the_results_say(tmp_path: Path) -> None:
    """Nobody has typed into it."""
    run("page", "--no-pictures", "--output", tmp_path / "README.md")
    committed = Path(__file__).parents[2] / "evaluation" / "README.md"
    assert (tmp_path / "README.md").read_text() == committed.read_text()


def test_candidates_of_the_default_teacher(tmp_path: Path) -> None:
    dimensions = [candidate.dimensions for candidate in candidates(None, None, tmp_path)]
    assert dimensions == [384, 64, 128, 256, 384, 256, 256]


def test_words(tmp_path: Path) -> None:
    import pandas as pd

    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "simLex.txt").write_text("0\told\tnew\t0.5\n1\tsmart\tclever\t9.5\n")
    printed = run("build-words", tmp_path / "source", tmp_path / "data")
    assert "SimLex999: 2 pairs" in printed
    assert "MEN: no men.txt" in printed
    frame = pd.read_parquet(tmp_path / "data" / "SimLex999" / "test.parquet")
    assert frame.to_dict("list") == {"sentence1": ["old", "smart"], "sentence2": ["new", "clever"], "score": [0.5, 9.5]}
    (tmp_path / "source" / "simLex.txt").write_text("0\told\tnew\t0.5\n1\tsmart\n")
    with pytest.raises(EvaluationDataError, match="line 2"):
        run("build-words", tmp_path / "source", tmp_path / "data")
    with pytest.raises(EvaluationDataError, match=r"rw\.txt"):
        run("build-words", tmp_path, tmp_path / "data")
