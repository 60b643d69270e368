"""The compiled kernels as engines: the problems' arrays go in, sums and snapshots come out.

What they do not serve runs on NumPy, and a note says why.
"""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate import kernels, notes
from simulate.engines.base import Engine, NumPyEngine, State, Task
from simulate.engines.plugged import activation_number
from simulate.engines.state import Compiled, device_code
from simulate.engines.summing import QuadraticEngine, ScalarEngine
from simulate.observe import NEVER, BlockPlan, Observer, Seen
from simulate.problems import Attaining, Cosine, Digits, Logistic, Network, PlusMinus, Problem, Quadratic, activations
from simulate.problems.base import Laws
from simulate.problems.checking import require_agreement
from simulate.problems.lag_lower import LagLower
from theory.setting.algorithms import Algorithm
from theory.setting.devices import Device

_NUMBERS_AT_ONCE = 1 << 22
"""Numbers that the snapshots of weights may hold at once."""
_MEASURED_TOGETHER = 64
"""Sets of weights for which measuring them together is worth the wait."""


class SnapshotEngine(Compiled):
    """Problems whose moments cost many steps: weights at the measuring times are handed back and measured outside.

    Weights wait until there are enough of them: to measure one alone takes much longer than its share of many. They
    are measured before the state is handed on, and at the end; no number depends on what is measured together.
    """

    def __init__(self, task: Task) -> None:
        super().__init__(task)
        self._waiting: list[_Waiting] = []

    def advance(self, plan: BlockPlan, observer: Observer) -> None:
        """Make the steps of one block, as many strata at once as memory allows."""
        together = max(1, _NUMBERS_AT_ONCE // self.kernel.weights.size)
        ends = np.minimum(np.cumsum(plan.lengths), plan.steps)  # a stratum may go on behind the block
        for first in range(0, len(ends), together):
            strata = slice(first, min(first + together, len(ends)))
            steps = slice(int(ends[first - 1]) if first else 0, int(ends[strata.stop - 1]))
            times = plan.times[:, strata]
            snapshots = self._at(plan, steps, np.where(times == NEVER, NEVER, plan.first + times), observer)
            self.note_divergence(observer, self.stage_of(self.kernel.diverged[:, 1]))
            here = np.all(times != NEVER, axis=1)
            sound = np.flatnonzero((observer.diverged_step == NEVER) & here)
            if sound.size:
                found = (sound, plan.first + times[sound], plan.lengths[strata], snapshots[sound])
                self._waiting.append(_Waiting(observer, *found))
            if sum(one.steps.size for one in self._waiting) >= _MEASURED_TOGETHER:
                self._measure()
        if plan.first + plan.steps >= self.task.run.iterations:
            self._measure()

    def state(self) -> State:
        """Return the kernel's state; what waits is measured before."""
        self._measure()
        return super().state()

    def _at(self, plan: BlockPlan, steps: slice, times: np.ndarray, observer: Observer) -> np.ndarray:
        """Make some steps of a block, those of one step size at a time; return what `make_steps` does."""
        samples, history = self.block(plan), self.kernel.history
        found = np.empty((*times.shape, history.shape[2]), history.dtype)
        for first, count, alpha in self.stretches(observer, plan.first + steps.start, steps.stop - steps.start):
            inside = (times >= first) & (times < first + count)
            # Of a stratum with a change in it some replicas have their time before it, and others behind.
            due = np.flatnonzero(inside.any(axis=0))
            clipped = np.clip(times[:, due], first, first + count - 1)
            part = self.make_steps(samples[:, first - plan.first :][:, :count], clipped, alpha)
            if inside.all():
                found = part
            else:
                found[:, due] = np.where(inside[:, due, None], part, found[:, due])
        return found

    @abstractmethod
    def make_steps(self, samples: np.ndarray, times: np.ndarray, alpha: float) -> np.ndarray:
        """Make the steps of `samples` and return the weights at `times`, shape (replicas, times, P)."""

    @abstractmethod
    def moments(self, weights: np.ndarray) -> kernels.KernelMoments:
        """Return the exact moments at weights of shape (..., P)."""

    @abstractmethod
    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return the stage, from 0, of what the kernel reports."""

    def _measure(self) -> None:
        """Measure what waits, and hand it to the observer in the order of the steps."""
        waiting, self._waiting = _joined(self._waiting), []
        if not waiting:
            return
        size, tau = waiting[0].weights.shape[2], self.task.device.tau
        found = self.moments(np.concatenate([one.weights.reshape(-1, size) for one in waiting]))
        squares, level = np.sum(found.squared_gradient, axis=1), tau * tau  # tau**2 would raise
        weighted = found.weighted / level
        folded = weighted if found.folded is None else found.folded / level
        at = 0
        for one in waiting:
            part, shape = slice(at, at + one.steps.size), one.steps.shape
            at = part.stop
            largest = (np.max(np.abs(one.weights), axis=2).astype(np.float64) / tau) ** 2
            value, square, *shares = (
                numbers[part].reshape(shape) for numbers in (found.value, squares, weighted, folded)
            )
            seen = Seen(value, square, found.variance[part].reshape(*shape, -1), largest, *shares)
            kept = self.shaped(one.weights)
            one.observer.add(one.who, one.steps, one.lengths, seen)
            one.observer.norms(one.who, kept)
            one.observer.answers(one.who, one.steps, one.lengths, kept)


class _Waiting(NamedTuple):
    """Weights that are to be measured: whose, at which steps (n, J), what each stands for (J,), and they (n, J, P)."""

    observer: Observer
    who: NDArray[np.intp]
    steps: NDArray[np.int64]
    lengths: NDArray[np.int64]
    weights: np.ndarray


def _joined(waiting: list[_Waiting]) -> list[_Waiting]:
    """Put what waits of the same replicas one after the other into one."""
    found: list[list[_Waiting]] = []
    for one in waiting:
        if found and np.array_equal(found[-1][-1].who, one.who):
            found[-1].append(one)
        else:
            found.append([one])
    return [
        _Waiting(
            same[0].observer,
            same[0].who,
            np.concatenate([one.steps for one in same], axis=1),
            np.concatenate([one.lengths for one in same]),
            np.concatenate([one.weights for one in same], axis=1),
        )
        for same in found
    ]


class NetworkEngine(SnapshotEngine):
    """Networks."""

    def make_steps(self, samples: np.ndarray, times: np.ndarray, alpha: float) -> np.ndarray:
        """Make the steps of `samples` and return the weights at `times`."""
        task, problem = self.task, self.task.problem
        assert isinstance(problem, Network), "`_ENGINES` pairs problems and engines"
        return kernels.network(
            self.kernel,
            samples,
            problem.inputs,
            problem.targets,
            problem.widths,
            task.reach_by_place,
            alpha=alpha,
            element=self.element,
            activation=problem.activation,
            loss=problem.loss,
            stashed=task.algorithm.stashed,
            sizes=self.sizes(samples.shape[1], alpha),
            times=times,
            threads=task.threads,
            spans=self.spans,
        )

    def moments(self, weights: np.ndarray) -> kernels.KernelMoments:
        """Return the exact moments."""
        problem = self.task.problem
        assert isinstance(problem, Network), "`_ENGINES` pairs problems and engines"
        return kernels.measure(
            weights,
            problem.inputs,
            problem.targets,
            problem.widths,
            activation=problem.activation,
            loss=problem.loss,
            sized=self.task.run.ranges > 0,
            threads=self.task.threads,
        )

    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return the stage, which the kernel counts from 1."""
        return place - 1


class LogisticEngine(SnapshotEngine):
    """Logistic regression."""

    def make_steps(self, samples: np.ndarray, times: np.ndarray, alpha: float) -> np.ndarray:
        """Make the steps of `samples` and return the weights at `times`."""
        task, problem = self.task, self.task.problem
        assert isinstance(problem, Logistic), "`_ENGINES` pairs problems and engines"
        return kernels.logistic(
            self.kernel,
            samples,
            problem.data,
            np.repeat(task.reach, problem.size),
            alpha=alpha,
            element=self.element,
            regulariser=problem.regulariser,
            stashed=task.algorithm.stashed,
            sizes=self.sizes(samples.shape[1], alpha),
            times=times,
            threads=task.threads,
            spans=self.spans,
        )

    def moments(self, weights: np.ndarray) -> kernels.KernelMoments:
        """Return the exact moments."""
        problem = self.task.problem
        assert isinstance(problem, Logistic), "`_ENGINES` pairs problems and engines"
        return kernels.measure_logistic(
            weights, problem.data, problem.stages, regulariser=problem.regulariser, threads=self.task.threads
        )

    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return the stage of a coordinate."""
        return place // self.task.problem.shapes[0][0]


class LawsEngine(SnapshotEngine):
    """Problems that give their laws for a kernel to be made of."""

    @cached_property
    def laws(self) -> Laws:
        """Return the problem's laws."""
        laws = self.task.problem.laws
        assert laws is not None, "`choose` asks for them"
        return laws

    @cached_property
    def data(self) -> np.ndarray:
        """Return the laws' data in the type of the weights."""
        return np.ascontiguousarray(self.laws.data, self.task.dtype)

    @cached_property
    def edges(self) -> list[int]:
        """Return where the stages' weights begin, and their number."""
        return [0, *np.cumsum([int(np.prod(shape)) for shape in self.task.problem.shapes]).tolist()]

    def make_steps(self, samples: np.ndarray, times: np.ndarray, alpha: float) -> np.ndarray:
        """Make the steps of `samples` and return the weights at `times`."""
        task, laws = self.task, self.laws
        return kernels.custom(
            self.kernel,
            samples.reshape(*samples.shape[:3], -1),
            self.data,
            np.repeat(task.reach, np.diff(self.edges)),
            laws.direction,
            laws.moments,
            alpha=alpha,
            element=self.element,
            stashed=task.algorithm.stashed,
            sizes=self.sizes(samples.shape[1], alpha),
            times=times,
            threads=task.threads,
            spans=self.spans,
        )

    def moments(self, weights: np.ndarray) -> kernels.KernelMoments:
        """Return the exact moments."""
        laws = self.laws
        return kernels.measure_custom(weights, laws.data, self.edges, laws.direction, laws.moments)

    def stage_of(self, place: np.ndarray) -> np.ndarray:
        """Return the stage of a weight."""
        return np.asarray(np.searchsorted(self.edges, place, side="right") - 1)


_ENGINES: dict[type[Problem], type[Compiled]] = {
    Network: NetworkEngine,
    Digits: NetworkEngine,
    Quadratic: QuadraticEngine,
    PlusMinus: QuadraticEngine,
    LagLower: QuadraticEngine,
    Cosine: QuadraticEngine,
    Logistic: LogisticEngine,
    Attaining: ScalarEngine,
}
"""The problems that have a kernel of their own; a subclass is another problem."""
_NETWORKS = (Network, Digits)


def choose(task: Task) -> Engine:
    """Return the fastest engine that serves the task; say why where that is not a compiled one."""
    if numba.config.DISABLE_JIT:
        raise BadInput("NUMBA_DISABLE_JIT", 1, "0 or unset for compiled kernels; --backend numpy does without them")
    reason = refusal(task)
    if reason:
        notes.say(f"{reason}: it runs on NumPy, about ten times slower than on the compiled kernels")
        return NumPyEngine(task)
    engine = _ENGINES.get(type(task.problem), LawsEngine)
    if engine is LawsEngine:
        require_agreement(task.problem, quick=True, needed_by="a kernel made of its laws")
    return engine(task)


def refusal(task: Task) -> str:
    """Return what of a task the compiled kernels do not serve, and why; empty if they serve all of it."""
    apart = task.places is not None and type(task.problem) not in _NETWORKS
    return (
        _algorithm_refusal(task.algorithm, apart=apart, sized=not isinstance(task.problem, Attaining))
        or _problem_refusal(task.problem, task.lags)
        or _device_refusal(type(task.device))
    )


def _algorithm_refusal(algorithm: Algorithm, *, apart: bool, sized: bool) -> str:
    """Return why the kernels do not know an algorithm; but for step sizes of its own."""
    if algorithm.own and not (sized and algorithm.own == ("step_size",)):
        return f"the algorithm {algorithm.name} states its own {', '.join(algorithm.own)}, which no kernel knows"
    if apart:
        return f"samples of a batch of {algorithm.name} differ in their lags, which only the kernel of networks serves"
    return ""


def _problem_refusal(problem: Problem, lags: Sequence[int]) -> str:
    kind, name = type(problem), problem.name
    if kind not in _ENGINES:
        parent = next((one for one in kind.__mro__ if one in _ENGINES), None)
        if problem.laws is not None:
            return "" if _has_laws(problem) else f"the laws of the problem {name} cannot be compiled"
        if parent is None:
            return f"the problem {name} has no kernel and gives no laws to make one of"
        return f"the problem {name} ({kind.__name__}) is a subclass of {parent.__name__}, whose kernel is for it alone"
    if isinstance(problem, Attaining) and any(lags):
        return f"the kernel of the problem {name} has no lags"
    return _network_refusal(problem) if isinstance(problem, Network) else ""


def _network_refusal(problem: Network) -> str:
    """Return why the kernels do not know a network's activation, plugged in if need be, or loss."""
    activation = activations.REGISTRY[problem.activation]
    if activation not in _BUILT_IN_ACTIVATIONS:
        number = activation_number(activation)
        if isinstance(number, str):
            return f"the activation {activation.name} cannot be compiled: {number}"
        kernels.ACTIVATIONS[activation.name] = number
    return "" if problem.loss in kernels.LOSSES else f"the loss {problem.loss} has no kernel"


def _device_refusal(kind: type[Device]) -> str:
    number = device_code(kind)
    plugged = isinstance(number, int) or number in kernels.DEVICES
    return "" if plugged else f"the device {kind.name} cannot be compiled: {number}"


def _has_laws(problem: Problem) -> bool:
    """Return whether a kernel can be made of the problem's laws."""
    laws = problem.laws
    size = sum(int(np.prod(shape)) for shape in problem.shapes)
    return laws is not None and kernels.serves_custom(
        laws.direction, laws.moments, size, problem.sample_size, laws.data
    )


_BUILT_IN_ACTIVATIONS = [one for name, one in activations.REGISTRY.items() if name in kernels.ACTIVATIONS]
