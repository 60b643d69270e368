"""The six algorithms of docs/theory.md#algorithms as data: which direction, from which weights, on which device."""

from dataclasses import dataclass
from typing import Literal

from boundary import BadInput, known
from theory.setting import schedules

Direction = Literal["fresh", "mean", "asynchronous", "stashed"]
"""fresh: grad f(W_k; xi). mean: of B fresh gradients. asynchronous: G(W^_k, W_k; xi). stashed: grad f(W^_k; xi)."""


@dataclass(frozen=True)
class Algorithm:
    """One row of the table of algorithms.

    Args:
        name: as on the command line.
        title: as in print.
        direction: where the gradient is taken.
        analog: whether the update is the device's; a digital one has tau = inf.
        schedule: the pipeline that realises it.

    """

    name: str
    title: str
    direction: Direction
    analog: bool
    schedule: str

    @property
    def pipelined(self) -> bool:
        """Whether forward weights are older than backward weights."""
        return self.direction in ("asynchronous", "stashed")

    @property
    def batched(self) -> bool:
        """Whether an iteration takes the mean of several samples."""
        return self.direction == "mean"

    def lags(self, stages: int) -> tuple[int, ...]:
        """Return the updates between forward and backward pass of each stage, counted from the schedule."""
        if not self.pipelined:
            return (0,) * stages
        return schedules.make(self.schedule, stages).lags()

    def make_schedule(self, stages: int, batch: int = 1) -> schedules.Schedule:
        """Return the pipeline that realises the algorithm with `stages` stages."""
        return schedules.make(self.schedule, stages, batch if self.batched else 1)


REGISTRY: dict[str, Algorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        Algorithm("digital-sgd", "digital SGD", "fresh", analog=False, schedule="sequential"),
        Algorithm("analog-sgd", "analog SGD", "fresh", analog=True, schedule="sequential"),
        Algorithm("analog-sgd-sp", "Analog-SGD-SP", "mean", analog=True, schedule="synchronous"),
        Algorithm("analog-sgd-ap", "Analog-SGD-AP", "asynchronous", analog=True, schedule="asynchronous"),
        Algorithm("digital-ap", "digital AP", "asynchronous", analog=False, schedule="asynchronous"),
        Algorithm("stashed-ap", "stashed AP", "stashed", analog=False, schedule="asynchronous"),
    )
}
"""Every algorithm by the name the command line uses."""


def named(name: str) -> Algorithm:
    """Return the algorithm `name`; an unknown name raises `BadInput`."""
    return REGISTRY[known("--algorithm", name, REGISTRY)]


def checked_lags(lags: object, stages: int) -> tuple[int, ...]:
    """Return `lags` as one nonnegative integer a stage, or raise `BadInput`."""
    values = tuple(lags) if isinstance(lags, list | tuple) else ()
    whole = all(isinstance(lag, int) and not isinstance(lag, bool) and lag >= 0 for lag in values)
    if len(values) != stages or not whole:
        raise BadInput("lags", lags, f"{stages} integers >= 0, one a stage", "stale.martingale")
    return values
