"""Analog SGD in an asynchronous pipeline without stashing: the algorithm of arXiv 2410.15155."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class AnalogSGDAP(Algorithm):
    """g~_k = G(W^_k, W_k; xi_k): stale forward weights, current backward weights."""

    name: ClassVar[str] = "analog-sgd-ap"
    title: ClassVar[str] = "Analog-SGD-AP"
    schedule: ClassVar[str] = "asynchronous"
    pipelined: ClassVar[bool] = True
    covered: ClassVar[bool] = True
