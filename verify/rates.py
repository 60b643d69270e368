"""Exponents read off data, with intervals, and the question whether the lag has a price linear in the step size.

Theorem 3 leaves a cross term of order rho nu alpha beside the exact floor. `lag_price` measures it: the same problem,
noise and start are run with the pipeline's lags and without, and the difference of the stationary averages is taken
replica by replica, for several step sizes. Its exponent in alpha tells a real linear term (1) from an artefact (2).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

import simulate
from simulate.problems import Problem
from theory.setting.boundary import BadInput

Array = NDArray[np.float64]
_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class Exponent:
    """The slope of log y against log x, with its 95% interval from the errors of y."""

    slope: float
    low: float
    high: float
    prefactor: float


def exponent(x: ArrayLike, y: ArrayLike, errors: ArrayLike) -> Exponent:
    """Fit y = prefactor x^slope by weighted least squares on logarithms.

    Args:
        x: shape (n,), > 0, n >= 2 different values.
        y: shape (n,), > 0.
        errors: standard errors of y, shape (n,), > 0; small against y, for logarithms to be near linear.

    Raises:
        BadInput: if a value is not positive.

    """
    abscissa, ordinate, scatter = (np.asarray(values, dtype=np.float64) for values in (x, y, errors))
    for name, values in (("x", abscissa), ("y", ordinate), ("errors", scatter)):
        if not np.all(values > 0) or len(values) < 2:
            raise BadInput(name, values, f"at least 2 values of {name} > 0", "an exponent")
    design = np.stack([np.log(abscissa), np.ones_like(abscissa)], axis=1) * (ordinate / scatter)[:, None]
    covariance = np.linalg.inv(design.T @ design)
    slope, level = covariance @ design.T @ (np.log(ordinate) * ordinate / scatter)
    half = _NORMAL_95 * math.sqrt(covariance[0, 0])
    return Exponent(float(slope), float(slope - half), float(slope + half), float(math.exp(level)))


@dataclass(frozen=True)
class LagPrice:
    """What lags add to the stationary average squared gradient, by step size.

    Args:
        alphas: step sizes, shape (n,).
        price: mean over replicas of (with lags - without), shape (n,), in (f/w)^2.
        errors: its standard errors, shape (n,).
        floor: the average without lags, shape (n,).
        cross_term: 2 rho sigma (1 + rho) alpha nu, what the bound allows for, shape (n,); nan if nu is unknown.

    """

    alphas: Array
    price: Array
    errors: Array
    floor: Array
    cross_term: Array

    @property
    def exponent(self) -> Exponent:
        """Return the exponent of the price in alpha."""
        return exponent(self.alphas, self.price, self.errors)


def lag_price(
    problem: Problem, alphas: Sequence[float], tau: float, horizon: float, replicas: int, seed: int
) -> LagPrice:
    """Run Analog-SGD-AP and analog SGD side by side on the same noise.

    Args:
        problem: with more than one stage, so that there are lags.
        alphas: step sizes.
        tau: saturation level.
        horizon: alpha K; the second half of each run is averaged.
        replicas: pairs a step size.
        seed: of the noise, the same for both algorithms.

    """
    rows = []
    for alpha in alphas:
        iterations = int(horizon / alpha)
        with_lags, without = (
            simulate.run(problem, name, alpha=alpha, tau=tau, iterations=iterations, replicas=replicas, seed=seed)
            for name in ("analog-sgd-ap", "analog-sgd")
        )
        late = [runs.curve.squared_gradient[len(runs.curve.times) // 2 :].mean(axis=0) for runs in (with_lags, without)]
        gap = late[0] - late[1]
        known = with_lags.facts.values
        rho = float(np.sqrt(without.mean_square_saturation.mean()))
        sigma2, nu = known.get("sigma2"), known.get("nu")
        cross = math.nan if sigma2 is None or nu is None else 2 * rho * math.sqrt(sigma2) * (1 + rho) * alpha * nu
        rows.append((gap.mean(), gap.std(ddof=1) / math.sqrt(replicas), late[1].mean(), cross))
    columns = np.array(rows).T
    return LagPrice(np.asarray(alphas, dtype=np.float64), *columns)
