"""lags.csv: what the schedulers of others do, micro-batch by micro-batch, counted from the slots of our schedules.

No formula stands here. FTPipe's two schedulers are 1F1B with an update every `step_every` micro-batches; PipeDream
is 1F1B; PipeDream-2BW, whose lags are in batches, runs batches of as many micro-batches as there are stages, the least
that it allows. SpecTrain predicts over a horizon: the updates by other samples that a stage makes from a pass of a
sample on until the sample is back at the first stage.
"""

from collections.abc import Callable

import pytest

from tests.oracle.tables import rows
from theory.setting import schedules
from theory.setting.schedules import Schedule

TABLE = rows("lags.csv")
Counted = Callable[[Schedule, int], list[int]]


def lags(schedule: Schedule, stage: int) -> list[int]:
    """Return the lags of the samples of one group."""
    return [place[stage - 1] for place in schedule.lags_by_place()]


def horizon(kind: str) -> Counted:
    """Return what counts the updates of a stage from a pass of a sample to the slot that ends its way."""

    def counted(schedule: Schedule, stage: int) -> list[int]:
        sample = 4 * schedule.stages
        start = {"forward": schedule.forward_slot, "backward": schedule.backward_slot}[kind](stage, sample)
        end = schedule.backward_slot(1, sample)
        others = [other for other in range(2 * sample) if other != sample]
        return [sum(start < schedule.backward_slot(stage, other) <= end for other in others)]

    return counted


def made(kind: str, stages: int, every: int) -> Schedule:
    """Return the schedule `kind` that updates after `every` samples; "2bw": after as many as it has stages."""
    return schedules.make("vertical-sync", stages, stages) if kind == "2bw" else schedules.make(kind, stages, every)


OURS: dict[str, tuple[str, Counted]] = {
    "FTPipe FBScheduler (stale)": ("accumulated", lags),
    "FTPipe PipeDream1F1B": ("accumulated", lags),
    "PipeDream num_versions-1 (stashed)": ("asynchronous", lags),
    "SpecTrain forward prediction horizon": ("asynchronous", horizon("forward")),
    "SpecTrain backward prediction horizon": ("asynchronous", horizon("backward")),
    "PipeDream-2BW (stashed, one per batch)": ("2bw", lambda schedule, stage: sorted(set(lags(schedule, stage)))),
}
"""Which schedule of ours a scheduler is, and what of it the table has."""


def counted(row: dict[str, str]) -> list[int]:
    """Return what our schedule gives in the place of a row's numbers."""
    kind, count = OURS[row["schedule"]]
    return count(made(kind, int(row["stages"]), int(row["step_every"])), int(row["stage"]))


def stated(row: dict[str, str]) -> list[int]:
    """Return a row's numbers."""
    return [int(number) for number in row["lag_of_consecutive_microbatches"].split()]


def test_every_row_is_reproduced() -> None:
    assert len(TABLE) == 90 and {row["schedule"] for row in TABLE} == OURS.keys()
    for row in TABLE:
        assert counted(row) == stated(row), row


@pytest.mark.parametrize("scheduler", OURS)
def test_other_schedules_do_not_reproduce_them(scheduler: str) -> None:
    """Full-duplex stages, and another group size, are told apart by the rows of every scheduler."""
    mine = [row for row in TABLE if row["schedule"] == scheduler]
    count = OURS[scheduler][1]
    duplex = [
        count(schedules.RegisteredDuplex(int(row["stages"]), int(row["step_every"])), int(row["stage"])) for row in mine
    ]
    assert duplex != [stated(row) for row in mine]
    grouped = [count(schedules.Synchronous(int(row["stages"]), 2), int(row["stage"])) for row in mine]
    assert grouped != [stated(row) for row in mine]
