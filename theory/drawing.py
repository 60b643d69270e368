"""The blueprint as a picture: assumptions at the bottom, each claim above all that it uses.

Plain SVG, drawn here so that no program has to be installed. Resting the pointer on a claim shows its statement and
colours what it uses; a click jumps to it (`#id`).
"""

import html
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_HEIGHT, _GAP, _ROW, _LETTER, _MARGIN = 26, 14, 74, 7.0, 20
_WIDEST = 12
"""Boxes in a row."""
_SWEEPS = 12
"""Passes of the ordering; it settles after fewer on the blueprint."""

_STYLE = """
text { font: 12px Helvetica, Arial, sans-serif; text-anchor: middle; dominant-baseline: central; pointer-events: none }
path { fill: none; stroke: #b3bcc6; stroke-width: 1 }
rect { stroke: #333 } g.node:hover rect { stroke-width: 2.5 } g.node:hover path { stroke: #b3261e; stroke-width: 2.5 }
g.node:target rect { stroke: #b3261e; stroke-width: 3 }
"""


@dataclass(frozen=True)
class Node:
    """A box of the picture.

    Args:
        name: its label, unique.
        tip: what shows when the pointer rests on it.
        fill: its colour.
        below: names of the nodes it stands on.
        ground: drawn at the bottom, with round ends.

    """

    name: str
    tip: str
    fill: str
    below: Sequence[str] = ()
    ground: bool = False

    @property
    def width(self) -> float:
        """Return the width of the box, in pixels."""
        return 16 + _LETTER * len(self.name)


def svg(nodes: Sequence[Node]) -> str:
    """Return the picture of nodes, given in an order in which each comes after those it stands on."""
    rows = _ordered(_rows(nodes), nodes)
    span = max(sum(node.width + _GAP for node in row) for row in rows)
    places = _places(rows, span)
    width, height = span + 2 * _MARGIN, _ROW * (len(rows) - 1) + _HEIGHT + 2 * _MARGIN
    drawn = "\n".join(_node(node, places) for node in nodes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" '
        f'height="{height}" role="img" aria-label="blueprint of the proof">\n<style>{_STYLE}</style>\n{drawn}\n</svg>\n'
    )


def _rows(nodes: Sequence[Node]) -> list[list[Node]]:
    """Put every node above the highest that it stands on; levels of many nodes take several rows."""
    level: dict[str, int] = {}
    rows: dict[int, list[Node]] = defaultdict(list)
    for node in nodes:
        level[node.name] = 0 if node.ground else 1 + max((level[name] for name in node.below), default=0)
        rows[level[node.name]].append(node)
    split = []
    for key in sorted(rows):
        parts = math.ceil(len(rows[key]) / _WIDEST)
        split += [rows[key][part::parts] for part in range(parts)]
    return split


def _ordered(rows: list[list[Node]], nodes: Sequence[Node]) -> list[list[Node]]:
    """Order each row by the mean place of its neighbours, up and down in turn, so that few lines cross."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        for name in node.below:
            neighbours[node.name].append(name)
            neighbours[name].append(node.name)
    for _ in range(_SWEEPS):
        place = {node.name: (at + 0.5) / len(row) for row in rows for at, node in enumerate(row)}
        rows = [sorted(row, key=lambda node: _mean([place[name] for name in neighbours[node.name]])) for row in rows]
    return rows


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.5


def _places(rows: list[list[Node]], span: float) -> dict[str, tuple[float, float]]:
    """Return the middle of every box; a row's boxes are spread over the whole width."""
    places = {}
    for height, row in enumerate(rows):
        air = (span - sum(node.width for node in row)) / len(row)
        left = _MARGIN + air / 2
        for node in row:
            places[node.name] = (left + node.width / 2, _MARGIN + _HEIGHT / 2 + _ROW * (len(rows) - 1 - height))
            left += node.width + air
    return places


def _node(node: Node, places: Mapping[str, tuple[float, float]]) -> str:
    x, y = places[node.name]
    lines = []
    for name in node.below:
        (x0, y0), (y1, bend) = places[name], (y + _HEIGHT / 2, _ROW / 2)
        top = y0 - _HEIGHT / 2
        lines.append(
            f'<path d="M{x0:.0f} {top:.0f} C{x0:.0f} {top - bend:.0f} {x:.0f} {y1 + bend:.0f} {x:.0f} {y1:.0f}"/>'
        )
    name, tip = html.escape(node.name), html.escape(node.tip)
    box = (
        f'<rect x="{x - node.width / 2:.0f}" y="{y - _HEIGHT / 2:.0f}" width="{node.width:.0f}" height="{_HEIGHT}" '
        f'rx="{_HEIGHT / 2 if node.ground else 5:.0f}" fill="{node.fill}"/>'
    )
    return (
        f'<g class="node" id="{name}"><title>{name}: {tip}</title>{"".join(lines)}'
        f'<a href="#{name}">{box}<text x="{x:.0f}" y="{y:.0f}">{name}</text></a></g>'
    )
