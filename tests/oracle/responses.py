"""device_responses.csv: one pulse of the mean device of aihwkit's presets, against the presets of this project."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from tests.oracle.residuals import Family, Residuals
from tests.oracle.tables import Array, column, rows
from theory.setting import devices
from theory.setting.devices.presets import PRESETS

TABLE = "device_responses.csv"
PRINTED = 5.01e-8
"""Half a unit of the last digit printed; our own arithmetic takes the rest."""
ROWS = len(rows(TABLE))
FAMILY = Family(rows=2 * (ROWS + 22), comparisons=10)

PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "ReRamSB": ("ReRamSB",),
    "ReRamArrayOM / HfO2 (mean device)": ("ReRamArrayOM", "ReRamArrayHfO2"),
    "ReRamES": ("ReRamES",),
    "EcRam": ("EcRam",),
    "EcRamMO": ("EcRamMO",),
    "Capacitor": ("Capacitor",),
    "Idealized / GokmenVlasov (constant step)": ("Idealized", "GokmenVlasov"),
}
"""Names of this project's presets by the names in the table."""
TIKI_TAKA = "TT-fails soft bounds tau=3.5 up_down=0.3"


def mean_device(name: str) -> tuple[devices.Device, float]:
    """Return the law of a preset with half its range for tau, and the middle of that range in aihwkit's weights."""
    published = PRESETS[name].at(1.0, {})
    law = {key: published[key] for key in published if key in devices.REGISTRY[PRESETS[name].law].names()}
    return devices.make(PRESETS[name].law, 1.0, **law), float(published.get("reference", 0.0))  # type: ignore[arg-type]


def steps(name: str, w: Array) -> tuple[Array, Array]:
    """Return the steps of a pulse up and of one down over dw_min, at weights as aihwkit counts them."""
    if name == TIKI_TAKA:
        device, middle = devices.make("shifted-linear", 3.5, up=1.0, down=0.7), 0.0
    else:
        device, middle = mean_device(name)
    return device.q_plus(w - middle), device.q_minus(w - middle)


def compared(published: str, name: str, what: str) -> Residuals:
    """Compare the rows of a device with the steps of a preset; nothing is left to chance."""
    table = tuple(row for row in rows(TABLE) if row["preset"] == published)
    measured = np.concatenate([column(table, f"{side}_pulse_over_dw_min") for side in ("up", "down")])
    expected = np.concatenate(steps(name, column(table, "w")))
    return Residuals(what, measured, expected, np.zeros_like(measured), FAMILY, rounding=PRINTED)


@cache
def right() -> list[Residuals]:
    """Return every device of the table with the preset of its name."""
    found = [compared(table, name, f"`{name}`") for table, names in PUBLISHED.items() for name in names]
    return [*found, compared(TIKI_TAKA, TIKI_TAKA, "`shifted-linear`, tau = 3.5, up 1, down 0.7")]


def others(published: str) -> list[Residuals]:
    """Return a device of the table with each preset of another's name."""
    names = [group[0] for table, group in PUBLISHED.items() if table != published]
    return [compared(published, name, f"{published} as `{name}`") for name in names]


@cache
def wrong() -> list[Residuals]:
    """Return every device of the table with the preset of another's name that is closest to it."""
    return [min(others(table), key=lambda one: (one.rows_that_reject, one.farthest)) for table in PUBLISHED]
