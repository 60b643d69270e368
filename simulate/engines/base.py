"""Who makes the steps: the recursion one replica at a time, the pipeline machine, or all replicas at once.

An engine advances a group of replicas block by block and shows an `Observer` every W_k. What it needs to continue is
in `state`.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, islice
from typing import Any

import numpy as np

from boundary import BadInput
from simulate.engines.machine import Machine
from simulate.engines.reference import Recursion
from simulate.observe import BlockPlan, Observer
from simulate.problems.base import Problem
from simulate.randomness import Samples
from simulate.run import Run
from theory.setting import algorithms
from theory.setting.algorithms import Algorithm
from theory.setting.devices import Device, bound
from theory.setting.devices.draws import ElementDraws
from theory.setting.objectives import Weights

State = dict[str, np.ndarray]


@dataclass(frozen=True)
class Task:
    """What an engine is asked to do: some replicas of a run.

    Args:
        run: the run, whose fields an engine reads where it needs them.
        replicas: numbers of the replicas of the group.
        threads: what compiled kernels may use; no number depends on it.

    """

    run: Run
    replicas: range
    threads: int = 1

    @property
    def problem(self) -> Problem:
        """Return what is trained."""
        return self.run.problem

    @cached_property
    def algorithm(self) -> Algorithm:
        """Return the algorithm by which it is trained."""
        return algorithms.named(self.run.algorithm)

    @cached_property
    def device(self) -> Device:
        """Return the device whose update each step makes."""
        return self.run.make_device()

    @cached_property
    def dtype(self) -> np.dtype[np.floating[Any]]:
        """Return the type of the weights."""
        return np.dtype(self.run.dtype)

    @property
    def lags(self) -> tuple[int, ...]:
        """Return the lag of every stage."""
        return self.run.lags

    @property
    def reach(self) -> tuple[int, ...]:
        """Return the lags as far as K steps can tell them apart: W_{k - d} with d >= K is W_0 at every step."""
        return tuple(min(lag, self.run.iterations) for lag in self.lags)

    @cached_property
    def places(self) -> tuple[tuple[int, ...], ...] | None:
        """Return the lags of every sample of a batch, as far as K steps tell them apart; None: all have `reach`."""
        found, most = self.run.lags_by_place(), self.run.iterations
        return None if found is None else tuple(tuple(min(lag, most) for lag in lags) for lags in found)

    @property
    def reach_by_place(self) -> tuple[int, ...]:
        """Return `reach`, or where the samples of a batch differ in it that of each, one after the other."""
        return self.reach if self.places is None else tuple(chain.from_iterable(self.places))

    @cached_property
    def _delays(self) -> tuple[float, ...]:
        """Return the lag of every stage, the mean over the samples of a batch."""
        places = self.run.lags_by_place() or (self.lags,)
        return tuple(sum(lags) / len(places) for lags in zip(*places, strict=True))

    def step_size(self, stage: int, step: int) -> float:
        """Return the step size of a stage, from 0, at a step: the k-th update of a stage has that of step k."""
        return self.algorithm.step_size(self.run.step_size(step), self._delays[stage], step, self.run.anneal)

    def acting(self, replicas: Sequence[int] | int) -> Callable[[int, int], Device]:
        """Return how the device acts, as a function of the stage and the number of its update.

        Args:
            replicas: numbers of the replicas, the first axis of a stage's weights; one number: there is no such axis.

        """
        device, shapes = self.device, self.problem.shapes
        if device.plain:
            return lambda _stage, _step: device
        edges = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes[:-1])]).tolist()
        tiles = list(zip(edges, shapes, strict=True))
        own = [None if device.elements is None else device.elements.part(first, shape) for first, shape in tiles]
        draws = [ElementDraws(self.run.seed, replicas, first, shape) for first, shape in tiles]

        def acting(stage: int, step: int) -> Device:
            uniforms = None if device.pulses is None else draws[stage].at(step)
            return bound(device, own[stage], uniforms)

        return acting

    @property
    def samples(self) -> Samples:
        """Return the group's samples."""
        return self.samples_from(np.random.Generator)

    def samples_from(self, made_of: Callable[[np.random.BitGenerator], np.random.Generator]) -> Samples:
        """Return the group's samples, drawn by generators of a kind whose numbers are NumPy's."""
        return Samples(self.problem, self.run.seed, self.replicas, self.run.batch, made_of)


class Engine(ABC):
    """One way to make the steps of a group of replicas."""

    @abstractmethod
    def __init__(self, task: Task) -> None:
        """Start at W_0."""

    @abstractmethod
    def advance(self, plan: BlockPlan, observer: Observer) -> None:
        """Make the steps of one block."""

    @abstractmethod
    def weights(self) -> Weights:
        """Return the weights after the last step, arrays of shape (replicas, ...)."""

    @abstractmethod
    def state(self) -> State:
        """Return what the next step depends on."""

    @abstractmethod
    def restore(self, state: State) -> None:
        """Continue from what `state` returned."""


class NumPyEngine(Engine):
    """The recursion on all replicas of the group at once; serves every problem, device and algorithm.

    An algorithm's own direction and update are those of the recursion; they see arrays with an axis of replicas first.
    """

    def __init__(self, task: Task) -> None:
        self._task, self._samples = task, task.samples
        start = [stage.astype(task.dtype) for stage in task.problem.initial_weights()]
        self._recursion = Recursion(
            task.problem,
            task.algorithm,
            task.device,
            task.run.alpha,
            task.reach,
            [self._spread(stage) for stage in start],
            task.acting(self._numbers()),
            task.places,
            task.step_size,
        )

    def _numbers(self) -> Sequence[int] | int:
        """Return the numbers of the replicas, as the first axis of the weights has them."""
        return self._task.replicas

    def _spread(self, stage: np.ndarray) -> np.ndarray:
        return np.repeat(stage[None], len(self._task.replicas), axis=0)

    def _take(self, samples: np.ndarray) -> list[np.ndarray]:
        """Return the B samples of one iteration from an array of shape (replicas, B, ...)."""
        return [
            samples[:, place].astype(_kind(samples, self._task.dtype), copy=False) for place in range(len(samples[0]))
        ]

    def advance(self, plan: BlockPlan, observer: Observer) -> None:
        """Make the steps of one block."""
        with np.errstate(over="ignore", invalid="ignore"):  # divergence is noted by the observer
            for place in range(plan.steps):
                observer.see(plan, place, self.weights())
                step = plan.first + place
                observer.look_behind(step, self.weights, self._stale, partial(self._samples.at, step))
                self._recursion.step(self._take(self._samples.at(step)))

    def _stale(self) -> Weights:
        """Return what the forward passes of the next step read, with an axis of replicas."""
        return self._recursion.stale

    def weights(self) -> Weights:
        """Return the weights after the last step."""
        return self._recursion.weights

    def state(self) -> State:
        """Return weights and past weights."""
        return self._recursion.state()

    def restore(self, state: State) -> None:
        """Continue from what `state` returned."""
        self._recursion.restore(state)


def _kind(samples: np.ndarray, dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype if np.issubdtype(samples.dtype, np.floating) else samples.dtype


class ReferenceEngine(NumPyEngine):
    """The recursion on one replica, whose arrays have the problem's own shapes."""

    def _numbers(self) -> int:
        return self._task.replicas[0]

    def _spread(self, stage: np.ndarray) -> np.ndarray:
        return stage

    def _take(self, samples: np.ndarray) -> list[np.ndarray]:
        return list(samples[0].astype(_kind(samples, self._task.dtype), copy=False))

    def weights(self) -> Weights:
        """Return the weights after the last step, with an axis of one replica."""
        return [stage[None] for stage in self._recursion.weights]

    def _stale(self) -> Weights:
        """Return what the forward pass of the next step reads, with an axis of one replica."""
        return [stage[None] for stage in self._recursion.stale]


class MachineEngine(Engine):
    """The pipeline, slot by slot; its lags are what the schedule makes of them."""

    def __init__(self, task: Task) -> None:
        schedule = task.run.pipeline()
        if task.lags != schedule.lags():
            raise BadInput("lags", task.lags, f"lags = {schedule.lags()} on the machine, or the backend reference")
        if task.dtype != np.float64:
            raise BadInput("dtype", task.dtype, "dtype = float64 on the machine")
        if not task.problem.local:
            asked = "a problem whose stages need no other stage's weights on the machine, or the backend reference"
            raise BadInput("problem", f"{task.problem.name} of {task.problem.stages} stages", asked)
        samples = task.samples
        machine = Machine(
            task.problem,
            task.algorithm,
            task.device,
            task.run.alpha,
            schedule,
            lambda k, b: samples.at(k)[0, b],
            task.acting(task.replicas[0]),
            task.step_size,
        )
        self.machine, self._iterations, self._samples = machine, task.run.iterations, samples
        self._versions: Iterator[Weights] = machine.trajectory(task.run.iterations)
        self._weights = next(self._versions)
        # Only what is measured of mean steps asks for these; the machine knows of no version but its own.
        kept = max(task.reach) if task.run.drift else 0
        self._past: deque[Weights] = deque([self._weights] * kept, maxlen=kept)
        self._lags = task.reach if task.run.drift else ()

    def advance(self, plan: BlockPlan, observer: Observer) -> None:
        """Run the pipeline until every stage has made the block's updates."""
        with np.errstate(over="ignore", invalid="ignore"):
            for place, after in enumerate(islice(self._versions, plan.steps)):
                observer.see(plan, place, self.weights())
                step = plan.first + place
                observer.look_behind(step, self.weights, self._stale, partial(self._samples.at, step))
                self._past.append(self._weights)
                self._weights = after

    def _stale(self) -> Weights:
        """Return W_{k - d_m}, stage by stage, with an axis of one replica."""
        return [(self._past[-lag] if lag else self._weights)[stage][None] for stage, lag in enumerate(self._lags)]

    def weights(self) -> Weights:
        """Return the weights after the last step, with an axis of one replica."""
        return [stage[None] for stage in self._weights]

    def state(self) -> State:
        """Return the last weights, and what is in the stages and queues of the pipeline."""
        last = {f"last.{stage}": now for stage, now in enumerate(self._weights)}
        versions = enumerate(self._past)
        past = {f"past.{back}.{stage}": one for back, version in versions for stage, one in enumerate(version)}
        return last | past | {f"machine.{name}": array for name, array in self.machine.state().items()}

    def restore(self, state: State) -> None:
        """Continue from what `state` returned."""
        stages = range(len(self._weights))
        self._weights = [state[f"last.{stage}"] for stage in stages]
        for back in range(len(self._past)):
            self._past.append([state[f"past.{back}.{stage}"] for stage in stages])
        mark = "machine."
        self.machine.restore({name.removeprefix(mark): a for name, a in state.items() if name.startswith(mark)})
        self._versions = self.machine.trajectory(self._iterations)
