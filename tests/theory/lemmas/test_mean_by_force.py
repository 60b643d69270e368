"""Conditional means, the path form and stopped runs on whole trees of samples, in exact fractions.

One weight of a linear device, f = L w^2/2, samples L w_hat - noise of two values, forward weights one update old.
"""

from dataclasses import dataclass, replace
from fractions import Fraction as Q

import pytest
import sympy

from theory import blueprint


@dataclass(frozen=True)
class Case:
    """A run: step size, saturation level, start, noise sizes with their odds, steps, and where it is stopped."""

    alpha: Q
    tau: Q
    start: Q
    noise: tuple[tuple[Q, Q], ...]
    K: int
    stop: Q | None = None
    L: Q = Q(2)
    lag: int = 1


CASES = (
    Case(Q(1, 10), Q(2), Q(1), ((Q(1, 2), Q(1)), (Q(1, 2), Q(-1))), 5),
    Case(Q(1, 5), Q(3), Q(2), ((Q(1, 4), Q(3)), (Q(3, 4), Q(-1))), 5),
    Case(Q(1, 5), Q(3), Q(-2), ((Q(1, 4), Q(3)), (Q(3, 4), Q(-1))), 5, lag=2),
    Case(Q(1, 5), Q(3), Q(1), ((Q(1, 4), Q(3)), (Q(3, 4), Q(-1))), 5, stop=Q(3, 2)),
    Case(Q(3, 10), Q(4), Q(2), ((Q(1, 2), Q(2)), (Q(1, 2), Q(-2))), 6, stop=Q(2)),
)


def sums(case: Case) -> dict[str, Q]:
    """Return the averages that mean.feasible speaks of; `rho` is the largest saturation that is met before T."""
    found = dict.fromkeys(("A", "Y2", "Fv", "Fh", "h2", "ebar2", "b2", "n2", "T2", "cost", "kappa", "end"), Q(0))
    found["rho"], found["late"] = Q(0), Q(0)
    _walk(case, found, (case.start,), Q(1))
    return found


def _walk(case: Case, found: dict[str, Q], path: tuple[Q, ...], odds: Q) -> None:
    """Add what a history brings, its step if it is not stopped, and what follows."""
    k, w = len(path) - 1, path[-1]
    stopped = case.stop is not None and any(abs(at) > case.stop for at in path)
    if k == case.K or stopped:
        found["end"] += odds * case.L * w**2 / 2
        found["late"] += odds * (k < case.K)
        return
    share, F, stale = w / case.tau, case.L * w, case.L * path[max(k - case.lag, 0)]
    samples = [(part, stale + size) for part, size in case.noise]
    mu = sum(part * g for part, g in samples)
    made = [(part, g, g + abs(g) * share) for part, g in samples]
    v = sum(part * d for part, _, d in made)
    variance = sum(part * (g - mu) ** 2 for part, g in samples)
    rest = sum(part * (d - v) ** 2 for part, _, d in made)
    assert rest <= (1 + abs(share)) ** 2 * variance  # mean.variance, at every history
    ebar, b = v - mu, mu - F
    assert ebar**2 <= share**2 * (mu**2 + variance)  # mean.drift, at every history
    weight = odds / case.K
    for name, value in (
        ("A", F**2), ("Y2", v**2), ("Fv", F * v), ("Fh", F * (v - F)), ("h2", (v - F) ** 2), ("ebar2", ebar**2),
        ("b2", b**2), ("n2", rest), ("T2", share**2 * variance), ("cost", case.alpha / 2 * case.L * rest),
    ):  # fmt: skip
        found[name] += weight * value
    found["rho"] = max(found["rho"], abs(share))
    for part, _, d in made:
        after = w - case.alpha * d
        slope = case.L * (after**2 - w**2) / (2 * case.alpha) + F * d
        found["kappa"] += weight * part * slope
        _walk(case, found, (*path, after), odds * part)


def constants(case: Case, found: dict[str, Q]) -> dict[str, sympy.Expr]:
    """Return the numbers of mean.feasible: one stage, S = L."""
    step = sympy.Rational(str(case.alpha))
    L, n2 = sympy.Rational(str(case.L)), sympy.Rational(str(found["n2"]))
    rho, fall = sympy.Rational(str(found["rho"])), case.L * case.start**2 / 2 - found["end"]
    return {
        "p": sympy.Rational(str(fall / (case.alpha * case.K))),
        "c_w": sympy.Rational(str(found["cost"])),
        "x": step * L,
        "q": (1 + rho) * step * L * case.lag,
        "qn": (1 + rho) * step * L * sympy.sqrt(case.lag * n2),
        "rho": rho,
        "T2": sympy.Rational(str(found["T2"])),
        "A": sympy.Rational(str(found["A"])),
        "Y": sympy.sqrt(sympy.Rational(str(found["Y2"]))),
    }


@pytest.mark.parametrize("case", CASES)
def test_the_descent_is_an_equation_of_quadratics(case):
    """On f = L w^2/2 (ii) loses nothing: with a smaller c_w it fails in every case."""
    found, given = sums(case), constants(case, sums(case))
    right = given["p"] + given["c_w"] + given["x"] / 2 * given["Y"] ** 2
    assert sympy.simplify(right - sympy.Rational(str(found["Fv"]))) == 0
    assert found["cost"] > 0
    if case.stop is not None:
        assert 0 < found["late"] < 1  # some runs stop, some do not


@pytest.mark.parametrize("case", CASES)
def test_the_geometry_holds(case):
    found, given = sums(case), constants(case, sums(case))
    run = blueprint.claim("mean.feasible")
    names = {symbol.name: symbol for symbol in run.conclusion("i").rhs.free_symbols}
    T = sympy.sqrt(given["rho"] ** 2 * given["A"] + given["T2"])
    values = {names[name]: given[name] for name in ("Y", "q", "qn")} | {names["T_s"]: T}
    left = found["A"] + found["Y2"] - 2 * found["Fv"]
    assert left == found["h2"]
    assert float(left) <= float(run.conclusion("i").rhs.xreplace(values))
    drift = (float(T) + float(given["rho"]) * float(found["b2"]) ** 0.5) ** 2
    assert float(found["ebar2"]) <= drift * (1 + 1e-12)


@pytest.mark.parametrize("case", CASES)
def test_the_path_form_is_an_identity(case):
    found = sums(case)
    fall = (case.L * case.start**2 / 2 - found["end"]) / (case.alpha * case.K)
    c = fall + found["kappa"]
    assert found["A"] == c - found["Fh"]
    eta = float(found["h2"]) ** 0.5
    assert float(found["A"]) ** 0.5 <= (eta + (eta**2 + 4 * float(c)) ** 0.5) / 2 * (1 + 1e-12)
    assert found["A"] != c - found["Fh"] - found["kappa"]


@pytest.mark.parametrize("case", [case for case in CASES if case.stop is not None])
def test_the_whole_average_is_at_most_that_before_the_stop_and_the_rest(case):
    stopped, whole = sums(case), sums(replace(case, stop=None))
    largest = (case.L * case.tau) ** 2
    assert stopped["A"] < whole["A"] <= stopped["A"] + stopped["late"] * largest
