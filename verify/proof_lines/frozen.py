"""What was known before a window of noise: orthogonal to it, and as a weight no reason for it to be longer.

Known before the window of a stage with lag d are the gradient d updates ago, and its square as a weight. Averages are
over steps and replicas; each claim is shown at the stage where it comes closest to failing.
"""

from collections.abc import Iterator

import numpy as np

from verify.proof_lines.lines import Array, Line, expected
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import relation, shown, sides
from verify.proof_lines.windows import closest
from verify.proof_lines.world import jackknife

ORTHOGONAL, WEIGHTED = "free.frozen_orthogonal", "free.weighted_window"


def lines(path: Recording) -> list[Line]:
    """Return both claims at every stage with a lag; nothing where there is none."""
    found = list[Line]()
    for stage, lag in zip(path.stages, path.setting.lags, strict=True):
        if lag:
            frozen = path.gradient[np.maximum(np.arange(path.steps) - lag, 0)]
            back = [delayed(path.noise[..., stage], age) for age in range(1, lag + 1)]
            found += [*_orthogonal(path, frozen[..., stage], stage, back), *_weighted(frozen, back)]
    return closest(found)


def delayed(part: Array, age: int) -> Array:
    """Return a sequence `age` steps ago, zero before step 0; shape (K, R, ...)."""
    return np.concatenate([np.zeros_like(part[:age]), part[: max(len(part) - age, 0)]])


def _average(values: Array) -> Array:
    return jackknife(values.mean(axis=0))


def _orthogonal(path: Recording, frozen: Array, stage: slice, back: list[Array]) -> Iterator[Line]:
    """Yield the inner product from both sides of 0, with the noise of the step as what is fresh."""
    window = np.sum(back, axis=0)
    entries = {"<Theta|W>": frozen, "<G_fresh|W>": path.noise[..., stage]}
    values = {name: _average(np.sum(part * window, axis=-1)) for name, part in entries.items()}
    left, right = (np.broadcast_to(side, values["<Theta|W>"].shape) for side in sides(ORTHOGONAL, "orthogonal", values))
    stated = shown(relation(ORTHOGONAL, "orthogonal"))
    scale = float(np.sqrt(np.mean(frozen**2) * np.mean(window**2)))
    yield expected(ORTHOGONAL, stated, left, right, scale)
    yield expected(ORTHOGONAL, f"{stated}, from below", right, left, scale)


def _weighted(frozen: Array, back: list[Array]) -> Iterator[Line]:
    """Yield the length of the weighted window; s^2 is the least that its differences allow."""
    weight = np.sum(frozen**2, axis=-1)
    mean = _average(weight)
    if not mean.min() > 0:
        return
    lengths = [_average(weight * np.sum(one**2, axis=-1)) / mean for one in back]
    values = {
        "<W_c|W_c>": _average(weight * np.sum(np.sum(back, axis=0) ** 2, axis=-1)),
        "s2_m": np.max(lengths, axis=0),
        "c_mean": mean,
        "d_m": float(len(back)),
    }
    left, right = sides(WEIGHTED, "bound", values)
    yield expected(WEIGHTED, shown(relation(WEIGHTED, "bound")), left, right, float(right[0]))
