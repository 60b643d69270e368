"""The blueprint's picture: every node and line is in it, claims stand above what they use."""

import re
import xml.etree.ElementTree as ElementTree

import pytest

from theory import drawing
from theory.drawing import Node

NODES = [
    Node("smooth", "an assumption <with> signs & such", "#ddd", ground=True),
    Node("first", "rests on smooth", "#cfc", ("smooth",)),
    Node("second", "rests on both", "#cfc", ("first", "smooth")),
    *(Node(f"wide {number}", "one of many", "#cfc") for number in range(30)),
]


def boxes(picture: str) -> dict[str, tuple[float, float]]:
    found = re.findall(r'<g class="node" id="([^"]+)">.*?<rect x="(-?\d+)" y="(-?\d+)"', picture)
    return {name: (float(x), float(y)) for name, x, y in found}


def test_the_picture_is_sound_xml_with_every_node_and_line() -> None:
    picture = drawing.svg(NODES)
    ElementTree.fromstring(picture)
    assert set(boxes(picture)) == {node.name for node in NODES}
    assert picture.count("<path ") == sum(len(node.below) for node in NODES)


def test_claims_stand_above_what_they_use_and_boxes_apart() -> None:
    places = boxes(drawing.svg(NODES))
    for node in NODES:
        assert all(places[node.name][1] < places[name][1] for name in node.below)
    widths = {node.name: node.width for node in NODES}
    for name, (x, y) in places.items():
        assert all(
            other == name or y != top or x + widths[name] <= left or left + widths[other] <= x
            for other, (left, top) in places.items()
        )


def test_a_node_that_stands_on_nothing_known_is_found_out() -> None:
    with pytest.raises(KeyError):
        drawing.svg([Node("first", "", "#cfc", ("missing",))])
