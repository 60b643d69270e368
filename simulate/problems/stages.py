"""What is known of a network whose stages the theorems on networks cover: constants of its layers, loss and data."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

import numpy as np

from simulate.problems.activations import Activation
from simulate.problems.losses import Loss
from simulate.problems.spectral import down, up
from theory.setting.objectives import Array


def stage_data(
    acts: Sequence[Activation], loss: Loss, inputs: Array, targets: Array, widths: Sequence[int]
) -> dict[str, Any]:
    """Return p0, p1, p2, l0, l1, l2, X and what bounds the activations' values, all certified.

    Args:
        acts: of the stages, or the one of all.
        loss: of the last stage's outputs.
        inputs: shape (N, inputs).
        targets: shape (N, outputs).
        widths: inputs, then the outputs of each stage.

    """
    outputs, last = widths[-1], acts[-1].bound
    bounds, thirds = [act.bound for act in acts], [act.p2 for act in acts]
    free = up(float(np.max(np.linalg.norm(loss.slope(np.zeros_like(targets), targets), axis=1))), outputs + 8)
    l0 = loss.length
    if l0 is None and loss.slope_bound is not None:
        l0 = up(loss.slope_bound * sqrt(outputs), 2)
    elif l0 is None and last is not None:
        l0 = up(loss.l1 * last * sqrt(outputs) + free, 4)
    return {
        "p0": max(act.p0 for act in acts),
        "p1": max(act.p1 for act in acts),
        "p2": None if None in thirds else max(third for third in thirds if third is not None),
        "bound": None if None in bounds else max(bound for bound in bounds if bound is not None),
        "l0": l0,
        "l1": loss.l1,
        "l2": loss.l2,
        "X": up(float(np.max(np.linalg.norm(inputs, axis=1))), widths[0]),
        "target_norm": free,
        "loss": loss.name,
        "widths": tuple(widths),
    }


def least_value(act: Activation, loss: Loss, targets: Array) -> float:
    """Return the mean over the samples of the least loss that outputs within the activation's bound can have, or 0.

    Source: docs/theory/networks.md#lowest.

    Args:
        act: of the last stage.
        loss: 0 is returned of one that does not say where it falls to.
        targets: shape (N, outputs).

    """
    most = act.bound
    if most is None or loss.towards is None:
        return 0.0
    least = loss.value(np.clip(loss.towards(targets), -most, most), targets)
    return down(float(np.sum(least)) / len(targets), targets.size, absolute=8 * targets.shape[1])
