"""What an objective must expose to be trained in a pipeline and to be confronted with a theorem."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
Weights = list[Array]
"""The weights of one replica: one array a stage, in the unit w."""


@dataclass(frozen=True)
class Facts:
    """What is true of a problem, its lags and its noise, and needs no theorem.

    A value is a number, or None where the problem cannot tell. Units as in `theory.setting.symbols`.

    Args:
        values: by name: L, sigma2, Lambda1, Lambdah, nu, Ln, rho and what else the problem knows.
        certified: by the same names: proved from the problem's data (True) or only measured (False).
        stage_data: for networks, the data of docs/theory.md#stages: p0, p1, l0, l1, X, w per stage; empty otherwise.

    """

    values: Mapping[str, float | None]
    certified: Mapping[str, bool]
    stage_data: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class Objective(Protocol):
    """An objective f(W) = E f(W; xi) on a model of M stages.

    `sample` is what the problem's own `draw` returns for one iteration of one replica: an index, or a noise vector.
    """

    name: str
    stages: int

    def initial_weights(self) -> Weights:
        """Return W_0, one float64 array a stage."""

    def value(self, weights: Weights) -> float:
        """Return f(W), exactly (all samples), in units of f."""

    def gradient(self, weights: Weights) -> Weights:
        """Return grad f(W), exactly (all samples), one array a stage, in f/w."""

    def direction(self, forward: Weights, backward: Weights, sample: Any) -> Weights:  # noqa: ANN401
        """Return G(U, V; xi): forward pass with weights `forward`, backward products with weights `backward`."""

    @property
    def lower_bound(self) -> float:
        """Return f*, a lower bound of f, in units of f."""
