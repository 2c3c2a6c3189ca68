"""``python -m evaluation plot``: the pictures of the results page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from evaluation.breakdown import draw_breakdown
from evaluation.suite import RESULTS
from sentence_transformers_static.benchmark.plots import ModelPoint, plot_retention, plot_speed_quality
from sentence_transformers_static.benchmark.summary import MEAN_TASK


def plot(results: Annotated[Path, typer.Option(exists=True, help="The folder of results.")] = RESULTS) -> None:
    """Draw speed against quality, retention by task type, and where encode's time goes, from the files in RESULTS."""
    for file in draw(results):
        typer.echo(file)


def draw(results: Path) -> list[Path]:
    """Draw all pictures, each light and dark, as SVG and PNG, beside the results."""
    from evaluation.page import read_results

    content = read_results(results)
    speeds = json.loads((results / "speed.json").read_text(encoding="utf-8"))["models"]
    points = [
        ModelPoint(
            name=label,
            texts_per_second=speeds[label]["texts per second"],
            quality=content["summaries"][label].averages[MEAN_TASK],
            megabytes=model["megabytes"],
            group=model["group"],
        )
        for label, model in content["models"].items()
        if label in speeds
    ]
    files = plot_speed_quality(points, results, ylabel="offline suite, mean over tasks")
    files += plot_retention(content["retentions"], results)
    return files + draw_breakdown(content["throughput"]["breakdown"], results)
