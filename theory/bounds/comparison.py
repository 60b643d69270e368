"""Asynchronous against synchronous pipeline: the best batch, and where which needs fewer clock cycles.

What is compared is what can be proved of both: cycles to reach eps by the sharp bound at the best step size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from boundary.numbers import Number, nearest
from theory.bounds.complexity import constants_of, estimate, floor, slots
from theory.setting import algorithms
from theory.setting.algorithms import Algorithm

Floats = NDArray[np.float64]

ASYNCHRONOUS = algorithms.named("analog-sgd-ap")
SYNCHRONOUS = algorithms.named("analog-sgd-sp")
_LARGEST_BATCH = 2**16
_TARGETS = 33
_BISECTIONS = 12


def cycles(
    algorithm: Algorithm, given: Mapping[str, Number], targets: Sequence[Number], stages: int, batches: Sequence[int]
) -> Floats:
    """Return the clock cycles to each target with each batch, shape (targets, batches); `inf` where out of reach."""
    pairs = [(target, batch) for target in targets for batch in batches]
    constants = [constants_of(algorithm, given, batch) for _, batch in pairs]
    counts = np.maximum(np.ceil(estimate(constants, [target for target, _ in pairs])[0]), 1.0)
    once, twice = (np.array([slots(algorithm, stages, batch, count) for _, batch in pairs], float) for count in (1, 2))
    needed: Floats = once + (counts - 1) * (twice - once)
    return needed.reshape(len(targets), len(batches))


def best_batch(given: Mapping[str, Number], target: Number, stages: int) -> int:
    """Return the B in 1..65536 with the fewest cycles of the synchronous pipeline: by scans, ever finer."""
    batches = np.unique(np.geomspace(1, _LARGEST_BATCH, 33).astype(int))
    while True:
        (needed,) = cycles(SYNCHRONOUS, given, [target], stages, [int(batch) for batch in batches])
        at = int(np.argmin(needed))
        low, high = batches[max(at - 1, 0)], batches[min(at + 1, len(batches) - 1)]
        if high - low <= 2:
            return int(batches[at])
        batches = np.unique(np.linspace(low, high, 17).astype(int))


@dataclass(frozen=True)
class Region:
    """An interval of targets eps in which one pipeline needs fewer cycles than the other."""

    winner: Algorithm
    low: float
    high: float


def advantage(given: Mapping[str, Number], stages: int, batches: Sequence[int], targets: Sequence[Number]) -> Floats:
    """Return log(cycles of the synchronous, with the best of `batches`, / cycles of the asynchronous), per target."""
    asynchronous = cycles(ASYNCHRONOUS, given, targets, stages, [1]).ravel()
    synchronous = cycles(SYNCHRONOUS, given, targets, stages, batches).min(axis=1)
    with np.errstate(invalid="ignore"):
        ratio = np.log(synchronous) - np.log(asynchronous)
    return np.where(np.isinf(asynchronous), -np.inf, np.where(np.isinf(synchronous), np.inf, ratio))


def regions(given: Mapping[str, Number], stages: int, batches: Sequence[int]) -> list[Region]:
    """Return which pipeline wins where, for eps from just above the asynchronous floor (or 1e-6) to 2 L Delta.

    norm(grad f(W_0))^2 <= 2 L Delta, so a larger eps asks for nothing.
    """
    largest = 2 * nearest(given["L"]) * nearest(given["Delta"])
    lowest = floor(constants_of(ASYNCHRONOUS, given)) * (1 + 1e-3) or largest * 1e-6
    if not lowest < largest:
        return []
    targets = np.geomspace(lowest, largest, _TARGETS)
    compare = partial(advantage, given, stages, batches)
    ahead = compare([float(target) for target in targets]) > 0
    edges = [float(targets[0])]
    winners = [bool(ahead[0])]
    for at in np.flatnonzero(ahead[1:] != ahead[:-1]):
        low, high = float(targets[at]), float(targets[at + 1])
        for _ in range(_BISECTIONS):
            middle = float(np.sqrt(low * high))
            low, high = (middle, high) if (compare([middle]).item() > 0) == ahead[at] else (low, middle)
        edges.append(high)
        winners.append(bool(ahead[at + 1]))
    edges.append(float(targets[-1]))
    return [
        Region(ASYNCHRONOUS if ahead_ else SYNCHRONOUS, low, high)
        for ahead_, low, high in zip(winners, edges, edges[1:], strict=False)
    ]
