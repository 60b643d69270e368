"""ald_update.csv: single updates measured pulse by pulse, against the devices of `theory.setting.devices`."""

from collections.abc import Iterator
from functools import cache

import numpy as np

from tests.oracle.residuals import Family, Residuals
from tests.oracle.tables import Array, column, rows
from tests.oracle.trains import new_weight
from theory.setting import devices

TABLE = "ald_update.csv"
SLOTS_A_PULSE = {"iso": 1, "array": 4}
"""Slots of a train per expected pulse of the element: 1/p, p the probability of a pulse in a slot."""
FLOAT32 = 2.0**-24
"""Largest relative error of a rounding to float32, in which the simulator holds its weights."""


class Rows:
    """The rows of one mode as arrays of shape (rows,)."""

    def __init__(self, mode: str) -> None:
        table = tuple(row for row in rows(TABLE) if row["mode"] == mode)
        self.mode = mode
        self.tau, self.dw, self.w, self.change = (column(table, name) for name in ("tau", "dw_min", "w", "dW"))
        self.mean, self.deviation, self.n = (column(table, name) for name in ("mean_new_w", "std_new_w", "n"))
        self.printed = {
            name: column(table, name) for name in ("model_new_w", "exact_new_w", "finite_bl_mean", "finite_bl_std")
        }
        self.slots = np.ceil(SLOTS_A_PULSE[mode] * np.abs(self.change) / self.dw - 1e-9).astype(np.int64)

    def groups(self) -> Iterator[tuple[float, float, Array]]:
        """Yield every tau and pulse size with the places of its rows."""
        for tau, dw in sorted(set(zip(self.tau.tolist(), self.dw.tolist(), strict=True))):
            yield tau, dw, np.flatnonzero((self.tau == tau) & (self.dw == dw))

    @property
    def rounding(self) -> Array:
        """Bound on float32's share of the mean: each pulse rounds a weight no larger than max(|w|, |new|)."""
        largest = np.maximum(np.abs(self.w), np.abs(self.mean))
        return FLOAT32 * largest * np.maximum(np.abs(self.change) / self.dw, 1)


@cache
def measured(mode: str) -> Rows:
    """Return the rows of a mode."""
    return Rows(mode)


@cache
def trains(mode: str) -> tuple[Array, Array, Array]:
    """Return mean, variance and fourth central moment that trains of single ALD pulses have, by row."""
    found = measured(mode)
    moments = np.empty((3, len(found.w)))
    for tau, dw, here in found.groups():
        moments[:, here] = new_weight(devices.ald(tau), found.w[here], found.change[here], dw, found.slots[here])
    return moments[0], moments[1], moments[2]


def law(name: str, mode: str) -> Array:
    """Return the new weights by a device of this project, by row."""
    found = measured(mode)
    expected = np.empty_like(found.w)
    for tau, _, here in found.groups():
        expected[here] = devices.make(name, tau).update(found.w[here], found.change[here])
    return expected


FAMILY = Family(rows=4 * 576, comparisons=4)


def means(mode: str, expected: Array, what: str) -> Residuals:
    """Compare the means of a mode; the error of a mean is std/sqrt(n)."""
    found = measured(mode)
    error = found.deviation / np.sqrt(found.n)
    return Residuals(what, found.mean, expected, error, FAMILY, found.n - 1, found.rounding)


def deviations(variance: Array, what: str) -> Residuals:
    """Compare the standard deviations of the mode array; their error is that of a sample of the train's kurtosis."""
    found = measured("array")
    _, second, fourth = trains("array")
    error = found.deviation * np.sqrt((fourth / second**2 - 1) / found.n) / 2
    printed = 5e-4 * found.deviation  # four digits
    return Residuals(what, found.deviation, np.sqrt(variance), error, FAMILY, np.inf, printed)


def right() -> list[Residuals]:
    """Return the comparisons with the laws that the table should bear out."""
    return [
        means("iso", trains("iso")[0], "iso, means: train of single pulses"),
        means("array", trains("array")[0], "array, means: train of single pulses"),
        means("array", law("pulse-train", "array"), "array, means: `pulse-train`, the limit of small pulses"),
        deviations(trains("array")[1], "array, standard deviations: train of single pulses"),
    ]


def wrong() -> list[Residuals]:
    """Return the comparisons with laws that the table should refute."""
    found = measured("array")
    part = np.abs(found.change) / found.dw % 1
    response = np.abs(law("ald", "array") - found.w) / np.abs(found.change)
    return [
        means("iso", law("ald", "iso"), "iso, means: `ald`, the whole increment in one linear step"),
        means("array", law("ald", "array"), "array, means: `ald`, the whole increment in one linear step"),
        deviations(
            found.dw**2 * part * (1 - part) * response**2, "array, standard deviations: ideal stochastic rounding"
        ),
        deviations(1.3 * trains("array")[1], "array, standard deviations: 1.3 times the variance"),
    ]
