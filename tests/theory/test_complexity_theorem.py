"""K(eps): its order, its leading coefficient for every algorithm, and the speed-up over other schedules."""

import pytest
import sympy

from boundary import BadInput
from theory.setting.algorithms import REGISTRY
from theory.setting.symbols import symbol
from theory.theorems import complexity

L, sigma, Delta, B, M, eps = (symbol(name) for name in ("L", "sigma", "Delta", "B", "M", "eps"))


@pytest.mark.parametrize("name", ["pipemare", "per-sample"])
def test_what_no_theorem_speaks_of_has_no_number_of_iterations(name):
    with pytest.raises(BadInput, match=name):
        complexity.iterations(name)


@pytest.mark.parametrize("name", [name for name, row in REGISTRY.items() if row.covered])
def test_the_order_is_two_and_the_coefficient_knows_no_lag(name):
    share = 1 / B if name in ("analog-sgd-sp", "accumulated-ap", "pipedream-2bw", "pipemare-ap") else 1
    assert complexity.order(name) == 2
    assert sympy.simplify(complexity.leading_coefficient(name) - 8 * Delta * L * sigma**2 * share) == 0


@pytest.mark.parametrize(("over", "gain"), [("analog-sgd", M), ("analog-sgd-sp", (M + B - 1) / B)])
def test_asynchrony_gains_the_density_in_the_limit(over, gain):
    values = {symbol(n): sympy.Integer(v) for n, v in {"M": 4, "B": 8, "Lambda1": 3, "nu": 2, "t": 1}.items()}
    values |= {
        symbol("rho"): sympy.Rational(1, 4),
        L: sympy.Integer(1),
        sigma: sympy.Integer(1),
        Delta: sympy.Integer(1),
    }
    ratio = sympy.together(complexity.speed_up(over).xreplace(values))
    assert sympy.limit(ratio, eps, 0) == gain.xreplace(values)


def test_enough_iterations_bring_the_transient_below_eps():
    values = {"L": 2.0, "sigma": 0.7, "Delta": 1.3, "rho": 0.2, "Lambda1": 4.0, "nu": 1.5, "t": 0.5, "eps": 0.03}
    numbers = {symbol(name): value for name, value in values.items()}
    K = float(complexity.THEOREM.expression.xreplace(numbers))
    lead = (8 * values["Delta"] * values["L"] * values["sigma"] ** 2) ** 0.5
    rest = (K - lead**2 / values["eps"] ** 2) * values["eps"] / 2
    assert lead / K**0.5 + rest / K <= values["eps"]
    assert lead / (K / 2) ** 0.5 + rest / (K / 2) > values["eps"]
