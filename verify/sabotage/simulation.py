"""Wrong experiments: a simulator that does not run what the theorems speak of, or measures something else."""

import dataclasses
import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from typing import Any

import numpy as np

import simulate
from simulate import kernels
from simulate.engines.reference import Recursion
from simulate.observe import Observer
from simulate.problems.attaining import Attaining
from simulate.problems.base import FiniteData, Problem
from simulate.problems.blocks import Blocks
from simulate.problems.network import Network
from simulate.randomness import Samples
from simulate.results import RunResult
from simulate.run import LEFT_OUT
from theory.setting.algorithms import Algorithm
from theory.setting.devices.linear import AsymmetricLinear
from theory.setting.objectives import Facts, Weights
from verify import proof_lines
from verify.judging import assumptions, verdicts
from verify.judging.observations import Constants
from verify.sabotage.faults import Answer, Area, Detector, Fault, swapped
from verify.sabotage.panel import SETTINGS, observations, path
from verify.sweep.drawn import Setting

AREA: Area = "simulation"


def detectors() -> dict[str, Detector]:
    """Return the named checks: what is known, what happened on the way, what was measured, the verdicts."""
    return {
        "facts-recomputed": _facts,
        "gradient-of-the-value": _gradient,
        "replicas-differ": _differ,
        "lines-of-the-proof": _lines_hold,
        "measured-is-recorded": _measured,
        "backends-agree": _agree,
        "bounds-above-runs": _verdicts,
    }


def _lines_hold() -> Answer:
    """Evaluate the proof along every path, in its order; the first line that fails is named."""
    for name in SETTINGS:
        recorded = path(name)
        for module in proof_lines.MODULES:
            for line in module.lines(recorded):
                if not line.ok:
                    return str(line.claim)
    return True


def _facts() -> bool:
    """Recompute L, sigma2, Lambda1, Lambdah, nu, Ln from differences of the gradient, and the lags."""
    return all(_facts_of(name) for name in ("Analog-SGD-AP", "digital AP", "plus-minus"))


def _facts_of(name: str) -> bool:
    setting = SETTINGS[name]
    problem = setting.make_problem()
    start = np.concatenate(problem.initial_weights())
    size = len(start) // setting.stages

    def gradient(point: np.ndarray) -> np.ndarray:
        stages: Weights = [*np.split(point, setting.stages)]
        return np.concatenate(problem.gradient(stages))

    hessian = np.stack([gradient(start + unit) - gradient(start) for unit in np.eye(len(start))], axis=1)
    lags = np.repeat([setting.stages - stage for stage in range(1, setting.stages + 1)], size).astype(float)
    draws = problem.draw(np.random.default_rng(0), 4000, 1)[:, 0]
    variance = draws.var(axis=0)
    if not variance.any():
        return False
    expected = {
        "L": np.linalg.norm(hessian, 2),
        "sigma2": variance.sum(),
        "Lambda1": np.linalg.norm(hessian * lags, 2),
        "Lambdah": np.linalg.norm(hessian * np.sqrt(lags), 2),
        "nu": math.sqrt(np.sum(lags * variance * np.sum(hessian**2, axis=0))),
        "Ln": np.diag(hessian) @ variance / variance.sum(),
    }
    known = problem.facts(setting.lags).values
    # 4000 draws tell a variance to about five percent
    return all(math.isclose(known[key] or 0.0, value, rel_tol=0.08, abs_tol=1e-9) for key, value in expected.items())


def _gradient() -> bool:
    """Compare gradients with differences of the value, and the mean of sample gradients with the gradient."""
    rng = np.random.default_rng(1)
    for name in ("Analog-SGD-AP", "network AP", "attaining"):
        problem = SETTINGS[name].make_problem()
        point: Weights = [stage + 0.1 * rng.standard_normal(stage.shape) for stage in problem.initial_weights()]
        along = [rng.standard_normal(stage.shape) for stage in point]
        step = 1e-5
        ends = [problem.value([p + s * step * a for p, a in zip(point, along, strict=True)]) for s in (1.0, -1.0)]
        slope = sum(float(np.sum(g * a)) for g, a in zip(problem.gradient(point), along, strict=True))
        if not math.isclose((ends[0] - ends[1]) / (2 * step), slope, rel_tol=1e-4, abs_tol=1e-7):
            return False
        if not _unbiased(problem, point, rng):
            return False
    return True


def _unbiased(problem: Problem, point: Weights, rng: np.random.Generator) -> bool:
    draws = problem.draw(rng, 4000, 1)[:, 0]
    wide = [np.repeat(stage[None], len(draws), axis=0) for stage in point]
    samples = np.concatenate([part.reshape(len(draws), -1) for part in problem.direction(wide, wide, draws)], axis=1)
    moments = problem.moments(point)
    mean = np.concatenate([part.reshape(-1) for part in moments.gradient])
    variance = sum(float(np.sum(part)) for part in moments.variance)
    error = samples.std(axis=0) / math.sqrt(len(draws))
    near = np.abs(samples.mean(axis=0) - mean) <= 6 * error + 1e-12
    return bool(near.all()) and math.isclose(samples.var(axis=0).sum(), variance, rel_tol=0.15)


def _measured() -> bool:
    """Compare what a run reports with the same averages over its recorded steps."""
    for name in ("Analog-SGD-AP", "attaining", "network AP"):
        setting = dataclasses.replace(SETTINGS[name], iterations=60)
        runs = _run(setting, measure_every=1)
        recorded = proof_lines.record(setting, Constants({}, {}), 60, 4)
        squares = recorded.inner(recorded.gradient, recorded.gradient)
        reached = np.maximum(np.abs(recorded.weights), np.abs(recorded.after)).max(axis=(0, 2)) / setting.tau
        mean_square = ((recorded.weights / setting.tau) ** 2).max(axis=2).mean(axis=0)
        same = (
            np.allclose(runs.mean_squared_gradient, squares, rtol=1e-9),
            np.allclose(runs.max_saturation, reached, rtol=1e-9),
            np.allclose(runs.mean_square_saturation, mean_square, rtol=1e-9),
            math.isclose(runs.initial_gap, float(recorded.value[0, 0]) - runs.run.problem.lower_bound, rel_tol=1e-9),
        )
        if not all(same):
            return False
    return _peaks()


def _peaks() -> bool:
    """Check that norms and noise that are largest at W_0 are seen: the weights of this network shrink."""
    problem = Network(stages=2, width=3, samples=8, gain=3.0)
    described = simulate.Run(problem, "analog-sgd", 0.5, 12.0, 600, 2, 1, measure_every=300)
    runs = simulate.execute(described)
    start = problem.initial_weights()
    variance = sum(float(np.sum(stage)) for stage in problem.moments(start).variance)
    norms = [float(np.linalg.norm(stage, 2)) for stage in start]
    seen = runs.measured.get("w", [0.0, 0.0])
    largest = all(one >= (1 - 1e-12) * norm for one, norm in zip(seen, norms, strict=True))
    return largest and runs.measured["sigma2"] >= (1 - 1e-12) * variance


def _run(setting: Setting, **changes: Any) -> RunResult:  # noqa: ANN401
    return simulate.execute(
        setting.afresh(**({"measure_every": LEFT_OUT, "strata": LEFT_OUT, "replicas": 4} | changes))
    )


def _agree() -> bool:
    """Compare the pipeline machine, which knows no lags, with the recursion and the compiled kernels."""
    for name in ("Analog-SGD-AP", "digital AP", "network AP", "Analog-SGD-SP"):
        setting = dataclasses.replace(SETTINGS[name], iterations=40)
        found = [_run(setting, backend=backend, replicas=2) for backend in ("machine", "reference", "kernels")]
        if not all(np.allclose(found[0].final_value, other.final_value, rtol=1e-10) for other in found[1:]):
            return False
    return True


def _differ() -> bool:
    """Check that replicas, steps and seeds have samples of their own."""
    problem = SETTINGS["Analog-SGD-AP"].make_problem()
    one, other = (Samples(problem, seed, range(2)) for seed in (1, 2))
    series = [np.stack([samples.at(k)[r] for k in range(40)]) for samples, r in ((one, 0), (one, 1), (other, 0))]
    apart = all(not np.array_equal(series[0], another) for another in series[1:])
    return apart and not np.array_equal(series[0][:-1], series[0][1:])


def _verdicts() -> bool:
    for name in SETTINGS:
        observed = observations(name)
        if verdicts.confront(observed, 1e-3).word == "violated":
            return False
        if any(finding.status == "violated" for finding in assumptions.examine(observed)):
            return False
    floor = SETTINGS["attaining"].make_problem()
    observed = observations("attaining")
    assert isinstance(floor, Attaining)
    # the instance stands on its floor; its replicas tell two percent
    return abs(float(observed.squared_gradient.mean()) / floor.floor - 1) < 0.05


def _device(law: Callable[[Any, Any, Any], Any]) -> Callable[[], AbstractContextManager[None]]:
    return partial(swapped, AsymmetricLinear, "update", law)


def _facts_with(**factors: Callable[[float], float]) -> Callable[[], AbstractContextManager[None]]:
    true = Blocks.facts

    def wrong(self: Blocks, lags: Any, **options: Any) -> Facts:  # noqa: ANN401
        facts = true(self, lags, **options)
        values = {
            name: factors[name](v) if name in factors and v is not None else v for name, v in facts.values.items()
        }
        return Facts(values, facts.certified, facts.stage_data)

    return partial(swapped, Blocks, "facts", wrong)


def _facts_at(change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Callable[[], AbstractContextManager[None]]:
    true = Blocks.facts
    return partial(swapped, Blocks, "facts", lambda self, lags, **o: true(self, change(tuple(lags)), **o))


def _stale(change: Callable[[int], int]) -> Callable[[], AbstractContextManager[None]]:
    """Read forward weights of another age."""

    def stale(self: Recursion) -> list[np.ndarray]:
        return [
            past[max(0, min(len(past) - 1, len(past) - change(len(past))))] if past and change(len(past)) > 0 else now
            for past, now in zip(self._past, self.weights, strict=True)
        ]

    return partial(swapped, Recursion, "stale", property(stale))


def _lagging(change: Callable[[tuple[int, ...]], tuple[int, ...]]) -> Callable[[], AbstractContextManager[None]]:
    """Give the recursion other lags than the schedule's."""
    true = Recursion.__init__

    def init(self: Recursion, problem: Any, algorithm: Any, device: Any, alpha: Any, lags: Any, weights: Any) -> None:  # noqa: ANN401
        true(self, problem, algorithm, device, alpha, change(tuple(lags)), weights)

    return partial(swapped, Recursion, "__init__", init)


def _recursion_alpha(factor: float) -> Callable[[], AbstractContextManager[None]]:
    true = Recursion.__init__

    def init(self: Recursion, problem: Any, algorithm: Any, device: Any, alpha: Any, lags: Any, weights: Any) -> None:  # noqa: ANN401
        true(self, problem, algorithm, device, factor * alpha, lags, weights)

    return partial(swapped, Recursion, "__init__", init)


def _both_stale(self: Recursion, samples: Any) -> Any:  # noqa: ANN401
    """Read stale weights in the backward pass too: what a pipeline with stashing does."""
    stale = self.stale
    return self._problem.direction(stale, stale, samples[0])


def _swapped_roles(self: Recursion, samples: Any) -> Any:  # noqa: ANN401
    return self._problem.direction(self.weights, self.stale, samples[0])


def _summed(self: Recursion, samples: Any) -> Any:  # noqa: ANN401
    parts = [self._problem.direction(self.stale, self.weights, sample) for sample in samples]
    return [sum(stages[1:], stages[0]) for stages in zip(*parts, strict=True)]


def _first_only(self: Recursion, samples: Any) -> Any:  # noqa: ANN401
    return self._problem.direction(self.stale, self.weights, samples[0])


def _drawing(kind: Any, change: Callable[[Any], Any]) -> Callable[[], AbstractContextManager[None]]:  # noqa: ANN401
    true = kind.draw
    return partial(swapped, kind, "draw", lambda self, *a, **o: change(true(self, *a, **o)))


def _moments(kind: Any, **changes: Callable[[Any], Any]) -> Callable[[], AbstractContextManager[None]]:  # noqa: ANN401
    true = kind.moments

    def wrong(self: Any, weights: Any) -> Any:  # noqa: ANN401
        found = true(self, weights)
        return found._replace(**{name: change(getattr(found, name)) for name, change in changes.items()})

    return partial(swapped, kind, "moments", wrong)


def _reporting(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[], AbstractContextManager[None]]:
    """Change one measure of what every run returns."""
    true = simulate.execute

    def wrong(*arguments: Any, **options: Any) -> RunResult:  # noqa: ANN401
        runs = true(*arguments, **options)
        changed: dict[str, Any] = {name: change(getattr(runs, name))}
        return dataclasses.replace(runs, **changed)

    return partial(swapped, simulate, "execute", wrong)


def _certifying(change: Callable[[float], float]) -> Callable[[], AbstractContextManager[None]]:
    true = Blocks.certified_saturation

    def wrong(self: Blocks, *arguments: Any) -> float | None:  # noqa: ANN401
        rho = true(self, *arguments)
        return None if rho is None else change(rho)

    return partial(swapped, Blocks, "certified_saturation", wrong)


def _gap(change: Callable[[float], float]) -> Callable[[], AbstractContextManager[None]]:
    true = Problem.__dict__["initial_gap"]
    return partial(swapped, Problem, "initial_gap", property(lambda self: change(true.fget(self))))


def _each(change: Callable[[np.ndarray], np.ndarray]) -> Callable[[list[np.ndarray]], list[np.ndarray]]:
    return lambda stages: [change(stage) for stage in stages]


def _forgetful(self: Samples, _: int) -> np.ndarray:
    return self.block(0)[:, 0]


def _alike(self: Samples, step: int) -> np.ndarray:
    block = self.block(step // self.length)[:, step % self.length]
    return np.repeat(block[:1], len(block), axis=0)


def _ignoring_seed(self: Samples, replica: int, number: int) -> np.ndarray:
    from simulate.randomness import stream

    return self._problem.draw(stream("samples", 0, replica, number), self.length, self._batch)


def _kernel_tau(factor: float) -> Callable[[], AbstractContextManager[None]]:
    true = kernels.Element
    return partial(swapped, kernels, "Element", lambda name, tau, *others: true(name, factor * tau, *others))


def _kernel(name: str, place: int, change: Callable[[Any], Any]) -> Callable[[], AbstractContextManager[None]]:
    """Hand a kernel another array in one place of its arguments."""
    true = getattr(kernels, name)

    def wrong(*given: Any, **options: Any) -> Any:  # noqa: ANN401
        return true(*given[:place], change(given[place]), *given[place + 1 :], **options)

    return partial(swapped, kernels, name, wrong)


def _kernel_option(name: str, **changes: Callable[[Any], Any]) -> Callable[[], AbstractContextManager[None]]:
    """Change options of a kernel."""
    true = getattr(kernels, name)

    def wrong(*given: Any, **options: Any) -> Any:  # noqa: ANN401
        return true(*given, **{key: changes.get(key, lambda same: same)(value) for key, value in options.items()})

    return partial(swapped, kernels, name, wrong)


def _fresher(lags: Any) -> Any:  # noqa: ANN401
    return np.maximum(np.asarray(lags) - 1, 0)


def _first_again(samples: np.ndarray) -> np.ndarray:
    return np.repeat(samples[:, :1], samples.shape[1], axis=1)


def _kernel_start(factor: float) -> Callable[[], AbstractContextManager[None]]:
    true = kernels.start
    return partial(swapped, kernels, "start", lambda initial, *rest: true(factor * initial, *rest))


def faults() -> Iterator[Fault]:
    """Yield every fault of the simulator."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)


_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "device: drift away from zero": _device(lambda self, w, dw: w + dw + np.abs(dw) * w / self.tau),
    "device: no drift": _device(lambda _, w, dw: w + dw),
    "device: drift doubled": _device(lambda self, w, dw: w + dw - 2 * np.abs(dw) * w / self.tau),
    "device: drift without the modulus": _device(lambda self, w, dw: w + dw - dw * w / self.tau),
    "device: drift of the new weight": _device(lambda self, w, dw: w + dw - np.abs(dw) * (w + dw) / self.tau),
    "device: tau doubled": _device(lambda self, w, dw: w + dw - np.abs(dw) * w / (2 * self.tau)),
    "update: uphill": _device(lambda self, w, dw: w - dw - np.abs(dw) * w / self.tau),
    "update: step doubled": _recursion_alpha(2.0),
    "update: step one percent short": _recursion_alpha(0.99),
    "pipeline: backward weights stale too": partial(swapped, Recursion, "direction", _both_stale),
    "pipeline: forward and backward weights exchanged": partial(swapped, Recursion, "direction", _swapped_roles),
    "pipeline: forward weights fresh": _stale(lambda _: 0),
    "pipeline: forward weights one update too fresh": _stale(lambda lag: lag - 1),
    "pipeline: lags one too long": _lagging(lambda lags: tuple(lag + 1 for lag in lags)),
    "pipeline: lags of the stages in reverse": _lagging(lambda lags: lags[::-1]),
    "pipeline: every stage with the first stage's lag": _lagging(lambda lags: (lags[0],) * len(lags)),
    "algorithm: lags M - m + 1": partial(
        swapped,
        Algorithm,
        "lags",
        lambda self, stages, batch=1: tuple(range(stages, 0, -1)) if self.pipelined else (0,) * stages,  # noqa: ARG005
    ),
    "kernels: tau doubled": _kernel_tau(2.0),
    "kernels: forward weights of quadratics too fresh": _kernel("quadratic", 4, _fresher),
    "kernels: forward weights of networks too fresh": _kernel("network", 5, _fresher),
    "kernels: samples of quadratics reused": _kernel("quadratic", 1, _first_again),
    "kernels: samples of networks reused": _kernel("network", 1, _first_again),
    "kernels: backward weights of networks stale too": _kernel_option("network", stashed=lambda _: True),
    "kernels: steps of quadratics one percent short": _kernel_option("quadratic", alpha=lambda alpha: 0.99 * alpha),
    "kernels: another minimiser": _kernel("quadratic", 3, lambda minimiser: 1.01 * minimiser),
    "kernels: weights measured a step late": _kernel_option("network", times=lambda times: np.maximum(times - 1, 0)),
    "kernels: the plain oracle for the attaining one": _kernel_option("scalar", attaining=lambda _: False),
    "kernels: another start": _kernel_start(1.01),
    "batch: sum for the mean": partial(swapped, Recursion, "direction", _summed),
    "batch: first sample only": partial(swapped, Recursion, "direction", _first_only),
    "samples: the same at every step": partial(swapped, Samples, "at", _forgetful),
    "samples: the same for every replica": partial(swapped, Samples, "at", _alike),
    "samples: the seed ignored": partial(swapped, Samples, "_draw", _ignoring_seed),
    "noise: not centred": _drawing(Blocks, lambda draws: draws + 0.2),
    "noise: ten percent too large": _drawing(Blocks, lambda draws: 1.1 * draws),
    "noise: half missing": _drawing(Blocks, lambda draws: draws * (np.arange(draws.shape[-1]) % 2)),
    "noise: absent": _drawing(Blocks, lambda draws: 0 * draws),
    "network: first half of the samples only": _drawing(FiniteData, lambda draws: draws // 2),
    "gradient: five percent short": _moments(Blocks, gradient=_each(lambda stage: 0.95 * stage)),
    "gradient: last stage forgotten": _moments(Network, gradient=lambda stages: [*stages[:-1], 0 * stages[-1]]),
    "value: doubled": _moments(Blocks, value=lambda value: 2 * value),
    "variance: halved": _moments(Network, variance=_each(lambda stage: stage / 2)),
    "measuring: squared gradient ten percent short": _reporting("mean_squared_gradient", lambda found: 0.9 * found),
    "measuring: squared gradient of the first replica for all": _reporting(
        "mean_squared_gradient", lambda found: np.repeat(found[:1], len(found))
    ),
    "measuring: norm for its square": _reporting("mean_squared_gradient", np.sqrt),
    "measuring: saturation ten percent short": _reporting("max_saturation", lambda found: 0.9 * found),
    "measuring: norms and noise at W_0 forgotten": partial(
        swapped, Observer, "start", lambda self, weights: self.guard(0, weights)
    ),
    "measuring: norms never taken": partial(swapped, Observer, "norms", lambda *_: None),
    "measuring: mean-square saturation without the square": _reporting("mean_square_saturation", np.sqrt),
    "facts: L halved": _facts_with(L=lambda value: value / 2),
    "facts: sigma for sigma^2": _facts_with(sigma2=lambda value: 0.5 * math.sqrt(value)),
    "facts: Lambda1 halved": _facts_with(Lambda1=lambda value: value / 2),
    "facts: Lambda1 and Lambdah exchanged for nothing": _facts_with(Lambda1=lambda _: 0.0, Lambdah=lambda _: 0.0),
    "facts: nu without the noise": _facts_with(nu=lambda _: 0.0),
    "facts: Ln a tenth": _facts_with(Ln=lambda value: value / 10),
    "facts: Lambda with lags one short": _facts_at(lambda lags: tuple(max(lag - 1, 0) for lag in lags)),
    "facts: Lambda with the stages in reverse": _facts_at(lambda lags: lags[::-1]),
    "facts: saturation certified too low": _certifying(lambda rho: 0.5 * rho),
    "facts: initial gap a tenth": _gap(lambda gap: gap / 10),
}
"""What is planted, by what is wrong."""
