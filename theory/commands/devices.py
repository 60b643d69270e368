"""A device and the weights that it is asked about, read from the command line, and what the theorems need of it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from boundary import BadInput, OutsideDomain, real
from boundary.numbers import Number, exact, nearest, shown, whole
from theory.setting import devices
from theory.setting.devices import Device, Distortion

NEEDED_BY = "response.distortion"


@dataclass(frozen=True)
class Asked:
    """A device, and the weights and increments that it is asked about, exactly as they were typed.

    Args:
        name: as it was typed.
        device: with pulses and elements, in exact numbers.
        rounded: the same in doubles, as a run has it.
        size: number of elements; 0 if neither it nor a file of their parameters was given.
        shift: which weight of the law counts as -0: all weights are shifted by it.
        reach: W.
        increment: D; infinite if none was given.

    """

    name: str
    device: Device
    rounded: Device
    size: int
    shift: Fraction
    reach: Fraction
    increment: Number

    @property
    def law(self) -> Device:
        """The law that every element follows, or its mean does."""
        return replace(self.device, pulses=None, elements=None)

    @property
    def uneven(self) -> bool:
        """Whether elements differ."""
        return self.device.elements is not None and not self.device.elements.alike

    @property
    def of_all(self) -> bool:
        """Whether the answer is of all elements: they are alike, or their number is known."""
        return not self.uneven or self.size > 0

    def weights(self) -> tuple[Fraction, Fraction]:
        """Return the ends of the range of the law's own weights."""
        return -self.reach - self.shift, self.reach - self.shift


@dataclass(frozen=True)
class Answer:
    """What is known of a device on a range of weights.

    Args:
        distortion: gamma and gain.
        responses: the least and the largest, rounded outward.
        increment: the largest |D| of which this is known.

    """

    distortion: Distortion
    responses: tuple[float, float]
    increment: float


def parameters_of(name: str) -> tuple[str, ...]:
    """Return what may be set of the device `name`."""
    law = [one for one in devices.law_of(name).names() if one not in ("knots", "path", "sha256", "residual")]
    every = [one for one in (*devices.OF_PULSES, *devices.OF_ELEMENTS) if one != "elements_sha256"]
    return (*law, *every, "size")


def read(name: str, given: Mapping[str, str], reach: str, increment: str | None = None) -> Asked:
    """Read a device, a range of weights and of increments.

    Args:
        name: as it was typed.
        given: parameters by name, as text.
        reach: W, as text.
        increment: D, as text, or None.

    Raises:
        BadInput: a value that is no number or is not allowed; OutsideDomain: a range that is none.

    """
    numbers, others = _numbers(name, given)
    size = whole("size", given["size"], at_least=1, needed_by="response.spread") if "size" in given else 0
    tau = numbers.pop("tau", Fraction(1))
    made = devices.make(name, tau, count=size, **{**numbers, **others})  # type: ignore[arg-type]
    if made.elements is not None and made.elements.arrays is not None and not size:
        size = len(made.elements.arrays.scale)
        made = replace(made, elements=replace(made.elements, count=size))
    rounded = devices.make(
        name, nearest(tau), count=size, **{**{key: nearest(value) for key, value in numbers.items()}, **others}
    )
    common = exact("reference", given["reference"]) if "reference" in given else None
    if common is None:
        common = Fraction(made.elements.reference if made.elements is not None else 0)
    wide = _length("--reach", reach)
    largest = math.inf if increment is None else _length("--increment", increment)
    assert isinstance(common, Fraction), "Elements has refused an infinite one"
    return Asked(name, made, rounded, size, common, wide, largest)


def _numbers(name: str, given: Mapping[str, str]) -> tuple[dict[str, Number], dict[str, Any]]:
    """Return the parameters of the law, exactly, and those of pulses and elements."""
    law = devices.law_of(name).names()
    numbers = {key: exact(key, text, needed_by=f"the device {name}") for key, text in given.items() if key in law}
    others: dict[str, Any] = {}
    for key, text in given.items():
        if key in law or key == "size":
            continue
        if key == "elements" and not text.strip().isdecimal():
            others[key] = text
        else:
            others[key] = whole(key, text) if key in ("elements", "BL") else real(key, text)
    return numbers, others


def _length(option: str, text: str) -> Fraction:
    number = exact(option, text, needed_by=NEEDED_BY)
    if not isinstance(number, Fraction) or not number > 0:
        raise OutsideDomain(option, shown(number), f"{option} > 0 and finite", NEEDED_BY)
    return number


def answered(asked: Asked) -> Answer:
    """Return what is known on the range.

    Raises:
        OutsideDomain: a range beyond the device's bounds, or on which gamma is not below 1.
        BadInput: a device of which nothing is known there, or only for increments up to a size.

    """
    low, high = asked.weights()
    law, owner = asked.law, f"the device {asked.name}"
    if not -law.tau < low <= high < law.tau:
        least, most = (shown(bound + asked.shift) for bound in (-law.tau, law.tau))
        raise OutsideDomain("--reach", shown(asked.reach), f"weights between its bounds {least} and {most}", owner)
    worst = law
    if asked.uneven and asked.size:
        worst, low, high = replace(asked.device, pulses=None), -asked.reach, asked.reach
    longest = asked.device.pulses.largest if asked.device.pulses is not None else math.inf
    room = worst.room(low, high)
    if room == 0:
        raise OutsideDomain("--reach", shown(asked.reach), "weights at which no element is at a hard bound", owner)
    for limit, words in ((room, "hard bounds clip larger ones"), (longest, "BL pulses dw carry no more")):
        if math.isfinite(asked.increment) and asked.increment > limit:
            raise OutsideDomain("--increment", shown(asked.increment), f"--increment <= {limit!r}: {words}", owner)
    increment = min(asked.increment, room, longest)
    found, responses = worst.distortion(low, high, increment), worst.responses(low, high, increment)
    if found is None or responses is None:
        if math.isinf(increment) and worst.distortion(low, high, 0.0) is not None:
            condition = "--increment D: the larger an increment, the more of it is lost"
            raise BadInput("--increment", "(not given)", condition, owner)
        raise BadInput("--reach", shown(asked.reach), "weights on which all responses are known", owner)
    if not found.gamma < 1:
        raise OutsideDomain("gamma", found.gamma, "gamma < 1: weights on which all responses are positive", owner)
    return Answer(found, responses, nearest(increment))
