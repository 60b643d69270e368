"""Which of many elements set the responses of all: found in floats, so that few need to be enclosed exactly."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from theory.setting.devices.elements import Values

_APART: Final = 1e-9
"""Elements as close to the extreme one, relative to the largest, are all kept: rounding is a millionth of it."""


def outermost(device: Any, values: Values, low: float, high: float) -> Values:  # noqa: ANN401 - a Device
    """Return the elements of which one has the least response, one the largest, one the least room to a bound.

    Args:
        device: whose responses are extreme at the ends of a range of weights.
        values: parameters of all elements, one axis.
        low: the least weight, in weight units.
        high: the largest weight.

    """
    distinct = Values(*np.unique(np.stack(values), axis=1))
    scale, up, down, shift = distinct
    inner = [(end - shift) / scale for end in (low, high)]
    with np.errstate(all="ignore"):
        law = np.stack([response(w) for response in (device.q_plus, device.q_minus) for w in inner])
        responses = np.stack([up, up, down, down]) * law
        margin = np.minimum(device.tau - inner[1], device.tau + inner[0])
        room = margin * scale / np.maximum(law.max(axis=0) * np.maximum(up, down), np.finfo(float).tiny)
    kept = np.zeros(scale.shape, bool)
    for measure in (responses.min(axis=0), -responses.max(axis=0), margin, room):
        known = np.nan_to_num(measure, nan=-np.inf)
        kept |= ~(known > known.min() + _APART * _size(known))
    return Values(*(array[kept] for array in distinct))


def _size(measure: NDArray[np.float64]) -> float:
    finite = measure[np.isfinite(measure)]
    return float(np.max(np.abs(finite), initial=0.0))
