"""The asynchronous pipeline on digital weights."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class DigitalAP(Algorithm):
    """g~_k = G(W^_k, W_k; xi_k), on digital weights."""

    name: ClassVar[str] = "digital-ap"
    title: ClassVar[str] = "digital AP"
    analog: ClassVar[bool] = False
    schedule: ClassVar[str] = "asynchronous"
    pipelined: ClassVar[bool] = True
    covered: ClassVar[bool] = True
