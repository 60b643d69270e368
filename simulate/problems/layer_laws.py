"""The laws of a network of layers on flat arrays, for a kernel to be made of: the passes of a few rows at a time.

The numbers in `data`: a head, the layers' outputs and activations, the targets row by row, the inputs row by row.
Weights come layer after layer, each (outputs, inputs, and 1 more for a bias) row by row.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numba.extending import register_jitable
from numpy.typing import NDArray

from simulate.problems.layer_codes import ACTIVATIONS, LOSSES
from simulate.products import inner
from theory.setting.objectives import Array

_ROWS: Final = 16
"""Rows that pass together: a weight is read once for all of them."""
_HEAD: Final = 8
_LAYERS, _BIAS, _COUNT, _TAKEN, _NOISE, _LOSS, _INPUTS, _SIZE = range(_HEAD)


def packed(
    inputs: Array,
    targets: Array,
    widths: Sequence[int],
    activations: Sequence[str],
    loss: str,
    *,
    bias: bool,
    taken: int,
    noise: float,
) -> NDArray[np.float64]:
    """Return what the laws need to know, as `Laws.data`.

    Args:
        inputs: shape (N, p).
        targets: shape (N, outputs).
        widths: outputs of every layer.
        activations: of every layer, names of `ACTIVATIONS`.
        loss: a name of `LOSSES`.
        bias: whether a layer has one.
        taken: rows a sample has; 0: all.
        noise: whether numbers to be added to the gradient follow.

    """
    size = sum(out * (into + bias) for out, into in zip(widths, (inputs.shape[1], *widths[:-1]), strict=True))
    head = [len(widths), bias, len(inputs), taken, noise, LOSSES.index(loss), inputs.shape[1], size]
    codes = [ACTIVATIONS.index(name) for name in activations]
    parts = (head, widths, codes, np.ravel(targets), np.ravel(inputs))
    return np.concatenate([np.asarray(part, np.float64) for part in parts])


def direction(stale: Array, now: Array, sample: Array, data: Array, out: Array) -> None:
    """Write the mean of the rows' directions, and the noise, to `out`: see `Laws`."""
    count, taken, size = int(data[_COUNT]), int(data[_TAKEN]), int(data[_SIZE])
    used = taken if taken else count
    together = min(used, _ROWS)
    acts, slopes, messages = _workspace(data, together, stale)
    rows, nothing = np.empty(together, np.int64), np.empty(0, stale.dtype)
    for i in range(size):
        out[i] = sample[taken + i] if data[_NOISE] else 0
    for first in range(0, used, together):
        here = min(together, used - first)
        for t in range(here):
            rows[t] = int(sample[first + t]) if taken else first + t
        _passes(stale, now, data, rows[:here], acts, slopes, messages, out, nothing, used)


def moments(weights: Array, data: Array, gradient: Array, variance: Array) -> float:
    """Write grad f and the variance of each component of a sample's direction, and return f: see `Laws`."""
    count, taken, size = int(data[_COUNT]), int(data[_TAKEN]), int(data[_SIZE])
    together = min(count, _ROWS)
    acts, slopes, messages = _workspace(data, together, weights)
    rows, value = np.empty(together, np.int64), 0.0
    for i in range(size):
        gradient[i], variance[i] = 0, 0
    for first in range(0, count, together):
        here = min(together, count - first)
        for t in range(here):
            rows[t] = first + t
        value += _passes(weights, weights, data, rows[:here], acts, slopes, messages, gradient, variance, 1)
    for i in range(size):
        gradient[i] /= count
        spread = max(variance[i] / count - gradient[i] * gradient[i], 0.0) / taken if taken else 0.0
        variance[i] = spread + data[_NOISE] * data[_NOISE]
    return value / count


@register_jitable  # type: ignore[untyped-decorator]
def _workspace(data: Array, rows: int, like: Array) -> tuple[Array, Array, Array]:
    """Return room for the inputs of every layer and the outputs, for slopes, and for two messages."""
    layers, bias = int(data[_LAYERS]), int(data[_BIAS])
    inputs = int(data[_INPUTS])
    outputs, widest = 0, 0
    for layer in range(layers):
        outputs += int(data[_HEAD + layer])
        widest = max(widest, int(data[_HEAD + layer]))
    acts = np.empty(rows * (inputs + outputs + (layers + 1) * bias), like.dtype)
    return acts, np.empty(rows * outputs, like.dtype), np.empty(2 * rows * widest, like.dtype)


@register_jitable  # type: ignore[untyped-decorator]
def _passes(
    stale: Array,
    now: Array,
    data: Array,
    rows: NDArray[np.int64],
    acts: Array,
    slopes: Array,
    messages: Array,
    total: Array,
    squares: Array,
    share: int,
) -> float:
    """Add the rows' directions over `share` to `total`, and to `squares`, if it has room, their squares.

    Returns:
        The sum of the rows' losses.

    """
    layers, bias, inputs, count = int(data[_LAYERS]), int(data[_BIAS]), int(data[_INPUTS]), len(rows)
    outputs = int(data[_HEAD + layers - 1])
    targets = _HEAD + 2 * layers
    features = targets + int(data[_COUNT]) * outputs
    for t in range(count):
        for j in range(inputs):
            acts[t * (inputs + bias) + j] = data[features + rows[t] * inputs + j]
        if bias:
            acts[t * (inputs + bias) + inputs] = 1
    at = _forward(stale, data, count, acts, slopes)
    value = 0.0
    for t in range(count):
        out = acts[at + t * (outputs + bias) : at + t * (outputs + bias) + outputs]
        place = targets + rows[t] * outputs
        message = messages[t * outputs : (t + 1) * outputs]
        value += _turn(int(data[_LOSS]), out, data[place : place + outputs], message)
        for i in range(outputs):
            message[i] /= share
    _backward(now, data, count, acts, slopes, messages, total, squares)
    return value


@register_jitable  # type: ignore[untyped-decorator]
def _forward(weights: Array, data: Array, count: int, acts: Array, slopes: Array) -> int:
    """Fill in the inputs of every layer, the outputs and the slopes; return where the outputs begin."""
    layers, bias, inputs = int(data[_LAYERS]), int(data[_BIAS]), int(data[_INPUTS])
    at, place, slope = 0, 0, 0
    for layer in range(layers):
        outputs, columns = int(data[_HEAD + layer]), inputs + bias
        after, stride = at + count * columns, outputs + bias
        for i in range(outputs):
            row = weights[place + i * columns : place + (i + 1) * columns]
            for t in range(count):
                acts[after + t * stride + i] = inner(row, acts[at + t * columns : at + (t + 1) * columns])
        for t in range(count):
            z = acts[after + t * stride : after + t * stride + outputs]
            _activate(int(data[_HEAD + layers + layer]), z, slopes[slope + t * outputs : slope + (t + 1) * outputs])
            if bias:
                acts[after + t * stride + outputs] = 1
        at, place, slope, inputs = after, place + outputs * columns, slope + count * outputs, outputs
    return at


@register_jitable  # type: ignore[untyped-decorator]
def _backward(
    weights: Array, data: Array, count: int, acts: Array, slopes: Array, messages: Array, total: Array, squares: Array
) -> None:
    """Add what every layer's message and input make of it; the first half of `messages` has the loss's slopes."""
    layers, bias = int(data[_LAYERS]), int(data[_BIAS])
    half = len(messages) // 2
    here, there = messages[:half], messages[half:]
    place, at, slope = _ends(data, count)
    for back in range(layers):
        layer = layers - 1 - back
        outputs = int(data[_HEAD + layer])
        inputs = int(data[_HEAD + layer - 1]) if layer else int(data[_INPUTS])
        columns = inputs + bias
        place, at, slope = place - outputs * columns, at - count * columns, slope - count * outputs
        for i in range(count * outputs):
            here[i] *= slopes[slope + i]
        for i in range(outputs):
            sums = total[place + i * columns : place + (i + 1) * columns]
            for t in range(count):
                row = acts[at + t * columns : at + (t + 1) * columns]
                if len(squares):
                    beside = squares[place + i * columns : place + (i + 1) * columns]
                    _add_both(here[t * outputs + i], row, sums, beside)
                else:
                    _add(here[t * outputs + i], row, sums)
        if layer:
            there[: count * inputs] = 0
            for i in range(outputs):
                row = weights[place + i * columns : place + i * columns + inputs]
                for t in range(count):
                    _add(here[t * outputs + i], row, there[t * inputs : (t + 1) * inputs])
            here, there = there, here


@register_jitable  # type: ignore[untyped-decorator]
def _ends(data: Array, count: int) -> tuple[int, int, int]:
    """Return the weights there are, where the outputs of `count` rows begin, and the slopes there are."""
    layers, bias, inputs = int(data[_LAYERS]), int(data[_BIAS]), int(data[_INPUTS])
    at, slope = 0, 0
    for layer in range(layers):
        at += count * (inputs + bias)
        inputs = int(data[_HEAD + layer])
        slope += count * inputs
    return int(data[_SIZE]), at, slope


@register_jitable  # type: ignore[untyped-decorator]
def _add(factor: float, row: Array, sums: Array) -> None:
    for j in range(len(row)):
        sums[j] += factor * row[j]


@register_jitable  # type: ignore[untyped-decorator]
def _add_both(factor: float, row: Array, sums: Array, squares: Array) -> None:
    for j in range(len(row)):
        one = factor * row[j]
        sums[j] += one
        squares[j] += one * one


@register_jitable  # type: ignore[untyped-decorator]
def _activate(code: int, z: Array, slope: Array) -> None:
    """Put phi(z) in the place of z, and phi'(z) into `slope`."""
    for i in range(len(z)):
        x = z[i]
        if code == 0:
            slope[i] = 1
        elif code == 1:
            value = np.tanh(x)
            z[i], slope[i] = value, 1 - value * value
        elif code in (2, 3):
            value = 0.5 * np.tanh(0.5 * x)
            z[i], slope[i] = (value + 0.5 if code == 2 else value), 0.25 - value * value
        elif code in (4, 5):
            value = max(x, 0.0) + np.log1p(np.exp(-abs(x)))
            z[i], slope[i] = (value if code == 4 else value - math.log(2)), 0.5 + 0.5 * np.tanh(0.5 * x)
        elif code == 6:
            share = 0.5 * math.erfc(-x / math.sqrt(2.0))
            z[i], slope[i] = x * share, share + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
        else:  # what is no number stays none
            z[i], slope[i] = (0 if x <= 0 else x), (1 if x > 0 else 0)


@register_jitable  # type: ignore[untyped-decorator]
def _turn(code: int, x: Array, y: Array, slope: Array) -> float:
    """Write the loss's slopes in x to `slope`, and return the loss."""
    value = 0.0
    if code == 3:
        largest, total = np.max(x), 0.0
        for i in range(len(x)):
            slope[i] = np.exp(x[i] - largest)
            total += slope[i]
        for i in range(len(x)):
            value += y[i] * (np.log(total) - (x[i] - largest))
            slope[i] = slope[i] / total - y[i]
        return value
    for i in range(len(x)):
        if code == 0:
            gap = abs(x[i] - y[i])
            value += gap + np.log1p(np.exp(-2 * gap)) - math.log(2)
            slope[i] = np.tanh(x[i] - y[i])
        elif code == 1:
            value += 0.5 * (x[i] - y[i]) ** 2
            slope[i] = x[i] - y[i]
        else:
            turned = -y[i] * x[i]
            value += max(turned, 0.0) + np.log1p(np.exp(-abs(turned)))
            slope[i] = -y[i] * (0.5 + 0.5 * np.tanh(0.5 * turned))
    return value
