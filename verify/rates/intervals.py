"""Intervals for exponents, floors and shares that are read off averages over replicas.

Method: replicas are independent, whatever happens within one (many points on the same noise, many times of one run).
A statistic of the replicas' means is taken again without each replica in turn; the scatter of these values (the
jackknife) gives its standard error and Student's t its interval. t takes the mean of R replicas as normal; against
heavy tails and small R only `SPENT` of the error that is allowed is spent on it, the rest is reserve. The tests measure
the coverage on planted truths, normal and skew.

A law seldom holds exactly over a finite range. An exponent is fitted with the leading term alone and with the next
order beside it; its interval covers both fits.

Source: Efron and Stein, "The jackknife estimate of variance" (1981): its expectation is at least the variance.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from boundary import BadInput

Array = NDArray[np.float64]
Statistic = Callable[[list[Array]], Array]

SPENT = 0.2
"""Share of the allowed error that Student's t gets."""
CONFIDENCE = 0.95
_FEWEST = 8
_STEEPEST, _FLATTEST = -6.0, -0.02
_REFINEMENTS = 6


@dataclass(frozen=True)
class Interval:
    """An estimate and the two ends of its confidence interval."""

    value: float
    low: float
    high: float

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high

    def meets(self, low: float, high: float) -> bool:
        """Return whether the interval and [low, high] have a number in common."""
        return self.low <= high and low <= self.high

    def joined(self, other: "Interval") -> "Interval":
        """Return the interval that covers both, with this one's estimate."""
        return Interval(self.value, min(self.low, other.low), max(self.high, other.high))

    def __rmul__(self, factor: float) -> "Interval":
        ends = sorted((factor * self.low, factor * self.high))
        return Interval(factor * self.value, ends[0], ends[1])


def jackknife(statistic: Statistic, data: Sequence[ArrayLike], error: float = 1 - CONFIDENCE) -> list[Interval]:
    """Return the intervals of a statistic of means.

    Args:
        statistic: takes the means of `data` (each without its last axis), returns shape (s,); smooth where they lie.
        data: arrays whose last axis is the replicas, R in all of them, the same replicas in the same places.
        error: probability with which an interval may miss, in (0, 1).

    Returns: s intervals, each with confidence 1 - error.
    Raises:  BadInput: fewer than 8 replicas, numbers that are not finite, error outside (0, 1).

    """
    arrays = [np.asarray(part, dtype=np.float64) for part in data]
    count = arrays[0].shape[-1]
    if count < _FEWEST or any(part.shape[-1] != count for part in arrays):
        raise BadInput("replicas", count, f"at least {_FEWEST} replicas, as many for all points", "an interval")
    if not all(np.all(np.isfinite(part)) for part in arrays):
        raise BadInput("data", "nan or inf", "finite numbers", "an interval")
    if not 0 < error < 1:
        raise BadInput("error", error, "0 < error < 1", "an interval")
    whole = statistic([part.mean(axis=-1) for part in arrays])
    totals = [part.sum(axis=-1) for part in arrays]
    without = np.array(
        [
            statistic([(total - part[..., one]) / (count - 1) for total, part in zip(totals, arrays, strict=True)])
            for one in range(count)
        ]
    )
    scatter = np.sqrt((count - 1) * np.mean((without - without.mean(axis=0)) ** 2, axis=0))
    half = special.stdtrit(count - 1, 1 - SPENT * error / 2) * scatter
    return [Interval(float(v), float(v - h), float(v + h)) for v, h in zip(whole, half, strict=True)]


def slope_weights(x: ArrayLike, correction: float | None = None) -> Array:
    """Return the weights that take logarithms at x to the slope of their fit, shape (n,).

    Least squares of log y on log x and a constant; with `correction` also on x^correction, the next order:
    y = c x^slope (1 + c' x^correction).

    Args:
        x: shape (n,), > 0, more different values than there are columns.
        correction: exponent of the next order relative to the first, not 0.

    """
    points = np.asarray(x, dtype=np.float64)
    wanted = 2 if correction is None else 3
    if not np.all(points > 0) or len(set(points.tolist())) < wanted:
        raise BadInput("x", x, f"at least {wanted} different values > 0", "an exponent")
    columns = [np.log(points), np.ones_like(points)]
    if correction is not None:
        columns.append((points / np.exp(np.mean(np.log(points)))) ** correction)
    return np.asarray(np.linalg.pinv(np.stack(columns, axis=1))[0])


def slope(x: ArrayLike, y: ArrayLike, correction: float | None = None) -> float:
    """Return the slope of log y against log x; see `slope_weights`."""
    return float(slope_weights(x, correction) @ np.log(np.asarray(y, dtype=np.float64)))


def exponent(
    x: ArrayLike, samples: ArrayLike, *, correction: float | None = None, error: float = 1 - CONFIDENCE
) -> Interval:
    """Return the exponent of E y in x.

    Args:
        x: shape (n,), > 0.
        samples: shape (n, R), a replica a column; their means are > 0.
        correction: exponent of the next order relative to the first; the interval covers the fits with and without.
        error: probability with which the interval may miss.

    Raises:
        BadInput: if a mean is not positive.

    """
    values = np.asarray(samples, dtype=np.float64)
    means = values.mean(axis=-1)
    if not np.all(means > 0):
        raise BadInput("samples", means, "means > 0", "an exponent")
    fits = np.stack([slope_weights(x, one) for one in dict.fromkeys((correction, None))])

    def fitted(averages: list[Array]) -> Array:
        return np.asarray(fits @ np.log(np.maximum(averages[0], np.finfo(float).tiny)))

    found = jackknife(fitted, [values], error)
    return found[0].joined(found[-1])


def floored(x: ArrayLike, y: ArrayLike) -> tuple[float, float, float]:
    """Fit y = floor + c x^s by least squares of relative errors; return floor, c and s.

    For each s the fit is linear; s is searched on a grid that is made finer around the best.
    """
    points, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    scale = np.exp(np.mean(np.log(points)))
    low, high = _STEEPEST, _FLATTEST
    for _ in range(_REFINEMENTS):
        grid = np.linspace(low, high, 61)
        constant, power = 1 / values, (points / scale) ** grid[:, None] / values
        a, b, c = constant @ constant, power @ constant, np.sum(power * power, axis=1)
        p, q = np.sum(constant), np.sum(power, axis=1)
        floor, slope = (np.array([c * p - b * q, a * q - b * p])) / (a * c - b * b)
        misfit = np.sum((floor[:, None] * constant + slope[:, None] * power - 1) ** 2, axis=1)
        best = int(np.argmin(misfit))
        low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(floor[best]), float(slope[best] / scale ** grid[best]), float(grid[best])


def floored_exponent(x: ArrayLike, samples: ArrayLike, error: float = 1 - CONFIDENCE) -> tuple[Interval, Interval]:
    """Return the floor and the exponent with which E y falls to it: y = floor + c x^s, s < 0.

    Args:
        x: shape (n,), > 0, n >= 4.
        samples: shape (n, R), a replica a column; means > 0.
        error: probability with which each interval may miss.

    """

    def fitted(averages: list[Array]) -> Array:
        floor, _, s = floored(x, averages[0])
        return np.array([floor, s])

    floor, power = jackknife(fitted, [samples], error)
    return floor, power
