"""The inverse of the normal law to double precision: algorithm AS 241, PPND16.

Source: M. J. Wichura, "The percentage points of the normal distribution", Applied Statistics 37 (1988) 477-484, whose
coefficients these are. Relative accuracy about 1e-16.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SPLIT_CENTRE: Final = 0.425
"""Largest |p - 1/2| of the central region."""
CENTRE: Final = 0.180625
"""SPLIT_CENTRE^2."""
SPLIT_TAIL: Final = 5.0
"""sqrt(-ln p) beyond which the far tail begins."""
NEAR_SHIFT: Final = 1.6
"""What is subtracted from sqrt(-ln p) in the near tail; in the far one, SPLIT_TAIL is."""

# Numerator and denominator of each region, from the constant up.
A: Final = (
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
)  # fmt: skip
B: Final = (
    1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
    2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
)  # fmt: skip
C: Final = (
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
)  # fmt: skip
D: Final = (
    1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
    1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
)  # fmt: skip
E: Final = (
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
)  # fmt: skip
F: Final = (
    1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
    7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
)  # fmt: skip


def normal(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the standard normal z with P(Z <= z) = p, for p in (0, 1) (any shape)."""
    p = np.asarray(p, np.float64)
    q = p - 0.5
    r = CENTRE - q * q
    z = q * _ratio(A, B, r)
    outer = np.abs(q) > SPLIT_CENTRE
    if np.any(outer):
        side = q[outer]
        s = np.sqrt(-np.log(np.where(side < 0, p[outer], 1 - p[outer])))
        near = _ratio(C, D, s - NEAR_SHIFT)
        z = np.array(z)
        z[outer] = np.copysign(np.where(s <= SPLIT_TAIL, near, _ratio(E, F, s - SPLIT_TAIL)), side)
    return z


def _ratio(above: tuple[float, ...], below: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    return _polynomial(above, x) / _polynomial(below, x)


def _polynomial(coefficients: tuple[float, ...], x: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.full_like(x, coefficients[-1])
    for c in reversed(coefficients[:-1]):
        total = total * x + c
    return total
