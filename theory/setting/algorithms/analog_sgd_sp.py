"""Analog SGD in a synchronous pipeline: micro-batches fill it, and weights change once they are through."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class AnalogSGDSP(Algorithm):
    """g~_k = (1/B) sum over b of grad f(W_k; xi_{k,b})."""

    name: ClassVar[str] = "analog-sgd-sp"
    title: ClassVar[str] = "Analog-SGD-SP"
    schedule: ClassVar[str] = "synchronous"
    batched: ClassVar[bool] = True
    covered: ClassVar[bool] = True
