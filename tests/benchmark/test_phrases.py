"""The PEARL tasks, on a folder with the configurations and columns of the dataset on the Hub."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import evaluate, phrase_tasks, select_tasks, summarize
from tests.benchmark.conftest import TOPICS

Rows = list[dict[str, Any]]


def pearl() -> dict[tuple[str, str], Rows]:
    """(Configuration, split) -> rows."""
    entities = [{"entity": word, "label": topic} for topic, words in TOPICS.items() for word in words]
    same = [(f"the {a}", f"a {a}", "pos") for words in TOPICS.values() for a in words]
    other = [(f"the {a}", f"a {b}", "neg") for a, b in zip(TOPICS["animals"], TOPICS["money"], strict=True)]
    phrases = [{"phrase_1": a, "phrase_2": b, "label": label} for a, b, label in (same + other) * 3]
    linking = [{"query": f"a {word}", "label": word} for word in TOPICS["music"]]
    knowledge = [{"entity_name": word} for word in itertools.chain(*TOPICS.values())]
    turney = [
        {"query": f"the {word}", "label": word, **{f"candidate_{n}": TOPICS["money"][n] for n in range(1, 5)}}
        for word in TOPICS["animals"]
    ]
    bird = [{"term1": a, "term2": b, "relatedness score": float(label == "pos")} for a, b, label in same + other]
    return {
        ("bird", "test"): bird,
        ("turney", "test"): turney,
        ("ppdb", "test"): phrases,
        ("ppdb_filtered", "test"): phrases,
        ("yago", "test"): [*linking, {"query": "unheard of", "label": "not in the knowledge base"}],
        ("umls", "umls"): linking,
        ("kb", "yago"): [*knowledge, {"entity_name": None}],
        ("kb", "umls"): knowledge,
        ("conll", "test"): [*entities, {"entity": None, "label": "money"}],
        ("bc5cdr", "test"): entities,
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("pearl")
    configurations: dict[str, list[str]] = {}
    for (config, split), rows in pearl().items():
        (root / f"{config}-{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        configurations.setdefault(config, []).append(f"  - split: {split}\n    path: {config}-{split}.jsonl")
    lines = [f"- config_name: {config}\n  data_files:\n" + "\n".join(files) for config, files in configurations.items()]
    (root / "README.md").write_text("---\nconfigs:\n" + "\n".join(lines) + "\n---\n")
    return root


@pytest.mark.filterwarnings("ignore")  # a few dozen pairs do not let the probe converge
def test_all_sets(folder: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    tasks = phrase_tasks(str(folder))
    result = evaluate(minilm_256, tasks, cache=tmp_path, show_progress_bar=False)
    assert not result.exceptions
    scores = summarize(result, tasks).by_task
    assert len(scores) == 8
    assert scores["PearlTurney"] == 1.0, "each phrase is nearest to its own word"
    assert scores["PearlUMLS"] == 1.0
    assert scores["PearlYAGO"] == pytest.approx(8 / 9, abs=1e-5), "a label outside the knowledge base is missed"
    assert scores["PearlBIRD"] > 0.5
    assert scores["PearlBC5CDR"] > 0.5
    assert 0 <= scores["PearlPPDB"] <= 1


@pytest.mark.filterwarnings("ignore")
def test_the_probe_learns(folder: Path, minilm: SentenceTransformer, tmp_path: Path) -> None:
    """The same pairs three times: what is in the training part is known in the test part."""
    (task,) = (task for task in phrase_tasks(str(folder)) if task.metadata.name == "PearlPPDB")
    task.load_data()
    labels = task.dataset["test"]["labels"]
    result = evaluate(minilm, [task], cache=tmp_path, show_progress_bar=False)
    assert result.task_results[0].get_score() >= max(labels.count(0), labels.count(1)) / len(labels)


def test_without_the_hub(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    result = evaluate(minilm_256, select_tasks(tasks=["PearlBIRD"]), cache=tmp_path, show_progress_bar=False)
    assert "Lihuchen/pearl_benchmark" in result.exceptions[0].exception
