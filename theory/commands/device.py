"""`python -m theory device`: what a device makes of the theorems: gamma, gain, floor, symmetric point, best centre."""

import math
from dataclasses import replace
from typing import Annotated, Any

import typer
from rich.table import Table

from boundary import HOLDS, BadInput, assignments, write_json
from boundary.numbers import nearest, shown
from boundary.tables import show
from theory.commands.devices import Answer, Asked, answered, parameters_of, read
from theory.commands.evaluate import Json
from theory.setting import devices
from theory.setting.devices.centring import Centring, centre

Parameters = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the device, for example tau=1; repeat."),
]
Reach = Annotated[str, typer.Option("--reach", metavar="W", help="Weights are within [-W, W], in weight units.")]
Increment = Annotated[
    str | None,
    typer.Option("--increment", metavar="D", help="Increments are within [-D, D]; needed where the law bends with it."),
]


def device(
    name: Annotated[str, typer.Argument(metavar="NAME", help=", ".join((*devices.names(), "table:FILE.csv")))],
    reach: Reach,
    settings: Parameters = None,
    increment: Increment = None,
    json_file: Json = None,
) -> int:
    """Say what a device distorts on the weights [-W, W]: gamma stands for rho in every theorem, alpha gain for alpha.

    gamma and the floor are rounded up: they hold for the decimals that were typed. tau is 1 unless it is set, so that W
    is a share of it. The figures of a published device, and what the model lacks of them, are listed.
    """
    given = assignments(settings or [], parameters_of(name), f"the device {name}")
    asked = read(name, given, reach, increment)
    answer = answered(asked)
    best = _best(asked)
    result = _result(asked, answer, best)
    if json_file != "-":
        show(_table(asked, answer, best), *_remarks(asked))
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _best(asked: Asked) -> Centring | None:
    """Return the best centre of the law, or None where it has none of that width."""
    try:
        return centre(replace(asked.rounded, pulses=None, elements=None), nearest(asked.reach))
    except BadInput:
        return None


def _symmetric(asked: Asked) -> float | None:
    point = replace(asked.rounded, pulses=None, elements=None).symmetric_point()
    return None if point is None else point + float(asked.shift)


def _at_symmetric_point(asked: Asked) -> float | None:
    """Return gamma where the symmetric point is shifted to 0; None where the range then passes a bound."""
    law = replace(asked.rounded, pulses=None, elements=None)
    point, half = law.symmetric_point(), nearest(asked.reach)
    if point is None:
        return None
    low, high = point - half, point + half
    found = law.distortion(low, high, min(law.room(low, high), law.tau))
    return found.gamma if found is not None and found.gamma < 1 else None


def _result(asked: Asked, answer: Answer, best: Centring | None) -> dict[str, Any]:
    """Return the answer as plain data."""
    pulses, elements = asked.rounded.pulses, asked.rounded.elements
    return {
        "device": asked.name,
        "law": asked.rounded.name,
        "parameters": asked.rounded.fields(),
        "reach": nearest(asked.reach),
        "increment": answer.increment if math.isfinite(answer.increment) else None,
        "gamma": answer.distortion.gamma,
        "gain": answer.distortion.gain,
        "log_ratio": answer.distortion.log_ratio,
        "floor_over_sigma2": answer.distortion.floor,
        "qmin": answer.responses[0],
        "qmax": answer.responses[1],
        "of": _whose(asked),
        "symmetric_point": _symmetric(asked),
        "gamma_at_symmetric_point": _at_symmetric_point(asked),
        "best_centre": best and best.centre + float(asked.shift),
        "gamma_centred": best and best.distortion.gamma,
        "steepness": asked.law.steepness(),
        "pulses": None if pulses is None else {name: getattr(pulses, name) for name in devices.OF_PULSES},
        "elements": None if elements is None else _spreads(elements),
        "lacks": list(asked.rounded.lacks),
    }


def _spreads(elements: devices.Elements) -> dict[str, float | str]:
    found = {name: getattr(elements, name) for name in devices.OF_ELEMENTS if name.startswith(("spread", "reference"))}
    return {**found, "elements": elements.path or elements.seed}


def _whose(asked: Asked) -> str:
    if not asked.uneven:
        return "every element"
    return f"all of {asked.size} elements" if asked.size else "an element with the law's own parameters"


def _table(asked: Asked, answer: Answer, best: Centring | None) -> Table:
    found = answer.distortion
    table = Table(title=f"{asked.name} on |w| <= {shown(asked.reach)}", title_justify="left", show_header=False)
    for name, value in asked.rounded.fields().items():
        if isinstance(value, int | float):
            table.add_row(name, repr(value), f"of the law {asked.rounded.name}")
    table.add_row("gamma", repr(found.gamma), f"rounded up; of {_whose(asked)}; stands for rho in every theorem")
    table.add_row("gain", repr(found.gain), "alpha gain stands for alpha")
    if math.isfinite(answer.increment):
        table.add_row("increments", repr(answer.increment), "the largest size of which this holds, in w")
    table.add_row("responses", f"{answer.responses[0]!r} to {answer.responses[1]!r}", "rounded outward")
    table.add_row("l", repr(found.log_ratio), "(1/2) ln(qmax/qmin) = artanh gamma, rounded up")
    table.add_row("floor", repr(found.floor), "sinh(l)^2, in units of sigma^2, rounded up")
    point = _symmetric(asked)
    table.add_row("symmetric point", "none within the bounds" if point is None else repr(point), "in w")
    if (shifted := _at_symmetric_point(asked)) is not None:
        table.add_row("gamma there", repr(shifted), "where that weight is shifted to 0")
    if best is not None:
        table.add_row("best centre", repr(best.centre + float(asked.shift)), "in w: a reference array shifts it to 0")
        table.add_row("gamma there", repr(best.distortion.gamma), f"no other centre has l less by {best.excess:.1g}")
    if asked.rounded.pulses is not None:
        table.add_row("pulses", _listed(asked.rounded.pulses, devices.OF_PULSES), "not in gamma: theorem granular")
    if asked.rounded.elements is not None:
        spreads = [name for name in devices.OF_ELEMENTS if name.startswith(("spread", "reference"))]
        words = "in gamma" if asked.of_all else "spreads are not in gamma: give size, the number of elements"
        table.add_row("elements", _listed(asked.rounded.elements, spreads), words)
    return table


def _listed(record: object, names: Any) -> str:  # noqa: ANN401
    return ", ".join(f"{name} = {getattr(record, name):.6g}" for name in names if getattr(record, name)) or "all alike"


def _remarks(asked: Asked) -> list[str]:
    """Return what is known of the fit to a file, and what the model lacks, a line each."""
    lines = []
    if isinstance(asked.rounded, devices.Table) and asked.name.startswith(devices.PREFIX):
        fit = devices.measured(asked.name.removeprefix(devices.PREFIX))
        sides = zip(("up", "down"), fit.pulses, fit.against, fit.cut, fit.residuals, strict=True)
        for branch, pulses, against, cut, off in sides:
            counts = f"{pulses} pulses, {against} of them against the direction, {cut} more left out at the bound"
            lines.append(f"fit {branch}: {counts}; residual {off:.3g} mean steps")
        up, down = (", ".join(f"{knot:.4g}" for knot in side) for side in (asked.rounded.up, asked.rounded.down))
        lines += [f"q_plus at equally spaced weights: {up}", f"q_minus: {down}"]
    return lines + [f"lacks: {line}" for line in asked.rounded.lacks]
