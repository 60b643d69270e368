"""One-sided confidence bounds on a mean, the family they belong to, and what they can detect.

The average squared gradient norm of a replica is a nonnegative number without a known upper end, so an alarm (the mean
exceeds the bound) rests on a bet that needs nothing but independence and nonnegativity: a gambler who starts with 1
and stakes the share b on "the mean is above m" has capital prod_r (1 - b + b X_r / m), a nonnegative supermartingale
whenever the mean is at most m. By Ville's inequality it ever reaches 1/level with probability at most `level`; the
lower confidence bound is the largest m at which it does. This holds at every sample size at once, so stopping early
or drawing more replicas while undecided costs nothing. Observations with a known ceiling are treated alike from above.

Where no ceiling is known there is no valid upper confidence bound without further assumptions; `held` then rests on
Student's t over replicas, and says so in `method`.

Source: Ville (1939); Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting" (2024).
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from boundary import BadInput

Array = NDArray[np.float64]
Side = Literal["lower", "upper"]

BETTING = "betting"
STUDENT = "student"

STAKES = np.array([1.0] + [2.0**-power for power in range(1, 8)])
"""Shares of capital bet at the same time. 1 suits replicas that hardly scatter, the smaller ones heavy scatter."""

PRIOR = np.array([0.5] + [0.5 / 7] * 7)
"""How the starting capital is divided among `STAKES`."""

_BISECTIONS = 45


@dataclass(frozen=True)
class ConfidenceBound:
    """A one-sided bound on a mean.

    Args:
        value: the bound, in units of the observations.
        side: which side of the mean it lies on.
        level: probability with which it may be wrong.
        method: `betting` needs no distribution; `student` takes the mean as normal.

    """

    value: float
    side: Side
    level: float
    method: str


def _observations(observations: ArrayLike) -> Array:
    values = np.asarray(observations, dtype=np.float64)
    if values.ndim == 0 or values.shape[-1] == 0:
        raise BadInput("observations", values.shape, "at least one replica")
    if not np.all(np.isfinite(values)):
        raise BadInput("observations", "nan or inf", "finite numbers", "a confidence bound on their mean")
    return values


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise BadInput("level", level, "0 < level < 1", "a confidence bound")
    return level


def log_capital(observations: Array, mean: Array) -> Array:
    """Return log of the largest capital a bet on "the mean exceeds `mean`" ever had.

    Args:
        observations: float64, shape (..., R), >= 0.
        mean: float64, shape (...,), > 0.

    Returns: float64, shape (...,).

    """
    ratio = observations / mean[..., None]
    total = np.full(ratio.shape, -np.inf)
    for stake, share in zip(STAKES, PRIOR, strict=True):
        with np.errstate(divide="ignore"):
            growth = np.log1p(stake * (ratio - 1)) if stake < 1 else np.log(ratio)
        total = np.logaddexp(total, math.log(share) + np.cumsum(growth, axis=-1))
    return np.asarray(total.max(axis=-1))


def lower_mean(observations: ArrayLike, level: float) -> Array:
    """Return a lower confidence bound on the mean of nonnegative observations, valid at every sample size at once.

    Args:
        observations: shape (..., R), >= 0, independent and identically distributed along the last axis.
        level: probability with which the mean may lie below, in (0, 1).

    Returns: float64, shape (...,); 0 where nothing positive can be claimed.
    Raises:  BadInput: observations negative or not finite, level outside (0, 1).

    """
    values, target = _observations(observations), -math.log(_level(level))
    if np.any(values < 0):
        raise BadInput("observations", values.min(), "observations >= 0", "a bet without a ceiling")
    high = (np.cumsum(values, axis=-1) / np.arange(1, values.shape[-1] + 1)).max(axis=-1)
    positive = high > 0
    high = np.where(positive, high, 1.0)
    # one observation alone already refutes means below about level / 2 of itself
    low = np.maximum(high * level * 1e-3, np.finfo(np.float64).tiny)
    high = np.maximum(high, low)
    claimed = positive & (log_capital(values, low) >= target)
    # The capital falls as the hypothetical mean grows, so the refuted means form an interval (0, low].
    for _ in range(_BISECTIONS):
        middle = np.sqrt(low) * np.sqrt(high)
        refuted = log_capital(values, middle) >= target
        low, high = np.where(refuted, middle, low), np.where(refuted, high, middle)
    return np.where(claimed, low, 0.0)


def upper_mean(observations: ArrayLike, level: float, ceiling: ArrayLike) -> Array:
    """Return an upper confidence bound on the mean of observations in [0, ceiling], valid at every sample size.

    Args:
        observations: shape (..., R), in [0, ceiling].
        level: probability with which the mean may lie above.
        ceiling: shape (...,), an upper end known beforehand, never read off the observations.

    Returns: float64, shape (...,), at most `ceiling`.
    Raises:  BadInput: an observation above its ceiling.

    """
    values, top = _observations(observations), np.asarray(ceiling, dtype=np.float64)
    if np.any(values > top[..., None]):
        raise BadInput("observations", values.max(), f"observations <= ceiling {top}", "a bet from above")
    return np.asarray(top - lower_mean(top[..., None] - values, level))


def student_mean(observations: ArrayLike, level: float, side: Side) -> Array:
    """Return Student's t bound: exact for normal observations, an approximation for means over many steps."""
    values = _observations(observations)
    count = values.shape[-1]
    if count < 2:
        raise BadInput("replicas", count, "at least 2 replicas", "an empirical variance")
    quantile = float(special.stdtrit(count - 1, 1 - _level(level)))
    spread = quantile * values.std(axis=-1, ddof=1) / math.sqrt(count)
    mean = values.mean(axis=-1)
    return np.asarray(mean - spread if side == "lower" else mean + spread)


def lower_bound(observations: ArrayLike, level: float) -> ConfidenceBound:
    """Return the lower bound on which alarms rest: by betting, distribution-free."""
    return ConfidenceBound(float(lower_mean(observations, level)), "lower", level, BETTING)


def upper_bound(observations: ArrayLike, level: float, ceiling: float | None = None) -> ConfidenceBound:
    """Return the upper bound on which `held` rests: by betting below a known ceiling, else Student's t."""
    if ceiling is None:
        return ConfidenceBound(float(student_mean(observations, level, "upper")), "upper", level, STUDENT)
    return ConfidenceBound(float(upper_mean(observations, level, ceiling)), "upper", level, BETTING)


@dataclass(frozen=True)
class Spending:
    """Divides the family's error among hypotheses 0, 1, 2, ... before any of them is looked at.

    Hypotheses come in blocks of 512, 1024, 2048, ...; block b gets the share 6 / (pi (b + 1))^2 of the error, divided
    equally inside. The level of a hypothesis depends on its index alone, so verdicts do not change with the order of
    work, with resuming, or when a family is extended; by the union bound the family-wise error stays at most
    1 - confidence whatever the dependence and however many hypotheses follow.

    Args:
        confidence: family-wise, in (0, 1).

    """

    confidence: float
    first_block: int = 512

    def __post_init__(self) -> None:
        if not 0 < self.confidence < 1:
            raise BadInput("--confidence", self.confidence, "0 < confidence < 1", "the family-wise error")

    def level(self, index: int) -> float:
        """Return the error that hypothesis `index` (>= 0) may spend."""
        block = (index // self.first_block + 1).bit_length() - 1
        size = self.first_block * 2**block
        return float((1 - self.confidence) * 6 / (math.pi * (block + 1)) ** 2 / size)


def _growth(violation: float, variation: float) -> tuple[Array, Array]:
    """Return mean and standard deviation of the log growth of each stake, for gamma observations."""
    shares = (np.arange(512) + 0.5) / 512
    scatter = special.gammaincinv(1 / variation**2, shares) * variation**2 if variation > 0 else np.ones(1)
    growth = np.log(np.maximum(1 + STAKES[:, None] * ((1 + violation) * scatter - 1), 1e-300))
    return growth.mean(axis=-1), growth.std(axis=-1)


def replicas_needed(violation: float, variation: float, level: float, power: float = 0.9) -> int:
    """Return the replicas that reveal a mean of (1 + violation) times the bound with probability `power`.

    Args:
        violation: relative excess of the true mean over the bound, > 0.
        variation: standard deviation of one replica divided by its mean, >= 0.
        level: error the alarm may spend.
        power: probability of the alarm; replicas are taken as gamma distributed, for planning only.

    """
    if not violation > 0:
        raise BadInput("violation", violation, "violation > 0", "an alarm")
    mean, deviation = _growth(violation, variation)
    price, quantile = -math.log(_level(level)) - np.log(PRIOR), float(special.ndtri(power))
    with np.errstate(divide="ignore", invalid="ignore"):
        # R g - z s sqrt(R) = price, a quadratic in sqrt(R), for each stake whose capital grows at all
        root = (quantile * deviation + np.sqrt(quantile**2 * deviation**2 + 4 * mean * price)) / (2 * mean)
    needed = float(np.where(mean > 0, root**2, np.inf).min())
    if not math.isfinite(needed):
        raise BadInput("violation", violation, "an excess that the replicas' scatter does not hide", "an alarm")
    return math.ceil(needed)
