"""Find P and theta of `theory.bounds.linear` in floating point; nothing here is trusted.

For fixed theta the least P solves a Riccati equation, P = A'PA + Q + A'PB (diag(theta) - B'PB)^-1 B'PA, which
structured doubling solves quadratically. The bound is convex in theta, and its gradient costs a Lyapunov equation.
What is found is moved off the edge by a margin that is raised until `linear.check` accepts it.

Where only the mean-square saturation of all coordinates together is known (T2), theta is looked for along the ray of
those for which the supply needs no more; and in large states, where it takes the time of a few steps of a descent.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_lyapunov
from scipy.optimize import minimize, minimize_scalar

from theory.bounds import linear
from theory.bounds.linear import LinearRun, Multipliers

Array = NDArray[np.float64]

_MOST = 10**300
"""The K above which the pair is that of this K, which is a double."""
_DOUBLINGS = 60
_SCALES = 1 + 2.0 ** np.arange(-4, 15)
"""Multiples of 1/(1 - rho^2), below which there is no certificate as alpha goes to 0, where the search begins."""
_STEADY = 1e-4
"""A fall of the cost along the ray, relative to the cost, that is not followed."""
_LARGEST_DESCENT = 40
"""Numbers in a state at most for which theta is looked for coordinate by coordinate."""
_MARGINS = tuple(2.0**-power for power in range(44, 10, -2))
"""Shares of the largest entry of P that are added to Q, from the least."""


class _Floats:
    """The matrices of a run in floating point, and what a pair costs."""

    def __init__(self, run: LinearRun, iterations: int, T2: float | None = None) -> None:
        A, B, F, G = (np.array(m.tolist(), dtype=object).astype(float) for m in run.matrices)
        self.A, self.B, self.F, self.G = A, B, F, G
        self.squares = run.saturation**2 * (1 + float(linear.SPARE.p) / float(linear.SPARE.q))
        z = np.array([float(entry) for entry in run.state.entries()])
        at = list(run.current)
        supply = run.saturation**2 * run.variance
        if T2 is not None and supply.sum() > 0:  # as if every coordinate had its share
            supply *= min(T2 / supply.sum(), 1.0)
        noise = (np.sqrt(run.variance) + np.sqrt(supply)) ** 2
        weights = np.outer(z, z) / float(min(iterations, _MOST))
        weights[at, at] += np.float64(run.alpha) ** 2 * noise
        self.weights, self.supply = weights, supply

    def storage(self, theta: Array, margin: float = 0.0) -> Array | None:
        """Return the least P, or None where doubling finds none."""
        n = len(self.A)
        one = np.eye(n)
        A, G = self.A, -(self.B / theta) @ self.B.T
        P = self.F.T @ self.F + (self.G.T * (theta * self.squares)) @ self.G + margin * one
        for _ in range(_DOUBLINGS):
            both = np.linalg.solve(one + G @ P, np.hstack([A, G]))
            more = A.T @ P @ both[:, :n]
            spread = A @ both[:, n:] @ A.T
            P, G, A = P + (more + more.T) / 2, G + (spread + spread.T) / 2, A @ both[:, :n]
            # P only grows, and what theta leaves beside it only falls
            if not np.isfinite(P).all() or np.any(np.sum(self.B * (P @ self.B), axis=0) >= theta):
                return None
            if np.abs(more).max() <= 1e-16 * np.abs(P).max():
                break
        else:
            return None
        room = np.linalg.eigvalsh(np.diag(theta) - self.B.T @ P @ self.B)
        return P if room[0] > 0 and np.linalg.eigvalsh(P)[0] > 0 else None

    def spent(self, theta: Array) -> float:
        """Return what a theta costs with its least P; inf where there is none."""
        P = self.storage(theta)
        return math.inf if P is None else float(np.sum(P * self.weights) + theta @ self.supply)

    def cost(self, theta: Array, margin: float = 0.0) -> tuple[float, Array]:
        """Return what a theta costs with its least P, and the gradient; inf where there is none."""
        P = self.storage(theta, margin)
        if P is None or not np.isfinite(self.weights).all():  # larger than any double
            return math.inf, np.zeros(len(theta))
        K = np.linalg.solve(np.diag(theta) - self.B.T @ P @ self.B, self.B.T @ P @ self.A)
        closed = self.A + self.B @ K
        if np.abs(np.linalg.eigvals(closed)).max() >= 1:
            return math.inf, np.zeros(len(theta))
        M = solve_discrete_lyapunov(closed, self.weights)
        slope = self.squares * np.einsum("in,nm,im->i", self.G, M, self.G) - np.einsum("in,nm,im->i", K, M, K)
        return float(np.sum(P * self.weights) + theta @ self.supply), slope + self.supply


def find(run: LinearRun, iterations: int, T2: float | None = None) -> Multipliers | None:
    """Return a pair that `linear.check` accepts, or None if none was found.

    Args:
        run: whose.
        iterations: K, for which the pair is chosen; it is a certificate for every K.
        T2: as `linear.Certificate.bound` takes it, for which the pair is chosen; it is a certificate for every T2.

    """
    if run.size > linear.LARGEST_STATE:
        return None
    with np.errstate(all="ignore"):
        try:
            return _find(run, _Floats(run, iterations, T2), shared=T2 is not None)
        except np.linalg.LinAlgError:
            return None


def _find(run: LinearRun, floats: _Floats, *, shared: bool) -> Multipliers | None:
    least = 1 / (1 - run.saturation**2)
    if shared:  # a coordinate's own theta lessens the supply by nothing that is known
        least = np.full_like(least, least.max())
    fed = bool(floats.supply.any())  # else the longest theta that is followed is the best
    descend = fed and not shared and run.size <= _LARGEST_DESCENT
    cost, scale = _along(lambda scale: floats.spent(scale * least), refine=fed and not descend)
    if not math.isfinite(cost):
        return None
    theta = scale * least
    if descend:
        theta = _descend(floats.cost, theta, cost)
    return _off_the_edge(run, floats, theta)


def _along(spent: Callable[[float], float], *, refine: bool) -> tuple[float, float]:
    """Return the least cost along a ray and its scale: it is convex, and infinite for small ones."""
    tried = list[tuple[float, float]]()
    for scale in map(float, _SCALES):
        tried.append((spent(scale), scale))
        if len(tried) > 1 and tried[-2][0] - tried[-1][0] < _STEADY * tried[-1][0] < math.inf:
            break
    cost, scale = min(tried)
    place = tried.index((cost, scale))
    if not refine or not math.isfinite(cost):
        return cost, scale
    low, high = tried[max(place - 1, 0)][1], tried[min(place + 1, len(tried) - 1)][1]
    found = minimize_scalar(
        lambda logarithm: min(spent(math.exp(logarithm)), 1e300),
        bounds=(math.log(low), math.log(high)),
        method="bounded",
        options={"maxiter": 8},
    )
    return min((cost, scale), (float(found.fun), math.exp(found.x)))


def _descend(cost: Callable[[Array], tuple[float, Array]], theta: Array, start: float) -> Array:
    best, least = theta, start

    def of_logarithm(logarithm: Array) -> tuple[float, Array]:
        theta = np.exp(logarithm)
        nonlocal best, least
        found, slope = cost(theta)
        if found < least:
            best, least = theta, found
        return (found, slope * theta) if math.isfinite(found) else (1e3 * start, np.zeros(len(theta)))

    first = np.log(theta)
    bounds = [(value - 12, value + 12) for value in first]
    minimize(of_logarithm, first, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 60, "maxfun": 150})
    return best


def _off_the_edge(run: LinearRun, floats: _Floats, theta: Array) -> Multipliers | None:
    """Return the pair with the least margin that passes the exact check."""
    size = float(np.abs(floats.F).max()) ** 2 / min(1.0, run.alpha * float(np.abs(floats.F).max()))
    for share in _MARGINS:
        P = floats.storage(theta, share * size)
        if P is not None:
            found = Multipliers((P + P.T) / 2, theta)
            if not linear.check(run, found):
                return found
    return None
