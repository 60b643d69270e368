"""Sine and cosine of half an angle, for floats and SIMD lanes alike.

The slope and the value of a (1 - cos t) are a sin t = 2 a s c and 2 a s^2 with s = sin(t/2), c = cos(t/2). Both stay
the same if t/2 moves by a multiple of pi, so the half angle is brought to abs(r) <= pi/2 without a look at quadrants.
Taylor sums as nested products follow; the measured errors are stated in tests/simulate/kernels/test_circular.py.
"""

from math import pi
from typing import Final

from numba.extending import overload

from simulate.kernels.simd import Lanes, Value, fma, like, part

_FIRST: Final = 3.1416015625
_SECOND: Final = -8.907169103622437e-06
_REST: Final = -1.7411031391008332e-09
"""pi is the sum of the three; the first two have 12 bits, so that their products with 2^11 are exact in float32."""


def _nearest64(x: Value) -> Value:
    return (x + like(x, 1.5 * 2.0**52)) - like(x, 1.5 * 2.0**52)


def _nearest32(x: Value) -> Value:
    return (x + like(x, 1.5 * 2.0**23)) - like(x, 1.5 * 2.0**23)


def nearest(x: Value) -> Value:
    """Return the integer next to x, for x well below the largest exact integer. For compiled code."""
    raise NotImplementedError("compiled code only")


@overload(nearest)  # type: ignore[untyped-decorator]
def _nearest(x: Value) -> Value:
    scalar = x.scalar if isinstance(x, Lanes) else x
    return _nearest64 if scalar.bitwidth == 64 else _nearest32


@part
def within_half_turn(x: Value) -> Value:
    """Return x minus a multiple of pi, in [-pi/2, pi/2] up to rounding; nan where x is not finite."""
    n = nearest(x * like(x, 1 / pi))
    return fma(-n, like(x, _REST), fma(-n, like(x, _SECOND), fma(-n, like(x, _FIRST), x)))


@part
def sine(r: Value) -> Value:
    """Return sin r for abs(r) <= pi/2: r (1 - r^2/(2 3) (1 - r^2/(4 5) (...))), up to r^21."""
    z, p = r * r, like(r, 1.0)
    for k in range(10, 0, -1):
        p = fma(p * z, like(r, -1.0 / (2 * k * (2 * k + 1))), like(r, 1.0))
    return p * r


@part
def cosine(r: Value) -> Value:
    """Return cos r for abs(r) <= pi/2: 1 - r^2/(1 2) (1 - r^2/(3 4) (...)), up to r^22."""
    z, p = r * r, like(r, 1.0)
    for k in range(11, 0, -1):
        p = fma(p * z, like(r, -1.0 / (2 * k * (2 * k - 1))), like(r, 1.0))
    return p
