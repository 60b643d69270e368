"""Verdicts counted, numbers spread, settings grouped: what every part of a summary does."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from verify.judging.checks import Verdict
from verify.sweep.judged import JudgedSetting

Results = Sequence[JudgedSetting]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Spread:
    """Median, 10% and 90% points and extremes of some finite numbers; None without any."""

    median: float | None = None
    p10: float | None = None
    p90: float | None = None
    min: float | None = None
    max: float | None = None

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Return the spread of the finite values."""
        finite = [value for value in values if math.isfinite(value)]
        return cls(*np.percentile(finite, [50, 10, 90, 0, 100]).tolist()) if finite else cls()


@dataclass(frozen=True)
class Counts:
    """How many of some verdicts there are."""

    held: int
    violations: int
    inconclusive: int
    not_applied: int

    @classmethod
    def of(cls, verdicts: Iterable[Verdict]) -> "Counts":
        """Count verdicts."""
        counted = Counter(verdicts)
        return cls(counted["held"], counted["violated"], counted["inconclusive"], counted["not applied"])


def grouped(results: Iterable[JudgedSetting], key: Callable[[JudgedSetting], Key]) -> dict[Key, list[JudgedSetting]]:
    """Return results by key, keys in order."""
    found: dict[Key, list[JudgedSetting]] = defaultdict(list)
    for result in results:
        found[key(result)].append(result)
    return {name: found[name] for name in sorted(found)}  # type: ignore[type-var] # every key here has an order
