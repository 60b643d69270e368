"""Activations and losses at intervals: value, slope and second derivative, with the rounding of NumPy's functions.

A function is evaluated at the ends of an interval; what is added for its error bounds the rounding of the few
operations and of the elementary functions in it, sixteen units where four are stated (`intervals`).
"""

from collections.abc import Callable
from math import log, sqrt
from typing import NamedTuple

import numpy as np

from verify.regions.intervals import EPS, MARGIN, TINY, Array, Intervals, tanh


class Layer(NamedTuple):
    """Activation or loss at intervals: its value, its slope and its second derivative."""

    value: Intervals
    slope: Intervals
    curve: Intervals


def _of_tanh(z: Intervals, scale: float) -> Layer:
    """Return phi(z) = s tanh(s z), s in {1, 1/2}: slope s^2 - v^2 and curve -2 v (s^2 - v^2) at its value v."""
    value, top = tanh(z * scale) * scale, scale * scale
    slope = value.even_falling(lambda v: np.maximum(top - v * v, 0.0), lambda v: 8 * EPS * (top + v * v))
    return Layer(value, slope, _curve(value, top))


def _curve(value: Intervals, top: float) -> Intervals:
    """Return -2 v (top - v^2), which turns at -t and t = sqrt(top/3) and is monotone between."""

    def at(v: Array) -> Array:
        return np.asarray(-2 * v * (top - v * v))

    # |v| <= 1, but for rounding: the error is a few units of 2^-52. Near t the curve is flat: 1e-12 moves it by 1e-23.
    low, high, turn, margin = value.low, value.high, sqrt(top / 3), MARGIN * top
    ends = at(low), at(high)
    peak, valley = float(at(np.array(-turn))), float(at(np.array(turn)))
    most = np.where((low <= -turn + 1e-12) & (high >= -turn - 1e-12), peak, np.maximum(*ends))
    least = np.where((low <= turn + 1e-12) & (high >= turn - 1e-12), valley, np.minimum(*ends))
    return Intervals.between(least - margin, most + margin)


def _of_softplus(z: Intervals) -> Layer:
    """Return phi(z) = log(1 + e^z) - log 2: slope 1/2 + t, curve 1/4 - t^2 with t = tanh(z/2)/2."""
    value = z.increasing(lambda x: np.logaddexp(x, 0.0) - log(2), lambda x: MARGIN * (2 + np.abs(x)))
    return Layer(value, *_logistic(z))


def _logistic(z: Intervals) -> tuple[Intervals, Intervals]:
    """Return the logistic function 1/2 + t and its slope 1/4 - t^2, t = tanh(z/2)/2."""
    half = tanh(z * 0.5) * 0.5
    slope = half.even_falling(lambda t: np.maximum(0.25 - t * t, 0.0), lambda t: 8 * EPS * (0.25 + t * t))
    return half + 0.5, slope


def _identity(z: Intervals) -> Layer:
    return Layer(z, Intervals.exactly(np.ones(z.shape)), Intervals.exactly(np.zeros(z.shape)))


def _log_cosh(x: Intervals, y: Array) -> Layer:
    gap = x - y
    value = gap.even_growing(
        lambda g: np.abs(g) + np.log1p(np.exp(-2 * np.abs(g))) - log(2), lambda g: MARGIN * (2 + np.abs(g))
    )
    slope = tanh(gap)
    return Layer(
        value, slope, slope.even_falling(lambda v: np.maximum(1 - v * v, 0.0), lambda v: 8 * EPS * (1 + v * v))
    )


def _squared(x: Intervals, y: Array) -> Layer:
    gap = x - y
    value = gap.even_growing(lambda g: 0.5 * g * g, lambda g: 4 * EPS * g * g + TINY)
    return Layer(value, gap, Intervals.exactly(np.ones(x.shape)))


def _logistic_loss(x: Intervals, y: Array) -> Layer:
    """Return log(1 + e^-yx) of targets -1 and 1."""
    margin = -(x * y)
    value = margin.increasing(lambda m: np.logaddexp(0.0, m), lambda m: MARGIN * (2 + np.abs(m)))
    part, curve = _logistic(margin)
    return Layer(value, part * (-y), curve)


ACTIVATIONS: dict[str, Callable[[Intervals], Layer]] = {
    "tanh": lambda z: _of_tanh(z, 1.0),
    "sigmoid": lambda z: _of_tanh(z, 0.5),
    "softplus": _of_softplus,
    "identity": _identity,
}
LOSSES: dict[str, Callable[[Intervals, Array], Layer]] = {
    "log-cosh": _log_cosh,
    "squared": _squared,
    "logistic": _logistic_loss,
}
