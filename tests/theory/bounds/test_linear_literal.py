"""What is no run, and what is no certificate, of one coordinate whose certificate is known."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from boundary import OutsideDomain
from theory.bounds import linear, linear_search
from theory.bounds.linear import LinearRun, Multipliers

ONE = np.ones(1)
RUN = LinearRun(np.array([[1.0]]), (0,), 0.5, ONE, 0 * ONE, ONE, 0.5 * ONE)
"""w+ = w/2 - (h + noise)/2: with P = 8 and theta = 6, 8 - 2 - 1 - 6/4 = 7/2, 6 - 2 = 4, and 2^2 < 14."""
FOUND = Multipliers(np.array([[8.0]]), np.array([6.0]))


def test_a_certificate_by_hand():
    assert linear.check(RUN, FOUND) == ""
    assert "matrix inequality" in linear.check(RUN, Multipliers(np.array([[3.0]]), np.array([6.0])))


@pytest.mark.parametrize("theta", [-1e-9, -0.5, -1.0])
def test_no_theta_is_negative(theta):
    assert linear.check(RUN, replace(FOUND, theta=np.array([theta]))).startswith("theta is negative")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_of_a_certificate_are_finite(value):
    for changes in ({"P": np.array([[value]])}, {"theta": np.array([value])}):
        assert linear.check(RUN, replace(FOUND, **changes)) == "P or theta is not finite"


@pytest.mark.parametrize("name", ["start", "minimiser", "variance", "saturation"])
@pytest.mark.parametrize("value", [np.zeros(2), np.zeros((1, 1)), np.array([math.nan]), np.array([math.inf])])
def test_each_vector_has_one_finite_number_a_coordinate(name, value):
    said = {"saturation": "rho"}.get(name, name)
    with pytest.raises(OutsideDomain, match=said):
        replace(RUN, **{name: value})


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"hessian": np.eye(2)}, "H"),
        ({"hessian": np.array([[math.nan]])}, "H"),
        ({"alpha": -1.0}, "alpha"),
        ({"saturation": np.array([-0.1])}, "rho"),
        ({"saturation": np.array([1.0])}, "rho"),
        ({"variance": np.array([-1e-9])}, "variance"),
    ],
)
def test_numbers_of_a_run_are_where_the_claim_has_them(changes, name):
    with pytest.raises(OutsideDomain, match=name):
        replace(RUN, **changes)


def test_the_bound_of_a_certificate_by_hand():
    """8/K of the start, alpha^2 8 (3/2)^2 = 9/2 of the noise and 6/4 of the supply."""
    made = linear.certify(RUN, FOUND)
    assert (made.bound(1).value, made.bound(4).value) == (14, 8)
    assert made.bound(4).moved == 8 and made.bound(4, math.inf) == linear.LinearBound(8, math.inf)


def test_directions_that_are_off_cost_the_largest_theta():
    """6 (1 + 2^-12) in the place of 6, and (1 + 2^12) 7 off^2, off = 1/64."""
    still = LinearRun(
        np.eye(2), (0, 0), 0.5, np.array([1.0, 0.0]), np.zeros(2), np.array([1.0, 0.0]), np.array([0.5, 0.5])
    )
    found = linear.certify(still, Multipliers(8 * np.eye(2), np.array([6.0, 7.0]))).bound(1, 1 / 64)
    assert found == linear.LinearBound(14, 14 + 6 / 4096 + 7 + 7 / 4096)


def test_a_measured_saturation_by_hand():
    """T2 = 1/16: noise 2 (1 + 1/4)^2 = 25/8, supply 6/16; at 1/4 and beyond it says nothing."""
    made = linear.certify(RUN, FOUND)
    assert made.bound(1, T2=1 / 16).value == pytest.approx(8 + 25 / 8 + 3 / 8, rel=1e-14)
    assert made.bound(1, T2=0.0).value == pytest.approx(10, rel=1e-14)
    assert made.bound(1, T2=1 / 4).value == made.bound(1, T2=100.0).value == 14


# The search


LOUD = replace(RUN, variance=4 * ONE)
"""Its supply is 1 and its noise (2 + 1)^2, of which alpha^2 = 1/4 counts."""


def test_what_a_pair_costs_by_hand():
    floats = linear_search._Floats(LOUD, 4)
    assert [m.tolist() for m in (floats.A, floats.B, floats.F, floats.G)] == [[[0.5]], [[-0.5]], [[1.0]], [[1.0]]]
    assert floats.squares.tolist() == [0.25 * (1 + 2**-12)]
    assert floats.weights.tolist() == [[2.5]] and floats.supply.tolist() == [1]
    assert linear_search._Floats(LOUD, 10**400).weights.tolist() == [[2.25]]
    assert linear_search._Floats(LOUD, 4, 0.25).weights.tolist() == [[0.25 + 2.5**2 / 4]]
    assert linear_search._Floats(LOUD, 4, 0.25).supply.tolist() == [0.25]
    assert linear_search._Floats(LOUD, 4, 9.0).supply.tolist() == [1]
    digital = linear_search._Floats(replace(LOUD, saturation=0 * ONE), 4, 0.25)
    assert digital.supply.tolist() == [0] and digital.weights.tolist() == [[1.25]]


def least(theta: float, margin: float = 0.0) -> float:
    """Return the least root p of p = p/4 + q + (p/4)^2/(theta - p/4), q = 1 + margin + theta rho^2."""
    q = 1 + margin + theta * 0.25 * (1 + 2**-12)
    return ((3 * theta + q) - math.sqrt((3 * theta + q) ** 2 - 16 * theta * q)) / 2


@pytest.mark.parametrize("theta", [2.0, 6.0, 40.0])
def test_the_least_storage_by_hand(theta):
    floats = linear_search._Floats(LOUD, 4)
    for margin in (0.0, 0.125):
        (found,) = floats.storage(np.array([theta]), margin)[0]
        assert found == pytest.approx(least(theta, margin), rel=1e-12)
    assert floats.spent(np.array([theta])) == pytest.approx(2.5 * least(theta) + theta, rel=1e-12)
    cost, slope = floats.cost(np.array([theta]), 0.125)
    assert cost == pytest.approx(2.5 * least(theta, 0.125) + theta, rel=1e-12)
    step = 1e-5 * theta
    fall = 2.5 * (least(theta + step, 0.125) - least(theta - step, 0.125)) / (2 * step)
    assert slope == pytest.approx([fall + 1], rel=1e-6, abs=1e-6)


def test_where_theta_is_too_small_there_is_no_storage():
    floats = linear_search._Floats(LOUD, 4)
    assert floats.storage(np.array([0.5])) is None and floats.spent(np.array([0.5])) == math.inf
    assert floats.cost(np.array([0.5])) == (math.inf, [0.0])


def test_the_ray_is_followed_until_the_cost_rises_or_hardly_falls():
    seen = []
    found = linear_search._along(lambda scale: seen.append(scale) or 1 + abs(scale - 2), refine=False)
    assert found == (1, 2) and seen == [1.0625, 1.125, 1.25, 1.5, 2, 3]
    seen.clear()
    found = linear_search._along(lambda s: seen.append(s) or (math.inf if s < 2 else 1 + 1e-4 / s), refine=False)
    assert found == (1 + 1e-4 / 3, 3) and seen[-2:] == [2, 3]
    assert linear_search._along(lambda _: math.inf, refine=True)[0] == math.inf
    seen.clear()
    assert (
        linear_search._along(lambda s: seen.append(s) or 1 / s, refine=False) == (1 / 16385, 16385) and len(seen) == 19
    )


def test_the_ray_is_refined_between_its_neighbours():
    cost, scale = linear_search._along(lambda scale: 1 + math.log(scale / 2.5) ** 2, refine=True)
    assert 1 <= cost < 1.001 and scale == pytest.approx(2.5, rel=0.03)


def test_theta_goes_down_coordinate_by_coordinate():
    best = np.array([5.0, 0.2])
    calls = []

    def cost(theta):
        apart = np.log(theta / best)
        calls.append(1)
        return 1 + float(apart @ apart), 2 * apart / theta

    found = linear_search._descend(cost, np.array([1.0, 2.0]), cost(np.array([1.0, 2.0]))[0])
    assert found == pytest.approx(best, rel=1e-3) and len(calls) < 12
    first = np.array([1.0, 2.0])
    assert linear_search._descend(lambda theta: (math.inf, theta), first, 1.0) is first


@pytest.mark.parametrize(
    ("supply", "shared", "size", "refined", "descends"),
    [
        (1.0, False, 40, False, True),
        (1.0, False, 41, True, False),
        (1.0, True, 40, True, False),
        (0.0, False, 40, False, False),
    ],
)
def test_how_theta_is_looked_for(monkeypatch, supply, shared, size, refined, descends):
    run = SimpleNamespace(saturation=np.array([0.0, 0.5]), size=size)
    floats = SimpleNamespace(supply=np.array([0.0, supply]), spent=lambda theta: theta.tolist(), cost="cost")
    asked = []
    monkeypatch.setattr(
        linear_search, "_along", lambda spent, refine: asked.append((spent(3.0), refine)) or (7.0, 3.0)
    )  # fmt: skip
    monkeypatch.setattr(linear_search, "_descend", lambda cost, theta, start: [cost, theta.tolist(), start])
    monkeypatch.setattr(linear_search, "_off_the_edge", lambda _, __, theta: theta)
    ray = [4.0, 4.0] if shared else [3.0, 4.0]
    found = linear_search._find(run, floats, shared=shared)
    assert asked == [(ray, refined)]
    assert found == ["cost", ray, 7.0] if descends else found.tolist() == ray
    monkeypatch.setattr(linear_search, "_along", lambda *_, **__: (math.inf, 3.0))
    assert linear_search._find(run, floats, shared=shared) is None


def test_the_least_margin_that_passes_is_taken(monkeypatch):
    """Of F up to 2 and alpha = 1/8 a share is 16 margins: 2^2 over 1/4."""
    asked, said = [], iter(["none", "none", ""])

    def storage(theta, margin):
        asked.append(margin)
        return None if len(asked) == 1 else np.array([[2.0, 1.0], [3.0, 2.0]])

    floats = SimpleNamespace(F=np.array([[1.0, -2.0]]), storage=storage)
    monkeypatch.setattr(linear, "check", lambda *_: next(said))
    run, theta = SimpleNamespace(alpha=0.125), np.array([6.0])
    found = linear_search._off_the_edge(run, floats, theta)
    assert found.P.tolist() == [[2, 2], [2, 2]] and found.theta is theta
    assert asked == [2.0**-power for power in (40, 38, 36, 34)]
    monkeypatch.setattr(linear, "check", lambda *_: "none")
    asked.clear()
    assert linear_search._off_the_edge(SimpleNamespace(alpha=8.0), floats, theta) is None
    assert asked == [4 * 2.0**-power for power in range(44, 10, -2)]


def test_the_descent_keeps_within_twelve_powers_of_e(monkeypatch):
    asked = {}
    monkeypatch.setattr(linear_search, "minimize", lambda *_, **options: asked.update(options))
    linear_search._descend(lambda theta: (0.0, theta), np.array([1.0, math.e]), 1.0)
    assert asked["bounds"] == [(-12, 12), (-11, 13)] and asked["jac"] is True


@pytest.mark.parametrize(("size", "looked"), [(160, True), (161, False)])
def test_states_up_to_the_largest_are_looked_at(monkeypatch, size, looked):
    monkeypatch.setattr(linear_search, "_Floats", lambda *given: given[1:])
    monkeypatch.setattr(linear_search, "_find", lambda run, floats, *, shared: (run.size, floats, shared))
    run = SimpleNamespace(size=size)
    assert linear_search.find(run, 3) == ((size, (3, None), False) if looked else None)
    assert linear_search.find(run, 3, 0.0) == ((size, (3, 0.0), True) if looked else None)
