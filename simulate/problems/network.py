"""M-stage network, one weight matrix and one activation a stage, on teacher-student data."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import ceil, prod, sqrt
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from boundary import known, memory
from simulate.problems import activations, losses
from simulate.problems.base import FiniteData, Moments, generator, require
from simulate.problems.stages import least_value, norms_time, stage_data
from theory.setting.objectives import Array, Facts, Weights


class Kept(NamedTuple):
    """What a stage keeps from its forward pass: its input x and phi'(z)."""

    x: Array
    slope: Array


@dataclass(frozen=True)
class Network(FiniteData):
    """z = W x, x' = phi(z) at every stage, loss l(x, y); f is the mean over the samples, xi a sample's index.

    Messages have shape (..., n, width) for n samples passed together: 1 in training, all for the exact moments.
    Source: docs/theory.md#setting.

    Args:
        stages: M, >= 1.
        width: one number for all stages, or M + 1 numbers: inputs, then the outputs of each stage.
        samples: N, >= 1.
        activation: tanh, identity, sigmoid or softplus, the last two less their value at 0; or a plug-in's.
        loss: log-cosh, squared or logistic, or a plug-in's.
        gain: W_0 has Gaussian entries of variance gain^2 / inputs, in w, >= 0.
        teacher_gain: the same of the teacher that labels the data.
        label_noise: standard deviation of what is added to the labels.
        instance: seed of the data, the teacher and W_0.

    """

    name: ClassVar[str] = "network"
    summary: ClassVar[str] = "M-stage network on teacher-student data: exact gradient, variance and stage data"
    independent_draws: ClassVar[bool] = True

    width: int | tuple[int, ...] = 8
    samples: int = 64
    activation: str = "tanh"
    loss: str = "log-cosh"
    gain: float = 1.0
    teacher_gain: float = 1.5
    label_noise: float = 0.1
    instance: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.width, list):
            object.__setattr__(self, "width", tuple(self.width))
        known("activation", self.activation, activations.REGISTRY)
        known("loss", self.loss, losses.REGISTRY)
        widths = self.width if isinstance(self.width, tuple) else (self.width,)
        fits = not isinstance(self.width, tuple) or len(widths) == self.stages + 1
        require(fits and min(widths) >= 1, "width", self.width, "an integer >= 1, or M + 1 of them")
        require(self.samples >= 1, "samples", self.samples, "an integer >= 1")
        self._check_memory(widths)
        require(self.instance >= 0, "instance", self.instance, "an integer >= 0")
        for name in ("gain", "teacher_gain", "label_noise"):
            require(0 <= getattr(self, name) < np.inf, name, getattr(self, name), f"{name} >= 0 and finite")

    def _check_memory(self, widths: tuple[int, ...]) -> None:
        """Refuse a network whose weights, or whose data in every stage, do not fit."""
        every = widths if len(widths) > 1 else widths * 2
        repeats = 1 if len(widths) > 1 else self.stages
        weights = repeats * sum(up_ * down for up_, down in pairwise(every))
        messages = self.samples * (sum(widths) if len(widths) > 1 else (self.stages + 1) * widths[0])
        for name, numbers, purpose in (
            ("width", 4 * weights, f"{self.stages} stages of {weights} weights in all"),
            ("samples", 4 * messages, f"{self.samples} samples in every stage"),
        ):
            memory.require(name, getattr(self, name), 8 * numbers, purpose)

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the M + 1 widths: inputs, then the outputs of each stage."""
        return self.width if isinstance(self.width, tuple) else (self.width,) * (self.stages + 1)

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return (outputs, inputs) for every stage."""
        return list(zip(self.widths[1:], self.widths[:-1], strict=True))

    # The data

    @cached_property
    def inputs(self) -> NDArray[np.float64]:
        """Return the inputs, shape (N, inputs), each of norm 1 up to rounding."""
        raw = generator(self.instance, 0).standard_normal((self.samples, self.widths[0]))
        return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True))

    @cached_property
    def targets(self) -> NDArray[np.float64]:
        """Return the targets, shape (N, outputs): the teacher's outputs plus noise, or their signs."""
        rng = generator(self.instance, 1)
        message: Array = self.inputs
        for stage, weights in enumerate(self._gaussian_weights(rng, self.teacher_gain)):
            message, _ = self.forward(stage, weights, message)
        labels = message + self.label_noise * rng.standard_normal(message.shape)
        return np.where(labels >= 0, 1.0, -1.0) if self._loss.classes else labels

    def _gaussian_weights(self, rng: np.random.Generator, gain: float) -> Weights:
        return [rng.standard_normal(shape) * gain / sqrt(shape[1]) for shape in self.shapes]

    @property
    def _activation(self) -> activations.Activation:
        return activations.REGISTRY[self.activation]

    @property
    def _loss(self) -> losses.Loss:
        return losses.REGISTRY[self.loss]

    # What a pipeline runs

    def enter(self, sample: Any, leading: tuple[int, ...]) -> Array:  # noqa: ANN401, ARG002
        """Return x^(1) of the samples with index `sample`, shape (..., 1, inputs)."""
        return np.asarray(self.inputs[sample][..., None, :])

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Kept]:  # noqa: ARG002
        """Return phi(W x); keep x and phi'(W x)."""
        z = message @ np.swapaxes(weights, -1, -2)
        value = self._activation.value(z)
        return value, Kept(message, self._activation.slope(z, value))

    def turn(self, message: Array, sample: Any) -> Array:  # noqa: ANN401
        """Return the gradient of the loss in the last stage's output."""
        return self._loss.slope(message, self.targets[sample][..., None, :])

    def backward(self, stage: int, weights: Array, message: Array, kept: Kept) -> tuple[Array, Array]:  # noqa: ARG002
        """Return delta x^T and W^T delta, where delta = phi'(z) times the message."""
        delta = kept.slope * message
        return np.swapaxes(delta, -1, -2) @ kept.x, delta @ weights

    # What is known

    def initial_weights(self) -> Weights:
        """Return W_0."""
        return self._gaussian_weights(generator(self.instance, 2), self.gain)

    @cached_property
    def lower_bound(self) -> float:
        """Return the mean over the samples of the least loss that outputs within the activation's bound can have."""
        return least_value(self._activation, self._loss, self.targets)

    @property
    def evaluation_cost(self) -> int:
        """Return N: the exact moments pass every sample."""
        return self.samples

    @property
    def look_cost(self) -> int:
        """Return the steps as long as a look, both in ns: a look has a pass a sample, and the norms of all stages."""
        size = sum(prod(shape) for shape in self.shapes)
        return ceil((2000 + norms_time(self.shapes) + self.samples * (10 + 0.5 * size)) / (45 + 0.3 * size))

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the noise variance over all N samples."""
        message: Array = self.inputs
        kept = []
        for stage in range(self.stages):
            message, stage_kept = self.forward(stage, weights[stage], message)
            kept.append(stage_kept)
        value = np.sum(self._loss.value(message, self.targets), axis=(-2, -1)) / self.samples
        message = self._loss.slope(message, self.targets)
        gradient, variance, size = list(weights), list(weights), list(weights)
        for stage in reversed(range(self.stages)):
            x, delta = kept[stage].x, kept[stage].slope * message
            sums, message = self.backward(stage, weights[stage], message, kept[stage])
            gradient[stage] = sums / self.samples
            second = np.swapaxes(delta * delta, -1, -2) @ (x * x) / self.samples
            variance[stage] = np.maximum(second - gradient[stage] ** 2, 0)
            size[stage] = np.swapaxes(np.abs(delta), -1, -2) @ np.abs(x) / self.samples
        return Moments(np.asarray(value), gradient, variance, size)

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002
        """Return the stage data (docs/theory.md#stages) that the architecture and the data prove.

        L and the sensitivities of a network are a theorem's work and None here. `w` needs the saturation level:
        `stage_norms`.
        """
        values: dict[str, float | None] = dict.fromkeys(("L", "sigma2", "Lambda1", "Lambdah", "nu", "Ln"))
        return Facts(values, dict.fromkeys(values, False), self.stage_data)

    @cached_property
    def stage_data(self) -> dict[str, Any]:
        """Return p0, p1, p2, l0, l1, l2, X and what bounds the activations' values, all certified."""
        return stage_data([self._activation], self._loss, self.inputs, self.targets, self.widths)
