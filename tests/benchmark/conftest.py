"""A small folder of evaluation data with a right answer in it, and a model that finds it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

TOPICS = {
    "animals": ["dog", "cat", "horse", "cow", "goat", "sheep", "lion", "tiger"],
    "music": ["guitar", "piano", "violin", "drum", "concert", "song", "orchestra", "melody"],
    "money": ["bank", "loan", "credit", "tax", "profit", "market", "debt", "salary"],
}


def texts_of(topic: str) -> list[str]:
    """56 short texts on one topic."""
    return [f"the {one} and the {other}" for one, other in itertools.permutations(TOPICS[topic], 2)]


def write_data(folder: Path) -> Path:
    """The eight tasks of the offline suite, with a few texts of three topics each."""
    texts = [(text, topic) for group in zip(*map(texts_of, TOPICS), strict=True) for text, topic in zip(group, TOPICS)]  # noqa: B905
    labelled = [{"text": text, "label": topic} for text, topic in texts]
    many = [{"text": text, "label": [topic, "thing"]} for text, topic in texts]
    words = [(one, other, 8.0) for name in TOPICS.values() for one, other in itertools.pairwise(name)]
    apart = [(one, other, 1.0) for one, other in zip(TOPICS["animals"], TOPICS["money"], strict=True)]
    queries = [{"id": f"q{number}", "text": name} for number, name in enumerate(TOPICS)]
    corpus = [{"id": f"d{number}", "text": text} for number, (text, _) in enumerate(texts)]
    positions = {topic: number for number, topic in enumerate(TOPICS)}
    qrels = [
        {"query_id": f"q{positions[topic]}", "doc_id": f"d{number}", "score": 1}
        for number, (_, topic) in enumerate(texts)
    ]
    near = [row for row in qrels if int(row["doc_id"][1:]) < 30]
    ranked = [{"query_id": query["id"], "doc_ids": [row["id"] for row in corpus[:30]]} for query in queries]
    halves = {"train": slice(0, None, 2), "test": slice(1, None, 2)}
    tables: dict[str, dict[str, list[Any]]] = {
        "WordSim353": {"test": [{"sentence1": a, "sentence2": b, "score": score} for a, b, score in words + apart]},
        "WordNetTopics": {"test": [{"sentences": text, "labels": topic} for text, topic in texts]},
        "DebianShort2Long": {"corpus": corpus, "queries": queries, "qrels": qrels},
        "SupportReranking": {"corpus": corpus, "queries": queries, "qrels": near, "top_ranked": ranked},
        "DebtagsWorksWith": {name: many[half] for name, half in halves.items()},
        **{
            name: {split: labelled[half] for split, half in halves.items()}
            for name in ("WordNetLexname", "VaderMovie", "DebianSection")
        },
    }
    for task, files in tables.items():
        (folder / task).mkdir(parents=True)
        for name, rows in files.items():
            pd.DataFrame(rows).to_parquet(folder / task / f"{name}.parquet")
    return folder


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read only; :func:`write_data` makes one to change."""
    return write_data(tmp_path_factory.mktemp("data"))
