"""The asynchronous pipeline with accumulation: a stage sums its gradients and updates every B micro-batches."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class AccumulatedAP(Algorithm):
    """g~_k = (1/B) sum over b of G(W^_{k,b}, W_k; xi_{k,b}), W^_{k,b} being d_{m,b} updates old at stage m.

    The lags d_{m,b} are counted from the schedule: (M - m - b)/B rounded up, at least 0. What the theory takes are
    those of the first sample, b = 0. The staleness of a mean is at most the mean of the staleness of its samples, each
    of which the staleness lemma bounds with its own lags, and Lambda1 and Lambdah do not fall as a lag grows. The noise
    variance is sigma^2/B.
    """

    name: ClassVar[str] = "accumulated-ap"
    title: ClassVar[str] = "accumulated AP"
    schedule: ClassVar[str] = "accumulated"
    pipelined: ClassVar[bool] = True
    batched: ClassVar[bool] = True
    covered: ClassVar[bool] = True
