"""A network of layers on data of one's own, cut into stages anywhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import inf, prod
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from simulate.problems import activations, layer_codes, losses
from simulate.problems.architecture import Architecture
from simulate.problems.base import Laws, Moments, Problem, generator
from simulate.problems.spectral import up
from simulate.problems.stages import least_value, stage_data
from theory.setting.objectives import Array, Facts, Weights

Floats = NDArray[np.float64]
_TOGETHER: Final = 1 << 22
"""Numbers of one layer that the moments hold at once."""
_SMALL: Final = 1 << 18
"""Weights times rows up to which a network is compared with itself as it is."""
_FEW, _NARROW, _INPUTS = 24, 5, 9
"""Rows, units of a hidden layer and inputs of a miniature."""

_BUILT_IN = {name: act for name, act in activations.of_layers().items() if name in layer_codes.ACTIVATIONS}
_BUILT_IN_LOSSES = {name: loss for name, loss in losses.of_layers().items() if name in layer_codes.LOSSES}
"""What the laws know; a plug-in may give one of these names to something else."""


class Kept(tuple[Array, ...]):
    """What a stage keeps of its forward pass: of every layer its input, with the 1 of the bias, and phi'(z)."""

    __slots__ = ()

    def __new__(cls, *arrays: Array) -> "Kept":
        """Take the arrays one by one, as the machine gives them back."""
        return super().__new__(cls, arrays)


@dataclass(frozen=True)
class LayerNetwork(Architecture):
    """z = W x + b, x' = phi(z) at every layer, loss l(x, y); f is the mean over the training rows.

    Messages have shape (..., n, width) for n rows passed together; where noise is added they are flat on the way back,
    and the noise follows. A stage has one layer or more. Its weights are flat: layer after layer, each (outputs,
    inputs, and 1 more for the bias) row by row; where every stage is one layer without bias they are that matrix.

    Args:
        stages: M, at most the number of layers.
        data: an NPZ or CSV file, digits, mnist or teacher; without it the network is the built-in one.
        target: array or column of what is predicted; y if left out.
        sha256: checksum of the data; written into the run's description, and compared when they are read again.
        width: outputs of every layer; the last one has as many as there are classes, or values.
        bias: whether layers have one.
        activation: a name for all layers, or one a layer: identity, tanh, sigmoid, softplus, centred-sigmoid,
            centred-softplus, gelu, relu.
        loss: cross-entropy, squared, log-cosh or logistic.
        cut: the M - 1 layers after which a stage ends; as equal as can be if left out.
        standardise: whether the inputs are brought to mean 0 and standard deviation 1.
        test: share of the rows that is held out, in [0, 1).
        samples: training rows, 0 for all.
        sampling: random, full, cyclic or shuffled rows.
        batch: rows a sample has, >= 1.
        noise: standard deviation of normal numbers added to each weight's gradient, in f/w, >= 0.
        gain: W_0 has Gaussian entries of variance gain^2 / inputs, in w, >= 0; biases begin at 0.
        start: W_0, one number for all weights or a file of them, in w; drawn if left out.
        start_sha256: checksum of that file; as `sha256`.
        instance: seed of what is drawn of the data, and of W_0.

    """

    name: ClassVar[str] = "network"
    summary: ClassVar[str] = "network of layers on data of one's own (NPZ, CSV, digits, mnist), cut anywhere"

    @property
    def independent_draws(self) -> bool:  # type: ignore[override]
        """Return whether the rows are drawn at random, or all are taken."""
        return self.independent_rows

    # What a pipeline runs

    def enter(self, sample: Any, leading: tuple[int, ...]) -> Array:  # noqa: ANN401, ARG002
        """Return the inputs of a sample's rows, shape (..., n, p); where all are taken, the same for all replicas."""
        return np.asarray(self.inputs[self.chosen(sample)] if self.taken else self.inputs)

    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Kept]:
        """Return phi(W x + b) of the stage's last layer; keep every layer's x and phi'(z)."""
        kept: list[Array] = []
        for layer, matrix in zip(self.stage_layers[stage], self.layers(stage, weights), strict=True):
            x, slope, message = self._layer(layer, matrix, message)
            kept += [x, slope]
        return message, Kept(*kept)

    def _layer(self, layer: int, matrix: Array, x: Array) -> tuple[Array, Array, Array]:
        """Return x, with a 1 for the bias, phi'(z) and phi(z)."""
        if self.bias:
            x = np.concatenate([x, np.ones((*x.shape[:-1], 1), x.dtype)], axis=-1)
        z = x @ np.swapaxes(matrix, -1, -2)
        value = self.layer_activations[layer].value(z)
        return x, self.layer_activations[layer].slope(z, value), value

    def turn(self, message: Array, sample: Any) -> Array:  # noqa: ANN401
        """Return each row's share of the loss's gradient in its output, and the noise."""
        targets = self.targets[self.chosen(sample)] if self.taken else self.targets
        slopes = self.loss_function.slope(message, targets) / self.used
        return self._packed(slopes, self.added(sample) if self.noise else None)

    def backward(self, stage: int, weights: Array, message: Array, kept: Kept) -> tuple[Array, Array]:
        """Return the sums of delta x^T of every layer, plus the noise, and W^T delta."""
        message, noise = self._unpacked(message, self.width[self.stage_layers[stage][-1]])
        found: list[Array] = []
        for layer, matrix in reversed(list(zip(self.stage_layers[stage], self.layers(stage, weights), strict=True))):
            x, slope = kept[2 * (layer - self.stage_layers[stage][0]) :][:2]
            delta = slope * message
            sums = np.swapaxes(delta, -1, -2) @ x
            found.append(sums.reshape(*sums.shape[:-2], -1))
            if layer:
                message = delta @ (matrix[..., :-1] if self.bias else matrix)
        flat = np.concatenate(found[::-1], axis=-1)
        if noise is not None:
            flat = flat + noise[..., self.edges[stage] : self.edges[stage + 1]]
        return flat.reshape(*flat.shape[:-1], *self.shapes[stage]), self._packed(message, noise)

    def _packed(self, message: Array, noise: Array | None) -> Array:
        """Return a message on the way back, flat and with the noise behind it if there is any."""
        if noise is None:
            return message
        leading = message.shape[:-2]
        beside = np.broadcast_to(noise, (*leading, self.dimension))
        return np.concatenate([message.reshape(*leading, -1), beside], axis=-1)

    def _unpacked(self, message: Array, width: int) -> tuple[Array, Array | None]:
        if not self.noise:
            return message, None
        flat, noise = message[..., : -self.dimension], message[..., -self.dimension :]
        return flat.reshape(*flat.shape[:-1], -1, width), noise

    # What is known

    @cached_property
    def lower_bound(self) -> float:
        """Return the mean over the rows of the least loss that outputs within the last activation's bound can have."""
        return least_value(self.layer_activations[-1], self.loss_function, self.targets)

    def _chunks(self, rows: int, weights: Weights) -> Iterator[slice]:
        """Yield the rows that pass together, as many as fit beside `weights` of some replicas."""
        replicas = prod(weights[0].shape[: -len(self.shapes[0])])
        each = max(1, _TOGETHER // (replicas * max(self.widths)))
        yield from (slice(first, first + each) for first in range(0, rows, each))

    def _every(self, weights: Weights) -> list[Array]:
        return [matrix for stage in range(self.stages) for matrix in self.layers(stage, weights[stage])]

    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the variance of a sample's gradient, exactly: over all training rows."""
        matrices = self._every(weights)
        value: Any = 0.0
        total: list[Any] = [0.0] * len(matrices)
        squares: list[Any] = [0.0] * len(matrices)
        for rows in self._chunks(self.rows, weights):
            message: Array = self.inputs[rows]
            kept: list[tuple[Array, Array]] = []
            for layer, matrix in enumerate(matrices):
                x, slope, message = self._layer(layer, matrix, message)
                kept.append((x, slope))
            value = value + np.sum(self.loss_function.value(message, self.targets[rows]), axis=(-2, -1))
            message = self.loss_function.slope(message, self.targets[rows])
            for layer in reversed(range(len(matrices))):
                x, slope = kept[layer]
                delta = slope * message
                turned = np.swapaxes(delta, -1, -2)
                total[layer] = total[layer] + turned @ x
                if self.taken:
                    squares[layer] = squares[layer] + (turned * turned) @ (x * x)
                if layer:
                    message = delta @ (matrices[layer][..., :-1] if self.bias else matrices[layer])
        gradient = [sums / self.rows for sums in total]
        variance = [
            np.maximum(second / self.rows - mean * mean, 0) / self.taken if self.taken else np.zeros_like(mean)
            for second, mean in zip(squares, gradient, strict=True)
        ]
        spread = self.staged([one + self.noise**2 for one in variance])
        return Moments(np.asarray(value / self.rows), self.staged(gradient), spread)

    def accuracy(self, weights: Weights) -> dict[str, Array] | None:
        """Return the share of rows whose largest output is their class; without classes, of signs."""
        found = self.labelled
        parts = {"train": (found.inputs, found.labels, found.values)}
        if found.test_inputs is not None:
            parts["test"] = (found.test_inputs, found.test_labels, found.test_values)
        if found.labels is None and not self.loss_function.classes:
            return None
        return {name: self._right(weights, *part) for name, part in parts.items()}

    def _right(
        self, weights: Weights, inputs: Floats, labels: NDArray[np.int64] | None, values: Floats | None
    ) -> Array:
        matrices, right = self._every(weights), 0
        for rows in self._chunks(len(inputs), weights):
            message: Array = inputs[rows]
            for layer, matrix in enumerate(matrices):
                _, _, message = self._layer(layer, matrix, message)
            if labels is None:
                assert values is not None, "data have labels or values"
                good = np.mean((message > 0) == (values[rows] > 0), axis=-1)
            elif self.width[-1] == 1:
                good = (message[..., 0] > 0) == (labels[rows] == 1)
            else:
                good = np.argmax(message, axis=-1) == labels[rows]
            right = right + np.sum(good, axis=-1)
        return np.asarray(right / len(inputs))

    @property
    def kinked(self) -> bool:
        """Return whether an activation's slope jumps."""
        return any(act.p1 == inf for act in self.layer_activations)

    @property
    def unstaged(self) -> str:
        """Return why no theorem gives the network's L; empty where `network.smooth` does."""
        if not self.of_matrices:
            what = "the layers have biases" if self.bias else "a stage has several layers"
            return f"{what}, and network.smooth is of stages x' = phi(W x)"
        for act in self.layer_activations:
            if act.p1 == inf:
                return f"the slope of {act.name} jumps"
            if float(act.value(np.zeros(1))[0]) != 0:
                return f"{act.name} is not 0 at 0, and network.smooth is of centred activations"
        return ""

    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:  # noqa: ARG002
        """Return the stage data where the theorems on networks are about this one, and of the rest nothing."""
        values: dict[str, float | None] = dict.fromkeys(("L", "sigma2", "Lambda1", "Lambdah", "nu", "Ln"))
        return Facts(values, dict.fromkeys(values, False), self.stage_data)

    @cached_property
    def stage_data(self) -> dict[str, Any]:
        """Return p0, p1, p2, l0, l1, l2, X and what bounds the activations' values, certified; or nothing."""
        if self.unstaged:
            return {}
        return stage_data(self.layer_activations, self.loss_function, self.inputs, self.targets, self.widths)

    def largest_directions(self, reach: float) -> Floats | None:
        """Return bounds of every component of a row's direction if no weight exceeds `reach`; None with normal noise.

        By layers, in the largest component: of inputs, of outputs phi(0) + p0 |z| or the activation's bound, and of
        messages, each at most `reach` times the units of the layer before it in the pass, times the largest of them.
        """
        if self.noise or not np.isfinite(reach):
            return None
        largest = [float(np.max(np.abs(self.inputs)))]
        for act, (_, columns) in zip(self.layer_activations, self.layer_shapes, strict=True):
            arriving = reach * (columns * max(largest[-1], 1.0) if self.bias else columns * largest[-1])
            free = abs(float(act.value(np.zeros(1))[0])) + act.p0 * arriving
            largest.append(free if act.bound is None else min(free, act.bound))
        slope = self.loss_function.slope_bound
        message = largest[-1] + float(np.max(np.abs(self.targets))) if slope is None else slope
        found: list[Floats] = []
        for layer in reversed(range(len(self.width))):
            delta = self.layer_activations[layer].p0 * message
            inputs = np.full(self.layer_shapes[layer][1], largest[layer])
            if self.bias:
                inputs[-1] = 1.0
            found.append(np.tile(delta * inputs, self.width[layer]))
            message = reach * self.width[layer] * delta
        return np.asarray(np.concatenate(found[::-1]) * up(1.0, 8 * sum(self.widths)))

    @cached_property
    def laws(self) -> Laws | None:
        """Return the functions that a kernel is made of; None where an activation or the loss is a plug-in's."""
        acts, loss = self.layer_activations, self.loss_function
        if any(act is not _BUILT_IN.get(act.name) for act in acts) or loss is not _BUILT_IN_LOSSES.get(loss.name):
            return None
        from simulate.problems import layer_laws  # loads Numba: not before a kernel is made

        names = [act.name for act in acts]
        data = layer_laws.packed(
            self.inputs, self.targets, self.width, names, self.loss, bias=self.bias, taken=self.taken, noise=self.noise
        )
        return Laws(layer_laws.direction, layer_laws.moments, data)

    @property
    def miniature(self) -> Problem:
        """Return the network itself if it is small; else one of its kind with a few units, on a few rows and inputs."""
        if self.dimension * self.rows <= _SMALL and self.dimension <= 1 << 11:
            return self
        narrow = tuple(min(width, _NARROW) for width in self.width[:-1])
        found = self.labelled
        picked = np.sort(generator(self.instance, 4).permutation(self.rows)[:_FEW])
        columns = np.argsort(-np.var(found.inputs, axis=0), kind="stable")[:_INPUTS]
        few = replace(
            found,
            inputs=np.ascontiguousarray(found.inputs[np.ix_(picked, np.sort(columns))]),
            labels=None if found.labels is None else found.labels[picked],
            values=None if found.values is None else found.values[picked],
            test_inputs=None,
            test_labels=None,
            test_values=None,
        )
        small = object.__new__(type(self))
        own = {name: getattr(self, name) for name in ("stages", *self.setting_fields())}
        small.__dict__.update(own | {"width": (*narrow, self.width[-1]), "start": "", "batch": min(self.batch, 4)})
        small.__dict__["labelled"] = few
        return small
