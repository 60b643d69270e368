"""What rounding makes of a variance that is computed as moments have it: a mean of squares less the mean's square.

Of directions g over N equally likely rows the mean of the g_i^2 has N products, N - 1 sums and one division; with the
two squares of factors it is off by at most (N + 3) u of itself, u = eps/2 (first order, Higham's gamma). The mean is
off by (N + 1) u of the mean of abs(g_i), so its square by (2N + 3) u of the mean square. Both ways of computing a
variance are so off by (3N + 7) u of the mean square E g_i^2 = variance + mean^2 at most, however small the variance is
itself: of a single row it is 0, and what is computed is this rounding alone. Two of them are apart by (3N + 7) eps.
"""

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import Problem
from simulate.problems.sampling import Sampled

_EPS = float(np.finfo(np.float64).eps)


def of_variance(problem: Problem, squares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far apart rounding may bring two ways of computing a variance, doubled for what is not first order.

    Args:
        problem: whose rows are counted; one that says nothing of rows has one term.
        squares: variance + mean^2 of a direction, or sums of them.

    """
    every = problem.every_sample
    rows = problem.rows if isinstance(problem, Sampled) else 1 if every is None else len(every)
    return np.asarray(2 * (3 * rows + 7) * _EPS * squares)
