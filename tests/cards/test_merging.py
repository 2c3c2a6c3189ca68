"""Rendering again loses nothing that a person wrote."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentence_transformers_static.cards import is_signed, merge, sign
from sentence_transformers_static.cards.parts import NOTES_BEGIN, NOTES_END

CARD = f"""---
license: mit
tags:
- static-embeddings
---

# Title

A summary.

{NOTES_BEGIN}

{NOTES_END}

## Usage

```python
# a comment, no heading
## nor is this
print("---")
```

## Distillation

| option | value |
|---|---|
| `pca_dims` | `256` |
"""
NEWER = CARD.replace("256", "128").replace("mit", "apache-2.0").replace("A summary", "Another summary")


def test_untouched_parts_are_replaced() -> None:
    merged = merge(sign(CARD), NEWER)
    assert merged.text == sign(NEWER)
    assert merged.kept == ()


def test_rendering_the_same_changes_nothing() -> None:
    assert merge(sign(CARD), CARD).text == sign(CARD)


def test_signing_twice_is_signing_once() -> None:
    assert sign(sign(CARD)) == sign(CARD)
    assert is_signed(sign(CARD)) and not is_signed(CARD)


@pytest.mark.parametrize(
    ("before", "written"),
    [
        (f"{NOTES_BEGIN}\n", f"{NOTES_BEGIN}\nMy note.\n"),
        ("A summary.", "A summary, and my words."),
        ("## Distillation\n", "## My section\n\nMy words.\n\n## Distillation\n"),
        ('print("---")\n', 'print("---")\nprint("mine")\n'),
        ("license: mit", "license: other"),
        ("license: mit", "# my comment\nlicense: mit"),
        ("tags:\n", "model-index:\n- name: mine\n  results: []\ntags:\n"),
        ("- static-embeddings\n", "- static-embeddings\n- mine\n"),
        ("# Title", "My preface.\n\n# Title"),
    ],
)
def test_what_a_person_wrote_stays(before: str, written: str) -> None:
    """Wherever it stands; and what nobody touched is new."""
    edited = sign(CARD).replace(before, written, 1)
    assert edited != sign(CARD)
    merged = merge(edited, NEWER)
    for line in set(written.splitlines()) - set(before.splitlines()):
        assert line in merged.text.splitlines()
    if "Distillation" not in before:
        assert "| `pca_dims` | `128` |" in merged.text
    again = merge(merged.text, NEWER)
    assert again.text == merged.text, "nothing is lost or repeated the second time either"


def test_text_after_the_record_stays() -> None:
    merged = merge(sign(CARD) + "\n## Limits\n\nMine.\n", NEWER)
    assert merged.kept == ("## Limits",)
    assert merged.text.count("Digests") == 1


def test_parts_that_are_no_longer_rendered_go() -> None:
    assert "## Distillation" not in merge(sign(CARD), CARD[: CARD.index("## Distillation")]).text


def test_a_card_of_somebody_else_keeps_all_it_has() -> None:
    other = "---\nlicense: other\n---\n\nA preface.\n\n# Their title\n\n## Usage\n\nTheir usage.\n"
    merged = merge(other, NEWER)
    for line in other.splitlines():
        assert line in merged.text.splitlines()
    assert "## Distillation" in merged.text, "and gets what it lacks"
    assert merged.text.count("## Usage") == 1


@example(["---", NOTES_BEGIN, "---", NOTES_END, "# Title"])
@given(st.lists(st.sampled_from([*CARD.splitlines(), "mine", "## Mine", "mine: yes", "```", ""]), max_size=25))
def test_no_line_of_a_persons_card_is_lost(lines: list[str]) -> None:
    """Of any unsigned text at all."""
    old = "\n".join(lines)
    merged = merge(old, NEWER).text.splitlines()
    wanted = [line for line in old.splitlines() if line.strip() and not re.fullmatch(r"---\s*", line)]
    assert all(line in merged for line in wanted)
