"""Passes of all samples through a network, with forward weights U and backward weights V, and all they meet.

Weights have shape (P, 1, outputs, inputs): P pairs, and all samples pass together behind the axis of length one.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from simulate.problems.network import Kept, Network
from theory.setting.objectives import Array, Weights


class Pairs(NamedTuple):
    """Two sets of weights each, one array (P, 1, outputs, inputs) a stage."""

    U: Weights
    V: Weights


class Passes(NamedTuple):
    """What passes with forward weights U and backward weights V met, for every pair and every sample.

    Args:
        x: inputs of the stages and the output, M + 1 arrays of shape (P, N, 1, width).
        z: W x, M arrays of shape (P, N, 1, outputs).
        slope: phi'(z), alike.
        arriving: what the slopes of a stage multiply: the transposed product, or the loss's gradient; alike.
        delta: messages, alike.
        G: stage gradients of each sample, M arrays of shape (P, N, outputs, inputs).

    """

    x: list[Array]
    z: list[Array]
    slope: list[Array]
    arriving: list[Array]
    delta: list[Array]
    G: list[Array]


def passes(problem: Network, forward: Weights, backward: Weights) -> Passes:
    """Pass every sample with every pair, by the problem's own stage functions."""
    everything = np.arange(problem.samples)
    x: list[Array] = [problem.enter(everything, ())]
    z, slopes, kept = list[Array](), list[Array](), list[Kept]()
    for stage in range(problem.stages):
        output, stage_kept = problem.forward(stage, forward[stage], x[stage])
        z.append(x[stage] @ np.swapaxes(forward[stage], -1, -2))
        x.append(output)
        slopes.append(stage_kept.slope)
        kept.append(stage_kept)
    message = problem.turn(x[-1], everything)
    arriving, delta, G = ([message] * problem.stages for _ in range(3))
    for stage in reversed(range(problem.stages)):
        arriving[stage], delta[stage] = message, slopes[stage] * message
        G[stage], message = problem.backward(stage, backward[stage], message, kept[stage])
    return Passes(x, z, slopes, arriving, delta, G)


def stacked(weights: Iterable[Array]) -> Array:
    """Return one stage's weights of several pairs in the shape that passes take."""
    return np.stack(list(weights))[:, None]
