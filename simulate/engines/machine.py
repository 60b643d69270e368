"""The pipeline as a machine: M stages with queues, slot by slot, weights overwritten in place.

A stage knows its own weights, its two inboxes and what it has sent forward and not yet had back. It knows nothing of
lags or of other stages' weights: staleness is what happens. A stage that stashes keeps a copy of its weights with every
sample in flight and works on the copy. In a buffered pipeline a message carries the number of updates that the first
stage had made when the message's group entered, and a stage passes it by the buffer that holds as many of its own.
Nowhere else are weights copied.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from boundary import BadInput
from simulate.answers import require_like
from simulate.problems.base import Problem
from theory.setting.algorithms import WEIGHTS, Algorithm
from theory.setting.devices import Device
from theory.setting.objectives import Array, Weights
from theory.setting.schedules import Schedule

_SERVED = ("step_size", "per_sample")
"""What an algorithm may have of its own on the machine."""


class InFlight(NamedTuple):
    """A sample between its forward and its backward pass at a stage."""

    kept: Any
    stash: Array | None


class Stage:
    """One stage of the machine.

    Args:
        number: from 0.
        problem: what is computed at a stage.
        weights: the tile; overwritten in place.
        algorithm: whether a copy of the weights travels with every sample in flight, and how gradients are written.
        buffers: how many versions of its weights it holds; 0: the tile alone.

    """

    def __init__(self, number: int, problem: Problem, weights: Array, algorithm: Algorithm, buffers: int) -> None:
        self.number, self.weights = number, weights
        self.forward_inbox: deque[Array] = deque()
        self.backward_inbox: deque[Array] = deque()
        self._problem, self._stashes, self._apart = problem, algorithm.stashed, algorithm.per_sample
        self._in_flight: deque[InFlight] = deque()
        self._gathered: list[Array] = []
        self.updates = 0
        self.asked_for: deque[int] = deque()
        self._buffers: deque[Array] = deque([weights.copy()], maxlen=buffers)

    def forward(self) -> Array:
        """Pass the oldest waiting message on with the weights as they are now, or with the version it asks for."""
        used = self._version(self.asked_for.popleft()) if self._buffers else self.weights
        message, kept = self._problem.forward(self.number, used, self.forward_inbox.popleft())
        self._in_flight.append(InFlight(kept, used.copy() if self._stashes else None))
        return message

    def _version(self, number: int) -> Array:
        """Return the weights after `number` updates, from the buffers."""
        back = self.updates - number
        assert 0 <= back < len(self._buffers), "a buffered pipeline never asks for a version that is gone"
        return self._buffers[-1 - back]

    def backward(self) -> Array:
        """Take the gradient of the oldest sample in flight and return the message to the stage before."""
        kept, stash = self._in_flight.popleft()
        used = self.weights if stash is None else stash
        gradient, message = self._problem.backward(self.number, used, self.backward_inbox.popleft(), kept)
        if self._gathered and not self._apart:
            self._gathered = [self._gathered[0] + gradient]
        else:
            self._gathered.append(gradient)
        return message

    def update(self, acting: Callable[[int, int], Device], alpha: float, batch: int) -> None:
        """Write the mean of the gathered gradients onto the tile, at once or one sample after the other."""
        assert self._gathered, "an update follows a backward pass"
        for place, gradient in enumerate(self._gathered):
            device = acting(self.number, self.updates * len(self._gathered) + place)
            require_like(gradient, self.weights, f"the direction at stage {self.number + 1}")
            mean = gradient if batch == 1 else gradient / batch
            after = device.update(self.weights, -alpha * mean)
            require_like(after, self.weights, f"{WEIGHTS} after an update")
            self.weights[...] = after
        self._gathered, self.updates = [], self.updates + 1
        if self._buffers:
            self._buffers.append(self.weights.copy())

    def state(self) -> dict[str, Array]:
        """Return the tile and everything that waits, in order, as arrays."""
        arrays = {"weights": self.weights.copy(), "updates": np.array(self.updates)}
        arrays |= _numbered("forward", self.forward_inbox) | _numbered("backward", self.backward_inbox)
        for place, (kept, stash) in enumerate(self._in_flight):
            arrays |= _numbered(f"flight.{place}.kept", _leaves(kept))
            arrays |= _numbered(f"flight.{place}.stash", () if stash is None else (stash,))
        arrays |= _numbered("buffer", self._buffers) | _numbered("asked", map(np.array, self.asked_for))
        return arrays | _numbered("gathered", self._gathered)

    def restore(self, state: dict[str, Array], waiting: int, pattern: object) -> None:
        """Continue from what `state` returned; `waiting` samples are in flight, kept in the form of `pattern`."""
        self.weights[...], self.updates = state["weights"], int(state["updates"])
        self.forward_inbox, self.backward_inbox = deque(_listed("forward", state)), deque(_listed("backward", state))
        self._in_flight = deque(
            InFlight(
                _formed(pattern, _listed(f"flight.{place}.kept", state)),
                next(iter(_listed(f"flight.{place}.stash", state)), None),
            )
            for place in range(waiting)
        )
        self._gathered = _listed("gathered", state)
        self._buffers.clear()
        self._buffers.extend(_listed("buffer", state))
        self.asked_for = deque(int(number) for number in _listed("asked", state))

    @property
    def waiting(self) -> int:
        """Return the samples in flight."""
        return len(self._in_flight)


def _numbered(name: str, arrays: Iterable[Array]) -> dict[str, Array]:
    return {f"{name}.{place}": array for place, array in enumerate(arrays)}


def _listed(name: str, state: dict[str, Array]) -> list[Array]:
    """Return the arrays that `_numbered` named, in order."""
    count = sum(key.startswith(f"{name}.") for key in state)
    return [state[f"{name}.{place}"] for place in range(count)]


def _leaves(kept: object) -> list[Array]:
    """Return the arrays in what a stage keeps: None, an array, or a named tuple of arrays."""
    if kept is None:
        return []
    return list(kept) if isinstance(kept, tuple) else [np.asarray(kept)]


def _formed(pattern: object, leaves: list[Array]) -> object:
    """Return the arrays in the form of `pattern`."""
    if pattern is None:
        return None
    return type(pattern)(*leaves) if isinstance(pattern, tuple) else leaves[0]


class Machine:
    """Runs a schedule and yields W_0, W_1, ..., W_K, W_k being every stage's weights after its k-th step.

    Args:
        problem: what the stages compute.
        algorithm: what is stashed; its schedule is the machine's unless another is given.
        device: what writes weights.
        alpha: step size.
        schedule: who works when.
        draw: the b-th sample of iteration k.
        acting: the device as it acts at a stage in its j-th update, acting(stage, j); None: the same everywhere. A
            step is one update, or one for each sample of a batch.
        step_size: of a stage at its k-th update, step_size(stage, k); None: alpha everywhere.

    """

    def __init__(
        self,
        problem: Problem,
        algorithm: Algorithm,
        device: Device,
        alpha: float,
        schedule: Schedule,
        draw: Callable[[int, int], Any],
        acting: Callable[[int, int], Device] | None = None,
        step_size: Callable[[int, int], float] | None = None,
    ) -> None:
        own = ", ".join(name for name in algorithm.own if name not in _SERVED)
        if own:
            raise BadInput(
                "algorithm", algorithm.name, f"no {own} of its own on the machine; the backend reference runs it"
            )
        buffers = max(schedule.lags()) + 1 if schedule.buffered else 0
        self.stages = [
            Stage(number, problem, weights, algorithm, buffers)
            for number, weights in enumerate(problem.initial_weights())
        ]
        self._problem, self._step_size = problem, step_size or (lambda _stage, _update: alpha)
        self._acting = acting or (lambda _stage, _update: device)
        self._schedule, self._draw, self._entered = schedule, draw, 0
        self.slots, self._done = 0, 0
        self._versions = [deque([stage.weights.copy()]) for stage in self.stages]

    def trajectory(self, iterations: int) -> Iterator[Weights]:
        """Yield W_0 ... W_K, or those that are left after `restore`; `slots` then tells how many slots have passed."""
        tasks = islice(self._schedule.tasks(iterations * self._schedule.batch), self._done, None)
        while True:
            while all(self._versions):
                yield [waiting.popleft() for waiting in self._versions]
            task = next(tasks, None)
            if task is None:
                return
            self._done, self.slots = self._done + 1, task.slot + 1
            stage = self.stages[task.stage - 1]
            if task.kind == "forward":
                self._pass_forward(stage, task.sample)
            else:
                self._pass_backward(stage)
                if self._schedule.updates_after(task.sample):
                    alpha = self._step_size(stage.number, stage.updates)
                    stage.update(self._acting, alpha, self._schedule.batch)
                    self._versions[stage.number].append(stage.weights.copy())

    def state(self) -> dict[str, Array]:
        """Return all that the rest of the trajectory depends on, as arrays."""
        arrays = {name: np.array(getattr(self, f"_{name}")) for name in ("done", "entered")}
        arrays["slots"] = np.array(self.slots)
        for stage, versions in zip(self.stages, self._versions, strict=True):
            name = f"stage.{stage.number}"
            arrays |= {f"{name}.own.{key}": array for key, array in stage.state().items()}
            arrays |= {f"{name}.waiting": np.array(stage.waiting)} | _numbered(f"{name}.version", versions)
        return arrays

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned."""
        self._done, self.slots, self._entered = (int(state[name]) for name in ("done", "slots", "entered"))
        message = self._problem.enter(self._sample(0), ())
        for stage in self.stages:
            name = f"stage.{stage.number}"
            # One forward pass tells in which form this problem's stages keep their arrays.
            message, pattern = self._problem.forward(stage.number, stage.weights, message)
            own = {key.removeprefix(f"{name}.own."): array for key, array in state.items() if f"{name}.own." in key}
            stage.restore(own, int(state[f"{name}.waiting"]), pattern)
            self._versions[stage.number] = deque(_listed(f"{name}.version", state))

    def _sample(self, sample: int) -> Any:  # noqa: ANN401
        return self._draw(*divmod(sample, self._schedule.batch))

    def _pass_forward(self, stage: Stage, sample: int) -> None:
        if stage.number == 0:
            stage.forward_inbox.append(self._problem.enter(self._sample(sample), ()))
            if sample % self._schedule.batch == 0:
                self._entered = stage.updates
            stage.asked_for.extend([self._entered] * self._schedule.buffered)
        asked_for = list(stage.asked_for)[:1]
        message = stage.forward()
        if stage.number + 1 < len(self.stages):
            self.stages[stage.number + 1].forward_inbox.append(message)
            self.stages[stage.number + 1].asked_for.extend(asked_for)
        else:
            stage.backward_inbox.append(self._problem.turn(message, self._sample(sample)))

    def _pass_backward(self, stage: Stage) -> None:
        message = stage.backward()
        if stage.number > 0:
            self.stages[stage.number - 1].backward_inbox.append(message)
