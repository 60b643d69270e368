"""What replicas showed of the mean step of the linear device given the past, as `simulate.drift` measures it."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate import drift
from simulate.results import RunResult
from verify.judging.statistics import Array


@dataclass(frozen=True, eq=False)
class MeanSteps:
    """Averages over k < K, one a replica, shape (R,) without those that diverged, in (f/w)^2.

    Args:
        looks: of each replica.
        refused: why nothing was measured though it was asked for; else empty.
        drift: norm(E abs(g) W_k/tau)^2.
        rest: E norm(d - v)^2, d the step and v its mean given the past.
        distance: norm(v - F)^2.
        kappa: (f(W_{k+1}) - f(W_k))/alpha + <F, d>.

    """

    looks: int
    refused: str
    drift: Array
    rest: Array
    distance: Array
    kappa: Array

    def and_more(self, more: "MeanSteps | None") -> "MeanSteps":
        """Return these replicas and then those, looked at as often; others raise `BadInput`."""
        if more is None or (more.looks, more.refused) != (self.looks, self.refused):
            raise BadInput("drift", "another one", f"drift = {self.looks}, of the replicas before", "path.form")
        joined = {name: np.concatenate([getattr(self, name), getattr(more, name)]) for name in drift.NAMES}
        return MeanSteps(self.looks, self.refused, **joined)


def of(runs: RunResult, sound: NDArray[np.bool_]) -> MeanSteps | None:
    """Return what was measured of the replicas that did not diverge, or why nothing was; None: nobody asked."""
    if not runs.run.drift:
        return None
    none = dict.fromkeys(drift.NAMES, np.empty(0))
    if runs.drift is None:
        return MeanSteps(runs.run.drift, drift.refusal(runs.run), **none)
    found = {one.name: getattr(runs.drift, one.name)[sound] for one in fields(runs.drift)}
    return MeanSteps(runs.run.drift, "", **found)
