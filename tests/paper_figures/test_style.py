"""The style: sizes, embedded fonts, and series that stay apart without colour."""

import itertools
import re

import pytest

from paper_figures import style
from paper_figures.export import render
from paper_figures.registry import REGISTRY

# Neighbouring greys on paper are told apart from about 10 units of L* on; series also differ in line and marker.
APART = 8.0


def confusable(looks: list[style.Look]) -> list[tuple[style.Look, style.Look]]:
    """Pairs that greyscale print would merge: too close in lightness, or alike in line or marker."""
    return [
        (one, other)
        for one, other in itertools.combinations(looks, 2)
        if abs(style.lightness(one.color) - style.lightness(other.color)) < APART
        or one.line == other.line
        or one.marker == other.marker
    ]


def test_series_differ_in_lightness_line_and_marker() -> None:
    assert not confusable(list(style.SERIES))


def test_two_colours_of_one_lightness_are_noticed() -> None:
    red_green = [style.Look("#c00000", "-", "o"), style.Look("#007a00", "--", "s")]
    assert len(confusable(red_green)) == 1
    assert len(confusable([style.SERIES[0], style.SERIES[0]])) == 1


@pytest.mark.parametrize(("color", "value"), [("black", 0), ("white", 100), ("#777777", 50.03)])
def test_lightness_is_cie(color: str, value: float) -> None:
    assert style.lightness(color) == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize(("columns", "width"), [(1, 3.5), (2, 7.16)])
def test_pages_have_ieee_widths(columns: int, width: float) -> None:
    assert style.page(columns, 2).get_figwidth() == width


def embeds_its_fonts(pdf: bytes) -> bool:
    """Whether every font of a PDF is a TrueType font whose outlines are in the file."""
    fonts = re.findall(rb"/Subtype /(Type3|Type1|TrueType|CIDFontType\d|Type0)", pdf)
    return bool(fonts) and set(fonts) <= {b"Type0", b"CIDFontType2", b"TrueType"} and b"/FontFile2" in pdf


def picture_of(name: str, kind: str) -> bytes:
    figure = REGISTRY[name]
    return render(figure, figure.data(None), [kind])[0][kind]  # type: ignore[arg-type]


def test_fonts_are_embedded_outlines() -> None:
    pdf = picture_of("device_responses", "pdf")
    assert embeds_its_fonts(pdf)
    assert not embeds_its_fonts(pdf.replace(b"/FontFile2", b"/NoFile"))
    assert not embeds_its_fonts(pdf.replace(b"/Subtype /CIDFontType2", b"/Subtype /Type3"))


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_the_same_data_give_the_same_bytes(kind: str) -> None:
    assert picture_of("device_responses", kind) == picture_of("device_responses", kind)
