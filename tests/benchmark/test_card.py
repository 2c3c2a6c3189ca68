"""Results in the model-index of a card."""

from __future__ import annotations

from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.benchmark import evaluate, offline_tasks, write_results
from sentence_transformers_static.cards import render_again
from sentence_transformers_static.errors import ModelFolderError


def test_results_are_written_and_replaced(minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path) -> None:
    minilm_256.save_pretrained(str(tmp_path / "model"))
    readme = tmp_path / "model" / "README.md"
    before = ModelCard.load(readme)
    tasks = offline_tasks(data)
    result = evaluate(minilm_256, tasks, cache=tmp_path / "cache", show_progress_bar=False)
    assert write_results(tmp_path / "model", result, tasks) == 8
    assert write_results(tmp_path / "model", result, tasks[:1] + tasks[1:]) == 8
    card = ModelCard.load(readme)
    start, end = card.text.index("## Results"), card.text.index("## Distillation")
    without = card.text[:start] + card.text[end:]
    assert without.split("<!-- Rendered")[0] == before.text.split("<!-- Rendered")[0], "the rest is left alone"
    assert "| Classification | DebianSection (default) | test | accuracy |" in card.text[start:end]
    again = StaticSentenceTransformer(str(tmp_path / "model"), device="cpu")
    rendered = render_again(again, readme.read_text())
    assert not rendered.kept and ModelCard(rendered.text).text.strip() == card.text.strip()
    assert card.data.tags == before.data.tags
    found = {entry.dataset_name: entry for entry in card.data.eval_results}
    assert len(card.data.eval_results) == len(found) == 8, "replaced, not repeated"
    entry = found["DebianSection (default)"]
    score = next(one for one in result.task_results if one.task_name == "DebianSection").get_score()
    assert entry.metric_type == "accuracy"
    assert entry.metric_value == pytest.approx(100 * score, abs=1e-3)
    assert entry.task_type == "Classification"
    assert StaticSentenceTransformer(str(tmp_path / "model"), device="cpu").encode("x").shape == (256,)


def test_other_results_stay(minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path) -> None:
    minilm_256.save_pretrained(str(tmp_path / "model"))
    for position in (0, 1):
        tasks = offline_tasks(data)[position : position + 1]
        write_results(tmp_path / "model", evaluate(minilm_256, tasks, cache=tmp_path, show_progress_bar=False), tasks)
    names = [entry.dataset_name for entry in ModelCard.load(tmp_path / "model" / "README.md").data.eval_results]
    assert names == ["WordSim353 (default)", "WordNetLexname (default)"]


def test_no_card_or_a_broken_one(minilm_256: StaticSentenceTransformer, data: Path, tmp_path: Path) -> None:
    tasks = offline_tasks(data)[:1]
    result = evaluate(minilm_256, tasks, cache=tmp_path, show_progress_bar=False)
    with pytest.raises(ModelFolderError, match=r"no README\.md"):
        write_results(tmp_path, result, tasks)
    broken = "---\nmodel-index: 3\n---\ntext"
    (tmp_path / "README.md").write_text(broken)
    with pytest.raises(ModelFolderError, match="cannot be read"):
        write_results(tmp_path, result, tasks)
    assert (tmp_path / "README.md").read_text() == broken
    (tmp_path / "README.md").write_text("---\ntags: [\n---\ntext")
    with pytest.raises(ModelFolderError, match="cannot be read"):
        write_results(tmp_path, result, tasks)
