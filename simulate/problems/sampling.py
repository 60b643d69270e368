"""How rows of data are sampled: at random, all of them, or in an order; and normal noise on top."""

import hashlib
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from boundary.bytes import arrays_of, read_whole
from simulate.problems.base import Problem, require

Floats = NDArray[np.float64]
SAMPLINGS: Final = ("random", "full", "cyclic", "shuffled")
_MOST_ROWS: Final = 1 << 24
_LARGEST_FILE: Final = 1 << 30


class Sampled(Problem):
    """A problem on N rows of data, of which every sample takes some.

    A sample is what one step takes: the numbers of its `batch` rows, then the noise added to each weight's gradient.
    Rows are drawn at random with replacement; all of them are taken (`full`); or they come one after the other, in the
    order of the file (`cyclic`) or in an order drawn anew every epoch (`shuffled`). Only the first two give independent
    samples with the right mean, which the theorems need.
    """

    sampling: str
    batch: int
    noise: float

    @property
    @abstractmethod
    def rows(self) -> int:
        """Return N."""

    @property
    @abstractmethod
    def dimension(self) -> int:
        """Return D, the number of weights."""

    def require_sampling(self) -> None:
        """Refuse settings of the sampling that mean nothing; no data are read."""
        require(self.sampling in SAMPLINGS, "sampling", repr(self.sampling), "one of " + ", ".join(SAMPLINGS))
        require(self.batch >= 1, "batch", self.batch, "an integer >= 1")
        require(0 <= self.noise < np.inf, "noise", self.noise, "noise >= 0 and finite", "variance")
        require(
            self.sampling != "full" or self.batch == 1, "batch", self.batch, "batch = 1 where every row is taken (full)"
        )

    def require_rows(self, data: str) -> None:
        """Refuse more rows than a sample can number, and a batch that goes through an order more than once."""
        words = f"at most {_MOST_ROWS} rows, which float32 can number; it has {self.rows}"
        require(self.rows <= _MOST_ROWS, "data", data, words)
        ordered = self.sampling in ("cyclic", "shuffled")
        words = f"batch <= {self.rows}, the rows, where sampling = {self.sampling}"
        require(not ordered or self.batch <= self.rows, "batch", self.batch, words)

    @property
    def independent_rows(self) -> bool:
        """Return whether the rows of different steps are independent, and give the gradient in the mean."""
        return self.sampling in ("random", "full")

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

    @property
    def taken(self) -> int:
        """Return the rows of a sample: `batch`, or none where all are taken."""
        return 0 if self.sampling == "full" else self.batch

    @property
    def used(self) -> int:
        """Return the rows that a step takes."""
        return self.taken or self.rows

    @property
    def sample_size(self) -> int:
        """Return the numbers in a sample; at least 1."""
        return max(1, self.taken + (self.dimension if self.noise else 0))

    @property
    def every_sample(self) -> Floats | None:
        """Return each row as a sample, where a sample is one row and nothing else."""
        one = self.sampling == "random" and self.batch == 1 and self.noise == 0
        return np.arange(self.rows, dtype=np.float64)[:, None] if one else None

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


def read_start(start: str, size: int, sha256: str) -> tuple[Floats, str]:
    """Return W_0, shape (size,), one finite number for all or those in a file; and the file's checksum, or nothing.

    Args:
        start: a number; or an NPZ archive of one array, or text with one number a line.
        size: how many there must be.
        sha256: the checksum that the file had when this was described; empty: it has not been described.

    Raises:
        BadInput: it is none of these, there are more or fewer numbers, or the file is another.

    """
    try:
        value = float(start)
    except ValueError:
        found, checksum = _numbers_of("start", start)
        require(len(found) == size, "start", start, f"a file of {size} numbers; it has {len(found)}")
    else:
        require(bool(np.isfinite(value)), "start", value, "a finite number, or a file of numbers")
        found, checksum = np.full(size, value), ""
    described = f"the file with the checksum {sha256[:12]}..., with which this was described"
    require(sha256 in ("", checksum), "start", start, f"{described}; it has {checksum[:12] or 'none'}")
    return found, checksum


def _numbers_of(name: str, path: str) -> tuple[Floats, str]:
    content = read_whole(name, path, _LARGEST_FILE)
    if path.lower().endswith(".npz"):
        arrays = list(arrays_of(name, path, content, _LARGEST_FILE).values())
        fits = len(arrays) == 1 and arrays[0].ndim == 1 and arrays[0].dtype.kind in "fi"
        require(fits, name, path, "one array of numbers")
        found = np.asarray(arrays[0], np.float64)
    else:
        try:
            found = np.array([float(line) for line in content.decode("utf-8-sig").split()])
        except ValueError:
            raise BadInput(name, path, "a number, or a file of numbers, one a line") from None
    require(bool(np.all(np.isfinite(found))), name, path, "finite numbers")
    return found, hashlib.sha256(content).hexdigest()
