"""What every algorithm is: its arrays, direction, update and schedule, and what of the theory changes for it.

W_{k+1} = U(W_k, -alpha g~_k), where g~_k is the direction: G(U, V; xi) passes a sample xi forward with weights U and
back with weights V. Source: docs/theory.md#algorithms.
"""

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from theory.setting import schedules
from theory.setting.devices import Device
from theory.setting.objectives import Array, Weights

Gradient = Callable[[Weights, Weights, Any], Weights]
"""G(U, V; xi), one array a stage, in f/w."""
Tile = dict[str, Array]
"""What a stage keeps from step to step, by name; `weights` is what its passes read."""
Number = TypeVar("Number")

WEIGHTS = "weights"
_OWN = ("start", "direction", "update", "step_size")


@dataclass(frozen=True)
class Algorithm(ABC):
    """One algorithm: one class, one file. Weights may carry a leading axis of replicas.

    The flags say what the direction of the published algorithms reads. An algorithm with another direction, update or
    further arrays states `direction`, `update` or `start` itself; then engines that are made for the published ones
    refuse it, and no theorem is applied to it.

    An algorithm's own settings are the fields of a frozen dataclass, as for a device.

    Every class says for itself whether the theorems speak of it: `covered` is never inherited.
    """

    name: ClassVar[str]
    """As on the command line."""
    title: ClassVar[str]
    """As in print."""
    schedule: ClassVar[str] = "sequential"
    """The pipeline that realises it."""
    analog: ClassVar[bool] = True
    """Whether the update is the device's; a digital one has tau = inf."""
    pipelined: ClassVar[bool] = False
    """Whether forward weights are older than backward weights."""
    stashed: ClassVar[bool] = False
    """Whether backward weights are as old as forward weights."""
    batched: ClassVar[bool] = False
    """Whether an iteration takes the mean of B samples; else it takes one."""
    per_sample: ClassVar[bool] = False
    """Whether each of the B samples is written by an update of its own, of 1/B of its direction, in their order."""
    annealed: ClassVar[bool] = False
    """Whether `step_size` depends on a number of steps, the run's `anneal`."""
    covered: ClassVar[bool] = False
    """Whether the theorems speak of it: its steps are those of docs/theory.md#algorithms."""
    uncovered: ClassVar[str] = ""
    """Why they do not, in words that go on after "no theorem speaks of the steps of the algorithm NAME"."""

    def __init_subclass__(cls, **more: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**more)
        if "covered" not in vars(cls):
            cls.covered = False

    @property
    def own(self) -> tuple[str, ...]:
        """Return which of its steps are not those of the published algorithms: methods of its own, `per_sample`."""
        changed = (name for name in _OWN if getattr(type(self), name) is not getattr(Algorithm, name))
        more = ("per_sample",) if self.per_sample else ()
        return tuple(dict.fromkeys((*changed, *(name for name in _OWN if name in vars(self)), *more)))

    # Its steps

    def start(self, weights: Array) -> Tile:
        """Return what a stage keeps at step 0, given its W_0."""
        return {WEIGHTS: weights}

    def direction(self, gradient: Gradient, now: Weights, stale: Weights, samples: Sequence[Any]) -> Weights:
        """Return g~_k.

        Args:
            gradient: G(U, V; xi).
            now: W_k.
            stale: W^_k, stage m being d_m updates old.
            samples: the samples of this iteration: one, or B of them.

        """
        forward = stale if self.pipelined else now
        backward = forward if self.stashed else now
        total = gradient(forward, backward, samples[0])
        if not self.batched:
            return total
        for sample in samples[1:]:
            total = [a + b for a, b in zip(total, gradient(forward, backward, sample), strict=True)]
        return [stage / len(samples) for stage in total]

    def update(self, tile: Tile, direction: Array, alpha: float, device: Device) -> Tile:
        """Return what a stage keeps after a step: W_{k+1} = U(W_k, -alpha g~_k)."""
        return {WEIGHTS: device.update(tile[WEIGHTS], -alpha * direction)}

    def step_size(self, alpha: float, delay: float, step: int, anneal: int | None) -> float:  # noqa: ARG002
        """Return the step size of a stage at a step.

        Args:
            alpha: the run's, in w^2/f.
            delay: the stage's lag, the mean over the samples of a batch.
            step: k.
            anneal: steps, of an algorithm that is `annealed`.

        """
        return alpha

    # Its pipeline

    def lags(self, stages: int, batch: int = 1) -> tuple[int, ...]:
        """Return the updates between forward and backward pass of each stage, counted from the schedule.

        Where the samples of a batch have lags of their own they are the largest: those of the first sample.
        """
        if not self.pipelined:
            return (0,) * stages
        return self.make_schedule(stages, batch).lags()

    def make_schedule(self, stages: int, batch: int = 1) -> schedules.Schedule:
        """Return the pipeline that realises the algorithm with `stages` stages."""
        return schedules.make(self.schedule, stages, batch if self.batched else 1)

    # What of the theory changes

    @property
    def vanishing(self) -> tuple[str, ...]:
        """Return the constants that are 0: no saturation if digital, no staleness if not pipelined."""
        return (() if self.analog else ("rho",)) + (() if self.pipelined else ("Lambda1", "Lambdah", "nu"))

    @property
    def replaced(self) -> Mapping[str, str]:
        """Return the constants in whose place others stand: stashed weights change through all weights, S_full."""
        return {"Lambda1": "Lambda1_full", "Lambdah": "Lambdah_full"} if self.stashed else {}

    def samples(self, batch: int) -> int:
        """Return how many samples an iteration takes the mean of: the noise variance is sigma^2 over this."""
        return batch if self.batched else 1
