"""A network's constants twice: from norms that the saturation box certifies, and from norms that the run showed.

Certified: device.box keeps every |W_i| <= tau where |W_0,i| <= tau and no step asked for is longer than tau; then
shapes bound norm2(W^(m)). Measured: the largest norm2(W^(m)) of any replica. Both go through the same theorem
(network.*) and into the same bound; sigma2 and rho are those of the run in both.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from simulate.problems.network import Network
from simulate.trajectories import Trajectories
from theory.theorems import network
from verify import verdicts
from verify.observations import Constants, Observations, of_network


@dataclass(frozen=True)
class Side:
    """A network's constants from one source of its norms.

    Args:
        norms: certified or measured.
        w: bounds of norm2(W^(m)), in w; empty if there are none.
        values: L, Lambda1, Lambdah, in f/w^2; empty if there are none.
        check: the bound with them (form and basis of `verdicts.HEADLINE`), or why it cannot be applied.

    """

    norms: Literal["certified", "measured"]
    w: tuple[float, ...]
    values: Mapping[str, float]
    check: verdicts.Check


def sides(runs: Trajectories, observed: Observations, level: float) -> tuple[Side, ...]:
    """Return the certified and the measured side of a network's run; nothing for other problems."""
    problem = runs.run.problem
    if not isinstance(problem, Network):
        return ()
    box, refusal = _box(runs, problem)
    found = (("certified", box, refusal), ("measured", runs.measured.get("w", ()), "every replica diverged"))
    return tuple(_side(runs, observed, level, *one) for one in found)


def _box(runs: Trajectories, problem: Network) -> tuple[list[float], str]:
    """Return w_m from the saturation box, or none and why device.box does not apply."""
    run = runs.run
    if run.device != "ald" or math.isinf(run.tau):
        return [], f"no saturation box is proved for the device {run.device} with tau = {run.tau:g}"
    start = max(float(np.max(np.abs(stage))) for stage in problem.initial_weights())
    if start > run.tau:
        return [], f"W_0 lies outside the saturation box: {start:.6g} > tau = {run.tau:g}"
    w = problem.stage_norms(run.tau)
    bounds = network.bounds(problem.stage_data, w)
    longest = run.alpha * max(D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True))
    if longest > run.tau:
        return [], f"a step may leave the saturation box: alpha * D_m X_m = {longest:.6g} > tau = {run.tau:g}"
    return w, ""


def _side(
    runs: Trajectories,
    observed: Observations,
    level: float,
    norms: Literal["certified", "measured"],
    w: list[float],
    refusal: str,
) -> Side:
    if not w:
        return Side(norms, (), {}, verdicts.Check(verdicts.HEADLINE, "not applied", reason=refusal))
    values, known = of_network(runs, w), observed.constants
    certified = {**known.certified, **dict.fromkeys(values, norms == "certified")}
    seen = replace(observed, constants=Constants({**known.values, **values}, certified))
    checks = {check.claim: check for check in verdicts.confront(seen, level).checks}
    return Side(norms, tuple(w), values, checks[verdicts.HEADLINE])
