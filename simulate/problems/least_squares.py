"""Least squares on a table of one's own: f(w) = (c/N) sum over rows of (<a, w> - y)^2."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from simulate import invariant
from simulate.problems.base import Laws, Moments, require
from simulate.problems.row_noise import VarianceForm
from simulate.problems.rows import Rows
from simulate.problems.spectral import delay_constants, norm2_upper, up
from simulate.products import add_columns, add_squared_columns
from theory.setting.devices import Device
from theory.setting.objectives import Array, Facts, Weights

Floats = NDArray[np.float64]
_HEAD: Final = 6
"""Numbers that stand before the arrays in the data of the laws."""


@dataclass(frozen=True)
class LeastSquares(Rows):
    """f(w) = (c/N) sum_s (<a_s, w> - y_s)^2 over the rows of a file.

    The backward weights do not enter a direction.

    Args:
        stages: M, at most the number of weights; each has a share of the columns.
        data: file, CSV or NPZ.
        target: column with y; of an NPZ file an array.
        sha256: checksum of the file; written into the run's description, and compared when it is read again.
        intercept: whether a column of ones is added as the last feature.
        standardise: whether the features are brought to mean 0 and standard deviation 1.
        sampling: random, full, cyclic or shuffled rows.
        batch: rows a sample has, >= 1.
        noise: standard deviation of normal numbers added to each weight's gradient, in f/w, >= 0.
        start: W_0, one number for all weights or a file of them, in w.
        start_sha256: checksum of that file; as `sha256`.
        scale: c, in f per squared unit of y, > 0.

    """

    name: ClassVar[str] = "least-squares"
    summary: ClassVar[str] = "least squares on data of one's own (CSV or NPZ): L certified, f* a certified lower bound"

    scale: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        require(0 < self.scale < np.inf, "scale", self.scale, "scale > 0 and finite", "smooth")

    @property
    def independent_draws(self) -> bool:  # type: ignore[override]
        """Return whether the rows are drawn at random, or all are taken."""
        return self.independent_rows

    @property
    def _targets(self) -> Floats:
        return self.table.targets

    @cached_property
    def hessian(self) -> Floats:
        """Return (2c/N) A^T A, shape (D, D)."""
        return np.asarray(2 * self.scale / self.rows * (self.features.T @ self.features))

    @cached_property
    def minimiser(self) -> Floats:
        """Return the minimiser of least norm, up to rounding."""
        return np.asarray(np.linalg.lstsq(self.features, self._targets, rcond=None)[0])

    def slopes(self, sums: Array, targets: Array) -> Array:
        """Return 2c times the residuals."""
        return np.asarray(2 * self.scale * (sums - targets))

    # Where all rows are taken the message is the gradient so far, H (U - W*)

    def enter(self, sample: Any, leading: tuple[int, ...]) -> Array:  # noqa: ANN401
        """Return an empty gradient, or what the rows need."""
        return super().enter(sample, leading) if self.taken else np.zeros((*leading, self.dimension))

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Array | None]:
        """Add the stage's block column of H times its distance from the minimiser, or its share of the sums."""
        if self.taken:
            return super().forward(stage, weights, message)
        block = self.blocks[stage]
        return message + (weights - self.minimiser[block]) @ self.hessian[block], None

    def turn(self, message: Array, sample: Any) -> Array:  # noqa: ANN401
        """Return the gradient with its noise, or the rows' slopes."""
        return super().turn(message, sample) if self.taken else message + self.added(sample)

    def backward(self, stage: int, weights: Array, message: Array, kept: Any) -> tuple[Array, Array]:  # noqa: ANN401
        """Pick the stage's block, or put it together from slopes and features."""
        return (
            super().backward(stage, weights, message, kept)
            if self.taken
            else (message[..., self.blocks[stage]], message)
        )

    # What is known

    @cached_property
    def lower_bound(self) -> float:
        """Return f*, rounded down: f(w) >= f(u) - norm(grad f(u))^2/(2 m) if no eigenvalue of H is below m > 0.

        Without such an m that rounding leaves, 0.
        """
        moments = self._moments(self.minimiser)
        value, gradient = float(moments[0]), up(float(np.linalg.norm(moments[1])), 16 * self.features.size)
        # Residuals are off by rounding of the products that they are made of, and so is the gradient at the minimiser.
        unit = float(np.finfo(np.float64).eps) * (self.dimension + self.rows + 16)
        sizes = np.abs(self.features) @ np.abs(self.minimiser) + np.abs(self._targets)
        gradient += 2 * self.scale / self.rows * unit * float(np.linalg.norm(np.abs(self.features).T @ sizes)) * 4
        value -= self.scale / self.rows * 4 * unit * float(sizes @ sizes)
        least = _eigenvalue_from_below(self.hessian, self.rows)
        return max(0.0, value - gradient**2 / (2 * least)) if least > 0 else 0.0

    @cached_property
    def _least(self) -> float:
        return float(self._moments(self.minimiser)[0])

    def _moments(self, whole: Floats) -> tuple[Floats, Floats, Floats]:
        residuals = whole @ self.features.T - self._targets
        slope = 2 * self.scale * residuals
        mean = slope @ self.features / self.rows
        variance = np.zeros_like(mean)
        if self.taken:
            second = (slope * slope) @ (self.features * self.features) / self.rows
            variance = np.maximum(second - mean * mean, 0) / self.batch
        value = self.scale / self.rows * np.sum(residuals * residuals, axis=-1)
        return np.asarray(value), np.asarray(mean), variance + self.noise**2

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the variance of a sample's gradient, exactly."""
        whole = np.asarray(np.concatenate(weights, axis=-1), np.float64)
        if self.taken:
            value, mean, variance = self._moments(whole)
        else:  # as the directions are made, so that both round alike
            away = whole - self.minimiser
            mean = away @ self.hessian
            value = self._least + 0.5 * np.sum(away * mean, axis=-1)
            variance = np.full_like(mean, self.noise**2)
        return Moments(value, self.split(mean), self.split(variance))

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002 - the same direction
        """Return L and the delay constants, certified; sigma2 where all rows are taken, else it grows with the weights.

        All rows: L = norm2(H), and a lag enters as H Diag(d). Rows at random: S_ij is the largest over the rows of
        2 c norm(a_i) norm(a_j), which the mean of any batch keeps to.
        """
        by_rows = up(2 * self.scale / self.rows * norm2_upper(self.features) ** 2, 16)
        smooth = by_rows if self.taken else norm2_upper(self.hessian)  # what the directions are made of
        values: dict[str, float | None] = {"L": smooth, "Ln": smooth}
        if self.taken:
            found = delay_constants(self._sensitivity, lags, np.zeros(self.stages))
            values |= {"sigma2": None, "Lambda1": found["Lambda1"], "Lambdah": found["Lambdah"]}
        else:
            delay = np.repeat(np.asarray(lags, dtype=np.float64), [len(self.start_point[b]) for b in self.blocks])
            matrix = self.hessian
            sigma2 = up(self.dimension * self.noise**2, 2)
            arrived = self.noise**2 * float(np.sum(delay * np.sum(matrix**2, axis=0)))
            values |= {"sigma2": sigma2, "nu": up(float(np.sqrt(up(arrived, self.dimension**2))), 4)}
            values |= {"Lambda1": norm2_upper(matrix * delay), "Lambdah": norm2_upper(matrix * np.sqrt(delay))}
        return Facts(values, {name: value is not None for name, value in values.items()})

    @cached_property
    def _sensitivity(self) -> Floats:
        """Return S of rows at random, shape (M, M): the largest over the rows of 2c norm(a_i) norm(a_j)."""
        norms = np.sqrt(np.array([np.sum(self.features[:, block] ** 2, axis=1) for block in self.blocks]).T)
        largest = np.max(norms[:, :, None] * norms[:, None, :], axis=0)
        return np.asarray(largest * up(2 * self.scale, self.dimension + 8))

    @cached_property
    def _variance_forms(self) -> list[VarianceForm]:
        """Return the variance of a row's gradient, and of each stage's part."""
        blocks = (slice(0, self.dimension), *self.blocks)
        return [VarianceForm.of(self.features, self.table.targets, block) for block in blocks]

    def noise_within(self, reach: float, lags: Sequence[int], *, stashed: bool = False) -> dict[str, float]:  # noqa: ARG002
        """Return sigma2 and nu of rows at random while no weight is beyond `reach`; of all rows `facts` has them."""
        if not self.taken or not np.isfinite(reach):
            return {}
        total, *stages = (form.largest(2 * self.scale, reach) for form in self._variance_forms)
        if not np.all(np.isfinite([total, *stages])):
            return {}
        sizes = np.array([shape[0] for shape in self.shapes])
        variances = (np.array(stages) / self.batch + sizes * self.noise**2) * up(1.0, 8)
        sigma2 = up(total / self.batch + self.dimension * self.noise**2, 8)
        nu = delay_constants(self._sensitivity, lags, variances)["nu"]
        found = {"sigma2": sigma2} if nu is None else {"sigma2": sigma2, "nu": nu}
        return found if all(map(np.isfinite, found.values())) else {}

    def affine(self, lags: Sequence[int]) -> invariant.AffineDirection | None:
        """Return the directions that can occur where all rows are taken and nothing is added, else None."""
        if self.taken or self.noise:
            return None
        delay = np.repeat(np.asarray(lags, dtype=np.int64), [len(self.start_point[b]) for b in self.blocks])
        return invariant.AffineDirection(self.hessian, self.minimiser, np.zeros(self.dimension), delay)

    def certified_saturation(self, alpha: float, device: Device, lags: Sequence[int]) -> float | None:
        """Return the saturation of an invariant box, where the directions are known to lie in one."""
        affine = self.affine(lags)
        return None if affine is None else invariant.saturation(affine, self.start_point, alpha, device)

    def largest_directions(self, reach: float) -> Floats | None:
        """Return the largest |2c a_i (<a, w> - y)| of each weight over the rows; None where normal noise is added."""
        if self.noise:
            return None
        with np.errstate(over="ignore"):
            most = np.sum(np.abs(self.features), axis=1) * reach + np.abs(self._targets)
            found = 2 * self.scale * np.max(np.abs(self.features) * most[:, None], axis=0)
        return np.asarray(found * up(1.0, self.dimension + 8))

    @cached_property
    def laws(self) -> Laws:
        """Return the functions that a kernel is made of; their data have the rows by columns, too."""
        head = [self.dimension, self.rows, self.taken, self.scale, self.noise, self._least]
        rows = (self._targets, self.features.ravel(), self.features.T.ravel())
        parts = (head, self.minimiser, self.hessian.ravel(), *rows)
        return Laws(_direction, _exact, np.concatenate([np.asarray(part, np.float64) for part in parts]))


def _eigenvalue_from_below(matrix: Floats, rows: int) -> float:
    """Return a number that no eigenvalue of A^T A, which `matrix` is up to rounding, is below, or 0.

    By Weyl's inequality no eigenvalue moves further than the error's norm: that of a sum of `rows` products, at most
    `rows` units of the trace, and that of eigvalsh, a small multiple of its size in units of the norm.
    """
    unit = float(np.finfo(np.float64).eps)
    share = unit * (2 * rows + 100 * len(matrix) + 100)
    return max(0.0, float(np.linalg.eigvalsh(matrix)[0]) - share * float(np.trace(matrix)))


def _direction(stale: Array, now: Array, sample: Array, data: Array, out: Array) -> None:  # noqa: ARG001
    size, count, taken, scale, noise = int(data[0]), int(data[1]), int(data[2]), data[3], data[4]
    minimiser, hessian, targets = _HEAD, _HEAD + size, _HEAD + size + size * size
    features = targets + count
    for i in range(size):
        out[i] = sample[taken + i] if noise else 0.0
    if taken == 0:
        add_columns(data, hessian, minimiser, stale, out)
    for b in range(taken):
        row = int(sample[b])
        place = features + row * size
        residual = -data[targets + row]
        for i in range(size):
            residual += data[place + i] * stale[i]
        slope = 2 * scale / taken * residual
        for i in range(size):
            out[i] += slope * data[place + i]


def _exact(weights: Array, data: Array, gradient: Array, variance: Array) -> float:
    size, count, taken, scale, noise = int(data[0]), int(data[1]), int(data[2]), data[3], data[4]
    hessian, targets = _HEAD + size, _HEAD + size + size * size
    features = targets + count
    value = 0.0
    for i in range(size):
        gradient[i], variance[i] = 0.0, 0.0
    if taken == 0:
        value = data[5]
        add_columns(data, hessian, _HEAD, weights, gradient)
        for i in range(size):
            value += 0.5 * (weights[i] - data[_HEAD + i]) * gradient[i]
            variance[i] = noise * noise
        return float(value)
    slopes = np.zeros(count)
    for row in range(count):
        slopes[row] = -data[targets + row]
    add_columns(data, features + count * size, -1, weights, slopes)
    for row in range(count):
        value += scale * slopes[row] * slopes[row] / count
        slopes[row] *= 2 * scale
    add_columns(data, features, -1, slopes, gradient)
    add_squared_columns(data, features, slopes, variance)
    for i in range(size):
        gradient[i] /= count
        variance[i] = max(variance[i] / count - gradient[i] * gradient[i], 0.0) / taken + noise * noise
    return value
