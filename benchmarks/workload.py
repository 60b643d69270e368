"""The workload every implementation runs: Analog-SGD-AP on a tanh network of M stages of width d, log-cosh loss."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
SIZES = ((4, 8), (4, 16), (8, 32), (4, 64))


@dataclass(frozen=True)
class Workload:
    """One size of the workload; all data follow from the fields.

    Args:
        stages: M.
        width: d, of the inputs and of every stage.
        replicas: R.
        samples: N.
        dtype: float64 or float32.

    """

    stages: int
    width: int
    replicas: int = 256
    samples: int = 64
    dtype: str = "float64"
    alpha: float = 0.01
    tau: float = 4.0

    @property
    def name(self) -> str:
        """Return what tables call it."""
        return f"({self.stages}, {self.width})"

    @property
    def lags(self) -> tuple[int, ...]:
        """Return d_m = M - m."""
        return tuple(range(self.stages - 1, -1, -1))

    @property
    def flops(self) -> int:
        """Return the operations of one step of one replica, 8 M d^2 - 2 d^2 (tanh not counted)."""
        return (8 * self.stages - 2) * self.width**2

    def _normal(self, stream: int, *shape: int) -> Array:
        generator = np.random.default_rng([stream, self.stages, self.width])
        return np.asarray(generator.normal(size=shape) / np.sqrt(self.width), self.dtype)

    @cached_property
    def inputs(self) -> Array:
        """Return x^(1), shape (N, d)."""
        return self._normal(0, self.samples, self.width)

    @cached_property
    def targets(self) -> Array:
        """Return y, shape (N, d)."""
        return self._normal(1, self.samples, self.width)

    @cached_property
    def initial(self) -> Array:
        """Return W_0, shape (M, d, d)."""
        return self._normal(2, self.stages, self.width, self.width)

    def indices(self, steps: int, replicas: int | None = None) -> NDArray[np.int32]:
        """Return the samples' indices, shape (replicas, steps); the first ones do not depend on how many are drawn."""
        rows = [
            np.random.default_rng([3, replica]).integers(0, self.samples, size=steps, dtype=np.int32)
            for replica in range(replicas or self.replicas)
        ]
        return np.stack(rows)
