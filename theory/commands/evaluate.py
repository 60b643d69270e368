"""`python -m theory evaluate`: one theorem at one setting, with a guaranteed upper end."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

import typer
from rich.table import Table

from boundary import HOLDS, BadInput, OutsideDomain, assignments, known, write_json
from boundary.numbers import exact, nearest, shown, whole
from boundary.tables import show
from theory.bounds import NAMES, Bound, bound, free, lag
from theory.bounds.function import PULSES
from theory.bounds.inputs import PARAMETERS, SYNONYMS, condition, has
from theory.commands import linear
from theory.commands.devices import Answer, Asked, answered, parameters_of, read
from theory.commands.lower import evaluate_lower
from theory.setting.symbols import QUANTITIES

Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A parameter, for example L=1; repeat."),
]
DeviceName = Annotated[
    str | None,
    typer.Option("--device", metavar="NAME", help="A device, as in `theory device`; it gives gamma, gain and qmax."),
]
Reach = Annotated[
    str | None, typer.Option("--reach", metavar="W", help="With --device: weights are within [-W, W], in weight units.")
]
Increment = Annotated[
    str | None, typer.Option("--increment", metavar="D", help="With --device: increments are within [-D, D].")
]
_EVERY = (*NAMES, lag.NAME, linear.NAME)
_SUPPLIED = ("rho", "gamma", "gain", "qmax")
"""What a device says, and nobody else."""
_LINEAR = "ald"
"""The device of which it is proved how fast its drift changes with the weight."""
_SYMMETRIC = ("shape",)
"""Theorems on devices whose drift is theta(w) |g|, as that of the linear device is."""
FormName = Annotated[
    str | None,
    typer.Option(
        "--form",
        metavar="|".join(reversed(free.KINDS)),
        help="Of the theorem free: by the multiplier 1, or by the best one (if left out).",
    ),
]
RunFile = Annotated[
    str | None,
    typer.Option("--run", metavar="FILE", help=f"Of {linear.NAME}: an NPZ file with {', '.join(linear.ARRAYS)}."),
]
Json = Annotated[str | None, typer.Option("--json", metavar="FILE", help="Write the result as JSON; - for stdout.")]


def numbers(pairs: list[str] | None, allowed: tuple[str, ...], needed_by: str) -> dict[str, Fraction]:
    """Read `NAME=VALUE` pairs as the exact decimals that they are; counts must be integers.

    Raises:
        BadInput: an unknown or repeated name, a value that is no number, or a count that is no integer.
        OutsideDomain: a value that is infinite.

    """
    given = assignments(pairs or [], allowed, needed_by)
    found = {}
    for name, text in given.items():
        if QUANTITIES[name].domain == "positive integer":
            found[name] = Fraction(whole(name, text, at_least=1, needed_by=needed_by))
        else:
            number = exact(name, text, needed_by=needed_by)
            if not isinstance(number, Fraction):
                raise OutsideDomain(name, shown(number), condition(name), needed_by)
            found[name] = number
    return found


def plain(name: str, number: Fraction) -> float | int:
    """Return a parameter for JSON: an integer for a count, else the nearest double."""
    return int(number) if QUANTITIES[name].domain == "positive integer" else nearest(number)


@dataclass(frozen=True)
class OnDevice:
    """A theorem's parameters, where a device says some of them.

    Args:
        asked: the device and the range.
        answer: what is known there.
        supplied: the parameters that it says, exactly.
        others: those that were typed, as text.

    """

    asked: Asked
    answer: Answer
    supplied: dict[str, Fraction]
    others: dict[str, str]

    @property
    def conditions(self) -> list[str]:
        """What the bound takes for granted of a run, in words."""
        found = [f"|w| <= {shown(self.asked.reach)} for every weight, in every step"]
        if math.isfinite(self.answer.increment):
            found.append(f"|D| <= {self.answer.increment!r} for every increment that is asked for")
        if self.asked.device.pulses is not None and self.asked.device.clipped:
            found.append("no step, as its pulses arrive, is clipped at a hard bound")
        return found

    @property
    def described(self) -> dict[str, Any]:
        """The device as plain data."""
        return {
            "name": self.asked.name,
            "law": self.asked.rounded.name,
            "parameters": self.asked.rounded.fields(),
            "reach": nearest(self.asked.reach),
            "gamma": self.answer.distortion.gamma,
            "gain": self.answer.distortion.gain,
            "lacks": list(self.asked.rounded.lacks),
        }


def on(name: str, settings: list[str] | None, reach: str | None, increment: str | None, chosen: Bound) -> OnDevice:
    """Read the device that stands for gamma, gain and qmax.

    Raises:
        BadInput: gamma or gain given as well, a range that is missing, or a device on which the theorem says nothing.

    """
    of_device, title = parameters_of(name), chosen.title
    given = assignments(settings or [], tuple(dict.fromkeys((*PARAMETERS, *of_device))), title)
    for one in _SUPPLIED:
        if one in given:
            raise BadInput(one, given[one], f"{one} is not given: the device {name} says it", title)
    if reach is None:
        raise BadInput("--reach", "(not given)", f"--reach W, for weights within [-W, W] of the device {name}", title)
    asked = read(name, {one: text for one, text in given.items() if one in of_device}, reach, increment)
    _refuse(asked, chosen)
    answer = answered(asked)
    supplied: dict[str, float | Fraction] = {"gamma": answer.distortion.gamma, "gain": answer.distortion.gain}
    supplied["qmax"] = answer.responses[1]
    if asked.device.pulses is not None:
        supplied |= {one: getattr(asked.device.pulses, one) for one in ("dw", "cycle") if one not in given}
    supplied |= _change(asked, answer, given, chosen)
    of_theorem = set(PARAMETERS) - chosen.refused - {"tau"} - (set(PULSES) - set(chosen.pulses))
    return OnDevice(
        asked,
        answer,
        {one: Fraction(value) for one, value in supplied.items() if SYNONYMS.get(one, one) in of_theorem},
        {one: text for one, text in given.items() if one in PARAMETERS and (one in of_theorem or one not in of_device)},
    )


def _change(asked: Asked, answer: Answer, given: Mapping[str, str], chosen: Bound) -> dict[str, Fraction]:
    """Return how fast the drift changes with the weight, theta1, where the theorem needs it and it is proved.

    Raises:
        OutsideDomain: a device of which nobody has proved it, for a theorem that is nothing without it.

    """
    of_all = "tau" in chosen.required
    if not of_all and not any("tau" in form.needs and all(has(name, {*given, "tau"}) for name in form.needs)
                              for form in chosen.forms):  # fmt: skip
        return {}
    if asked.rounded.name == _LINEAR and not asked.uneven and answer.distortion.gain == 1:
        if "theta1" in given:
            raise BadInput("theta1", given["theta1"], f"theta1 is not given: it is 1/tau of {asked.name}", chosen.title)
        return {"theta1": 1 / Fraction(asked.law.tau)}
    if of_all and "theta1" not in given:
        words = (
            f"--device {_LINEAR} with equal elements, or theta1 is given: how fast the drift changes with the weight"
        )
        raise OutsideDomain("--device", asked.name, words, chosen.title)
    return {}


def _refuse(asked: Asked, chosen: Bound) -> None:
    """Raise `OutsideDomain` for a device that the theorem says nothing about, `BadInput` if too little is known."""
    pulses = asked.device.pulses
    if pulses is not None and pulses.write:
        raise OutsideDomain("write", pulses.write, "write = 0: no theorem has noise of writing", chosen.title)
    if pulses is not None and not chosen.pulses:
        condition = "dw = 0, a device without pulses; the theorem `granular` is on those with pulses"
        raise OutsideDomain("dw", pulses.dw, condition, chosen.title)
    if chosen.name in _SYMMETRIC and asked.rounded.name != _LINEAR:
        condition = f"--device {_LINEAR}: its two responses differ from the gain by the same amount, up and down"
        raise OutsideDomain("--device", asked.name, condition, chosen.title)
    if not asked.of_all:
        condition = "--set size=D, the number of elements: they differ, and the one furthest off sets gamma"
        raise BadInput("size", "(not given)", condition, chosen.title)


def refuse_without_device(options: Mapping[str, str | None], title: str) -> None:
    """Raise `BadInput` for an option that says something of a device where there is none."""
    for name, value in options.items():
        if value is not None:
            raise BadInput(name, value, "--device NAME is given as well", title)


def evaluate(
    theorem: Annotated[str, typer.Argument(metavar="THEOREM", help=", ".join(_EVERY))],
    settings: Set = None,
    device: DeviceName = None,
    reach: Reach = None,
    increment: Increment = None,
    form: FormName = None,
    run: RunFile = None,
    json_file: Json = None,
) -> int:
    """Evaluate a theorem at the decimals given: the nearest value, and a guaranteed upper end of it.

    The upper end is rounded up once: the double in JSON and the digits on the screen are at or above the bound. A
    device, with its parameters and the range of weights, stands for gamma, gain and qmax.
    """
    chosen, of_device = _chosen(theorem, form), {"--device": device, "--reach": reach, "--increment": increment}
    if theorem == linear.NAME:
        return linear.evaluate_linear(settings, run, json_file, of_device)
    if run is not None:
        raise BadInput("--run", run, f"left out: it is of the theorem {linear.NAME} alone", theorem)
    if chosen is None:
        return evaluate_lower(settings, json_file, of_device)
    if device is None:
        refuse_without_device({"--reach": reach, "--increment": increment}, chosen.title)
        on_device, texts = None, assignments(settings or [], PARAMETERS, chosen.title)
    else:
        on_device = on(device, settings, reach, increment, chosen)
        texts = on_device.others
    typed = {name: text.strip() for name, text in texts.items()}
    given = numbers([f"{name}={text}" for name, text in texts.items()], PARAMETERS, chosen.title)
    given |= on_device.supplied if on_device is not None else {}
    found = chosen.evaluate(**given)
    value, upper = float(found.value), float(found.upper)
    if not math.isfinite(upper):
        limit = f"{chosen.name} < 1.8e308, the largest double: change units"
        raise OutsideDomain(chosen.name, "a larger number", limit, chosen.title)
    witness, taken = {name: float(weight) for name, weight in found.witness.items()}, str(found.form)
    held, more = _taken_for_granted(chosen, taken, given)
    result = {
        "theorem": chosen.name,
        "value": value,
        "upper": upper,
        "parameters": {name: plain(name, number) for name, number in given.items()},
        "typed": typed,
        "domain": held,
        "form": taken,
        "witness": witness,
        "assumptions": sorted({*chosen.assumptions, *more}),
    }
    if on_device is not None:
        result["device"], result["holds_for"] = on_device.described, on_device.conditions
    if json_file != "-":
        lines = ["holds: " + ", ".join(held)]
        lines += [f"the form {taken} assumes besides: {', '.join(more)}"] if more else []
        said = dict(typed)
        if on_device is not None:
            said |= {name: repr(float(number)) for name, number in on_device.supplied.items()}
            lines += [f"and where {line}" for line in on_device.conditions]
        show(_table(chosen, taken, (value, upper), said, given, witness), *lines)
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _chosen(theorem: str, form: str | None) -> Bound | None:
    """Return the theorem that is asked for; None for those that are no `Bound`."""
    known("THEOREM", theorem, _EVERY)
    if form is not None and theorem != free.THEOREM:
        raise BadInput("--form", form, f"left out: it is of the theorem {free.THEOREM} alone", theorem)
    if theorem not in NAMES:
        return None
    return bound(theorem, None if form is None else known("--form", form, free.KINDS))


def _taken_for_granted(
    chosen: Bound, taken: str, given: Mapping[str, Fraction]
) -> tuple[dict[str, bool], tuple[str, ...]]:
    """Return the conditions of a bound, those of its form with them, and what that form assumes besides."""
    held = chosen.conditions(**given)
    more = next((one.assumptions for one in chosen.forms if one.name == taken), ())
    if more:  # Theorem 4 was the least
        fourth = bound(free.THEOREM)
        held |= fourth.conditions(**{name: number for name, number in given.items() if name not in fourth.refused})
    return held, more


def _table(
    chosen: Bound,
    form: str,
    ends: tuple[float, float],
    typed: Mapping[str, str],
    given: Mapping[str, Fraction],
    witness: Mapping[str, float],
) -> Table:
    table = Table(title=f"{chosen.name}: {chosen.title}", title_justify="left", show_header=False)
    value, upper = ends
    table.add_row("value", repr(value), "the nearest double")
    table.add_row("guaranteed upper end", repr(upper), "at or above the bound, as printed")
    if len(chosen.forms) > 1:
        table.add_row(
            "form", form, f"the least that applies of {', '.join(one.name for one in chosen.applicable(given))}"
        )
    for name, text in typed.items():
        quantity = QUANTITIES[name]
        table.add_row(name, text, f"{quantity.unit}, {quantity.meaning}")
    for name, number in witness.items():
        meaning = QUANTITIES[name].meaning if name in QUANTITIES else name.replace("_", " ")
        table.add_row(f"proved with {name}", repr(number), meaning)
    return table
