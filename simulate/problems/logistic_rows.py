"""Logistic regression on a table of one's own, with labels 0 and 1."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Laws, Moments, require
from simulate.problems.rows import Rows
from simulate.problems.spectral import delay_constants, norm2_upper, up
from simulate.products import add_columns, add_squared_columns
from theory.setting.objectives import Array, Facts, Weights

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class LogisticRows(Rows):
    """f(w) = (1/N) sum_s [log(1 + e^z) - y z] + r sum_i w_i^2/(1 + w_i^2), z = <a_s, w>, over the rows of a file.

    The regulariser's slope is taken at the backward weights. Its second derivative lies in [-r/2, 2 r].

    Args:
        stages: M, at most the number of weights; each has a share of the columns.
        data: file, CSV or NPZ; without it the problem `logistic` makes its data up.
        target: column with y, 0 or 1; of an NPZ file an array.
        sha256: checksum of the file; written into the run's description, and compared when it is read again.
        intercept: whether a column of ones is added as the last feature.
        standardise: whether the features are brought to mean 0 and standard deviation 1.
        sampling: random, full, cyclic or shuffled rows.
        batch: rows a sample has, >= 1.
        noise: standard deviation of normal numbers added to each weight's gradient, in f/w, >= 0.
        start: W_0, one number for all weights or a file of them, in w.
        start_sha256: checksum of that file; as `sha256`.
        regulariser: r, in f, >= 0.

    """

    name: ClassVar[str] = "logistic"
    summary: ClassVar[str] = "logistic regression on data of one's own (CSV or NPZ), labels 0 and 1"

    regulariser: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            0 <= self.regulariser < np.inf, "regulariser", self.regulariser, "regulariser >= 0 and finite", "smooth"
        )
        labels = self.table.targets
        wrong = np.flatnonzero((labels != 0) & (labels != 1))
        place = f"{labels[wrong[0]]:.6g} in row {wrong[0] + 1} of the numbers" if len(wrong) else ""
        require(not len(wrong), "data", self.data, f"labels 0 and 1 in {self.target or 'y'}, not {place}")

    @property
    def independent_draws(self) -> bool:  # type: ignore[override]
        """Return whether the rows are drawn at random, or all are taken."""
        return self.independent_rows

    def slopes(self, sums: Array, targets: Array) -> Array:
        """Return 1/(1 + e^-z) - y."""
        return np.asarray(0.5 * (1 + np.tanh(0.5 * sums)) - targets)

    def backward(self, stage: int, weights: Array, message: Array, kept: Any) -> tuple[Array, Array]:  # noqa: ANN401
        """Return the slopes times the features, the noise, and the regulariser's slope at the backward weights."""
        direction, message = super().backward(stage, weights, message, kept)
        return direction + self._pull(weights), message

    def _pull(self, weights: Array) -> Array:
        return np.asarray(2 * self.regulariser * weights / (1 + weights * weights) ** 2)

    # What is known

    @property
    def lower_bound(self) -> float:
        """Return 0: no term is negative."""
        return 0.0

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the variance of a sample's gradient, exactly."""
        whole = np.concatenate(weights, axis=-1)
        sums = whole @ self.features.T
        slope = self.slopes(sums, self.table.targets)
        mean = slope @ self.features / self.rows
        variance = np.zeros_like(mean)
        if self.taken:
            second = (slope * slope) @ (self.features * self.features) / self.rows
            variance = np.maximum(second - mean * mean, 0) / self.batch
        squares = whole * whole
        value = np.mean(np.logaddexp(0, sums) - self.table.targets * sums, axis=-1)
        value = value + self.regulariser * np.sum(squares / (1 + squares), axis=-1)
        gradient = mean + self._pull(whole)
        return Moments(np.asarray(value), self.split(gradient), self.split(variance + self.noise**2))

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:
        """Return L, sigma2 and the delay constants, certified: a row's slope is at most 1, its curvature 1/4.

        Rows at random: S_ij is the largest over the rows of norm(a_i) norm(a_j)/4, and the variance of a stage at most
        the mean of norm(a_i)^2 over the batch. All rows: S_ij = norm2(A_i) norm2(A_j)/(4N), and no variance.
        """
        bend = up(2 * self.regulariser, 2)
        variances = self._variances(np.ones(self.rows))
        smooth = up(norm2_upper(self.features) ** 2 / (4 * self.rows) + bend, 8)
        values: dict[str, float | None] = {
            "L": smooth,
            "sigma2": up(float(np.sum(variances)), self.stages + 4),
            **delay_constants(self._sensitivity + bend * stashed * np.eye(self.stages), lags, variances),
            "Ln": smooth,
        }
        return Facts(values, dict.fromkeys(values, True))

    @cached_property
    def _sensitivity(self) -> Floats:
        """Return S without the regulariser, shape (M, M)."""
        parts, rounding = [self.features[:, block] for block in self.blocks], up(1.0, 4 * self.dimension + self.rows)
        if not self.taken:
            longest = np.array([norm2_upper(part) for part in parts])
            return np.asarray(np.outer(longest, longest) * (0.25 / self.rows * rounding))
        norms = np.array([np.sqrt(np.sum(part * part, axis=1)) for part in parts]).T
        return np.asarray(np.max(norms[:, :, None] * norms[:, None, :], axis=0) * (0.25 * rounding))

    def _variances(self, slopes: Floats) -> Floats:
        """Return bounds of the variance of every stage, shape (M,), where no row's slope is larger than in `slopes`."""
        widths = np.array([shape[0] for shape in self.shapes])
        found = np.zeros(self.stages)
        if self.taken:
            each = [np.sum((self.features[:, block] * slopes[:, None]) ** 2, axis=1) for block in self.blocks]
            found = np.mean(each, axis=1) / self.batch * up(1.0, 4 * self.dimension + self.rows)
        return np.asarray(found + up(self.noise**2, 4) * widths)

    def noise_within(self, reach: float, lags: Sequence[int], *, stashed: bool = False) -> dict[str, float]:
        """Return sigma2 and nu of rows at random while no weight is beyond `reach`.

        A row's slope is 1/(1 + e^-t), t = z or -z by its label, and |z| is at most reach sum |a_i|.
        """
        if not self.taken or not np.isfinite(reach):
            return {}
        with np.errstate(over="ignore"):
            most = np.sum(np.abs(self.features), axis=1) * reach * up(1.0, self.dimension + 8)
            slopes = np.minimum(0.5 * (1 + np.tanh(0.5 * most)) * up(1.0, 24), 1.0)
        variances = self._variances(slopes)
        bend = up(2 * self.regulariser, 2) * stashed * np.eye(self.stages)
        nu = delay_constants(self._sensitivity + bend, lags, variances)["nu"]
        sigma2 = up(float(np.sum(variances)), self.stages + 4)
        return {"sigma2": sigma2} if nu is None else {"sigma2": sigma2, "nu": nu}

    def largest_directions(self, reach: float) -> Floats | None:  # noqa: ARG002 - slopes are bounded everywhere
        """Return the largest component of each weight's direction over the rows; None where normal noise is added."""
        if self.noise:
            return None
        found = np.max(np.abs(self.features), axis=0) + 0.65 * self.regulariser  # 3 sqrt(3)/8 is the largest pull
        return np.asarray(found * up(1.0, 8))

    @cached_property
    def laws(self) -> Laws:
        """Return the functions that a kernel is made of, with targets and rows as data, and these also by columns."""
        head = [self.dimension, self.rows, self.taken, self.regulariser, self.noise]
        parts = (head, self.table.targets, self.features.ravel(), self.features.T.ravel())
        return Laws(_direction, _exact, np.concatenate([np.asarray(part, np.float64) for part in parts]))


def _direction(stale: Array, now: Array, sample: Array, data: Array, out: Array) -> None:
    size, count, taken, regulariser, noise = int(data[0]), int(data[1]), int(data[2]), data[3], data[4]
    rows = 5 + count
    for i in range(size):
        out[i] = 2 * regulariser * now[i] / (1 + now[i] * now[i]) ** 2
        if noise:
            out[i] += sample[taken + i]
    if taken == 0:
        slopes = np.zeros(count)
        add_columns(data, rows + count * size, -1, stale, slopes)
        for b in range(count):
            slopes[b] = (0.5 * (1 + np.tanh(0.5 * slopes[b])) - data[5 + b]) / count
        add_columns(data, rows, -1, slopes, out)
    for b in range(taken):
        row = int(sample[b])
        place = rows + row * size
        total = 0.0
        for i in range(size):
            total += data[place + i] * stale[i]
        slope = (0.5 * (1 + np.tanh(0.5 * total)) - data[5 + row]) / taken
        for i in range(size):
            out[i] += slope * data[place + i]


def _exact(weights: Array, data: Array, gradient: Array, variance: Array) -> float:
    size, count, taken, regulariser, noise = int(data[0]), int(data[1]), int(data[2]), data[3], data[4]
    value = 0.0
    for i in range(size):
        gradient[i], variance[i] = 0.0, 0.0
    slopes = np.zeros(count)
    add_columns(data, 5 + count + count * size, -1, weights, slopes)
    for row in range(count):
        total = slopes[row]
        softplus = max(total, 0.0) + np.log1p(np.exp(-abs(total)))
        value += (softplus - data[5 + row] * total) / count
        slopes[row] = 0.5 * (1 + np.tanh(0.5 * total)) - data[5 + row]
    add_columns(data, 5 + count, -1, slopes, gradient)
    add_squared_columns(data, 5 + count, slopes, variance)
    for i in range(size):
        square = weights[i] * weights[i]
        gradient[i] /= count
        spread = max(variance[i] / count - gradient[i] * gradient[i], 0.0) / taken if taken else 0.0
        variance[i] = spread + noise * noise
        gradient[i] += 2 * regulariser * weights[i] / (1 + square) ** 2
        value += regulariser * square / (1 + square)
    return float(value)
