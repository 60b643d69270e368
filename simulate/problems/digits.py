"""The network on images: the handwritten digits that come with scikit-learn, the extra `data`."""

import importlib.util
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from simulate.problems.base import generator, require
from simulate.problems.network import Network

_IMAGES, _PIXELS, _CLASSES = 1797, 64, 10


@dataclass(frozen=True)
class Digits(Network):
    """M-stage network on 8 x 8 images of the digits 0 to 9, each of norm 1; the outputs answer +1 or -1 per digit.

    Source: E. Alpaydin, C. Kaynak, Optical recognition of handwritten digits, UCI repository, as in scikit-learn.

    Args:
        stages: M, >= 1.
        width: outputs of every stage but the last, which has 10.
        samples: N, images drawn without repetition, in [1, 1797].
        activation: tanh, identity, sigmoid or softplus, the last two less their value at 0; or a plug-in's.
        loss: log-cosh, squared or logistic, or a plug-in's.
        gain: W_0 has Gaussian entries of variance gain^2 / inputs, in w, >= 0.
        instance: seed of the choice of images and of W_0.

    """

    name: ClassVar[str] = "digits"
    summary: ClassVar[str] = "M-stage network on images of handwritten digits (needs the extra `data`)"
    independent_draws: ClassVar[bool] = True

    width: int = 16
    teacher_gain: float = field(default=0.0, init=False)
    label_noise: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        require(
            installed(), "problem", self.name, "scikit-learn is installed: pip install 'analog-sgd-workbench[data]'"
        )
        require(isinstance(self.width, int), "width", self.width, "an integer >= 1")
        require(self.samples <= _IMAGES, "samples", self.samples, f"samples <= {_IMAGES}, the images there are")

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the pixels, M - 1 times the width, and 10."""
        return (_PIXELS, *[self.width] * (self.stages - 1), _CLASSES)

    @cached_property
    def _chosen(self) -> NDArray[np.int64]:
        return generator(self.instance, 0).permutation(_IMAGES)[: self.samples]

    @cached_property
    def inputs(self) -> NDArray[np.float64]:
        """Return the images, shape (N, 64), each of norm 1 up to rounding."""
        raw = images()[0][self._chosen]
        return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))

    @cached_property
    def targets(self) -> NDArray[np.float64]:
        """Return 1 for an image's digit and -1 for the others, shape (N, 10)."""
        return np.where(np.arange(_CLASSES) == images()[1][self._chosen][:, None], 1.0, -1.0)


def installed() -> bool:
    """Return whether scikit-learn is there."""
    return importlib.util.find_spec("sklearn") is not None


def images() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return all images, shape (1797, 64), and their digits, shape (1797,)."""
    from sklearn.datasets import load_digits

    pixels, digits = load_digits(return_X_y=True)
    return pixels, digits
