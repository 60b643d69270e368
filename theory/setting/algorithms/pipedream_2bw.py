"""PipeDream-2BW: accumulation with two buffers of weights, so that all stages and samples have one lag."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class PipeDream2BW(Algorithm):
    """g~_k = (1/B) sum over b of grad f(W_{k-d}; xi_{k,b}), on digital weights; index < 0 means W_0.

    The lag d is counted from the schedule, (M - 1)/B rounded up at every stage: 1 where 2 <= M <= B + 1, which is
    PipeDream-2BW (arXiv 2006.09503); fewer samples need more buffers. It copies weights, so it is digital. The theory
    takes d at every stage, S_full in the place of S, and the noise variance sigma^2/B.
    """

    name: ClassVar[str] = "pipedream-2bw"
    title: ClassVar[str] = "PipeDream-2BW"
    analog: ClassVar[bool] = False
    schedule: ClassVar[str] = "vertical-sync"
    pipelined: ClassVar[bool] = True
    stashed: ClassVar[bool] = True
    batched: ClassVar[bool] = True
    covered: ClassVar[bool] = True

    @property
    def replaced(self) -> Mapping[str, str]:
        """Return the constants in whose place others stand: those of S_full at the lags of this schedule."""
        return {"Lambda1": "Lambda1_2bw", "Lambdah": "Lambdah_2bw"}
