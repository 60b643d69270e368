"""Stochastic gradient descent, exactly as asked: the classical case."""

from dataclasses import dataclass
from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


@dataclass(frozen=True)
class DigitalSGD(Algorithm):
    """g~_k = grad f(W_k; xi_k), on digital weights."""

    name: ClassVar[str] = "digital-sgd"
    title: ClassVar[str] = "digital SGD"
    analog: ClassVar[bool] = False
    covered: ClassVar[bool] = True
