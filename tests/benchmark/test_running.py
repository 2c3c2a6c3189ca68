"""Running tasks: right scores, resumed, repeatable, and one failure not stopping the rest."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import mteb
import pandas as pd
import pytest
from mteb.results import TaskResult
from sentence_transformers import SentenceTransformer

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import evaluate, model_meta, offline_tasks, select_tasks, summarize
from sentence_transformers_static.benchmark.parquet import ParquetTask
from tests.benchmark.conftest import write_data

NAMES = [task.metadata.name for task in offline_tasks(Path(__file__).parent)]


def result_file(cache: Path, model: SentenceTransformer, task: str) -> Path:
    meta = model_meta(model)
    return cache / "results" / meta.model_name_as_path() / str(meta.revision) / f"{task}.json"


@pytest.fixture(scope="module")
def finished(data: Path, minilm_256_path: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache with the whole suite in it."""
    cache = tmp_path_factory.mktemp("cache")
    model = StaticSentenceTransformer(minilm_256_path, device="cpu")
    result = evaluate(model, offline_tasks(data), cache=cache, show_progress_bar=False)
    assert not result.exceptions
    return cache


def test_every_type_finds_the_answer(finished: Path, data: Path, minilm_256: StaticSentenceTransformer) -> None:
    """The three topics are easy: a model that embeds anything but its texts would be far below."""
    tasks = offline_tasks(data)
    summary = summarize(evaluate(minilm_256, tasks, cache=finished, show_progress_bar=False), tasks)
    assert list(summary.by_task) == NAMES
    assert min(summary.by_task.values()) > 0.6, str(summary.by_task)
    assert not summary.missing


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")  # MTEB's own calls
def test_equal_to_mteb_alone(finished: Path, data: Path, minilm_256_path: str) -> None:
    """Plain Sentence Transformers in plain ``mteb.evaluate``."""
    plain = SentenceTransformer(minilm_256_path, device="cpu")
    ours = StaticSentenceTransformer(minilm_256_path, device="cpu")
    for task in offline_tasks(data):
        expected = mteb.evaluate(plain, task, cache=None, show_progress_bar=False).task_results[0].get_score()
        stored = json.loads(result_file(finished, ours, task.metadata.name).read_text())
        assert stored["scores"]["test"][0]["main_score"] == pytest.approx(expected, abs=1e-6), task


def test_the_revision_is_kept_for_the_second_model(
    data: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path
) -> None:
    """MTEB forgets it when it unloads the rows."""
    tasks = offline_tasks(data)[:1]
    revisions = [
        evaluate(minilm_256, tasks, cache=tmp_path / str(turn), show_progress_bar=False)
        .task_results[0]
        .dataset_revision
        for turn in range(2)
    ]
    assert revisions[0] == revisions[1] != "NA"


@pytest.mark.parametrize("content", ["{}", "[]", "null", "3"])
def test_a_result_file_of_another_shape(
    content: str, minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path
) -> None:
    file = result_file(tmp_path, minilm_256, "WordSim353")
    file.parent.mkdir(parents=True)
    file.write_text(content)
    again = evaluate(minilm_256, offline_tasks(data)[:1], cache=tmp_path, show_progress_bar=False)
    assert not again.exceptions and again.task_results[0].get_score() > 0


@pytest.mark.filterwarnings("ignore")  # correlations of constants
def test_no_score_is_a_failure(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    file = data / "WordSim353" / "test.parquet"
    pd.read_parquet(file).assign(score=1.0).to_parquet(file)
    result = evaluate(minilm_256, offline_tasks(data)[:1], cache=tmp_path, show_progress_bar=False)
    assert not result.task_results
    assert "score is nan" in result.exceptions[0].exception


def test_a_task_of_another_modality_does_not_stop_the_rest(
    minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path
) -> None:
    tasks = [mteb.get_task("CIFAR10"), *offline_tasks(data)[:1]]
    result = evaluate(minilm_256, tasks, cache=tmp_path, show_progress_bar=False)
    assert [failure.task_name for failure in result.exceptions] == ["CIFAR10"]
    assert len(result.task_results) == 1


def test_an_aggregate_without_its_data(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    """It fails, and what MTEB writes of it then is not taken for a result."""
    for _ in range(2):
        task = mteb.get_task("CQADupstackRetrieval")
        result = evaluate(minilm_256, [task], cache=tmp_path, show_progress_bar=False)
        assert [failure.task_name for failure in result.exceptions] == ["CQADupstackRetrieval"]


def test_random_state_is_kept(minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path) -> None:
    random.seed(5)
    expected = random.random()
    random.seed(5)
    evaluate(minilm_256, select_tasks(tasks=["WordSim353"], data=data), cache=tmp_path, show_progress_bar=False)
    assert random.random() == expected


@pytest.mark.parametrize("name", ["WordNetTopics", "DebtagsWorksWith"])
def test_each_model_gets_the_same_samples(
    name: str, data: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path
) -> None:
    """These tasks draw samples; a second model, in the same run, must not get others."""
    (task,) = (task for task in offline_tasks(data) if task.metadata.name == name)
    after = []
    for turn in range(2):
        evaluate(minilm_256, [task], cache=tmp_path / str(turn), show_progress_bar=False)
        after.append((task.rng_state.getstate(), task.np_rng.bit_generator.state))
    assert after[0] == after[1]
    unused = offline_tasks(data)[0]
    assert after[0] != (unused.rng_state.getstate(), unused.np_rng.bit_generator.state), "it does draw"


def test_layout_is_that_of_mteb(finished: Path, minilm_256: StaticSentenceTransformer) -> None:
    folder = result_file(finished, minilm_256, "WordSim353").parent
    assert {f"{name}.json" for name in NAMES} <= {file.name for file in folder.iterdir()}
    meta = json.loads((folder / "model_meta.json").read_text())
    assert meta["embed_dim"] == 256
    assert meta["loader_kwargs"] == {"trust_remote_code": False}
    assert TaskResult.from_disk(folder / "WordSim353.json").task_name == "WordSim353"


def test_same_scores_twice(finished: Path, data: Path, minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    again = evaluate(minilm_256, offline_tasks(data), cache=tmp_path, show_progress_bar=False)
    for task in again.task_results:
        stored = json.loads(result_file(finished, minilm_256, task.task_name).read_text())
        # In its files MTEB rounds to six digits.
        assert stored["scores"]["test"][0]["main_score"] == round(task.get_score(), 6), task.task_name


def test_nothing_is_computed_again(
    finished: Path, data: Path, minilm_256: StaticSentenceTransformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("encoded although every result is there")

    monkeypatch.setattr(StaticSentenceTransformer, "encode", refuse)
    result = evaluate(minilm_256, offline_tasks(data), cache=finished, show_progress_bar=False)
    assert len(result.task_results) == len(NAMES)
    repeated = evaluate(minilm_256, offline_tasks(data)[:1], cache=finished, overwrite=True, show_progress_bar=False)
    assert "encoded although" in repeated.exceptions[0].exception, "overwrite computes"


def test_other_rows_are_computed_again(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    first = evaluate(minilm_256, offline_tasks(data)[:1], cache=tmp_path, show_progress_bar=False).task_results[0]
    file = data / "WordSim353" / "test.parquet"
    frame = pd.read_parquet(file)
    frame["score"] = frame["score"].to_numpy()[::-1]
    frame.to_parquet(file)
    second = evaluate(minilm_256, offline_tasks(data)[:1], cache=tmp_path, show_progress_bar=False).task_results[0]
    assert second.dataset_revision != first.dataset_revision
    assert second.get_score() != first.get_score()


def test_half_a_result_file(minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path) -> None:
    """What a kill can leave behind."""
    expected = evaluate(minilm_256, offline_tasks(data)[:1], cache=tmp_path, show_progress_bar=False)
    file = result_file(tmp_path, minilm_256, "WordSim353")
    file.write_text(file.read_text()[:100])
    again = evaluate(minilm_256, offline_tasks(data)[:1], cache=tmp_path, show_progress_bar=False)
    assert not again.exceptions
    assert again.task_results[0].get_score() == expected.task_results[0].get_score()
    assert json.loads(file.read_text())


def test_one_failure_does_not_stop_the_rest(minilm_256: StaticSentenceTransformer, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    (data / "WordNetLexname" / "train.parquet").unlink()
    tasks = [*offline_tasks(data), mteb.get_task("STS12")]
    result = evaluate(minilm_256, tasks, cache=tmp_path, show_progress_bar=False)
    failures = {failure.task_name: failure.exception for failure in result.exceptions}
    assert set(failures) == {"WordNetLexname", "STS12"}
    assert "train.parquet is missing" in failures["WordNetLexname"]
    assert "mteb/sts12-sts" in failures["STS12"], "no hub is reached in the tests"
    summary = summarize(result, tasks)
    assert len(summary.scores) == len(NAMES) - 1
    assert list(summary.missing) == ["WordNetLexname", "STS12"]
    assert summary.averages == {}


_KILLED = """
import os, signal, sys
from mteb.cache import ResultCache
from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import evaluate, offline_tasks

model, data, cache = sys.argv[1:]

class Killed(ResultCache):
    def save_to_cache(self, result, *args, **kwargs):
        if result.task_name == "VaderMovie":
            os.kill(os.getpid(), signal.SIGKILL)
        super().save_to_cache(result, *args, **kwargs)

evaluate(StaticSentenceTransformer(model, device="cpu"), offline_tasks(data), cache=Killed(cache))
"""


def test_a_killed_run_goes_on(
    minilm_256_path: str, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-W", "ignore", "-c", _KILLED, minilm_256_path, str(data), str(tmp_path)]
    killed = subprocess.run(command, check=False, capture_output=True, env={**os.environ, "HF_HUB_OFFLINE": "1"})
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    model = StaticSentenceTransformer(minilm_256_path, device="cpu")
    assert result_file(tmp_path, model, "WordNetLexname").is_file()
    assert not result_file(tmp_path, model, "VaderMovie").exists()
    loaded: list[str] = []
    load = ParquetTask.load_data
    monkeypatch.setattr(
        ParquetTask, "load_data", lambda task, **kwargs: (loaded.append(task.metadata.name), load(task, **kwargs))
    )
    result = evaluate(model, offline_tasks(data), cache=tmp_path, show_progress_bar=False)
    assert loaded == NAMES[2:], "the first two are read from the cache"
    assert [task.task_name for task in result.task_results] == NAMES
