"""Pictures of results: speed against quality, and what a student retains of its teacher.

Each picture is drawn four times, ``<name>-light`` and ``<name>-dark``, as ``.svg`` with a transparent background and as
``.png``: a page shows the one that suits its reader.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sentence_transformers_static.benchmark.labels import place_labels
from sentence_transformers_static.extras import require
from sentence_transformers_static.folders import staged_folder

Group = Literal["static", "peer", "teacher"]


@dataclass(frozen=True)
class Theme:
    """Colours that stand out from a light or a dark page."""

    ink: str
    faint: str
    groups: Mapping[Group, str]
    series: Sequence[str]
    page: str


THEMES = {
    "light": Theme(
        ink="#24292f",
        faint="#d0d7de",
        groups={"static": "#0969da", "peer": "#bc4c00", "teacher": "#57606a"},
        series=("#0969da", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#9a6700", "#57606a"),
        page="#ffffff",
    ),
    "dark": Theme(
        ink="#e6edf3",
        faint="#30363d",
        groups={"static": "#58a6ff", "peer": "#f0883e", "teacher": "#8b949e"},
        series=("#58a6ff", "#f0883e", "#3fb950", "#bc8cff", "#f778ba", "#d29922", "#8b949e"),
        page="#0d1117",
    ),
}
_LONGEST_LABEL = 32
_MARKERS = "osD^vP"  # six, with seven colours: 42 models that look different


@dataclass(frozen=True)
class ModelPoint:
    """One model in the picture of speed against quality.

    Attributes:
        name: Its label.
        texts_per_second: On one machine, the same texts for all models.
        quality: An average score between 0 and 1.
        megabytes: Size of its weights.
        group: Decides the colour.
    """

    name: str
    texts_per_second: float
    quality: float
    megabytes: float
    group: Group = "static"


def plot_speed_quality(
    points: Sequence[ModelPoint], folder: str | Path, name: str = "speed-quality", ylabel: str = "Mean (Task)"
) -> list[Path]:
    """Speed (logarithmic) against quality; the area of a circle is the size of the model.

    Args:
        points: The models.
        folder: Where the four files go.
        name: What they are called.
        ylabel: What the quality is an average of.

    Returns:
        The files.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """

    def draw(axes: Any, theme: Theme) -> None:
        largest = max(point.megabytes for point in points)
        for point in points:
            area = max(25.0, 1800 * point.megabytes / largest)
            colour = theme.groups[point.group]
            position = (point.texts_per_second, 100 * point.quality)
            axes.scatter(*position, s=area, color=colour, alpha=0.55, edgecolor=colour, linewidth=1.2, zorder=3)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(axis="x", visible=False)
        axes.set_xlabel("texts per second (logarithmic)")
        axes.set_ylabel(f"{ylabel}, x 100")
        axes.margins(x=0.22, y=0.22)
        axes.set_title("Speed against quality; area: size of the weights", loc="left")
        labels = [f"{_label(point.name)}\n{_megabytes(point.megabytes)}" for point in points]
        anchors = [(point.texts_per_second, 100 * point.quality) for point in points]
        radii = [math.sqrt(max(25.0, 1800 * point.megabytes / largest) / math.pi) for point in points]
        colours = [theme.groups[point.group] for point in points]
        place_labels(axes, labels, anchors, radii, colours, line_colour=theme.groups["teacher"])

    return draw_picture(draw, folder, name, size=(8.0, 5.2))


def plot_retention(
    retentions: Mapping[str, Mapping[str, float]], folder: str | Path, name: str = "retention"
) -> list[Path]:
    """What students retain of their teacher, by task type.

    Args:
        retentions: Model -> task type -> the student's score divided by the teacher's.
        folder: Where the four files go.
        name: What they are called.

    Returns:
        The files.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    types = list(dict.fromkeys(type_ for by_type in retentions.values() for type_ in by_type))

    def draw(axes: Any, theme: Theme) -> None:
        axes.axvline(100, color=theme.ink, linewidth=1)
        for number, (model, by_type) in enumerate(retentions.items()):
            rows = [row for row, type_ in enumerate(types) if type_ in by_type]
            values = [100 * by_type[types[row]] for row in rows]
            marker, colour = _MARKERS[number % len(_MARKERS)], theme.series[number % len(theme.series)]
            # One lane per model within a row, so that equal values do not hide one another.
            lane = (number - (len(retentions) - 1) / 2) * 0.7 / max(1, len(retentions))
            heights = [row + lane for row in rows]
            axes.scatter(values, heights, s=46, marker=marker, color=colour, label=_label(model), zorder=3)
        axes.set_yticks(range(len(types)), types)
        axes.invert_yaxis()
        axes.grid(axis="y", visible=False)
        for boundary in range(len(types) - 1):
            axes.axhline(boundary + 0.5, color=theme.faint, linewidth=0.8)
        axes.set_xlabel("score of the student / score of the teacher, in percent")
        axes.set_title("What is retained of the teacher, by task type", loc="left", pad=12)
        axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, labelcolor=theme.ink)

    return draw_picture(draw, folder, name, size=(8.0, 1.6 + 0.75 * len(types)))


def draw_picture(
    draw: Callable[[Any, Theme], None], folder: str | Path, name: str, size: tuple[float, float]
) -> list[Path]:
    """Draw one picture for light and for dark pages, as SVG and PNG.

    Args:
        draw: Draws on matplotlib axes, in a theme.
        folder: Where the four files go.
        name: What they are called.
        size: Width and height in inches.

    Returns:
        The files.

    Raises:
        MissingExtraError: If matplotlib is not installed.
    """
    matplotlib = require("matplotlib", "Drawing pictures")
    figures = require("matplotlib.figure", "Drawing pictures")
    files = []
    with staged_folder(folder) as staging:
        for mode, theme in THEMES.items():
            style = {**_style(theme), "svg.hashsalt": name}
            with matplotlib.rc_context(style):
                figure = figures.Figure(figsize=size, layout="constrained")
                draw(figure.subplots(), theme)
                for suffix, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
                    file = f"{name}-{mode}.{suffix}"
                    figure.savefig(staging / file, dpi=160, transparent=suffix == "svg", metadata=metadata)
                    files.append(Path(folder) / file)
    return files


def _style(theme: Theme) -> dict[str, Any]:
    inked: Iterable[str] = ("text.color", "axes.labelcolor", "axes.titlecolor", "xtick.color", "ytick.color")
    return {
        **dict.fromkeys(inked, theme.ink),
        "figure.facecolor": theme.page,
        "axes.facecolor": theme.page,
        "savefig.facecolor": theme.page,
        "axes.edgecolor": theme.faint,
        "grid.color": theme.faint,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 12,
        "axes.titleweight": "bold",
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans"],
        "font.size": 10,
    }


def _label(name: str) -> str:
    """A name that fits, and in which ``$`` begins no formula."""
    short = name if len(name) <= _LONGEST_LABEL else name[: _LONGEST_LABEL - 1] + "…"
    return short.replace("$", r"\$")


def _megabytes(size: float) -> str:
    return f"{size:.0f} MB" if size >= 10 else f"{size:.1f} MB"
