"""Intervals hold what exact arithmetic and Arb's balls say, and a planted error of rounding is seen."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

from verify.regions import intervals, layers
from verify.regions.intervals import Array, Intervals, largest_eigenvalue, norm2_of_size, tanh

rng = np.random.default_rng(1)


def drawn(shape: tuple[int, ...], radius: float) -> Intervals:
    scale = 10.0 ** rng.integers(-3, 4, shape)
    return Intervals(rng.standard_normal(shape) * scale, rng.random(shape) * radius * scale)


def inside(values: Intervals) -> list[Fraction]:
    """Exact numbers in the intervals, at an end or anywhere."""
    shares = rng.choice([-1, 1, 0, Fraction(1, 3), Fraction(-7, 9)], values.mid.size)
    flat = zip(values.mid.ravel(), values.rad.ravel(), shares, strict=True)
    return [Fraction(float(mid)) + Fraction(share) * Fraction(float(rad)) for mid, rad, share in flat]


def holds(found: Intervals, exact: list[Fraction]) -> bool:
    ends = zip(found.mid.ravel(), found.rad.ravel(), exact, strict=True)
    return all(abs(Fraction(float(mid)) - value) <= Fraction(float(rad)) for mid, rad, value in ends)


def arithmetic_holds(radius: float) -> bool:
    """Whether sums, differences, products, quotients, means and products of matrices hold those of numbers inside."""
    every = []
    for _ in range(20):
        a, b = drawn((5, 4), radius), drawn((5, 4), radius)
        x, y = inside(a), inside(b)
        every += [
            holds(a + b, [p + q for p, q in zip(x, y, strict=True)]),
            holds(a - b, [p - q for p, q in zip(x, y, strict=True)]),
            holds(a * b, [p * q for p, q in zip(x, y, strict=True)]),
            holds(a.over(3.0), [p / 3 for p in x]),
            holds(a.mean(), [sum(x[column::4], Fraction(0)) / 5 for column in range(4)]),
            holds(a.size(), [abs(p) for p in x]),
        ]
        rows, columns = [x[4 * row : 4 * row + 4] for row in range(5)], [y[4 * row : 4 * row + 4] for row in range(5)]
        product = [sum((p * q for p, q in zip(r, c, strict=True)), Fraction(0)) for r in rows for c in columns]
        every.append(holds(a @ b.swap(), product))
    return all(every)


@pytest.mark.parametrize("radius", [0.0, 1e-14, 1e-3, 2.0])
def test_arithmetic_holds_the_exact_results(radius: float) -> None:
    assert arithmetic_holds(radius)


def test_rounding_inward_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "EPS", 0.0)
    assert not arithmetic_holds(0.0)


def test_a_radius_that_shrinks_by_a_billionth_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intervals, "_up", lambda radius, *_: radius * (1 - 1e-9))
    assert not arithmetic_holds(1e-3)


def test_radii_are_those_of_balls() -> None:
    """Midpoint-radius products are balls' products: no radius is more than rounding above Arb's."""
    a, b = drawn((30,), 0.1), drawn((30,), 0.1)
    product = a * b
    for at in range(30):
        ball = arb(a.mid[at], a.rad[at]) * arb(b.mid[at], b.rad[at])
        assert product.rad[at] == pytest.approx(float(ball.rad()), rel=1e-8)


@pytest.mark.parametrize(("mid", "rad"), [(0.0, -1e-9), (0.0, np.nan), (np.nan, 0.0), (np.inf, 0.0), (0.0, np.inf)])
def test_no_interval_has_a_negative_radius(mid: float, rad: float) -> None:
    with pytest.raises(ArithmeticError):
        Intervals(np.array([1.0, mid]), np.array([1.0, rad]))


@pytest.mark.parametrize(
    ("function", "exact"),
    [
        (np.tanh, lambda x: x.tanh()),
        (np.exp, lambda x: x.exp()),
        (lambda x: np.log1p(np.exp(x)), lambda x: x.exp().log1p()),
        (lambda x: np.logaddexp(x, 0.0), lambda x: x.exp().log1p()),
    ],
)
def test_functions_of_numpy_are_as_exact_as_is_taken(function: Any, exact: Any) -> None:
    """At most 4 units in the last place; log1p(exp) has the rounding of its argument beside."""
    points = np.concatenate([np.random.default_rng(6).uniform(-30, 30, 3000), 10.0 ** np.linspace(-12, 1, 500)])
    precision, ctx.prec = ctx.prec, 200
    try:
        for point, value in zip(points.tolist(), function(points).tolist(), strict=True):
            assert abs(arb(value) - exact(arb(point))) <= 4.5 * float(np.spacing(abs(value)))
    finally:
        ctx.prec = precision


def test_matrices_that_are_too_large_are_refused() -> None:
    with pytest.raises(ArithmeticError, match="too large"):
        largest_eigenvalue(Intervals.exactly(np.full((2, 2), 1e200)))
    with pytest.raises(ArithmeticError), np.errstate(over="ignore"):
        Intervals.exactly(np.array([1e200])) * 1e200


def log_two() -> arb:
    return arb(2).log()


def logistic(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


ZERO = np.zeros(1)
EXACT: dict[str, tuple[Any, Any]] = {
    "tanh": (tanh, lambda x: x.tanh()),
    "sigmoid": (lambda x: layers.ACTIVATIONS["sigmoid"](x).value, lambda x: logistic(x) - arb(1) / 2),
    "sigmoid slope": (
        lambda x: layers.ACTIVATIONS["sigmoid"](x).slope,
        lambda x: logistic(x) * logistic(-x),
    ),
    "sigmoid curve": (
        lambda x: layers.ACTIVATIONS["sigmoid"](x).curve,
        lambda x: logistic(x) * logistic(-x) * (logistic(-x) - logistic(x)),
    ),
    "tanh slope": (lambda x: layers.ACTIVATIONS["tanh"](x).slope, lambda x: x.sech() ** 2),
    "tanh curve": (lambda x: layers.ACTIVATIONS["tanh"](x).curve, lambda x: -2 * x.tanh() * x.sech() ** 2),
    "softplus": (lambda x: layers.ACTIVATIONS["softplus"](x).value, lambda x: (1 + x.exp()).log() - log_two()),
    "softplus slope": (lambda x: layers.ACTIVATIONS["softplus"](x).slope, logistic),
    "softplus curve": (lambda x: layers.ACTIVATIONS["softplus"](x).curve, lambda x: logistic(x) * logistic(-x)),
    "log-cosh": (lambda x: layers.LOSSES["log-cosh"](x, ZERO).value, lambda x: x.cosh().log()),
    "log-cosh slope": (lambda x: layers.LOSSES["log-cosh"](x, ZERO).slope, lambda x: x.tanh()),
    "log-cosh curve": (lambda x: layers.LOSSES["log-cosh"](x, ZERO).curve, lambda x: x.sech() ** 2),
    "squared": (lambda x: layers.LOSSES["squared"](x, ZERO).value, lambda x: x * x / 2),
    "logistic": (lambda x: layers.LOSSES["logistic"](x, ZERO + 1).value, lambda x: (1 + (-x).exp()).log()),
    "logistic slope": (lambda x: layers.LOSSES["logistic"](x, ZERO - 1).slope, logistic),
    "logistic curve": (lambda x: layers.LOSSES["logistic"](x, ZERO - 1).curve, lambda x: logistic(x) * logistic(-x)),
}


def values_hold(name: str, radius: float, points: Array) -> bool:
    """Whether a function's intervals hold Arb's value at both ends, the middle and two points between."""
    function, exact = EXACT[name]
    found = function(Intervals(points, np.full(points.shape, radius)))
    precision, ctx.prec = ctx.prec, 200
    try:
        for point, mid, rad in zip(points, found.mid, found.rad, strict=True):
            for share in (-1, -0.375, 0, 0.5, 1):
                ball = exact(arb(float(point)) + arb(share) * arb(radius))
                if not arb(float(mid), float(rad)).contains(ball):
                    return False
        return True
    finally:
        ctx.prec = precision


POINTS = np.concatenate([rng.standard_normal(100) * 3, [0.0, 0.65847895, -0.65847895, 1.3169579, 30.0, -40.0, 1e-9]])


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("radius", [0.0, 2.0**-30, 0.25])
def test_functions_hold_what_balls_say(name: str, radius: float) -> None:
    assert values_hold(name, radius, POINTS)


@pytest.mark.parametrize("name", EXACT)
def test_functions_are_tight_at_points(name: str) -> None:
    found = EXACT[name][0](Intervals.exactly(POINTS))
    assert np.all(found.rad <= 1e-13 * (1 + np.abs(POINTS) + np.abs(found.mid)))


def test_a_growing_function_is_not_taken_for_a_falling_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of log-cosh, which grows with the size of its argument: it raises, where a prototype had a negative radius."""
    monkeypatch.setattr(Intervals, "even_growing", Intervals.even_falling)
    with pytest.raises(ArithmeticError):
        values_hold("log-cosh", 0.25, POINTS)


def test_a_turning_point_that_is_left_out_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layers, "sqrt", lambda _: 5.0)
    assert not values_hold("tanh curve", 0.25, POINTS)


def test_functions_without_margin_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ends as NumPy rounds them are on the wrong side half of the time."""

    def bare(function: Any, margin: Any, at_least: Array, at_most: Array) -> Intervals:
        low, high = function(at_least), function(at_most)
        return Intervals(0.5 * low + 0.5 * high, 0.5 * np.abs(high - low))

    monkeypatch.setattr(intervals, "_between", bare)
    assert not values_hold("softplus", 0.0, POINTS)


def positive_definite(matrix: list[list[Fraction]]) -> bool:
    """Whether all pivots of the exact LDL^T factorisation are positive."""
    rows = [list(row) for row in matrix]
    for first, pivot in enumerate(rows):
        if pivot[first] <= 0:
            return False
        for row in rows[first + 1 :]:
            factor = row[first] / pivot[first]
            row[first:] = [value - factor * above for value, above in zip(row[first:], pivot[first:], strict=True)]
    return True


def below_eigenvalue(bound: float, matrix: Array) -> bool:
    n = len(matrix)
    return positive_definite(
        [[Fraction(bound) * (i == j) - Fraction(float(matrix[i, j])) for j in range(n)] for i in range(n)]
    )


@pytest.mark.parametrize("sign", [1, -1, 0])
def test_the_largest_eigenvalue_is_bounded_exactly(sign: int) -> None:
    for _ in range(10):
        root = rng.standard_normal((7, 3))
        middle = sign * (root @ root.T) if sign else np.add(*(lambda a: (a, a.T))(rng.standard_normal((7, 7))))
        exact = np.tril(middle) + np.tril(middle, -1).T
        bound = largest_eigenvalue(Intervals.exactly(exact))
        top = np.linalg.eigvalsh(exact)[-1]
        assert below_eigenvalue(bound, exact)
        assert bound <= top + 1e-11
        radius = np.abs(rng.standard_normal((7, 7))) * 0.1
        wide = Intervals(exact, radius + radius.T)
        for _ in range(5):
            moved = rng.choice([-1, 1], (7, 7)) * wide.rad
            member = exact + np.tril(moved) + np.tril(moved, -1).T
            assert np.linalg.eigvalsh(member)[-1] <= largest_eigenvalue(wide)


def test_norm_of_sizes() -> None:
    radius = np.abs(rng.standard_normal((6, 9)))
    assert np.linalg.norm(radius, 2) <= norm2_of_size(radius) <= np.linalg.norm(radius, 2) * (1 + 1e-10)
    assert norm2_of_size(np.zeros((3, 3))) == 0
    apart = np.diag([1.0, 2.0, 0.0])
    assert 2.0 <= norm2_of_size(apart) <= 2.0 * (1 + 1e-6)
