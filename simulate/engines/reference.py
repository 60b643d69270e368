"""The algorithms, literally: one line of code per line of docs/theory.md#algorithms. The rest is checked against it."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from simulate.answers import require_like, require_stages
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
        places: the lags of every sample of a batch, shape (B, M), where they differ; none above `lags`. None: all of
            them have `lags`.
        step_size: of a stage at a step, step_size(stage, step). None: alpha everywhere.

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
        places: Sequence[Sequence[int]] | None = None,
        step_size: Callable[[int, int], float] | None = None,
    ) -> None:
        self._steps, self._acting = 0, acting or (lambda _stage, _step: device)
        self._tiles = [algorithm.start(stage) for stage in weights]
        self._problem, self._algorithm = problem, algorithm
        self._step_size = step_size or (lambda _stage, _step: alpha)
        self._past = [deque([stage] * lag, maxlen=lag) for stage, lag in zip(weights, lags, strict=True)]
        self._places = places

    @property
    def weights(self) -> Weights:
        """Return W_k, one array a stage."""
        return [tile[WEIGHTS] for tile in self._tiles]

    @property
    def stale(self) -> Weights:
        """Return W^_k, stage m being W^(m)_{k - d_m}; an index below 0 means W_0."""
        return [past[0] if past else now for past, now in zip(self._past, self.weights, strict=True)]

    def at_lags(self, lags: Sequence[int]) -> Weights:
        """Return the weights that are `lags` updates old, stage by stage."""
        return [past[-lag] if lag else now for past, now, lag in zip(self._past, self.weights, lags, strict=True)]

    def direction(self, samples: Sequence[Any]) -> Weights:
        """Return g~_k for the samples of this iteration (one, or B for a mean)."""
        if self._places is None:
            return self._algorithm.direction(self._problem.direction, self.weights, self.stale, samples)
        each = self.directions(samples)
        total = each[0]
        for one in each[1:]:
            total = [a + b for a, b in zip(total, one, strict=True)]
        return [stage / len(samples) for stage in total]

    def directions(self, samples: Sequence[Any]) -> list[Weights]:
        """Return the direction of every sample of this iteration by itself, each at its own lags."""
        find, now = self._algorithm.direction, self.weights
        stale = [self.stale] * len(samples) if self._places is None else [self.at_lags(lags) for lags in self._places]
        return [find(self._problem.direction, now, old, [sample]) for old, sample in zip(stale, samples, strict=True)]

    def step(self, samples: Sequence[Any]) -> None:
        """Make one iteration."""
        apart = self._algorithm.per_sample
        directions = self.directions(samples) if apart else [self.direction(samples)]
        for direction in directions:
            require_stages(direction, self.weights, "the direction")
        for past, now in zip(self._past, self.weights, strict=True):
            past.append(now)
        for place, direction in enumerate(directions):
            share = [along / len(directions) for along in direction] if apart else direction
            number = self._steps * len(directions) + place
            self._tiles = [
                self._moved(tile, along, self._step_size(stage, self._steps), self._acting(stage, number))
                for stage, (tile, along) in enumerate(zip(self._tiles, share, strict=True))
            ]
        self._steps += 1

    def _moved(self, tile: Tile, along: np.ndarray, alpha: float, device: Device) -> Tile:
        """Return a stage's arrays after an update, in the kinds of numbers they had."""
        after = self._algorithm.update(tile, along, alpha, device)
        for name, array in tile.items():
            require_like(after[name], array, f"{name} after an update")
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
