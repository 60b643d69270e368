"""What the theorem is given of a tube and what it says, number by number: what holds is written down by hand."""

import math
from dataclasses import FrozenInstanceError, replace
from types import SimpleNamespace

import numpy as np
import pytest

import theory
from boundary import BadInput, OutsideDomain
from verify.regions import theorem
from verify.regions.level import Level
from verify.regions.theorem import NO_NOISE, Constants, Noise


def one(**changes) -> SimpleNamespace:
    fields = {
        "L": 2.0, "least": 1.0, "slope": 3.0, "S": np.array([[1.0, 2], [3, 4]]), "variance": np.array([1.0, 2, 4, 8]),
        "share": np.array([0.0, 1, 0.5, 0.25]), "step": np.full(4, 0.5),
        "gradient": np.array([1.0, 2, 3, 4]),
    }  # fmt: skip
    fields |= changes
    return SimpleNamespace(fold=fields["variance"], **fields)


def level(change=(0.0, 0.0, 0.0, 0.0), sizes=(2, 2), **changes) -> Level:
    return Level.of(one(**changes), np.array(change), sizes)


def other(change=(0.0, 0.0, 0.0, 0.0)) -> Level:
    sensitivity = np.array([[4.0, 1], [3, 2]])
    return level(change, L=1.0, least=-1.0, slope=5.0, S=sensitivity, variance=np.full(4, 1.0), share=np.full(4, 0.5))


LENGTHS = np.array([0.25, 0.75])


def test_averages_and_largest_numbers_by_hand():
    """(1 + share)^2 variance is 1, 8, 9, 12.5 in the first bin, and 9/4 four times in the second."""
    found = theorem.combine((level(), other()), LENGTHS, 0.5, 6.0)
    assert (found.L, found.least, found.rho, found.start) == (2.0, -1.0, 1.0, 6.0)
    assert found.S.tolist() == [[4, 2], [3, 4]] and found.lengths is LENGTHS and len(found.found) == 2
    exact = {
        "stage_variances": np.array([0.25 * 9 + 0.75 * 4.5, 0.25 * 21.5 + 0.75 * 4.5]),
        "T2": 0.25 * (2 + 1 + 0.5) + 0.75 * 1.0,
        "c_w": 0.25 * (0.25 * 2 * 30.5 + 0.75 * 9),
        "direct": 0.25 * 9 + 0.75 * 25,
        "excess": 0.25 * level().excess + 0.75 * other().excess,
    }
    for name, value in exact.items():
        assert np.all(value < getattr(found, name)) and np.all(getattr(found, name) < value * (1 + 1e-13))


def test_stages_of_different_sizes_have_their_own_elements():
    found = theorem.combine((level(sizes=(1, 3)),), np.ones(1), 0.5, 6.0)
    assert found.stage_variances == pytest.approx([1.0, 29.5], rel=1e-13)


def test_sums_pay_for_the_rounding_of_each_term():
    """Of a stage of 200 elements or in 100 bins, added in any order: at least half an EPS each."""
    many = level(
        np.zeros(400), (200, 200), variance=np.ones(400), share=np.ones(400), step=np.ones(400), gradient=np.ones(400)
    )
    eps = float(np.finfo(float).eps)
    for bins in (1, 64):
        found = theorem.combine((many,) * bins, np.full(bins, 1 / bins), 0.5, 6.0)
        least = 1 + 0.5 * (400 + bins) * eps
        assert np.all(found.stage_variances >= 800 * least) and 400 * least <= found.T2
        assert found.c_w >= 0.25 * 2 * 1600 * least and found.direct >= 9 * (1 + 0.5 * bins * eps)
        assert found.excess[0] >= 400 * least


def test_noise_as_it_was_met_by_hand():
    held = theorem.combine([level(), other()], LENGTHS, 0.5, 6.0)  # 45/8 and 35/4, T2 = 13/8, c_w = 11/2
    met = theorem.with_noise(held, 1.0, [2.0, 20.0], 4.0)
    assert met.T2 == 1.0 and met.stage_variances.tolist() == [2.0, held.stage_variances[1]] and met.c_w == 4.0
    for more in ((), (6.0,)):
        assert theorem.with_noise(held, 1.0, [2.0, 20.0], *more).c_w == held.c_w
    assert met.T2_current == held.T2_current == held.T2
    assert [theorem.with_noise(held, 1.0, [2.0, 20.0], 4.0, T2).T2_current for T2 in (0.5, 9.0)] == [0.5, held.T2]
    assert theorem.with_noise(held, 9.0, [20.0, 20.0]).T2 == held.T2
    assert theorem.with_noise(held, 0.0, [0.0, 0.0], 0.0).c_w == 0.0
    for T2, stages, c_w, current in (
        (1.0, [1.0], 1.0, 1.0),
        (1.0, [1.0, -1.0], 1.0, 1.0),
        (-1e-9, [1.0, 1.0], 1.0, 1.0),
        (math.nan, [1.0, 1.0], 1.0, 1.0),
        (1.0, [1, math.nan], 1.0, 1.0),
        (1.0, [1.0, 1.0], -1e-9, 1.0),
        (1.0, [1.0, 1.0], math.nan, 1.0),
        (1.0, [1.0, 1.0], 1.0, -1e-9),
        (1.0, [1.0, 1.0], 1.0, math.nan),
    ):
        with pytest.raises(BadInput, match="noise"):
            theorem.with_noise(held, T2, stages, c_w, current)


HELD = Constants((), LENGTHS, 2.0, np.zeros((2, 2)), 0.5, np.array([9.0, 16.0]), 1.75, 9.0, 6.0, 1.0, 99.0)


@pytest.fixture
def given(monkeypatch):
    """What the theorem is given; it says 50. The delays make Lambda1 = 7, Lambdah = 3 and nu = 2."""
    found = {}
    monkeypatch.setattr(
        theorem,
        "delay_constants",
        lambda S, lags, noise: found.update(of=(S, lags, noise)) or {"Lambda1": 7.0, "Lambdah": 3.0, "nu": 2.0},
    )
    monkeypatch.setattr(theory, "bound", lambda name: lambda **numbers: found.update(numbers, name=name) or 50.0)
    return found


def test_what_the_theorem_is_given(given):
    assert theorem.stopped(HELD, 0.25, 10, (1, 0)) == 50.0
    S, lags, noise = given.pop("of")
    assert S is HELD.S and lags == (1, 0) and noise is HELD.stage_variances
    fall = given.pop("Delta")
    assert 5 < fall <= 5 + 1e-14
    delays = [given.pop(name) for name in ("Lambda1", "nu")]
    assert delays == pytest.approx([7, 2], rel=1e-14)
    assert delays[0] >= 7 and delays[1] >= 2
    assert given.pop("T2") == pytest.approx(1.75, rel=1e-14)
    assert given == {"name": "mean", "L": 2.0, "alpha": 0.25, "K": 10, "rho": 0.5, "c_w": 9.0}


CURRENT = replace(HELD, T2_current=0.5, stale=Noise(4.0, 0.0625, 0.0, 0.0))
"""At current weights T2 is 1/2, and what staleness adds to a direction, with its shares, is 1/4."""


@pytest.mark.parametrize(("off", "more"), [(0.0, 0.0), (0.5, 1.5 + 0.5 / 0.25)])
def test_by_sizes_at_current_weights_staleness_has_no_share(off, more, monkeypatch):
    """Asked of both; the theorem takes 3/2 alpha times Lambda1 and nu. 1/4 in qn is 1 in nu, as alpha is 1/4."""
    asked = []
    delays = {"Lambda1": 7.0, "Lambdah": 3.0, "nu": 2.0}
    monkeypatch.setattr(theorem, "delay_constants", lambda *_: delays)
    monkeypatch.setattr(theory, "bound", lambda _: lambda **numbers: asked.append(numbers) or 60.0 - numbers["nu"])
    found = theorem.stopped(CURRENT, 0.25, 10, (1, 0), off=off)
    read, current = asked
    assert read["T2"] == pytest.approx(1.75, rel=1e-14) and current["T2"] == pytest.approx(0.5, rel=1e-14)
    assert current["Lambda1"] == pytest.approx(7 / 1.5, rel=1e-14) and current["Lambda1"] >= 7 / 1.5
    assert current["nu"] == pytest.approx((2 + 1 + more) / 1.5, rel=1e-14)
    assert found == 60 - max(read["nu"], current["nu"])


def test_without_lags_the_theorem_is_asked_once(given):
    assert theorem.stopped(CURRENT, 0.25, 10, (0, 0)) == 50.0
    assert given["T2"] == pytest.approx(1.75, rel=1e-14)


def test_by_sizes_at_current_weights_few_large_shares_are_counted_by_themselves(monkeypatch):
    asked = []
    monkeypatch.setattr(theorem, "delay_constants", lambda *_: {"Lambda1": 7.0, "Lambdah": 3.0, "nu": 2.0})
    monkeypatch.setattr(theory, "bound", lambda _: lambda **numbers: asked.append(numbers) or 60.0)
    theorem.stopped(replace(CURRENT, excess=np.array([4.0, *[np.inf] * 9])), 0.25, 10, (1, 0))
    last = asked[-1]
    found = [last[name] for name in ("rho", "T2", "Lambda1", "nu")]
    assert found == pytest.approx([0, 4.5, 7, 3], rel=1e-14) and len(asked) == 4


def test_of_a_drift_as_measured_nothing_else_bounds_it(given):
    """With lags, too: neither rho, nor what large shares add, nor the fold at current weights is left."""
    found = theorem.with_drift(replace(CURRENT, excess=np.zeros(10)), 0.75)
    assert (found.T2, found.rho, found.T2_current) == (0.75, 0.0, math.inf) and np.all(found.excess == np.inf)
    assert (found.c_w, found.stale) == (CURRENT.c_w, CURRENT.stale)
    theorem.stopped(found, 0.25, 10, (1, 0))
    assert [given[name] for name in ("rho", "T2", "Lambda1", "nu")] == pytest.approx([0, 0.75, 7, 2], rel=1e-14)


def test_what_the_theorem_is_given_with_rounding(given):
    """nu is longer by (3 + 1/(3/2 1/4))/2; c_w is 1/8 (sqrt(72) + sqrt(2)/2)^2."""
    theorem.stopped(HELD, 0.25, 10, (1, 0), off=0.5)
    assert given["nu"] == pytest.approx(2 + (3 + 8 / 3) / 2, rel=1e-14)
    assert given["c_w"] == pytest.approx((math.sqrt(72) + math.sqrt(2) / 2) ** 2 / 8, rel=1e-14)


def test_a_few_elements_with_large_shares_are_counted_by_themselves(monkeypatch):
    """rho is 1/2: of s = 0, 0.05 ... those below are tried, where the excess is known; q and qn stay what they are."""
    asked = []
    delays = {"Lambda1": 7.0, "Lambdah": 3.0, "nu": 2.0}
    monkeypatch.setattr(theorem, "delay_constants", lambda *_: delays)
    monkeypatch.setattr(theory, "bound", lambda _: lambda **numbers: asked.append(numbers) or 60.0 - numbers["T2"])
    excess = np.array([4.0, 3, np.inf, 2, 1, 0.75, 0.5, 0.25, 0, 0])
    assert theorem.stopped(replace(HELD, excess=excess), 0.25, 10, (1, 0)) == pytest.approx(60 - 5.75)
    assert [numbers["rho"] for numbers in asked] == [0.5, 0, 0.05, 0.15, 0.2, 0.3, 0.4]
    assert [numbers["T2"] for numbers in asked] == pytest.approx([1.75, 5.75, 4.75, 3.75, 2.75, 2.5, 2.25], rel=1e-14)
    for numbers in asked:
        wider = 1.5 / (1 + numbers["rho"])
        assert numbers["Lambda1"] == pytest.approx(7 * wider, rel=1e-14)
        assert numbers["nu"] == pytest.approx(2 * wider, rel=1e-14)
        assert numbers["Lambda1"] >= 7 * wider and numbers["nu"] >= 2 * wider
        assert {numbers[name] for name in ("L", "c_w", "alpha", "K")} == {2.0, 9.0, 0.25, 10}
    assert all(numbers["T2"] > 1.75 + more for numbers, more in zip(asked[1:], (4, 3, 2, 1, 0.75, 0.5), strict=True))


@pytest.mark.parametrize(("end", "fall"), [(None, 5.0), (3.0, 3.0), (-2.0, 5.0), (6.0, 0.0), (8.0, 0.0)])
def test_f_falls_to_the_end_that_is_known(end, fall, given):
    theorem.stopped(HELD, 0.25, 10, (1, 0), end)
    assert given["Delta"] == pytest.approx(fall, rel=1e-14, abs=1e-300)


def test_without_lags_their_constants_may_be_missing(given, monkeypatch):
    monkeypatch.setattr(theorem, "delay_constants", lambda *_: {"Lambda1": 0.0, "Lambdah": None, "nu": None})
    theorem.stopped(HELD, 0.25, 10, (0, 0), off=0.5)
    assert given["nu"] == pytest.approx(4 / 3, rel=1e-14)


def test_the_squares_of_gradients_bound_it_as_well(given, monkeypatch):
    assert theorem.stopped(replace(HELD, direct=4.0), 0.25, 10, (1, 0)) == 4.0

    def outside(**_):
        raise OutsideDomain("alpha", 0.25, "less", "mean.feasible")

    monkeypatch.setattr(theory, "bound", lambda _: outside)
    assert theorem.stopped(HELD, 0.25, 10, (1, 0)) == 99.0


def test_what_staleness_adds_by_hand():
    """Squares with the shares: 1 + 4 + 4, and 1; without: 4 + 1 + 16 + 64, and 4."""
    found = theorem.combine((level((2.0, 1, 4, 8)), other(np.ones(4))), LENGTHS, 0.5, 6.0)
    exact = 0.25 * 85 + 0.75 * 4, 0.25 * 9 + 0.75, 2 * 0.25 * 85 + 0.75 * 4, 2 * 0.25 * 9 + 0.75
    assert found.stale == pytest.approx(exact, rel=1e-13)
    assert all(one > least for one, least in zip(found.stale, exact, strict=True))
    assert theorem.combine((level(), other()), LENGTHS, 0.5, 6.0).stale == (0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize(("stale", "alone", "drifts"), [((0.0, 0.0), 9.0, 0.5), ((1.0, 0.25), 20.25, 2.25)])
def test_noise_as_sampled_by_hand(stale, alone, drifts, monkeypatch):
    """A variance of 4, of which 1 with the shares: (2 + 1)^2, and with what staleness adds (3 + 3/2)^2; or (3/2)^2.

    T2 is what the shares make of mean sizes, 1/2, or with what staleness adds of the variance, (3/2)^2; at current
    weights it is 1/2.
    """
    seen = []
    monkeypatch.setattr(theorem, "with_noise", lambda *given: seen.append(given) or "held")
    given = SimpleNamespace(rho=0.5, stale=Noise(*stale, *(8 * one for one in stale)), S=np.zeros((2, 2)))
    assert theorem.as_sampled(given, 0.5, 0.5, Noise(4.0, 1.0, 32.0, 8.0)) == "held"
    ((held, T2, stages, c_w, current),) = seen
    assert current == 0.5
    assert held is given and drifts <= T2 < drifts * (1 + 1e-13) and len(stages) == 2
    for value, exact in ((c_w, 0.25 * 8 * alone), *((stage, alone) for stage in stages)):
        assert exact < value < exact * (1 + 1e-13)


def test_no_share_as_sampled_is_beyond_the_largest(monkeypatch):
    """As large a share for all noise as rho = 1/2: (1 + 1/2)^2 times 4 is less than (sqrt 4 + sqrt 4)^2."""
    seen = []
    monkeypatch.setattr(theorem, "with_noise", lambda *given: seen.append(given))
    given = SimpleNamespace(rho=0.5, stale=NO_NOISE, S=np.zeros((1, 1)))
    theorem.as_sampled(given, 0.5, 2.0, Noise(4.0, 4.0, 8.0, 8.0))
    assert seen[0][2:4] == ([pytest.approx(9, rel=1e-12)], pytest.approx(0.25 * 18, rel=1e-12))
    assert seen[0][2][0] > 9 and seen[0][3] > 0.25 * 18


@pytest.mark.parametrize(("curved", "exact"), [((4.0, 0.25), 6.25), ((1.0, 1.0), 4.0)])
def test_few_large_shares_as_sampled_are_no_reason_for_all(curved, exact, monkeypatch):
    """(sqrt 4 + sqrt 1)^2 = 9 is less than (1 + 1)^2 times 4; where the curvature is, both are looked at anew."""
    seen = []
    monkeypatch.setattr(theorem, "with_noise", lambda *given: seen.append(given))
    theorem.as_sampled(SimpleNamespace(rho=1.0, stale=NO_NOISE, S=np.zeros((1, 1))), 0.5, 2.0, Noise(4.0, 1.0, *curved))
    assert seen[0][2:] == ([pytest.approx(9, rel=1e-12)], pytest.approx(0.25 * exact, rel=1e-12), 2.0)


def test_what_holds_stays_so():
    with pytest.raises(FrozenInstanceError):
        HELD.L = None
    assert HELD == HELD and replace(HELD) != HELD
