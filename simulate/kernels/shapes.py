"""Checks of the arrays that are handed to kernels, and what of them belongs to some of the replicas."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput

Floats = NDArray[np.floating]


def check_shape(name: str, array: NDArray[Any], shape: tuple[int | None, ...]) -> None:
    """Raise `BadInput` unless an array has the shape; None stands for any size."""
    if array.ndim != len(shape) or any(want not in (None, got) for want, got in zip(shape, array.shape, strict=True)):
        raise BadInput(name + ".shape", array.shape, f"{shape}", "simulate.kernels")


def clear_spans(spans: Floats | None, history: Floats) -> None:
    """Write spans that hold nothing, for as many replicas and weights, of their kind; `BadInput` if they do not fit."""
    if spans is not None:
        check_shape("spans", spans, (len(history), 2, history.shape[2]))
        spans[:, 0], spans[:, 1] = np.inf, -np.inf


def part_of(array: Floats | None, some: slice) -> Floats | None:
    """Return some replicas' part of an array that there may be."""
    return None if array is None else array[some]
