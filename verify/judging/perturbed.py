"""What a bound is given in the place of its parameters where rounding has moved the directions of a run."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from verify.judging import means
from verify.judging.forms import AppliedForm

Inputs = dict[str, float]
"""Parameters of a bound by name."""


def columns(
    form: AppliedForm, known: Mapping[str, float], rbar2: Sequence[float], descent: Sequence[float], off: float
) -> tuple[dict[str, Any], bool]:
    """Return what a bound is given at the ends of what is measured, and whether with rounding as well.

    Args:
        form: how the bound is applied.
        known: constants by name.
        rbar2: mean-square saturation: low, mean and high.
        descent: what f fell by, in f: low, mean and high.
        off: what rounding may have moved directions by, in f/w.

    Returns: numbers and arrays by name, of one value each for low, mean and high, and for mean and high with rounding.

    """
    if form.by_means:
        return means.inputs(known, rbar2, descent, off), math.isfinite(off)
    wanted = (*form.takes, *form.extras, *form.optional, "gain")
    given: dict[str, Any] = {name: known[name] for name in known if name in wanted}
    plain, moved = inputs(form, known, off) if form.knows_lags else ({}, {})
    more = moved.pop("rbar2", 0.0)
    finite = form.knows_lags and all(math.isfinite(value) for value in moved.values())
    if "nu" in plain:  # else Lambdah sigma, where it is less, would stand for the nu that has rounding in it
        given.pop("Lambdah", None)
    given |= {name: np.array([value] * 3 + [moved[name]] * (2 * finite)) for name, value in plain.items()}
    low, mean, high = rbar2
    if form.adaptive:
        given["rbar2"] = np.array([low, mean, high] + [mean + more, high + more] * finite)
    if form.ends:
        given["Delta"] = np.array([*descent, *descent[1:]][: 3 + 2 * finite])
    return given, finite


def inputs(form: AppliedForm, known: Mapping[str, float], direction: float) -> tuple[Inputs, Inputs]:
    """Return parameters of a bound as they are, and those for directions that are off by `direction`, in f/w.

    In Theorem 1 that adds to qn, by way of nu.
    """
    scale = known["alpha"] * known.get("gain", 1.0)
    if not form.freezes:
        return _lengthened(known, direction / ((1 + known["rho"]) * scale))
    return _more_drift(known, direction, scale)


def _more_drift(known: Mapping[str, float], off: float, scale: float) -> tuple[Inputs, Inputs]:
    """Return what Theorem 4, which has no qn, is given; "rbar2" is what is added to the mean-square saturation.

    N(h) grows by `off`: N(h)^2 by at most 2 off (rho R + (1 + rho) scale (Lambda1 Y + nu)) + off^2. As R >= sigma,
    rho + off/sigma in the place of rho makes T = rho R longer by `off`, which pays for all but what has nu; that is
    paid for by the (1 + rho^2) (scale nu)^2 of e0.
    """
    rho = known["rho"]
    plain, moved = _lengthened(known, off * (1 + rho) / (1 + rho**2) / scale)
    if off == 0:
        return plain, moved
    if known["sigma2"] == 0:  # R may be anything; without drift (1 + rho) off is paid for where nu = 0 as well
        return plain, moved if rho == 0 else {**moved, "nu": math.inf}
    more = off / math.sqrt(known["sigma2"])
    longer = {"rho": rho + more if rho + more < 1 else math.inf, "rbar2": (2 * rho + more) * more}
    return {**plain, "rho": rho}, {**moved, **longer}


def _lengthened(known: Mapping[str, float], more: float) -> tuple[Inputs, Inputs]:
    """Return the constant through which the lag's noise enters, and what it is where nu is `more` longer."""
    if "nu" in known:
        return {"nu": known["nu"]}, {"nu": known["nu"] + more}
    if known["sigma2"] == 0 and "V" not in known:  # then nu = 0 whatever Lambdah is
        return {"nu": 0.0}, {"nu": more}
    noise = known["sigma2"]
    if "V" in known:
        noise += (known["qmax"] / (known["alpha"] * known.get("gain", 1.0))) ** 2 * known["V"]
    longer = known["Lambdah"] + more / math.sqrt(noise) if noise else math.inf
    return {"Lambdah": known["Lambdah"]}, {"Lambdah": longer}
