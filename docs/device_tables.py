"""Writes the tables of the page on devices from the devices themselves: `python docs/device_tables.py` renews them.

The page names a table between two comments; everything else on it is written by hand.
"""

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from theory.setting import devices
from theory.setting.devices.centring import best_centre
from theory.setting.devices.presets import REFUSED

PAGE = Path(__file__).parent / "devices.md"
BLOCK = re.compile(r"<!-- table: (\S+) -->\n(.*?)<!-- end -->", re.DOTALL)
REACHES = (0.1, 0.3, 0.6)
CENTRED = 0.3
INCREMENT = 0.02
"""Largest increment of the pulse train, in units of tau; of the others any that no bound clips."""

FAMILIES: tuple[tuple[str, devices.Device], ...] = (
    ("`ald`, the linear device", devices.make("ald", 1.0)),
    ("`power`, exponent 2", devices.make("power", 1.0, exponent=2.0)),
    ("`power`, exponent 1/2", devices.make("power", 1.0, exponent=0.5)),
    ("`exponential`, curvature 1", devices.make("exponential", 1.0, curvature=1.0)),
    ("`exponential`, curvature 3", devices.make("exponential", 1.0, curvature=3.0)),
    ("`shifted-linear`, up 1, down 0.8", devices.make("shifted-linear", 1.0, up=1.0, down=0.8)),
    ("`linear-step`, slopes 1/2", devices.make("linear-step", 1.0)),
    ("`constant-step`", devices.make("constant-step", 1.0)),
    (f"`pulse-train`, increments up to {INCREMENT:g} tau", devices.make("pulse-train", 1.0)),
)


def mean_device(name: str) -> devices.Device:
    """Return a preset's law about its own zero, without spread, pulses and noise; half its range is 1."""
    device = devices.preset(name)
    reference = 0.0 if device.elements is None else device.elements.reference
    return replace(device, pulses=None, elements=devices.Elements(reference=reference) if reference else None)


def cells(device: devices.Device, reach: float) -> tuple[str, str, str, str]:
    """Return gamma, Fbar, l and floor on |w| <= reach as they are printed, to three or four digits."""
    found = device.distortion(-reach, reach, INCREMENT if device.name == "pulse-train" else 0.0)
    if found is None:
        return ("not known", "", "", "")
    return (f"{found.gamma:.4f}", f"{found.gain:.4f}", f"{found.log_ratio:.4f}", f"{found.floor:.3g}")


def numbers(what: str, rows: list[tuple[str, devices.Device]]) -> Iterator[str]:
    """Yield a table of devices with gamma, Fbar, l and floor at every reach."""
    head = [f"γ, F̄, ℓ, floor at {reach:g}" for reach in REACHES]
    yield f"| {what} | " + " | ".join(head) + " |"
    yield "|---" * (1 + len(REACHES)) + "|"
    for title, device in rows:
        values = ", ".join
        yield f"| {title} | " + " | ".join(values(filter(None, cells(device, reach))) for reach in REACHES) + " |"


def families() -> Iterator[str]:
    """Yield the table of families."""
    return numbers("device", list(FAMILIES))


def presets() -> Iterator[str]:
    """Yield the table of published devices."""
    return numbers("preset", [(f"`{name}`", mean_device(name)) for name in devices.PRESETS])


def centres() -> Iterator[str]:
    """Yield what a shift of the zero does for the published devices at one reach."""
    yield f"| preset | symmetric point | γ at {CENTRED:g} as it is | best centre | γ there | floor there |"
    yield "|---" * 6 + "|"
    for name in devices.PRESETS:
        device = mean_device(name)
        shift = 0.0 if device.elements is None else device.elements.reference
        law = replace(device, elements=None)
        point, (centre, found) = law.symmetric_point(), best_centre(law, CENTRED)
        yield (
            f"| `{name}` | {'' if point is None else signed(point + shift)} | {cells(device, CENTRED)[0]} | "
            f"{signed(centre + shift)} | {found.gamma:.4f} | {found.floor:.3g} |"
        )


def signed(number: float) -> str:
    """Return a weight to three places, without a minus before nothing."""
    return f"{number + 0.0:.3f}".replace("-0.000", "0.000")


def lacks() -> Iterator[str]:
    """Yield what every published device has and its model has not."""
    for name in devices.PRESETS:
        device = devices.preset(name)
        pulses = device.pulses
        pulse = "" if pulses is None else f"; pulses of {pulses.dw:g}, cycle-to-cycle noise {pulses.cycle:g}"
        yield f"- `{name}`: law `{device.name}`{pulse}. Lacks:"
        yield from (f"    - {one}" for one in device.lacks)
    yield from (f"- `{name}` is refused: {why}." for name, why in REFUSED.items())


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "families": families,
    "presets": presets,
    "centres": centres,
    "lacks": lacks,
}


def up_to_date(text: str) -> str:
    """Return the text of the page with every table as the devices have it now."""
    return BLOCK.sub(
        lambda found: f"<!-- table: {found[1]} -->\n\n" + "\n".join([*TABLES[found[1]](), "", "<!-- end -->"]), text
    )


def main() -> int:
    """Write the page if its tables are not as the devices have them; return 0."""
    text = PAGE.read_text(encoding="utf-8")
    if (new := up_to_date(text)) != text:
        PAGE.write_text(new, encoding="utf-8")
        sys.stdout.write(f"{PAGE.name} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
