"""The entry points: arrays in, arrays out, in chunks of steps whose memory does not grow with the number of steps.

A run is `start`, then any number of calls of `network`, `scalar` or an entry point of another file, each with the
samples of its steps. The state between two calls is complete: cutting a run into other chunks, saving the state's
arrays and going on in another process, or another number of threads give the same bits.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import DTypeLike, NDArray

from boundary import BadInput, known
from simulate.kernels import batches, elementary, forms, lanes, passes, plain, plugins
from simulate.kernels.grains import ElementArrays, Makeup, PulseArrays
from simulate.kernels.responses import Asked
from simulate.kernels.shapes import check_shape, clear_spans, part_of
from simulate.kernels.simd import width
from simulate.kernels.sizes import StepSizes, arrays_of, curve_of
from theory.setting.devices import Elements, Pulses

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]

KernelChoice = Literal["auto", "lanes", "plain"]

ACTIVATIONS: Final = {
    "tanh": elementary.TANH,
    "sigmoid": elementary.SIGMOID,
    "softplus": elementary.SOFTPLUS,
    "identity": elementary.IDENTITY,
}
LOSSES: Final = {
    "log-cosh": elementary.LOG_COSH,
    "logistic": elementary.LOGISTIC,
    "squared": elementary.SQUARED,
}
DEVICES: Final = forms.DEVICES
"""Devices by name, with what makes the form of their law."""
TALLY: Final = ("max_saturation", "square_saturation", "squared_gradient", "weighted_saturation")
"""Columns of `State.tally`: the maximum over k of max_i |W_k,i|/tau, and three sums over k."""


@dataclass
class State:
    """Everything a run knows after `step` steps; the arrays are changed in place by the entry points.

    Args:
        step: number k of the next step.
        history: the last S = max(lags) + 1 weights of every replica over `unit`, shape (R, S, P); W_j stands in slot
            j mod S.
        tally: float64, shape (R, 4), columns `TALLY`; nan sums where a replica diverged. The kernel of networks
            leaves the last two at 0: it does not know them at every step.
        diverged: int64, shape (R, 2): step and stage (networks) or coordinate (quadratics) of the first weight that
            was not finite or passed tau; (-1, -1) if there was none. A diverged replica stands still.
        unit: what `history` is in multiples of; `network` counts in the element's unit from its first step on.

    """

    step: int
    history: Floats
    tally: NDArray[np.float64]
    diverged: NDArray[np.int64]
    unit: float = 1.0

    @property
    def weights(self) -> Floats:
        """Return W_k, shape (R, P)."""
        now = self.history[:, self.step % self.history.shape[1]]
        return now if self.unit == 1 else now * now.dtype.type(self.unit)

    def count_in(self, unit: float) -> None:
        """Keep the weights in multiples of `unit` from now on."""
        if unit != self.unit:
            self.history *= self.history.dtype.type(self.unit)
            self.history /= self.history.dtype.type(unit)
            self.unit = unit


@dataclass(frozen=True)
class Element:
    """The device in numbers.

    Args:
        device: a name of `DEVICES`, or the number that `plug_device` returned.
        tau: saturation level, in w; `inf` is digital and for the linear device only.
        parameters: the device's others, as `Device.numbers` gives them.
        start: largest |W_0|, in w: a run that starts beyond tau has not diverged while it stays within this.
        pulses: how increments arrive; None: as they are.
        elements: what differs from element to element; None: nothing.
        seed: of the random numbers that pulses draw.
        replicas: numbers of the replicas, in the order of the state's; needed where something is drawn.
        reach: what a weight that has not diverged does not pass, in w; None: tau.

    """

    device: str | int = "ald"
    tau: float = float("inf")
    parameters: tuple[float, ...] = ()
    start: float = 0.0
    pulses: Pulses | None = None
    elements: Elements | None = None
    seed: int = 0
    replicas: range = range(0)
    reach: float | None = None

    def form(self, unit: float = 1.0) -> forms.Form | None:
        """Return the form of the law, weights in multiples of `unit`; None: it is plugged in."""
        if isinstance(self.device, int):
            return None
        return forms.DEVICES[known("device", self.device, forms.DEVICES)](self.tau / unit, tuple(self.parameters))

    @property
    def code(self) -> int:
        """Return the number of the device's law in compiled code."""
        form = self.form()
        return int(self.device) if form is None else forms.FORMS.index(type(form))

    @property
    def unit(self) -> float:
        """Return the weight that networks count in: tau on the linear device, whose update is then w + t - |t| w."""
        return self.tau if self.device == "ald" and np.isfinite(self.tau) else 1.0

    @property
    def plain(self) -> bool:
        """Return whether increments arrive as they are and all elements are alike."""
        return self.pulses is None and self.elements is None

    def real(self, alpha: float, dtype: DTypeLike, unit: float = 1.0) -> Floats:
        """Return (alpha, 1/tau, tau, limit, unit, numbers of the form) as compiled code takes them, in `unit`."""
        form, limit = self.form(unit), largest_weight(self.tau if self.reach is None else self.reach, dtype, self.start)
        own = [*self.parameters] if form is None else forms.numbers(form, tuple(self.parameters))
        if form is None:
            own += [0.0] * (plugins.MOST_PARAMETERS - len(own))
        return np.array([alpha / unit, unit / self.tau, self.tau / unit, limit / unit, unit, *own], dtype=dtype)

    def in_lanes(self, real: Floats) -> forms.Form | None:
        """Return the form that the fast kernel of networks is compiled for; None: it does not serve the device.

        It serves no device that is plugged in, and of float32 none whose pulses or exponents need float64. A table's
        knots are those of `real`, the numbers of the element.
        """
        form, single = self.form(self.unit), real.dtype != np.float64
        if form is None or (single and (self.pulses is not None or isinstance(form, forms.Powers))):
            return None
        if isinstance(form, forms.Linear):
            return forms.Relative(int(np.isfinite(self.tau)))
        return forms.cast(form, real)

    def acting(self, alpha: float, dtype: DTypeLike, count: int, unit: float = 1.0) -> tuple[Floats, Asked, Makeup]:
        """Return `real`, the law that is asked for, and what is beside it; `count` elements a replica, in `unit`."""
        real = self.real(alpha, dtype, unit)
        pulses, elements = self.pulses, self.elements
        return (
            real,
            Asked(self.code, real.ctypes.data),
            Makeup(
                None if pulses is None else PulseArrays.of(pulses, self.seed, self.replicas, count, unit),
                None if elements is None else ElementArrays.of(elements, count, unit, dtype),
            ),
        )


def largest_weight(tau: float, dtype: DTypeLike, start: float = 0.0) -> float:
    """Return what a weight that has not diverged does not pass: tau, or the fourth root of the largest number.

    Up to there no square of a gradient or of a sum of some weights overflows, so that what is measured is finite. Where
    the largest |W_0|, `start`, passes tau, it takes tau's place: the laws go on beyond tau and lead back from there.
    """
    kind = np.finfo(dtype)
    bound = tau if start <= tau else start * (1 + 8 * float(kind.eps))  # a weight at rest keeps its rounding
    return min(bound, float(kind.max**0.25))


def start(
    initial: Floats, replicas: int, lags: Sequence[int] | Integers = (0,), dtype: DTypeLike = np.float64
) -> State:
    """Return the state at step 0: every replica at `initial`, as if it had always been there.

    Args:
        initial: W_0, flat, shape (P,), or one a replica, shape (R, P). Networks: the stages' matrices one after the
            other, each with one row an output.
        replicas: R.
        lags: the largest decides how many weights are kept.
        dtype: float64 or float32.

    """
    slots = int(np.max(np.asarray(lags), initial=0)) + 1
    flat = np.broadcast_to(np.asarray(initial, dtype)[..., None, :], (replicas, slots, np.shape(initial)[-1]))
    return State(0, flat.copy(), np.zeros((replicas, 4)), np.full((replicas, 2), -1, np.int64))


def split(replicas: int, threads: int, block: int, work: Callable[[slice], None]) -> None:
    """Do `work` on slices of the replicas, whole blocks each, on `threads` threads."""
    blocks = -(-replicas // block)
    edges = [min(replicas, block * (blocks * i // threads)) for i in range(threads + 1)]
    parts = [slice(low, high) for low, high in pairwise(edges) if low < high]
    if len(parts) <= 1:
        for part in parts:
            work(part)
        return
    with ThreadPoolExecutor(len(parts)) as pool:
        list(pool.map(work, parts))


def network(
    state: State,
    samples: Integers,
    inputs: Floats,
    targets: Floats,
    widths: Sequence[int],
    lags: Sequence[int],
    *,
    alpha: float,
    element: Element,
    activation: str = "tanh",
    loss: str = "log-cosh",
    stashed: bool = False,
    sizes: StepSizes | None = None,
    times: NDArray[np.int64] | None = None,
    threads: int = 1,
    path: KernelChoice = "auto",
    spans: Floats | None = None,
) -> Floats:
    """Advance every replica of an M-stage network by the steps of `samples`.

    Args:
        state: changed in place.
        samples: indices in [0, N), shape (R, T, B): the B samples whose mean gradient a step takes.
        inputs: x^(1), shape (N, widths[0]).
        targets: y, shape (N, widths[M]); -1 or 1 for the logistic loss.
        widths: M + 1 numbers: inputs, then the outputs of each stage.
        lags: d_m, one a stage, less than the state's slots; all 0 for the algorithms without a pipeline. Where the
            samples of a step differ in them: those of the first sample, then of the others, B M numbers.
        alpha: step size, in w^2/f.
        element: the device.
        activation: a name of `ACTIVATIONS`; the slope of the activation is taken at the forward pass.
        loss: a name of `LOSSES`, summed over outputs.
        stashed: backward products with the weights of the forward pass (stashed AP) instead of the current ones.
        sizes: step sizes that differ from stage to stage, which the portable kernel serves; None: alpha everywhere.
        times: steps k, ascending, in [step, step + T), shape (R, J): where a replica's W_k is wanted.
        threads: slices of the replicas worked on at once; no number depends on it.
        path: which kernel: "lanes" (SIMD), "plain" (portable), or "auto": a fast one where one `serves`.
        spans: takes the smallest and the largest of every weight after each of these steps, in w, shape (R, 2, P), of
            a replica that does not diverge; None: they are not wanted.

    Returns:
        W_k at `times`, shape (R, J, P); nan where the replica had diverged. `measure` takes it.

    """
    state.count_in(element.unit)
    history, replicas = state.history, state.history.shape[0]
    dtype, stages = history.dtype, len(widths) - 1
    check_shape("samples", samples, (replicas, None, None))
    check_shape("inputs", inputs, (None, widths[0]))
    check_shape("targets", targets, (inputs.shape[0], widths[-1]))
    apart = len(lags) != stages
    check_shape("lags", np.asarray(lags), (stages * samples.shape[2] if apart else stages,))
    check_shape("history", history, (replicas, None, sum(a * b for a, b in zip(widths[1:], widths[:-1], strict=True))))
    if max(lags) >= history.shape[1]:
        raise BadInput(
            "lags", tuple(lags), f"lags < {history.shape[1]}, the weights the state keeps", "simulate.kernels"
        )
    if times is None:
        times = np.zeros((replicas, 0), np.int64)
    steps, batch = samples.shape[1:]
    flat = np.ascontiguousarray(samples, np.int32).reshape(replicas, steps * batch)
    collected = not element.plain or element.device != "ald" or sizes is not None
    shares, _ = arrays_of(sizes, steps, dtype)
    modes = np.array([ACTIVATIONS[activation], LOSSES[loss], element.code, batch, stashed, collected], np.int64)
    snapshots = np.empty((replicas, times.shape[1], history.shape[2]), dtype)
    x, y = np.ascontiguousarray(inputs, dtype), np.ascontiguousarray(targets, dtype)
    layers, delays = np.array(widths, np.int64), np.array(lags, np.int64)
    when = np.ascontiguousarray(times, np.int64)
    real, _, makeup = element.acting(alpha, dtype, history.shape[2], element.unit)
    clear_spans(spans, history)

    served = not apart and sizes is None and serves(lags, stashed=stashed)
    if path == "lanes" and not served:
        raise BadInput("path", path, "lags that do not increase, no stashing and one step size", "simulate.kernels")
    fast = path != "plain" and served
    form = element.in_lanes(real) if batch == 1 else None
    block, copies = width(dtype) if fast else replicas, (1 if form else 2) + (0 if spans is None else 2)
    if fast:
        makeup = makeup.in_order(passes.order(layers))

    def work(part: slice) -> None:
        memory = passes.workspace(layers, delays[:stages], dtype, batch, copies)
        for first in range(part.start, part.stop, block):
            some = slice(first, min(first + block, part.stop))
            pulses, elements = makeup.given(some)
            outcome = history[some], state.tally[some], state.diverged[some], snapshots[some], part_of(spans, some)
            if not fast:
                plain.network(
                    state.step,
                    flat[some],
                    x,
                    y,
                    layers,
                    delays,
                    modes,
                    shares,
                    real,
                    pulses,
                    elements,
                    when[some],
                    *outcome,
                )
                continue
            drawn = passes.turned(flat[some], block)
            if form is None:
                batches.network(
                    state.step, drawn, x.ravel(), y.ravel(), layers, delays, modes, real, pulses, elements, when[some],
                    *outcome, memory,
                )  # fmt: skip
            else:
                lanes.network(
                    state.step, drawn, x.ravel(), y.ravel(), layers, delays, modes, real, form, pulses, elements,
                    when[some], *outcome, memory,
                )  # fmt: skip

    split(replicas, threads, width(dtype), work)
    state.step += steps
    for found in (snapshots,) if spans is None else (snapshots, spans):
        found *= dtype.type(element.unit)
    return snapshots


def serves(lags: Sequence[int], *, stashed: bool = False) -> bool:
    """Return whether a fast kernel does what is asked; if not, the portable one does it."""
    return not stashed and all(early >= late for early, late in pairwise(lags))


def scalar(
    state: State,
    uniforms: Floats,
    *,
    curvature: float,
    optimum: float,
    sigma: float,
    attaining: bool,
    alpha: float,
    element: Element,
    bins: Integers | None = None,
    sums: NDArray[np.float64] | None = None,
    threads: int = 1,
    spans: Floats | None = None,
) -> NDArray[np.float64]:
    """Advance every replica of f(w) = (L/2)(w - w*)^2 with a sign-valued oracle (docs/theory.md#floor), without lag.

    Args:
        state: changed in place; one weight, one slot.
        uniforms: in [0, 1), shape (R, T, B): a step takes the mean of B oracles.
        curvature: L, in f/w^2.
        optimum: w*.
        sigma: root of the noise variance.
        attaining: True: s sqrt(f'^2 + sigma^2) with P(s = 1) = (1 + f'/sqrt(f'^2 + sigma^2))/2, where s = 1 if the
            uniform number falls below it. False: f' + sigma s, s = 1 below 1/2.
        alpha: step size, in w^2/f.
        element: the device.
        bins: which bin of the curve each step belongs to, shape (T,); all in one by default.
        sums: those of earlier steps, which are gone on with in place, shape (R, bins, 2).
        threads: slices of the replicas worked on at once; no number depends on it.
        spans: see `network`.

    Returns:
        Sums over the steps of each bin of norm(F_k)^2 and f(W_k) - f*, shape (R, max(bins) + 1, 2).

    """
    replicas = state.history.shape[0]
    check_shape("history", state.history, (replicas, 1, 1))
    check_shape("uniforms", uniforms, (replicas, None, None))
    places, curve = curve_of(bins, uniforms.shape[1], replicas, sums)
    chance = np.ascontiguousarray(uniforms, np.float64)
    real, form, makeup = element.acting(alpha, state.history.dtype, 1)
    weights = state.history[:, 0]
    clear_spans(spans, state.history)

    def work(part: slice) -> None:
        plain.scalar(
            state.step, chance[part], curvature, optimum, sigma, attaining, form.device, real,
            *makeup.given(part), places, weights[part], state.tally[part], state.diverged[part], curve[part],
            part_of(spans, part),
        )  # fmt: skip

    split(replicas, threads, 1, work)
    state.step += uniforms.shape[1]
    return curve
