"""PipeMare's pipeline with one step size: full-duplex stages, lags 2 (M - m) + 1, no copies of weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class PipeMareAP(Algorithm):
    """g~_k = (1/B) sum over b of G(W^_{k,b}, W_k; xi_{k,b}), W^_{k,b} being d_{m,b} updates old at stage m.

    The lags are counted from the schedule: (2 (M - m) + 1 - b)/B rounded up, at least 0; with B = 1 they are
    2 (M - m) + 1 (arXiv 1910.05124). The theory takes those of the first sample, and sigma^2/B, as for accumulated-ap.
    """

    name: ClassVar[str] = "pipemare-ap"
    title: ClassVar[str] = "PipeMare AP"
    schedule: ClassVar[str] = "registered-duplex"
    pipelined: ClassVar[bool] = True
    batched: ClassVar[bool] = True
    covered: ClassVar[bool] = True

    @property
    def replaced(self) -> Mapping[str, str]:
        """Return the constants in whose place others stand: those at the lags of this schedule."""
        return {"Lambda1": "Lambda1_pipemare", "Lambdah": "Lambdah_pipemare"}
