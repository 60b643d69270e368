"""Enclosures of networks of one weight a stage, against what is worked out by hand."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

from boundary import BadInput
from simulate.problems.network import Network
from verify.regions import network
from verify.regions.intervals import Intervals, largest_eigenvalue
from verify.regions.network import Box, enclose, flat, gradient, hessian, mean_direction, moments
from verify.regions.passes import Forward

LINE = Network(stages=2, width=1, samples=4, activation="identity", loss="squared", instance=2)
"""f(u, v) = mean (v u x - y)^2/2 with x = +-1."""
BENT = Network(stages=1, width=1, samples=4, activation="tanh", loss="log-cosh", instance=2)
X, Y = LINE.inputs[:, 0], LINE.targets[:, 0]


def at(*weights: float) -> Box:
    point = np.array(weights)
    return Box(point, point)


def near(found, exact, room=1e-12) -> bool:
    """Whether intervals hold the numbers, up to the rounding of these, and are no wider than the rounding of a few."""
    exact = np.asarray(exact, dtype=float)
    low, high = (found.low, found.high) if isinstance(found, Intervals) else (found, found)
    return bool(np.all(low <= exact + 1e-15) and np.all(high >= exact - 1e-15) and np.all(np.abs(high - exact) <= room))


def upper(found, exact, room=1e-12) -> bool:
    exact = np.asarray(exact, dtype=float)
    return bool(np.all(found >= exact - 1e-15) and np.all(found <= exact + room))


def test_the_data_are_as_they_are_taken():
    assert np.allclose(np.abs(X), 1, rtol=1e-15) and np.array_equal(BENT.inputs, LINE.inputs)
    assert len(set(Y.tolist())) == 4


# A line: forward weights (a, b), backward weights (u, v)

A, B, U, V = 0.5, -0.75, 1.5, 0.25


def directions_by_hand(a: float, b: float, v: float):
    rest = b * a * X - Y
    return np.stack([v * rest * X, rest * a * X], axis=1)


def hessian_by_hand(u: float, v: float):
    square, mixed = np.mean(X * X), np.mean(2 * u * v * X * X - Y * X)
    return np.array([[v * v * square, mixed], [mixed, u * u * square]])


def stale_by_hand(a: float, b: float, v: float):
    square = np.mean(X * X)
    return np.array(
        [[v * b * square, v * a * square], [np.mean(2 * a * b * X * X - Y * X), a * a * square]],
    )


def test_directions_of_a_line():
    assert near(network.directions(LINE, at(A, B), at(U, V)), directions_by_hand(A, B, V))


def test_values_of_a_line():
    exact = float(np.mean((B * A * X - Y) ** 2) / 2)
    low, high = network.value(LINE, at(A, B))
    assert low <= exact <= high <= low + 1e-13
    low, high = network.value(LINE, Box(np.array([0.0, 1.0]), np.array([0.5, 1.0])))
    ends = [np.mean((w * X - Y) ** 2) / 2 for w in (0.0, 0.25, 0.5)]
    assert low <= min(ends) and max(ends) <= high


def test_the_hessian_of_a_line():
    second, least = hessian(LINE, at(U, V))
    assert near(second, hessian_by_hand(U, V))
    assert least == pytest.approx(np.mean((U * V * X - Y) ** 2) / 2, rel=1e-12)
    wide, _ = hessian(LINE, Box(np.array([1.0, 0.0]), np.array([2.0, 0.5])))
    # v^2 in [0, 1/4], u^2 in [1, 4], 2 u v - mean y x in [0, 2] - mean y x
    mixed = np.mean(Y * X)
    assert np.all(wide.low <= [[0, -mixed], [-mixed, 1]]) and np.all(wide.high >= [[0.25, 2 - mixed], [2 - mixed, 4]])
    assert np.all(wide.high - wide.low <= [[0.6, 3.1], [3.1, 5.1]])


def test_the_gradient_of_a_line():
    exact = directions_by_hand(U, V, V).mean(axis=0)
    assert near(gradient(LINE, at(U, V), hessian(LINE, at(U, V))[0]), exact)
    box = Box(np.array([1.25, 0.0]), np.array([1.75, 0.5]))  # its centre is (U, V)
    constant = Intervals.exactly(np.array([[2.0, 1.0], [1.0, 4.0]]))
    found = gradient(LINE, box, constant)
    assert near(Intervals.exactly(found.mid), exact) and found.rad == pytest.approx([0.75, 1.25], rel=1e-12)


def test_what_a_line_changes_by_in_forward_weights():
    passed = Forward(LINE, network.weights_in(LINE, at(A, B)), derivatives=True)
    found = network.staleness(passed, network.weights_in(LINE, at(U, V)))
    assert near(found, stale_by_hand(A, B, V))


def test_the_mean_direction_of_a_line():
    """Backward weights at a point, forward ones around it and at most 0, or 1/8 and 1/4, apart."""
    forward, backward = Box(np.array([1.0, 0.0]), np.array([2.0, 0.5])), at(U, V)
    exact = directions_by_hand(U, V, V).mean(axis=0)
    assert near(mean_direction(LINE, forward, backward, np.zeros(2)), exact)
    found = mean_direction(LINE, forward, backward, np.array([0.125, 0.25]))
    for a, b in ((U + 0.125, V + 0.25), (U - 0.125, V - 0.25), (U - 0.125, V + 0.25), (U + 0.125, V - 0.25)):
        met = directions_by_hand(a, b, V).mean(axis=0)
        assert np.all((found.low <= met) & (met <= found.high))
    one = mean_direction(LINE, forward, backward, np.array([0.125, 0.0]))
    for a in (U + 0.125, U - 0.125):
        met = directions_by_hand(a, V, V).mean(axis=0)
        assert np.all((one.low <= met) & (met <= one.high))
    passed = Forward(LINE, network.weights_in(LINE, forward), derivatives=True)
    change = network.staleness(passed, network.weights_in(LINE, backward))
    most = change.largest @ [0.125, 0.25]
    assert np.all(np.abs(found.high - exact) <= most + 1e-12) and np.all(np.abs(found.low - exact) <= most + 1e-12)
    assert near(mean_direction(LINE, backward, backward, np.ones(2)), exact)  # what intervals of the directions hold
    for wrong in (
        at(U, V + 0.1),
        Box(np.array([1.0, 0.3]), np.array([2.0, 0.5])),
        Box(np.array([1.0, 0.0]), np.array([1.4, 0.5])),
    ):
        with pytest.raises(BadInput, match="forward"):
            mean_direction(LINE, wrong, backward, np.zeros(2))


def moments_by_hand(every):
    sizes = np.abs(every)
    fold = np.mean(sizes, axis=0) ** 2 - np.mean(every, axis=0) ** 2
    return np.var(every, axis=0), np.mean(sizes, axis=0), np.max(sizes, axis=0), np.ptp(every, axis=0), fold


def test_everything_of_a_line():
    found = enclose(LINE, at(A, B), at(U, V), 2.0)
    second = hessian_by_hand(U, V)
    assert upper(np.array(found.L), np.linalg.eigvalsh(second)[-1], 1e-11)
    assert found.least == pytest.approx(np.mean((U * V * X - Y) ** 2) / 2, rel=1e-12)
    assert upper(np.array(found.slope), np.linalg.norm(directions_by_hand(U, V, V).mean(axis=0)))
    assert upper(found.S, np.abs(stale_by_hand(A, B, V)), 1e-11)
    every = directions_by_hand(A, B, V)
    for name, exact in zip(("variance", "mean_size", "largest", "spread", "fold"), moments_by_hand(every), strict=True):
        assert upper(getattr(found, name), exact), name
    assert upper(found.share, [0.75, 0.125]) and np.all(found.step <= 1e-290)


def test_a_step_is_as_long_as_the_device_makes_it():
    """alpha (1 + |w|/tau) times the largest direction; f is then enclosed where a step may end."""
    found = enclose(LINE, at(A, B), at(U, V), 2.0, 0.125)
    step = 0.125 * np.array([1.75, 1.125]) * np.abs(directions_by_hand(A, B, V)).max(axis=0)
    assert upper(found.step, step)
    around = Box(np.array([U, V]) - step, np.array([U, V]) + step)
    second, least = hessian(LINE, around)
    assert found.least == pytest.approx(least, rel=1e-9)
    assert pytest.approx(largest_eigenvalue(second), rel=1e-9) == found.L
    digital = enclose(LINE, at(A, B), at(U, V), math.inf, 0.125)
    assert upper(digital.step, step / [1.75, 1.125]) and digital.share.tolist() == [0, 0]


def test_stashed_weights_are_as_old_as_the_forward_ones():
    forward = Box(np.array([1.0, 0.0]), np.array([2.0, 0.5]))
    found, current = (enclose(LINE, forward, at(U, V), 2.0, stashed=stashed) for stashed in (True, False))
    second, least = hessian(LINE, forward)
    assert pytest.approx(largest_eigenvalue(second), rel=1e-9) == found.L and found.least == least
    assert upper(found.S, second.largest, 1e-9)
    old = moments(network.directions(LINE, forward, forward))
    assert found.variance == pytest.approx(old.variance, rel=1e-12)
    assert found.largest == pytest.approx(old.largest, rel=1e-12)
    assert np.all(current.largest <= found.largest) and np.any(current.largest < found.largest)
    assert found.share.tolist() == current.share.tolist()


def test_a_concave_function_has_smoothness_zero(monkeypatch):
    concave = Intervals.exactly(np.array([[-1.0, 0.0], [0.0, -2.0]]))
    monkeypatch.setattr(network, "hessian", lambda *_: (concave, 0.0))
    assert enclose(LINE, at(A, B), at(U, V), 2.0).L == 0.0


# A curve: f(w) = mean log cosh(tanh(w x) - y)


def curve_by_hand(w: float):
    """Return f, every sample's direction and f''."""
    t, y = np.tanh(w * X), BENT.targets[:, 0]
    slope = np.tanh(t - y) * (1 - t * t) * X
    second = (1 - np.tanh(t - y) ** 2) * (1 - t * t) ** 2 - 2 * np.tanh(t - y) * t * (1 - t * t)
    return np.mean(np.log(np.cosh(t - y))), slope, np.mean(second * X * X)


@pytest.mark.parametrize("w", [-1.5, 0.0, 0.75])
def test_a_curve_at_a_point(w):
    value, slope, second = curve_by_hand(w)
    found = enclose(BENT, at(w), at(w), 2.0)
    assert near(hessian(BENT, at(w))[0], [[second]]) and near(network.directions(BENT, at(w), at(w)), slope[:, None])
    assert network.value(BENT, at(w))[0] <= value <= network.value(BENT, at(w))[1]
    assert upper(np.array(found.L), max(second, 0), 1e-11) and upper(np.array(found.slope), abs(slope.mean()))
    assert found.least == pytest.approx(max(value, BENT.lower_bound), rel=1e-12)
    assert upper(found.S, [[abs(second)]], 1e-11)  # of one stage all that is stale is the gradient's own argument


def test_f_is_no_less_than_the_least_loss_on_any_box(monkeypatch):
    wide = Box(np.array([-9.0]), np.array([9.0]))
    monkeypatch.setattr(Network, "lower_bound", 0.0625)
    fresh = Network(stages=1, width=1, samples=4, activation="tanh", loss="log-cosh", instance=2)
    assert network.value(fresh, wide)[0] < 0.0625 == hessian(fresh, wide)[1]
    assert enclose(fresh, wide, wide, 10.0).least == 0.0625


# Parts


def test_moments_by_hand():
    """Of two samples: 1 +- 1/2 and -2, and 4 twice. The mean of the midpoints is -1/2: 2 and 3/2 away at most.

    The mean is at least 1/4 in size, and the mean size at most 7/4: the fold is at most 3, and the variance 25/8.
    """
    found = moments(Intervals(np.array([[1.0, 4], [-2, 4]]), np.array([[0.5, 0], [0, 0]])))
    assert upper(found.variance, [(4 + 2.25) / 2, 0]) and upper(found.mean_size, [1.75, 4])
    assert upper(found.largest, [2, 4]) and upper(found.spread, [3.5, 0])
    assert upper(found.fold, [3, 0])
    one = moments(Intervals(np.array([[1.0], [1.0]]), np.array([[1.0], [1.0]])))
    assert upper(one.variance, [1]) and upper(one.fold, [1])  # 2^2 - 0^2 is more than the variance


def test_norms_by_hand():
    found = network.norm(Intervals(np.array([-2.5, 3.0]), np.array([0.5, 1.0])))
    assert 5 <= found <= 5 + 1e-13
    table = Intervals(np.array([[3.0, 0, 0], [0, 4, 1], [0, 1, 4]]), np.array([[0.5, 1, 1], [0.0, 0, 0], [0, 0, 0]]))
    assert upper(network.block_norms(table, [1, 2]), [[3.5, math.sqrt(2)], [0, 5]], 1e-9)
    assert np.array_equal(network.block_norms(table, [1, 1, 1]).shape, (3, 3))
    large = Intervals.exactly(np.array([[1e100]]))
    with pytest.raises(ArithmeticError, match="too large"):
        network.block_norms(large, [1])
    assert network.block_norms(Intervals.exactly(np.array([[np.nextafter(1e100, 0)]])), [1])[0, 0] >= 9e99


def test_boxes():
    box, other = Box(np.array([-3.0, 1.0]), np.array([2.0, 1.5])), Box(np.array([-1.0, 0.0]), np.array([4.0, 1.25]))
    assert box.largest.tolist() == [3, 1.5]
    both = box.joined(other)
    assert both.low.tolist() == [-3, 0] and both.high.tolist() == [4, 1.5]
    both = box.common(other)
    assert both.low.tolist() == [-1, 1] and both.high.tolist() == [2, 1.25]
    assert upper(box.farthest(other), [7, 1.5]) and upper(other.farthest(box), [7, 1.5])
    with pytest.raises(BadInput, match="box"):
        box.common(Box(np.array([2.5, 1.0]), np.array([3.0, 1.5])))
    wide = box.widened(np.array([0.5, 0.25]))
    assert wide.low == pytest.approx([-3.5, 0.75], rel=1e-15) and wide.high == pytest.approx([2.5, 1.75], rel=1e-15)
    assert np.all(wide.low < [-3.5, 0.75]) and np.all(wide.high > [2.5, 1.75])
    for weights, inside in (
        ([-3, 1.5], True),
        ([2, 1], True),
        ([2.1, 1], False),
        ([-3.1, 1], False),
        ([math.nan, 1], False),
    ):
        assert box.holds(np.array(weights)) is inside
    with pytest.raises(FrozenInstanceError):
        box.low = box.high
    found = enclose(LINE, at(A, B), at(U, V), 2.0)
    with pytest.raises(FrozenInstanceError):
        found.L = 0.0
    for made in (box, found):  # arrays have no one truth: they are compared by identity
        assert made == made and made != replace(made)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ([1.0], [0.5]),
        ([math.nan], [1.0]),
        ([0.0], [math.nan]),
        ([-math.inf], [0.0]),
        ([0.0], [math.inf]),
        ([0.0], [1.0, 1.0]),
        ([0.0, 1.0], [1.0, 0.5]),
        ([0.0, math.nan], [1.0, 1.0]),
        ([0.0, 0.0], [math.inf, 1.0]),
        ([[0.0]], [[1.0]]),
    ],
)
def test_boxes_have_finite_ends_in_order(low, high):
    with pytest.raises(BadInput, match="box"):
        Box(np.array(low), np.array(high))


def test_shares_of_the_device():
    box = Box(np.array([-3.0, 1.0]), np.array([2.0, 1.5]))
    assert upper(network.shares(box, 6.0), [0.5, 0.25]) and np.all(network.shares(box, 6.0) > [0.5, 0.25])
    assert network.shares(box, math.inf).tolist() == [0, 0]


def test_weights_are_those_of_the_stages_row_by_row():
    problem = Network(stages=2, width=(2, 3, 1), samples=2)
    low = np.arange(9.0)
    found = network.weights_in(problem, Box(low, low + 2))
    assert [one.shape for one in found] == [(3, 2), (1, 3)]
    assert found[0].mid.tolist() == [[1, 2], [3, 4], [5, 6]] and found[1].mid.tolist() == [[7, 8, 9]]
    assert found[1].rad == pytest.approx(np.ones((1, 3)), rel=1e-13)
    assert flat([np.array([[1, 2], [3, 4]]), np.array([[5.0]])]).tolist() == [1, 2, 3, 4, 5]
    with pytest.raises(BadInput, match="9 weights"):
        network.weights_in(problem, Box(low[:8], low[:8]))


def test_what_is_not_enclosed_is_refused():
    for tau in (0.0, -1.0, math.nan):
        with pytest.raises(BadInput, match="tau"):
            enclose(LINE, at(A, B), at(U, V), tau)
    for alpha in (-1e-9, math.inf, math.nan):
        with pytest.raises(BadInput, match="alpha"):
            enclose(LINE, at(A, B), at(U, V), 1.0, alpha)

    class Own(Network):
        """One whose directions may be others."""

    assert network.check(LINE) is LINE
    for problem in (Own(stages=2, width=1, samples=2), SimpleNamespace()):
        with pytest.raises(BadInput, match="Network"):
            network.check(problem)


@pytest.mark.parametrize(("name", "known"), [("activation", "ACTIVATIONS"), ("loss", "LOSSES")])
def test_functions_that_are_not_known_are_refused(name, known, monkeypatch):
    monkeypatch.setattr(network, known, {})
    with pytest.raises(BadInput, match=name):
        network.check(LINE)
