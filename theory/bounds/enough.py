"""Whether a run is proved to reach a target: asked of a bound, for the step as a double and as people read it."""

import math
from collections.abc import Mapping
from fractions import Fraction

from boundary import OutsideDomain
from boundary.numbers import Number
from theory.bounds.registry import bound


def enough(theorem: str, constants: Mapping[str, Number], alpha: float, count: int, target: Number) -> float | None:
    """Return the guaranteed upper end of A after `count` steps if it is at most the target, else None.

    It is the larger of two: for the double `alpha`, and for the decimal that prints it. None also where the theorem
    says nothing about the run.
    """
    steps = {Fraction(alpha), Fraction(repr(alpha))} if math.isfinite(alpha) and alpha > 0 else set()
    try:
        upper = max((bound(theorem)(**constants, alpha=step, K=count) for step in steps), default=math.inf)
    except OutsideDomain:
        return None
    return float(upper) if math.isfinite(upper) and Fraction(upper) <= target else None
