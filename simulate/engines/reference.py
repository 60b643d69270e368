"""The algorithms, literally: one line of code per line of docs/theory.md#algorithms. The rest is checked against it."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from simulate.problems.base import Problem
from theory.setting.algorithms import WEIGHTS, Algorithm, Tile
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
        acting: the device as it acts at a stage in a step, acting(stage, step): with its elements' own parameters and
            the step's random numbers. None: the same everywhere.

    """

    def __init__(
        self,
        problem: Problem,
        algorithm: Algorithm,
        device: Device,
        alpha: float,
        lags: Sequence[int],
        weights: Weights,
        acting: Callable[[int, int], Device] | None = None,
    ) -> None:
        self._steps, self._acting = 0, acting or (lambda _stage, _step: device)
        self._tiles = [algorithm.start(stage) for stage in weights]
        self._problem, self._algorithm, self._alpha = problem, algorithm, alpha
        self._past = [deque([stage] * lag, maxlen=lag) for stage, lag in zip(weights, lags, strict=True)]

    @property
    def weights(self) -> Weights:
        """Return W_k, one array a stage."""
        return [tile[WEIGHTS] for tile in self._tiles]

    @property
    def stale(self) -> Weights:
        """Return W^_k, stage m being W^(m)_{k - d_m}; an index below 0 means W_0."""
        return [past[0] if past else now for past, now in zip(self._past, self.weights, strict=True)]

    def direction(self, samples: Sequence[Any]) -> Weights:
        """Return g~_k for the samples of this iteration (one, or B for a mean)."""
        return self._algorithm.direction(self._problem.direction, self.weights, self.stale, samples)

    def step(self, samples: Sequence[Any]) -> None:
        """Make one iteration."""
        direction = self.direction(samples)
        for past, now in zip(self._past, self.weights, strict=True):
            past.append(now)
        self._tiles = [
            self._moved(tile, along, self._acting(stage, self._steps))
            for stage, (tile, along) in enumerate(zip(self._tiles, direction, strict=True))
        ]
        self._steps += 1

    def _moved(self, tile: Tile, along: np.ndarray, device: Device) -> Tile:
        """Return a stage's arrays after the step, in the kinds of numbers they had."""
        after = self._algorithm.update(tile, along, self._alpha, device)
        return {name: after[name].astype(array.dtype, copy=False) for name, array in tile.items()}

    def state(self) -> dict[str, np.ndarray]:
        """Return all that the next step depends on, as arrays."""
        pasts = {f"past.{stage}": np.stack(past) for stage, past in enumerate(self._past) if past}
        return (
            pasts
            | {"steps": np.array(self._steps)}
            | {_key(name, stage): array for stage, tile in enumerate(self._tiles) for name, array in tile.items()}
        )

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Continue from what `state` returned."""
        self._steps = int(state["steps"])
        self._tiles = [{name: state[_key(name, stage)] for name in tile} for stage, tile in enumerate(self._tiles)]
        for stage, past in enumerate(self._past):
            past.extend(state.get(f"past.{stage}", ()))


def _key(name: str, stage: int) -> str:
    """Return under which name `state` keeps an array of a stage."""
    return f"{name}.{stage}" if name == WEIGHTS else f"tile.{name}.{stage}"
