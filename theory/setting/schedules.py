"""Pipeline schedules: who works when, and what follows from that alone.

A slot is the time of one forward or one backward pass of one micro-batch at one stage. Stages are numbered 1..M,
samples and slots from 0. Lags and densities are counted from the slots here, never assumed; the closed forms are
claims of `theory` (pipeline.lags, pipeline.density). Source: docs/theory.md#pipelines.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from boundary import BadInput, known

Pass = Literal["forward", "backward"]


@dataclass(frozen=True, order=True)
class PipelineTask:
    """One pass of one sample at one stage in one slot."""

    slot: int
    stage: int
    kind: Pass
    sample: int


def _count(name: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadInput(name, value, f"{name} is an integer >= 1", "the pipeline schedule")


@dataclass(frozen=True)
class Schedule(ABC):
    """A pipeline of `stages` stages whose micro-batches come in groups of `batch`, one update of a stage a group.

    `batch` is what a synchronous pipeline flushes at once, and over how many an accumulating one sums its gradients;
    the others have 1.
    """

    stages: int
    batch: int = 1
    name: ClassVar[str]
    passes_per_slot: ClassVar[int] = 1
    grouped: ClassVar[bool] = False
    """Whether `batch` may be other than 1."""
    forward_first: ClassVar[bool] = False
    """Whether a stage that makes both passes in a slot makes the forward pass first, with the slot's old weights."""
    buffered: ClassVar[bool] = False
    """Whether a micro-batch is passed at every stage by the weights that the first stage had as its group entered."""

    def __post_init__(self) -> None:
        _count("stages", self.stages)
        _count("batch", self.batch)

    @abstractmethod
    def forward_slot(self, stage: int, sample: int) -> int:
        """Return the slot in which `stage` makes the forward pass of `sample`."""

    @abstractmethod
    def backward_slot(self, stage: int, sample: int) -> int:
        """Return the slot in which `stage` makes the backward pass of `sample`."""

    def updates_after(self, sample: int) -> bool:
        """Return whether a stage updates its weights right after the backward pass of `sample`."""
        return (sample + 1) % self.batch == 0

    def tasks(self, samples: int) -> Iterator[PipelineTask]:
        """Yield every pass of `samples` samples, in order of slots."""
        _count("samples", samples)
        found = []
        for sample in range(samples):
            for stage in range(1, self.stages + 1):
                found.append(PipelineTask(self.forward_slot(stage, sample), stage, "forward", sample))
                found.append(PipelineTask(self.backward_slot(stage, sample), stage, "backward", sample))
        first: Pass = "forward" if self.forward_first else "backward"
        yield from sorted(found, key=lambda task: (task.slot, task.stage, task.kind != first, task.sample))

    def slots(self, samples: int) -> int:
        """Return the number of slots from the first pass to the last of `samples` samples."""
        return max(task.slot for task in self.tasks(samples)) + 1

    def density(self, samples: int) -> float:
        """Return the busy share of all stage-slots, in (0, 1]."""
        return 2 * samples / (self.passes_per_slot * self.slots(samples))

    def lags(self) -> tuple[int, ...]:
        """Count, for each stage, the updates between the forward and the backward pass of a group's first sample.

        No other sample of a group has more. The count is taken when the pipeline is full.
        """
        return tuple(self.lag(stage, self._late) for stage in range(1, self.stages + 1))

    def lags_by_place(self) -> tuple[tuple[int, ...], ...]:
        """Count the lags of every sample of a group, in their order, when the pipeline is full: shape (batch, M)."""
        stages = range(1, self.stages + 1)
        return tuple(tuple(self.lag(stage, self._late + place) for stage in stages) for place in range(self.batch))

    @property
    def _late(self) -> int:
        """Return the first sample of a group that meets a full pipeline."""
        return 2 * (self.stages + 1) * self.batch

    def lag(self, stage: int, sample: int) -> int:
        """Count the updates of `stage` between the forward and the backward pass of `sample`."""
        start, end = self.forward_slot(stage, sample), self.backward_slot(stage, sample)
        earlier = range(sample - sample % self.batch)

        def slot(other: int) -> int:
            return self.backward_slot(stage, other)

        # A stage takes samples in their order: those whose backward pass lies between stand side by side.
        seen = bisect_left if self.forward_first else bisect_right  # of the updates in the forward pass's own slot
        between = range(seen(earlier, start, key=slot), bisect_left(earlier, end, key=slot))
        return between.stop // self.batch - between.start // self.batch  # one update after the last of each group


@dataclass(frozen=True)
class Sequential(Schedule):
    """No pipeline: a sample passes all stages forward and backward before the next one enters."""

    name: ClassVar[str] = "sequential"

    def forward_slot(self, stage: int, sample: int) -> int:
        """Return 2 M sample + stage - 1."""
        return 2 * self.stages * sample + stage - 1

    def backward_slot(self, stage: int, sample: int) -> int:
        """Return 2 M sample + 2 M - stage."""
        return 2 * self.stages * sample + 2 * self.stages - stage


@dataclass(frozen=True)
class Synchronous(Schedule):
    """Fill-drain: `batch` micro-batches go forward one behind the other, then backward; weights change once."""

    name: ClassVar[str] = "synchronous"
    grouped: ClassVar[bool] = True

    @property
    def _round(self) -> int:
        return self.stages + self.batch - 1

    def forward_slot(self, stage: int, sample: int) -> int:
        """Return the slot of the forward pass: the round's start, then the place in the batch plus the stage."""
        group, place = divmod(sample, self.batch)
        return 2 * self._round * group + place + stage - 1

    def backward_slot(self, stage: int, sample: int) -> int:
        """Return the slot of the backward pass, after all forward passes of the round."""
        group, place = divmod(sample, self.batch)
        return 2 * self._round * group + self._round + place + self.stages - stage


@dataclass(frozen=True)
class Asynchronous(Schedule):
    """One forward, one backward (1F1B), without stashing: every stage alternates and updates at once."""

    name: ClassVar[str] = "asynchronous"

    def forward_slot(self, stage: int, sample: int) -> int:
        """Return 2 sample + stage - 1."""
        return 2 * sample + stage - 1

    def backward_slot(self, stage: int, sample: int) -> int:
        """Return 2 sample + 2 M - stage."""
        return 2 * sample + 2 * self.stages - stage


@dataclass(frozen=True)
class FullDuplex(Schedule):
    """Asynchronous, with stages that make a backward and a forward pass in every slot, in this order."""

    name: ClassVar[str] = "full-duplex"
    passes_per_slot: ClassVar[int] = 2

    def forward_slot(self, stage: int, sample: int) -> int:
        """Return sample + stage - 1."""
        return sample + stage - 1

    def backward_slot(self, stage: int, sample: int) -> int:
        """Return sample + 2 M - stage."""
        return sample + 2 * self.stages - stage


@dataclass(frozen=True)
class Accumulated(Asynchronous):
    """1F1B in which a stage sums its gradients and updates after every `batch` backward passes.

    The pipeline stays full. A stage's lag is (M - m)/batch rounded up for the first sample of a group, and less for
    those that enter after the update that the first one missed.
    """

    name: ClassVar[str] = "accumulated"
    grouped: ClassVar[bool] = True


@dataclass(frozen=True)
class VerticalSync(Accumulated):
    """Accumulated, every stage passing a group's samples by the version of weights that the first stage met it with.

    So all stages and samples have the lag of the first stage and sample, (M - 1)/batch rounded up, and a stage holds
    one version more than that. With batch >= M - 1 that is lag 1 and two buffers: PipeDream-2BW (arXiv 2006.09503).
    With batch = 1 it is PipeDream's vertical sync (arXiv 1806.03377).
    """

    name: ClassVar[str] = "vertical-sync"
    buffered: ClassVar[bool] = True

    def lag(self, stage: int, sample: int) -> int:  # noqa: ARG002 - the same at every stage
        """Count the updates of stage 1 between the two passes of the first sample of the group."""
        return super().lag(1, sample - sample % self.batch)


@dataclass(frozen=True)
class RegisteredDuplex(FullDuplex):
    """Full duplex, with passes of a slot that do not see each other: PipeMare's pipeline (arXiv 1910.05124).

    The forward pass of a slot reads the weights before the slot's update, so the lag is 2 (M - m) + 1, at the last
    stage, too. Gradients are summed over `batch` samples.
    """

    name: ClassVar[str] = "registered-duplex"
    grouped: ClassVar[bool] = True
    forward_first: ClassVar[bool] = True


_KINDS = (Sequential, Synchronous, Asynchronous, FullDuplex, Accumulated, VerticalSync, RegisteredDuplex)
REGISTRY: dict[str, type[Schedule]] = {kind.name: kind for kind in _KINDS}
"""Every schedule by the name the command line uses."""


def make(name: str, stages: int, batch: int = 1) -> Schedule:
    """Return the schedule `name`; `batch` other than 1 needs one whose samples come in groups."""
    kind = REGISTRY[known("--kind", name, REGISTRY)]
    if batch != 1 and not kind.grouped:
        raise BadInput("batch", batch, f"batch = 1 for the {name} schedule", "the pipeline schedule")
    return kind(stages, batch)


def collisions(schedule: Schedule, samples: int) -> list[tuple[PipelineTask, PipelineTask]]:
    """Return every pair of passes that one stage would have to make in one slot (none if the schedule is sound)."""
    busy: dict[tuple[int, int, str], PipelineTask] = {}
    clashes = []
    for task in schedule.tasks(samples):
        place = (task.stage, task.slot, task.kind if schedule.passes_per_slot == 2 else "")
        if place in busy:
            clashes.append((busy[place], task))
        busy[place] = task
    return clashes
