"""The devices' laws, for floats and SIMD lanes alike: what an increment t makes of a weight w.

`law(form, w, t)` is made for one form, whose class is part of the kernel's type: such a kernel is compiled once for
each form that is used, and runs without asking. The form `Asked` asks for the code of another one each time. Both make
the same operations in the same order, whatever the kind of values.

Exponentials are e^x - 1 = 2^n (e^r - 1) + (2^n - 1), x = n ln 2 + r, abs(r) <= ln(2)/2, where the Taylor sum of e^r - 1
is economised; logarithms 2 artanh((m - 1)/(m + 1)) + n ln 2. Their measured errors are stated in
tests/simulate/kernels/test_responses.py.
"""

import math
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import NDArray

from simulate.kernels import forms
from simulate.kernels.bits import chosen, exponent, floor, itemsize, looked_up, mantissa, number_at, root, turned
from simulate.kernels.forms import (
    KNOTS,
    OWN,
    Exponential,
    ExponentialClipped,
    Halves,
    Linear,
    Measured,
    Powers,
    Relative,
    Sloped,
    SlopedClipped,
    Train,
)
from simulate.kernels.plugins import PLUGGED, on_weight
from simulate.kernels.simd import (
    Lanes,
    Value,
    fma,
    inlined,
    larger,
    like,
    magnitude,
    magnitude_mask,
    masked,
    part,
    power_of_two,
    smaller,
)

Floats = NDArray[np.floating]

ALPHA, PER_TAU, TAU, LIMIT, UNIT = range(OWN)
"""Places in `real`, the numbers of an element as kernels take them; those of its form stand from OWN on."""

INLINED: Final = {"forceinline": True}
"""For what is called in the innermost loops."""
_LN2: Final = math.log(2.0)
_LN2_HIGH: Final = float.fromhex("0x1.62e42fefap-1")
_LN2_LOW: Final = 1.6465949582897082e-12
"""ln 2 is the sum of the two; the first has 36 bits, so that its products with an exponent are exact."""
_LOWEST: Final = -40.0
"""From here down e^x - 1 rounds to -1."""
_HIGHEST64: Final = 700.0
_HIGHEST32: Final = 85.0
_ROUND64: Final = 1.5 * 2.0**52
_ROUND32: Final = 1.5 * 2.0**23
_ARTANH_TERMS: Final = 11
_TINY: Final = 2.0**-1000


def _economised(degree: int) -> list[float]:
    """Return the coefficients of (e^r - 1 - r)/r^2 on abs(r) <= ln(2)/2, in a polynomial of `degree`.

    Term by term from a Taylor sum far longer, the highest, c r^k, loses c h^k T(r/h)/2^(k-1), T being the Chebyshev
    polynomial of degree k: no more than c h^k/2^(k-1) is lost anywhere.
    """
    terms = [Fraction(1, math.factorial(k + 2)) for k in range(degree + 8)]
    half = Fraction(_LN2) / 2
    while len(terms) > degree + 1:
        k = len(terms) - 1
        lower, chebyshev = [Fraction(1)], [Fraction(0), Fraction(1)]
        for _ in range(k - 1):
            grown = [Fraction(0), *(2 * c for c in chebyshev)]
            for place, c in enumerate(lower):
                grown[place] -= c
            lower, chebyshev = chebyshev, grown
        scale = terms[k] * half**k / chebyshev[k]
        lost = [scale * c / half**place for place, c in enumerate(chebyshev)]
        terms = [term - less for term, less in zip(terms[:k], lost, strict=False)]
    return [float(term) for term in terms]


_G0, _G1, _G2, _G3, _G4, _G5, _G6, _G7, _G8, _G9 = _economised(9)
_H0, _H1, _H2, _H3, _H4 = _economised(4)


@inlined
def _rebuilt(x: Value, shifted: Value, r: Value, p: Value) -> Value:
    """Return e^x - 1 from 2^n (as `power_of_two` takes it), r and p = (e^r - 1 - r)/r^2."""
    scale = power_of_two(shifted)
    return fma(scale, fma(p, r * r, r), scale - like(x, 1.0))


def _expm1_64(x: Value) -> Value:
    x = smaller(like(x, _HIGHEST64), larger(like(x, _LOWEST), x))
    shifted = fma(x, like(x, 1 / _LN2), like(x, _ROUND64))
    r = fma(shifted - like(x, _ROUND64), like(x, -_LN2), x)
    p = fma(fma(fma(like(x, _G9), r, like(x, _G8)), r, like(x, _G7)), r, like(x, _G6))
    p = fma(fma(fma(p, r, like(x, _G5)), r, like(x, _G4)), r, like(x, _G3))
    return _rebuilt(x, shifted, r, fma(fma(fma(p, r, like(x, _G2)), r, like(x, _G1)), r, like(x, _G0)))


def _expm1_32(x: Value) -> Value:
    x = smaller(like(x, _HIGHEST32), larger(like(x, _LOWEST), x))
    shifted = fma(x, like(x, 1 / _LN2), like(x, _ROUND32))
    r = fma(shifted - like(x, _ROUND32), like(x, -_LN2), x)
    p = fma(fma(like(x, _H4), r, like(x, _H3)), r, like(x, _H2))
    return _rebuilt(x, shifted, r, fma(fma(p, r, like(x, _H1)), r, like(x, _H0)))


def expm1(x: Value) -> Value:
    """Return e^x - 1 for x up to 700 (float32: 85); nan stays nan. For compiled code, on a float or lanes."""
    raise NotImplementedError("compiled code only")


@overload(expm1)  # type: ignore[untyped-decorator]
def _expm1(x: Value) -> Value:
    scalar = x.scalar if isinstance(x, Lanes) else x
    return _expm1_64 if scalar.bitwidth == 64 else _expm1_32


@part
def logarithm(x: Value) -> Value:
    """Return ln x of a positive normal float64."""
    m, n = mantissa(x), exponent(x)
    s = (m - like(x, 1.0)) / (m + like(x, 1.0))
    z = s * s
    p = like(x, 2.0 / (2 * _ARTANH_TERMS + 1))
    for k in range(_ARTANH_TERMS - 1, 0, -1):
        p = fma(p, z, like(x, 2.0 / (2 * k + 1)))
    return fma(n, like(x, _LN2_HIGH), fma(s * z, p, fma(n, like(x, _LN2_LOW), s + s)))


def law(form: object, w: Value, t: Value) -> Value:
    """Return the weight after the increment t. For compiled code, on floats or lanes."""
    raise NotImplementedError("compiled code only")


@overload(law, jit_options=INLINED)  # type: ignore[untyped-decorator]
def _law(form: Value, w: Value, t: Value) -> Value:  # noqa: ARG001 - their kinds do not matter
    if form.instance_class is not Asked:
        return _LAWS[form.instance_class]
    if not isinstance(w, Lanes):
        return _asked_of_a_float
    return _asked_of_lanes if w.scalar.bitwidth == 64 else _asked_of_single_lanes


def _linear(form: Value, w: Value, t: Value) -> Value:
    return fma(-(magnitude(t) * like(t, form.per_tau)), w, w + t)


def _relative(form: Value, w: Value, t: Value) -> Value:
    return fma(-masked(t, magnitude_mask(t, form.finite != 0)), w, w + t)


def _sloped(form: Value, w: Value, t: Value) -> Value:
    level = chosen(t, like(w, form.up), like(w, form.down))
    slope = chosen(t, like(w, form.slope_up), like(w, form.slope_down))
    return fma(t, fma(slope, w, level), w)


@inlined
def clipped(w: Value, tau: float) -> Value:
    """Return w within -tau and tau; nan stays nan."""
    return smaller(like(w, tau), larger(like(w, -tau), w))


def _sloped_clipped(form: Value, w: Value, t: Value) -> Value:
    level = chosen(t, like(w, form.up), like(w, form.down))
    slope = chosen(t, like(w, form.slope_up), like(w, form.slope_down))
    return clipped(fma(t, fma(slope, w, level), w), form.tau)


def _exponential_law(form: Value, w: Value, t: Value) -> Value:
    x = fma(turned(like(w, form.rate), t), w, like(w, form.offset))
    return fma(t, like(w, form.factor) * expm1(x), w)


def _exponential_clipped(form: Value, w: Value, t: Value) -> Value:
    x = chosen(t, like(w, form.rate_up), like(w, form.rate_down)) * w
    factor = chosen(t, like(w, form.factor_up), like(w, form.factor_down))
    level = chosen(t, like(w, form.level_up), like(w, form.level_down))
    return clipped(fma(t, larger(like(w, 0.0), fma(factor, expm1(x), level)), w), form.tau)


@inlined
def _room(per_tau: float, w: Value, t: Value) -> Value:
    """Return 1 - w/tau for increments upwards, 1 + w/tau for others, no less than 0."""
    return larger(like(w, 0.0), fma(turned(w, t), like(w, -per_tau), like(w, 1.0)))


def _halves(form: Value, w: Value, t: Value) -> Value:
    u = _room(form.per_tau, w, t)
    q = t
    if form.halves & 1:
        q = q * root(u)
    if form.halves & 2:
        q = q * u
    if form.halves & 12:
        u = u * u
        if form.halves & 4:
            q = q * u
        if form.halves & 8:
            q = q * (u * u)
    return w + q


def _powers(form: Value, w: Value, t: Value) -> Value:
    u = _room(form.per_tau, w, t)
    return fma(t, raised(u, chosen(t, like(w, form.up), like(w, form.down))), w)


def raised(u: Value, power: Value) -> Value:
    """Return u to a positive power, u >= 0. For compiled code, on floats or lanes."""
    raise NotImplementedError("compiled code only")


def _raised64(u: Value, power: Value) -> Value:
    grown = expm1(power * logarithm(larger(u, like(u, _TINY)))) + like(u, 1.0)
    return chosen(u - like(u, _TINY), grown, like(u, 0.0))


def _raised32(u: Value, power: Value) -> Value:
    return u**power


@overload(raised)  # type: ignore[untyped-decorator]
def _raised(u: Value, power: Value) -> Value:  # noqa: ARG001
    scalar = u.scalar if isinstance(u, Lanes) else u
    return _raised64 if scalar.bitwidth == 64 else _raised32


def _train(form: Value, w: Value, t: Value) -> Value:
    gone = expm1(-(magnitude(t) * like(w, form.per_tau)))
    return fma(w - turned(like(w, form.tau), t), gone, w)


def _measured(form: Value, w: Value, t: Value) -> Value:
    steps = form.steps
    zero, last = like(w, 0.0), like(w, steps)
    place = smaller(larger(fma(w, like(w, form.per_tau), like(w, 1.0)) * like(w, 0.5 * steps), zero), last)
    left = smaller(floor(place), last - like(w, 1.0))
    at = left + chosen(t, zero, last + like(w, 1.0))
    low, high = looked_up(form.knots_at, at), looked_up(form.knots_at, at + like(w, 1.0))
    return clipped(fma(t, fma(place - left, high - low, low), w), form.tau)


class Asked(NamedTuple):
    """A form that is asked for each time: its code, or the number of a plugged device, and the address of `real`."""

    device: int
    at: int


@part
def _any(form: Asked, w: Value, t: Value) -> Value:
    """Return what the law of a form that is given by its code makes of a weight."""
    device, at = form.device, form.at
    a, b = number_at(at, OWN, w), number_at(at, OWN + 1, w)
    if device == forms.LINEAR:
        return law(Linear(a), w, t)
    if device == forms.HALVES:
        return law(Halves(a, int(b)), w, t)
    if device == forms.TRAIN:
        return law(Train(a, b), w, t)
    c, d = number_at(at, OWN + 2, w), number_at(at, OWN + 3, w)
    if device == forms.SLOPED:
        return law(Sloped(a, b, c, d), w, t)
    if device == forms.EXPONENTIAL:
        return law(Exponential(a, b, c), w, t)
    if device == forms.MEASURED:
        return law(Measured(a, b, int(c), at + KNOTS * itemsize(w)), w, t)
    e = number_at(at, OWN + 4, w)
    if device == forms.SLOPED_CLIPPED:
        return law(SlopedClipped(a, b, c, d, e), w, t)
    f, g = number_at(at, OWN + 5, w), number_at(at, OWN + 6, w)
    return law(ExponentialClipped(a, b, c, d, e, f, g), w, t)


def _powers_asked(form: Value, w: Value, t: Value) -> Value:
    at = form.at
    return law(Powers(number_at(at, OWN, w), number_at(at, OWN + 1, w), number_at(at, OWN + 2, w)), w, t)


_asked_powers = part(_powers_asked)


def _asked_of_a_float(form: Value, w: Value, t: Value) -> Value:
    if form.device >= PLUGGED:
        return on_weight(form.device, w, t, form.at)
    if form.device == forms.POWERS:
        return _asked_powers(form, w, t)
    return _any(form, w, t)


def _asked_of_lanes(form: Value, w: Value, t: Value) -> Value:
    if form.device == forms.POWERS:
        return _asked_powers(form, w, t)
    return _any(form, w, t)


def _asked_of_single_lanes(form: Value, w: Value, t: Value) -> Value:
    return _any(form, w, t)


_LAWS: Final[dict[type, Any]] = {
    Linear: _linear,
    Relative: _relative,
    Sloped: _sloped,
    SlopedClipped: _sloped_clipped,
    Exponential: _exponential_law,
    ExponentialClipped: _exponential_clipped,
    Halves: _halves,
    Powers: _powers,
    Train: _train,
    Measured: _measured,
}
