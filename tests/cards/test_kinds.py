"""The card of each kind of model: golden files, metadata, links, snippets."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
import torch
from pytest_regressions.file_regression import FileRegressionFixture

from sentence_transformers_static import StaticSentenceTransformer
from sentence_transformers_static.cards import card_metadata, render_again
from tests.cards.hub_metadata import complaints
from tests.cards.kinds import KINDS


@pytest.fixture(scope="module", params=KINDS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of each kind, saved."""
    torch.manual_seed(0)  # this fixture comes before the one that seeds each test
    folder = tmp_path_factory.mktemp(request.param)
    KINDS[request.param](folder).save_pretrained(str(folder / request.param))
    return folder / str(request.param)


def card(folder: Path) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


def steady(text: str) -> str:
    """Without what differs between machines and versions of the host."""
    text = re.sub(r"<!-- Rendered .*-->", "<!-- Rendered -->", text)
    text = re.sub(r"# tensor\(.*?\)", "# tensor", text, flags=re.DOTALL)
    text = re.sub(r"<details>.*?</details>", "<details>", text, flags=re.DOTALL)
    text = re.sub(r"\d+\.\d+\.\d+[\w.+]*(?=$|[,.])", "VERSION", text, flags=re.MULTILINE)
    text = re.sub(r"(?<=\*\*: )[\d.]+ (seconds|milliseconds|minutes)", "TIME", text)
    text = re.sub(r"(?<![\w./])-?\d\.\d+(?![\w/])|\bnan\b", "NUMBER", text)
    return re.sub(r" +(?=[|])|(?<=[|]) +(?=NUMBER)|-{4,}", " ", text)


def test_golden(folder: Path, file_regression: FileRegressionFixture) -> None:
    """Read the difference; if it is what was meant, ``pytest tests/cards --force-regen``."""
    file_regression.check(steady(card(folder)), basename=folder.name, extension=".md")


def test_metadata_are_what_the_hub_expects(folder: Path) -> None:
    assert complaints(card_metadata(card(folder))) == []


def test_links_are_well_formed(folder: Path) -> None:
    text = card(folder)
    links = re.findall(r"\]\(([^)\s]*)\)|(https?://[^\s<>)\"'}]+)", text)
    assert links
    for link in (target or bare for target, bare in links):
        if link.startswith("#"):
            assert link[1:] in anchors(text), link
            continue
        parts = urlsplit(link)
        assert parts.scheme == "https" and "." in parts.netloc, link
        assert not re.search(r"None|unknown|[{}\\`]|//", parts.path), link


def anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def test_nothing_is_left_unrendered(folder: Path) -> None:
    prose = re.sub(r"```.*?```|<details>.*?</details>|`[^`]*`", "CODE", card(folder), flags=re.DOTALL)
    assert not re.search(r"\{\{|\{%|\bNone\b|\bUndefined\b|\n\n\n\n", prose)


def test_the_snippets_run(folder: Path) -> None:
    expected = StaticSentenceTransformer(folder, device="cpu").encode(["one two"])
    snippets = re.findall(r"```python\n(.*?)```", card(folder), flags=re.DOTALL)
    assert snippets
    for snippet in snippets:
        names: dict[str, object] = {}
        exec(snippet.replace("sentence_transformers_model_id", str(folder)), names)
        vectors = names["model"].encode(["one two"])  # type: ignore[attr-defined]
        np.testing.assert_allclose(vectors, expected, atol=1e-5)


def test_saved_and_rendered_again_it_is_the_same(folder: Path, tmp_path: Path) -> None:
    """Byte by byte: by a fresh model, by one saved elsewhere; how it was trained included."""
    again = StaticSentenceTransformer(folder, device="cpu")
    assert render_again(again, card(folder)).text == card(folder)
    again.save_pretrained(str(tmp_path / folder.name))
    assert card(tmp_path / folder.name) == card(folder)
