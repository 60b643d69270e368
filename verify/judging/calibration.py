"""The error rates of the verdicts, measured on truths that are planted.

A null family is a handful of settings whose true mean is the bound or lies below it; an alarm in any of them is a false
one, and of all families at most the stated share may have one. Each setting is judged as a sweep judges it: its own
level by its index, three looks with doubling replicas, the alarm by betting, `verdicts.decide`. Power is the share of
violations of a stated size that are found with the replicas said to be needed. The mean-square saturation is missed as
seldom as stated where large values are rare, since its ceiling is known beforehand. A rate fails if its 99.99% interval
(Clopper-Pearson) lies on the wrong side of what is stated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from boundary import BadInput
from verify.judging import statistics, verdicts

Array = NDArray[np.floating[Any]]
Rule = Callable[[Array, float], NDArray[np.bool_]]
"""Observations of many settings, shape (n, R), and the level of each -> which of them raise an alarm against 1."""

CONFIDENCE = 0.9
"""Of a null family: one in ten may have an alarm."""
SIZE = 20
"""Settings of a null family; blocks of the spending are shrunk so that they spend most of its error."""
FIRST_BLOCK = 5
REPLICAS = 8
"""Of the first look."""
RARE = 1e-4
"""How improbable a count must be under what is stated before a rate fails."""
LEVEL, POWER = 1e-4, 0.9
"""Of a single setting, where power is measured."""
VIOLATIONS = ((0.2, 0.05), (0.3, 0.3), (0.5, 1.0))
"""Relative excess of the mean over the bound, standard deviation of one replica over its mean."""

LAWS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], Array]] = {
    "narrow": lambda rng, shape: rng.gamma(100.0, 0.01, shape),
    "exponential": lambda rng, shape: rng.exponential(1.0, shape),
    "lognormal": lambda rng, shape: rng.lognormal(-0.5, 1.0, shape),
    "rarely 20, else 0": lambda rng, shape: 20.0 * (rng.random(shape) < 0.05),
    # the law of mean 1 on {0, 1.25}, against which a bet without a ceiling is exactly tight
    "extremal": lambda rng, shape: 1.25 * (rng.random(shape) < 0.8),
    "narrow, 20% below": lambda rng, shape: 0.8 * rng.gamma(100.0, 0.01, shape),
}
"""Nonnegative observations of mean at most 1, with very different tails, by name."""


@dataclass(frozen=True)
class ErrorRate:
    """One measured rate against what is stated of it.

    Args:
        what: false alarms or power.
        law: of the observations.
        stated: the rate stated: at most for false alarms, at least for power.
        families: how many families, or settings where power is measured.
        count: how many of them had an alarm.
        replicas: of the last look of each setting.

    """

    what: str
    law: str
    stated: float
    families: int
    count: int
    replicas: int

    @property
    def rate(self) -> float:
        """Return the share measured."""
        return self.count / self.families

    @property
    def ok(self) -> bool:
        """Return whether what was measured is compatible with what is stated."""
        if self.what == "power":
            return bool(stats.binom.cdf(self.count, self.families, self.stated) >= RARE)
        return bool(stats.binom.sf(self.count - 1, self.families, self.stated) >= RARE)

    @property
    def interval_95(self) -> tuple[float, float]:
        """Return its 95% interval."""
        low, high = stats.binomtest(self.count, self.families).proportion_ci(0.95)
        return float(low), float(high)

    def to_json(self) -> dict[str, Any]:
        """Return the rate as plain data, with its 95% interval."""
        return {**vars(self), "rate": self.rate, "interval_95": list(self.interval_95), "ok": self.ok}


@dataclass(frozen=True)
class Control:
    """A wrong procedure, and the rate that must show it."""

    procedure: str
    rate: ErrorRate

    @property
    def noticed(self) -> bool:
        """Return whether it shows."""
        return not self.rate.ok

    def to_json(self) -> dict[str, Any]:
        """Return the control as plain data."""
        return {**self.rate.to_json(), "procedure": self.procedure, "noticed": self.noticed}


@dataclass(frozen=True)
class CalibrationResult:
    """The error rates of the verdicts on planted truths.

    Args:
        families: null families a law.
        seed: of all observations.
        rates: of false alarms, of power, and of the mean-square saturation.
        held: of a false `held`, by law; only the first is stated.
        controls: wrong procedures.

    """

    families: int
    seed: int
    rates: tuple[ErrorRate, ...]
    held: tuple[ErrorRate, ...]
    controls: tuple[Control, ...]

    @property
    def settings_per_family(self) -> int:
        """Return how many settings a null family has."""
        return SIZE

    @property
    def as_stated(self) -> bool:
        """Return whether every stated rate holds and every wrong procedure shows."""
        return all(rate.ok for rate in (*self.rates, self.held[0])) and all(one.noticed for one in self.controls)

    def to_json(self) -> dict[str, Any]:
        """Return everything with the keys of the command line."""
        return {
            "families": self.families,
            "seed": self.seed,
            "family_wise_confidence": CONFIDENCE,
            "settings_per_family": self.settings_per_family,
            "rates": [rate.to_json() for rate in self.rates],
            "held": [
                {**rate.to_json(), "what": "false held", "asserted": place == 0} for place, rate in enumerate(self.held)
            ],
            "controls": [control.to_json() for control in self.controls],
            "as_stated": self.as_stated,
        }


def judged(observations: Array, level: float) -> NDArray[np.str_]:
    """Judge settings as a sweep does: look, and look again with more replicas while undecided."""
    verdict = np.full(len(observations), "inconclusive")
    undecided = np.arange(len(observations))
    for look in range(verdicts.LOOKS):
        seen = observations[undecided, : REPLICAS * 2**look]
        shares = verdicts.shares(level)
        lower = statistics.lower_mean(seen, shares.alarm)
        upper = statistics.student_mean(seen, shares.look, "upper")
        words = np.array([verdicts.decide(one, other, 1.0, 1.0) for one, other in zip(lower, upper, strict=True)])
        verdict[undecided] = words
        undecided = undecided[words == "inconclusive"]
    return verdict


def by_verdict(observations: Array, level: float) -> NDArray[np.bool_]:
    """Return which settings a sweep calls violated."""
    return np.asarray(judged(observations, level) == "violated")


def by_held(observations: Array, level: float) -> NDArray[np.bool_]:
    """Return which settings a sweep calls held; their mean is the bound or a trifle above it, so that is wrong."""
    return np.asarray(judged(observations * (1 + 2e-9), level) == "held")


def false_alarms(law: str, families: int, seed: int = 1, rule: Rule = by_verdict) -> ErrorRate:
    """Measure how many null families have an alarm.

    Args:
        law: a name of `LAWS`.
        families: how many.
        seed: of the observations.
        rule: how a setting is judged.

    """
    most = REPLICAS * 2 ** (verdicts.LOOKS - 1)
    rng = np.random.default_rng([seed, list(LAWS).index(law)])
    # the betting bound tells 1 from 1 by its own rounding only
    observed = LAWS[law](rng, (families, SIZE, most)) * (1 - 1e-9)
    spending = statistics.Spending(CONFIDENCE, first_block=FIRST_BLOCK)
    alarms = np.zeros(families, dtype=bool)
    for index in range(SIZE):
        alarms |= rule(observed[:, index], spending.level(index))
    return ErrorRate("false alarms", law, 1 - CONFIDENCE, families, int(alarms.sum()), most)


def power(violation: float, variation: float, settings: int, seed: int = 2) -> ErrorRate:
    """Measure how many violations of a size are found with the replicas that are said to find them."""
    replicas = statistics.replicas_needed(violation, variation, LEVEL, POWER)
    rng = np.random.default_rng([seed, replicas])
    observed = rng.gamma(variation**-2, variation**2 * (1 + violation), (settings, replicas))
    found = statistics.lower_mean(observed, LEVEL) > 1.0
    law = f"{violation:.0%} above, scatter {variation:.0%}"
    return ErrorRate("power", law, POWER, settings, int(found.sum()), replicas)


def two_sided(observations: Array, level: float) -> NDArray[np.bool_]:
    """Alarm on either side: a mean that differs from the bound."""
    seen = observations[:, :REPLICAS]
    below, above = (statistics.student_mean(seen, level / 2, side) for side in ("lower", "upper"))
    return np.asarray((below > 1.0) | (above < 1.0))


def no_multiplicity_control(observations: Array, level: float) -> NDArray[np.bool_]:  # noqa: ARG001
    """Let every setting spend the family's whole error."""
    return by_verdict(observations, 1 - CONFIDENCE)


def student_alarm(observations: Array, level: float) -> NDArray[np.bool_]:
    """Rest alarms on Student's t."""
    return np.asarray(statistics.student_mean(observations[:, :REPLICAS], level, "lower") > 1.0)


SATURATION = (0.005, 0.81, 0.01)
"""A rare-event law of the mean-square saturation: how often it is high, and its two values."""
READ_OFF = "ceiling read off the run for one known beforehand"


def saturation_missed(families: int, seed: int = 3, *, read_off: bool = False) -> ErrorRate:
    """Measure how often the upper end of the mean-square saturation lies below its mean, one time in 20 at most.

    Args:
        families: how many samples of 96 replicas.
        seed: of the observations.
        read_off: whether the largest observation is taken for the ceiling, which most samples never show.

    """
    share, high, low = SATURATION
    rng = np.random.default_rng([seed, families])
    observed = np.where(rng.random((families, 96)) < share, high, low)
    ceiling = observed.max(axis=1) if read_off else np.full(families, high)
    missed = statistics.upper_mean(observed, 0.05, ceiling) < share * high + (1 - share) * low - 1e-9
    law = f"{high:g} once in {1 / share:.0f}, else {low:g}"
    return ErrorRate("saturation missed", law, 0.05, families, int(missed.sum()), 96)


CONTROLS: dict[str, tuple[Rule, str]] = {
    "two-sided for one-sided": (two_sided, "narrow, 20% below"),
    "no multiplicity control": (no_multiplicity_control, "extremal"),
    "Student's t for the bet": (student_alarm, "extremal"),
}
"""Wrong procedures, and a law that must show it."""


HELD = ("narrow", "exponential", "rarely 20, else 0")
"""Laws for which a false `held` is counted. Student's t behind it is exact for normal means: only the first is near."""


def calibrate(families: int, seed: int, on_rate: Callable[[], None] = lambda: None) -> CalibrationResult:
    """Measure every rate, and that wrong procedures would be noticed.

    Args:
        families: null families a law; half as many settings, at least 200, where power is measured.
        seed: of all observations.
        on_rate: called after every rate.

    """
    if families < 1:
        raise BadInput("--families", families, "an integer >= 1", "a rate")

    def measured(rates: Sequence[Callable[[], ErrorRate]]) -> list[ErrorRate]:
        found = list[ErrorRate]()
        for rate in rates:
            found.append(rate())
            on_rate()
        return found

    nulls = [partial(false_alarms, law, families, seed) for law in LAWS]
    powers = [partial(power, *pair, max(200, families // 2), seed) for pair in VIOLATIONS]
    rates = measured([*nulls, *powers, partial(saturation_missed, families, seed)])
    wrong = measured([partial(false_alarms, law, families, seed, rule) for rule, law in CONTROLS.values()])
    wrong += measured([partial(saturation_missed, families, seed, read_off=True)])
    held = measured([partial(false_alarms, law, families, seed, by_held) for law in HELD])
    controls = map(Control, (*CONTROLS, READ_OFF), wrong)
    return CalibrationResult(families, seed, tuple(rates), tuple(held), tuple(controls))


STEPS = len(LAWS) + len(VIOLATIONS) + len(CONTROLS) + len(HELD) + 2
"""Rates that `calibrate` measures."""
