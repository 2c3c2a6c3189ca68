"""The card that a saved model carries."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from huggingface_hub import ModelCard

from sentence_transformers_static import StaticSentenceTransformer, distill, distill_from_model
from sentence_transformers_static.cards import StaticModelCardData, render, template_dir
from tests import teachers
from tests.models import random_model


def card_of(model: StaticSentenceTransformer, tmp_path: Path) -> str:
    model.save_pretrained(str(tmp_path))
    return (tmp_path / "README.md").read_text(encoding="utf-8")


def test_what_a_distilled_models_card_says(tmp_path: Path) -> None:
    teacher = teachers.bert()
    model = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, show_progress_bar=False)
    model[0].metadata["tokenizer_name"] = "org/teacher"
    text = card_of(model, tmp_path)
    metadata = ModelCard(text).data.to_dict()
    assert {"static-embeddings", "model2vec", "sentence-transformers"} <= set(metadata["tags"])
    assert metadata["library_name"] == "sentence-transformers"
    assert "license" not in metadata and "| Licence | unknown |" in text
    assert text.index("# Static embeddings of org/teacher") and "| Dimensions | 8 |" in text
    assert "| `pca_dims` | `8` |" in text and "| `sif_coefficient` | `0.0001` |" in text
    assert "Made with sentence-transformers " in text and "None" not in text and "{" not in text.split("---")[2][:2000]


def test_two_renderings_are_identical(tmp_path: Path) -> None:
    model = random_model()
    assert card_of(model, tmp_path / "a") == card_of(model, tmp_path / "b")


def test_a_card_that_was_loaded_is_kept(tmp_path: Path) -> None:
    random_model().save_pretrained(str(tmp_path))
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n\nwritten by hand\n")
    again = StaticSentenceTransformer(str(tmp_path), device="cpu")
    assert "written by hand" in card_of(again, tmp_path / "again")


def test_a_pipeline_of_another_kind_has_a_card_too(tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import Pooling

    model = StaticSentenceTransformer(modules=[random_model()[0], Pooling(8, "max")], device="cpu")
    text = card_of(model, tmp_path)
    assert "| Dimensions | 8 |" in text
    assert "nothing else installed" not in text and "pip install model2vec" not in text and "mean of its" not in text


def test_a_name_that_a_template_lacks_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="model_name"):
        render("distilled.md", teacher=None, distillation=None)


def test_templates_are_found_in_the_checkout() -> None:
    assert template_dir() == Path(__file__).parents[2] / "model_card_templates"


def test_a_trained_model_keeps_the_licence_and_languages_it_was_loaded_with(tmp_path: Path) -> None:
    random_model().save_pretrained(tmp_path)
    (tmp_path / "README.md").write_text("---\nlicense: apache-2.0\nlanguage: [en, de]\n---\n\ntext\n")
    again = StaticSentenceTransformer(tmp_path, device="cpu")
    again.model_card_data.add_tags("generated_from_trainer")  # as the host's trainer does
    metadata = ModelCard(card_of(again, tmp_path / "trained")).data.to_dict()
    assert metadata["license"] == "apache-2.0" and metadata["language"] == ["en", "de"]


def test_a_teacher_of_the_hub_is_linked(tmp_path: Path) -> None:
    """At the commit that was distilled, and named as the base model; the command repeats the distillation."""
    teacher = teachers.bert()
    model = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, show_progress_bar=False)
    model[0].metadata["tokenizer_name"] = "org/teacher"
    model[0].metadata["distillation"] |= {"hub_id": "org/teacher", "revision": "0123456789" * 4}
    text = card_of(model, tmp_path)
    metadata = ModelCard(text).data.to_dict()
    assert metadata["base_model"] == "org/teacher" and metadata["base_model_relation"] == "finetune"
    assert f"https://huggingface.co/org/teacher/tree/{'0123456789' * 4}" in text
    assert "st-static distill org/teacher OUTPUT --pca-dims 8 --sif-coefficient 0.0001 " in text
    assert f"--revision {'0123456789' * 4}" in text


def test_a_card_is_rendered_again_when_its_model_is_saved_again(tmp_path: Path) -> None:
    """What changed is new, what a person wrote stays."""
    random_model().save_pretrained(tmp_path / "a")
    readme = tmp_path / "a" / "README.md"
    readme.write_text(readme.read_text().replace("## Usage", "## Limits\n\nMine.\n\n## Usage"))
    again = StaticSentenceTransformer(tmp_path / "a", device="cpu")
    again.max_seq_length = 7
    text = card_of(again, tmp_path / "b")
    assert "| Maximum length | 7 tokens |" in text
    assert "## Limits\n\nMine.\n" in text


def test_a_teacher_without_a_name(tmp_path: Path) -> None:
    """As one that was never saved: nothing is made up for it."""
    teacher = teachers.bert()
    model = distill_from_model(teacher.model, teacher.tokenizer, pca_dims=8, show_progress_bar=False)
    model[0].metadata["tokenizer_name"] = ""
    model[0].metadata["distillation"]["teacher"] = ""
    text = card_of(model, tmp_path)
    assert "`None`" not in text and "Distilled from a transformer without a name" in text
    assert "st-static distill TEACHER OUTPUT" in text


def test_minilms_card_says_its_licence_and_language(minilm_256_path: str) -> None:
    text = (Path(minilm_256_path) / "README.md").read_text(encoding="utf-8")
    metadata = ModelCard(text).data.to_dict()
    assert metadata["license"] == "apache-2.0" and metadata["language"] == ["en"]
    assert "| Language | en |" in text and "| Licence | apache-2.0 |" in text


def test_a_teacher_without_a_card(bert_folder: str, tmp_path: Path) -> None:
    text = card_of(distill(bert_folder, pca_dims=8, show_progress_bar=False), tmp_path)
    metadata = ModelCard(text).data.to_dict()
    assert "license" not in metadata and "language" not in metadata
    assert "| Language | unknown |" in text and "| Licence | unknown |" in text


def test_a_title_is_kept(tmp_path: Path) -> None:
    """Whoever gave it: the one that saved the model, or the one that edited the card."""
    model = random_model()
    model.model_card_data.model_name = "Words"
    assert "\n# Words\n" in card_of(model, tmp_path / "a")
    again = StaticSentenceTransformer(tmp_path / "a", device="cpu")
    assert card_of(again, tmp_path / "b") == card_of(again, tmp_path / "a")
    readme = tmp_path / "b" / "README.md"
    readme.write_text(readme.read_text().replace("\n# Words\n", "\n# Mine\n"))
    text = card_of(StaticSentenceTransformer(tmp_path / "b", device="cpu"), tmp_path / "c")
    assert "\n# Mine\n" in text and "# Words" not in text and "# Static" not in text


def test_a_usage_example_that_is_no_python(tmp_path: Path) -> None:
    """As a person may leave it: it stays, and nothing fails."""
    text = card_of(random_model(), tmp_path / "a").replace("sentences = [", "sentences = [[")
    (tmp_path / "a" / "README.md").write_text(text)
    again = StaticSentenceTransformer(tmp_path / "a", device="cpu")
    assert "sentences = [[" in card_of(again, tmp_path / "b")


def test_a_search_example_stays_one(tmp_path: Path) -> None:
    model = random_model()
    model.model_card_data.ir_model = True
    text = card_of(model, tmp_path / "a")
    assert "queries = [" in text and "documents = [" in text
    assert card_of(StaticSentenceTransformer(tmp_path / "a", device="cpu"), tmp_path / "b") == text


@pytest.mark.parametrize(("said", "expected"), [("no", ["no"]), ("en", ["en"]), ("[en, no]", ["en", "no"])])
def test_languages(said: str, expected: list[str], tmp_path: Path) -> None:
    """YAML reads Norwegian as False."""
    random_model().save_pretrained(tmp_path)
    (tmp_path / "README.md").write_text(f"---\nlanguage: {said}\n---\n\ntext\n")
    assert StaticSentenceTransformer(tmp_path, device="cpu").model_card_data.language == expected


def test_a_licence_file_of_an_unknown_repository_is_not_linked() -> None:
    data = StaticModelCardData()
    data.take_over({"license": "other", "license_name": "mine", "license_link": "LICENSE.md"})
    assert (data.license, data.license_name, data.license_link) == ("other", "mine", None)
