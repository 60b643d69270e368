"""What the engines of compiled kernels share: the kernel's state, the device as kernels know it, what has diverged."""

from abc import abstractmethod
from collections.abc import Iterator
from functools import partial

import numpy as np

from simulate import kernels, ranges
from simulate.decay import Stretch
from simulate.engines.base import Engine, State, Task
from simulate.engines.plugged import device_number
from simulate.kernels.normals import Generator
from simulate.observe import NEVER, BlockPlan, Observer
from theory.setting.algorithms.pipemare import PipeMare
from theory.setting.devices import Device
from theory.setting.objectives import Weights


class Compiled(Engine):
    """What the compiled engines share: their state."""

    def __init__(self, task: Task) -> None:
        self.task, self.samples = task, task.samples_from(Generator)
        initial = np.concatenate([stage.ravel() for stage in task.problem.initial_weights()])
        start = float(np.max(np.abs(initial.astype(task.dtype)), initial=0.0))
        device = task.device
        number = device_code(type(device))
        assert isinstance(number, int) or number in kernels.DEVICES, "`refusal` lets no other device through"
        largest = start if np.isfinite(start) else 0.0
        beside = device.pulses, device.elements, task.run.seed, task.replicas, device.reach
        self.element = kernels.Element(number, device.tau, device.numbers(), largest, *beside)
        self.kernel = kernels.start(initial, len(task.replicas), task.reach, task.dtype)
        self.spans: np.ndarray | None = None

    @abstractmethod
    def advance(self, plan: BlockPlan, observer: Observer) -> None:
        """Make the steps of one block."""

    def block(self, plan: BlockPlan) -> np.ndarray:
        """Return the samples of the plan's steps, which lie in one block, shape (replicas, steps, batch, ...)."""
        number, place = divmod(plan.first, self.samples.length)
        return self.samples.block(number)[:, place : place + plan.steps]

    def stretches(self, observer: Observer, first: int, steps: int) -> Iterator[Stretch]:
        """Yield the stretches of one step size into which some steps fall, for the caller to make them.

        Where mean steps are measured, one begins at each step that some replica is looked at.

        Where ranges are kept, a stretch lies in one of their bins, and the kernel fills `spans` with the smallest and
        the largest of every weight after each of its steps; the observer takes them when the next one is asked for.
        """
        marks = observer.range_edges
        for whole in self.task.run.stretches(first, steps):
            for begin, count in ranges.pieces(observer.marks, whole.first, whole.steps):
                observer.look_behind(begin, self.weights, self.stale, partial(self.samples.at, begin))
                if not len(marks):
                    yield Stretch(begin, count, whole.alpha)
                    continue
                observer.note_range(begin, self.weights())
                history = self.kernel.history
                # A kernel that did not fill it would leave nan, and no range that looks as if it held every step.
                self.spans = np.full((len(history), 2, history.shape[2]), np.nan, history.dtype)
                yield Stretch(begin, count, whole.alpha)
                observer.widen(int(np.searchsorted(marks, begin, side="right")) - 1, *self.spans.swapaxes(0, 1))

    def sizes(self, steps: int, alpha: float) -> kernels.StepSizes | None:
        """Return the step sizes of the stages at the next steps; None: they are alpha, the run's at these steps."""
        task, first, row = self.task, self.kernel.step, self.task.algorithm
        if "step_size" not in row.own:
            return None
        stages = range(task.problem.stages)
        # PipeMare's are alpha once its `anneal` steps are over.
        same = type(row).step_size is PipeMare.step_size and first >= task.run.anneal
        found = [[task.step_size(m, first + k) / alpha for m in stages] for k in range(1 if same else steps)]
        ends = np.cumsum([int(np.prod(shape)) for shape in task.problem.shapes]).tolist()
        return kernels.StepSizes(np.repeat(found, steps // len(found), axis=0), ends)

    def shaped(self, flat: np.ndarray) -> Weights:
        """Cut flat weights, shape (..., P), into stages."""
        shapes, leading = self.task.problem.shapes, flat.shape[:-1]
        edges = np.cumsum([0, *(int(np.prod(shape)) for shape in shapes)])
        return [
            flat[..., low:high].reshape(*leading, *shape)
            for low, high, shape in zip(edges[:-1], edges[1:], shapes, strict=True)
        ]

    def weights(self) -> Weights:
        """Return the weights after the last step."""
        return self.shaped(self.kernel.weights)

    def stale(self) -> Weights:
        """Return W^_k, stage m being its weights d_m updates ago."""
        kernel = self.kernel
        slots = [(kernel.step - lag) % kernel.history.shape[1] for lag in self.task.reach]
        versions = [self.shaped(kernel.history[:, slot])[stage] for stage, slot in enumerate(slots)]
        return versions if kernel.unit == 1 else [one * one.dtype.type(kernel.unit) for one in versions]

    def state(self) -> State:
        """Return the kernel's state."""
        return {name: np.asarray(value) for name, value in vars(self.kernel).items()}

    def restore(self, state: State) -> None:
        """Continue from what `state` returned."""
        self.kernel = kernels.State(
            int(state["step"]),
            state["history"].copy(),
            state["tally"].copy(),
            state["diverged"].copy(),
            float(state.get("unit", 1.0)),
        )

    def note_divergence(self, observer: Observer, stage: np.ndarray) -> None:
        """Hand on which replicas stopped; `stage` counts from 0."""
        step = self.kernel.diverged[:, 0]
        new = (step >= 0) & (observer.diverged_step == NEVER)
        observer.diverged_step[new], observer.diverged_stage[new] = step[new], stage[new]
        observer.max_saturation = np.maximum(
            observer.max_saturation, np.where(step >= 0, 0, self.kernel.tally[:, kernels.TALLY.index("max_saturation")])
        )


def device_code(kind: type[Device]) -> int | str:
    """Return what kernels call a device, the name of its law or a number; or why they do not know it."""
    return kind.kernel if kind.kernel in kernels.DEVICES else device_number(kind)
