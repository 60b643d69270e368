"""Smooth centred activations, phi(0) = 0, with their constants (docs/theory.md#stages, #third-derivatives)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import erf, exp, inf, log, pi, sqrt

import numpy as np

from theory.setting.objectives import Array


@dataclass(frozen=True)
class Activation:
    """An elementwise activation.

    Args:
        name: as in the settings.
        value: phi, elementwise.
        slope: phi' as a function of (z, phi(z)).
        p0: upper bound of |phi'|, rounded up.
        p1: Lipschitz constant of phi', rounded up.
        bound: upper bound of |phi|, or None if it is unbounded.
        slope_of_value: phi' as a function of phi(z) alone, for the compiled kernels, which keep nothing else of the
            forward pass. They compile it and `value` as they stand, for floats. The activations built into the kernels
            need none; any other without it, or with what Numba cannot compile, runs on NumPy.
        p2: upper bound of |phi'''|, rounded up; None: not known, and nothing that needs it is applied.

    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    p0: float
    p1: float
    bound: float | None
    slope_of_value: Callable[[Array], Array] | None = None
    p2: float | None = None


def _sigmoid(z: Array) -> Array:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * z))


_UP = 1 + 1e-15

REGISTRY: dict[str, Activation] = {
    item.name: item
    for item in (
        # tanh'' = -2 tanh (1 - tanh^2) is largest where tanh^2 = 1/3; with y = 1 - tanh^2 in (0, 1]
        # tanh''' = 2 y (2 - 3 y), between -2 at y = 1 and 2/3 at y = 1/3.
        Activation("tanh", np.tanh, lambda _, value: 1 - value * value, 1.0, 4 / (3 * sqrt(3)) * _UP, 1.0, p2=2.0),
        # With s the logistic function s'' = s (1 - s)(1 - 2 s), largest 1/(6 sqrt 3); with y = s (1 - s) in (0, 1/4]
        # s''' = y (1 - 6 y), between -1/8 at y = 1/4 and 1/24 at y = 1/12.
        Activation(
            "sigmoid",
            lambda z: np.asarray(0.5 * np.tanh(0.5 * z)),
            lambda _, value: 0.25 - value * value,
            0.25,
            1 / (6 * sqrt(3)) * _UP,
            0.5,
            p2=0.125,
        ),
        Activation(
            "softplus",
            lambda z: np.logaddexp(z, 0) - log(2),
            lambda z, _: _sigmoid(z),
            1.0,
            0.25,
            None,
            p2=1 / (6 * sqrt(3)) * _UP,
        ),
        Activation("identity", lambda z: z, lambda z, _: np.ones_like(z), 1.0, 0.0, None, p2=0.0),
    )
}
"""Every activation by name; a new one is one entry."""


def _below(z: Array) -> Array:
    """Return the probability that a normal number is below z."""
    from scipy.special import ndtr  # not before it is needed: every command loads this file

    return np.asarray(ndtr(z))


def _density(z: Array) -> Array:
    return np.asarray(np.exp(-0.5 * z * z) / sqrt(2 * pi))


_PLAIN: tuple[Activation, ...] = (
    replace(REGISTRY["sigmoid"], name="centred-sigmoid"),
    replace(REGISTRY["softplus"], name="centred-softplus"),
    replace(REGISTRY["sigmoid"], value=_sigmoid, slope=lambda _, value: value * (1 - value), bound=1.0),
    replace(REGISTRY["softplus"], value=lambda z: np.logaddexp(z, 0)),
    # With F the normal distribution and F' its density, phi = z F has phi'' = F' (2 - z^2): phi' is extreme at
    # sqrt 2 and -sqrt 2, where it is g and 1 - g with g = F(sqrt 2) + sqrt 2 F'(sqrt 2) = 1.1289...; and since
    # phi''' = F' z (z^2 - 4), phi'' is extreme at 0, 2 and -2, and largest in size at 0: 2 F'(0) = sqrt(2/pi).
    Activation(
        "gelu",
        lambda z: z * _below(z),
        lambda z, _: _below(z) + z * _density(z),
        (0.5 + 0.5 * erf(1.0) + exp(-1) / sqrt(pi)) * _UP,
        sqrt(2 / pi) * _UP,
        None,
    ),
    # A slope that jumps has no Lipschitz constant.
    Activation("relu", lambda z: np.maximum(z, 0), lambda z, _: np.where(z > 0, 1.0, 0.0), 1.0, inf, None),
)


def of_layers() -> dict[str, Activation]:
    """Return the activations that layers may have, by the names that PyTorch gives them.

    `sigmoid` is 1/(1 + e^-z) and `softplus` is log(1 + e^z); those of `REGISTRY`, shifted to 0 at 0, are `centred-`.
    Whatever else is in `REGISTRY`, also from a plug-in, has the same name here.
    """
    return REGISTRY | {one.name: one for one in _PLAIN}
