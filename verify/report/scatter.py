"""Bound against observed on logarithmic axes, and how it falls with K, as SVG that needs nothing else."""

import math
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape

from verify.judging.checks import HEADLINE, HEADLINES
from verify.report.counting import Results
from verify.report.pairing import LengthPairing
from verify.sweep.judged import JudgedSetting

# Okabe-Ito colours, told apart by shape as well
_MARKS = (
    ("#0072B2", "circle"),
    ("#D55E00", "square"),
    ("#009E73", "diamond"),
    ("#CC79A7", "triangle"),
    ("#E69F00", "cross"),
    ("#4D4D4D", "wedge"),
    ("#56B4E9", "plus"),
)
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 720, 460, 70, 52, 12, 14


def _points(results: Results) -> list[tuple[float, float, JudgedSetting]]:
    """Return observed value and tightness of every setting the headline bound applies to."""
    return [
        (result.evidence.mean, check.tightness, result)
        for result in results
        for check in result.checks
        if check.name.form in HEADLINES and check.name.basis == HEADLINE.basis and math.isfinite(check.tightness)
    ]


def _marks(results: Results) -> dict[str, tuple[str, str]]:
    names = sorted({result.family for result in results})
    count = len(_MARKS)  # beyond it, colours come again with another shape
    return {
        name: (_MARKS[place % count][0], _MARKS[(place + place // count) % count][1])
        for place, name in enumerate(names)
    }


_CORNERS: dict[str, list[tuple[float, float]]] = {
    "square": [(-1, -1), (1, -1), (1, 1), (-1, 1)],
    "diamond": [(0, -1.4), (1.4, 0), (0, 1.4), (-1.4, 0)],
    "wedge": [(0, 1.3), (1.2, -0.9), (-1.2, -0.9)],
    "triangle": [(0, -1.3), (1.2, 0.9), (-1.2, 0.9)],
    "cross": [(-1.3, -1.3), (0, -0.4), (1.3, -1.3), (0.4, 0), (1.3, 1.3), (0, 0.4), (-1.3, 1.3), (-0.4, 0)],
    "plus": [
        *((-0.4, -1.4), (0.4, -1.4), (0.4, -0.4), (1.4, -0.4), (1.4, 0.4), (0.4, 0.4)),
        *((0.4, 1.4), (-0.4, 1.4), (-0.4, 0.4), (-1.4, 0.4), (-1.4, -0.4), (-0.4, -0.4)),
    ],
}


def _shape(kind: str, x: float, y: float, title: str, size: float = 3.6) -> str:
    if kind == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}"><title>{escape(title)}</title></circle>'
    points = " ".join(f"{x + size * dx:.1f},{y + size * dy:.1f}" for dx, dy in _CORNERS[kind])
    return f'<polygon points="{points}"><title>{escape(title)}</title></polygon>'


def _group(colour: str, shapes: Iterable[str]) -> str:
    return f'<g fill="{colour}" fill-opacity="0.65" stroke="{colour}">{"".join(shapes)}</g>'


def power(value: float) -> str:
    """Return a tick's number; far powers of ten with a raised exponent."""
    power = math.log10(value)
    if abs(power) < 3 or abs(power - round(power)) > 1e-9:
        return f"{value:g}"
    return "10" + str(round(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class _Scale:
    """Maps a decade range onto a range of the picture."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high = math.log10(low), math.log10(high)
        self._start, self._end = start, end

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self._start + share * (self._end - self._start)

    def ticks(self, factors: Sequence[float]) -> Iterator[float]:
        """Yield factors of powers of ten inside the range."""
        for power in range(math.floor(self.low), math.ceil(self.high) + 1):
            for factor in factors:
                if self.low - 1e-9 <= power + math.log10(factor) <= self.high + 1e-9:
                    yield factor * 10.0**power


def bound_against_observed(results: Results) -> Markup:
    """Return the picture: observed value across, bound / observed upwards; below 1 would be a violation."""
    points = [point for point in _points(results) if point[0] > 0]
    if not points:
        return Markup("<p>No setting to which the bound applies.</p>")
    across = _Scale(min(p[0] for p in points) / 1.3, max(p[0] for p in points) * 1.3, _LEFT, _WIDTH - _RIGHT)
    ratios = [p[1] for p in points]
    upward = _Scale(min(0.9, min(ratios) / 1.1), max(ratios) * 1.15, _HEIGHT - _BOTTOM, _TOP)
    body = [*_frame(across, upward, "observed A")]
    size = 3.6 if len(points) < 1000 else 2.6
    for name, (colour, kind) in _marks(results).items():
        shapes = (
            _shape(kind, across(seen), upward(ratio), f"setting {result.id} ({name}): {ratio:.3g} at {seen:.3g}", size)
            for seen, ratio, result in points
            if result.family == name
        )
        body.append(_group(colour, shapes))
    return _picture("bound divided by observed, every setting", body)


def _picture(label: str, body: Iterable[str]) -> Markup:
    head = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{label}">'
    return Markup(head + "".join(body) + "</svg>")


def _frame(across: _Scale, upward: _Scale, label: str) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    every = 1 + int((across.high - across.low) / 9)  # so that the numbers do not touch on a phone
    for value in across.ticks((1,)):
        x = across(value)
        if round(math.log10(value)) % every:
            continue
        yield f'<line class="grid" x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 20}" text-anchor="middle">{power(value)}</text>'
    for value in upward.ticks((1, 2, 5) if upward.high - upward.low < 3 else (1,)):
        y = upward(value)
        yield f'<line class="grid" x1="{_LEFT}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{power(value)}</text>'
    one = upward(1.0)
    yield f'<line class="one" x1="{_LEFT}" y1="{one:.1f}" x2="{right}" y2="{one:.1f}"/>'
    yield f'<text x="{(_LEFT + right) / 2:.0f}" y="{_HEIGHT - 8}" text-anchor="middle">{label}</text>'
    middle = (_TOP + bottom) / 2
    yield f'<text transform="translate(18 {middle:.0f}) rotate(-90)" text-anchor="middle">bound / observed</text>'


def legend(results: Results) -> Markup:
    """Return the families with their marks."""

    def key(colour: str, kind: str, name: str) -> str:
        return f'<svg viewBox="-6 -6 12 12" class="key">{_group(colour, [_shape(kind, 0, 0, name)])}</svg>'

    marks = _marks(results).items()
    return Markup("".join(f"<span>{key(colour, kind, name)}{escape(name)}</span>" for name, (colour, kind) in marks))


def falling(rows: Sequence[LengthPairing]) -> Markup:
    """Return the picture of `pairing.by_length`: K across, median bound / observed upwards, a line a side."""
    lines = _lines(rows)
    if not lines:
        return Markup("")
    points = [point for line in lines.values() for point in line]
    across = _Scale(min(k for k, _ in points) / 2, max(k for k, _ in points) * 2, _LEFT, _WIDTH - _RIGHT)
    upward = _Scale(0.9, max(ratio for _, ratio in points) * 1.5, _HEIGHT - _BOTTOM, _TOP)
    body = [*_frame(across, upward, "iterations K")]
    for (family, side), line in lines.items():
        colour, kind = _MARKS[0] if side == "observed" else _MARKS[1]
        places = [(across(k), upward(ratio)) for k, ratio in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        body.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        titles = [f"{family}, {side} norms, K = {k:g}: bound / observed {ratio:.3g}" for k, ratio in line]
        body.append(_group(colour, (_shape(kind, *at, title) for at, title in zip(places, titles, strict=True))))
        x, y = places[-1]
        below = side == "observed"  # the smaller of the two
        body.append(f'<text x="{x:.1f}" y="{y + (26 if below else -12):.1f}" text-anchor="end">{side}</text>')
    return _picture("bound divided by observed against K", body)


def _lines(rows: Sequence[LengthPairing]) -> dict[tuple[str, str], list[tuple[float, float]]]:
    """Return K and median ratio where both sides apply, by family and side, of families with several values of K."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for row in rows:
        for side, median in (("certified", row.medians.certified), ("observed", row.medians.observed)):
            if median is not None:
                found.setdefault((row.family, side), []).append((row.K_from, median))
    return {name: line for name, line in found.items() if len(line) > 1}
