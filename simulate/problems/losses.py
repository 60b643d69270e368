"""Losses l(x, y) of the last stage's output, with their constants (docs/theory.md#stages, #third-derivatives)."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

import numpy as np

from theory.setting.objectives import Array


@dataclass(frozen=True)
class Loss:
    """A nonnegative loss, summed over the outputs.

    Args:
        name: as in the settings.
        value: l(x, y) per output, elementwise.
        slope: its derivative in x, elementwise.
        slope_bound: upper bound of one output's |slope|, or None if it is unbounded.
        l1: Lipschitz constant of the gradient in x.
        classes: whether the targets are +-1.
        length: upper bound of the norm of the gradient in x over all outputs, where it is less than `slope_bound`
            times the square root of their number.
        towards: where the loss falls to in each output, as a function of y, if on every box around 0 it is least at the
            point closest to that. None: not known, and its lower bound is 0.
        l2: upper bound of |the third derivative in x| of one output, rounded up; None: not known, and nothing that
            needs it is applied.

    """

    name: str
    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    slope_bound: float | None
    l1: float
    classes: bool = False
    l2: float | None = None
    length: float | None = None
    towards: Callable[[Array], Array] | None = None


def _log_cosh(x: Array, y: Array) -> Array:
    gap = np.abs(x - y)
    return np.asarray(gap + np.log1p(np.exp(-2 * gap)) - np.log(2))


_UP = 1 + 1e-15

REGISTRY: dict[str, Loss] = {
    item.name: item
    for item in (
        # The third derivatives are tanh'' and that of the logistic function: the p1 of these two activations.
        Loss(
            "log-cosh",
            _log_cosh,
            lambda x, y: np.tanh(x - y),
            1.0,
            1.0,
            towards=lambda y: y,
            l2=4 / (3 * sqrt(3)) * _UP,
        ),
        Loss("squared", lambda x, y: 0.5 * (x - y) ** 2, lambda x, y: x - y, None, 1.0, towards=lambda y: y, l2=0.0),
        Loss(
            "logistic",
            lambda x, y: np.logaddexp(0, -y * x),
            lambda x, y: -y * (0.5 - 0.5 * np.tanh(0.5 * y * x)),
            1.0,
            0.25,
            classes=True,
            towards=lambda y: np.copysign(np.inf, y),
            l2=1 / (6 * sqrt(3)) * _UP,
        ),
    )
}
"""Every loss by name; a new one is one entry."""


def _softmax(x: Array) -> Array:
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return np.asarray(powers / np.sum(powers, axis=-1, keepdims=True))


def _cross_entropy(x: Array, y: Array) -> Array:
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return np.asarray(y * (np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True)) - shifted))


CROSS_ENTROPY = Loss(
    "cross-entropy",
    _cross_entropy,
    lambda x, y: _softmax(x) - y,
    1.0,
    0.5 * _UP,
    length=sqrt(2) * _UP,
    towards=lambda y: np.where(y > 0, np.inf, -np.inf),
)
"""-log softmax(x)_c of the class c, which y marks with 1 among zeros; the outputs are not independent of each other.

With p = softmax(x) the gradient p - y has (1 - p_c)^2 plus the squares of the other p_j, which add up to 1 - p_c: at
most 2 (1 - p_c)^2 <= 2. Along v the second derivative is the variance of v_j under p, at most
(max v - min v)^2 / 4 (Popoviciu) <= 2 norm(v)^2 / 4.
"""


def of_layers() -> dict[str, Loss]:
    """Return the losses that a network of layers may have, by name: those of `REGISTRY`, and cross-entropy."""
    return REGISTRY | {CROSS_ENTROPY.name: CROSS_ENTROPY}
