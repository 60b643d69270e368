"""The forms that devices' laws take in compiled code, and the numbers of each.

A form is a named tuple. Its class is known when a kernel is compiled, its numbers when it runs; these are in the dtype
of the weights and in multiples of the unit that the kernel counts weights in. A device without one is plugged in.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]


class Linear(NamedTuple):
    """w + t - abs(t) w/tau."""

    per_tau: float


class Relative(NamedTuple):
    """w + t - abs(t) w, weights in units of tau; w + t where `finite` is 0 and the hardware digital."""

    finite: int


class Sloped(NamedTuple):
    """Responses that are linear in the weight: level + slope w of each direction."""

    up: float
    down: float
    slope_up: float
    slope_down: float


class SlopedClipped(NamedTuple):
    """The same between hard bounds."""

    up: float
    down: float
    slope_up: float
    slope_down: float
    tau: float


class Exponential(NamedTuple):
    """Responses level + factor (e^(offset + rate w) - 1), the rate up being minus the rate down."""

    factor: float
    offset: float
    rate: float


class ExponentialClipped(NamedTuple):
    """Responses max(0, level + factor (e^(rate w) - 1)) between hard bounds."""

    level_up: float
    level_down: float
    factor_up: float
    factor_down: float
    rate_up: float
    rate_down: float
    tau: float


class Halves(NamedTuple):
    """The responses (1 -+ w/tau)^(halves/2), 0 at and beyond the bound; halves from 1 to 15."""

    per_tau: float
    halves: int


class Powers(NamedTuple):
    """The responses (1 - w/tau)^up and (1 + w/tau)^down, 0 at and beyond the bound."""

    per_tau: float
    up: float
    down: float


class Train(NamedTuple):
    """s tau - (s tau - w) e^(-abs(t)/tau), s the sign of t."""

    per_tau: float
    tau: float


class Measured(NamedTuple):
    """Responses between steps + 1 equally spaced knots: those up, then those down, between hard bounds.

    The knots start at an address, in the weights' dtype.
    """

    per_tau: float
    tau: float
    steps: int
    knots_at: int


Form = (
    Linear | Relative | Sloped | SlopedClipped | Exponential | ExponentialClipped | Halves | Powers | Train | Measured
)
FORMS: Final[tuple[type[Any], ...]] = (
    Linear, Sloped, SlopedClipped, Exponential, ExponentialClipped, Halves, Powers, Train, Measured,
)  # fmt: skip
"""The forms in the order of their codes; `Relative` is the linear one of networks and is not asked for by a code."""
LINEAR, SLOPED, SLOPED_CLIPPED, EXPONENTIAL, EXPONENTIAL_CLIPPED, HALVES, POWERS, TRAIN, MEASURED = range(len(FORMS))
_MOST_HALVES: Final = 15
OWN: Final = 5
"""Where the numbers of a form begin among those of an element; see `simulate.kernels.responses`."""
KNOTS: Final = OWN + 3
"""Where a table's knots begin."""


def _linear(tau: float, _: tuple[float, ...]) -> Form:
    return Linear(1 / tau)


def _shifted(tau: float, own: tuple[float, ...]) -> Form:
    up, down = own
    return Sloped(up, down, -up / tau, down / tau)


def _constant(tau: float, _: tuple[float, ...]) -> Form:
    return SlopedClipped(1.0, 1.0, 0.0, 0.0, tau)


def _linear_step(tau: float, own: tuple[float, ...]) -> Form:
    up, down, slope_up, slope_down = own
    return SlopedClipped(up, down, -slope_up / tau, slope_down / tau, tau)


def _exponential(tau: float, own: tuple[float, ...]) -> Form:
    (curvature,) = own
    return Exponential(float(1 / np.expm1(-curvature)), -curvature, curvature / tau)


def _exp_step(tau: float, own: tuple[float, ...]) -> Form:
    up, down, bump_up, bump_down, rate_up, rate_down = own
    levels = (up * (1 + bump_up), down * (1 + bump_down))
    return ExponentialClipped(*levels, up * bump_up, down * bump_down, -rate_up / tau, rate_down / tau, tau)


def _power(tau: float, own: tuple[float, ...]) -> Form:
    up, down = own if len(own) == 2 else own * 2
    halves = 2 * up
    if up == down and halves == int(halves) and 1 <= halves <= _MOST_HALVES:
        return Halves(1 / tau, int(halves))
    return Powers(1 / tau, up, down)


def _train(tau: float, _: tuple[float, ...]) -> Form:
    return Train(1 / tau, tau)


def _table(tau: float, own: tuple[float, ...]) -> Form:
    return Measured(1 / tau, tau, len(own) // 2 - 1, 0)


DEVICES: Final[dict[str, Callable[[float, tuple[float, ...]], Form]]] = {
    "ald": _linear,
    "power": _power,
    "exponential": _exponential,
    "shifted-linear": _shifted,
    "pulse-train": _train,
    "constant-step": _constant,
    "linear-step": _linear_step,
    "exp-step": _exp_step,
    "table": _table,
}
"""The form of every device that has one: of tau, in the unit of weights, and the device's own parameters."""


def cast(form: Form, real: Floats) -> Form:
    """Return a form with its numbers in the dtype of `real`, which keeps a table's knots from `KNOTS` on."""
    kind = real.dtype.type
    numbers: list[Any] = [x if isinstance(x, int) else kind(x) for x in form]
    made: Form = type(form)(*numbers)
    return made._replace(knots_at=real.ctypes.data + KNOTS * real.itemsize) if isinstance(made, Measured) else made


def numbers(form: Form, own: tuple[float, ...]) -> list[float]:
    """Return the numbers of a form one after the other; of a table, in the place of their address, the knots."""
    return [*form[:-1], *own] if isinstance(form, Measured) else [*form]
