"""Faults of Theorem 1 by conditional means as runs are judged by it: what is left of a step, ends, refusals."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any

import numpy as np

import simulate
from simulate import problems
from theory.bounds import rest
from verify.judging import means, verdicts
from verify.judging.checks import Check
from verify.judging.observations import Observations, from_trajectories
from verify.sabotage.faults import Area, Detector, Fault, swapped

AREA: Area = "statistics"
_LEVEL = 1e-3
_RHO, _SIZES = 0.5, np.array([0.5, 1.0, 2.0])


def detectors() -> dict[str, Detector]:
    """Return the named checks: of what a step leaves, of what is taken of a run, and of whom nothing is said."""
    return {
        "rest-of-a-step": _rest,
        "conditional-means-of-a-run": _of_a_run,
        "conditional-means-with-rounding": _rounded,
        "conditional-means-refused": _refused,
    }


def _rest() -> bool:
    """Take directions that no noise turns, at weights rho tau: there the variance of a step is what is claimed."""
    noise = np.array([_SIZES, -_SIZES])
    step = (1 + _RHO) * (3.0 + noise)
    variance = float(np.sum(np.var(step, axis=0)))
    square = float(np.sum(_SIZES**2))
    sigma, T2 = math.sqrt(square), _RHO**2 * square
    found = rest.of(L=2.0, sigma=sigma, T2=T2, nu=sigma, rho=_RHO, alpha=0.25, gain=2.0)
    exact = (0.25 * 2.0 * variance, math.sqrt(variance))
    return all(one <= other <= one * (1 + 1e-12) for one, other in zip(exact, found, strict=True))


@cache
def _observed() -> Observations:
    problem = problems.make("quadratic", 2, size=1, noise="two-point", sigma=0.1)
    return from_trajectories(
        simulate.run(problem, "analog-sgd-ap", alpha=0.02, tau=6.0, iterations=60, replicas=24, seed=3)
    )


def _checks(observed: Observations) -> dict[str, Check]:
    (form,) = (form for form in verdicts.FORMS if form.name == "mean")
    evidence = verdicts.weigh(observed, _LEVEL)
    return {basis: verdicts._confront(form, basis, observed, evidence) for basis in form.bases()}


def _of_a_run() -> bool:
    """Check that a-priori nothing of the runs is taken, and that a-posteriori each end of what they show is."""
    seen = _observed()
    found = _checks(seen)
    other = dataclasses.replace(
        seen, last_gap=seen.last_gap / 2, saturation=seen.saturation / 2, square_saturation=seen.square_saturation / 4
    )
    known = {**seen.constants.values, "rho": 0.5}
    given = means.inputs(known, (0.01, 0.02, 0.04), (1.0, 2.0, 3.0), 0.0)
    ends = np.array([0.01, 0.02, 0.04, 0.02, 0.04])
    root = np.sqrt(known["sigma2"]) * (1 + np.sqrt(ends))
    return (
        found["a-priori"].bound == _checks(other)["a-priori"].bound
        and not found["a-priori"].condition
        and found["a-posteriori"].bound < found["a-priori"].bound
        and found["a-posteriori"].bound != _checks(other)["a-posteriori"].bound
        and np.allclose(given["T2"], known["sigma2"] * ends, rtol=1e-12)
        and np.allclose(given["c_w"], known["alpha"] / 2 * known["L"] * root**2, rtol=1e-12)
        and list(given["Delta"]) == [1.0, 2.0, 3.0, 2.0, 3.0]
        and np.allclose(given["nu"], 1.5 * known["nu"], rtol=1e-12)
    )


def _rounded() -> bool:
    """Check that what rounding moves counts in the mean, in its window and in what curvature meets."""
    known, off = {**_observed().constants.values, "rho": 0.5}, 0.01
    exact, moved = (means.inputs(known, (0.04,) * 3, (1.0,) * 3, one) for one in (0.0, off))
    nu, cost = (moved[name][-1] - exact[name][-1] for name in ("nu", "c_w"))
    root = 1.2 * math.sqrt(known["sigma2"])
    return (
        math.isclose(nu, off * (known["Lambdah"] + 1 / (1.5 * known["alpha"])), rel_tol=1e-9)
        and math.isclose(cost, known["alpha"] / 2 * known["L"] * ((root + off) ** 2 - root**2), rel_tol=1e-9)
        and bool(np.all(moved["nu"][:3] == exact["nu"][:3]))
    )


def _refused() -> bool:
    """Check that noise which depends on the weights is refused with lags and judged without, and so are the devices."""
    network = problems.make("network", 3, width=2, samples=8)
    words = []
    for algorithm in ("analog-sgd-ap", "analog-sgd"):
        runs = simulate.run(network, algorithm, alpha=1e-6, tau=6.0, iterations=10, replicas=4, seed=1)
        words.append(_checks(from_trajectories(runs))["a-posteriori"].reason)
    return words[0].startswith("noise that depends on the weights") and not words[1].startswith("noise")


_REST, _INPUTS = rest.of, means.inputs


def _of(**changed: float) -> Callable[[], AbstractContextManager[None]]:
    """Let what is left of a step be computed from other numbers than are given."""
    return partial(swapped, rest, "of", lambda **given: _REST(**{**given, **changed}))


def _scaled(**factors: float) -> Callable[[], AbstractContextManager[None]]:
    """Let what a run is judged by be other numbers."""

    def wrong(*arguments: Any) -> dict[str, Any]:  # noqa: ANN401
        return {name: value * factors.get(name, 1.0) for name, value in _INPUTS(*arguments).items()}

    return partial(swapped, means, "inputs", wrong)


def _half_curvature(**given: float) -> rest.Rest:
    found = _REST(**given)
    return rest.Rest(found.c_w / 2, found.nu)


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "conditional means: the sample's noise for the step's, in the curvature": _of(T2=0.0),
    "conditional means: the sample's noise for the step's, in the windows": _of(rho=0.0),
    "conditional means: the gain forgotten": _of(gain=1.0),
    "conditional means: half the curvature of the noise": partial(swapped, rest, "of", _half_curvature),
    "conditional means: T2 half as large": _scaled(T2=0.5),
    "conditional means: the fall of f twice": _scaled(Delta=2.0),
    "conditional means: no martingale staleness": _scaled(nu=0.0),
    "conditional means: the mean for both ends": partial(
        swapped, means, "inputs", lambda known, rbar2, fall, off: _INPUTS(known, rbar2[1:2] * 3, fall[1:2] * 3, off)
    ),
    "conditional means: floating point taken for exact": partial(
        swapped, means, "inputs", lambda known, rbar2, fall, _: _INPUTS(known, rbar2, fall, 0.0)
    ),
    "conditional means: a-priori with what runs measured": partial(
        swapped, verdicts, "_proved", lambda evidence, _: evidence
    ),
    "conditional means: noise of stale directions taken for that at W_k": partial(
        swapped, means, "refusal", lambda _: ""
    ),
    "conditional means: every network refused": partial(
        swapped, means, "refusal", lambda observed: "" if "chi2" in observed.constants.values else "noise"
    ),
}
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of conditional means."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
