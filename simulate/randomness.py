"""Streams of random numbers that depend on nothing but (purpose, seed, replica, block of steps).

Time is cut into blocks of fixed length. Every (replica, block) has a Philox stream of its own, addressed by the upper
words of the generator's counter, so that streams never overlap, any block can be drawn again without drawing the
ones before it, and no choice of threads, workers or chunks can change a number. The block's length depends on the
problem alone.
"""

from collections import OrderedDict
from collections.abc import Callable
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput

Purpose = Literal["samples", "times", "epochs", "drift"]
_PURPOSES: dict[Purpose, int] = {"samples": 1, "times": 2, "epochs": 3, "drift": 4}
_VALUES_PER_BLOCK = 1 << 14
_LONGEST_BLOCK = 4096
_KEPT_BLOCKS = 2  # a pipeline reads ahead of its own backward passes, at most into the next block


class Drawable(Protocol):
    """What a problem must offer for its samples to be drawn."""

    @property
    def sample_size(self) -> int:
        """Return the numbers in one sample."""

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> NDArray[np.generic]:
        """Return samples of shape (steps, batch, ...)."""

    def draw_from(
        self,
        first: int,
        generator: np.random.Generator,
        steps: int,
        batch: int,
        epoch: Callable[[int], np.random.Generator],
    ) -> NDArray[np.generic]:
        """Return the samples of the steps from `first` on."""


def checked_seed(seed: object) -> int:
    """Return `seed` if it is an integer of 64 bits, or raise `BadInput`."""
    if not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed < 1 << 64:
        raise BadInput("seed", seed, "an integer in [0, 2^64)")
    return int(seed)


def stream(purpose: Purpose, seed: int, replica: int, block: int) -> np.random.Generator:
    """Return the generator of one replica in one block: 2^128 numbers that no other stream contains."""
    key = np.array([seed, _PURPOSES[purpose]], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=np.array([0, 0, block, replica], dtype=np.uint64)))


def block_length(problem: Drawable) -> int:
    """Return the steps in a block: a power of two, so long that a block holds some thousand numbers, at most 4096."""
    steps = max(1, _VALUES_PER_BLOCK // problem.sample_size)
    return min(_LONGEST_BLOCK, 1 << (steps.bit_length() - 1))


class Samples:
    """The samples of all replicas, block by block; memory does not grow with the number of steps.

    Args:
        problem: what draws one block of one replica.
        seed: 64-bit seed.
        replicas: numbers of the replicas, in the order of the first axis.
        batch: samples an iteration takes.
        made_of: makes the generator that a problem draws from of a stream; no number depends on it.

    """

    def __init__(
        self,
        problem: Drawable,
        seed: int,
        replicas: range,
        batch: int = 1,
        made_of: Callable[[np.random.BitGenerator], np.random.Generator] = np.random.Generator,
    ) -> None:
        self._made_of = made_of
        self.length = block_length(problem)
        self._problem, self._seed, self._replicas, self._batch = problem, seed, replicas, batch
        self._kept: OrderedDict[int, NDArray[np.generic]] = OrderedDict()

    def block(self, number: int) -> NDArray[np.generic]:
        """Return the samples of block `number`, shape (replicas, length, batch, ...)."""
        if number not in self._kept:
            self._kept[number] = np.stack([self._draw(replica, number) for replica in self._replicas])
            while len(self._kept) > _KEPT_BLOCKS:
                self._kept.popitem(last=False)
        return self._kept[number]

    def at(self, step: int) -> NDArray[np.generic]:
        """Return the samples of iteration `step`, shape (replicas, batch, ...)."""
        number, place = divmod(step, self.length)
        return self.block(number)[:, place]

    def _draw(self, replica: int, number: int) -> NDArray[np.generic]:
        def epoch(which: int) -> np.random.Generator:
            return stream("epochs", self._seed, replica, which)

        first = number * self.length
        generator = self._made_of(stream("samples", self._seed, replica, number).bit_generator)
        return self._problem.draw_from(first, generator, self.length, self._batch, epoch)


def strata(
    block: int, length: int, iterations: int, every: int, *, graded: bool = False
) -> tuple[int, NDArray[np.int64]]:
    """Cut the steps of a block into strata; of a stratum that goes on beyond the block, return the whole of it.

    Args:
        block: number of the block.
        length: steps a block has, a power of two.
        iterations: K; the last block has fewer steps if it is not a multiple of `length`.
        every: steps a stratum has: at most a block's, or a multiple of that. The last one of a block may be shorter.
        graded: whether the run's first stratum is cut into pieces of 1, 1, 2, 4, ... steps, the last of them of what is
            left, so that a descent within it is seen at its own pace. As they double, a piece lies within a block, or
            is some whole ones.

    Returns:
        The step at which the first of them begins, and their lengths, shape (strata,). Every step of the run is in
        exactly one, whatever the block that it is asked of.

    """
    first = block * length
    stop = min(first + length, iterations)
    if every > length:
        begins = np.array([first - first % every])
        last = min(int(begins[0]) + every, iterations)
    else:
        begins, last = np.arange(first, stop, every), stop
    if graded and begins[0] == 0:
        end = int(begins[1]) if len(begins) > 1 else last
        pieces = [0, *(1 << power for power in range((end - 1).bit_length()))]
        begins = np.concatenate([np.array(pieces, dtype=np.int64), begins[1:]])
    ends = np.append(begins[1:], last)
    here = (begins < stop) & (ends > first)
    return int(begins[here][0]), (ends - begins)[here].astype(np.int64)


def stratified_times(seed: int, replicas: range, block: int, lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Draw one uniform time in each of some strata, independently for every replica.

    A mean over steps is estimated without bias by the values at the times, weighted with the lengths.

    Args:
        seed: 64-bit seed.
        replicas: numbers of the replicas.
        block: number of the block in which the first stratum begins.
        lengths: steps of the strata, one behind the other, shape (strata,).

    Returns:
        Times from the start of the first stratum, shape (replicas, strata).

    """
    starts = np.cumsum(lengths) - lengths
    if np.all(lengths == 1):
        return np.broadcast_to(starts, (len(replicas), len(starts))).copy()
    uniform = np.stack([stream("times", seed, replica, block).random(len(starts)) for replica in replicas])
    # Below the length: a uniform number is at most 1 - 2^-53, and its product with an integer rounds to less than that.
    return np.asarray(starts + (uniform * lengths).astype(np.int64))
