"""A device whose responses were measured: piecewise linear between knots. Read from a file by `measured`."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from flint import arb

from boundary import BadInput
from theory.setting.devices.base import Array, MonotoneResponses
from theory.setting.devices.enclosure import Exact, above, ball, precise


@dataclass(frozen=True)
class Table(MonotoneResponses):
    """q_plus and q_minus piecewise linear on [-tau, tau], which is the range that was measured; clipped to it.

    Args:
        knots: n + 1 responses upwards at w = -tau, ..., tau, equally spaced and falling, then n + 1 downwards, rising;
            none negative, not all of either 0. In units of the mean step that was measured.
        path: of the file that they were fitted to; empty if there is none.
        sha256: checksum of its content.
        residual: root mean square of measured minus fitted steps, in the same units.

    """

    knots: tuple[float, ...] = (1.5, 0.5, 0.5, 1.5)
    path: str = ""
    sha256: str = ""
    residual: float = 0.0
    name: ClassVar[str] = "table"
    clipped: ClassVar[bool] = True
    kernel: ClassVar[str | None] = "table"

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.knots, Sequence) or isinstance(self.knots, str):
            raise BadInput("knots", self.knots, "a list of numbers", "the device table")
        try:
            object.__setattr__(self, "knots", tuple(float(knot) for knot in self.knots))
        except (TypeError, ValueError):
            raise BadInput("knots", self.knots, "a list of numbers", "the device table") from None
        if len(self.knots) < 4 or len(self.knots) % 2:
            words = "at least 2 upwards and as many downwards"
            raise BadInput("knots", f"{len(self.knots)} numbers", words, "the device table")
        for order, falling in (("falling responses up", self.up), ("rising responses down", self.down[::-1])):
            if not (np.all(np.isfinite(falling)) and np.all(np.diff(falling) <= 0) and falling[0] > 0 <= falling[-1]):
                raise BadInput("knots", list(self.knots), f"{order}, none negative, not all 0", "the device table")

    @property
    def up(self) -> tuple[float, ...]:
        """The responses to positive pulses at the knots."""
        return self.knots[: len(self.knots) // 2]

    @property
    def down(self) -> tuple[float, ...]:
        """The responses to negative pulses at the knots."""
        return self.knots[len(self.knots) // 2 :]

    def q_plus(self, w: Array) -> Array:
        """Return the response between the knots; beyond the bounds that at the bound."""
        return self._between(self.up, w)

    def q_minus(self, w: Array) -> Array:
        """Return the response between the knots; beyond the bounds that at the bound."""
        return self._between(self.down, w)

    def _between(self, responses: tuple[float, ...], w: Array) -> Array:
        """Return the responses in the order of operations of the compiled kernel."""
        steps = len(responses) - 1
        place = np.minimum(np.maximum((w / self.tau + 1) * (0.5 * steps), 0), steps)
        left = np.minimum(np.floor(place), steps - 1)
        at, number = np.asarray(responses, dtype=np.asarray(w).dtype), left.astype(np.int64)
        return np.asarray(at[number] + (place - left) * (at[number + 1] - at[number]))

    def numbers(self) -> tuple[float, ...]:
        """Return the knots."""
        return self.knots

    def _response(self, law: Any, w: Exact) -> arb:  # noqa: ANN401 - a method of the class
        """Return the response at an exact weight: between knots all is rational."""
        responses = [Fraction(knot) for knot in (self.up if law is type(self).q_plus else self.down)]
        steps = len(responses) - 1
        place = (Fraction(w) / Fraction(self.tau) + 1) * steps / 2
        left = min(bisect_right(range(steps + 1), place) - 1, steps - 1)
        return ball(responses[left] + (place - left) * (responses[left + 1] - responses[left]))

    def response_slope(self, low: Exact, high: Exact) -> float | None:
        """Return the largest difference of neighbouring knots over their distance 2 tau/n, anywhere; rational."""
        if not -self.tau <= low <= high <= self.tau:
            return None
        sides = ([Fraction(knot) for knot in side] for side in (self.up, self.down))
        rises = max(abs(after - before) * (len(side) - 1) for side in sides for before, after in pairwise(side))
        with precise():
            return above(ball(rises / (2 * Fraction(self.tau))))
