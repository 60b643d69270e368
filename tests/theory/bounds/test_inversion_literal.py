"""The search for the step that needs the fewest iterations, on inequalities made up so that it is known."""

import math

import numpy as np
import pytest
import sympy

from tests.theory.bounds.common import unfrozen
from theory.bounds import inversion
from theory.bounds.inversion import Inversion

A, mu, p, alpha, L, x = sympy.symbols("A mu p alpha L x", real=True)


def made(cost, limit=8, domain=1 - x) -> Inversion:
    """A <= p + x + cost(mu), with x = alpha L, for mu x < limit and where `domain` is positive.

    At the best multiplier, without cost, alpha p = alpha (A - alpha L): largest at alpha = A/(2 L), A^2/(4 L).
    """
    return Inversion(
        right=p + x + cost, unknown=A, multiplier=mu, start=p, step=alpha, parameters=(x,), definitions=(alpha * L,),
        given=(L,), denominator=limit - mu * x, domain=(domain,),
    )  # fmt: skip


def best(one, targets, longest, L_):
    columns = [np.array(values, float) for values in (targets, longest, L_)]
    steps, gains = one.best(columns[0], columns[1], columns[2:])
    return steps.tolist(), gains.tolist()


def close(expected, rel=1e-9):
    return pytest.approx(expected, rel=rel, nan_ok=True)


@pytest.mark.parametrize("cost", [(mu - 2) ** 2, (mu - sympy.Rational(1, 3)) ** 2, 3 * (mu - 7) ** 2])
def test_the_best_step_of_each_setting_is_its_own(cost):
    steps, gains = best(made(cost), [1, 1, 2, 0.5], [1, 0.1, 1, 1], [2, 2, 8, 0.5])
    assert gains == close([1 / 8, 0.08, 1 / 8, 1 / 8])
    assert steps == close([1 / 4, 0.1, 1 / 8, 1 / 2], 1e-4)


@pytest.mark.parametrize("at", [1, sympy.Rational(1, 10**6)])
def test_a_corner_at_1_is_met_exactly_and_others_closely(at):
    steps, gains = best(made(sympy.Abs(mu - at)), [1.0], [1.0], [2.0])
    assert gains == close([1 / 8], 1e-13 if at == 1 else 1e-6) and steps == close([1 / 4], 1e-4)


def test_a_tiny_step_is_found():
    steps, gains = best(made((mu - 2) ** 2), [2e-14], [1.0], [1.0])
    assert steps == close([1e-14], 1e-3) and gains == close([1e-28], 1e-5)


def test_steps_outside_the_domain_are_not_taken():
    steps, gains = best(made((mu - 2) ** 2, domain=sympy.Rational(1, 4) - x), [1.0], [1.0], [1.0])
    assert steps[0] < 0.25 and steps == close([0.25], 1e-9) and gains == close([0.25 * 0.75])


def test_multipliers_beyond_the_pole_are_not_taken():
    """For mu <= 1/x, that is mu <= 1/(alpha L): the multiplier 2 at steps up to 1/2 only."""
    steps, gains = best(made((mu - 2) ** 2, limit=1), [8.0], [1.0], [1.0])
    expected = max((a * (8 - a - max(2 - 1 / a, 0) ** 2), a) for a in np.linspace(0.001, 1, 100_001))
    assert gains == close([expected[0]], 1e-6) and steps == close([expected[1]], 1e-3)


def test_where_no_step_reaches_the_target_the_gain_is_0_and_the_step_no_number():
    steps, gains = best(made((mu - 2) ** 2 + 1), [0.5, 2.0, 1.0], [1, 1, 1], [1, 1, 1])
    assert gains == close([0, 1 / 4, 0]) and math.isnan(steps[0]) and math.isnan(steps[2])
    assert steps[1] == close(0.5, 1e-4)
    steps, gains = best(made((mu - 2) ** 2, domain=-x), [1.0], [1.0], [1.0])
    assert gains == [0] and math.isnan(steps[0])


def test_what_is_no_price_is_no_gain():
    """sqrt(mu - 1) is no number for mu < 1."""
    steps, gains = best(made((mu - 3) ** 2 - sympy.sqrt(mu - 1), 100, 10 - x), [4.0], [9.0], [1.0])
    least = min((m - 3) ** 2 - math.sqrt(m - 1) for m in np.linspace(1, 8, 700_001))
    assert gains == close([(4 - least) ** 2 / 4], 1e-8) and steps == close([(4 - least) / 2], 1e-4)


def test_a_search_is_not_changed_afterwards():
    assert not unfrozen(inversion)
