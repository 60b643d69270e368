"""Faults of step-size schedules: steps of other sizes than the schedule's, and theorems applied where alpha falls."""

import math
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial

import numpy as np

import simulate
from simulate.decay import Decay, Stretch
from simulate.engines.base import Task
from simulate.group import Group
from simulate.problems import Problem, make
from simulate.randomness import block_length
from simulate.run import Run
from theory.setting import devices
from verify.judging import assumptions, observations, verdicts
from verify.sabotage.faults import Area, Detector, Fault, swapped

AREA: Area = "simulation"
_ALPHA, _TAU, _STEPS = 0.05, 6.0, 9
_HALVED_AT = (2, 5)


def detectors() -> dict[str, Detector]:
    """Return the named checks: the steps that are made, and what is said of them."""
    return {"falling-steps": _steps, "falling-steps-are-not-judged": _not_judged}


def _problems() -> tuple[Problem, Problem]:
    return make("quadratic", 2, size=2, noise="two-point"), make("network", 3, width=3, samples=6)


def _steps() -> bool:
    """Compare the engines with W_{k+1} = U(W_k, -alpha_k g~_k), alpha_k halved at `_HALVED_AT`."""
    steps = ",".join(map(str, _HALVED_AT))
    return all(
        np.allclose(_end(problem, backend, f"{steps}:0.5"), _literal(problem), rtol=1e-9)
        for problem in _problems()
        for backend in ("reference", "numpy", "machine", "kernels")
    )


def _end(problem: Problem, backend: str, decay: str) -> np.ndarray:
    run = Run(problem, "analog-sgd-ap", _ALPHA, _TAU, _STEPS, seed=3, backend=backend, decay=decay)
    group = Group(run, range(1), 1)
    group.advance(0, block_length(problem))
    return np.concatenate([stage[0].ravel() for stage in group.engine.weights()])


def _literal(problem: Problem) -> np.ndarray:
    device, path = devices.make("ald", _TAU), [problem.initial_weights()]
    samples = Task(Run(problem, "analog-sgd", _ALPHA, _TAU, _STEPS, seed=3), range(1)).samples
    for k in range(_STEPS):
        alpha = _ALPHA / 2 ** sum(k >= step for step in _HALVED_AT)
        stale = [path[max(k - problem.stages + m, 0)][m - 1] for m in range(1, problem.stages + 1)]
        direction = problem.direction(stale, path[k], samples.at(k)[0, 0])
        path.append([device.update(w, -alpha * g) for w, g in zip(path[k], direction, strict=True)])
    return np.concatenate([stage.ravel() for stage in path[-1]])


def _not_judged() -> bool:
    """Check that no form is applied where alpha falls, and that it is where alpha would fall after the last step."""
    falling, constant = (_observed(decay) for decay in ("20:0.5", "40:0.5"))
    checks = verdicts.confront(falling, 0.01).checks
    refused = all(one.verdict == "not applied" and one.reason.startswith("constant-step") for one in checks)
    bare = falling.constants.proved("rho") or "alpha" in falling.constants.values
    applied = verdicts.confront(constant, 0.01).word == "held" and constant.constants.proved("rho", "alpha")
    return refused and not bare and applied


def _observed(decay: str) -> observations.Observations:
    problem, _ = _problems()
    return observations.from_trajectories(
        simulate.run(problem, "analog-sgd-ap", alpha=0.02, tau=20.0, iterations=40, replicas=8, seed=1, decay=decay)
    )


def _sizes(wrong: Callable[[Decay, float, int], float]) -> Callable[[], AbstractContextManager[None]]:
    return partial(swapped, Decay, "step_size", wrong)


_SIZE, _OF_STAGE = Decay.step_size, Task.step_size

_PLANTS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "schedule: ignored": _sizes(lambda _, alpha, __: alpha),
    "schedule: a step late": _sizes(lambda self, alpha, step: _SIZE(self, alpha, max(step - 1, 0))),
    "schedule: a step early": _sizes(lambda self, alpha, step: _SIZE(self, alpha, step + 1)),
    "schedule: the factor once for all": _sizes(lambda self, alpha, step: max(_SIZE(self, alpha, step), alpha / 2)),
    "schedule: alpha multiplied where it is to fall": _sizes(lambda self, alpha, k: alpha**2 / _SIZE(self, alpha, k)),
    "schedule: stages as late as their updates": partial(
        swapped, Task, "step_size", lambda self, stage, step: _OF_STAGE(self, stage, step + 1 - stage % 2)
    ),
    "kernels: blocks not cut where alpha falls": partial(
        swapped, Run, "stretches", lambda self, first, steps: iter([Stretch(first, steps, self.step_size(first))])
    ),
    "kernels: a change of alpha forgotten in a block": partial(swapped, Decay, "following", lambda *_: math.inf),
    "refusal: a falling step taken for a constant one": partial(
        swapped, Run, "constant_step", property(lambda _: True)
    ),
    "refusal: every schedule taken for a falling step": partial(
        swapped, Run, "constant_step", property(lambda self: self.decay == "none")
    ),
    "refusal: no reason why alpha is not one number": partial(swapped, observations, "_falling", lambda _: ""),
    "assumptions: a constant step always certified": partial(
        swapped, assumptions, "_constant_step", lambda _: ("certified", "")
    ),
}
"""What is planted, by what is wrong."""


def faults() -> Iterator[Fault]:
    """Yield every fault of step-size schedules."""
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)
