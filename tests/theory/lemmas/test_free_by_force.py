"""(i4) and its pieces on small runs, by enumeration of every history of the noise: no sampling error."""

import itertools
from typing import NamedTuple

import numpy as np
import pytest
import sympy

from theory import blueprint
from theory.kernel import Claim

CLAIM, MEASURED = blueprint.claim("free.feasible"), blueprint.claim("free.adaptive")
TAU, ALPHA, STEPS = 4.0, 0.05, 5


class Run(NamedTuple):
    """A quadratic with one weight a stage on the linear device, two-point noise in every stage."""

    hessian: np.ndarray
    lags: tuple[int, ...]
    noise: np.ndarray
    start: np.ndarray


RUNS = (
    Run(np.array([[1.0, 0.4], [0.4, 0.8]]), (1, 0), np.array([0.8, 0.6]), np.array([1.0, -1.5])),
    Run(np.array([[0.9, -0.5], [-0.5, 1.2]]), (2, 1), np.array([0.3, 1.1]), np.array([-2.0, 0.5])),
    Run(np.array([[1.0, 0.9], [0.9, 1.0]]), (3, 0), np.array([1.5, 0.2]), np.array([3.0, 3.0])),
)


def histories(run: Run) -> np.ndarray:
    """Return every history of the noise, all equally likely, of shape (histories, steps, stages)."""
    signs = list(itertools.product((-1.0, 1.0), repeat=len(run.lags)))
    return np.array(list(itertools.product(signs, repeat=STEPS))) * run.noise


class Path(NamedTuple):
    """Sequences of shape (histories, steps, stages): weights, noise, gradient, staleness, drift."""

    W: np.ndarray
    n: np.ndarray
    F: np.ndarray
    b: np.ndarray
    e: np.ndarray


def path(run: Run, alpha: float) -> Path:
    """Return what the device makes of the run."""
    n = histories(run)
    weights, parts = [np.broadcast_to(run.start, (len(n), 2))], []
    for k in range(STEPS):
        stale = np.stack([weights[max(k - d, 0)][:, m] for m, d in enumerate(run.lags)], axis=1)
        F, direction = weights[k] @ run.hessian, stale @ run.hessian + n[:, k]
        e = np.abs(direction) * weights[k] / TAU
        parts.append((weights[k], n[:, k], F, direction - F - n[:, k], e))
        weights.append(weights[k] - alpha * (direction + e))
    return Path(*(np.stack(of, axis=1) for of in zip(*parts, strict=True)))


def mean(one: np.ndarray, other: np.ndarray) -> float:
    """Return <one, other> in the space of random sequences."""
    return float((one * other).sum(axis=2).mean())


def constants(run: Run, of: Path, alpha: float) -> dict[str, float]:
    """Return what Theorem 4 assumes of the run."""
    S, lags = np.abs(run.hessian), np.array(run.lags)
    D = max(1, *run.lags)
    nu = float(np.linalg.norm(S @ (np.sqrt(lags) * run.noise)))
    return {
        "alpha": alpha, "gain": 1.0, "rho": float(np.abs(of.W).max()) / TAU, "theta1": 1 / TAU, "D": D,
        "sigma": float(np.linalg.norm(run.noise)), "nu": nu, "nuhat": nu, "Lambda1": np.linalg.norm(S * lags, 2),
        "ell": np.linalg.norm(S, 2), "F0": float(np.linalg.norm(run.start @ run.hessian)), "J": min(D, STEPS),
        "K": STEPS, "H2": 0.0, "HJ": 0.0, "Gamma": 0.0,
    }  # fmt: skip


def at(expression: sympy.Expr, known: dict[str, float]) -> float:
    """Return an expression at the values of its symbols."""
    return float(expression.subs({one: known[one.name] for one in expression.free_symbols}))


def nearness(run: Run, alpha: float, claim: Claim = CLAIM) -> tuple[float, float]:
    """Return both sides of (i4), its terms by the claim's own definitions."""
    of = path(run, alpha)
    v = of.F + of.b + of.e
    known = constants(run, of, alpha)
    known |= {"A": mean(of.F, of.F), "Y": mean(v, v) ** 0.5, "r": mean(of.F, of.F) ** 0.5}
    known["a"] = mean(of.F, v) / known["r"]
    known["R"] = (known["A"] + known["sigma"] ** 2) ** 0.5
    shares = (of.W / TAU) ** 2 @ run.noise**2 / known["sigma"] ** 2
    known["rbar2"] = float(shares.mean())
    assert known["rbar2"] < 0.9 * known["rho"] ** 2, "it says more than rho"
    known["T_s"] = (known["rho"] ** 2 * known["A"] + known["rbar2"] * known["sigma"] ** 2) ** 0.5
    names = "sqrt_D", "q", "phi0", "R_0", "k1", "k2", "eta", "e0", "e1", "e2"
    by_name = {item.symbol.name: item for item in claim.context if hasattr(item, "symbol") and hasattr(item, "of")}
    for name in names:
        value = at(by_name[name].of, known)
        known[name] = value**0.5 if name in ("sqrt_D", "R_0") else value
    said = claim.conclusion("i4")
    return at(said.lhs, known), at(said.rhs, known)


@pytest.mark.parametrize("run", RUNS)
@pytest.mark.parametrize("alpha", [ALPHA, ALPHA / 5])
def test_every_run_obeys_it(run, alpha):
    left, right = nearness(run, alpha)
    assert 0 < left < right
    same, measured = nearness(run, alpha, MEASURED)
    assert left == same < measured
    assert measured < right or alpha == ALPHA, "for small steps the measured distortion says more"


def window(run: Run, of: Path, alpha: float) -> np.ndarray:
    """Return b_n: the Hessian applied to the noise that the forward weights have not seen yet."""
    behind = np.zeros_like(of.n)
    for k, m in itertools.product(range(STEPS), range(2)):
        behind[:, k, m] = alpha * of.n[:, max(k - run.lags[m], 0) : k, m].sum(axis=1)
    return behind @ run.hessian


def frozen(run: Run, of: Path, back: int) -> np.ndarray:
    """Return u at the weights `back` steps ago: rho^2 times the direction there, and its drift."""
    W = np.stack([of.W[:, max(k - back, 0)] for k in range(STEPS)], axis=1)
    direction = W @ run.hessian + of.n
    return np.abs(direction) * W / TAU + (np.abs(of.W).max() / TAU) ** 2 * direction


@pytest.mark.parametrize("run", RUNS)
def test_the_frozen_point_does_not_see_the_noise_and_a_later_one_does(run):
    of = path(run, ALPHA)
    noise, D = window(run, of, ALPHA), max(1, *run.lags)
    size = mean(noise, noise) ** 0.5
    assert abs(mean(frozen(run, of, D), noise)) < 1e-14
    assert abs(mean(frozen(run, of, D - 1), noise)) > 1e-3 * size


@pytest.mark.parametrize("run", RUNS)
def test_what_replaces_the_cross_term_is_of_second_order(run):
    """What (i4) has beside its square falls a hundredfold with a tenth of the step; q_n of Theorem 1 tenfold."""
    of = {alpha: path(run, alpha) for alpha in (ALPHA, ALPHA / 10)}
    product = {alpha: mean(of[alpha].e, window(run, of[alpha], alpha)) for alpha in of}
    assert abs(product[ALPHA / 10]) < 0.02 * abs(product[ALPHA])
