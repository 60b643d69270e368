"""Theorem 1 by conditional means as runs are judged by it: what it takes of them, and of which runs it is not said.

It splits a step into its mean given the past and what is left. T2 is the mean square of the noise times the distortion,
which is what runs measure as their noise-weighted mean-square saturation; c_w and nu are of what is left of a step
(`theory.bounds.rest`).
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from theory.bounds import rest
from verify.judging.observations import Observations

THEOREM = "mean"


def refusal(observed: Observations) -> str:
    """Return why the theorem says nothing of a run that Theorem 1 does speak of, or nothing.

    Its noise is that of the direction of a step, which is stale; what a problem says of its noise, and what a run
    measures, is of the gradient at W_k. They are one where nothing is stale, and where the noise is added, the same at
    all weights.
    """
    known = observed.constants.values
    if known.get("Lambda1") == 0 or "chi2" in known:
        return ""
    return "noise that depends on the weights: of stale directions, which conditional means are of, it is not known"


def inputs(known: Mapping[str, float], rbar2: Sequence[float], descent: Sequence[float], off: float) -> dict[str, Any]:
    """Return what the theorem is given, at each of some values of what was measured, and again with rounding.

    Where a run's directions are off by r, N(r) <= off, the mean of r given the past adds to qn, as in Theorem 1, and
    the rest of r to the noise: to sigma in c_w, and Lambdah times it to nu.

    Args:
        known: constants by name.
        rbar2: noise-weighted mean-square saturation: low, mean and high.
        descent: what f fell by, at most Delta, in f: low, mean and high.
        off: what rounding has moved directions by, in f/w.

    Returns: floats, and arrays of shape (5,): for low, mean, high, and for mean and high of moved directions; the last
        two are missing where `off` is infinite.

    """
    sigma, gain = math.sqrt(known["sigma2"]), known.get("gain", 1.0)
    nu = known.get("nu", known["Lambdah"] * sigma)
    fixed = {"L": known["L"], "nu": nu, "rho": known["rho"], "alpha": known["alpha"], "gain": gain}
    rows = []
    for place, more in ((0, 0.0), (1, 0.0), (2, 0.0), *(((1, off), (2, off)) if math.isfinite(off) else ())):
        T2 = rbar2[place] * known["sigma2"]
        found = rest.of(sigma=sigma + more, T2=T2, **fixed)
        longer = (known["Lambdah"] + 1 / ((1 + known["rho"]) * known["alpha"] * gain)) * more
        rows.append((descent[place], T2, found.c_w, found.nu + longer))
    columns: dict[str, Any] = dict(zip(("Delta", "T2", "c_w", "nu"), np.array(rows).T, strict=True))
    return columns | {name: known[name] for name in ("L", "alpha", "K", "rho", "gain", "Lambda1") if name in known}
