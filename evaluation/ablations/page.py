"""The table and the picture of the ablation."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import mean
from typing import Any

from evaluation.ablations.variants import DEFAULT, VARIANTS
from sentence_transformers_static.benchmark.plots import Theme, draw_picture
from sentence_transformers_static.folders import staged_file

_INTRODUCTION = Path(__file__).with_name("introduction.md")


def write_page(file: Path, output: Path) -> list[Path]:
    """Write ``<name>.md`` and draw ``<name>-*`` beside the results ``<name>.json``."""
    content = json.loads(file.read_text(encoding="utf-8"))
    page = output / f"{file.stem}.md"
    with staged_file(page) as staging:
        staging.write_text(render(content, file.stem), encoding="utf-8")
    return [page, *draw(content, output, file.stem)]


def render(content: dict[str, Any], name: str) -> str:
    """The page in Markdown: what to use when, the picture, and a table for each group of tasks."""
    scores = content["scores"]
    lines = [
        f"# Ablation: distilling {content['teacher']} with a corpus",
        "",
        _INTRODUCTION.read_text(encoding="utf-8").strip(),
        "",
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{name}-dark.svg">'
        f'<img alt="Scores by size of the corpus" src="{name}-light.svg"></picture>',
        "",
        f"Made by `{content['command']}` with {content['corpus']:,} texts, on {content['machine']['cores']} cores of "
        f"{content['machine']['processor']}.",
    ]
    for group, title in (("suite", "The offline suite (8 tasks)"), ("outside", "Outside the suite (6 tasks)")):
        lines += ["", f"## {title}, mean over tasks x 100", "", *_table(scores, group, content["corpus"])]
    return "\n".join(lines) + "\n"


def _table(scores: list[dict[str, Any]], group: str, all_texts: int) -> list[str]:
    sizes = _sizes(scores)
    dimensions = sorted({score["dimensions"] for score in scores})
    heads = [f"{dims} dims, {_named(size, all_texts)}" for dims in dimensions for size in sizes]
    rows = [f"| options | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    values = {
        (score["label"], score["dimensions"], score["texts"]): 100 * mean(score[group].values()) for score in scores
    }
    for variant in VARIANTS:
        label = f"**{variant.label}** (default)" if variant.label == DEFAULT else variant.label
        keys = [(variant.label, dims, size if variant.needs_corpus else 0) for dims in dimensions for size in sizes]
        if any(key in values for key in keys):
            rows.append(f"| {label} | {' | '.join(f'{values[k]:.1f}' if k in values else '' for k in keys)} |")
    return rows


def draw(content: dict[str, Any], output: Path, name: str) -> list[Path]:
    """Each combination as a bar from no corpus at all to the whole corpus, at the most dimensions."""
    scores = content["scores"]
    most = max(score["dimensions"] for score in scores)
    whole = {
        score["label"]: [100 * mean(score[group].values()) for group in ("suite", "outside")]
        for score in scores
        if score["dimensions"] == most and score["texts"] in (0, None)
    }
    labels = [variant.label for variant in VARIANTS if variant.label in whole]

    def paint(axes: Any, theme: Theme) -> None:
        positions = range(len(labels))
        for group, (shift, colour) in enumerate(((-0.2, theme.groups["static"]), (0.2, theme.groups["peer"]))):
            ends = [whole[label][group] for label in labels]
            heights = [at + shift for at in positions]
            axes.barh(heights, ends, height=0.38, color=colour, label=("the suite", "outside the suite")[group])
            for height, end in zip(heights, ends, strict=True):
                axes.annotate(f" {end:.1f}", (end, height), va="center", fontsize=8)
        axes.set_yticks(positions, labels)
        axes.invert_yaxis()
        axes.set_xlim(left=min(min(values) for values in whole.values()) - 2)
        axes.grid(axis="y", visible=False)
        axes.margins(x=0.08)
        axes.set_xlabel("mean over tasks, x 100")
        axes.set_title(f"{most} dimensions, the whole corpus", loc="left", pad=24)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, labelcolor=theme.ink)

    return draw_picture(paint, output, name, size=(9.0, 1.6 + 0.42 * len(labels)))


def _sizes(scores: list[dict[str, Any]]) -> list[int | None]:
    sizes = {score["texts"] for score in scores} - {0}
    return sorted(sizes, key=lambda size: float("inf") if size is None else size)


def _named(size: int | None, all_texts: int) -> str:
    return f"{all_texts if size is None else size:,} texts"
