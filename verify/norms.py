"""A network's constants twice: from norms that the saturation box certifies, and from norms that the run showed.

Certified: device.box keeps every |W_i| <= tau where |W_0,i| <= tau and no step asked for is longer than tau; then
shapes bound norm2(W^(m)). Measured: the largest norm2(W^(m)) of any replica. Both go through the same theorem
(network.*) and into the same bound; sigma2 and rho are those of the run in both.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from simulate.problems.network import Network
from simulate.run import Run
from theory.theorems import network
from verify import verdicts
from verify.observations import Constants, Observations, of_network

NAMES = ("L", "Lambda1", "Lambdah")
"""The constants that follow from the norms."""


@dataclass(frozen=True)
class Side:
    """A network's constants from one source of its norms, and every bound with them.

    Neither side is an a-priori check: sigma2 and rho are those that the run showed.

    Args:
        norms: certified or measured.
        w: bounds of norm2(W^(m)), in w; empty if there are none.
        values: L, Lambda1, Lambdah, in f/w^2; empty if there are none.
        checks: the a-posteriori forms of `verdicts.FORMS`, or `verdicts.HEADLINE` alone and why none can be applied.

    """

    norms: Literal["certified", "measured"]
    w: tuple[float, ...]
    values: Mapping[str, float]
    checks: tuple[verdicts.Check, ...]

    @property
    def check(self) -> verdicts.Check:
        """Return the check that stands for all."""
        return next(check for check in self.checks if check.claim == verdicts.HEADLINE)


def sides(run: Run, observed: Observations, level: float) -> tuple[Side, ...]:
    """Return the certified and the measured side of a network's run; nothing for other problems."""
    problem = run.problem
    if not isinstance(problem, Network):
        return ()
    box, refusal = _box(run, problem)
    certified = of_network(run, problem.stage_data, box) if box else {}
    measured = {name: observed.constants.values[name] for name in NAMES if observed.stage_norms}
    return (
        _side("certified", box, certified, refusal, observed, level),
        _side("measured", observed.stage_norms, measured, "every replica diverged", observed, level),
    )


def _box(run: Run, problem: Network) -> tuple[list[float], str]:
    """Return w_m from the saturation box, or none and why device.box does not apply."""
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
    norms: Literal["certified", "measured"],
    w: Sequence[float],
    values: Mapping[str, float],
    refusal: str,
    observed: Observations,
    level: float,
) -> Side:
    if not w:
        return Side(norms, (), {}, (verdicts.Check(verdicts.HEADLINE, "not applied", reason=refusal),))
    known = observed.constants
    certified = {**known.certified, **dict.fromkeys(values, norms == "certified")}
    seen = replace(observed, constants=Constants({**known.values, **values}, certified))
    checks = (check for check in verdicts.confront(seen, level).checks if check.claim.endswith("/a-posteriori"))
    return Side(norms, tuple(w), values, tuple(checks))
