"""PipeMare: its pipeline, with the step size of a stage reduced by the stage's delay for the first steps."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.pipemare_ap import PipeMareAP


@dataclass(frozen=True)
class PipeMare(PipeMareAP):
    """The directions of pipemare-ap with step size alpha/tau_m^p at stage m, p = 1 - min(k/anneal, 1).

    tau_m is the delay of the stage, the mean of its lags over the samples of a batch: (2 (M - m) + 1)/B. One below 1
    is taken as 1, so that no stage ever steps farther than alpha. Its correction of the backward weights is left out.
    Source: arXiv 1910.05124, the rescheduling of learning rates.
    """

    name: ClassVar[str] = "pipemare"
    title: ClassVar[str] = "PipeMare"
    annealed: ClassVar[bool] = True
    covered: ClassVar[bool] = False
    uncovered: ClassVar[str] = "its step size differs from stage to stage, and the theorems have one alpha"

    def step_size(self, alpha: float, delay: float, step: int, anneal: int | None) -> float:
        """Return alpha over the delay to a power that falls from 1 to 0 in `anneal` steps."""
        assert anneal is not None, "a run of an annealed algorithm has it"
        power = 1 - min(step / anneal, 1.0)
        return alpha / float(max(delay, 1.0) ** power)
