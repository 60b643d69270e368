"""Theorem 1 for known shape, against every path of the noise of small runs; the shapes themselves; wrong versions."""

import math
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import NamedTuple

import numpy as np
import pytest
import sympy

import theory
from boundary import OutsideDomain
from tests.theory.bounds.common import command
from theory import blueprint
from theory.commands import app, complexity, evaluate  # noqa: F401 - importing a command registers it
from theory.kernel import Gap, le
from theory.kernel.check import check_claim

LAWS = {
    "two-point": (((-1.0, 0.5), (1.0, 0.5)), 1.0),
    "three-point": (((-1.5, 0.25), (0.0, 0.5), (1.5, 0.25)), 2 / 3),
    "skew": (((-0.5, 0.8), (2.0, 0.2)), 1.0),
}
"""Values of the noise with their probabilities, mean zero, and a chi^2 that holds for them."""
ALPHA, TAU, H, MINIMUM = 0.08, 2.0, np.array([[1.0, 0.4], [0.4, 0.7]]), np.array([0.6, -0.5])


def sizes_mean(law, mu):
    return sum(chance * np.abs(mu + value) for value, chance in law)


class Row(NamedTuple):
    """Gradient, staleness and mean direction of one step of one path."""

    F: np.ndarray
    b: np.ndarray
    v: np.ndarray


class Run:
    """All paths of two weights with lags (d, 0) and additive noise on the linear device."""

    def __init__(self, law, lag, steps):
        self.law, self.lag, self.steps = law, lag, steps
        self.variance = sum(chance * value**2 for value, chance in law)
        self.rows = []
        start = np.array([0.5, 0.3])
        self.saturation, self.last = float(np.abs(start).max()) / TAU, 0.0
        self.first = self.value(start)
        self._go([start], 1.0)

    def value(self, w):
        return 0.5 * (w - MINIMUM) @ H @ (w - MINIMUM)

    def _go(self, past, chance):
        k, w = len(past) - 1, past[-1]
        self.saturation = max(self.saturation, float(np.abs(w).max()) / TAU)
        if k == self.steps:
            self.last += chance * self.value(w)
            return
        old = np.array([past[max(k - self.lag, 0)][0], w[1]])
        gradient, mean = H @ (w - MINIMUM), H @ (old - MINIMUM)
        psi = np.array([sizes_mean(self.law, one) for one in mean])
        v = mean + psi * w / TAU
        self.rows.append((chance, Row(gradient, mean - gradient, v)))
        for (one, p), (other, q) in product(self.law, repeat=2):
            direction = mean + np.array([one, other])
            self._go([*past, w - ALPHA * (direction + np.abs(direction) * w / TAU)], chance * p * q)

    def average(self, function):
        return sum(chance * function(row) for chance, row in self.rows) / self.steps


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("lag", [0, 1, 2])
def test_the_feasible_set_holds_over_all_paths(name, lag):
    law, chi2 = LAWS[name]
    run = Run(law, lag, 4 if len(law) == 2 else 3)
    A = run.average(lambda row: row.F @ row.F)
    Y = math.sqrt(run.average(lambda row: row.v @ row.v))
    ar = run.average(lambda row: row.F @ row.v)
    sigma2, rho = 2 * run.variance, run.saturation
    column = H[:, :1]
    Lambda1 = float(np.linalg.norm(column)) * lag
    nu = float(np.linalg.norm(column)) * math.sqrt(lag * run.variance)
    q, qn = (1 + rho) * ALPHA * Lambda1, (1 + rho) * ALPHA * nu
    values = {
        "A": A, "Y": Y, "a": ar / math.sqrt(A), "r": math.sqrt(A), "R_chi": math.sqrt(A + chi2 * sigma2), "rho": rho,
        "sigma": math.sqrt(sigma2), "q": q, "qn": qn, "x": ALPHA * float(np.linalg.norm(H, 2)),
        "p": (run.first - run.last) / (ALPHA * run.steps),
    }  # fmt: skip
    for part in ("i", "ii", "component"):
        relation = blueprint.claim("shape.feasible").conclusion(part)
        left, right = (
            float(side.subs({s: values[s.name] for s in side.free_symbols})) for side in (relation.lhs, relation.rhs)
        )
        assert left <= right + 1e-12, part
    assert run.average(lambda row: row.b @ row.b) > 0 or lag == 0


def shape_of(density, mu):
    """Return (E|mu + n|)^2 - mu^2 for noise of variance 1, by quadrature."""
    x, weights = density
    return float(np.sum(weights * np.abs(mu + x)) ** 2 - mu**2)


@pytest.mark.parametrize(("law", "chi2"), [("uniform", 3 / 4), ("normal", 2 / math.pi)])
def test_the_shapes_that_are_named(law, chi2):
    if law == "uniform":
        x = (np.arange(200_000) + 0.5) / 100_000 - 1
        density = (x * math.sqrt(3), np.full(x.shape, 1 / len(x)))
    else:
        x = (np.arange(400_000) + 0.5) / 200_000 * 9 - 9
        weights = np.exp(-(x**2) / 2)
        density = (x, weights / weights.sum())
    found = [shape_of(density, mu) for mu in np.linspace(0, 6, 121)]
    assert max(found) <= chi2 * (1 + 1e-6) and max(found) >= chi2 * (1 - 1e-6)


POINT = {"L": 1, "sigma2": 1, "Delta": "0.5", "alpha": "0.01", "K": 10000, "rho": "0.3", "Lambda1": 4, "Lambdah": 2}


def test_less_is_known_the_larger_the_bound():
    bounds = [theory.bound("shape")(**POINT, chi2=chi2) for chi2 in ("0", "0.6366", "0.75", "1")]
    assert bounds == sorted(bounds) and len(set(bounds)) == 4
    assert bounds[1] < theory.bound("explicit")(**POINT)


def test_the_floor_is_chi2_times_that_of_any_noise():
    small = {**POINT, "alpha": "1e-9", "K": 10**18, "Delta": "1e-9"}
    for chi2 in (Fraction(1, 2), Fraction(3, 4)):
        assert math.isclose(theory.bound("shape")(**small, chi2=chi2), float(chi2) * 0.09 / 0.91, rel_tol=1e-6)


def test_outside_its_domain_it_is_refused():
    with pytest.raises(OutsideDomain):
        theory.bound("shape")(**{**POINT, "alpha": "0.9"}, chi2=1)


def test_a_device_of_another_kind_is_refused(capsys):
    pairs = [
        part for name, value in {**POINT, "chi2": 1}.items() if name != "rho" for part in ("--set", f"{name}={value}")
    ]
    device = ("--device", "power", "--reach", "0.3", "--set", "tau=1", "--set", "exponent=2")
    code, out, err = command(capsys, app, "evaluate", "shape", *pairs, *device)
    assert code == 2 and not out and err.count("\n") == 1 and "ald" in err
    code, out, _ = command(
        capsys, app, "evaluate", "shape", *pairs, "--device", "ald", "--reach", "0.3", "--set", "tau=1"
    )
    assert code == 0 and "shape" in out


@pytest.mark.parametrize(
    ("name", "part"),
    [("shape.fluctuation", "bound"), ("shape.noise", "bound"), ("shape.reach", "bound"), ("shape.feasible", "i"),
     ("shape.feasible", "ii"), ("shape.explicit", "bound"), ("shape.floor", "bound")],
)  # fmt: skip
def test_a_sharper_statement_is_not_proved(name, part):
    item = blueprint.claim(name)
    check_claim(item, blueprint.theorems())
    steps = tuple(
        replace(one, relation=le(one.relation.lhs, sympy.Rational(99, 100) * one.relation.rhs))
        if one.name == part
        else one
        for one in item.steps
    )
    with pytest.raises(Gap):
        check_claim(replace(item, steps=steps), blueprint.theorems())


@pytest.mark.parametrize("process", ["b", "Ebar", "Etilde", "Psi", "M_abs", "Z"])
def test_what_was_known_when_is_needed(process):
    item = blueprint.claim("shape.feasible")
    left = tuple(one for one in item.processes if one.name != process)
    with pytest.raises(Gap):
        check_claim(replace(item, processes=left), blueprint.theorems())
