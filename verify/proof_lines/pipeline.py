"""The pipeline claims against the slots that the setting's schedule really gives its stages: counted, not assumed."""

from collections.abc import Mapping

from theory.setting import algorithms, schedules
from theory.setting.schedules import Schedule
from verify.proof_lines.lines import Line, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import number, relation, sides

SAMPLES = 24
"""How many samples the schedule is followed for."""


def lines(path: Recording) -> list[Line]:
    """Return pipeline.* for the schedule of the path's algorithm; nothing for lags that no schedule makes."""
    if path.setting.free_lags:
        return []
    algorithm = algorithms.named(path.setting.algorithm)
    kind, batch = algorithm.schedule, algorithm.samples(path.setting.batch)
    schedule = algorithm.make_schedule(path.setting.stages, batch)
    match kind:
        case "asynchronous":
            return [*_slots(schedule), *_lags(schedule, path.setting.lags)]
        case "accumulated" | "vertical-sync":
            return _slots(schedule)
        case "synchronous":
            values = {"M": schedule.stages, "B": batch}
            return [_equal("pipeline.synchronous", "density", schedule.density(batch), values)]
        case "sequential":
            values = {"M": schedule.stages, "N": SAMPLES}
            return [_equal("pipeline.sequential", "density", schedule.density(SAMPLES), values)]
        case _:
            return []  # no claim speaks of its slots


def _equal(claim: str, part: str, counted: float, values: Mapping[str, float]) -> Line:
    """Return what was counted against the right side of an equation."""
    stated = float(number(relation(claim, part).rhs, values))
    return surely(claim, f"counted slots give {relation(claim, part).rhs}", abs(counted - stated), 0.0, abs(stated))


def _slots(schedule: Schedule) -> list[Line]:
    """Return that no stage has two passes in one slot, and how busy the stages are."""
    values = {"M": schedule.stages, "N": SAMPLES}
    left, right = sides("pipeline.density", "limit", values)
    counted, clashes = schedule.density(SAMPLES), len(schedules.collisions(schedule, SAMPLES))
    return [
        surely("pipeline.collisions", "passes of one stage in one slot", clashes, 0),
        _equal("pipeline.density", "density", counted, values),
        surely("pipeline.density", str(relation("pipeline.density", "limit")), float(left), counted, float(right)),
    ]


def _lags(schedule: Schedule, lags: tuple[int, ...]) -> list[Line]:
    """Return the lags that the simulator was given against the updates counted in the slots, stage by stage."""
    counted = schedule.lags()
    most = [float(number(relation("pipeline.lags", "lag").rhs, {"M": len(lags), "m": m + 1})) for m in range(len(lags))]
    apart = max(abs(one - other) for one, other in zip(counted, lags, strict=True))
    farthest = max(range(len(lags)), key=lambda m: counted[m] - most[m])
    return [
        surely("pipeline.count", "updates between a sample's passes are the lags that were run", float(apart), 0.0),
        surely("pipeline.lags", "updates between a sample's passes <= M - m", counted[farthest], most[farthest]),
        *(_inside(schedule, part) for part in ("after", "before") if schedule.stages > 1),
    ]


def _inside(schedule: Schedule, part: str) -> Line:
    """Return that an update within the lag falls strictly between the passes, at stage 1, by the schedule's slots."""
    late, stage = 2 * schedule.stages, 1
    left, right = schedule.forward_slot(stage, late), schedule.backward_slot(stage, late)
    between = [schedule.backward_slot(stage, late - back) for back in range(1, schedule.stages)]
    ends = (left + 1, min(between)) if part == "after" else (max(between) + 1, right)
    return surely("pipeline.lags_inside", f"{part}: slots of stage 1's passes and updates", *map(float, ends))
