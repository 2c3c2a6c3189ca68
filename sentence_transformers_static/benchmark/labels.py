"""Labels beside the points of a chart that overlap neither each other nor the points."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in pixels."""

_GAP = 4.0
_ANGLES = (0, 180, 90, 270, 45, 135, 225, 315)
_MOST_RINGS = 40


def place_labels(
    axes: Any,
    labels: Sequence[str],
    anchors: Sequence[tuple[float, float]],
    radii: Sequence[float],
    colours: Sequence[str],
    line_colour: str,
) -> None:
    """Write each label at the nearest free place around its point, with a thin line where that is not beside it.

    Args:
        axes: A matplotlib ``Axes`` whose scales and limits are final.
        labels: One text per point.
        anchors: The points, in data coordinates.
        radii: Their radii, in typographic points.
        colours: The labels' colours.
        line_colour: The colour of the lines.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # what is measured from here on must stay
    scale = figure.dpi / 72
    centres = [tuple(axes.transData.transform(anchor)) for anchor in anchors]
    circles = [_around(centre, radius * scale) for centre, radius in zip(centres, radii, strict=True)]
    frame = axes.get_window_extent()
    inside: Box = (frame.x0, frame.y0, frame.x1, frame.y1)
    taken: list[Box] = []
    for label, centre, radius, colour in zip(labels, centres, radii, colours, strict=True):
        text = axes.text(0, 0, label, color=colour, ha="center", va="center", fontsize=9, linespacing=1.15, zorder=4)
        extent = text.get_window_extent()
        box, ring = _free_place(centre, radius * scale, extent.width, extent.height, [*taken, *circles], inside)
        taken.append(box)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        text.set_position(axes.transData.inverted().transform(middle))
        if ring:
            nearest = (min(max(centre[0], box[0]), box[2]), min(max(centre[1], box[1]), box[3]))
            ends = axes.transData.inverted().transform([centre, nearest])
            axes.plot(*zip(*ends, strict=True), color=line_colour, linewidth=0.8, zorder=2)


def _free_place(
    centre: tuple[float, float], radius: float, width: float, height: float, taken: Sequence[Box], inside: Box
) -> tuple[Box, int]:
    """The first box around ``centre``, ring by ring, that is within ``inside`` and touches none that is taken."""
    for ring, box in _candidates(centre, radius, width, height):
        within = inside[0] <= box[0] and inside[1] <= box[1] and box[2] <= inside[2] and box[3] <= inside[3]
        if within and not any(overlap(box, other) for other in taken):
            return box, ring
    # A chart too full for its labels: beside the point, whatever is there.
    return next(box for _, box in _candidates(centre, radius, width, height)), 0


def _candidates(centre: tuple[float, float], radius: float, width: float, height: float) -> Iterator[tuple[int, Box]]:
    for ring in range(_MOST_RINGS):
        away = radius + _GAP + ring * height / 2
        for angle in _ANGLES:
            across, up = math.cos(math.radians(angle)), math.sin(math.radians(angle))
            x = centre[0] + across * (away + width / 2)
            y = centre[1] + up * (away + height / 2)
            yield ring, (x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _around(centre: tuple[float, float], radius: float) -> Box:
    return centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius


def overlap(one: Box, other: Box) -> bool:
    """Whether two boxes share any area."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
