"""How rows of data are sampled, and how their columns are shared out among the stages."""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from boundary.bytes import arrays_of, read_whole
from simulate.problems.base import Problem, require
from simulate.problems.data import Table, read_table
from theory.setting.objectives import Array, Weights

Floats = NDArray[np.float64]
SAMPLINGS: Final = ("random", "full", "cyclic", "shuffled")


@dataclass(frozen=True)
class Rows(Problem):
    """A linear model of a table's rows: each stage has a share of the columns, in order, as equal as can be.

    A sample is what one step takes: the numbers of its `batch` rows, then the noise added to each weight's gradient.
    Rows are drawn at random with replacement; all of them are taken (`full`); or they come one after the other, in the
    order of the file (`cyclic`) or in an order drawn anew every epoch (`shuffled`). Only the first two give independent
    samples with the right mean, which the theorems need.
    """

    data: str = ""
    target: str = ""
    sha256: str = ""
    intercept: bool = False
    standardise: bool = False
    sampling: str = "random"
    batch: int = 1
    noise: float = 0.0
    start: str = "0"

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.sampling in SAMPLINGS, "sampling", repr(self.sampling), "one of " + ", ".join(SAMPLINGS))
        require(self.batch >= 1, "batch", self.batch, "an integer >= 1")
        require(0 <= self.noise < np.inf, "noise", self.noise, "noise >= 0 and finite", "variance")
        require(
            self.sampling != "full" or self.batch == 1, "batch", self.batch, "batch = 1 where every row is taken (full)"
        )
        table = self.table
        require(
            self.sha256 in ("", table.sha256), "data", self.data, f"the file with the checksum {self.sha256[:12]}..., "
            f"with which this was described; it has {table.sha256[:12]}...",
        )  # fmt: skip
        object.__setattr__(self, "sha256", table.sha256)
        require(self.stages <= self.dimension, "stages", self.stages, f"at most {self.dimension}, one weight a stage")
        require(len(self.start_point) == self.dimension, "start", self.start, f"a file of {self.dimension} numbers")

    @property
    def independent_rows(self) -> bool:
        """Return whether the rows of different steps are independent, and give the gradient in the mean."""
        return self.sampling in ("random", "full")

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
    def start_point(self) -> Floats:
        """Return W_0, shape (D,): one number for all, or those in a file."""
        try:
            return np.full(self.dimension, _finite(float(self.start)))
        except ValueError:
            return _numbers_of("start", self.start)

    def initial_weights(self) -> Weights:
        """Return W_0."""
        return self.split(self.start_point.copy())

    @property
    def bounded_noise(self) -> bool:
        """Return whether nothing normal is added: there are finitely many rows."""
        return self.noise == 0

    @property
    def evaluation_cost(self) -> int:
        """Return N/batch: the exact moments pass every row.

        Where every row is taken, a direction does so too; without noise there is one course, whose averages are exact
        only if every step is measured.
        """
        if self.sampling == "full":
            return 4 if self.noise else 1
        return max(1, self.rows // self.batch)

    # What is drawn

    @property
    def taken(self) -> int:
        """Return the rows of a sample: `batch`, or none where all are taken."""
        return 0 if self.sampling == "full" else self.batch

    @property
    def sample_size(self) -> int:
        """Return the numbers in a sample; at least 1."""
        return max(1, self.taken + (self.dimension if self.noise else 0))

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> Floats:
        """Return samples, shape (steps, batch, sample_size), the rows at random; see `draw_from` for an order."""
        rows = generator.integers(0, self.rows, size=(steps, batch, self.taken)).astype(np.float64)
        return self._with_noise(rows, generator)

    def draw_from(
        self,
        first: int,
        generator: np.random.Generator,
        steps: int,
        batch: int,
        epoch: Callable[[int], np.random.Generator],
    ) -> Floats:
        """Return the samples of the steps from `first` on, the rows in the order of the file or of each epoch."""
        if self.independent_rows:
            return self.draw(generator, steps, batch)
        begin, count = first * batch * self.taken, steps * batch * self.taken
        places = np.arange(begin, begin + count)
        rows = places % self.rows
        if self.sampling == "shuffled":
            for number in range(begin // self.rows, (begin + count - 1) // self.rows + 1):
                inside = places // self.rows == number
                rows[inside] = epoch(number).permutation(self.rows)[rows[inside]]
        return self._with_noise(rows.reshape(steps, batch, self.taken).astype(np.float64), generator)

    def _with_noise(self, rows: Floats, generator: np.random.Generator) -> Floats:
        if self.noise:
            added = generator.standard_normal((*rows.shape[:2], self.dimension)) * self.noise
            return np.concatenate([rows, added], axis=-1)
        return rows if rows.shape[-1] else np.zeros((*rows.shape[:2], 1))

    def chosen(self, sample: Any) -> NDArray[np.int64]:  # noqa: ANN401
        """Return the rows of a sample, shape (..., batch)."""
        return np.asarray(sample[..., : self.taken], np.int64)

    def added(self, sample: Any) -> Floats:  # noqa: ANN401
        """Return the noise of a sample, shape (..., D)."""
        if self.noise:
            return np.asarray(sample[..., self.taken :])
        return np.zeros((*np.shape(sample)[:-1], self.dimension))

    # What a pipeline runs: a sum for each row of a step, then the rows' features; back go slopes, then the noise

    @property
    def used(self) -> int:
        """Return the rows that a step takes."""
        return self.taken or self.rows

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


def _finite(value: float) -> float:
    require(bool(np.isfinite(value)), "start", value, "a finite number, or a file of numbers")
    return value


def _numbers_of(name: str, path: str) -> Floats:
    """Return the numbers in a file: an NPZ archive of one array, or text, one number a line."""
    content = read_whole(name, path, 1 << 28)
    if path.lower().endswith(".npz"):
        arrays = list(arrays_of(name, path, content, 1 << 28).values())
        require(
            len(arrays) == 1 and arrays[0].ndim == 1 and arrays[0].dtype.kind in "fi",
            name,
            path,
            "one array of numbers",
        )
        found = np.asarray(arrays[0], np.float64)
    else:
        try:
            found = np.array([float(line) for line in content.decode("utf-8-sig").split()])
        except ValueError:
            raise BadInput(name, path, "a number, or a file of numbers, one a line") from None
    require(bool(np.all(np.isfinite(found))), name, path, "finite numbers")
    return found
