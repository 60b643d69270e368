"""Step-size schedules: how alpha falls along a run, constant over stretches of steps so that every engine serves it."""

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from boundary import BadInput
from boundary.reading import integer, real

CONSTANT = "none"
"""The schedule of a constant step."""
_SQRT = "sqrt"
_WORDS = (
    "none; STEPS:FACTOR, as 1000,2000:0.1: alpha times FACTOR, 0 < FACTOR <= 1, at each of these steps, >= 1 and "
    "ascending; or sqrt:T, T >= 1: alpha/sqrt(1 + floor(k/T)) at step k"
)


class Stretch(NamedTuple):
    """Steps that are made with one step size.

    Args:
        first: number of the first of them.
        steps: how many.
        alpha: step size, in w^2/f.

    """

    first: int
    steps: int
    alpha: float


@dataclass(frozen=True)
class Decay:
    """A schedule that is read; as it is, the step is constant.

    Args:
        at: steps at which alpha is multiplied with `factor`, ascending, each >= 1.
        factor: in (0, 1].
        every: T of alpha/sqrt(1 + floor(k/T)), or 0.

    """

    at: tuple[int, ...] = ()
    factor: float = 1.0
    every: int = 0

    def __str__(self) -> str:
        if self.every:
            return f"{_SQRT}:{self.every}"
        return f"{','.join(map(str, self.at))}:{self.factor!r}" if self.at else CONSTANT

    def step_size(self, alpha: float, step: int) -> float:
        """Return the step size of step k >= 0, given that of step 0; never above it."""
        if self.every:
            return alpha / math.sqrt(1 + step // self.every)
        return alpha * self.factor ** bisect_right(self.at, step)

    def following(self, step: int) -> float:
        """Return the first step after `step` at which the schedule changes the step size; inf if there is none."""
        if self.every:
            return (step // self.every + 1) * self.every
        place = bisect_right(self.at, step)
        return self.at[place] if place < len(self.at) and self.factor != 1 else math.inf

    def stretches(self, alpha: float, first: int, steps: int) -> Iterator[Stretch]:
        """Yield the stretches into which the steps from `first` on fall, given the step size of step 0."""
        last = first + steps
        while first < last:
            end = int(min(self.following(first), last))
            yield Stretch(first, end - first, self.step_size(alpha, first))
            first = end

    def constant(self, alpha: float, iterations: int) -> bool:
        """Return whether all steps k < K have one step size, that of step 0."""
        changes = self.at if not self.every else (iterations - 1,)  # of 1/sqrt(k) the last step's is the least
        return all(self.step_size(alpha, step) == alpha for step in changes if step < iterations)


@lru_cache(maxsize=64)
def parsed(text: str) -> Decay:
    """Return the schedule that a text states; `BadInput` if it states none."""
    return _read("decay", text)


@dataclass(frozen=True)
class DecayText:
    """Reads the text of a schedule, and returns it in one form."""

    shown: str = "<str>"
    range: str = _WORDS

    def read(self, name: str, given: object) -> str:
        """Return the text; `BadInput` names the condition that it breaks."""
        return str(_read(name, given))


def _read(name: str, given: object) -> Decay:
    text = "".join(given.split()) if isinstance(given, str) else ""
    if text == CONSTANT:
        return Decay()
    head, sign, tail = text.partition(":")
    if not (head and sign and tail) or ":" in tail:
        raise BadInput(name, repr(given), _WORDS)
    if head == _SQRT:
        return Decay(every=_whole(name, given, tail, f"{_SQRT}:T with an integer T >= 1"))
    at = tuple(_whole(name, given, one, "steps that are integers >= 1, separated by commas") for one in head.split(","))
    if list(at) != sorted(set(at)):
        raise BadInput(name, repr(given), "steps in ascending order, each once")
    try:
        factor = real(name, tail)
    except BadInput:
        factor = math.nan
    if not 0 < factor <= 1:
        raise BadInput(name, repr(given), "0 < FACTOR <= 1 in STEPS:FACTOR")
    return Decay(at, factor)


def _whole(name: str, given: object, text: str, words: str) -> int:
    try:
        value = integer(name, text, at_least=1)
    except BadInput:
        value = 0
    if not 1 <= value <= 1 << 53:
        raise BadInput(name, repr(given), words)
    return value
