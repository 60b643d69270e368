"""Losses l(x, y) of the last stage's output, with the two constants of docs/theory.md#stages."""

from collections.abc import Callable
from dataclasses import dataclass

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

    """

    name: str
    value: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    slope_bound: float | None
    l1: float
    classes: bool = False


def _log_cosh(x: Array, y: Array) -> Array:
    gap = np.abs(x - y)
    return np.asarray(gap + np.log1p(np.exp(-2 * gap)) - np.log(2))


REGISTRY: dict[str, Loss] = {
    item.name: item
    for item in (
        Loss("log-cosh", _log_cosh, lambda x, y: np.tanh(x - y), 1.0, 1.0),
        Loss("squared", lambda x, y: 0.5 * (x - y) ** 2, lambda x, y: x - y, None, 1.0),
        Loss(
            "logistic",
            lambda x, y: np.logaddexp(0, -y * x),
            lambda x, y: -y * (0.5 - 0.5 * np.tanh(0.5 * y * x)),
            1.0,
            0.25,
            classes=True,
        ),
    )
}
"""Every loss by name; a new one is one entry."""
