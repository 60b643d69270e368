"""The three-way comparison: simulated <= worst case <= derived."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

import simulate
from simulate.engines.reference import Recursion
from theory.setting import algorithms, devices
from verify.witness.case import Case
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
class Row:
    """One case over one class of oracles. All values are of A/(L Delta).

    Args:
        case: lags, K, alpha.
        oracle: gradients or assumptions.
        simulated: what a function of the class attains when the simulator runs it.
        estimated: the worst case, with what the solver says and what is certified.
        derived: Theorem 1.
        staleness: largest norm(b_m) / (sum over j of S_mj norm(u_j)) along the run; <= 1 is inside the class.

    """

    case: Case
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

    def as_dict(self) -> dict[str, Any]:
        """Return the row as plain data."""
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


def compare(case: Case, oracle: Oracle) -> Row:
    """Return the three numbers for one case over one class of oracles.

    Raises:
        OutsideDomain: Theorem 1 says nothing about this step and these lags.

    """
    derived = case.derived()
    problem = worst_function(case, oracle)
    return Row(case, oracle, attained(problem), estimate(case, oracle), derived, staleness(problem))


def worst_function(case: Case, oracle: Oracle) -> Worst:
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
