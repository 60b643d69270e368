"""stationary.csv: analog SGD on a quadratic, run to stationarity, against this project's simulator and devices."""

from collections.abc import Callable
from functools import cache

import numpy as np

import simulate
from simulate.problems import Quadratic
from tests.oracle.residuals import Family, Residuals
from tests.oracle.tables import Array, column, rows
from tests.oracle.trains import Counts
from theory.setting import devices

TABLE = "stationary.csv"
REPLICAS = 1024
TILE = 256
"""Replicas of the table."""
COARSE, FINE = 0.01, 1e-4
FAMILY = Family(rows=4 + 4 + 4 + 12 + 4, comparisons=5)

Row = dict[str, str]
Draw = Callable[[Array, np.random.Generator], Counts | Array]
"""The pulses that elements with |D|/dw_min = n get."""
Estimate = tuple[float, float]
"""A mean and its standard error over replicas."""


def chosen(dw: float | None = None) -> tuple[Row, ...]:
    """Return the rows with pulses of size dw, or all."""
    return tuple(row for row in rows(TABLE) if dw is None or float(row["dw_min"]) == dw)


def estimate(late: Array) -> Estimate:
    """Return mean and standard error of one number per replica."""
    return float(late.mean()), float(late.std(ddof=1) / np.sqrt(len(late)))


def simulated(row: Row, device: str, seed: int, **parameters: float) -> Estimate:
    """Return E grad^2 after `burn` steps by `simulate.run` on a device."""
    sigma, target, tau = float(row["sigma"]), float(row["w_star"]), float(row["tau"])
    unit = float(Quadratic(1, size=1).minimiser[0])  # of target 1
    assert unit > 0
    problem = Quadratic(1, size=1, sigma=sigma, target=target / unit, start=0.0)
    found = simulate.run(
        problem, "analog-sgd", alpha=float(row["alpha"]), tau=tau, iterations=int(row["K"]), replicas=REPLICAS,
        device=device, device_parameters=parameters, seed=seed,
    )  # fmt: skip
    return estimate(found.curve.squared_gradient[found.curve.times > int(row["burn"])].mean(axis=0))


def by_trains(row: Row, counts: Draw, seed: int) -> Estimate:
    """Return E grad^2 after `burn` steps of a recursion whose updates are whole pulses of the linear device.

    Args:
        row: the setting.
        counts: how many pulses the elements get, shape (tiles, TILE).
        seed: of all random numbers.

    """
    tau, sigma, target, alpha, dw = (float(row[name]) for name in ("tau", "sigma", "w_star", "alpha", "dw_min"))
    device = devices.pulse_train(tau)
    pulse = -tau * np.log1p(-dw / tau)  # c pulses of the linear device are one step of the exact law by c of these
    rng = np.random.default_rng(seed)
    w, total = np.zeros((REPLICAS // TILE, TILE)), np.zeros((REPLICAS // TILE, TILE))
    for step in range(int(row["K"])):
        gradient = w - target
        total += gradient**2 * (step >= int(row["burn"]))
        change = -alpha * (gradient + sigma * rng.standard_normal(w.shape))
        w = device.update(w, np.sign(change) * pulse * counts(np.abs(change) / dw, rng))
    return estimate(total.ravel() / (int(row["K"]) - int(row["burn"])))


def shared(n: Array, rng: np.random.Generator) -> Counts:
    """Trains as long as the largest increment on the tile needs."""
    slots = np.ceil(n.max(axis=1, keepdims=True)).astype(np.int64)
    return rng.binomial(np.broadcast_to(slots, n.shape), n / slots)


def own(n: Array, rng: np.random.Generator) -> Counts:
    """Trains as long as each element's own increment needs: every replica on a tile of its own."""
    slots = np.maximum(np.ceil(n), 1).astype(np.int64)
    return rng.binomial(slots, n / slots)


def rounded(n: Array, rng: np.random.Generator) -> Counts:
    """Ideal stochastic rounding."""
    return (np.floor(n) + (rng.random(n.shape) < n % 1)).astype(np.int64)


def endless(n: Array, rng: np.random.Generator) -> Counts:
    """Trains without end, whose counts have variance n."""
    return rng.poisson(n)


def exactly(n: Array, rng: np.random.Generator) -> Array:
    """Fractions of a pulse: no noise."""
    return n


def compared(what: str, table: tuple[Row, ...], found: list[Estimate], column_name: str = "aihwkit") -> Residuals:
    """Compare estimates with a column of the table; both errors count."""
    mean, error = np.array(found).T
    measured, given = (column(table, f"{column_name}_{name}") for name in ("Egrad2", "se"))
    return Residuals(what, measured, mean, np.hypot(error, given), FAMILY, TILE - 1)


def of_device(device: str, dw: float, seed: int, what: str, column_name: str = "aihwkit") -> Residuals:
    """Compare `simulate.run` on a smooth device with the rows of one pulse size."""
    table = chosen(dw)
    found = [simulated(row, device, seed + place) for place, row in enumerate(table)]
    return compared(what, table, found, column_name)


def length_on_the_tile(row: Row, seed: int) -> int:
    """Return the median length of the trains that 256 replicas share, at the mean weight of the table."""
    rng = np.random.default_rng(seed)
    away = float(row["aihwkit_mean_w"]) - float(row["w_star"])
    directions = away + float(row["sigma"]) * rng.standard_normal((2000, TILE))
    return int(np.median(np.ceil(float(row["alpha"]) / float(row["dw_min"]) * np.abs(directions).max(axis=1))))


def of_granular(length: Callable[[Row], int], seed: int, what: str) -> Residuals:
    """Compare `simulate.run` on the linear device with pulses of the table's size with the coarse rows."""
    table = chosen(COARSE)
    found = [
        simulated(row, "ald", seed + place, dw=float(row["dw_min"]), BL=length(row)) for place, row in enumerate(table)
    ]
    return compared(what, table, found)


def of_trains(counts: Draw, dw: float | None, what: str) -> Residuals:
    """Compare a law of trains with the rows of one pulse size, or with all."""
    table = chosen(dw)
    return compared(what, table, [by_trains(row, counts, 900 + place) for place, row in enumerate(table)])


@cache
def right() -> list[Residuals]:
    """Return the comparisons with the laws that the table should bear out."""
    return [
        of_device("ald", FINE, 100, "the table's own linear model: `simulate run --device ald`", "model"),
        of_device("ald", FINE, 200, "aihwkit, dw_min = 1e-4: `simulate run --device ald`"),
        of_device("pulse-train", FINE, 300, "aihwkit, dw_min = 1e-4: `simulate run --device pulse-train`"),
        of_trains(shared, None, "aihwkit, all dw_min: trains whose length the tile shares, pulse by pulse"),
        of_granular(
            lambda row: length_on_the_tile(row, 600),
            700,
            "aihwkit, dw_min = 1e-2: `simulate run --device ald --set dw=0.01`, BL the median length on the tile",
        ),
    ]


@cache
def wrong() -> list[Residuals]:
    """Return the comparisons with laws that the table should refute."""
    return [
        of_device("ald", COARSE, 400, "aihwkit, dw_min = 1e-2: `ald` without pulses"),
        of_granular(lambda _: 0, 750, "aihwkit, dw_min = 1e-2: `simulate run --device ald --set dw=0.01`, no BL"),
        of_trains(rounded, COARSE, "aihwkit, dw_min = 1e-2: ideal stochastic rounding"),
        of_trains(own, COARSE, "aihwkit, dw_min = 1e-2: each replica on a tile of its own"),
        of_trains(endless, COARSE, "aihwkit, dw_min = 1e-2: trains without end, variance dw \\|D\\|"),
    ]
