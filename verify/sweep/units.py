"""Step size and saturation level in units of the domain of the theorems: how a setting says where in it it stands.

    x           alpha L, below 1;
    share       of what the domain allows for q = (1 + s) alpha Lambda1: sqrt((1 - x)(1 - s^2));
    saturation  s, the level that |W|/tau is meant to come to: tau is the reach of the weights divided by it.

L and Lambda1 are known before anything is run: of a problem that states them, and of a network by theorem from norms
larger than those of its first weights. What a run then shows decides, not these.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from boundary import BadInput, real
from simulate.problems import Problem, kind_of
from simulate.run import Run
from theory.setting import algorithms
from theory.theorems import network
from verify.sweep.drawn import largest_weight, step_size, weight_range

UNITS: Final = ("x", "share", "saturation")
"""What may stand for `alpha` (the first, and with it the second) and for `tau` (the third)."""
_GROWN: Final = 2.5
"""Norms of a network's weights, as multiples of those of W_0, for which L and Lambda1 are taken."""
_REACHED: Final = 2.0
"""How far a network's weights are taken to go, as a multiple of the largest of W_0."""


def constants(problem: Problem, lags: Sequence[int], *, stashed: bool) -> dict[str, float | None]:
    """Return L and Lambda1 as far as they are known before a run; None where they are not."""
    facts = problem.facts(lags, stashed=stashed)
    if not facts.stage_data:
        return {name: facts.values.get(name) for name in ("L", "Lambda1")}
    norms = [_GROWN * float(np.linalg.norm(stage, 2)) for stage in problem.initial_weights()]
    found = network.constants(facts.stage_data, norms)
    return {"L": found.L, "Lambda1": found.Lambda1(lags, stashed=stashed)}


def reach(problem: Problem, alpha: float, lags: Sequence[int], batch: int = 1) -> float:
    """Return how far the weights are taken to go, in w: a network's by its start, others' by start, target and noise.

    It is a guess where no range is certified; a device is chosen by it, and nothing is concluded from it.
    """
    if problem.stage_data:
        return _REACHED * largest_weight(problem)
    sigma2 = problem.facts(lags).values.get("sigma2")
    if sigma2 is None:
        sigma2 = float(sum(np.sum(stage) for stage in problem.moments(problem.initial_weights()).variance))
    return weight_range(problem, alpha, lags, sigma2 / batch)


def check(where: str, given: Mapping[str, Any]) -> None:
    """Refuse what a family gives twice, and `share` without `x`.

    Args:
        where: the family, in words.
        given: its values and axes, by name.

    """
    for one, other in (("alpha", "x"), ("tau", "saturation")):
        if one in given and other in given:
            raise BadInput(f"{where}: {other}", other, f"given alone: {one} and {other} say the same")
    if "share" in given and "x" not in given:
        raise BadInput(f"{where}: share", "share", "given with x: the step size is the smaller of the two")


def resolved(options: Mapping[str, Any], run: Run) -> dict[str, float]:
    """Return alpha and tau where `options` has units for them.

    Args:
        options: of the setting, with `UNITS` among them.
        run: the same with any alpha and tau, on the linear device.

    Raises:
        BadInput: names the unit, and what it needs.

    """
    given = {name: _inside(name, options[name]) for name in UNITS if name in options}
    problem, row, found = run.problem, algorithms.named(run.algorithm), dict[str, float]()
    saturation = given.get("saturation", 0.0)
    for name, of in (("x", "alpha"), ("saturation", "tau")):
        if name in given and of in kind_of(problem.name, problem.settings).setting_fields():
            raise BadInput(name, given[name], f"{of} in its place, for which the problem {problem.name} is made")
    if saturation and not row.analog:
        raise BadInput("saturation", saturation, f"tau = inf for the digital algorithm {row.name}")
    if "share" in given and row.analog and not saturation:
        raise BadInput("share", given["share"], f"given with saturation, s in the domain, for {row.name}")
    if "x" in given:
        found["alpha"] = _alpha(given, run, saturation)
    if saturation:
        far = reach(problem, found.get("alpha", run.alpha), run.lags, run.batch)
        if not 0 < far < math.inf:
            raise BadInput("saturation", saturation, "tau in its place: nothing tells how far the weights go")
        found["tau"] = far / saturation
    return found


def _inside(name: str, given: object) -> float:
    value = real(name, given)
    if not (0 < value < 1 or (name == "share" and value == 1)):
        raise BadInput(name, given, f"0 < {name} {'<=' if name == 'share' else '<'} 1", "the domain of Theorem 1")
    return value


def _alpha(given: Mapping[str, float], run: Run, saturation: float) -> float:
    problem = run.problem
    known = constants(problem, run.lags, stashed=algorithms.named(run.algorithm).stashed)
    if "share" not in given:
        known["Lambda1"] = 0.0
    for name, value in known.items():
        if value is None or not math.isfinite(value) or (name == "L" and not value > 0):
            why = f" ({problem.unstaged})" if problem.unstaged else ""
            unit = "x" if name == "L" else "share"
            raise BadInput(unit, given[unit], f"alpha in its place: {name} of {problem.name} is not known{why}")
    return step_size(known, given["x"], given.get("share", 1.0), saturation)
