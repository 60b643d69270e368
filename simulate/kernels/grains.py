"""What random pulses and unequal elements make of an increment, for floats and SIMD lanes alike.

The laws are those of theory.setting.devices.pulses and .elements, the random numbers those of .draws: the hash of a
key, which is a replica's and a step's, and of a word, which is an element's and a draw's. Words are kept for all
elements; keys are worked out once a step. Whatever is drawn is float64.
"""

# ruff: noqa: ARG001 - the forms of one function take the arguments of all

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
from numba.extending import overload
from numpy.typing import DTypeLike, NDArray

from simulate.kernels.bits import any_above, chosen, drawn, floor, number_at, root, turned, word_at
from simulate.kernels.responses import INLINED, law, logarithm
from simulate.kernels.simd import Lanes, Value, fma, inlined, like, magnitude, part, smaller, with_sign
from theory.setting.devices import Elements, Pulses, draws, pulses, quantiles

Floats = NDArray[np.floating]

assert (pulses.PULSES, pulses.CYCLE, pulses.WRITE) == (0, 1, 2)
_GOLDEN: Final = np.uint64(draws.GOLDEN)
_FIRST_SHIFT, _SECOND_SHIFT, _LAST_SHIFT = (np.uint64(shift) for shift in draws.SHIFTS)
_FIRST, _SECOND = (np.uint64(multiplier) for multiplier in draws.MULTIPLIERS)
_ONE: Final = np.uint64(1)
_TO_UNIT: Final = 1 - 2.0**-53
"""What is subtracted from `drawn` for a number in (0, 1): exact."""


class Grains(NamedTuple):
    """Random pulses, as compiled code takes them: numbers, and the addresses of arrays (`PulseArrays`).

    Args:
        dw: size of a pulse, > 0, or 0: increments arrive as they are. Lengths are in multiples of the kernel's unit.
        per_dw: 1/dw.
        trials: BL.
        cycle: relative noise of a pulse.
        write: standard deviation of the noise of writing.
        ratios_at: of (BL - k)/(k + 1), k = 0, ..., BL - 1, float64.
        pulses_at: of the elements' words for the number of pulses.
        cycle_at: of those for the pulses' sizes.
        write_at: of those for what is written.
        streams_at: of the replicas' keys.
        replicas: R.

    """

    dw: float
    per_dw: float
    trials: int
    cycle: float
    write: float
    ratios_at: int
    pulses_at: int
    cycle_at: int
    write_at: int
    streams_at: int
    replicas: int


class Parts(NamedTuple):
    """Unequal elements: addresses of arrays in the weights' dtype and the kernel's unit and order (`ElementArrays`).

    Args:
        scale_at: of s = tau_i/tau.
        shift_at: of c.
        shrink_at: of 1/s.
        up_at: of the slopes upwards over s.
        down_at: of the slopes downwards over s.

    """

    scale_at: int
    shift_at: int
    shrink_at: int
    up_at: int
    down_at: int


def _address(array: NDArray[Any]) -> int:
    return int(array.ctypes.data)


@dataclass(frozen=True)
class PulseArrays:
    """The pulses of a device with all that they need; it must live as long as what `given` returns is used.

    Args:
        pulses: of the device.
        unit: that the kernel counts weights in, in w.
        words: uint64, shape (3, P): of every draw and element, elements in the kernel's order.
        streams: uint64, shape (R,): keys of the replicas.

    """

    pulses: Pulses
    unit: float
    words: NDArray[np.uint64]
    streams: NDArray[np.uint64]

    @classmethod
    def of(cls, made: Pulses, seed: int, replicas: range, count: int, unit: float) -> "PulseArrays":
        """Return the pulses of `count` elements a replica, in the order of the model."""
        words = np.stack([draws.element_keys(0, count, draw) for draw in range(pulses.DRAWS)])
        return cls(made, unit, words, draws.replica_keys(seed, replicas))

    @cached_property
    def ratios(self) -> NDArray[np.float64]:
        """Return (BL - k)/(k + 1)."""
        k = np.arange(self.pulses.BL, dtype=np.float64)
        return (self.pulses.BL - k) / (k + 1)

    def given(self, some: slice) -> Grains:
        """Return what compiled code takes for some replicas."""
        made, dw = self.pulses, self.pulses.dw / self.unit
        streams = self.streams[some]
        number, size, written = (_address(row) for row in self.words)
        return Grains(
            dw, 1 / dw if dw else 0.0, made.BL, float(made.cycle), made.write / self.unit, _address(self.ratios),
            number, size, written, _address(streams), len(streams),
        )  # fmt: skip


@dataclass(frozen=True)
class ElementArrays:
    """The parameters of unequal elements; it must live as long as what `given` returns is used.

    Args:
        arrays: shape (5, P), in the order of `Parts`.

    """

    arrays: Floats

    @classmethod
    def of(cls, made: Elements, count: int, unit: float, dtype: DTypeLike) -> "ElementArrays":
        """Return the parameters of `count` elements, in the order of the model and multiples of `unit`."""
        scale, up, down, shift = made.part(0, (count,))
        return cls(np.array([scale, shift / unit, 1 / scale, up / scale, down / scale], dtype))

    def given(self) -> Parts:
        """Return what compiled code takes."""
        return Parts(*(_address(row) for row in self.arrays))


@dataclass(frozen=True)
class Makeup:
    """What of a device is beside its law: its pulses and its elements, each None where there is nothing of it."""

    pulses: PulseArrays | None
    elements: ElementArrays | None

    def given(self, some: slice) -> tuple[Grains | None, Parts | None]:
        """Return what compiled code takes for some replicas."""
        return (
            None if self.pulses is None else self.pulses.given(some),
            None if self.elements is None else self.elements.given(),
        )

    def in_order(self, order: NDArray[np.int64]) -> "Makeup":
        """Return the same with element `order[e]` at place e."""
        pulses, elements = self.pulses, self.elements
        return Makeup(
            None if pulses is None else replace(pulses, words=np.ascontiguousarray(pulses.words[:, order])),
            None if elements is None else ElementArrays(np.ascontiguousarray(elements.arrays[:, order])),
        )


@part
def _mixed(z: Value) -> Value:
    z = (z ^ (z >> _FIRST_SHIFT)) * _FIRST
    z = (z ^ (z >> _SECOND_SHIFT)) * _SECOND
    return z ^ (z >> _LAST_SHIFT)


def set_keys(grains: Grains | None, step: int, first: int, keys: NDArray[np.float64]) -> None:
    """Write the keys of a step: of replica first + j to keys[j], of the last one to the places beyond.

    For compiled code; leaves `keys` as they are where nothing is drawn.
    """
    raise NotImplementedError("compiled code only")


@overload(set_keys)  # type: ignore[untyped-decorator]
def _set_keys(grains: Value, step: Value, first: Value, keys: Value) -> Value:
    return _no_keys if not hasattr(grains, "instance_class") else _write_keys


def _no_keys(grains: Value, step: Value, first: Value, keys: Value) -> None:
    pass


def _write_keys(grains: Value, step: Value, first: Value, keys: Value) -> None:
    bits = keys.view(np.uint64)
    for j in range(keys.size):
        stream = word_at(grains.streams_at, min(first + j, grains.replicas - 1))
        bits[j] = _mixed(stream + _GOLDEN * (np.uint64(step) + _ONE))


@inlined
def _uniform(key: Value, word: Value) -> Value:
    return drawn(key, word) - like(key, _TO_UNIT)


_A0, _A1, _A2, _A3, _A4, _A5, _A6, _A7 = quantiles.A
_B0, _B1, _B2, _B3, _B4, _B5, _B6, _B7 = quantiles.B
_C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7 = quantiles.C
_D0, _D1, _D2, _D3, _D4, _D5, _D6, _D7 = quantiles.D
_E0, _E1, _E2, _E3, _E4, _E5, _E6, _E7 = quantiles.E
_F0, _F1, _F2, _F3, _F4, _F5, _F6, _F7 = quantiles.F


@part
def _polynomial(
    x: Value, c0: float, c1: float, c2: float, c3: float, c4: float, c5: float, c6: float, c7: float
) -> Value:
    p = fma(fma(fma(like(x, c7), x, like(x, c6)), x, like(x, c5)), x, like(x, c4))
    return fma(fma(fma(fma(p, x, like(x, c3)), x, like(x, c2)), x, like(x, c1)), x, like(x, c0))


@part
def normal(p: Value) -> Value:
    """Return the standard normal z with P(Z <= z) = p, as `quantiles.normal` does."""
    q = p - like(p, 0.5)
    r = fma(-q, q, like(p, quantiles.CENTRE))
    above = _polynomial(r, _A0, _A1, _A2, _A3, _A4, _A5, _A6, _A7)
    z = q * above / _polynomial(r, _B0, _B1, _B2, _B3, _B4, _B5, _B6, _B7)
    if any_above(magnitude(q), like(p, quantiles.SPLIT_CENTRE)):
        s = root(-logarithm(smaller(p, like(p, 1.0) - p)))
        x = s - like(p, quantiles.NEAR_SHIFT)
        above = _polynomial(x, _C0, _C1, _C2, _C3, _C4, _C5, _C6, _C7)
        tail = above / _polynomial(x, _D0, _D1, _D2, _D3, _D4, _D5, _D6, _D7)
        if any_above(s, like(p, quantiles.SPLIT_TAIL)):
            x = s - like(p, quantiles.SPLIT_TAIL)
            above = _polynomial(x, _E0, _E1, _E2, _E3, _E4, _E5, _E6, _E7)
            far = above / _polynomial(x, _F0, _F1, _F2, _F3, _F4, _F5, _F6, _F7)
            tail = chosen(like(p, quantiles.SPLIT_TAIL) - s, tail, far)
        z = chosen(like(p, quantiles.SPLIT_CENTRE) - magnitude(q), z, with_sign(tail, q))
    return z


@part
def _binomial(grains: Grains, chance: Value, u: Value) -> Value:
    """Return the binomial number by inversion, as `pulses.binomial` does."""
    one = like(u, 1.0)
    half = like(u, 0.5) - chance
    p = chosen(half, chance, one - chance)
    rest = one - p
    term, square, left = one, rest, grains.trials
    while left > 0:
        if left & 1:
            term = term * square
        square = square * square
        left >>= 1
    total, number, k = term, like(u, 0.0), 0
    if any_above(u, total):
        ratio = p / rest
        while k < grains.trials and any_above(u, total):
            number = number + chosen(total - u, like(u, 0.0), one)
            term = term * ratio * like(u, number_at(grains.ratios_at, k, u))
            total = total + term
            k += 1
    return chosen(half, number, like(u, grains.trials) - number)


@inlined
def arrived(grains: Grains, t: Value, key: Value, i: int) -> Value:
    """Return the increment that arrives, D_r, of an increment t to element i; float64."""
    if grains.dw == 0:
        return t
    u = _uniform(key, word_at(grains.pulses_at, i))
    if grains.trials == 0:
        number = floor(fma(t, like(t, grains.per_dw), u))
    else:
        chance = magnitude(t) * like(t, grains.per_dw / grains.trials)
        number = turned(_binomial(grains, smaller(chance, like(t, 1.0)), u), t)
    if grains.cycle != 0 and any_above(magnitude(number), like(t, 0.0)):
        spread = with_sign(root(magnitude(number)), number) * like(t, grains.cycle)
        number = fma(spread, normal(_uniform(key, word_at(grains.cycle_at, i))), number)
    return number * like(t, grains.dw)


def acted(form: Value, grains: Grains | None, parts: Parts | None, w: Value, t: Value, key: Value, i: int) -> Value:
    """Return the weight of element i after the increment t. For compiled code, on floats or lanes.

    Args:
        form: of the law; see `responses.law`.
        grains: the pulses, or None; of lanes, only where they are float64.
        parts: the elements, or None.
        w: weight.
        t: increment.
        key: of the step, the float64 with its bits; any number where nothing is drawn.
        i: place of the element in `grains` and `parts`.

    """
    raise NotImplementedError("compiled code only")


@overload(acted, jit_options=INLINED)  # type: ignore[untyped-decorator]
def _acted(form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value) -> Value:
    alike, smooth = (not hasattr(given, "instance_class") for given in (parts, grains))
    if smooth:
        return _smooth_alike if alike else _smooth_unequal
    if isinstance(w, Lanes) or w.bitwidth == 64:
        return _granular_alike if alike else _granular_unequal
    return _granular_single_alike if alike else _granular_single_unequal


@inlined
def _of_element(form: Value, parts: Parts, w: Value, t: Value, i: int) -> Value:
    """Return the weight by the law with the element's own parameters."""
    shift = like(w, number_at(parts.shift_at, i, w))
    up, down = like(w, number_at(parts.up_at, i, w)), like(w, number_at(parts.down_at, i, w))
    inner = (w - shift) * like(w, number_at(parts.shrink_at, i, w))
    return fma(like(w, number_at(parts.scale_at, i, w)), law(form, inner, t * chosen(t, up, down)), shift)


@inlined
def _finished(grains: Grains, w: Value, after: Value, t: Value, arrived: Value, key: Value, i: int) -> Value:
    """Return the weight where noise has turned an increment round, and with the noise of writing."""
    if grains.cycle != 0:
        after = chosen(arrived * t, after, w + w - after)
    if grains.write != 0:
        noise = like(after, grains.write) * normal(_uniform(key, word_at(grains.write_at, i)))
        after = chosen(-magnitude(t), after, after + noise)
    return after


def _smooth_alike(form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value) -> Value:
    return law(form, w, t)


def _smooth_unequal(form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value) -> Value:
    return _of_element(form, parts, w, t, i)


def _granular_alike(form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value) -> Value:
    d = arrived(grains, t, key, i)
    return _finished(grains, w, law(form, w, with_sign(d, t)), t, d, key, i)


def _granular_unequal(form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value) -> Value:
    d = arrived(grains, t, key, i)
    return _finished(grains, w, _of_element(form, parts, w, with_sign(d, t), i), t, d, key, i)


def _granular_single_alike(form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value) -> Value:
    d = like(w, arrived(grains, np.float64(t), key, i))
    after = law(form, w, with_sign(d, t))
    return like(w, _finished(grains, np.float64(w), np.float64(after), np.float64(t), np.float64(d), key, i))


def _granular_single_unequal(
    form: Value, grains: Value, parts: Value, w: Value, t: Value, key: Value, i: Value
) -> Value:
    d = like(w, arrived(grains, np.float64(t), key, i))
    after = _of_element(form, parts, w, with_sign(d, t), i)
    return like(w, _finished(grains, np.float64(w), np.float64(after), np.float64(t), np.float64(d), key, i))
