"""aihwkit_S2.csv: least squares trained on an analog tile by one rank-one update a sample, against this project's
devices.

f(w, b) = (c/N) sum_s (<a_s, w> + b - y_s)^2. The errors of a batch are read at its start, each through weights with
read noise; sample s then changes w by -step (2c/N) e_s a_s on the device, while b is digital. The recursion stands
here, literally; the algorithm per-sample makes the same steps (test_toy.py). The device is the project's.
"""

from collections.abc import Callable
from functools import cache

import numpy as np

from tests.oracle.residuals import Family, Residuals
from tests.oracle.tables import DATA, Array, column, rows
from theory.setting import devices

TABLE = "aihwkit_S2.csv"
_SAMPLES = np.loadtxt(DATA / "least_squares_S2.csv", delimiter=",", skiprows=1)
INPUTS, TARGETS = _SAMPLES[:, :-1], _SAMPLES[:, -1]
STEP, C, ITERATIONS, READ_NOISE = 0.03, 0.5, 2501, 0.021445
NORMS, LARGEST = np.linalg.norm(INPUTS, axis=1), np.abs(INPUTS).max(axis=1)
SHARES, SIGNS = np.abs(INPUTS) / LARGEST[:, None], np.sign(INPUTS)
MEASURES = {"A": ("A", "A_se"), "f": ("f_last_fifth", "f_se"), "squared gradient": ("g2_last_fifth", "g2_se")}

TILE_ROWS = tuple(row for row in rows(TABLE) if row["BL"])
COARSE_ROWS = tuple(row for row in TILE_ROWS if float(row["dw_min"]) > 1e-3)
SMOOTH_ROWS = tuple(row for row in rows(TABLE) if not row["BL"])
FAMILY = Family(rows=len(MEASURES) * (len(TILE_ROWS) + len(SMOOTH_ROWS)), comparisons=len(MEASURES) * 2)

Batch = Callable[[Array, Array, np.random.Generator], Array]
"""The weights after a batch, from weights (seeds, 40), errors (seeds, N) and a source of random numbers."""


def train(batch: Batch, seeds: int, seed: int, noise: Array = READ_NOISE * NORMS) -> dict[str, Array]:
    """Return A, f and squared gradient of every seed, shape (seeds,) each."""
    rng = np.random.default_rng(seed)
    samples, size = INPUTS.shape
    w, b = np.zeros((seeds, size)), np.zeros(seeds)
    last = ITERATIONS - ITERATIONS // 5
    total = {name: np.zeros(seeds) for name in MEASURES}
    for step in range(ITERATIONS):
        error = w @ INPUTS.T + b[:, None] - TARGETS
        slope, slope_of_bias = (2 * C / samples * value for value in (error @ INPUTS, error.sum(axis=1)))
        squared = np.sum(slope**2, axis=1) + slope_of_bias**2
        total["A"] += squared / ITERATIONS
        if step >= last:
            total["f"] += C / samples * np.sum(error**2, axis=1) / (ITERATIONS - last)
            total["squared gradient"] += squared / (ITERATIONS - last)
        read = error + noise * rng.standard_normal(error.shape)
        b = b - STEP * 2 * C / samples * read.sum(axis=1)
        w = batch(w, read, rng)
    return total


def sample_by_sample(tau: float) -> Batch:
    """One update of the linear device a sample."""
    device = devices.ald(tau)

    def batch(w: Array, error: Array, rng: np.random.Generator) -> Array:
        for change in -STEP * 2 * C / len(INPUTS) * error.T[:, :, None] * INPUTS[:, None]:
            w = device.update(w, change)
        return w

    return batch


def all_at_once(tau: float, dw: float = 0.0) -> Batch:
    """One update of the linear device by the sum over the batch: what `analog-sgd` does."""
    device = devices.ald(tau)

    def batch(w: Array, error: Array, rng: np.random.Generator) -> Array:
        return device.update(w, -STEP * 2 * C / len(INPUTS) * error @ INPUTS)

    return batch


def pulse_by_pulse(tau: float, dw: float) -> Batch:
    """Trains as long as the largest increment of a sample needs; a row of the tile shares the pulses of its error.

    With n = step (2c/N) |e| max|a| / dw_min and BL = ceil(n), the error has a pulse in a slot with probability
    sqrt(n/BL), input i with probability |a_i|/max|a| times that.
    """
    device = devices.pulse_train(tau)
    pulse = -tau * np.log1p(-dw / tau)  # c pulses of the linear device are one step of the exact law by c of these

    def batch(w: Array, error: Array, rng: np.random.Generator) -> Array:
        n = STEP * 2 * C / len(INPUTS) * np.abs(error) * LARGEST / dw
        slots = np.maximum(np.ceil(n), 1).astype(np.int64)
        chance = np.sqrt(n / slots)
        of_error = rng.binomial(slots, chance)
        seed, sample = np.nonzero(of_error)  # a sample without a pulse changes nothing; a seed's samples in their order
        w, share = w.copy(), chance[seed, sample, None] * SHARES[sample]
        counts = rng.binomial(of_error[seed, sample, None], share)
        change = -np.sign(error[seed, sample, None]) * SIGNS[sample] * pulse * counts
        firing = np.count_nonzero(of_error, axis=1)
        first = np.cumsum(firing) - firing
        for place in range(firing.max()):
            of = np.flatnonzero(firing > place)
            w[of] = device.update(w[of], change[first[of] + place])
        return w

    return batch


def compared(what: str, table: tuple[dict[str, str], ...], found: list[dict[str, Array]]) -> list[Residuals]:
    """Compare every measure; degrees of freedom by Welch and Satterthwaite."""
    result = []
    for name, (mean, error) in MEASURES.items():
        values = [one[name] for one in found]
        ours = np.array([value.std(ddof=1) / np.sqrt(len(value)) for value in values])
        theirs, seeds = column(table, error), column(table, "seeds")
        more = np.array([len(value) for value in values])
        freedom = (ours**2 + theirs**2) ** 2 / (ours**4 / (more - 1) + theirs**4 / (seeds - 1))
        expected = np.array([value.mean() for value in values])
        measured = column(table, mean)
        combined = np.hypot(ours, theirs)
        result.append(Residuals(f"{what}: {name}", measured, expected, combined, FAMILY, freedom))
    return result


def of_rows(
    what: str, table: tuple[dict[str, str], ...], law: Callable[[float, float], Batch], seed: int
) -> list[Residuals]:
    """Compare a law (of tau and pulse size) with rows of the table."""
    found = []
    for place, row in enumerate(table):
        dw = float(row["dw_min"].split()[0])
        found.append(train(law(float(row["tau"]), dw), 32 if dw > 1e-3 or not dw else 8, seed + place))
    return compared(what, table, found)


@cache
def smooth() -> list[dict[str, Array]]:
    """Return the training with one smooth update a sample, for every tau of the table."""
    return [train(sample_by_sample(float(row["tau"])), 32, 10 + place) for place, row in enumerate(SMOOTH_ROWS)]


@cache
def right() -> list[Residuals]:
    """Return the comparisons with the laws that the table should bear out."""
    return [
        *compared("one `ald` update a sample", SMOOTH_ROWS, smooth()),
        *of_rows("the tile, pulse by pulse", TILE_ROWS, pulse_by_pulse, 20),
    ]


@cache
def wrong() -> list[Residuals]:
    """Return the comparisons with laws that the table should refute."""
    uniform = READ_NOISE * np.full_like(NORMS, np.sqrt(np.mean(NORMS**2)))
    found = [train(sample_by_sample(float(row["tau"])), 32, 50, uniform) for row in SMOOTH_ROWS]
    assert [row["tau"] for row in COARSE_ROWS] == [row["tau"] for row in SMOOTH_ROWS]
    return [
        *of_rows("one `ald` update a batch", SMOOTH_ROWS, all_at_once, 40),
        *compared("read noise the same for all samples", SMOOTH_ROWS, found),
        *compared("coarse pulses: `ald` without pulses", COARSE_ROWS, smooth()),
    ]
