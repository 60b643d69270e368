"""What f fell by along the runs, f(W_0) - E f(W_K): at most Delta, and all of Delta that a theorem's proof uses.

The telescope of Theorem 1 (`sum.telescope`) asks of f* that it is at most E f(W_K), which that number itself is.
"""

import math

from theory.theorems.statement import LAST_GAP
from verify.judging import statistics
from verify.judging.observations import OBSERVABLES, Observations

Descent = tuple[float, float, float]
_ROUNDED_UP = 2e-12
"""By how much Delta may be rounded up, relative to itself."""


def bounds(observed: Observations, alarm: float, look: float) -> Descent:
    """Return low, mean and high of f(W_0) - E f(W_K), at least 0, in f; nan where f(W_K) was not looked at.

    Args:
        observed: what the runs showed.
        alarm: how often `high` may be too low, at all looks at once.
        look: how often `low` may be too high, at one look.

    """
    gaps, whole = OBSERVABLES[LAST_GAP.name], observed.constants.values.get("Delta", math.nan)
    values = gaps.values(observed)
    if len(values) != len(observed.squared_gradient):
        return (math.nan, math.nan, math.nan)
    largest, smallest = statistics.upper_bound(values, look).value, statistics.lower_bound(values, alarm).value
    least, most = gaps.raised(observed.rounding, largest), gaps.lowered(observed.rounding, smallest)
    off = observed.rounding.value + _ROUNDED_UP * abs(whole)  # f(W_0) is rounded as well
    return max(whole - least - off, 0.0), max(whole - float(values.mean()), 0.0), max(whole - most + off, 0.0)
