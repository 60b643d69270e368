"""`python -m simulate schedule`: a pipeline, drawn and counted."""

import dataclasses
import sys
from pathlib import Path
from typing import Annotated

import typer

import boundary
from boundary import options
from simulate.commands import drawing
from theory.setting import schedules

_TASK = 400
"""Bytes that one pass takes on the way into a drawing."""
_CELL = 16
"""Bytes that one slot of one stage takes in a drawing."""
FORMATS = ("text", "svg", "json")


def schedule(
    stages: Annotated[str, options.number("M, >= 1.")],
    samples: Annotated[str, options.number("Samples that pass, >= 1.")],
    batch: Annotated[str, options.number("Samples in a group, >= 1, one update each; 1 in what has none.")] = "1",
    kind: Annotated[str | None, typer.Option(help=", ".join(schedules.REGISTRY))] = None,
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "text",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write to a file instead of stdout.")] = None,
) -> None:
    """Draw a pipeline and print its lags, slots and density (default: asynchronous, synchronous if --batch > 1)."""
    boundary.known("--format", form, FORMATS)
    size = boundary.integer("batch", batch, at_least=1)
    name = kind if kind is not None else ("asynchronous" if size == 1 else "synchronous")
    kind_of = schedules.REGISTRY.get(name)
    grouped = size if kind_of is not None and kind_of.grouped else 1
    plan = schedules.make(name, boundary.integer("stages", stages, at_least=1), grouped)
    count = boundary.integer("samples", samples, at_least=1)
    boundary.check_writable(out)
    _check_drawing(plan, count, _TASK, 0 if form == "json" else _CELL)
    content = {"text": _schedule_text, "svg": drawing.svg, "json": _schedule_json}[form](plan, count)
    if out is None:
        sys.stdout.write(content)
    else:
        boundary.write_atomically(out, content)


def _check_drawing(plan: schedules.Schedule, samples: int, task: int, cell: int) -> None:
    """Refuse what would not fit: a row a stage, `cell` bytes a slot, and `task` bytes for every pass in them."""
    name = "stages" if plan.stages > samples else "samples"
    value = plan.stages if name == "stages" else samples
    passes = 2 * task * plan.stages * samples
    words = f"{samples} samples drawn in {plan.stages} stages"
    # There are more slots than samples and stages: what that alone refuses is not counted.
    boundary.memory.require(name, value, passes + cell * plan.stages * (samples + plan.stages), words)
    boundary.memory.require(name, value, passes + cell * plan.stages * plan.slots(samples), words)


def _schedule_text(plan: schedules.Schedule, samples: int) -> str:
    lags = ", ".join(str(lag) for lag in plan.lags())
    places = _lags_by_place(plan, samples) or []
    for number, others in enumerate(places[1:] if len(set(places)) > 1 else [], 1):
        lags += f"\nsample {number} of a group: {', '.join(str(lag) for lag in others)}"
    facts = f"lags     {lags}\nslots    {plan.slots(samples)}\ndensity  {plan.density(samples):.6g}\n"
    return f"{plan.name}, {plan.stages} stages\n{drawing.text(plan, samples)}{facts}"


def _lags_by_place(plan: schedules.Schedule, samples: int) -> list[tuple[int, ...]] | None:
    """Return the lags of every sample of a group; None if the drawing does not hold a whole group."""
    return list(plan.lags_by_place()) if plan.batch <= samples else None


def _schedule_json(plan: schedules.Schedule, samples: int) -> str:
    tasks = [dataclasses.asdict(task) for task in plan.tasks(samples)]
    document = {
        "kind": plan.name,
        "stages": plan.stages,
        "batch": plan.batch,
        "samples": samples,
        "lags": plan.lags(),
        "lags_by_place": _lags_by_place(plan, samples),
        "slots": plan.slots(samples),
        "density": plan.density(samples),
        "tasks": tasks,
    }
    return boundary.json_text(document)
