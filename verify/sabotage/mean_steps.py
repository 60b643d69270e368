"""Faults of measured mean steps: what a look sums, at which weights, what is taken of it, and what it has a say in."""

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np

import simulate
from simulate import drift, problems
from simulate.problems.directions import flat
from theory.setting import devices
from theory.setting.objectives import Weights
from verify.judging import measured, verdicts
from verify.judging.checks import Check, CheckName, Verdict
from verify.judging.observations import Observations, from_trajectories
from verify.judging.verdicts import Confrontation
from verify.sabotage.faults import Area, Detector, Fault, swapped

AREA: Area = "statistics"
_LEVEL = 1e-3
_ALPHA, _TAU, _STEPS, _LAGS = 0.3, 3.0, 3, (1, 0)


def detectors() -> dict[str, Detector]:
    """Return the named checks: of a look, of sums over every path, of the ends that verdicts take, of their say."""
    return {
        "mean-step-by-every-path": _paths,
        "mean-step-of-a-run": _of_a_run,
        "measured-ends": _ends,
        "measured-is-no-prediction": _no_prediction,
    }


class _Path(NamedTuple):
    """Sums over the steps of a path: A, <F, h>, and of the steps of the device N(ebar)^2 and N(omega)^2; and looks."""

    A: float
    inner: float
    exact: tuple[float, ...]
    looks: tuple[float, ...]
    fall: float


def _along(path: tuple[int, ...]) -> _Path:
    problem, device = problems.Network(2, 2, samples=3), devices.make("ald", _TAU)
    measure = drift.Measure(problem, _TAU, _ALPHA, True, False, np.array([0, _STEPS]), 0)
    past: list[Weights] = [problem.initial_weights()]
    A, inner, exact, looks = 0.0, 0.0, np.zeros(2), np.zeros(4)
    for sample in path:
        now = past[-1]
        stale = [past[max(0, len(past) - 1 - lag)][m] for m, lag in enumerate(_LAGS)]
        each = [problem.direction(stale, now, np.array(one)) for one in range(problem.samples)]
        after = [[device.update(w, -_ALPHA * g) for w, g in zip(now, one, strict=True)] for one in each]
        steps = np.array([(flat(now) - flat(one)) / _ALPHA for one in after])
        g, gradient = np.array([flat(one) for one in each]), flat(problem.gradient(now))
        ebar = steps.mean(axis=0) - g.mean(axis=0)
        A, inner = A + float(gradient @ gradient), inner + float(gradient @ (steps.mean(axis=0) - gradient))
        exact += [ebar @ ebar, np.sum(np.var(steps, axis=0))]
        looks += measure.look(now, stale, np.array(sample))
        past.append(after[sample])
    fall = float(problem.value(past[0]) - problem.value(past[-1]))
    return _Path(A / _STEPS, inner / _STEPS, tuple(exact / _STEPS), tuple(looks / _STEPS), fall)


def _paths() -> bool:
    """Check A = c - <F, h> over all paths of a few samples, and the other averages against steps of the device."""
    found = [_along(path) for path in itertools.product(range(3), repeat=_STEPS)]
    kappa, fall = (float(np.mean(one)) for one in ([path.looks[3] for path in found], [path.fall for path in found]))
    A, inner = (float(np.mean(one)) for one in ([path.A for path in found], [path.inner for path in found]))
    exact, looks = (np.mean([getattr(path, name) for path in found], axis=0) for name in ("exact", "looks"))
    away = all(path.looks[2] >= path.inner**2 / path.A * (1 - 1e-9) for path in found)
    return (
        math.isclose(A, kappa + fall / (_ALPHA * _STEPS) - inner, rel_tol=1e-9)
        and np.allclose(looks[:2], exact, rtol=1e-9)
        and away
    )


@cache
def _runs() -> Observations:
    problem = problems.make("quadratic", 2, size=1, noise="two-point", sigma=0.1)
    run: dict[str, Any] = {"alpha": 0.02, "tau": 6.0, "iterations": 60, "replicas": 24, "seed": 3}
    return from_trajectories(simulate.run(problem, "analog-sgd-ap", **run, drift=60))


def _of_a_run() -> bool:
    """Check that engines look at the same steps, and at the weights that the passes read."""
    network = problems.Network(3, 2, samples=4)
    run: dict[str, Any] = {"alpha": 0.05, "tau": 4.0, "iterations": 12, "replicas": 2, "seed": 3, "drift": 12}
    found = [simulate.run(network, "analog-sgd-ap", **run, backend=name).drift for name in ("kernels", "reference")]
    if any(one is None for one in found):
        return False
    pairs = [[getattr(one, name) for one in found] for name in drift.NAMES]
    return all(np.allclose(one, other, rtol=1e-9, atol=1e-12) for one, other in pairs)


def _planted(**sizes: float) -> Observations:
    """Return replicas that scatter in nothing; A is just below what the path form makes of what they measured."""
    seen, count = _runs(), 2400
    steps = seen.mean_steps
    assert steps is not None, "the run looks at its mean step"
    sizes = {"drift": 0.1, "rest": 20.0, "distance": 0.1, "kappa": 0.2} | sizes
    names = ("saturation", "square_saturation", "last_gap")
    same: dict[str, Any] = {name: np.full(count, getattr(seen, name).mean()) for name in names}
    averages: dict[str, Any] = {name: np.full(count, size) for name, size in sizes.items()}
    return replace(seen, **same, squared_gradient=np.full(count, 1e-9), mean_steps=replace(steps, **averages))


def _checks(observed: Observations) -> dict[str, Check]:
    """Return the measured checks alone: the others, which take longer, are the same without them."""
    steps, whole = observed.mean_steps, verdicts.weigh(observed, _LEVEL)
    assert steps is not None, "the run looks at its mean step"
    names = (measured.PATH, measured.DRIFT)
    return {name: measured._check(name, observed, steps, _LEVEL, whole) for name in names}


def _ends() -> bool:
    """Check that each measured average decides at its end, and that one which is too small is an alarm."""
    seen = _runs()
    steps, planted = seen.mean_steps, _planted()
    if steps is None:
        return False
    sides = measured.sides(seen, steps, _LEVEL)
    words = []
    for form, names in (("path", ("distance", "kappa")), ("mean-drift", ("drift", "rest"))):
        high = replace(planted, squared_gradient=np.full(2400, 0.97 * _checks(planted)[form].bound))
        words.append(_checks(high)[form].verdict == "held")
        for name in names:
            less = {"drift": 0.1, "rest": 20.0, "distance": 0.1, "kappa": 0.2}[name] / 5
            wrong = replace(high, mean_steps=_planted(**{name: less}).mean_steps)
            words.append(_checks(wrong)[form].verdict == "violated")
    known, found = seen.constants.values, _checks(planted)["path"]
    fall = known["Delta"] - float(seen.last_gap.mean())
    c = 0.2 + fall / (known["alpha"] * known["K"])
    return (
        all(words)
        and all(side.low < side.mean < side.high for side in sides)
        and math.isclose(found.bound, ((math.sqrt(0.1) + math.sqrt(0.1 + 4 * c)) / 2) ** 2, rel_tol=1e-6)
    )


def _no_prediction() -> bool:
    """Check that what is measured counts in no verdict but by an alarm, and never for the family."""
    evidence = verdicts.weigh(_runs(), _LEVEL)
    words = []
    said: tuple[Verdict, ...] = ("held", "inconclusive", "violated")
    for verdict in said:
        check = Check(CheckName("path", "measured"), verdict, bound=1.0, observed=1.0, condition="measured")
        words.append(Confrontation(evidence, (check,)).word)
    return words == ["not applied", "not applied", "violated"] and not any(
        check.covered for check in _checks(_runs()).values()
    )


_OF, _LOOK, _SIDES = drift.MeanStep.of, drift.Measure.look, measured.sides


def _middle(*given: Any) -> measured.Sides:  # noqa: ANN401
    return measured.Sides(*(measured.Interval(*(side.mean,) * 3) for side in _SIDES(*given)))


def _half(name: str) -> Callable[[], AbstractContextManager[None]]:
    """Let half of a measured average be taken."""

    def wrong(*given: Any) -> measured.Sides:  # noqa: ANN401
        found = _SIDES(*given)
        return found._replace(**{name: measured.Interval(*(end / 2 for end in getattr(found, name)))})

    return partial(swapped, measured, "sides", wrong)


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "mean step: the drift with its sign wrong": partial(
        swapped, drift.MeanStep, "of", classmethod(lambda _, law, shares: _OF(law, -shares))
    ),
    "mean step: the mean's size for the mean of the size": partial(
        swapped, drift.MeanStep, "of", classmethod(lambda _, law, shares: _OF(law._replace(size=abs(law.mean)), shares))
    ),
    "mean step: current weights for stale ones": partial(
        swapped, drift.Measure, "look", lambda self, now, _, sample: _LOOK(self, now, now, sample)
    ),
    "mean step: kappa without the slope": partial(
        swapped, drift, "beyond_slope", lambda before, after, alpha, _: (after - before) / alpha
    ),
    "mean step: kappa without the values": partial(swapped, drift, "beyond_slope", lambda *given: given[-1]),
    "mean step: the mean for both ends": partial(swapped, measured, "sides", _middle),
    "mean step: half of the distance from the gradient": _half("distance"),
    "mean step: half of what f rises beyond its slope": _half("kappa"),
    "mean step: a measurement counts as a prediction": partial(swapped, Check, "counts", property(lambda _: True)),
}
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of measured mean steps."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
