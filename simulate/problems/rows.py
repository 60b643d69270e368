"""Linear models of rows of data, and how their columns are shared out among the stages."""

from abc import abstractmethod
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Problem, generator, require
from simulate.problems.data import Table, read_table
from simulate.problems.sampling import Sampled, read_start
from theory.setting.objectives import Array, Weights

Floats = NDArray[np.float64]
_SMALL: Final = 1 << 18
"""Rows times weights up to which a table is compared with itself as it is."""
_FEW: Final = 32
"""Rows that a miniature has at least."""
_PICKED: Final = 5
"""Purpose of the generator that draws them."""


@dataclass(frozen=True)
class Rows(Sampled):
    """A linear model of a table's rows: each stage has a share of the columns, in order, as equal as can be."""

    data: str = ""
    target: str = ""
    sha256: str = ""
    intercept: bool = False
    standardise: bool = False
    sampling: str = "random"
    batch: int = 1
    noise: float = 0.0
    start: str = "0"
    start_sha256: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.require_sampling()
        table = self.table
        require(
            self.sha256 in ("", table.sha256), "data", self.data, f"the file with the checksum {self.sha256[:12]}..., "
            f"with which this was described; it has {table.sha256[:12]}...",
        )  # fmt: skip
        object.__setattr__(self, "sha256", table.sha256)
        require(self.stages <= self.dimension, "stages", self.stages, f"at most {self.dimension}, one weight a stage")
        self.require_rows(self.data)
        object.__setattr__(self, "start_sha256", self._start[1])

    @cached_property
    def table(self) -> Table:
        """Return the file as it was read."""
        return read_table(self.data, self.target)

    @cached_property
    def features(self) -> Floats:
        """Return the rows, shape (N, D); with an intercept the last column is 1."""
        found = self.table.standardised(self.data) if self.standardise else self.table.features
        return np.column_stack([found, np.ones(len(found))]) if self.intercept else np.ascontiguousarray(found)

    @property
    def rows(self) -> int:
        """Return N."""
        return len(self.table.targets)

    @property
    def dimension(self) -> int:
        """Return D, the number of weights."""
        return int(self.table.features.shape[1]) + self.intercept

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return how many columns each stage has; the first ones have one more where they do not share out."""
        each, more = divmod(self.dimension, self.stages)
        return [(each + (stage < more),) for stage in range(self.stages)]

    @cached_property
    def blocks(self) -> list[slice]:
        """Return where each stage's columns stand."""
        ends = np.cumsum([shape[0] for shape in self.shapes])
        return [slice(int(end) - shape[0], int(end)) for end, shape in zip(ends, self.shapes, strict=True)]

    def split(self, vector: Array) -> Weights:
        """Cut the last axis of `vector` into stages."""
        return [vector[..., block] for block in self.blocks]

    @cached_property
    def _start(self) -> tuple[Floats, str]:
        return read_start(self.start, self.dimension, self.start_sha256)

    @property
    def start_point(self) -> Floats:
        """Return W_0, shape (D,): one number for all, or those in a file."""
        return self._start[0]

    def initial_weights(self) -> Weights:
        """Return W_0."""
        return self.split(self.start_point.copy())

    @property
    def miniature(self) -> Problem:
        """Return the problem itself if it has few rows; else the same on some of them, drawn by their number alone."""
        if self.rows * self.dimension <= _SMALL:
            return self
        count = min(self.rows, max(_FEW, _SMALL // (32 * self.dimension)))
        picked = np.sort(generator(self.rows, _PICKED).permutation(self.rows)[:count])
        small = object.__new__(type(self))
        own = {name: getattr(self, name) for name in ("stages", *self.setting_fields())}
        small.__dict__.update(own | {"batch": min(self.batch, count)})
        table = replace(self.table, features=self.table.features[picked], targets=self.table.targets[picked])
        # scaled as all rows are: a column may be constant on a few
        small.__dict__.update({"table": table, "features": self.features[picked], "_start": self._start})
        return small

    # What a pipeline runs: a sum for each row of a step, then the rows' features; back go slopes, then the noise

    @abstractmethod
    def slopes(self, sums: Array, targets: Array) -> Array:
        """Return the derivative of each row's loss in its sum <a, w>, for the mean over rows."""

    def enter(self, sample: Any, leading: tuple[int, ...]) -> Array:  # noqa: ANN401
        """Return empty sums, and the features of the rows."""
        features = self.features[self.chosen(sample)] if self.taken else self.features
        flat = np.broadcast_to(features.reshape(*features.shape[:-2], -1), (*leading, self.used * self.dimension))
        return np.concatenate([np.zeros((*leading, self.used)), flat], axis=-1)

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Array | None]:
        """Add the stage's share of <a, U> of each row; keep the stage's features."""
        rows = message[..., self.used :].reshape(*message.shape[:-1], self.used, self.dimension)
        mine = rows[..., self.blocks[stage]]
        total = message.copy()
        total[..., : self.used] += np.einsum("...bi,...i->...b", mine, weights)
        return total, mine

    def turn(self, message: Array, sample: Any) -> Array:  # noqa: ANN401
        """Return each row's share of the slope, then the noise."""
        targets = self.table.targets[self.chosen(sample)] if self.taken else self.table.targets
        slopes = self.slopes(message[..., : self.used], targets) / self.used
        return np.concatenate([slopes, self.added(sample)], axis=-1)

    def backward(self, stage: int, weights: Array, message: Array, kept: Any) -> tuple[Array, Array]:  # noqa: ANN401, ARG002
        """Return the slopes times the features, plus the noise."""
        noise = message[..., self.used :][..., self.blocks[stage]]
        return np.einsum("...b,...bi->...i", message[..., : self.used], kept) + noise, message
