"""Turns the sums of a finished run into `RunResult`."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from simulate.drift import Drift
from simulate.group import Group
from simulate.observe import NEVER, Observer, accuracies, curve_of
from simulate.problems.base import Problem
from simulate.ranges import Ranges
from simulate.results import Accuracy, Curve, Divergence, RunResult
from simulate.run import Run
from theory.setting import algorithms
from theory.setting.objectives import Weights


def collect(described: Run, groups: Sequence[Group], seconds: float, timed: int) -> RunResult:
    """Turn sums into averages and put the groups side by side."""
    observers, problem, iterations = [group.observer for group in groups], described.problem, described.iterations
    step, stage = _joined(observers, "diverged_step"), _joined(observers, "diverged_stage")
    gone = step != NEVER

    def average(name: str) -> np.ndarray:
        return np.where(gone, np.nan, _joined(observers, name) / iterations)

    variances = _joined(observers, "stage_variances")[~gone] / iterations
    largest, least, weight, saturation = (
        np.where(gone, np.nan, _joined(observers, name))
        for name in ("largest_variance", "least_value", "largest_weight", "max_saturation")
    )
    value, variance = (
        np.concatenate(parts) for parts in zip(*(_last(group, problem) for group in groups), strict=True)
    )
    largest, least = np.maximum(largest, variance), np.minimum(least, value)
    if math.isfinite(described.tau):
        weight = np.maximum(weight, saturation * described.tau)
    lags = described.lags
    stashed = algorithms.named(described.algorithm).stashed
    return RunResult(
        run=described,
        mean_squared_gradient=average("squared_gradient"),
        max_saturation=saturation,
        mean_square_saturation=average("squared_saturation"),
        weighted_square_saturation=average("weighted_saturation"),
        mean_variance=np.where(gone, np.nan, np.sum(_joined(observers, "stage_variances"), axis=1) / iterations),
        max_variance=largest,
        least_value=least,
        largest_weight=weight,
        stage_variances=np.mean(variances, axis=0) if len(variances) else np.full(problem.stages, np.nan),
        final_value=value,
        curve=_curve(observers, gone, iterations),
        initial_gap=_initial_gap(described),
        facts=problem.facts(lags, stashed=stashed),
        measured=_measured(observers, gone, saturation, largest),
        certified_saturation=_certified_saturation(described),
        accuracy=_accuracy(groups, gone),
        ranges=_ranges(observers, gone) if described.ranges else None,
        drift=_drift(observers, gone),
        diverged=tuple(
            Divergence(int(replica), int(step[replica]), int(stage[replica]) + 1) for replica in np.flatnonzero(gone)
        ),
        seconds=seconds,
        timed=timed,
    )


def _certified_saturation(described: Run) -> float | None:
    if math.isinf(described.tau):
        return 0.0
    if described.dtype != "float64" or algorithms.named(described.algorithm).own:
        return None  # the enclosure leaves room for float64's rounding only, and is of the published steps
    if not described.constant_step:
        return None  # the enclosure is of steps with one alpha
    return described.problem.certified_saturation(described.alpha, described.make_device(), described.lags)


def _initial_gap(described: Run) -> float:
    """Return Delta = f(W_0) - f*, rounded up, of the weights a run starts from: W_0 rounded to its dtype."""
    problem = described.problem
    if described.dtype == "float64":
        return problem.initial_gap
    start: Weights = [stage.astype(described.dtype).astype(np.float64) for stage in problem.initial_weights()]
    return (problem.value(start) - problem.lower_bound) * (1 + 1e-12)


def _joined(observers: list[Observer], name: str, axis: int = 0) -> np.ndarray:
    return np.concatenate([getattr(observer, name) for observer in observers], axis=axis)


def _last(group: Group, problem: Problem) -> tuple[np.ndarray, np.ndarray]:
    """Return f(W_K) and sigma^2(W_K) of the replicas of a group, nan for one that diverged.

    A variance that overflows is left out as 0: no average reaches W_K, whose only use is to be among the extremes.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        found = problem.moments(group.engine.weights())
        variance = np.sum([np.sum(stage.reshape(len(stage), -1), axis=1) for stage in found.variance], axis=0)
    sound = group.observer.diverged_step == NEVER
    return np.where(sound, found.value, np.nan), np.where(sound, np.where(np.isfinite(variance), variance, 0), np.nan)


def _curve(observers: list[Observer], gone: np.ndarray, iterations: int) -> Curve:
    weight = _joined(observers, "curve_weight", axis=1)
    with np.errstate(invalid="ignore"):
        gradient, value = (
            np.where(gone, np.nan, _joined(observers, name, axis=1) / weight)
            for name in ("curve_gradient", "curve_value")
        )
    bins = len(weight)
    return Curve((np.arange(bins) + 0.5) * iterations / bins, gradient, value)


def _accuracy(groups: Sequence[Group], gone: np.ndarray) -> Accuracy | None:
    """Return the accuracy at W_K and along the run, nan for a replica that diverged; None: the problem has none."""
    parts = groups[0].observer.parts
    if not parts:
        return None
    final = {part: np.full(len(gone), np.nan) for part in parts}
    for group in groups:
        sound = np.flatnonzero(group.observer.diverged_step == NEVER)
        if sound.size:
            found = accuracies(group.observer.problem, [stage[sound] for stage in group.engine.weights()])
            for part in parts:
                final[part][group.replicas.start + sound] = found[part]
    observers = [group.observer for group in groups]
    weight = _joined(observers, "curve_weight", axis=1)
    with np.errstate(invalid="ignore"):
        curve = {part: _joined(observers, curve_of(part), axis=1) / weight for part in parts}
    return Accuracy(final, {part: np.where(gone, np.nan, share) for part, share in curve.items()})


def _ranges(observers: list[Observer], gone: np.ndarray) -> Ranges:
    """Return the ranges of all weights and the parts of the averages, nan for a replica that diverged."""
    low, high = (
        np.where(gone[:, None, None], np.nan, _joined(observers, name)) for name in ("range_low", "range_high")
    )
    parts = (
        np.where(gone[:, None], np.nan, _joined(observers, name) / observers[0].iterations)
        for name in ("range_variance", "range_shared", "range_folded")
    )
    return Ranges(observers[0].range_edges, low, high, *parts)


def _drift(observers: list[Observer], gone: np.ndarray) -> Drift | None:
    """Return what was measured of the mean step, nan for a replica that diverged; None: nothing was."""
    if observers[0].mean_step is None:
        return None
    means = np.where(gone[:, None], np.nan, _joined(observers, "drift_sums") / observers[0].iterations)
    return Drift(*means.T.copy())


def _measured(
    observers: list[Observer], gone: np.ndarray, saturation: np.ndarray, variance: np.ndarray
) -> dict[str, Any]:
    """Return what only the run can tell: largest saturation and variance, of matrices the largest norms."""
    if np.all(gone):
        return {"rho": math.nan, "sigma2": math.nan}
    found = {"rho": float(np.nanmax(saturation)), "sigma2": float(np.nanmax(variance))}
    norms = _joined(observers, "largest_norms")[~gone]
    return {**found, "w": np.max(norms, axis=0).tolist()} if np.any(norms) else found
