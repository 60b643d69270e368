"""The pipeline as a machine: M stages with queues, slot by slot, weights overwritten in place.

A stage knows its own weights, its two inboxes and what it has sent forward and not yet had back. It knows nothing of
lags or of other stages' weights: staleness is what happens. A stage that stashes keeps a copy of its weights with every
sample in flight and works on the copy; that is the only place where weights are copied.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from boundary import BadInput
from simulate.problems.base import Problem
from theory.setting.algorithms import Algorithm
from theory.setting.devices import Device
from theory.setting.objectives import Array, Weights
from theory.setting.schedules import Schedule


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
        stashes: whether a copy of the weights travels with every sample in flight.

    """

    def __init__(self, number: int, problem: Problem, weights: Array, *, stashes: bool) -> None:
        self.number, self.weights = number, weights
        self.forward_inbox: deque[Array] = deque()
        self.backward_inbox: deque[Array] = deque()
        self._problem, self._stashes = problem, stashes
        self._in_flight: deque[InFlight] = deque()
        self._gathered: Array | None = None
        self.updates = 0

    def forward(self) -> Array:
        """Pass the oldest waiting message on with the weights as they are now."""
        message, kept = self._problem.forward(self.number, self.weights, self.forward_inbox.popleft())
        self._in_flight.append(InFlight(kept, self.weights.copy() if self._stashes else None))
        return message

    def backward(self) -> Array:
        """Take the gradient of the oldest sample in flight and return the message to the stage before."""
        kept, stash = self._in_flight.popleft()
        used = self.weights if stash is None else stash
        gradient, message = self._problem.backward(self.number, used, self.backward_inbox.popleft(), kept)
        self._gathered = gradient if self._gathered is None else self._gathered + gradient
        return message

    def update(self, device: Device, alpha: float, batch: int) -> None:
        """Write the mean of the gathered gradients onto the tile."""
        assert self._gathered is not None, "an update follows a backward pass"
        mean = self._gathered if batch == 1 else self._gathered / batch
        self.weights[...] = device.update(self.weights, -alpha * mean)
        self._gathered, self.updates = None, self.updates + 1

    def state(self) -> dict[str, Array]:
        """Return the tile and everything that waits, in order, as arrays."""
        arrays = {"weights": self.weights.copy(), "updates": np.array(self.updates)}
        arrays |= _numbered("forward", self.forward_inbox) | _numbered("backward", self.backward_inbox)
        for place, (kept, stash) in enumerate(self._in_flight):
            arrays |= _numbered(f"flight.{place}.kept", _leaves(kept))
            arrays |= _numbered(f"flight.{place}.stash", () if stash is None else (stash,))
        return arrays | _numbered("gathered", () if self._gathered is None else (self._gathered,))

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
        self._gathered = next(iter(_listed("gathered", state)), None)

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
    """Runs a schedule and yields W_0, W_1, ..., W_K, W_k being every stage's weights after its k-th update.

    Args:
        problem: what the stages compute.
        algorithm: what is stashed; its schedule is the machine's unless another is given.
        device: what writes weights.
        alpha: step size.
        schedule: who works when.
        draw: the b-th sample of iteration k.
        acting: the device as it acts at a stage in its k-th update, acting(stage, k); None: the same everywhere.

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
    ) -> None:
        if algorithm.own:
            own = ", ".join(algorithm.own)
            raise BadInput(
                "algorithm", algorithm.name, f"no {own} of its own on the machine; the backend reference runs it"
            )
        self.stages = [
            Stage(number, problem, weights, stashes=algorithm.stashed)
            for number, weights in enumerate(problem.initial_weights())
        ]
        self._problem, self._alpha = problem, alpha
        self._acting = acting or (lambda _stage, _update: device)
        self._schedule, self._draw = schedule, draw
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
                    stage.update(self._acting(stage.number, stage.updates), self._alpha, self._schedule.batch)
                    self._versions[stage.number].append(stage.weights.copy())

    def state(self) -> dict[str, Array]:
        """Return all that the rest of the trajectory depends on, as arrays."""
        arrays = {"done": np.array(self._done), "slots": np.array(self.slots)}
        for stage, versions in zip(self.stages, self._versions, strict=True):
            name = f"stage.{stage.number}"
            arrays |= {f"{name}.own.{key}": array for key, array in stage.state().items()}
            arrays |= {f"{name}.waiting": np.array(stage.waiting)} | _numbered(f"{name}.version", versions)
        return arrays

    def restore(self, state: dict[str, Array]) -> None:
        """Continue from what `state` returned."""
        self._done, self.slots = int(state["done"]), int(state["slots"])
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
        message = stage.forward()
        if stage.number + 1 < len(self.stages):
            self.stages[stage.number + 1].forward_inbox.append(message)
        else:
            stage.backward_inbox.append(self._problem.turn(message, self._sample(sample)))

    def _pass_backward(self, stage: Stage) -> None:
        message = stage.backward()
        if stage.number > 0:
            self.stages[stage.number - 1].backward_inbox.append(message)
