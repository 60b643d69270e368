"""The layers of a network and the data that it answers: settings, widths, weights in stages, targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from boundary import known, memory
from simulate.problems import activations, losses
from simulate.problems.base import generator, require
from simulate.problems.labelled import Labelled, read_labelled
from simulate.problems.sampling import Sampled, read_start
from theory.setting.objectives import Array, Weights

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Architecture(Sampled):
    """A network's settings, which `LayerNetwork` explains, and what follows from them without a pass."""

    data: str = ""
    target: str = ""
    sha256: str = ""
    width: tuple[int, ...] = ()
    bias: bool = False
    activation: str = "tanh"
    loss: str = "log-cosh"
    cut: tuple[int, ...] = ()
    standardise: bool = False
    test: float = 0.0
    samples: int = 0
    sampling: str = "random"
    batch: int = 1
    noise: float = 0.0
    gain: float = 1.0
    start: str = ""
    instance: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("width", "cut"):
            given = getattr(self, name)
            object.__setattr__(self, name, tuple(given) if isinstance(given, list | tuple) else (given,))
        self.require_sampling()
        known("loss", self.loss, losses.of_layers())
        named = self.activation.split(",")
        for name in named:
            known("activation", name.strip(), activations.of_layers())
        require(0 <= self.gain < np.inf, "gain", self.gain, "gain >= 0 and finite")
        layers = len(self.width)
        words = "the outputs of every layer, integers >= 1, such as width=16,10"
        require(layers >= 1 and min(self.width) >= 1, "width", self.width or "(not given)", words)
        require(len(named) in (1, layers), "activation", self.activation, f"one name, or {layers}, one a layer")
        require(self.stages <= layers, "stages", self.stages, f"at most {layers}, the layers")
        asked = f"the M - 1 = {self.stages - 1} layers after which a stage ends, in order, of 1 to {layers - 1}"
        ordered = all(low < high for low, high in pairwise((0, *self.cut, layers)))
        require(not self.cut or (len(self.cut) == self.stages - 1 and ordered), "cut", self.cut, asked)
        self._require_memory("width", 0)
        found = self.labelled
        require(
            self.sha256 in ("", found.sha256), "data", self.data, f"the data with the checksum {self.sha256[:12]}..., "
            f"with which this was described; they have {found.sha256[:12]}...",
        )  # fmt: skip
        object.__setattr__(self, "sha256", found.sha256)
        self.require_rows(self.data)
        self._require_outputs(found)
        self._require_memory("width", found.inputs.shape[1])
        if self.start:
            read_start(self.start, self.dimension)

    def _require_outputs(self, found: Labelled) -> None:
        """Refuse a last layer that does not answer the data, and targets that the loss is not made for."""
        outputs = self.width[-1]
        if found.labels is not None:
            binary = found.classes == 2 and self.loss != losses.CROSS_ENTROPY.name
            words = f"{found.classes} outputs of the last layer, the classes of {self.data}" + ", or 1" * binary
            require(outputs == found.classes or (binary and outputs == 1), "width", self.width, words)
            return
        assert found.values is not None, "data have labels or values"
        given = found.values.shape[1]
        require(outputs == given, "width", self.width, f"{given} outputs of the last layer, the values of {self.data}")
        if self.loss_function.classes and self.data != "teacher":
            wrong = found.values[np.abs(found.values) != 1]
            words = f"labels, or values 1 and -1 for the loss {self.loss}"
            require(not len(wrong), "data", self.data, f"{words}; one is {wrong[0]:.6g}" if len(wrong) else words)

    def _require_memory(self, name: str, inputs: int) -> None:
        """Refuse a network whose weights do not fit."""
        widths = (inputs or 1, *self.width)
        weights = sum(out * (into + self.bias) for into, out in pairwise(widths))
        memory.require(name, self.width, 8 * 4 * weights, f"{weights} weights in {len(self.width)} layers")

    # The architecture

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the inputs, then the outputs of each layer."""
        return (self.labelled.inputs.shape[1], *self.width)

    @property
    def layer_shapes(self) -> list[tuple[int, int]]:
        """Return (outputs, inputs, and 1 more for the bias) for every layer."""
        return [(out, into + self.bias) for into, out in pairwise(self.widths)]

    @cached_property
    def stage_layers(self) -> list[range]:
        """Return the layers of every stage; without `cut` as equal as can be, the first with one more."""
        each, more = divmod(len(self.width), self.stages)
        equal = [(stage + 1) * each + min(stage + 1, more) for stage in range(self.stages - 1)]
        return [range(*ends) for ends in pairwise((0, *(self.cut or equal), len(self.width)))]

    @property
    def of_matrices(self) -> bool:
        """Return whether every stage's weights are one matrix."""
        return self.stages == len(self.width) and not self.bias

    @cached_property
    def shapes(self) -> list[tuple[int, ...]]:
        """Return (outputs, inputs) for every stage if each is one layer without bias, else the number of weights."""
        if self.of_matrices:
            return [*self.layer_shapes]
        return [(sum(prod(self.layer_shapes[layer]) for layer in layers),) for layers in self.stage_layers]

    @cached_property
    def edges(self) -> list[int]:
        """Return where the stages' weights begin, and their number."""
        return [0, *np.cumsum([prod(shape) for shape in self.shapes]).tolist()]

    @property
    def dimension(self) -> int:
        """Return D, the number of weights."""
        return sum(prod(shape) for shape in self.layer_shapes)

    @cached_property
    def layer_activations(self) -> list[activations.Activation]:
        """Return every layer's activation."""
        names = [name.strip() for name in self.activation.split(",")]
        return [activations.of_layers()[name] for name in names * (len(self.width) if len(names) == 1 else 1)]

    @property
    def loss_function(self) -> losses.Loss:
        """Return the loss."""
        return losses.of_layers()[self.loss]

    def layers(self, stage: int, weights: Array) -> list[Array]:
        """Return the matrices of a stage's layers, shape (..., outputs, inputs, and 1 more for the bias)."""
        leading = weights.shape[: -len(self.shapes[stage])]
        flat = weights.reshape(*leading, -1)
        shapes = [self.layer_shapes[layer] for layer in self.stage_layers[stage]]
        edges = np.cumsum([0, *map(prod, shapes)])
        return [
            flat[..., low:high].reshape(*leading, *shape)
            for (low, high), shape in zip(pairwise(edges), shapes, strict=True)
        ]

    def staged(self, layers: Sequence[Array]) -> Weights:
        """Return the stages' weights of the matrices of all layers: what `layers` takes apart, put together."""
        found = []
        for stage, mine in enumerate(self.stage_layers):
            flat = [layers[layer].reshape(*layers[layer].shape[:-2], -1) for layer in mine]
            joined = flat[0] if len(flat) == 1 else np.concatenate(flat, axis=-1)
            found.append(joined.reshape(*joined.shape[:-1], *self.shapes[stage]))
        return found

    # The data

    @cached_property
    def labelled(self) -> Labelled:
        """Return the data as they were read."""
        csv = self.data != "teacher" and not self.data.lower().endswith(".npz")
        return read_labelled(
            self.data,
            self.target,
            classes=self.loss == losses.CROSS_ENTROPY.name or (self.loss_function.classes and csv),
            standardise=self.standardise,
            test=self.test,
            samples=self.samples,
            instance=self.instance,
            widths=self.width,
        )

    @property
    def inputs(self) -> Floats:
        """Return the training inputs, shape (N, p)."""
        return self.labelled.inputs

    @cached_property
    def targets(self) -> Floats:
        """Return what the loss compares the outputs with, shape (N, outputs).

        Of labels 1 for the class and 0 for the others with cross-entropy, 1 and -1 with every other loss.
        """
        found, outputs = self.labelled, self.width[-1]
        if found.labels is None:
            assert found.values is not None, "data have labels or values"
            return np.where(found.values >= 0, 1.0, -1.0) if self.loss_function.classes else found.values
        marked = np.arange(outputs) == found.labels[:, None] if outputs > 1 else found.labels[:, None] == 1
        return np.where(marked, 1.0, 0.0 if self.loss == losses.CROSS_ENTROPY.name else -1.0)

    @property
    def rows(self) -> int:
        """Return N, the training rows."""
        return len(self.inputs)

    def initial_weights(self) -> Weights:
        """Return W_0: what `start` says, or Gaussian weights and no bias."""
        if self.start:
            flat = read_start(self.start, self.dimension)
            parts = [flat[low:high] for low, high in pairwise(self.edges)]
            return [part.reshape(shape) for part, shape in zip(parts, self.shapes, strict=True)]
        rng, found = generator(self.instance, 2), []
        for out, into in self.layer_shapes:
            drawn = rng.standard_normal((out, into - self.bias)) * self.gain / sqrt(into - self.bias)
            found.append(np.column_stack([drawn, np.zeros(out)]) if self.bias else drawn)
        return self.staged(found)
