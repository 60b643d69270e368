"""Theorem 4 at points where its numbers can be worked out apart: the iterations, what stands for what, the domain."""

import math
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

from boundary import OutsideDomain
from tests.theory.bounds.common import a_count_is_raised_until_it_is_enough, unfrozen
from theory.bounds import estimates, families, free, theorem4
from theory.bounds.families import family
from theory.bounds.theorem4 import ExactIterations, columns, exact_form

FIRST = {"L": 1, "sigma2": 1, "Delta": "0.5", "rho": "0.3", "Lambda1": 2, "Lambdah": "1.5"}
FOUR = {"D": 3, "ell": 1, "ell1": 1, "tau": 7, "F0": 1}
POINT = {name: Fraction(value) for name, value in (FIRST | FOUR).items()}
PLAIN = {name: POINT[name] for name in FIRST}
FLOOR = Fraction(9, 91)


def test_what_is_not_given_is_what_stands_for_it():
    """nu = Lambdah sigma, theta1 = 1/tau, nuhat = ell1 sqrt(D) sigma."""
    found = columns(POINT | {"sigma2": Fraction(4)})
    assert (found["nu"], found["theta1"]) == (3.0, pytest.approx(1 / 7, rel=1e-15))
    assert found["nuhat"] == pytest.approx(2 * math.sqrt(3), rel=1e-15)
    assert (found["sigma2"], found["D"], found["tau"]) == (4.0, 3.0, 7.0)
    assert found["H2"] == found["HJ"] == found["Gamma"] == 0.0
    given = columns(POINT | {"nu": Fraction(1, 2), "nuhat": Fraction(0), "theta1": Fraction(0)})
    assert (given["nu"], given["nuhat"], given["theta1"]) == (0.5, 0.0, 0.0)
    slope = {name: value for name, value in POINT.items() if name != "tau"} | {"theta1": Fraction(1, 4)}
    assert columns(slope)["theta1"] == 0.25 and columns(slope)["tau"] == 1.0


@pytest.mark.parametrize("change", [{"sigma2": 0}, {"Delta": 0}, {"sigma2": 0, "Delta": 0}])
def test_without_noise_or_a_gap_it_says_nothing(change):
    assert exact_form(POINT | {name: Fraction(value) for name, value in change.items()}, Fraction(1, 5)) is None


def test_at_the_floor_and_below_it_says_nothing_and_above_it_does():
    for target in (FLOOR, FLOOR - Fraction(1, 10**6), Fraction(1, 20)):
        assert exact_form(POINT, target) is None
    above = Fraction(1, 10**4)
    found = exact_form(POINT, FLOOR + above)
    leading = 8 * 0.5 / (0.91 * float(above)) ** 2  # 8 Delta L sigma^2/((1 - rho^2) above)^2
    assert leading < found.iterations < 1.03 * leading
    # the step that those iterations ask for, within what it may be
    assert found.alpha == pytest.approx(math.sqrt(2 * 0.5 / (found.iterations - 1)), rel=0.05)
    assert found.alpha <= found.longest <= 1


def test_what_is_found_is_nearly_the_best_of_all_longest_steps():
    """K and the step are those of one longest step: no other of a coarse grid needs clearly fewer."""
    found = exact_form(POINT, Fraction(1, 5))
    values = [columns(POINT)[name] for name in theorem4.NAMES]
    longest = np.geomspace(1e-6, 1, 61)
    with np.errstate(all="ignore"):
        first, second, *positive = theorem4._functions()[0](longest, 0.2 - float(FLOOR), *values)
    counts = np.where((np.array(positive) > 0).all(axis=0), np.maximum(first, second), np.inf)
    assert np.isfinite(counts).any() and found.iterations <= np.nanmin(counts) * 1.02 + 1
    assert found.iterations >= np.nanmin(counts) * 0.8


def test_a_gain_divides_the_step_that_is_asked_for():
    plain, gained = exact_form(POINT, Fraction(1, 5)), exact_form(POINT | {"gain": Fraction(4)}, Fraction(1, 5))
    assert (gained.iterations, gained.alpha, gained.longest) == (plain.iterations, plain.alpha / 4, plain.longest)


def checked(monkeypatch, enough_from, count):
    asked = []

    def enough(theorem, constants, _alpha, whole, target):
        asked.append(whole)
        assert (theorem, constants, target) == ("free", POINT, Fraction(1, 5))
        return 0.0625 if whole >= enough_from else None

    monkeypatch.setattr(theorem4, "enough", enough)
    values = [columns(POINT)[name] for name in theorem4.NAMES]
    return theorem4._checked({**POINT, "eps": 7}, values, Fraction(1, 5), count, 0.25), asked


def test_a_count_is_rounded_up_and_raised_until_it_is_enough(monkeypatch):
    assert a_count_is_raised_until_it_is_enough(partial(checked, monkeypatch)).longest == 0.25


def test_formulas_are_compiled_once_and_what_was_found_is_not_changed():
    assert theorem4._functions() is theorem4._functions() and theorem4._defaults() is theorem4._defaults()
    assert family("free.end") is family("free.end") and free.domain() is free.domain()
    assert estimates._inversion() is estimates._inversion() and estimates._inversion4() is estimates._inversion4()
    assert estimates._start() is estimates._start()
    assert families.resolved_meanings() is families.resolved_meanings()
    assert not unfrozen(theorem4) and ExactIterations(1, 0.5, 1.0).alpha == 0.5


def test_the_estimate_takes_the_better_theorem_in_every_row():
    """Theorem 4 needs fewer where drift and lag are there; where its constants are large it is Theorem 1's."""
    target = Fraction("0.12")
    alone, steps = estimates.estimate([PLAIN], [target])
    worse = POINT | {"ell": Fraction(1000), "ell1": Fraction(1000), "F0": Fraction(1000)}
    counts, longer = estimates.estimate([PLAIN, POINT, worse, PLAIN], [target] * 4)
    assert counts[0] == counts[2] == counts[3] == alone[0] and longer[0] == longer[2] == steps[0]
    assert counts[1] < 0.7 * alone[0] and longer[1] != steps[0]
    exact = exact_form(POINT, target)
    assert counts[1] <= exact.iterations <= 3 * counts[1]
    below, _ = estimates.estimate([POINT, PLAIN], [Fraction(1, 20)] * 2)
    assert np.isinf(below).all()


def test_iterations_are_in_proportion_to_the_gap_and_without_a_gain_there_are_none():
    found = estimates._counts(np.array([1.0, 2.0, 3.0, 1.0]), np.array([0.5, 0.5, 0.0, -1.0]))
    assert found.tolist() == [2.0, 4.0, math.inf, math.inf]


def test_what_the_start_leaves_at_frozen_points_falls_with_k():
    """phi0 = min(D, K) F0^2/K."""
    (phi,) = estimates._start()(np.array([3.0]), np.array([12.0]), np.array([2.0]))
    assert phi == pytest.approx(1.0)


CURVED = {"H2": Fraction(1), "HJ": Fraction(1, 2)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""), ({"ell1": Fraction(1), "ell": Fraction(1)}, ""), ({"ell": Fraction(1, 2)}, "ell1 <= ell"),
        (CURVED, "mean-length"), ({"HJ": Fraction(1, 2)}, "mean-length"), (CURVED | {"Gamma": Fraction(2)}, ""),
    ],
)  # fmt: skip
def test_constants_that_no_problem_has_together(change, said):
    if said:
        with pytest.raises(OutsideDomain, match=said):
            free.refuse_inconsistent(POINT | change)
    else:
        free.refuse_inconsistent(POINT | change)
    bare = {name: value for name, value in (POINT | change).items() if name != "ell1"}
    if said != "mean-length":
        free.refuse_inconsistent(bare)


def test_what_theorem_4_needs():
    assert free.constants(POINT) and not free.constants(PLAIN)
    for name in free.NEEDED:
        assert not free.constants({key: value for key, value in POINT.items() if key != name})
    instead = {key: value for key, value in POINT.items() if key not in ("tau", "ell1")}
    assert free.constants(instead | {"theta1": 0, "nuhat": 1})
    assert free.NEEDED == ("D", "ell", "ell1", "tau", "F0")
    assert set(free.OPTIONAL) == {*free.NEEDED, "theta1", "nuhat", "H2", "HJ", "Gamma"}


def test_the_forms_of_theorem_4():
    sharp, explicit = free.forms("sharp", "free"), free.forms("explicit", "e", ("extra",))
    assert [one.name for one in sharp][-1] == "free" and [one.name for one in explicit][-1] == "e"
    assert all(one.searched for one in sharp) and not any(one.searched for one in explicit)
    assert sharp[-1].needs == () and explicit[-1].needs == ("extra",)
    named = {one.name: one.needs for one in sharp}
    assert named["free-noise-resolved"] == ("Ln",)
    for one in sharp:
        assert ("Ln" in one.needs) == ("noise-resolved" in one.name)
        assert ("rbar2" in one.needs) == ("adaptive" in one.name)
        assert one.degrees is None and one.claims[0] == "free.end" and len(one.claims) == 1 + len(one.needs)


def test_theorem_1_has_no_share_of_its_own_and_parameters_come_in_order():
    for name in ("multiplier.end", "free.end"):
        found = family(name)
        names = [item.name for item in found.parameters]
        assert names == sorted(names) and found.unknown not in found.parameters
        assert found.multiplier not in found.parameters and found.share not in found.parameters
        assert (found.share is None) == (found.share not in found.right.free_symbols)
