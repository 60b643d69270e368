"""Activations, their slopes and the slopes of losses, for floats and SIMD lanes alike.

Everything rests on one hyperbolic tangent. With abs(x) = n ln(2)/2 + r, abs(r) <= ln(2)/4, e = 2^n - 1 and
C(r) = r coth r, the addition theorem with tanh(n ln(2)/2) = e/(e + 2) and tanh r = r/C reads

    tanh abs(x) = (e (C + r) + 2 r) / (e (C + r) + 2 C),

one division and no harmful cancellation. C is even; its Taylor coefficients are 4^k B_2k/(2k)! (Bernoulli numbers),
of which the last one used is spread over the others by a Chebyshev polynomial. The measured error is stated in
tests/simulate/kernels/test_elementary.py.
"""

import math
from fractions import Fraction
from typing import Final

from numba.extending import overload

from simulate.kernels.plugins import PLUGGED, SLOPE, VALUE, on_values
from simulate.kernels.simd import Lanes, Value, fma, larger, like, magnitude, part, power_of_two, smaller, with_sign

TANH, SIGMOID, SOFTPLUS, IDENTITY = range(4)
LOG_COSH, LOGISTIC, SQUARED = range(3)


def _bernoulli(count: int) -> list[Fraction]:
    numbers = [Fraction(1)]
    for n in range(1, count + 1):
        numbers.append(-sum((math.comb(n + 1, k) * numbers[k] for k in range(n)), Fraction(0)) / (n + 1))
    return numbers


def _doubled_coth(degree: int) -> list[float]:
    """Return the coefficients in r^2 of 2 r coth r on abs(r) <= ln(2)/4, of one degree less than the Taylor sum.

    The term of highest degree, c z^k, loses c h^k T(z/h), where T is the Chebyshev polynomial of [0, 1] scaled to 1 at
    its highest power: what is lost nowhere exceeds c h^k 2^(1-2k).
    """
    terms = [4**k * b / math.factorial(2 * k) for k, b in enumerate(_bernoulli(2 * degree)[::2])]
    previous, chebyshev = [Fraction(1)], [Fraction(-1), Fraction(2)]
    for _ in range(degree - 1):
        grown = [Fraction(0)] * (len(chebyshev) + 1)
        for power, c in enumerate(chebyshev):
            grown[power + 1] += 4 * c
            grown[power] -= 2 * c
        for power, c in enumerate(previous):
            grown[power] -= c
        previous, chebyshev = chebyshev, grown
    square = (_LN2 / 4) ** 2
    for power, c in enumerate(chebyshev):
        terms[power] -= terms[-1] * c / chebyshev[-1] * square ** (degree - power) if power < degree else 0
    return [float(2 * term) for term in terms[:-1]]


_LN2: Final = Fraction("0.69314718055994530941723212145817656807550013")
_PER_HALF_LN2: Final = float(2 / _LN2)
_HALF_LN2: Final = float(_LN2 / 2)
_C0, _C1, _C2, _C3, _C4, _C5 = _doubled_coth(6)
_S0, _S1, _S2 = _doubled_coth(3)
_ROUND64: Final = 1.5 * 2.0**52
_ROUND32: Final = 1.5 * 2.0**23
_ONE_FROM64: Final = 19.5
"""tanh rounds to 1 from here on in float64."""
_ONE_FROM32: Final = 9.5
"""tanh rounds to 1 from here on in float32."""


@part
def _joined(x: Value, shifted: Value, r: Value, c: Value) -> Value:
    """Return tanh x from 2^n (as `power_of_two` takes it), r and c = 2 C."""
    grown = (power_of_two(shifted) - like(x, 1.0)) * fma(c, like(x, 0.5), r)
    return with_sign((grown + (r + r)) / (grown + c), x)


def _tanh64(x: Value) -> Value:
    a = smaller(like(x, _ONE_FROM64), magnitude(x))
    shifted = fma(a, like(x, _PER_HALF_LN2), like(x, _ROUND64))
    r = fma(shifted - like(x, _ROUND64), like(x, -_HALF_LN2), a)
    z = r * r
    c = fma(fma(fma(z, like(x, _C5), like(x, _C4)), z, like(x, _C3)), z, like(x, _C2))
    return _joined(x, shifted, r, fma(fma(c, z, like(x, _C1)), z, like(x, _C0)))


def _tanh32(x: Value) -> Value:
    a = smaller(like(x, _ONE_FROM32), magnitude(x))
    shifted = fma(a, like(x, _PER_HALF_LN2), like(x, _ROUND32))
    r = fma(shifted - like(x, _ROUND32), like(x, -_HALF_LN2), a)
    z = r * r
    return _joined(x, shifted, r, fma(fma(z, like(x, _S2), like(x, _S1)), z, like(x, _S0)))


def tanh(x: Value) -> Value:
    """Return tanh x, odd to the last bit; nan stays nan. For compiled code, on a float or lanes."""
    raise NotImplementedError("compiled code only")


@overload(tanh)  # type: ignore[untyped-decorator]
def _tanh(x: Value) -> Value:
    scalar = x.scalar if isinstance(x, Lanes) else x
    return _tanh64 if scalar.bitwidth == 64 else _tanh32


@part
def log1p_unit(t: Value) -> Value:
    """Return log(1 + t) for t in [0, 1], as 2 artanh(t/(2 + t)) with v = t/(2 + t) <= 1/3, 17 terms."""
    v = t / (t + like(t, 2.0))
    z = v * v
    p = like(t, 1.0 / 33.0)
    for k in range(15, -1, -1):
        p = fma(p, z, like(t, 1.0 / (2 * k + 1)))
    return like(t, 2.0) * v * p


@part
def activated(kind: int, z: Value) -> Value:
    """Return phi(z): tanh z; 1/(1 + e^-z) - 1/2; log(1 + e^z) - log 2; z.

    Args:
        kind: TANH, SIGMOID, SOFTPLUS, IDENTITY, or what `plugged.activation` returned.
        z: float or lanes.

    """
    if kind >= PLUGGED:
        return on_values(kind, VALUE, z)
    if kind == IDENTITY:
        return z
    if kind == TANH:
        return tanh(z)
    t = tanh(z * like(z, 0.5))
    if kind == SIGMOID:
        return t * like(z, 0.5)
    return larger(z, like(z, 0.0)) - log1p_unit(magnitude(t))


@part
def slope_of_value(kind: int, value: Value) -> Value:
    """Return phi'(z) from value = phi(z); see `activated`.

    The softplus has phi' = 1 - e^-value/2, where e^-v - 1 = 2 t/(1 - t), t = tanh(-v/2).
    """
    if kind >= PLUGGED:
        return on_values(kind, SLOPE, value)
    if kind == IDENTITY:
        return like(value, 1.0)
    if kind == TANH:
        return fma(-value, value, like(value, 1.0))
    if kind == SIGMOID:
        return fma(-value, value, like(value, 0.25))
    t = tanh(value * like(value, -0.5))
    return like(value, 0.5) - t / (like(value, 1.0) - t)


@part
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


@part
def loss_value(kind: int, out: Value, target: Value) -> Value:
    """Return the loss of one output; see `loss_slope`.

    log cosh e = |e| - log(1 + tanh |e|);  log(1 + e^-v) = max(-v, 0) + log 2 - log(1 + tanh(|v|/2)).
    """
    if kind == SQUARED:
        gap = out - target
        return gap * gap * like(out, 0.5)
    if kind == LOG_COSH:
        gap = magnitude(out - target)
        return gap - log1p_unit(tanh(gap))
    v = out * target
    rest = like(v, math.log(2.0)) - log1p_unit(tanh(magnitude(v) * like(v, 0.5)))
    return larger(-v, like(v, 0.0)) + rest
