"""The algorithms, literally: one line of code per line of docs/theory.md#algorithms. The rest is checked against it."""

from collections import deque
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from simulate.problems.base import Problem
from theory.setting.algorithms import Algorithm
from theory.setting.devices import Device
from theory.setting.objectives import Weights


class Recursion:
    """W_{k+1} = U(W_k, -alpha g~_k), one step at a time.

    Weights may carry a leading axis of replicas; the lines stay the same.

    Args:
        problem: gives G(U, V; xi).
        algorithm: says where the direction is taken.
        device: the update U.
        alpha: step size.
        lags: d_m, updates by which the forward weights of stage m are old.
        weights: W_0, one array a stage.

    """

    def __init__(
        self,
        problem: Problem,
        algorithm: Algorithm,
        device: Device,
        alpha: float,
        lags: Sequence[int],
        weights: Weights,
    ) -> None:
        self.weights = weights
        self._problem, self._algorithm, self._device, self._alpha = problem, algorithm, device, alpha
        self._past = [deque([stage] * lag, maxlen=lag) for stage, lag in zip(weights, lags, strict=True)]

    @property
    def stale(self) -> Weights:
        """Return W^_k, stage m being W^(m)_{k - d_m}; an index below 0 means W_0."""
        return [past[0] if past else now for past, now in zip(self._past, self.weights, strict=True)]

    def direction(self, samples: Sequence[Any]) -> Weights:
        """Return g~_k for the samples of this iteration (one, or B for a mean)."""
        gradient, current, stale = self._problem.direction, self.weights, self.stale
        match self._algorithm.direction:
            case "fresh":
                return gradient(current, current, samples[0])
            case "mean":
                return _mean([gradient(current, current, sample) for sample in samples])
            case "asynchronous":
                return gradient(stale, current, samples[0])
            case "stashed":
                return gradient(stale, stale, samples[0])

    def step(self, samples: Sequence[Any]) -> None:
        """Make one iteration."""
        direction = self.direction(samples)
        for past, now in zip(self._past, self.weights, strict=True):
            past.append(now)
        self.weights = [
            self._device.update(now, -self._alpha * along).astype(now.dtype, copy=False)
            for now, along in zip(self.weights, direction, strict=True)
        ]

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the next step depends on, as arrays."""
        arrays = {f"weights.{stage}": now for stage, now in enumerate(self.weights)}
        pasts = {f"past.{stage}": np.stack(past) for stage, past in enumerate(self._past) if past}
        return arrays | pasts

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from what `state` returned."""
        self.weights = [state[f"weights.{stage}"] for stage in range(len(self.weights))]
        for stage, past in enumerate(self._past):
            past.extend(state.get(f"past.{stage}", ()))


def _mean(directions: list[Weights]) -> Weights:
    total = reduce(lambda one, other: [a + b for a, b in zip(one, other, strict=True)], directions)
    return [stage / len(directions) for stage in total]
