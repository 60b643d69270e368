"""Draws a pipeline schedule: rows are stages, columns are slots."""

from theory.setting.schedules import Pass, PipelineTask, Schedule

_CELL = 26
_LEFT = 74
_TOP = 64
_RIGHT = 24
_COLOURS: dict[Pass, tuple[str, str]] = {"forward": ("#9ecae9", "#08306b"), "backward": ("#f9c27f", "#5c3000")}
"""Fill and ink of a pass: blue and orange, told apart by colour-blind readers and, by their letters, in grey."""
_LETTERS: dict[Pass, str] = {"forward": "F", "backward": "B"}


def text(schedule: Schedule, samples: int) -> str:
    """Return the schedule as text: F3 is the forward pass of sample 3, a star follows a pass that updates weights."""
    tasks = list(schedule.tasks(samples))
    width = (len(str(samples - 1)) + 2) * schedule.passes_per_slot
    grid = [[" " * width] * (tasks[-1].slot + 1) for _ in range(schedule.stages)]
    for task in tasks:
        mark = "*" if _updates(schedule, task) else ""
        label = f"{_LETTERS[task.kind]}{task.sample}{mark}"
        taken = grid[task.stage - 1][task.slot].strip()
        grid[task.stage - 1][task.slot] = (label if not taken else f"{taken}{label}").ljust(width)
    rows = [f"stage {stage:>2} |" + "|".join(row) + "|" for stage, row in enumerate(grid, 1)]
    head = "    slot |" + "|".join(str(slot).ljust(width) for slot in range(len(grid[0]))) + "|"
    return "\n".join([head, *rows]) + "\n"


def svg(schedule: Schedule, samples: int) -> str:
    """Return the schedule as a self-contained SVG picture."""
    slots = schedule.slots(samples)
    width, height = _LEFT + slots * _CELL + _RIGHT, _TOP + schedule.stages * (_CELL + 4) + 62
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="Helvetica, Arial, sans-serif">',
        f"<title>{schedule.name} pipeline, {schedule.stages} stages, {samples} samples</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _words(_LEFT, 24, _headline(schedule, samples), size=15, weight="600"),
        *_grid(schedule, slots),
        *(_cell(schedule, task) for task in schedule.tasks(samples)),
        *_legend(_TOP + schedule.stages * (_CELL + 4) + 34),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _headline(schedule: Schedule, samples: int) -> str:
    batch = f", {schedule.batch} micro-batches" if schedule.batch > 1 else ""
    lags = ", ".join(str(lag) for lag in schedule.lags())
    return f"{schedule.name.capitalize()}{batch}: density {schedule.density(samples):.3f}, lags {lags}"


def _grid(schedule: Schedule, slots: int) -> list[str]:
    """Return the empty slots, with the stages' names and every fourth slot's number."""
    every = 1 if slots <= 24 else 4
    numbers = [
        _words(_LEFT + (slot + 0.5) * _CELL, _TOP - 8, str(slot), size=10, anchor="middle", colour="#666")
        for slot in range(0, slots, every)
    ]
    rows = []
    for stage in range(1, schedule.stages + 1):
        y = _row(stage)
        rows.append(_words(_LEFT - 12, y + 17, f"stage {stage}", size=12, anchor="end"))
        rows.append(
            f'<rect x="{_LEFT}" y="{y}" width="{slots * _CELL}" height="{_CELL}" fill="#f4f4f4" stroke="#dddddd"/>'
        )
    return [_words(_LEFT - 12, _TOP - 8, "slot", size=10, anchor="end", colour="#666"), *numbers, *rows]


def _cell(schedule: Schedule, task: PipelineTask) -> str:
    """Return one pass; where a slot holds two, the forward pass takes the upper half and the backward the lower."""
    fill, ink = _COLOURS[task.kind]
    height = _CELL / schedule.passes_per_slot
    x, y = _LEFT + task.slot * _CELL, _row(task.stage) + (_CELL - height) * (task.kind == "backward")
    bar = ""
    if _updates(schedule, task):
        bar = f'<rect x="{x + _CELL - 4}" y="{y + 1:g}" width="3" height="{height - 2:g}" fill="{ink}"/>'
    size = 11 if task.sample < 100 and schedule.passes_per_slot == 1 else 9
    middle, base = x + _CELL / 2 - (2 if bar else 0), y + height / 2 + 0.36 * size
    return (
        f'<rect x="{x + 1}" y="{y + 1:g}" width="{_CELL - 2}" height="{height - 2:g}" rx="2" fill="{fill}"/>{bar}'
        + _words(middle, base, str(task.sample), size=size, anchor="middle", colour=ink)
    )


def _legend(y: int) -> list[str]:
    parts, x = [], _LEFT
    for kind in ("forward", "backward"):
        fill, _ = _COLOURS[kind]
        parts.append(f'<rect x="{x}" y="{y - 12}" width="16" height="16" rx="2" fill="{fill}"/>')
        parts.append(_words(x + 22, y + 1, f"{kind} pass", size=11))
        x += 118
    parts.append(f'<rect x="{x}" y="{y - 12}" width="3" height="16" fill="{_COLOURS["backward"][1]}"/>')
    parts.append(_words(x + 9, y + 1, "weight update", size=11))
    return parts


def _updates(schedule: Schedule, task: PipelineTask) -> bool:
    return task.kind == "backward" and schedule.updates_after(task.sample)


def _row(stage: int) -> int:
    return _TOP + (stage - 1) * (_CELL + 4)


def _words(
    x: float, y: float, words: str, *, size: int, anchor: str = "start", colour: str = "#222", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{colour}">{words}</text>'
    )
