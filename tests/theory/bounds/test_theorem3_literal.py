"""Theorem 3 as numbers: the steps and counts that it prescribes, worked out apart."""

import math
from functools import partial

import numpy as np
import pytest

from tests.theory.bounds.common import POINT, a_count_is_raised_until_it_is_enough, unfrozen
from theory.bounds import theorem3
from theory.bounds.theorem3 import closed_form


@pytest.mark.parametrize("rho", [0.0, 0.5])
@pytest.mark.parametrize("Lambda1", [0.0, 40.0])
@pytest.mark.parametrize("eps", [0.6, 20.0])
def test_theorem_3_prescribes_steps_that_it_allows(rho, Lambda1, eps):
    """alpha^2 = 2 Delta/(L sigma2 K), and x and q at most 1/4, also where a longer step would need fewer iterations."""
    point = {"L": 2.0, "sigma2": 1.0, "Delta": 50.0, "rho": rho, "Lambda1": Lambda1, "Lambdah": 0.0}
    found = closed_form(point, eps)
    assert found.alpha == pytest.approx(math.sqrt(2 * 50.0 / (2.0 * 1.0 * found.iterations)), rel=1e-12)
    assert 2.0 * found.alpha <= 1 / 4 and (1 + rho) * found.alpha * Lambda1 <= 1 / 4
    if eps == 20.0:  # the longest step is the best
        assert max(2.0, (1 + rho) * Lambda1) * found.alpha == pytest.approx(1 / 4, rel=0.05)


def fewest(point, eps, trades):
    """K of Theorem 3 (docs/theory.md#theorem-3) minimised over the largest step and the trade-off t by brute force."""
    L, s2, Delta, rho, Lambda1 = (point[name] for name in ("L", "sigma2", "Delta", "rho", "Lambda1"))
    nu2 = point["Lambdah"] ** 2 * s2
    longest = min(1 / 4 / L, 1 / 4 / ((1 + rho) * Lambda1) if Lambda1 else math.inf)
    step, t = np.geomspace(longest * 1e-6, longest, 1001)[:, None], np.asarray(trades, float)[None, :]
    q2, x = ((1 + rho) * step * Lambda1) ** 2, step * L
    left = eps * (1 - (1 + t) * (1 + 2 * q2 / (1 - x - q2)) * rho**2) - (1 + t) * rho**2 * s2
    cost = 4 * L**2 * s2 + 4 * Lambda1**2 * rho**2 * s2 * (1 + rho) ** 2 * (1 + t)
    cost = cost + 5 / 4 * nu2 * (1 + 1 / t) * (1 + rho) ** 2
    count = 8 * Delta * L * s2 / left**2 + 4 * Delta * cost / (L * left * s2)
    return np.where(left > 0, np.maximum(count, 2 * Delta / (L * s2 * step**2)), math.inf).min()


MANY = np.geomspace(1e-9, 1e6, 151)


@pytest.mark.parametrize(
    ("change", "eps"),
    [
        ({}, 0.1),
        ({"sigma2": 4.0, "Lambdah": 5.0}, 0.3),
        ({"rho": 0.4, "L": 3.0}, 0.5),
        ({"rho": 0.6, "Lambda1": 30.0, "Delta": 9.0}, 2.0),
        ({"rho": 0.0, "Lambda1": 0.0, "Lambdah": 0.0}, 0.05),
        ({"Delta": 200.0, "sigma2": 0.01}, 5.0),
    ],
)
def test_its_iterations_are_close_to_the_fewest_that_it_allows(change, eps):
    point = POINT | change
    found, least = closed_form(point, eps), fewest(point, eps, MANY)
    assert least * 0.95 <= found.iterations <= least * 1.1 + 1
    for t in (found.t / 8, found.t * 8):
        given, least = closed_form(point, eps, t), fewest(point, eps, [t])
        assert given is None if math.isinf(least) else least * 0.95 <= given.iterations <= least * 1.1 + 1
        assert given is None or given.t == t


@pytest.mark.parametrize("change", [{"sigma2": 0.0}, {"Delta": 0.0}, {"sigma2": 0.0, "Delta": 0.0}])
def test_without_noise_or_without_a_gap_it_says_nothing(change):
    assert closed_form(POINT | change, 0.1) is None


def checked(monkeypatch, enough_from, count):
    asked = []

    def enough(theorem, constants, alpha, whole, target):
        asked.append(whole)
        assert (theorem, constants, target) == ("explicit", POINT, 0.1)
        assert alpha == pytest.approx(math.sqrt(2 * 0.5 / whole), rel=1e-14)
        return 0.0625 if whole >= enough_from else None

    monkeypatch.setattr(theorem3, "enough", enough)
    values = (1.0, 1.0, 0.5, 0.1, 4.0, 2.0)
    return theorem3._checked({**POINT, "t": 7}, values, 0.1, count, 7.0), asked


def test_a_count_is_rounded_up_and_raised_until_it_is_enough(monkeypatch):
    first = a_count_is_raised_until_it_is_enough(partial(checked, monkeypatch))
    assert first.t == 7.0 and first.alpha == pytest.approx(0.1)


def test_formulas_are_compiled_once_and_what_was_found_is_not_changed():
    assert theorem3._functions() is theorem3._functions()
    assert theorem3._functions()[3] == 1 / 4
    assert not unfrozen(theorem3)
