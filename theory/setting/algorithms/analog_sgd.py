"""Stochastic gradient descent on analog devices, one sample after the other."""

from typing import ClassVar

from theory.setting.algorithms.base import Algorithm


class AnalogSGD(Algorithm):
    """g~_k = grad f(W_k; xi_k)."""

    name: ClassVar[str] = "analog-sgd"
    title: ClassVar[str] = "analog SGD"
    covered: ClassVar[bool] = True
