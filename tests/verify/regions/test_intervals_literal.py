"""Intervals, layers and norms worked out by hand: what is added for rounding is seen to be there, and to be small."""

import math
from dataclasses import FrozenInstanceError
from fractions import Fraction

import numpy as np
import pytest

from verify.regions import intervals, layers
from verify.regions.intervals import EPS, TINY, Intervals, joined, largest_eigenvalue, norm2_of_size, tanh


def made(mid, rad) -> Intervals:
    return Intervals(np.array(mid, dtype=float), np.array(rad, dtype=float))


def is_(found: Intervals, mid, rad) -> bool:
    """Whether midpoints are these doubles, and radii these or above them by a few roundings of what is there."""
    mid, rad = np.array(mid, dtype=float), np.array(rad, dtype=float)
    more = found.rad - rad
    return np.array_equal(found.mid, mid) and bool(np.all((more >= 0) & (more <= 1e-14 * (np.abs(mid) + rad) + TINY)))


A, B = made([3.0, -2.0], [0.5, 0.25]), made([2.0, 4.0], [0.25, 1.0])


def test_operations_by_hand():
    assert is_(A + B, [5, 2], [0.75, 1.25]) and is_(A - B, [1, -6], [0.75, 1.25]) and is_(-A, [-3, 2], [0.5, 0.25])
    assert is_(A * B, [6, -8], [0.75 + 1 + 0.125, 2 + 1 + 0.25])
    assert is_(A.over(2.0), [1.5, -1], [0.25, 0.125])
    assert is_(made([[1.0, 2], [4, 8]], [[1, 0], [2, 1]]).mean(), [2.5, 5], [1.5, 0.5])
    product = made([[1.0, -2]], [[0.5, 0.25]]) @ made([[3.0], [4]], [[0.125], [1]])
    # 1/8 + 2 1, and 1/2 (3 + 1/8) + 1/4 (4 + 1)
    assert is_(product, [[-5]], [[2.125 + 1.5625 + 1.25]])


def test_numbers_and_arrays_on_either_side_are_taken_exactly():
    right = np.array([1.0, 2.0])
    assert is_(right + A, [4, 0], A.rad) and is_(A + right, [4, 0], A.rad)
    assert is_(right - A, [-2, 4], A.rad) and is_(A - right, [2, -4], A.rad)
    assert is_(right * A, [3, -4], [0.5, 0.5]) and is_(A * 2, [6, -4], [1, 0.5]) and is_(1.0 - A, [-2, 3], A.rad)


def test_what_is_rounded_is_added_to_the_radius():
    """1/3, 0.1 and 0.7 are no doubles, and neither are what is made of them; the radius holds it, and little more."""
    x, y = Intervals.exactly(np.array([0.1, 1e16, 1 / 3])), Intervals.exactly(np.array([0.7, 1.0, 3.0]))
    exact = {
        "+": [Fraction(a) + Fraction(b) for a, b in zip(x.mid.tolist(), y.mid.tolist(), strict=True)],
        "*": [Fraction(a) * Fraction(b) for a, b in zip(x.mid.tolist(), y.mid.tolist(), strict=True)],
        "/": [Fraction(a) / Fraction(0.7) for a in x.mid.tolist()],
    }
    for found, values in ((x + y, exact["+"]), (x * y, exact["*"]), (x.over(0.7), exact["/"])):
        for mid, rad, value in zip(found.mid.tolist(), found.rad.tolist(), values, strict=True):
            assert abs(Fraction(mid) - value) <= Fraction(rad) <= 2 * Fraction(EPS) * abs(value)


@pytest.mark.parametrize("terms", [1, 4, 1000])
def test_a_sum_pays_for_each_of_its_terms(terms):
    """n terms of size 1 added in any order are off by n u at most beside a factor near 1; what is paid is n EPS."""
    ones = Intervals.exactly(np.ones((1, terms)))
    product, mean = ones @ ones.swap(), ones.swap().mean()
    assert terms**2 * EPS <= product.rad[0, 0] <= 1.01 * terms**2 * EPS
    assert terms * EPS <= mean.rad[0] <= 1.01 * (terms + 1) * EPS
    wide = made(np.zeros((1, terms)), np.ones((1, terms))) @ made(np.zeros((terms, 1)), np.ones((terms, 1)))
    assert 1 + terms * EPS <= wide.rad[0, 0] / terms <= 1 + (terms + 20) * EPS
    shares = made(np.zeros((terms, 1)), np.ones((terms, 1))).mean()
    assert 1 + terms * EPS <= shares.rad[0] <= 1 + (terms + 40) * EPS


def test_what_underflows_is_in_the_interval():
    tiny = Intervals.exactly(np.array([1e-170]))
    for found, exact in ((tiny * tiny, Fraction(1e-170) ** 2), (tiny.over(1e200), Fraction(1e-170) / Fraction(1e200))):
        assert found.mid[0] == 0 and exact <= Fraction(float(found.rad[0])) and found.rad[0] <= 2 * TINY


def test_ends_are_moved_outward():
    low, high = A.low, A.high
    assert np.all((low < [2.5, -2.25]) & (high > [3.5, -1.75]))
    assert np.array_equal(low, np.nextafter([2.5, -2.25], -9)) and np.array_equal(high, np.nextafter([3.5, -1.75], 9))
    assert np.array_equal(A.largest, np.nextafter([3.5, 2.25], 9))
    assert np.array_equal(made([3.0, -2, 0.5], [0.5, 0.25, 1]).least, np.nextafter([2.5, 1.75, 0], [-9, -9, 0]))


def test_between_ends():
    found = Intervals.between(np.array([1.0, -3.0]), np.array([2.0, -3.0]))
    assert is_(found, [1.5, -3], [0.5, 0]) and found.shape == (2,)
    uneven = Intervals.between(np.array([0.1]), np.array([0.1 + 3 * 2.0**-56]))
    assert Fraction(float(uneven.mid[0])) - Fraction(float(uneven.rad[0])) <= Fraction(0.1)
    for low, high in (([1.0, 2.0], [1.0, 1.0]), ([math.nan], [1.0])):
        with pytest.raises(ArithmeticError, match="above its upper end"):
            Intervals.between(np.array(low), np.array(high))


@pytest.mark.parametrize("values", [([0.0], [-1e-300]), ([math.nan], [0.0]), ([0.0], [math.inf]), ([0.0, 1.0], [0.0])])
def test_what_is_no_interval_is_refused(values):
    with pytest.raises(ArithmeticError):
        made(*values)
    assert made([0.0], [0.0]).rad[0] == 0


def test_intervals_stay_as_they_are_and_are_one_with_themselves_alone():
    with pytest.raises(FrozenInstanceError):
        A.rad = A.mid
    assert A == A and made([3.0], [0.5]) != made([3.0], [0.5])


def test_sizes_and_what_two_intervals_have_in_common():
    found = made([1.0, -2.0, 2.0], [2, 1, 1]).size()
    assert np.allclose(found.low, [0, 1, 1], atol=1e-14) and np.allclose(found.high, [3, 3, 3], rtol=1e-14)
    both = made([1.0, 5.0], [1, 1]).meet(made([2.0, 4.5], [1, 2]))
    assert np.allclose(both.low, [1, 4], rtol=1e-14) and np.allclose(both.high, [2, 6], rtol=1e-15)
    with pytest.raises(ArithmeticError):
        made([0.0], [1]).meet(made([3.0], [1]))


def test_functions_at_ends_by_hand():
    """x |-> x, x^2 and -x^2 at [1, 3], [-1, 2] and [-3, -2], and what is said to be their error."""
    x, none = made([2.0, 0.5, -2.5], [1, 1.5, 0.5]), np.zeros_like
    for found, low, high in (
        (x.increasing(lambda v: v, none), [1, -1, -3], [3, 2, -2]),
        (x.even_growing(lambda v: v * v, none), [1, 0, 4], [9, 4, 9]),
        (x.even_falling(lambda v: -v * v, none), [-9, -4, -9], [-1, 0, -4]),
    ):
        assert np.allclose(found.low, low, atol=1e-14) and np.allclose(found.high, high, atol=1e-14)
        assert np.all((found.low <= low) & (found.high >= high))
    wide = x.increasing(lambda v: v, lambda v: 0.125 * np.abs(v))
    assert np.allclose(wide.low, [0.875, -1.125, -3.375]) and np.allclose(wide.high, [3.375, 2.25, -1.75])


def test_shapes():
    table = made([[1.0, 2, 3], [4, 5, 6]], [[0.5] * 3, [0.25] * 3])
    assert table.swap().mid.tolist() == [[1, 4], [2, 5], [3, 6]] and table.swap().rad[0].tolist() == [0.5, 0.25]
    deep = made(np.arange(24.0).reshape(2, 3, 4), np.arange(24.0).reshape(2, 3, 4))
    assert deep.swap().shape == (2, 4, 3) and deep.swap(0, 1).shape == (3, 2, 4)
    assert deep.swap(0, 1).rad[2, 1, 3] == deep.swap(0, 1).mid[2, 1, 3] == 23
    assert table[1].rad.tolist() == [0.25] * 3 and table.reshape(3, 2).rad[2].tolist() == [0.25, 0.25]
    for axis, shape in ((0, (4, 3)), (1, (2, 6))):
        both = joined([table, -table], axis)
        assert both.shape == shape and both.mid[-1, -1] == -6 and both.rad[-1, -1] == 0.25


# Norms


def near(found: float, exact: float) -> bool:
    return exact <= found <= exact + 1e-12 * max(abs(exact), 1)


def test_the_largest_eigenvalue_by_hand():
    assert near(largest_eigenvalue(made([[1.0, 0], [0, 3]], np.zeros((2, 2)))), 3)
    assert near(largest_eigenvalue(made([[1.0, 0], [0, 3]], np.full((2, 2), 0.5))), 4)
    assert near(largest_eigenvalue(made([[-1.0, 0], [0, -3]], np.zeros((2, 2)))), -1)
    assert near(largest_eigenvalue(made([[0.0, 2], [2, 3]], np.zeros((2, 2)))), 4)
    # midpoints or radii that are not symmetric: the symmetric part 0 1, and what it is off by, 2; the larger radius, 1
    assert near(largest_eigenvalue(made([[0.0, 2], [0, 0]], np.zeros((2, 2)))), 3)
    assert near(largest_eigenvalue(made(np.zeros((2, 2)), [[0.0, 1], [0, 0]])), 1)
    assert near(largest_eigenvalue(made([[0.0]], [[0.0]])), 0)


@pytest.mark.parametrize("n", [1, 2, 10])
def test_what_a_factorisation_may_miss_is_added(n, monkeypatch):
    """A factorisation of s I - mid shows that the eigenvalue is at most s + (n + 1) EPS trace(s I - mid)."""
    factorised, true = [], np.linalg.cholesky
    monkeypatch.setattr(np.linalg, "cholesky", lambda rest: factorised.append(rest) or true(rest))
    middle = np.diag([-4.0] * (n - 1) + [0.0])
    found = largest_eigenvalue(Intervals.exactly(middle))
    s = float(factorised[-1][-1, -1])
    assert found >= s + (n + 1) * EPS * np.trace(factorised[-1])


@pytest.mark.parametrize("wrong", [1e-9, 1e-3, 1.0])
def test_an_eigenvalue_that_is_computed_too_small_is_not_believed(wrong, monkeypatch):
    """The factorisation does not run to its end below the true one; the shift is raised until it does."""
    monkeypatch.setattr(np.linalg, "eigvalsh", lambda _: np.array([0.0, 3.0 - wrong]))
    found = largest_eigenvalue(made([[1.0, 0], [0, 3]], np.zeros((2, 2))))
    assert 3 <= found <= 3 + 2 * wrong


def test_matrices_are_bounded_up_to_a_largest_entry():
    at = np.nextafter(1e100, 0)
    assert largest_eigenvalue(Intervals.exactly(np.array([[at]]))) == pytest.approx(1e100)
    with pytest.raises(ArithmeticError, match="too large"):
        largest_eigenvalue(Intervals.exactly(np.array([[1e100]])))
    assert intervals.LARGEST == 1e100


def test_norms_of_sizes_by_hand():
    assert near(norm2_of_size(np.array([[3.0, 4.0]])), 5) and near(norm2_of_size(np.array([[3.0], [4.0]])), 5)
    assert near(norm2_of_size(np.array([[1.0, 1], [1, 1]])), 2) and near(norm2_of_size(np.array([[1e-200]])), 1e-200)
    assert near(norm2_of_size(np.array([[2.0, 1], [1, 2]])), 3) and norm2_of_size(np.zeros((2, 3))) == 0
    assert norm2_of_size(np.array([[np.inf, 1.0]])) == np.inf and norm2_of_size(np.zeros((2, 0))) == 0
    assert norm2_of_size(np.array([[1e-310]])) >= 1e-310
    assert near(norm2_of_size(np.ones((1, 400))), 20) and near(norm2_of_size(np.ones((400, 1))), 20)
    blocks = np.diag([1.0, 0.5])
    assert 1 <= norm2_of_size(blocks) <= 1 + 1e-6


# Layers: value, slope and second derivative at points, by the mathematics of Python's own functions


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def of_sigmoid(z: float) -> tuple[float, float, float]:
    s = logistic(z)
    return s - 0.5, s * (1 - s), s * (1 - s) * (1 - 2 * s)


def of_softplus(z: float) -> tuple[float, float, float]:
    s = logistic(z)
    return math.log1p(math.exp(z)) - math.log(2), s, s * (1 - s)


def of_tanh(z: float) -> tuple[float, float, float]:
    t = math.tanh(z)
    return t, 1 - t * t, -2 * t * (1 - t * t)


@pytest.mark.parametrize("z", [-3.0, -0.6, 0.0, 0.25, 0.6, 2.0])
@pytest.mark.parametrize(
    ("name", "exact"),
    [("tanh", of_tanh), ("sigmoid", of_sigmoid), ("softplus", of_softplus), ("identity", lambda z: (z, 1.0, 0.0))],
)
def test_activations_at_points(name, exact, z):
    found = layers.ACTIVATIONS[name](Intervals.exactly(np.array([z])))
    for part, value in zip(found, exact(z), strict=True):
        assert float(part.rad[0]) <= 1e-13 and abs(float(part.mid[0]) - value) <= 1e-13


def of_log_cosh(x: float, y: float) -> tuple[float, float, float]:
    return math.log(math.cosh(x - y)), math.tanh(x - y), 1 - math.tanh(x - y) ** 2


def of_squares(x: float, y: float) -> tuple[float, float, float]:
    return (x - y) ** 2 / 2, x - y, 1.0


def of_logistic(x: float, y: float) -> tuple[float, float, float]:
    s = logistic(-x * y)
    return math.log1p(math.exp(-x * y)), -y * s, s * (1 - s)


@pytest.mark.parametrize("x", [-2.0, 0.0, 0.375, 3.0])
@pytest.mark.parametrize("y", [-1.0, 1.0])
@pytest.mark.parametrize(
    ("name", "exact"), [("log-cosh", of_log_cosh), ("squared", of_squares), ("logistic", of_logistic)]
)
def test_losses_at_points(name, exact, x, y):
    found = layers.LOSSES[name](Intervals.exactly(np.array([x])), np.array([y]))
    for part, value in zip(found, exact(x, y), strict=True):
        assert float(part.rad[0]) <= 1e-13 and abs(float(part.mid[0]) - value) <= 1e-13


@pytest.mark.parametrize(("name", "scale"), [("tanh", 1.0), ("sigmoid", 0.5)])
def test_where_a_curve_turns(name, scale):
    """-2 v (s^2 - v^2) is 4 s^3/(3 sqrt 3) at v = -s/sqrt 3, where it turns, and the opposite at s/sqrt 3."""
    peak, at = 4 * scale**3 / (3 * math.sqrt(3)), math.atanh(1 / math.sqrt(3)) / scale

    def curve(low: float, high: float) -> tuple[float, float]:
        found = layers.ACTIVATIONS[name](Intervals.between(np.array([low]), np.array([high]))).curve
        return float(found.low[0]), float(found.high[0])

    def exact(z: float) -> float:
        v = scale * math.tanh(scale * z)
        return -2 * v * (scale**2 - v * v)

    far, inside = 2 * at, 0.5 * at
    for ends, expected in {
        (-far, far): (-peak, peak),
        (-far, 0.0): (0.0, peak),
        (0.0, far): (-peak, 0.0),
        (-inside, inside): (exact(inside), exact(-inside)),
        (-far, -1.5 * at): (exact(-far), exact(-1.5 * at)),
        (1.5 * at, far): (exact(1.5 * at), exact(far)),
        (-1.5 * at, -at): (exact(-1.5 * at), peak),
        (-at, -inside): (exact(-inside), peak),
        (at, far): (-peak, exact(far)),
        (inside, at): (-peak, exact(inside)),
    }.items():
        assert curve(*ends) == pytest.approx(expected, abs=1e-13), ends
        assert curve(*ends)[0] <= expected[0] + 1e-16 and curve(*ends)[1] >= expected[1] - 1e-16


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "softplus"])
def test_slopes_on_an_interval(name):
    """The slope of tanh and of the sigmoid is largest at 0 and falls on both sides; that of softplus grows."""
    found = layers.ACTIVATIONS[name](Intervals.between(np.array([-1.0, 1.0]), np.array([0.5, 2.0]))).slope
    exact = {"tanh": of_tanh, "sigmoid": of_sigmoid, "softplus": of_softplus}[name]
    low = [exact(-1.0)[1], exact(1.0)[1] if name == "softplus" else exact(2.0)[1]]
    high = [exact(0.5)[1] if name == "softplus" else exact(0.0)[1], exact(2.0 if name == "softplus" else 1.0)[1]]
    assert found.low == pytest.approx(low, abs=1e-13) and found.high == pytest.approx(high, abs=1e-13)


def test_losses_on_an_interval():
    x, y = Intervals.between(np.array([-1.0]), np.array([2.0])), np.array([1.0])
    ends = {
        name: tuple((float(p.low[0]), float(p.high[0])) for p in layers.LOSSES[name](x, y)) for name in layers.LOSSES
    }
    t = math.tanh(2.0)
    assert ends["log-cosh"][0] == pytest.approx((0, math.log(math.cosh(2))), abs=1e-13)
    assert ends["log-cosh"][1] == pytest.approx((-t, math.tanh(1)), abs=1e-13)
    assert ends["log-cosh"][2] == pytest.approx((1 - t * t, 1), abs=1e-13)
    assert ends["squared"] == (pytest.approx((0, 2), abs=1e-13), pytest.approx((-2, 1)), pytest.approx((1, 1)))
    assert ends["logistic"][0] == pytest.approx((math.log1p(math.exp(-2)), math.log1p(math.e)), abs=1e-13)
    assert ends["logistic"][1] == pytest.approx((-logistic(1.0), -logistic(-2.0)), abs=1e-13)
    assert ends["logistic"][2] == pytest.approx((logistic(2) * logistic(-2), 0.25), abs=1e-13)


def test_tanh_of_what_is_tiny_and_of_what_is_large():
    found = tanh(Intervals.exactly(np.array([0.0, 1e-310, 50.0])))
    assert np.all(found.low <= [0, 1e-310, 1]) and np.all(found.high >= [0, 1e-310, 1])
    assert np.all(found.rad[:2] <= 3 * TINY) and found.rad[2] <= 20 * EPS


@pytest.mark.parametrize("x", [-700.0, -30.0, -1.0, 1e-9, 0.5, 3.0, 31.0, 700.0])
def test_what_is_stated_of_numpy_is_allowed_for(x):
    """Each elementary function may be off by four units in the last place, and what is made of it is rounded."""
    at, target = Intervals.exactly(np.array([x])), np.array([1.0])
    assert tanh(at).rad[0] >= 4 * np.spacing(abs(np.tanh(x)))
    softplus = layers.ACTIVATIONS["softplus"](at)
    assert softplus.value.rad[0] >= 4 * np.spacing(np.logaddexp(x, 0.0)) + 0.5 * np.spacing(abs(softplus.value.mid[0]))
    for found in (softplus.slope, layers.LOSSES["logistic"](at, -target).slope):  # 1/2 + tanh(x/2)/2
        assert found.rad[0] >= 2 * np.spacing(abs(np.tanh(x / 2)))
    assert layers.LOSSES["logistic"](at, target).value.rad[0] >= 4 * np.spacing(np.logaddexp(0.0, -x))
    gap = abs(x - 1)
    more = np.log1p(np.exp(-2 * gap))
    assert layers.LOSSES["log-cosh"](at, target).value.rad[0] >= 4 * np.spacing(more) + 0.5 * np.spacing(gap + more)


def test_slopes_and_curves_are_rounded_outward():
    """What is made of a value at hand, v in [-1, 1], by two or three operations; at 0 and at the turn too."""
    at = np.concatenate([np.linspace(-9, 9, 200), [0.0, math.atanh(1 / math.sqrt(3))]])
    for name, top in (("tanh", 1.0), ("sigmoid", 0.25)):
        found = layers.ACTIVATIONS[name](Intervals.exactly(at))
        assert np.all(found.slope.rad >= 2 * EPS * top) and np.all(found.curve.rad >= 2 * EPS * top)
        assert np.all(found.slope.high >= 0) and found.curve.rad[200] <= 20 * EPS * top  # at 0
        assert found.slope.rad[200] <= 13 * EPS * top
    assert np.all(layers.ACTIVATIONS["softplus"](Intervals.exactly(at)).curve.rad >= EPS / 2)
    assert layers.ACTIVATIONS["softplus"](Intervals.exactly(np.zeros(1))).curve.rad[0] <= 4 * EPS
    assert layers.LOSSES["log-cosh"](Intervals.exactly(np.ones(1)), np.ones(1)).curve.rad[0] <= 12 * EPS
    losses = {name: layers.LOSSES[name](Intervals.exactly(at), np.ones(len(at))) for name in layers.LOSSES}
    assert np.all(losses["log-cosh"].curve.rad >= 2 * EPS) and np.all(losses["logistic"].curve.rad >= EPS / 2)
    assert np.all(losses["squared"].value.rad >= EPS * (at - 1) ** 2)


def test_what_is_no_number_is_no_interval():
    """Of ends at both infinities the midpoint is none, nor is its radius."""
    with np.errstate(invalid="ignore", over="ignore"):
        for made in (
            lambda: Intervals.between(np.array([-np.inf]), np.array([np.inf])),
            lambda: Intervals.exactly([1e200]) * 1e200,
            lambda: Intervals.exactly([1.7e308]) + 1.7e308,
            lambda: Intervals(np.array([0.0]), np.array([1e200])) * Intervals(np.array([0.0]), np.array([1e200])),
        ):
            with pytest.raises(ArithmeticError, match="finite"):
                made()
