"""What code that engines call answers with: arrays as large as they should be, of real numbers."""

from collections.abc import Sequence

import numpy as np

from theory.setting.objectives import Array, Weights


class Misfit(TypeError):
    """An answer of another form than was asked for."""


def require_like(found: object, like: Array, what: str) -> None:
    """Raise `Misfit` unless an answer is an array of real numbers with the shape of another.

    What NumPy would stretch, or cut to its real part, changes a run without a word.
    """
    if isinstance(found, np.ndarray) and found.shape == like.shape and found.dtype.kind in "fiu":
        return
    if not isinstance(found, np.ndarray | np.generic):
        form = f"a {type(found).__name__}"
    else:
        form = f"an array of shape {found.shape} and type {found.dtype}"
    raise Misfit(f"{what} is {form}, and not one of real numbers of shape {like.shape}")


def require_stages(found: Sequence[object], like: Weights, what: str) -> None:
    """Raise `Misfit` unless an answer has an array of real numbers for every stage, of its shape."""
    if not isinstance(found, list | tuple) or len(found) != len(like):
        has = f"a list of {len(found)}" if isinstance(found, list | tuple) else f"a {type(found).__name__}"
        raise Misfit(f"{what} is {has}, and not one of {len(like)} arrays, one a stage")
    for stage, (one, weights) in enumerate(zip(found, like, strict=True), 1):
        require_like(one, weights, f"{what} at stage {stage}")
