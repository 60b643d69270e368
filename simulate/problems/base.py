"""What every problem is: settings as data, stage functions a pipeline can run, exact moments, facts."""

import dataclasses
import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

import boundary
from boundary import BadInput, memory
from simulate.problems import directions
from simulate.problems.spectral import up
from theory.setting.devices import Device
from theory.setting.objectives import Array, Facts, Weights

_STAGE = 1000
"""Bytes that a stage takes beside its numbers."""


class Moments(NamedTuple):
    """The first two moments of the sample gradient at given weights, exactly (over all samples).

    Args:
        value: f(W), shape (...).
        gradient: grad f(W), one array a stage, of the weights' shapes.
        variance: variance of each component of the sample gradient, of the same shapes; its sum is sigma^2 at W.
        size: mean size of each component, E abs(g_i), of the same shapes; None where the problem does not say it.

    """

    value: Array
    gradient: Weights
    variance: Weights
    size: Weights | None = None


class Laws(NamedTuple):
    """A problem as two functions of flat arrays of floats, which Numba can compile: what a kernel is made of.

    Weights come stage after stage, a sample as the numbers that `draw` gave it. Functions at module level, so that one
    kernel serves all instances; what tells these apart is in `data`.

    Args:
        direction: direction(stale, now, sample, data, out) writes G(stale, now; sample) to `out`.
        moments: moments(weights, data, gradient, variance) writes grad f and the variance of every component of the
            sample gradient, and returns f.
        data: any numbers the two need.

    """

    direction: Callable[[Array, Array, Array, Array, Array], None]
    moments: Callable[[Array, Array, Array, Array], float]
    data: NDArray[np.float64]


@dataclass(frozen=True)
class Problem(ABC):
    """An objective on a model of M stages; implements `theory.setting.objectives.Objective`.

    A problem is a frozen dataclass whose fields are its settings. Every function takes weights with any leading axes
    (replicas), the same for all stages. What happens at a stage is local: a pipeline runs `enter`, `forward` stage by
    stage, `turn`, `backward` stage by stage in reverse, and passes messages; `direction` composes the same functions.

    Args:
        stages: number M of stages, >= 1.

    """

    stages: int = 1
    name: ClassVar[str]
    summary: ClassVar[str]
    independent_draws: ClassVar[bool] = False
    """Whether the samples of different steps are independent and `direction(W, W, sample)` has the mean grad f(W).

    Every class says so for itself, since `draw` and `direction` are its own: the assumption `unbiased` is certified of
    the classes that do, and no bound that needs it is applied to the others.
    """

    def __init_subclass__(cls, **more: Any) -> None:  # noqa: ANN401
        super().__init_subclass__(**more)
        if "independent_draws" not in vars(cls):
            cls.independent_draws = False

    def __post_init__(self) -> None:
        require(isinstance(self.stages, int) and self.stages >= 1, "stages", self.stages, "an integer >= 1")
        memory.require("stages", self.stages, self.stages * _STAGE, f"{self.stages} stages")

    # What a pipeline runs

    @abstractmethod
    def enter(self, sample: Any, leading: tuple[int, ...]) -> Array:  # noqa: ANN401
        """Return the message that enters stage 1; `leading` is the shape of the replicas."""

    @abstractmethod
    def forward(self, stage: int, weights: Array, message: Array) -> tuple[Array, Any]:
        """Return what stage `stage` (from 0) sends on, and what it keeps for its backward pass."""

    @abstractmethod
    def turn(self, message: Array, sample: Any) -> Array:  # noqa: ANN401
        """Turn the last stage's output into the message that goes back."""

    @abstractmethod
    def backward(self, stage: int, weights: Array, message: Array, kept: Any) -> tuple[Array, Array]:  # noqa: ANN401
        """Return the direction of stage `stage` and the message to the stage before it."""

    def direction(self, forward: Weights, backward: Weights, sample: Any) -> Weights:  # noqa: ANN401
        """Return G(U, V; xi): forward pass with weights `forward`, backward products with weights `backward`."""
        message = self.enter(sample, forward[0].shape[: -len(self.shapes[0])])
        kept: list[Any] = [None] * self.stages
        for stage in range(self.stages):
            message, kept[stage] = self.forward(stage, forward[stage], message)
        message = self.turn(message, sample)
        gradient: Weights = [message] * self.stages
        for stage in reversed(range(self.stages)):
            gradient[stage], message = self.backward(stage, backward[stage], message, kept[stage])
        return gradient

    @property
    def local(self) -> bool:
        """Return whether the stage functions make `direction`; if not, no pipeline of machines can compute it."""
        return True

    # What is drawn

    @property
    @abstractmethod
    def sample_size(self) -> int:
        """Return the numbers in one sample."""

    @abstractmethod
    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> NDArray[np.generic]:
        """Return samples of shape (steps, batch, ...): what `direction` takes, for each step."""

    def draw_from(
        self,
        first: int,  # noqa: ARG002
        generator: np.random.Generator,
        steps: int,
        batch: int,
        epoch: Callable[[int], np.random.Generator],  # noqa: ARG002
    ) -> NDArray[np.generic]:
        """Return the samples of the steps from `first` on: those of `draw`, unless their order depends on the step.

        Args:
            first: the first step.
            generator: of this block of steps.
            steps: how many.
            batch: samples an iteration takes.
            epoch: the generator that belongs to an epoch, by its number; the same in every block.

        """
        return self.draw(generator, steps, batch)

    @property
    def every_sample(self) -> NDArray[np.generic] | None:
        """Return all samples there are, if these are finitely many and equally likely; else None."""
        return None

    def direction_law(self, forward: Weights, backward: Weights) -> directions.Law | None:
        """Return the law of G(U, V; xi) at single weights U and V, exactly; None: it is not known."""
        every = self.every_sample
        if every is None or not self.independent_draws:
            return None
        return directions.of_samples(self.direction, forward, backward, every)

    # What is known

    @property
    @abstractmethod
    def shapes(self) -> list[tuple[int, ...]]:
        """Return the shape of each stage's weights."""

    @abstractmethod
    def initial_weights(self) -> Weights:
        """Return W_0, one float64 array a stage."""

    @property
    @abstractmethod
    def lower_bound(self) -> float:
        """Return f*, a lower bound of f."""

    @abstractmethod
    def moments(self, weights: Weights) -> Moments:
        """Return f, grad f and the noise variance at `weights`, exactly."""

    @abstractmethod
    def facts(self, lags: Sequence[int], *, stashed: bool = False) -> Facts:
        """Return what is true of the problem with these lags; stashed: backward weights are stale too."""

    def certified_saturation(self, alpha: float, device: Device, lags: Sequence[int]) -> float | None:  # noqa: ARG002
        """Return rho < 1 that |W_k| / tau provably never passes, or None where it can only be measured."""
        return None

    def largest_directions(self, reach: float) -> NDArray[np.float64] | None:  # noqa: ARG002
        """Return bounds of every component of a sample's direction, stage after stage, or None: not known, or none.

        Args:
            reach: no weight is or was larger in size, in w; stale and current weights alike.

        """
        return None

    def noise_within(self, reach: float, lags: Sequence[int], *, stashed: bool = False) -> dict[str, float]:  # noqa: ARG002
        """Return sigma2 and nu, certified while no weight is beyond `reach`: where `facts` knows none, or larger ones.

        Args:
            reach: no weight is or was larger in size, in w; stale and current weights alike.
            lags: d_1,...,d_M.
            stashed: backward weights are stale too.

        Returns:
            Of one sample, by name; empty: nothing is known, or no more than of all weights.

        """
        return {}

    @property
    def bounded_noise(self) -> bool | None:
        """Return whether a sample's gradient is bounded where the weights are.

        False: normal noise is added, so one step may lead anywhere and no saturation holds almost surely. None: the
        problem does not say.
        """
        return None

    @property
    def laws(self) -> Laws | None:
        """Return the functions that a kernel is made of, or None: the problem has a kernel, or runs on NumPy."""
        return None

    @property
    def evaluation_cost(self) -> int:
        """Return what exact moments cost, in units of one sample's direction; of 1 every step is measured by default.

        A problem that does not say is taken to cost what moments as short as a direction do, with what is made of them:
        the run measures so seldom by default that it takes little longer.
        """
        return 4

    @property
    def look_cost(self) -> int:
        """Return how many steps take as long as one look, at most: exact moments and what is made of them.

        It is made of sizes, never of a clock, so that a run's description says when it is measured. A problem that does
        not say is taken to pass every sample there is, each at the cost of two steps.
        """
        every = self.every_sample
        return 2 * max(self.evaluation_cost, 0 if every is None else len(every))

    @property
    def stage_data(self) -> Mapping[str, Any]:
        """Return the data of docs/theory.md#stages, certified, where the theorems on networks are about the problem.

        Elsewhere it is empty. Where it is not, every stage's weights are one matrix, and `stage_norms` bounds its norm.
        """
        return {}

    def stage_norms(self, largest: float) -> list[float]:
        """Return w_m: upper bounds of norm2(W^(m)) if no weight exceeds `largest` (for example rho tau) in size."""
        return [up(largest * math.sqrt(rows * columns), 4) for rows, columns in self.shapes]

    @property
    def unstaged(self) -> str:
        """Return why the theorems on networks are not about a network, so that its L is not known; or nothing."""
        return ""

    @property
    def kinked(self) -> bool:
        """Return whether the gradient jumps somewhere, so that a difference of values may be off by a jump."""
        return False

    def accuracy(self, weights: Weights) -> dict[str, Array] | None:  # noqa: ARG002
        """Return which share of the rows is classified rightly, by part of the data, or None: nothing is classified.

        Args:
            weights: with any leading axes.

        Returns:
            "train", and "test" where rows are held out: arrays of the leading axes' shape, numbers in [0, 1].

        """
        return None

    @property
    def miniature(self) -> "Problem":
        """Return a problem of the same code that is small enough to be compared with itself: mostly itself."""
        return self

    def value(self, weights: Weights) -> float:
        """Return f(W), exactly."""
        return float(self.moments(weights).value)

    def gradient(self, weights: Weights) -> Weights:
        """Return grad f(W), exactly."""
        return self.moments(weights).gradient

    def noise_shape(self, batch: int = 1) -> float | None:  # noqa: ARG002
        """Return chi^2 of the mean of `batch` samples' additive noise (assumption `shape`), or None: not known."""
        return None

    def gradient_norm(self, weights: Weights) -> float:
        """Return norm(grad f(W)), rounded up, in f/w; at W_0 it is F0 of Theorem 4."""
        squares = sum(float(np.sum(np.square(stage))) for stage in self.gradient(weights))
        return float(np.sqrt(squares)) * (1 + 1e-12)

    @property
    def initial_gap(self) -> float:
        """Return Delta = f(W_0) - f*, rounded up."""
        gap = self.value(self.initial_weights()) - self.lower_bound
        return gap * (1 + 1e-12)

    def for_device(self, device: Device) -> Self:  # noqa: ARG002
        """Return the problem as it is run on `device`: itself, unless it is made for one."""
        return self

    # What rebuilds it

    @property
    def settings(self) -> dict[str, Any]:
        """Return the settings that rebuild the problem with `simulate.problems.make`, without name and stages."""
        return {name: getattr(self, name) for name in self.setting_fields()}

    @classmethod
    def setting_fields(cls) -> dict[str, dataclasses.Field[Any]]:
        """Return the fields that are settings, by name; one that cannot be given (`init=False`) is none."""
        return {field.name: field for field in dataclasses.fields(cls) if field.init and field.name != "stages"}

    def describe(self) -> dict[str, Any]:
        """Return name, stages and settings: what `problems.make` takes."""
        return {"name": self.name, "stages": self.stages, **self.settings}

    @classmethod
    def from_settings(cls, stages: int, settings: Mapping[str, Any]) -> Self:
        """Make the problem from settings that may be text, as on the command line."""
        fields = cls.setting_fields()
        values: dict[str, Any] = {"stages": stages}
        for name, given in settings.items():
            boundary.known("--set", name, fields, f"the problem {cls.name}")
            values[name] = _read(name, given, fields[name])
        return cls(**values)


def _read(name: str, given: object, field: dataclasses.Field[Any]) -> object:
    """Read one setting; its type is that of the default. Several numbers, only where the field takes a tuple."""
    default = field.default
    if isinstance(default, bool):
        return str(given).lower() == boundary.known(name, str(given).lower(), ("true", "false")) == "true"
    if isinstance(default, str):
        return str(given)
    parts = given.split(",") if isinstance(given, str) and "," in given else given
    if isinstance(default, tuple) and not isinstance(parts, list | tuple):
        parts = [parts] if str(parts).strip() else []
    if isinstance(parts, list | tuple) and "tuple" in str(field.type):
        return tuple(boundary.integer(name, part) for part in parts)
    return boundary.integer(name, given) if isinstance(default, int) else boundary.real(name, given)


def require(condition: bool, name: str, value: object, words: str, needed_by: str = "") -> None:
    """Raise `BadInput` unless `condition` holds."""
    if not condition:
        raise BadInput(name, value, words, needed_by)


def generator(instance: int, purpose: int) -> np.random.Generator:
    """Return the generator that builds one part of a problem's data from its instance number."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([instance, purpose])))


class FiniteData(Problem):
    """A problem on N samples of data: a sample is an index, all equally likely."""

    samples: int

    @property
    def bounded_noise(self) -> bool:
        """Return True: there are finitely many samples."""
        return True

    @property
    def sample_size(self) -> int:
        """Return 1: a sample is an index."""
        return 1

    @property
    def every_sample(self) -> NDArray[np.generic]:
        """Return all indices."""
        return np.arange(self.samples)

    def draw(self, generator: np.random.Generator, steps: int, batch: int) -> NDArray[np.int64]:
        """Return indices of samples, shape (steps, batch)."""
        return generator.integers(0, self.samples, size=(steps, batch))
