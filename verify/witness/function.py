"""A worst function, rebuilt from the solver's answer, as a problem that the simulator runs.

Through points x_i with values f_i and gradients g_i goes, for L = 1,
    f(x) = min over l in the simplex of  norm(x - sum l_i y_i)^2 + sum l_i c_i  -  norm(x)^2 / 2,
    y_i = (x_i - g_i)/2,  c_i = f_i + norm(x_i)^2/2 - norm(x_i + g_i)^2/4.
Whatever the data, it is 1-smooth (the minimum is convex and 2-smooth) and its infimum is min_i (f_i - norm(g_i)^2/2)
(exchange the minima: a concave function of l is smallest at a vertex). So the solver's rounding costs nothing: what is
run is a member of the class, with exact constants. If the data can be interpolated, f(x_i) = f_i and grad f(x_i) = g_i.
"""

import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, NoReturn

import cvxpy
import numpy as np

from simulate.problems.base import Moments, Problem
from simulate.problems.spectral import delay_constants
from theory.setting.objectives import Array as Floats
from theory.setting.objectives import Facts, Weights
from verify.witness.case import Array, WitnessCase
from verify.witness.estimation import SOLVER, Oracle, Solution

_WHOLE = "a worst function has no stages of its own: run it with the backend `reference`"
_PRECISE = {"tol_gap_abs": 1e-13, "tol_gap_rel": 1e-13, "tol_feas": 1e-13}


@dataclass(frozen=True)
class Interpolant:
    """The function above.

    Args:
        points: x_i, shape (n, D).
        gradients: g_i, shape (n, D).
        values: f_i, shape (n,).

    """

    points: Array
    gradients: Array
    values: Array

    @cached_property
    def centres(self) -> Array:
        """Return y_i, shape (n, D)."""
        return np.asarray((self.points - self.gradients) / 2)

    @cached_property
    def heights(self) -> Array:
        """Return c_i, shape (n,)."""
        squares = np.sum(self.points**2, axis=1) / 2 - np.sum((self.points + self.gradients) ** 2, axis=1) / 4
        return np.asarray(self.values + squares)

    @property
    def infimum(self) -> float:
        """Return f*."""
        return float(np.min(self.values - np.sum(self.gradients**2, axis=1) / 2))

    def at(self, x: Array) -> tuple[float, Array]:
        """Return f and grad f at one point."""
        share = self._shares(x)
        apart = x - share @ self.centres
        return float(apart @ apart + share @ self.heights - x @ x / 2), 2 * apart - x

    def _shares(self, x: Array) -> Array:
        """Return the minimising l: at a vertex if that is optimal (so at every x_i, exactly), else from the solver."""
        apart = x - self.centres
        best = int(np.argmin(np.sum(apart**2, axis=1) + self.heights))
        slopes = self.heights - 2 * self.centres @ apart[best]
        if np.argmin(slopes) == best:
            return np.asarray(np.eye(len(slopes))[best])
        share = cvxpy.Variable(len(slopes), nonneg=True)
        goal = cvxpy.sum_squares(x - self.centres.T @ share) + self.heights @ share
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Solution may be inaccurate")  # more was asked than doubles hold
            cvxpy.Problem(cvxpy.Minimize(goal), [cvxpy.sum(share) == 1]).solve(solver=SOLVER, **_PRECISE)
        return np.asarray(share.value)


@dataclass(frozen=True, eq=False, kw_only=True)
class Worst(Problem):
    """A worst function with its oracle; 1-smooth, f* exact, without noise.

    With `gradients` the direction is grad f(U). With `assumptions` it is grad f(V) and, stage by stage, the bias of the
    nearest stale step the solver met, cut down to sum over j of S_mj norm(U_j - V_j): the staleness assumption
    holds for all U and V.

    Args:
        case: lags and S.
        oracle: gradients or assumptions.
        solution: what the solver found.

    """

    name: ClassVar[str] = "worst"
    summary: ClassVar[str] = "the worst smooth function for given lags, rebuilt from a performance estimate"

    case: WitnessCase
    oracle: Oracle
    solution: Solution

    @cached_property
    def function(self) -> Interpolant:
        """Return f."""
        found, count = self.solution, len(self.solution.values)
        return Interpolant(found.weights.reshape(count, -1), found.gradients.reshape(count, -1), found.values)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return (D,) for every stage."""
        return [self.solution.weights.shape[2:]] * self.stages

    def initial_weights(self) -> Weights:
        """Return W_0."""
        return list(self.solution.weights[0].copy())

    @property
    def lower_bound(self) -> float:
        """Return f*."""
        return self.function.infimum

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and no variance."""
        now = np.stack(weights, axis=-2).astype(np.float64)
        found = [self.function.at(row) for row in now.reshape(-1, now[0].size if now.ndim == 3 else now.size)]
        gradient = np.array([slope for _, slope in found]).reshape(now.shape)
        value = np.array([height for height, _ in found]).reshape(now.shape[:-2])
        stages = [gradient[..., stage, :] for stage in range(self.stages)]
        return Moments(value, stages, [np.zeros_like(stage) for stage in stages])

    def direction(self, forward: Weights, backward: Weights, sample: Any) -> Weights:  # noqa: ANN401, ARG002
        """Return G(U, V) of one replica."""
        if self.oracle == "gradients":
            return self.gradient(forward)
        pairs = zip(self.gradient(backward), self._bias(np.stack(forward), np.stack(backward)), strict=True)
        return [true + bias for true, bias in pairs]

    def _bias(self, forward: Array, backward: Array) -> Array:
        found = self.solution
        if not len(found.biases):
            return np.zeros_like(forward)
        apart = np.sum((found.forward - forward) ** 2 + (found.backward - backward) ** 2, axis=(1, 2))
        bias = found.biases[np.argmin(apart)]
        allowed = self.case.sensitivity @ np.linalg.norm(forward - backward, axis=1)
        length = np.linalg.norm(bias, axis=1)
        return np.asarray(bias * np.minimum(1, allowed / np.where(length > 0, length, 1))[:, None])

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002 - the same S
        """Return L = 1, no noise, and the delay constants of S."""
        delays = delay_constants(self.case.sensitivity, lags, np.zeros(self.stages))
        values: dict[str, float | None] = {"L": 1.0, "sigma2": 0.0, **delays}
        return Facts(values, dict.fromkeys(values, True))

    @property
    def sample_size(self) -> int:
        """Return 1: a sample says nothing."""
        return 1

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> Array:  # noqa: ARG002
        """Return samples that say nothing."""
        return np.zeros((steps, batch, 1))

    @property
    def settings(self) -> dict[str, Any]:
        """Return case, oracle and the function's data as plain lists."""
        found = {name: values.tolist() for name, values in vars(self.solution).items()}
        return {"case": asdict(self.case), "oracle": self.oracle, "solution": found}

    def enter(self, sample: Any, leading: tuple[int, ...]) -> NoReturn:  # noqa: ANN401
        """Raise: the function is given as a whole, so only the backend `reference` can run it."""
        raise NotImplementedError(_WHOLE)

    def forward(self, stage: int, weights: Floats, message: Floats) -> NoReturn:
        """Raise, as `enter`."""
        raise NotImplementedError(_WHOLE)

    def turn(self, message: Floats, sample: Any) -> NoReturn:  # noqa: ANN401
        """Raise, as `enter`."""
        raise NotImplementedError(_WHOLE)

    def backward(self, stage: int, weights: Floats, message: Floats, kept: Any) -> NoReturn:  # noqa: ANN401
        """Raise, as `enter`."""
        raise NotImplementedError(_WHOLE)
