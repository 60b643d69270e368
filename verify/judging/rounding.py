"""What floating point may have done to a run: a bound on its rounding, as part of the evidence.

A run in floating point is a run of the exact recursion whose directions are perturbed: a step that should have been
W_{k+1} = W_k - alpha d_k was W_k - alpha (d_k + r_k). The theorems need of the direction only that N(h) <= rho R + q Y
+ qn (claims master.*), where h is what it has beside the gradient and the noise; so perturbations of mean square at
most eps^2 add eps to qn, and the bound with nu + eps/((1 + rho) alpha) in the place of nu is proved for the run that
was made, whatever the perturbations depend on.

eps is bounded beforehand, from the sizes of what is rounded (u: unit roundoff of the weights' dtype, D: weights,
s: smallest subnormal number, w: largest weight of any replica, X = sqrt(D) w + norm(W*), g: mean size of a direction):

    the step        2 u sqrt(D) w + 8 u alpha g + 4 s sqrt(D)   roundings of W + dW, of |dW| W/tau and of their sum;
                                                                of another device (16 q + 4 q') for 8: of the response,
                                                                and of the weight over tau that it is taken at,
    the direction   gamma_n (sqrt(D) L X + g)                   sums of n terms, H and W* rounded to the dtype; L for
                                                                sqrt(D) L where the direction is a sample's,
    alpha           g times the relative rounding of alpha,

so eps = step/(alpha Fbar) + 2 direction + alpha; 2 covers 1 + gamma, since the drift follows the direction. The
gradients that are measured are off by the direction's share, and by the roundings of K sums.

sqrt(D) L bounds the norm of abs(H). A sample's direction is one of stages: sums off by gamma_n relatively are sums
with weights off by as much, which moves it by L gamma_n norm(W), whether L comes from the data (logistic) or from the
stages' sensitivities (networks).

Assumed:    a problem evaluates its direction as if its weights and data were off by gamma_n relatively (backward
            stable), which sums and products of stages are, and subtracts no constant from the weights but its
            `minimiser`; the weights' size in a digital run is taken where `RunResult.largest_weight` takes it.
Source:     N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., sections 2.2 and 3.1.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from boundary import json_number
from simulate.problems.base import FiniteData
from simulate.problems.sampling import Sampled
from simulate.results import RunResult
from simulate.run import Run
from verify.judging.response import LINEAR, DeviceResponse

SHARE = 0.01
"""A run tests a bound only where its rounding could move the bound by no more than this: what tightness is read to."""


@dataclass(frozen=True)
class Rounding:
    """Bounds on the rounding of a run.

    Args:
        direction: eps, root mean square of what it adds to a step's direction, in f/w.
        gradient: root mean square of the error of a measured gradient, in f/w.
        value: largest error of a measured f(W), in f.
        dtype: of the weights.

    """

    direction: float = 0.0
    gradient: float = 0.0
    value: float = 0.0
    dtype: str = "exact"

    def larger(self, other: "Rounding") -> "Rounding":
        """Return what holds for the replicas of both."""
        direction, gradient = max(self.direction, other.direction), max(self.gradient, other.gradient)
        return Rounding(direction, gradient, max(self.value, other.value), self.dtype)

    def lowered(self, mean: float) -> float:
        """Return a mean squared gradient at least this much is certain of, given the measured one."""
        return max(math.sqrt(mean) - self.gradient, 0.0) ** 2

    def raised(self, mean: float) -> float:
        """Return the largest mean squared gradient that may be behind a measured one."""
        return (math.sqrt(max(mean, 0.0)) + self.gradient) ** 2

    def to_json(self) -> dict[str, Any]:
        """Return the bounds as plain data."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Rounding":
        """Return the bounds that `to_json` described, also after a passage through JSON."""
        numbers = {name: json_number(data[name]) for name in ("direction", "gradient", "value")}
        return cls(**numbers, dtype=data["dtype"])


EXACT = Rounding()
"""Of numbers that did not come from floating point."""
UNKNOWN = Rounding(math.inf, math.inf, math.inf, "unknown")
"""Where nothing is known of it."""


def relative(operations: float, unit: float) -> float:
    """Return gamma_n = n u/(1 - n u): the relative error of n roundings in a row; inf where n u >= 1."""
    share = operations * unit
    return share / (1 - share) if share < 1 else math.inf


def longest_sum(run: Run) -> int:
    """Return n: the terms of the longest sum in a direction, over the rows of a sample too, and some roundings more."""
    shapes = run.problem.shapes
    terms = max(shape[-1] for shape in shapes) if len(shapes[0]) == 2 else sum(math.prod(shape) for shape in shapes)
    rows = run.problem.used if isinstance(run.problem, Sampled) else 1
    return terms + run.batch * rows + 16


def of(runs: RunResult, constants: Mapping[str, float], reached: DeviceResponse = LINEAR) -> Rounding:
    """Bound the rounding of a run.

    Args:
        runs: what was run.
        constants: L, and sigma2 of one step, as `verify.judging.observations.constants` finds them, and where the
            device is not the linear one its gain on the certified weights.
        reached: what its device makes of increments.

    Returns: `UNKNOWN` if L is not known or every replica diverged.

    """
    run, A = runs.run, runs.mean_squared_gradient
    if "L" not in constants or not np.isfinite(A).any():
        return UNKNOWN
    kind, smoothness = np.finfo(run.dtype), constants["L"]
    unit, subnormal = float(kind.eps) / 2, float(kind.smallest_subnormal)
    weights = sum(math.prod(shape) for shape in run.problem.shapes)
    size = math.sqrt(weights) * float(np.nanmax(runs.largest_weight))
    farthest = size + float(np.linalg.norm(getattr(run.problem, "minimiser", 0.0)))
    slope = math.sqrt(float(np.nanmean(A)))
    stale = 2 * smoothness * size if any(run.lags or ()) else 0.0
    along = slope + math.sqrt(constants.get("sigma2", 0.0)) + stale
    sums = relative(longest_sum(run), unit)
    spread = 1.0 if isinstance(run.problem, FiniteData) else math.sqrt(weights)
    gathered = sums * spread * smoothness * farthest
    scale = max(1.0, run.tau if math.isfinite(run.tau) else 1.0)  # networks count in multiples of tau
    lost = math.sqrt(weights) * 4 * subnormal * scale
    roundings, gain = (8.0, 1.0) if reached.linear else _of_law(runs, reached, constants)
    step = 2 * unit * size + roundings * unit * run.alpha * along + lost
    aside = gathered + sums * along + lost
    adding = relative(run.iterations + longest_sum(run), float(np.finfo(np.float64).eps) / 2)
    gradient = gathered + 2 * smoothness * unit * size + (sums + adding) * slope
    gradient += math.sqrt(weights * float(kind.tiny))  # squares that are too small to be held
    value = 2 * sums * spread * smoothness * farthest**2
    value += (sums + adding) * abs(runs.initial_gap + run.problem.lower_bound)
    direction = step / (run.alpha * gain) + 2 * aside + _of_alpha(run, kind.dtype) * along
    return Rounding(direction, gradient, value, run.dtype)


_CELLS = 256


def _of_law(runs: RunResult, reached: DeviceResponse, constants: Mapping[str, float]) -> tuple[float, float]:
    """Return how many units in the last place an increment's step may be off by the law's rounding, and the least Fbar.

    The responses' slope is twice the steepest of the cells into which the weights that were met are cut.
    """
    saturation = float(np.nanmax(runs.max_saturation))
    with np.errstate(all="ignore"):
        edges = np.linspace(-saturation, saturation, _CELLS + 1) * reached.device.tau
        responses = np.stack([reached.device.q_plus(edges), reached.device.q_minus(edges)])
        rises = 2 * np.max(np.abs(np.diff(responses, axis=1))) * _CELLS / 2  # 2 slope saturation
        roundings = float(16 * np.max(np.abs(responses)) + 4 * rises)
    met = reached.on(saturation)
    return roundings, min(math.inf if met is None else met.gain, constants.get("gain", math.inf))


def _of_alpha(run: Run, dtype: np.dtype[Any]) -> float:
    """Return the relative rounding of alpha, which is held in the weights' dtype, by networks in multiples of tau."""
    worst = 0.0
    for unit in (1.0, run.tau) if math.isfinite(run.tau) else (1.0,):
        with np.errstate(over="ignore", under="ignore"):
            held = float(np.asarray(run.alpha / unit).astype(dtype)) * unit
        worst = max(worst, abs(held - run.alpha) / run.alpha)
    return worst
