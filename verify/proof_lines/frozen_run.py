"""The pieces of Theorem 4 along a path: what meets the staleness, and the frozen objects that do not see the window.

Frozen at step k: the weights D steps ago, D the largest lag, and what they and the fresh sample make. Of additive noise
the direction at the frozen point is the gradient there plus the noise of the step, and the derivative is the Hessian of
f; of a problem whose noise is not additive no line is made. Bounds that a claim leaves open are the least that the path
allows, so that a line has nothing to hide behind.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulate.problems.blocks import Blocks
from simulate.problems.cosine import Cosine
from verify.proof_lines import averages, elements, windows
from verify.proof_lines.lines import Array, Line, surely
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import relation, shown, sides
from verify.proof_lines.world import World, jackknife, world

Derivative = Callable[[Array, Array], Array]
"""From weights and a displacement, shape (..., D), to the derivative there, applied to the displacement."""


def derivative(path: Recording) -> Derivative | None:
    """Return the derivative of the directions in the forward weights, or None where it is not known."""
    problem = path.problem
    if isinstance(problem, Cosine):
        bend = problem.amplitude * problem.frequency**2
        return lambda at, far: far @ problem.hessian + bend * np.cos(problem.frequency * (at - problem.minimiser)) * far
    return (lambda _, far: far @ problem.hessian) if isinstance(problem, Blocks) else None


@dataclass(frozen=True)
class Frozen:
    """The sequences of Theorem 4 on a path, arrays (K, R, D).

    Args:
        path: what is followed.
        along: the derivative of its directions.

    """

    path: Recording
    along: Derivative

    @cached_property
    def window(self) -> int:
        """Return D."""
        return max(1, *self.path.setting.lags)

    def before(self, sequence: Array) -> Array:
        """Return a sequence at the step of the frozen point, max(k - D, 0)."""
        return np.asarray(sequence[np.maximum(np.arange(self.path.steps) - self.window, 0)])

    @cached_property
    def weights(self) -> Array:
        """Return the frozen weights."""
        return self.before(self.path.weights)

    @cached_property
    def direction(self) -> Array:
        """Return G_f, the direction at the frozen point of the step's own sample."""
        return np.asarray(self.before(self.path.gradient) + self.path.noise)

    @cached_property
    def sequences(self) -> Mapping[str, Array]:
        """Return every sequence by the name that the claims give it."""
        path, tau = self.path, self.path.setting.tau
        behind = {
            name: path.alpha * windows.window(part, path)
            for name, part in (("v", path.mean_direction), ("n", path.noise))
        }
        noisy = self.along(self.weights, behind["n"])
        length = np.linalg.norm(self.direction, axis=-1, keepdims=True)
        return {
            "F": path.gradient, "n": path.noise, "b": path.staleness, "e": path.drift, "v": path.mean_direction,
            "b_v": self.along(self.weights, behind["v"]), "b_n": noisy, "gb_n": length * np.abs(noisy),
            "G_f": self.direction, "E_f": np.abs(self.direction) * self.weights / tau,
            "E_m": np.abs(self.direction) * path.weights / tau, "dW": np.abs(path.weights - self.weights),
            "delta": behind["v"] + behind["n"],
        }  # fmt: skip

    def norm(self, *parts: tuple[float, str]) -> Array:
        """Return N of a linear combination of sequences, shape (1 + R,)."""
        total = np.asarray(sum(factor * self.sequences[name] for factor, name in parts))
        return np.asarray(np.sqrt(jackknife(self.path.inner(total, total))))

    @cached_property
    def values(self) -> World:
        """Return the world of the path with the inner products of all sequences, and with bounds as they are met."""
        found, names = dict(world(self.path)), list(self.sequences)
        r = np.sqrt(found["<F|F>"])
        for place, one in enumerate(names):
            for other in names[place:]:
                product = jackknife(self.path.inner(self.sequences[one], self.sequences[other]))
                found |= {f"<{one}|{other}>": product, f"<{other}|{one}>": product}
        for name in names:
            along = np.divide(found[f"<F|{name}>"], r, out=np.zeros_like(r), where=r > 0)
            found |= {f"<unit|{name}>": along, f"<{name}|unit>": along}
        found["<unit|unit>"] = np.where(r > 0, 1.0, 0.0)
        stale, fresh = (((1, "F"), (1, "n"), (1, "b"), (-1, "G_f")), ((1, "F"), (1, "n"), (-1, "G_f")))
        found |= {"B_b": self.norm((1, "b")), "B_v": self.norm((1, "b_v")), "B_n": self.norm((1, "b_n"))}
        found |= {"moved": self.norm((1, "dW")), "behind": self.norm((1, "delta")), "weighted": self.norm((1, "gb_n"))}
        found["changed"] = np.maximum(self.norm(*stale), self.norm(*fresh))
        known = self.path.constants.values
        found |= {"theta1": 1 / self.path.setting.tau, "H2": known.get("H2", 0.0), "HJ": known.get("HJ", 0.0)}
        return found | {"D": float(self.window), "Gamma": self.mean_length}

    @cached_property
    def sensitivity(self) -> Array:
        """Return S, shape (M, M)."""
        found = elements.sensitivity(self.path)
        assert found is not None, "a problem with a derivative has a Hessian"
        return found

    @cached_property
    def mean_length(self) -> float:
        """Return what no direction's mean length, given the past, passes on the path: the root of its mean square."""
        squares = (np.sum(part**2, axis=-1) for part in (self.path.gradient, self.path.gradient + self.path.staleness))
        sigma2 = self.path.constants.values.get("sigma2", np.inf)
        return float(np.sqrt(max(float(np.max(part)) for part in squares) + sigma2))


LINES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("free.split", "bound", {}),
    ("free.coherent", "bound", {}),
    ("free.first_order", "size", {"B_g": "changed"}),
    ("free.first_order", "bound", {"B_g": "changed"}),
    ("free.second", "bound", {"B_w": "moved", "B_g": "weighted"}),
    ("free.orthogonal", "orthogonal", {}),
    ("free.remainder", "bound", {"B_w": "far"}),
)
"""Claim, conclusion, and what its open bounds are."""


def of(path: Recording) -> Frozen | None:
    """Return the frozen objects of a path; None where it has no lag or no derivative of its directions is known."""
    along = derivative(path)
    known = along is not None and "sigma2" in path.constants.values
    return Frozen(path, along) if along is not None and known and any(path.setting.lags) else None


def lines(path: Recording) -> list[Line]:
    """Return the lines of Theorem 4 where the path has a lag and its directions a derivative that is known."""
    frozen = of(path)
    if frozen is None:
        return []
    values = frozen.values | {"far": np.maximum(frozen.values["moved"], frozen.values["behind"])}
    found = list[Line]()
    for claim, part, chosen in LINES:
        stated = relation(claim, part)
        found += averages.evaluate({**values, **{name: values[of] for name, of in chosen.items()}}, claim, stated)
    return [*found, *_elements(frozen)]


def _elements(frozen: Frozen) -> list[Line]:
    """Return free.linear at every element, at the place that comes closest to failing."""
    path, tau = frozen.path, frozen.path.setting.tau
    if not np.isfinite(tau):
        return []
    values: dict[str, Array | float] = {
        "m": np.abs(path.direction), "s": np.sign(path.direction), "w": path.weights, "w_0": frozen.weights,
        "m_0": np.abs(frozen.direction), "s_0": np.sign(frozen.direction), "tau": tau, "rho": path.rho,
        "dW_i": np.abs(path.weights - frozen.weights),
    }  # fmt: skip
    found = list[Line]()
    for part in ("direction", "weight above", "weight below"):
        left, right = np.broadcast_arrays(*(np.asarray(side) for side in sides("free.linear", part, values)))
        at = np.unravel_index(np.argmax(left - right), left.shape)
        stated = f"{shown(relation('free.linear', part))}, everywhere"
        found.append(surely("free.linear", stated, float(left[at]), float(right[at]), float(np.max(np.abs(right)))))
    return found
