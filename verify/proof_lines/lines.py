"""One line of a proof, with numbers in it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Kind = Literal["surely", "in expectation"]

ERRORS = 5.0
"""A line in expectation fails if its left side is above its right side by more than so many standard errors."""

ROUNDING = 1e-9
"""Relative allowance of lines that hold surely: some thousand operations of relative error 1e-16 each, with room."""


@dataclass(frozen=True)
class Line:
    """left <= right, as the claim states it.

    Args:
        claim: id of the claim.
        statement: the line in symbols.
        left: left side.
        right: right side.
        allowance: what left may exceed right by: rounding, or `ERRORS` standard errors of right - left.
        kind: whether it holds surely or in expectation.

    """

    claim: str
    statement: str
    left: float
    right: float
    allowance: float
    kind: Kind

    @property
    def ok(self) -> bool:
        """Return whether the line holds within its allowance; nan does not."""
        return bool(self.left <= self.right + self.allowance)

    @property
    def slack(self) -> float:
        """Return right - left, in the line's own unit."""
        return self.right - self.left

    @property
    def used(self) -> float:
        """Return the share of the right side that the left side uses; 1 is a line without slack."""
        return self.left / self.right if self.right > 0 and self.left >= 0 else float("nan")

    def to_json(self) -> dict[str, Any]:
        """Return the line as plain data."""
        return {**asdict(self), "ok": self.ok, "used": self.used, "slack": self.slack}


def surely(claim: str, statement: str, left: float, right: float, scale: float = 0.0) -> Line:
    """Return a line that holds at every step; `scale` is the size of the terms that may cancel in it."""
    return Line(claim, statement, left, right, ROUNDING * max(abs(left), abs(right), scale), "surely")


def expected(claim: str, statement: str, left: Array, right: Array, scale: float = 0.0) -> Line:
    """Return a line between functions of expectations.

    Args:
        claim: id.
        statement: the line in symbols.
        left: left side, shape (1 + R,): from all replicas, then leaving out each replica in turn.
        right: right side, alike.
        scale: size of the terms that may cancel in it.

    """
    slacks, count = (right - left)[1:], len(left) - 1
    error = float(np.sqrt((count - 1) / count * np.sum((slacks - slacks.mean()) ** 2)))
    # what cancels exactly (an identity) has no scatter, only rounding
    rounding = ROUNDING * max(abs(left[0]), abs(right[0]), scale)
    return Line(claim, statement, float(left[0]), float(right[0]), float(ERRORS * error + rounding), "in expectation")
