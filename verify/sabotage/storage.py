"""Faults of the bound with a certificate of each run's own, as quadratics are judged by it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache, partial

import numpy as np

from simulate import problems
from simulate.problems.quadratic import Quadratic
from simulate.run import Run
from theory.bounds import linear, linear_search
from theory.bounds.linear import LinearRun, Multipliers
from verify.judging import storage
from verify.sabotage.faults import Area, Detector, Fault, swapped

AREA: Area = "statistics"
_RHO, _STEPS = 0.5, 50


def detectors() -> dict[str, Detector]:
    """Return the named checks: of the numbers that are taken of a run, and of what a certificate is worth."""
    return {
        "linear-run": _run,
        "linear-certificate": _certificate,
        "linear-measured": _measured,
        "linear-coordinates": _coordinates,
        "linear-refused": _refused,
    }


@cache
def _problem() -> Quadratic:
    return Quadratic(2, size=2, noise="two-point", sigma=0.5, L=2.0)


def _of(batch: int = 1) -> storage.Linear | None:
    algorithm = "analog-sgd-sp" if batch > 1 else "analog-sgd-ap"
    return storage.of(Run(_problem(), algorithm, 0.1, 6.0, _STEPS, batch=batch))


def _run() -> bool:
    """Make the steps without noise and drift from the numbers, and compare them with the problem's directions."""
    found, of_batch = _of(), _of(4)
    if found is None or of_batch is None:
        return False
    numbers = found.at(_RHO)
    path = [numbers.start]
    for k in range(6):
        stale = [path[max(k - lag, 0)][i] for i, lag in enumerate(numbers.lags)]
        path.append(path[-1] - numbers.alpha * numbers.hessian @ (np.array(stale) - numbers.minimiser))
    run = Run(_problem(), "analog-sgd-ap", 0.1, 6.0, _STEPS)
    weights = [np.concatenate(_problem().initial_weights())]
    for k in range(6):
        old = [weights[max(k - (run.lags or ())[stage], 0)][_problem().block(stage)] for stage in range(2)]
        direction = np.concatenate(_problem().direction(old, old, np.zeros(4)), axis=-1)
        weights.append(weights[-1] - 0.1 * direction)
    variance = _problem().noise_scale ** 2
    return (
        np.allclose(path, weights, rtol=1e-12)
        and bool(np.all(numbers.variance >= variance))
        and np.allclose(numbers.variance, variance, rtol=1e-12)
        and np.allclose(of_batch.at(_RHO).variance, variance / 4, rtol=1e-12)
        and bool(np.all(numbers.saturation == _RHO))
    )


def _certificate() -> bool:
    """Check that what is applied is a certificate of this run and saturation, and covers directions that are off."""
    found = _of()
    if found is None:
        return False
    pair = storage._certificate(found.at(_RHO), _STEPS, None)
    if pair is None or linear.check(found.at(_RHO), pair):
        return False
    plain, rough = storage.bounds(found, _RHO, 0.0, None), storage.bounds(found, _RHO, 1e-2, None)
    if plain is None or rough is None:
        return False
    value = plain[1]
    return (
        value.value == value.moved == linear.evaluate(found.at(_RHO), pair, _STEPS).value
        and rough[1].moved > rough[1].value
    )


def _measured() -> bool:
    """Hold what the measured saturation makes of a certificate against saturations of each coordinate at random.

    The coordinate whose weight is the largest has all of it in the last of them.
    """
    found = _of()
    pair = None if found is None else storage._certificate(found.at(_RHO), _STEPS, None)
    if found is None or pair is None:
        return False
    run = found.at(_RHO)
    rng, worst = np.random.default_rng(1), np.eye(4)[np.argmax(np.diag(pair.P)[list(run.current)])]
    for share in (*rng.uniform(0, 1, (8, 4)), worst):
        met = replace(run, saturation=_RHO * share)
        T2 = float(np.sum(met.saturation**2 * run.variance)) * (1 + 1e-12)
        least = linear.certify(run, pair).bound(_STEPS, T2=T2).value
        if not least >= linear.evaluate(met, pair, _STEPS).value * (1 - 1e-12):
            return False
    return least < linear.evaluate(run, pair, _STEPS).value


def _coordinates() -> bool:
    """Push every coordinate up and then down by its largest noise; each must keep to what is proved of it."""
    problem = Quadratic(2, size=2, noise="two-point", sigma=0.5, noise_spread=9.0, L=2.0, diagonal=True)
    found = storage.of(Run(problem, "analog-sgd-ap", 0.1, 6.0, _STEPS))
    if found is None or found.certified is None:
        return False
    run = found.at(_RHO, certified=True)
    most = np.zeros(4)
    for sign in (1, -1):
        path = [run.start]
        for k in range(400):
            stale = [path[max(k - lag, 0)][i] for i, lag in enumerate(run.lags)]
            d = run.hessian @ (np.array(stale) - run.minimiser) + sign * problem.noise_scale * (1 if k < 200 else -1)
            path.append(path[-1] - run.alpha * (d + np.abs(d) * path[-1] / found.tau))
        most = np.maximum(most, np.abs(path).max(axis=0) / found.tau)
    proved = bool(np.all(run.saturation <= found.certified)) and len(set(run.saturation)) == 4
    return proved and bool(np.all(most <= run.saturation)) and bool(np.all(most > 0.8 * run.saturation))


def _refused() -> bool:
    """Check that directions which are not linear, and states that are too large, have no such bound."""
    bent = storage.of(Run(problems.make("cosine", 2), "analog-sgd-ap", 0.01, 6.0, _STEPS))
    wide = storage.of(Run(problems.make("quadratic", 8, size=5), "analog-sgd-ap", 0.01, 6.0, _STEPS))
    return bent is None and bool(storage.refusal(bent)) and bool(storage.refusal(wide)) and not storage.refusal(_of())


_AT, _FIND = storage.Linear.at, linear_search.find


def _with(change: Callable[[LinearRun], dict[str, object]]) -> Callable[[], AbstractContextManager[None]]:
    """Let the numbers of a run be others."""

    def wrong(self: storage.Linear, rho: float, *, certified: bool = False) -> LinearRun:
        true = _AT(self, rho, certified=certified)
        return LinearRun(**{**vars(true), **change(true)})

    return partial(swapped, storage.Linear, "at", wrong)


def _found(run: LinearRun, iterations: int, T2: float | None) -> Multipliers | None:
    return _FIND(replace(run, saturation=run.saturation / 2), iterations, T2)


_WEIGHED = linear.weighed


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "linear: lags one short": _with(lambda run: {"lags": tuple(max(lag - 1, 0) for lag in run.lags)}),
    "linear: the start at the minimiser": _with(lambda run: {"start": run.minimiser}),
    "linear: half the curvature": _with(lambda run: {"hessian": run.hessian / 2}),
    "linear: variance of half the noise": _with(lambda run: {"variance": run.variance / 4}),
    "linear: no saturation": _with(lambda run: {"saturation": 0 * run.saturation}),
    "linear: a certificate of a smaller saturation": partial(swapped, storage, "_certificate", _found),
    "linear: what is proved of a coordinate taken for half": _with(
        lambda run: {"saturation": np.where(run.saturation < run.saturation.max(), 0.5, 1) * run.saturation}
    ),
    "linear: floating point taken for exact": partial(
        swapped, storage, "bounds", lambda run, rho, _, T2, of=storage.bounds, **more: of(run, rho, 0.0, T2, **more)
    ),
    "linear: half of the measured saturation": partial(
        swapped, linear, "weighed", lambda weights, most, total: _WEIGHED(weights, most, total / 2)
    ),
    "linear: the measured saturation where it weighs least": partial(
        swapped, linear, "weighed", lambda weights, _, total: min(weights) * total
    ),
    "linear: every problem on blocks taken for linear": partial(swapped, storage, "_OWN", ()),
    "linear: states of any size": partial(swapped, linear, "LARGEST_STATE", 10**6),
}
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of linear directions."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
