"""Pictures: there in four forms, the same bytes twice, and no label on another."""

from __future__ import annotations

import itertools
import random
import re
from pathlib import Path

import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from sentence_transformers_static.benchmark.labels import overlap, place_labels
from sentence_transformers_static.benchmark.plots import ModelPoint, plot_retention, plot_speed_quality

POINTS = [
    ModelPoint("teacher", 300, 0.63, 91, "teacher"),
    ModelPoint("peer", 31_000, 0.497, 30, "peer"),
    ModelPoint("ours", 31_500, 0.4971, 30),
    ModelPoint("small", 31_200, 0.42, 7.5),
]


def test_files(tmp_path: Path) -> None:
    files = plot_speed_quality(POINTS, tmp_path / "pictures")
    assert [file.name for file in files] == [
        f"speed-quality-{mode}.{suffix}" for mode in ("light", "dark") for suffix in ("svg", "png")
    ]
    for file in files:
        if file.suffix == ".png":
            image = imread(file)
            assert image.shape[2] == 4
            corner = image[0, 0, :3]
            assert corner.mean() > 0.9 if "light" in file.name else corner.mean() < 0.2
            assert 0.01 < (abs(image[..., :3] - corner).sum(axis=2) > 0.05).mean() < 0.5, "something is drawn"
        else:
            assert "<svg" in file.read_text()


def test_same_bytes_twice(tmp_path: Path) -> None:
    one, other = (plot_retention({"a": {"STS": 0.9, "Retrieval": 0.5}}, tmp_path / name) for name in "ab")
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]


def test_light_and_dark_differ_in_ink(tmp_path: Path) -> None:
    light, _, dark, _ = plot_retention({"a": {"STS": 0.9}, "b": {"STS": 0.8}}, tmp_path)
    assert light.read_text() != dark.read_text()
    colours = [set(re.findall(r"#[0-9a-f]{6}", file.read_text())) for file in (light, dark)]
    assert "#24292f" in colours[0] - colours[1]
    assert "#e6edf3" in colours[1] - colours[0]


def chart(anchors: list[tuple[float, float]]) -> Figure:
    figure = Figure(figsize=(8, 5), layout="constrained")
    axes = figure.subplots()
    axes.scatter(*zip(*anchors, strict=True))
    axes.margins(0.25)
    labels = [f"model number {number}\n30 MB" for number in range(len(anchors))]
    place_labels(axes, labels, anchors, [6.0] * len(anchors), ["k"] * len(anchors), line_colour="grey")
    return figure


@pytest.mark.parametrize("seed", range(5))
def test_labels_do_not_overlap(seed: int) -> None:
    generator = random.Random(seed)
    anchors = [(generator.gauss(0, 1), generator.gauss(0, 1)) for _ in range(10)]
    (axes,) = chart(anchors).axes
    boxes = [text.get_window_extent() for text in axes.texts]
    frame = axes.get_window_extent()
    corners = [(box.x0, box.y0, box.x1, box.y1) for box in boxes]
    assert not any(overlap(one, other) for one, other in itertools.combinations(corners, 2))
    for box in corners:
        assert frame.x0 <= box[0] and box[2] <= frame.x1 and frame.y0 <= box[1] and box[3] <= frame.y1
        centres = axes.transData.transform(anchors)
        assert not any(box[0] < x < box[2] and box[1] < y < box[3] for x, y in centres), "no label on a point"


def test_a_chart_too_full_for_its_labels_is_still_drawn() -> None:
    (axes,) = chart([(0.0, 0.0)] * 100).axes
    assert len(axes.texts) == 100
