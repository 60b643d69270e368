"""Random numbers that depend on nothing but (seed, replica, step, element, draw): a hash of these, no state.

    uniform = (bits >> 12 + 1/2) 2^-52,   bits = mixed(key + mixed(GOLDEN (1 + element + 2^40 draw)))
    key     = mixed(mixed(mixed(seed + purpose) + GOLDEN (1 + replica)) + GOLDEN (1 + step))

modulo 2^64. `mixed` is the finaliser of splitmix64, a bijection: keys of one seed differ between replicas and between
the steps of one, and no two elements or draws share what is added to a key. The kernels compute the same bits.

Source: G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, whose
multipliers are those that S. Vigna's splitmix64 has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

GOLDEN: Final = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio, odd."""
SHIFTS: Final = (30, 27, 31)
MULTIPLIERS: Final = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
PURPOSE: Final = 0x70756C736573  # "pulses"
DRAW_SHIFT: Final = 40
MOST_ELEMENTS: Final = 1 << DRAW_SHIFT
_WORD: Final = (1 << 64) - 1


class Uniforms(Protocol):
    """What a device asks for random numbers: one for every element of a tile, in one step."""

    def __call__(self, draw: int) -> NDArray[np.float64]:
        """Return the uniform numbers in (0, 1) of the `draw`-th draw, of the tile's shape."""


def mixed(words: Words) -> Words:
    """Return the finaliser of splitmix64 of every word."""
    z = np.asarray(words, np.uint64)
    for shift, multiplier in zip(SHIFTS, MULTIPLIERS, strict=False):
        z = (z ^ (z >> np.uint64(shift))) * np.uint64(multiplier)
    return np.asarray(z ^ (z >> np.uint64(SHIFTS[-1])))


def replica_keys(seed: int, replicas: Sequence[int]) -> Words:
    """Return the key of every replica, shape (R,), to which a step adds its own."""
    first = mixed(np.array([(seed + PURPOSE) & _WORD], np.uint64))
    return mixed(first + _golden(np.array(replicas, np.uint64)))


def step_keys(replica_keys: Words, step: int) -> Words:
    """Return the keys of one step, of the shape of `replica_keys`."""
    return mixed(replica_keys + _golden(np.array([step], np.uint64)))


def element_keys(first: int, count: int, draw: int) -> Words:
    """Return what the elements first, ..., first + count - 1 add to a key for one draw, shape (count,)."""
    numbers = np.arange(first, first + count, dtype=np.uint64) + np.uint64(draw << DRAW_SHIFT & _WORD)
    return mixed(_golden(numbers))


def _golden(numbers: Words) -> Words:
    return np.uint64(GOLDEN) * (numbers + np.uint64(1))


def uniform(bits: Words) -> NDArray[np.float64]:
    """Return the number in (0, 1) that the upper 52 bits stand for; never 0 or 1, symmetric about 1/2."""
    return np.asarray(((bits >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52)


@dataclass(frozen=True)
class ElementDraws:
    """The draws of the elements of one tile, for some replicas; called for one step, it gives `Uniforms`.

    Args:
        seed: of the run.
        replicas: numbers of the replicas, the first axis of the tile; a single number: the tile has no such axis.
        first: number of the tile's first element among all the model's.
        shape: of the tile, without replicas.

    """

    seed: int
    replicas: Sequence[int] | int
    first: int
    shape: tuple[int, ...]
    _kept: dict[int, Words] = field(default_factory=dict, compare=False, repr=False)

    def at(self, step: int) -> Uniforms:
        """Return the draws of one step."""
        alone = isinstance(self.replicas, int)
        keys = step_keys(replica_keys(self.seed, [self.replicas] if alone else self.replicas), step)  # type: ignore[list-item, arg-type]
        leading = () if alone else (len(keys),)

        def of(draw: int) -> NDArray[np.float64]:
            if draw not in self._kept:
                self._kept[draw] = element_keys(self.first, int(np.prod(self.shape)), draw)
            bits = mixed(keys[:, None] + self._kept[draw])
            return uniform(bits).reshape(*leading, *self.shape)

        return of
