"""What a bound is given in the place of its parameters where rounding has moved the directions of a run."""

import math
from collections.abc import Mapping

from verify.judging.forms import AppliedForm

Inputs = dict[str, float]
"""Parameters of a bound by name."""


def inputs(form: AppliedForm, known: Mapping[str, float], direction: float) -> tuple[Inputs, Inputs]:
    """Return parameters of a bound as they are, and those for directions that are off by `direction`, in f/w.

    In Theorem 1 that adds to qn, by way of nu.
    """
    if form.freezes and known["sigma2"] > 0:
        return {"rho": known["rho"]}, _more_drift(known, direction)
    scale = known["alpha"] * known.get("gain", 1.0)
    if not form.freezes:
        return _lengthened(known, direction / ((1 + known["rho"]) * scale))
    plain, moved = _lengthened(known, (1 + known["rho"]) * direction / scale)
    return plain, moved if known["rho"] == 0 or direction == 0 else {**moved, "nu": math.inf}


def _more_drift(known: Mapping[str, float], off: float) -> Inputs:
    """Return what Theorem 4, which has no qn, is given: a larger rho, and what is added to the mean-square saturation.

    N(h) grows by `off`: N(h)^2 by at most 2 off (rho R + (1 + rho) (alpha Lambda1 Y + alpha nu)) + off^2, for which
    rho^2 + `more` in the place of rho^2 makes room, T = rho R being at least `off` longer then, as R >= sigma.
    """
    sigma = math.sqrt(known["sigma2"])
    nu = known.get("nu", known["Lambdah"] * sigma)
    noisy = (1 + known["rho"]) * known["alpha"] * known.get("gain", 1.0) * nu
    more = (2 * known["rho"] + off / sigma + 2 * noisy / sigma) * off / sigma
    rho = math.sqrt(known["rho"] ** 2 + more)
    return {"rho": rho if rho < 1 else math.inf, "rbar2": more}


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
