"""Stochastic gradient descent on analog devices, one sample after the other."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class AnalogSGD(Algorithm):
    """g~_k = grad f(W_k; xi_k)."""

    name: ClassVar[str] = "analog-sgd"
    title: ClassVar[str] = "analog SGD"
    covered: ClassVar[bool] = True
