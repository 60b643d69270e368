"""What is proved of a run beforehand, against what the run showed: a certificate that a run breaks is an alarm.

A broken certificate is not a bound that does not apply: either what was proved of the problem, the schedule or the
device is wrong, or the simulator runs something else. It is reported as a violation of its own, `certificate/NAME`,
and no bound that takes its constant is applied. Comparisons allow for the rounding of both sides and nothing else.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from simulate.problems import Problem
from simulate.results import RunResult
from simulate.run import Run
from theory.setting import algorithms
from theory.theorems import network
from verify.judging import joint
from verify.judging.rounding import Rounding, longest_sum, relative

BOX = "w"
"""What the saturation box certifies of a network: bounds of the norms of its stages."""


@dataclass(frozen=True)
class Certificate:
    """One inequality that was proved beforehand.

    Args:
        constant: what it is about: rho, sigma2, L, Delta (through f*), or `BOX`.
        what: the same in words.
        proved: the number that was proved.
        seen: the worst that any replica showed.
        slack: what the rounding of the comparison may amount to.
        floor: whether `proved` is a lower end.

    """

    constant: str
    what: str
    proved: float
    seen: float
    slack: float
    floor: bool = False

    @property
    def broken(self) -> bool:
        """Return whether the run contradicts it."""
        return self.seen < self.proved - self.slack if self.floor else self.seen > self.proved + self.slack

    @property
    def reason(self) -> str:
        """Return the numbers, in one line."""
        side = "below" if self.floor else "above"
        return f"broken certificate: {self.what} observed {self.seen:.9g}, {side} the proved {self.proved:.9g}"

    def worse(self, other: "Certificate") -> "Certificate":
        """Return the certificate with what two looks at the same setting showed.

        What was proved of the weights that were met is another number for each look, which is held against its own.
        """
        if self.proved != other.proved:
            return max((self, other), key=lambda one: one.seen - one.proved - one.slack)
        pick = min if self.floor else max
        return replace(
            self,
            proved=pick(self.proved, other.proved),
            seen=pick(self.seen, other.seen),
            slack=max(self.slack, other.slack),
        )


def of(runs: RunResult, certified: Mapping[str, float], rounding: Rounding) -> tuple[Certificate, ...]:
    """Return the certificates of a run that what it showed can be held against.

    Args:
        runs: what was run; replicas that diverged are left out.
        certified: the constants that are proved, by name; sigma2 of one sample.
        rounding: of the run.

    """
    if not np.isfinite(runs.mean_squared_gradient).any():
        return ()
    found = [*_largest(runs, certified), *_values(runs, certified, rounding), *_norms(runs)]
    return tuple(found)


def _largest(runs: RunResult, certified: Mapping[str, float]) -> Iterator[Certificate]:
    unit = float(np.finfo(runs.run.dtype).eps) / 2
    if "sigma2" in certified:
        terms = longest_sum(runs.run) + int(getattr(runs.run.problem, "samples", 1))
        sigma2 = certified["sigma2"]
        seen = float(np.nanmax(runs.max_variance))
        yield Certificate("sigma2", "noise variance sigma^2", sigma2, seen, relative(2 * terms, unit) * sigma2)


def on_range(runs: RunResult) -> tuple[Certificate, ...]:
    """Return what the problem says of the noise on the weights that the runs met."""
    if not np.isfinite(runs.mean_squared_gradient).any():
        return ()
    terms = longest_sum(runs.run) + int(getattr(runs.run.problem, "rows", 1))
    found = joint.noise(runs.run, float(np.nanmax(runs.max_saturation)))
    if "sigma2" not in found:
        return ()
    proved = found["sigma2"] * runs.run.batch  # of one sample, as what was seen
    slack = relative(2 * terms, float(np.finfo(runs.run.dtype).eps) / 2) * proved
    what = "noise variance sigma^2 on the weights that were met"
    return (Certificate("sigma2", what, proved, float(np.nanmax(runs.max_variance)), slack),)


def _values(runs: RunResult, certified: Mapping[str, float], rounding: Rounding) -> Iterator[Certificate]:
    """Return f >= f*, and norm(grad f)^2 <= 2 L (f - f*), which smooth and lower imply, in every bin of the curve."""
    lowest = runs.run.problem.lower_bound
    error = rounding.value
    if not math.isfinite(error):  # nothing is known of it, so nothing can be compared
        return
    if "Delta" in certified:
        yield Certificate("Delta", "f", lowest, float(np.nanmin(runs.least_value)), error, floor=True)
    if "L" in certified and "Delta" in certified:
        sound = np.isfinite(runs.mean_squared_gradient)
        squares, gap = runs.curve.squared_gradient[:, sound], runs.curve.loss[:, sound] - lowest
        least = np.maximum(np.sqrt(squares) - rounding.gradient, 0) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(least > 0, least / (2 * (np.maximum(gap, 0) + error)), 0)
        what = "norm(grad f)^2/(2 (f - f*))"
        L = certified["L"]
        yield Certificate("L", what, L, float(np.nanmax(ratio)), 8 * float(np.finfo(np.float64).eps) * L)


def _norms(runs: RunResult) -> Iterator[Certificate]:
    problem = runs.run.problem
    if not problem.stage_data or "w" not in runs.measured:
        return
    proved, _ = box(runs.run, problem)
    unit = float(np.finfo(runs.run.dtype).eps) / 2
    for m, (most, seen) in enumerate(zip(proved, runs.measured["w"], strict=False), start=1):
        rows, columns = problem.shapes[m - 1]
        slack = relative(4 * (rows + columns + 8), unit) * most
        yield Certificate(BOX, f"norm2(W^({m}))", most, float(seen), slack)


def saturation(rho: float, seen: float) -> Certificate:
    """Return the certificate of a proved saturation; it is proved of float64 runs only, whose |W|/tau is rounded."""
    return Certificate("rho", "saturation", rho, seen, 2 * float(np.finfo(np.float64).eps) * rho)


def box(run: Run, problem: Problem) -> tuple[list[float], str]:
    """Return w_m from the saturation box, or none and why device.box does not apply.

    device.box keeps every |W_i| <= tau where |W_0,i| <= tau and C |D| <= tau for every step D asked for: the responses
    are q_plus(w) <= C (1 - w/tau) and q_minus(w) <= C (1 + w/tau), and C = 1 of the linear device. A device that no
    increment leads out of needs no such steps. Shapes then bound norm2(W^(m)). The bound on the steps covers stale
    forward weights and those of an earlier step, since all of them lie in the box, and the mean of a batch.
    """
    device, algorithm = run.make_device(), algorithms.named(run.algorithm)
    steepness = device.steepness()
    if math.isinf(run.tau) or (steepness is None and not device.confined):
        return [], f"no saturation box is proved for the device {device.name} with tau = {run.tau:g}"
    if algorithm.own:
        return [], f"no saturation box is proved for the steps of the algorithm {algorithm.name}"
    start = max(float(np.max(np.abs(stage))) for stage in problem.initial_weights())
    if start > run.tau:
        return [], f"W_0 lies outside the saturation box: {start:.6g} > tau = {run.tau:g}"
    w = problem.stage_norms(run.tau)
    if device.confined:
        return w, ""
    if problem.bounded_noise is False:
        return [], "no saturation box is proved where normal noise is added to a step"
    with np.errstate(over="ignore", invalid="ignore"):  # of a box so large that nothing follows from it
        bounds = network.bounds(problem.stage_data, w)
    longest = run.alpha * max(D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True))
    if not (steepness or 0.0) * longest <= run.tau:
        times = "" if steepness == 1 else f"C = {steepness:.6g} times "
        return [], (f"a step may leave the saturation box: {times}alpha * D_m X_m = {longest:.6g} > tau = {run.tau:g}")
    return w, ""
