"""What linear directions store along a path: a bound with a certificate of each run's own, as runs are judged by it.

It is of quadratics alone: a sample's direction is H (stale weights - W*) and noise that is added, independent from
coordinate to coordinate. P and theta are searched for in floating point and decided in rational numbers
(`theory.bounds.linear`), for the saturation that is certified, or for the largest that was met and the mean square that
was measured. Without saturation the bound is an equality, but for what is stored in W_K.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from simulate.problems.blocks import Blocks
from simulate.run import Run
from theory.blueprint import assumptions_of, rests_on
from theory.bounds import linear, linear_search
from theory.bounds.linear import LinearBound, LinearRun, Multipliers
from theory.setting import devices

THEOREM = "linear-lmi"
ASSUMPTIONS = frozenset({*assumptions_of(sorted(rests_on(linear.CLAIM.id))), "lags"})
"""What the claim assumes; and the directions of a run are stale as the state says."""
_OWN = ("enter", "forward", "turn", "backward", "direction", "draw", "moments")
"""What makes a direction; of a problem that has its own of these nothing is said."""


@dataclass(frozen=True)
class Linear:
    """A run whose directions are linear in the weights but for noise that is added.

    Args:
        problem: a quadratic on blocks.
        lags: of each stage.
        alpha: step size.
        start: W_0 as it is run, shape (D,).
        variance: upper bounds of the noise variance of a step, shape (D,), in (f/w)^2.
        iterations: K.
        tau: of the linear device, in w; inf without saturation.

    """

    problem: Blocks
    lags: tuple[int, ...]
    alpha: float
    start: tuple[float, ...]
    variance: tuple[float, ...]
    iterations: int
    tau: float

    @property
    def size(self) -> int:
        """Return the numbers in a state."""
        return self.problem.block_size * sum(lag + 1 for lag in self.lags)

    @cached_property
    def certified(self) -> NDArray[np.float64] | None:
        """Return rho_i with |W_i| <= rho_i tau at every step of a run in float64, proved, shape (D,), or None."""
        return self.problem.certified_saturations(self.alpha, devices.make("ald", self.tau), self.lags)

    def at(self, rho: float, *, certified: bool = False) -> LinearRun:
        """Return the numbers of the run while no weight is beyond rho tau.

        Args:
            rho: the largest saturation, in [0, 1).
            certified: whether each coordinate keeps to what is proved of it as well.

        """
        own = self.certified if certified else None
        return LinearRun(
            hessian=np.asarray(self.problem.hessian),
            lags=tuple(lag for lag in self.lags for _ in range(self.problem.block_size)),
            alpha=self.alpha,
            start=np.array(self.start),
            minimiser=np.asarray(self.problem.minimiser),
            variance=np.array(self.variance),
            saturation=np.minimum(own, rho) if own is not None else np.full(self.problem.dimension, rho),
        )


def of(run: Run) -> Linear | None:
    """Return a run's numbers, or None where its directions are not linear with one lag a stage."""
    problem = run.problem
    if not isinstance(problem, Blocks) or any(
        getattr(type(problem), name) is not getattr(Blocks, name) for name in _OWN
    ):
        return None
    if run.lags_by_place() is not None or not (problem.hessian == problem.hessian.T).all():
        return None
    start = np.concatenate([stage.astype(run.dtype).astype(np.float64) for stage in problem.initial_weights()])
    up = 1 + 4 * float(np.finfo(np.float64).eps)
    variance = np.broadcast_to(problem.noise_scale**2 * (up / run.batch), (problem.dimension,))
    found = tuple(start.tolist()), tuple(variance.tolist())
    return Linear(problem, run.lags, run.alpha, *found, run.iterations, run.tau)


def refusal(linear_run: Linear | None) -> str:
    """Return why a certificate is not looked for, or nothing."""
    if linear_run is None:
        return "it is of quadratics whose stages have one lag each"
    if linear_run.size > linear.LARGEST_STATE:
        return f"a state has {linear_run.size} numbers; certificates are decided for at most {linear.LARGEST_STATE}"
    return ""


@dataclass(frozen=True)
class _Search:
    """A search for a certificate, told apart by the numbers that it is made of."""

    numbers: bytes
    iterations: int
    T2: float | None
    run: LinearRun = field(compare=False)


@lru_cache(maxsize=4)  # the bases and looks of one setting
def _found(search: _Search) -> Multipliers | None:
    return linear_search.find(search.run, search.iterations, search.T2)


def _certificate(run: LinearRun, iterations: int, T2: float | None) -> Multipliers | None:
    arrays = (run.hessian, run.start, run.minimiser, run.variance, run.saturation, np.array([run.alpha, *run.lags]))
    return _found(_Search(b"".join(array.tobytes() for array in arrays), iterations, T2, run))


def bounds(
    linear_run: Linear, rho: float, off: float, T2: Sequence[float] | None, *, certified: bool = False
) -> tuple[LinearBound, LinearBound, LinearBound] | None:
    """Return the bound of A at the ends of what is measured, each also for directions that are off by `off`.

    The pair is chosen for the mean, and is a certificate whatever is measured. None where no certificate was found.

    Args:
        linear_run: whose.
        rho: no weight is beyond rho tau, in [0, 1).
        off: in f/w; inf where nothing is known of it.
        T2: mean over the steps of sum_i (W_i/tau)^2 s_i^2, in (f/w)^2: low, mean and high; None: nothing is measured.
        certified: whether each coordinate keeps to what is proved of it as well.

    """
    run, steps = linear_run.at(rho, certified=certified), linear_run.iterations
    found = _certificate(run, steps, None if T2 is None else T2[1])
    if found is None:
        return None
    certificate, off = linear.certify(run, found), off if off >= 0 else math.inf
    low, mean, high = (certificate.bound(steps, off, square) for square in T2 or (None, None, None))
    return low, mean, high
