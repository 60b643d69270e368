"""The asynchronous pipeline whose backward passes read a copy of the weights of their forward passes."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class StashedAP(Algorithm):
    """g~_k = grad f(W^_k; xi_k), on digital weights."""

    name: ClassVar[str] = "stashed-ap"
    title: ClassVar[str] = "stashed AP"
    analog: ClassVar[bool] = False
    schedule: ClassVar[str] = "asynchronous"
    pipelined: ClassVar[bool] = True
    stashed: ClassVar[bool] = True
    covered: ClassVar[bool] = True
