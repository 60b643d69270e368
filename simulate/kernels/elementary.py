"""Activations, their slopes and the slopes of losses, for floats and SIMD lanes alike.

Everything rests on one hyperbolic tangent. With abs(x) = n ln(2)/2 + r, abs(r) <= ln(2)/4, s = 2^n and
C(r) = r coth r, the addition theorem with tanh(n ln(2)/2) = (s - 1)/(s + 1) and tanh r = r/C reads

    tanh abs(x) = ((s - 1) C + (s + 1) r) / ((s + 1) C + (s - 1) r),

one division and no cancellation. C is even; its Taylor coefficients are 4^k B_2k/(2k)! (Bernoulli numbers). The
measured error is stated in tests/kernels/test_elementary.py.
"""

import math
from fractions import Fraction
from typing import Final

from numba.extending import overload

from simulate.kernels.simd import Lanes, Value, compiled, fma, larger, like, magnitude, power_of_two, smaller, with_sign

TANH, SIGMOID, SOFTPLUS, IDENTITY = range(4)
LOG_COSH, LOGISTIC, SQUARED = range(3)
ALD, POWER, EXPONENTIAL, SHIFTED_LINEAR, PULSE_TRAIN = range(5)


def _bernoulli(count: int) -> list[Fraction]:
    numbers = [Fraction(1)]
    for n in range(1, count + 1):
        numbers.append(-sum((math.comb(n + 1, k) * numbers[k] for k in range(n)), Fraction(0)) / (n + 1))
    return numbers


_C1, _C2, _C3, _C4, _C5, _C6 = (
    float(4**k * b / math.factorial(2 * k)) for k, b in list(enumerate(_bernoulli(12)[::2]))[1:]
)
_LN2: Final = Fraction("0.69314718055994530941723212145817656807550013")
_PER_HALF_LN2: Final = float(2 / _LN2)
_HIGH64: Final = math.ldexp(round(_LN2 * 2**31), -32)
"""ln(2)/2 to 32 bits: n times it is exact in float64 for n < 2^21."""
_LOW64: Final = float(_LN2 / 2 - Fraction(_HIGH64))
_HIGH32: Final = math.ldexp(round(_LN2 * 2**13), -14)
"""ln(2)/2 to 14 bits: n times it is exact in float32 for n < 2^10."""
_LOW32: Final = float(_LN2 / 2 - Fraction(_HIGH32))
_ROUND64: Final = 1.5 * 2.0**52
_ROUND32: Final = 1.5 * 2.0**23
_ONE_FROM64: Final = 19.5
"""tanh rounds to 1 from here on in float64."""
_ONE_FROM32: Final = 9.5
"""tanh rounds to 1 from here on in float32."""


@compiled
def _joined(x: Value, s: Value, r: Value, c: Value) -> Value:
    above, below = s + like(x, 1.0), s - like(x, 1.0)
    return with_sign(fma(below, c, above * r) / fma(above, c, below * r), x)


def _tanh64(x: Value) -> Value:
    a = magnitude(x)
    a = smaller(like(x, _ONE_FROM64), a)
    shifted = fma(a, like(x, _PER_HALF_LN2), like(x, _ROUND64))
    n = shifted - like(x, _ROUND64)
    r = fma(n, like(x, -_LOW64), fma(n, like(x, -_HIGH64), a))
    z = r * r
    c = fma(fma(fma(z, like(x, _C6), like(x, _C5)), z, like(x, _C4)), z, like(x, _C3))
    c = fma(fma(fma(c, z, like(x, _C2)), z, like(x, _C1)), z, like(x, 1.0))
    return _joined(x, power_of_two(shifted), r, c)


def _tanh32(x: Value) -> Value:
    a = magnitude(x)
    a = smaller(like(x, _ONE_FROM32), a)
    shifted = fma(a, like(x, _PER_HALF_LN2), like(x, _ROUND32))
    n = shifted - like(x, _ROUND32)
    r = fma(n, like(x, -_LOW32), fma(n, like(x, -_HIGH32), a))
    z = r * r
    c = fma(fma(fma(z, like(x, _C3), like(x, _C2)), z, like(x, _C1)), z, like(x, 1.0))
    return _joined(x, power_of_two(shifted), r, c)


def tanh(x: Value) -> Value:
    """Return tanh x, odd to the last bit; nan stays nan. For compiled code, on a float or lanes."""
    raise NotImplementedError("compiled code only")


@overload(tanh)  # type: ignore[untyped-decorator]
def _tanh(x: Value) -> Value:
    scalar = x.scalar if isinstance(x, Lanes) else x
    return _tanh64 if scalar.bitwidth == 64 else _tanh32


@compiled
def log1p_unit(t: Value) -> Value:
    """Return log(1 + t) for t in [0, 1], as 2 artanh(t/(2 + t)) with v = t/(2 + t) <= 1/3, 17 terms."""
    v = t / (t + like(t, 2.0))
    z = v * v
    p = like(t, 1.0 / 33.0)
    for k in range(15, -1, -1):
        p = fma(p, z, like(t, 1.0 / (2 * k + 1)))
    return like(t, 2.0) * v * p


@compiled
def activated(kind: int, z: Value) -> Value:
    """Return phi(z): tanh z; 1/(1 + e^-z) - 1/2; log(1 + e^z) - log 2; z.

    Args:
        kind: TANH, SIGMOID, SOFTPLUS or IDENTITY.
        z: float or lanes.

    """
    if kind == IDENTITY:
        return z
    if kind == TANH:
        return tanh(z)
    t = tanh(z * like(z, 0.5))
    if kind == SIGMOID:
        return t * like(z, 0.5)
    return larger(z, like(z, 0.0)) - log1p_unit(magnitude(t))


@compiled
def steepness(kind: int, value: Value) -> Value:
    """Return phi'(z) from value = phi(z); see `activated`.

    The softplus has phi' = 1 - e^-value/2, where e^-v - 1 = 2 t/(1 - t), t = tanh(-v/2).
    """
    if kind == IDENTITY:
        return like(value, 1.0)
    if kind == TANH:
        return fma(-value, value, like(value, 1.0))
    if kind == SIGMOID:
        return fma(-value, value, like(value, 0.25))
    t = tanh(value * like(value, -0.5))
    return like(value, 0.5) - t / (like(value, 1.0) - t)


@compiled
def loss_slope(kind: int, out: Value, target: Value) -> Value:
    """Return the derivative in `out` of the loss of one output.

    LOG_COSH: log cosh(out - target). LOGISTIC: log(1 + e^(-target out)), target -1 or 1. SQUARED: (out - target)^2/2.
    """
    if kind == LOG_COSH:
        return tanh(out - target)
    if kind == LOGISTIC:
        half = target * like(out, 0.5)
        return half * tanh(out * half) - half
    return out - target


@compiled
def loss_value(kind: int, out: float, target: float) -> float:
    """Return the loss of one output (scalars); see `loss_slope`."""
    if kind == SQUARED:
        return 0.5 * (out - target) ** 2
    # log cosh e = |e| - log 2 + log(1 + e^-2|e|);  log(1 + e^-v) = max(-v, 0) + log(1 + e^-|v|)
    if kind == LOG_COSH:
        e = abs(out - target)
        return e + math.log1p(math.exp(-2 * e)) - math.log(2.0)
    v = target * out
    return max(-v, 0.0) + math.log1p(math.exp(-abs(v)))
