"""The three-way comparison: simulated <= worst case <= derived."""

from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Literal

import numpy as np

import simulate
from simulate.engines.reference import Recursion
from simulate.results import versions
from theory.setting import algorithms, devices
from verify.witness import EXTRA
from verify.witness.case import WitnessCase
from verify.witness.estimation import Estimate, Oracle, estimate
from verify.witness.function import Worst

ALGORITHM = "digital-ap"
MARGIN = 1e-5
"""How much less smooth and less sensitive the rebuilt function is made than the class allows: a thousand times what the
solver's tolerance (1e-8) can violate, so that the function passes through its points and stays inside the class."""

NOISES = (1e-7, 1e-5, 1e-3)
"""Squared lengths below which a coordinate is the solver's noise, tried in turn: where a stage hardly moves in a worst
case, what is left of its motion can break the staleness assumption."""

ROUNDING = 1e-12
"""What the rounded norms of a few numbers can differ by, relatively."""

Verdict = Literal["held", "violated", "inconclusive"]


@dataclass(frozen=True)
class ThreeWay:
    """One case over one class of oracles. All values are of A/(L Delta).

    Args:
        case: lags, K, alpha.
        oracle: gradients or assumptions.
        simulated: what a function of the class attains when the simulator runs it.
        estimated: the worst case, with what the solver says and what is certified.
        derived: Theorem 1.
        staleness: largest norm(b_m) / (sum over j of S_mj norm(u_j)) along the run; <= 1 is inside the class.

    """

    case: WitnessCase
    oracle: Oracle
    simulated: float
    estimated: Estimate
    derived: float
    staleness: float

    @property
    def worst(self) -> float:
        """Return the certified upper end of the worst case."""
        return self.estimated.certificate.upper

    @property
    def verdict(self) -> Verdict:
        """Return whether the order holds; of a bound between `simulated` and `worst` nothing follows."""
        if self.staleness > 1 + ROUNDING or self.simulated <= self.derived < self.worst:
            return "inconclusive"
        return "held" if self.simulated <= self.worst <= self.derived else "violated"

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as plain data."""
        certificate = self.estimated.certificate
        return {
            "lags": list(self.case.lags),
            "iterations": self.case.iterations,
            "alpha": self.case.alpha,
            "oracle": self.oracle,
            "simulated": self.simulated,
            "pep": self.worst,
            "derived": self.derived,
            "pep / simulated": self.worst / self.simulated,
            "derived / pep": self.derived / self.worst,
            "derived / simulated": self.derived / self.simulated,
            "verdict": self.verdict,
            "solver": {
                "primal": self.estimated.primal,
                "dual": self.estimated.dual,
                "multipliers": certificate.constant,
                "excess": certificate.excess,
            },
            "staleness": self.staleness,
        }


@dataclass(frozen=True)
class WitnessResult:
    """All comparisons, and the seconds that they took."""

    rows: tuple[ThreeWay, ...]
    seconds: float

    @property
    def violated(self) -> int:
        """Return in how many the order is wrong."""
        return sum(row.verdict == "violated" for row in self.rows)

    def to_json(self) -> dict[str, Any]:
        """Return everything with the keys of the command line."""
        words = [row.verdict for row in self.rows]
        counted: tuple[Verdict, ...] = ("held", "violated", "inconclusive")
        return {
            "quantity": "(1/K) sum over k < K of norm(grad f(W_k))^2, in L Delta",
            "rows": [row.to_json() for row in self.rows],
            **{word: words.count(word) for word in counted},
            "seconds": self.seconds,
            "versions": {**versions(), **{name: version(name) for name in EXTRA}},
        }


def compare(case: WitnessCase, oracle: Oracle) -> ThreeWay:
    """Return the three numbers for one case over one class of oracles.

    Raises:
        OutsideDomain: Theorem 1 says nothing about this step and these lags.

    """
    derived = case.derived()
    problem = worst_function(case, oracle)
    return ThreeWay(case, oracle, attained(problem), estimate(case, oracle), derived, staleness(problem))


def worst_function(case: WitnessCase, oracle: Oracle) -> Worst:
    """Return a worst function, a little inside the class.

    With alpha (1 - m) in the place of alpha the solver's f is 1-smooth; (1 - m) f makes the same steps with alpha, and
    has L = 1 - m and (1 - m) S.
    """
    share = 1 - MARGIN
    model = estimate(replace(case, alpha=case.alpha * share), oracle).model
    for noise in NOISES:
        found = model.read(noise)
        scaled = replace(
            found, gradients=share * found.gradients, values=share * found.values, biases=share * found.biases
        )
        problem = Worst(stages=case.stages, case=case, oracle=oracle, solution=scaled)
        if staleness(problem) <= 1 + ROUNDING:
            break
    return problem


def attained(problem: Worst) -> float:
    """Return A/(L Delta) of a run of the simulator; measured at every step, so without statistics."""
    case = problem.case
    runs = simulate.run(
        problem,
        ALGORITHM,
        alpha=case.alpha,
        tau=np.inf,
        iterations=case.iterations,
        lags=case.lags,
        measure_every=1,
        backend="reference",
    )
    return float(runs.mean_squared_gradient[0]) / runs.initial_gap


def staleness(problem: Worst) -> float:
    """Return the largest share of the staleness that S allows, over stages and steps of the run."""
    case, row = problem.case, algorithms.named(ALGORITHM)
    run = Recursion(problem, row, devices.make("ald", np.inf), case.alpha, case.lags, problem.initial_weights())
    largest = 0.0
    for _ in range(case.iterations):
        moved = np.linalg.norm(np.subtract(run.weights, run.stale), axis=1)
        bias = np.linalg.norm(np.subtract(run.direction([None]), problem.gradient(run.weights)), axis=1)
        allowed = case.sensitivity @ moved
        if np.any(allowed > 0):
            largest = max(largest, float(np.max(bias[allowed > 0] / allowed[allowed > 0])))
        run.step([None])
    return largest
