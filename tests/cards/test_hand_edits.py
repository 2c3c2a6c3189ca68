"""What people do to a README.md: nothing of it is lost, nothing fails, and what they left alone is kept up to date."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from huggingface_hub import ModelCard
from sentence_transformers.sentence_transformer.model_card import SentenceTransformerModelCardData

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.cards import card_metadata, render_again, write_model_index
from sentence_transformers_static.cards.parts import NOTES_END
from sentence_transformers_static.errors import ModelFolderError
from tests.cards.kinds import trained
from tests.models import random_model

RESULT = {
    "task": {"type": "STS"},
    "dataset": {"name": "MTEB STS (default)", "type": "mteb/sts", "revision": "abc", "split": "test"},
    "metrics": [{"type": "cosine_spearman", "value": 71.5}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random_model().save_pretrained(str(tmp_path / "model"))
    return tmp_path / "model"


@pytest.fixture(scope="module")
def trained_card(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("trained")
    trained(folder).save_pretrained(str(folder / "model"))
    return (folder / "model" / "README.md").read_text(encoding="utf-8")


def edit(folder: Path, change: Callable[[str], str]) -> str:
    readme = folder / "README.md"
    edited = change(readme.read_text(encoding="utf-8"))
    readme.write_text(edited, encoding="utf-8")
    return edited


def saved_again(folder: Path, **changes: object) -> str:
    """Loaded, changed and saved elsewhere; rendered in place it is the same."""
    model = StaticSentenceTransformer(folder, device="cpu")
    for name, value in changes.items():
        setattr(model, name, value)
    model.save_pretrained(str(folder.parent / "again"))
    text = (folder.parent / "again" / "README.md").read_text(encoding="utf-8")
    assert render_again(model, (folder / "README.md").read_text(encoding="utf-8")).text == text
    return text


METADATA_LINES = [
    "inference: false",
    "new_version: org/newer",
    "license: other  # asked legal",
    "thumbnail: https://example.org/a.png",
    "released: 2025-02-28",
    "speakers: {no: 5, en: 3}",
    "co2_eq_emissions: {emissions: 1.5}",
    "'quoted': value",
]


@pytest.mark.parametrize("line", METADATA_LINES)
def test_an_entry_that_was_added_stays(line: str, folder: Path) -> None:
    """Also after results were written."""
    edit(folder, lambda text: text.replace("pipeline_tag:", f"{line}\npipeline_tag:"))
    assert line in saved_again(folder).splitlines()
    edit(folder, lambda text: write_model_index(text, [{"name": "model", "results": [RESULT]}]))
    text = saved_again(folder)
    assert line in text.splitlines()
    assert "| STS | MTEB STS (default) | test | cosine spearman | 71.50 |" in text


def test_entries_that_were_changed_stay(folder: Path) -> None:
    def change(text: str) -> str:
        changed = text.replace("pipeline_tag: sentence-similarity", "pipeline_tag: feature-extraction")
        changed = changed.replace("- dense\n", "  # not dense\n").replace("tags:\n", "tags:\n- mine\n")
        return changed.replace("library_name:", "base_model: org/base\nlibrary_name:")

    edit(folder, change)
    edit(folder, lambda text: write_model_index(text, [{"name": "model", "results": [RESULT]}]))
    text = saved_again(folder)
    metadata = card_metadata(text)
    assert metadata["pipeline_tag"] == "feature-extraction" and metadata["base_model"] == "org/base"
    assert "mine" in metadata["tags"] and "dense" not in metadata["tags"] and "  # not dense" in text


def test_metadata_that_cannot_be_read_are_kept(trained_card: str, folder: Path) -> None:
    """Nothing can be told apart in them: the card stays as it is, and the command says why."""
    broken = trained_card.replace("pipeline_tag:", "motto: a: b\npipeline_tag:")
    edit(folder, lambda text: broken)
    model = StaticSentenceTransformer(folder, device="cpu")
    model.save_pretrained(str(folder.parent / "again"))
    assert (folder.parent / "again" / "README.md").read_text(encoding="utf-8") == broken
    with pytest.raises(ModelFolderError, match="Mend them"):
        render_again(model, broken)


@pytest.mark.parametrize("change", ["tag", "front matter"])
def test_the_training_stays(change: str, trained_card: str, folder: Path) -> None:
    without = trained_card.replace("- generated_from_trainer\n", "")
    if change == "front matter":
        without = without.split("---\n", 2)[2]
    edit(folder, lambda text: without)
    text = saved_again(folder)
    assert "## Training Details" in text and "## Evaluation" in text


MALFORMED = [
    "a string",
    [{"name": "model", "results": {"a": 1}}],
    [{"name": "model", "results": [{**RESULT, "metrics": [{"type": "accuracy", "value": "80.1 %"}]}]}],
    [{"name": "model", "results": [{**RESULT, "metrics": [{"value": None}, "text"]}]}],
    [{"name": "model", "results": [{**RESULT, "dataset": "STSB"}, "text"]}],
    ["text"],
]


@pytest.mark.parametrize("index", MALFORMED)
def test_results_of_another_shape(index: object, folder: Path) -> None:
    entry = yaml.safe_dump({"model-index": index})
    edit(folder, lambda text: text.replace("pipeline_tag:", f"{entry}pipeline_tag:"))
    assert card_metadata(saved_again(folder))["model-index"] == index


@pytest.mark.parametrize("line", ["tags: 5", "released: 2025-02-30", "language: {en: 1}", "license: [mit, apache-2.0]"])
def test_metadata_of_another_shape(line: str, folder: Path) -> None:
    name = line.partition(":")[0]
    card = f"---\n{line}\n---\n\n# Theirs\n"
    edit(folder, lambda text: card)
    model = StaticSentenceTransformer(folder, device="cpu")
    model.save_pretrained(str(folder.parent / "again"))
    assert (folder.parent / "again" / "README.md").read_text(encoding="utf-8") == card
    assert f"{name}:" in render_again(model, card).text


def test_a_heading_above_the_title(folder: Path) -> None:
    def change(text: str) -> str:
        text = text.replace("# StaticSentenceTransformer", "# News\n\nNew release.\n\n# StaticSentenceTransformer", 1)
        return text.replace(NOTES_END, f"My note.\n\n{NOTES_END}")

    edit(folder, change)
    text = saved_again(folder, max_seq_length=7)
    assert text.index("# News") < text.index("# StaticSentenceTransformer") < text.index("My note.")
    assert "| Maximum length | 7 tokens |" in text and text.count("# StaticSentenceTransformer") == 1


def test_notes_with_headings_and_a_new_title_leave_the_table_fresh(folder: Path) -> None:
    def change(text: str) -> str:
        text = text.replace("# StaticSentenceTransformer", "# Mine", 1)
        return text.replace(NOTES_END, f"## Limits\n\nMany.\n\n{NOTES_END}")

    edit(folder, change)
    text = saved_again(folder, max_seq_length=7)
    assert "# Mine" in text and "## Limits\n\nMany." in text and "# StaticSentenceTransformer" not in text
    assert "| Maximum length | 7 tokens |" in text and text.count("| Dimensions |") == 1


@pytest.mark.parametrize("beginning", ["\ufeff", "\n", "\n\n  \n"])
def test_what_stands_before_the_metadata(beginning: str, folder: Path) -> None:
    edit(folder, lambda text: beginning + text)
    text = saved_again(folder)
    assert text.count("library_name:") == 1 and text.count("## Usage") == 1


FENCES = [
    "```pip install foo```",
    "````\n```\n# no heading\n````",
    "~~~\n# no heading\n```\n~~~",
    "    ```\n    # indented",
    "```python\nx = 1\n```",
]


@pytest.mark.parametrize("code", FENCES)
def test_code_in_the_notes(code: str, folder: Path) -> None:
    edit(folder, lambda text: text.replace(NOTES_END, f"{code}\n\n{NOTES_END}"))
    text = saved_again(folder)
    assert code in text and text.count("## Usage") == text.count("## Citation") == 1


def test_training_keeps_what_a_person_wrote_and_leaves_results_behind(folder: Path) -> None:
    def change(text: str) -> str:
        text = text.replace("pipeline_tag:", "new_version: org/newer\npipeline_tag:")
        text = text.replace("## Usage", "## Limits\n\nMine.\n\n## Usage")
        return write_model_index(text.replace(NOTES_END, f"A note.\n{NOTES_END}"), [{"name": "m", "results": [RESULT]}])

    edit(folder, change)
    model = StaticSentenceTransformer(folder, device="cpu")
    model.model_card_data.add_tags("generated_from_trainer")  # as the host's trainer does
    model.save_pretrained(str(folder.parent / "again"))
    text = (folder.parent / "again" / "README.md").read_text(encoding="utf-8")
    assert "A note." in text and "## Limits\n\nMine." in text and "new_version: org/newer" in text
    assert "71.5" not in text and "## Training Details" in text


def test_card_data_of_the_host(folder: Path) -> None:
    """With which no card of ours is rendered: the text stays, as there."""
    text = edit(folder, lambda text: write_model_index(text, [{"name": "m", "results": [RESULT]}]))
    data = SentenceTransformerModelCardData()
    StaticSentenceTransformer(folder, device="cpu", model_card_data=data).save_pretrained(str(folder.parent / "again"))
    assert (folder.parent / "again" / "README.md").read_text(encoding="utf-8") == text


def test_a_name_on_the_hub_stays_in_the_examples(folder: Path) -> None:
    model = StaticSentenceTransformer(folder, device="cpu")
    model.save_pretrained(str(folder), model_name="org/mine")
    text = saved_again(folder)
    assert text.count('"org/mine"') == 3 and "sentence_transformers_model_id" not in text


def test_a_trained_model_is_not_its_own_base(trained_card: str, folder: Path) -> None:
    edit(folder, lambda text: trained_card)
    model = StaticSentenceTransformer(folder, device="cpu")
    model.model_card_data.base_model = "org/trained"  # as the host does when it is loaded by its name on the Hub
    model.save_pretrained(str(folder.parent / "again"))
    text = (folder.parent / "again" / "README.md").read_text(encoding="utf-8")
    assert ModelCard(text).data.to_dict()["base_model"] == "org/teacher" and "org/trained" not in text


def test_a_search_model_that_is_loaded_stays_one(folder: Path) -> None:
    prompts = {"query": "query: ", "document": "document: "}
    model = StaticSentenceTransformer(folder, device="cpu", prompts=prompts)
    model.save_pretrained(str(folder.parent / "again"))
    assert "encode_query" in (folder.parent / "again" / "README.md").read_text(encoding="utf-8")
