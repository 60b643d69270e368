"""The named baselines: the same recursion in the ways people write it, each in its best form.

A baseline is called with a workload and indices of samples, shape (replicas, steps), and returns the weights of all
replicas after the last step, shape (replicas, M, d, d). All but the literal ones use the queue form: stage m passes
sample k + M - m forward with its current weights (m from 1) and queues the outcome.
"""

import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from benchmarks.workload import Array, Workload
from simulate import kernels
from simulate.kernels.simd import compiled

Indices = NDArray[np.int32]
Runner = Callable[[Workload, Indices], Array]


@dataclass(frozen=True)
class Implementation:
    """One way to run the workload.

    Args:
        name: in tables.
        run: the function.
        groups: numbers of replicas worth trying to advance together; the best one counts.
        needs: the package it needs; it is skipped where that is missing.
        pace: replica-steps a second, roughly, at the smallest size.
        steps: to time at least: a chunk's beginning and end cost the kernel something.

    """

    name: str
    run: Runner
    groups: tuple[int, ...]
    needs: str = "numpy"
    pace: float = 1e6
    steps: int = 16

    @property
    def available(self) -> bool:
        """Return whether its package is installed."""
        return importlib.util.find_spec(self.needs) is not None


def by_kernel(path: Literal["lanes", "plain"], threads: int = 1) -> Runner:
    """Return the simulator's kernel: "lanes" or "plain"."""

    def run(load: Workload, indices: Indices) -> Array:
        width = (load.width,) * (load.stages + 1)
        state = kernels.start(load.initial.ravel(), len(indices), load.lags, load.dtype)
        kernels.network(
            state,
            indices[:, :, None],
            load.inputs,
            load.targets,
            width,
            load.lags,
            alpha=load.alpha,
            element=kernels.Element("ald", load.tau),
            path=path,
            threads=threads,
        )
        return state.weights.reshape(-1, *load.initial.shape)

    return run


def numpy_batched(load: Workload, indices: Indices) -> Array:
    """NumPy, batched over replicas, in place, without temporaries in the update."""
    M, R, steps = load.stages, len(indices), indices.shape[1]
    dtype = np.dtype(load.dtype)
    w = np.repeat(load.initial[None], R, axis=0).swapaxes(0, 1).copy()
    queue = [dict[int, Array]() for _ in range(M + 1)]
    move, drag = np.empty((R, load.width, load.width), dtype), np.empty((R, load.width, load.width), dtype)
    alpha, per_tau = dtype.type(load.alpha), dtype.type(1 / load.tau)

    def forward(k: int) -> None:
        ahead = k + load.lags[0]
        if ahead < steps:
            queue[0][ahead] = load.inputs[indices[:, ahead]]
        for m in range(M):
            sample = k + load.lags[m]
            if 0 <= sample < steps:
                queue[m + 1][sample] = np.tanh(np.matmul(w[m], queue[m][sample][:, :, None])[:, :, 0])

    for k in range(-load.lags[0], 1):
        forward(k)
    for k in range(steps):
        out = queue[M].pop(k)
        delta = np.tanh(out - load.targets[indices[:, k]]) * (1 - out * out)
        for m in range(M - 1, -1, -1):
            x = queue[m].pop(k)
            back = np.matmul(delta[:, None, :], w[m])[:, 0] * (1 - x * x) if m else delta
            np.multiply((-alpha * delta)[:, :, None], x[:, None, :], out=move)
            np.abs(move, out=drag)
            drag *= w[m]
            drag *= per_tau
            w[m] += move
            w[m] -= drag
            delta = back
        forward(k + 1)
    return w.swapaxes(0, 1)


@compiled
def _literal(w0: Array, inputs: Array, targets: Array, indices: Indices, alpha: float, tau: float, ends: Array) -> None:
    M, d = w0.shape[0], w0.shape[1]
    ring = np.empty((M, M, d, d), w0.dtype)
    x, delta, back = np.empty((M + 1, d), w0.dtype), np.empty(d, w0.dtype), np.empty(d, w0.dtype)
    zero = w0.dtype.type(0)
    for r in range(indices.shape[0]):
        ring[:] = w0
        for k in range(indices.shape[1]):
            now, then = ring[k % M], ring[(k + 1) % M]
            x[0] = inputs[indices[r, k]]
            for m in range(M):
                stale = ring[(k - (M - 1 - m)) % M, m]
                for i in range(d):
                    z = zero
                    for j in range(d):
                        z += stale[i, j] * x[m, j]
                    x[m + 1, i] = math.tanh(z)
            for i in range(d):
                delta[i] = math.tanh(x[M, i] - targets[indices[r, k], i]) * (1 - x[M, i] * x[M, i])
            for m in range(M - 1, -1, -1):
                back[:] = 0
                for i in range(d):
                    c = -alpha * delta[i]
                    for j in range(d):
                        w = now[m, i, j]
                        back[j] += w * delta[i]
                        move = c * x[m, j]
                        then[m, i, j] = w + move - abs(move) * w / tau
                for j in range(d):
                    delta[j] = back[j] * (1 - x[m, j] * x[m, j])
        ends[r] = ring[indices.shape[1] % M]


def numba_literal(load: Workload, indices: Indices) -> Array:
    """Numba, the recursion as it is written, one replica after the other, past weights in a ring."""
    kind = np.dtype(load.dtype).type
    ends = np.empty((len(indices), *load.initial.shape), load.dtype)
    _literal(load.initial, load.inputs, load.targets, indices, kind(load.alpha), kind(load.tau), ends)
    return ends


def torch_batched(load: Workload, indices: Indices) -> Array:
    """PyTorch, a Python loop over steps, batched over replicas, in place, no gradients recorded."""
    import torch

    torch.set_num_threads(1)
    with torch.inference_mode():
        return _torch_loop(torch, load, indices)


def _torch_loop(torch: Any, load: Workload, indices: Indices) -> Array:  # noqa: ANN401
    M, R, steps = load.stages, len(indices), indices.shape[1]
    inputs, targets, chosen = (
        torch.from_numpy(a) for a in (load.inputs, load.targets, indices.T.astype(np.int64).copy())
    )
    w = [torch.from_numpy(stage).repeat(R, 1, 1) for stage in load.initial]
    queue: list[dict[int, Any]] = [{} for _ in range(M + 1)]
    move, drag = torch.empty_like(w[0]), torch.empty_like(w[0])

    def forward(k: int) -> None:
        ahead = k + load.lags[0]
        if ahead < steps:
            queue[0][ahead] = inputs[chosen[ahead]]
        for m in range(M):
            sample = k + load.lags[m]
            if 0 <= sample < steps:
                queue[m + 1][sample] = torch.bmm(w[m], queue[m][sample].unsqueeze(2)).squeeze(2).tanh_()

    for k in range(-load.lags[0], 1):
        forward(k)
    for k in range(steps):
        out = queue[M].pop(k)
        delta = (out - targets[chosen[k]]).tanh_() * (1 - out * out)
        for m in range(M - 1, -1, -1):
            x = queue[m].pop(k)
            back = torch.bmm(delta.unsqueeze(1), w[m]).squeeze(1) * (1 - x * x) if m else delta
            torch.mul((delta * -load.alpha).unsqueeze(2), x.unsqueeze(1), out=move)
            torch.abs(move, out=drag)
            w[m].addcmul_(drag.mul_(w[m]), drag.new_ones(()), value=-1 / load.tau).add_(move)
            delta = back
        forward(k + 1)
    return np.asarray(torch.stack(w, dim=1).numpy())


def jax_scanned(load: Workload, indices: Indices) -> Array:
    """JAX: jit of a scan over steps of a vmap over replicas, queue form with rolling queues."""
    import jax

    jax.config.update("jax_enable_x64", True)
    compiled = _jax_program(load)
    return np.asarray(compiled(load.initial, load.inputs, load.targets, indices.T.copy()))


_PROGRAMS: dict[tuple[int, int, str], Any] = {}


def _jax_program(load: Workload) -> Any:  # noqa: ANN401
    """Return the compiled program; level m's queue holds samples k .. k + depth - 1, oldest first."""
    key = (load.stages, load.width, load.dtype)
    if key in _PROGRAMS:
        return _PROGRAMS[key]
    import jax
    import jax.numpy as jnp

    M, alpha, tau = load.stages, load.alpha, load.tau

    def step(w: Any, queue: Any, inputs: Any, targets: Any, now: Any, ahead: Any) -> Any:  # noqa: ANN401
        """Make one step of one replica; queue[m] are the inputs of stage m, samples k .. k + d_(m-1), for m >= 1."""
        out = queue[M][0]
        delta = jnp.tanh(out - targets[now]) * (1 - out * out)
        entering = inputs[ahead]
        new: list[Any] = [None] * M
        for m in range(M - 1, -1, -1):
            x = queue[m][0]
            back = (delta @ w[m]) * (1 - x * x)
            move = -alpha * jnp.outer(delta, x)
            new[m] = w[m] + move - jnp.abs(move) * w[m] / tau
            delta = back
        # Sample k + 1 + d_m enters stage m now; it waits at the end of the queue, or has just been read.
        later = [jnp.concatenate([queue[0][1:], entering[None]])]
        for m in range(M):
            x = later[0][-1] if m == 0 else queue[m][1 + load.lags[m]]
            later.append(jnp.concatenate([queue[m + 1][1:], jnp.tanh(new[m] @ x)[None]]))
        return tuple(new), tuple(later)

    def run(initial: Any, inputs: Any, targets: Any, indices: Any) -> Any:  # noqa: ANN401
        R, steps = indices.shape[1], indices.shape[0]
        levels = [inputs[indices[: load.lags[0] + 1].T]]
        padded = jnp.concatenate([indices, jnp.zeros((load.lags[0] + 1, R), indices.dtype)])
        for m in range(M):
            x = levels[m][:, : load.lags[m] + 1]
            levels.append(jnp.tanh(jnp.einsum("ij,rsj->rsi", initial[m], x)))
        w = tuple(jnp.repeat(initial[m][None], R, axis=0) for m in range(M))
        together = jax.vmap(step, in_axes=(0, 0, None, None, 0, 0))

        def body(carry: Any, pair: Any) -> Any:  # noqa: ANN401
            return together(*carry, inputs, targets, *pair), None

        both = (padded[:steps], padded[1 + load.lags[0] :][:steps])
        (w, _), _ = jax.lax.scan(body, (w, tuple(levels)), both)
        return jnp.stack(w, axis=1)

    _PROGRAMS[key] = jax.jit(run)
    return _PROGRAMS[key]


OURS = Implementation("lanes", by_kernel("lanes"), (16,), pace=1e7, steps=2048)
BASELINES = (
    Implementation("plain kernel", by_kernel("plain"), (16,), pace=1e6),
    Implementation("literal Numba", numba_literal, (16,), "numba", 1e6),
    Implementation("NumPy batched", numpy_batched, (16, 64, 256), pace=5e5),
    Implementation("JAX scan+vmap", jax_scanned, (8, 32, 128, 256), "jax", 2e6),
    Implementation("PyTorch batched", torch_batched, (16, 64, 256), "torch", 3e5),
    Implementation("PyTorch loop", torch_batched, (1,), "torch", 4e3),
)
