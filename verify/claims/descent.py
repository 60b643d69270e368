"""smooth: the objective descends as its smoothness constant says, at every step of every replica."""

import numpy as np

from verify.claims.lines import Line, surely
from verify.claims.record import Path


def lines(path: Path) -> list[Line]:
    """Return the descent lemma, step by step, where L is known."""
    smoothness = path.constants.values.get("L")
    if smoothness is None:
        return []
    slope = np.sum(path.gradient * path.moved, axis=-1)
    square = np.sum(path.moved**2, axis=-1)
    excess = float((path.value[1:] - path.value[:-1] - slope - smoothness / 2 * square).max())
    size = float(np.abs(path.value).max())
    return [surely("smooth", "f(W + T) <= f(W) + <F, T> + (L/2) norm(T)^2", excess, 0.0, size)]
