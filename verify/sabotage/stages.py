"""Wrong stage constants: recursions, their order, and what is made of them for the lags.

Caught by passes with other weights through small networks, each made so that one term of a recursion is nearly all
there is: linear stages, stages at their strongest bend, far targets, slopes below one.
"""

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from simulate.problems import activations, losses
from simulate.problems.base import Problem
from simulate.problems.network import Network
from theory.lemmas import network as recursions
from theory.theorems import network
from theory.theorems.network import NetworkConstants, Rows
from verify.proof_lines import perturbed, stages
from verify.proof_lines.passes import Pairs
from verify.sabotage import statements
from verify.sabotage.faults import Answer, Area, Detector, Fault, swapped
from verify.sabotage.mutants import is_stronger, mutants

AREA: Area = "theory"

_BEND = math.atanh(3**-0.5)
"""Where tanh bends most: tanh^2 = 1/3."""

PROBES: dict[str, tuple[dict[str, Any], tuple[float, ...]]] = {
    "linear stages": ({"activation": "identity", "loss": "squared", "width": (3, 2, 4, 3)}, (0.6, 1.1, 1.7)),
    "linear stages, far targets": (
        {"activation": "identity", "loss": "squared", "width": (2, 2, 2), "label_noise": 40.0}, (0.9, 0.5)),
    "one bend, far target": ({"activation": "tanh", "loss": "squared", "width": 1, "label_noise": 40.0}, (_BEND,)),
    "two bends, far target": (
        {"activation": "tanh", "loss": "squared", "width": 1, "label_noise": 40.0}, (_BEND, 0.4)),
    "flat slopes": ({"activation": "sigmoid", "loss": "squared", "width": (2, 3, 2), "label_noise": 0.0}, (0.3, 0.4)),
    "flat slopes, far targets": (
        {"activation": "sigmoid", "loss": "squared", "width": (2, 2, 2), "label_noise": 40.0}, (1.3, 1.3)),
    "bounded outputs": ({"activation": "tanh", "loss": "log-cosh", "width": (2, 3)}, (30.0,)),
    "classes": ({"activation": "tanh", "loss": "logistic", "width": (2, 1)}, (0.2,)),
}  # fmt: skip
"""Settings of a network, and the norms w_m of its stages."""

STATEMENTS = (
    ("network.forward", "bound"),
    ("network.backward", "bound"),
    ("network.forward_stale", "output"),
    ("network.hadamard", "squares"),
    ("network.backward_stale", "bound"),
    ("network.full_change", "bound"),
    ("network.sensitivity", "bound"),
)
"""Conclusions on one stage whose right sides are spoilt."""

_LAGS, _DEVIATIONS = (5, 0, 2), (0.3, 2.0, 0.7)
"""Lags and noises of three stages that no reordering leaves alone."""
_S = np.array([[0.4, 1.3, 0.2], [0.9, 0.1, 2.2], [3.1, 0.6, 0.5]])
_FULL = _S + np.array([[0.0, 0.7, 0.1], [0.2, 0.0, 1.9], [0.3, 0.8, 0.0]])


def detectors() -> dict[str, Detector]:
    """Return the named checks."""
    return {
        "claims-on-one-stage": _claims_hold,
        "stage-recursions": _recursions_hold,
        "sensitivities-attained": _attained_entries,
        "lag-constants": _lags_hold,
        "norms-of-the-box": _box_holds,
        "exact-kernel": statements.kernel_holds,
    }


def _network(name: str) -> Network:
    settings, w = PROBES[name]
    return Network(stages=len(w), samples=6, **settings)


@cache
def _pairs(name: str) -> Pairs:
    w = PROBES[name][1]
    return perturbed.pairs(_network(name), w, seed=len(w), count=3)


def _claims_hold() -> Answer:
    """Evaluate every claim on one stage with what arrived there; the first that fails is named."""
    found = (stages.each_stage(stages.met(_network(name), _pairs(name))) for name in PROBES)
    return next((line.claim for lines in found for line in lines if not line.ok), True)


def _recursions_hold() -> Answer:
    """Put the recursions through all stages against the passes; the claim of the first line that fails is named."""
    for name, (_, w) in PROBES.items():
        problem = _network(name)
        bounds, seen = network.bounds(problem.stage_data, w), stages.met(problem, _pairs(name))
        for line in stages.through_all(problem, bounds, seen):
            if not line.ok:
                return line.claim
    return True


def _attained_entries() -> bool:
    """Move one stage at a time: where nothing bends, every entry of S and S_full is reached to half at least.

    A bound that is too large is true and still wrong: S would not be the less biased choice.
    """
    problem, w = _network("linear stages, far targets"), PROBES["linear stages, far targets"][1]
    bounds, seen = network.bounds(problem.stage_data, w), stages.met(problem, _pairs("linear stages, far targets"))
    u = np.stack(seen.u)[..., 0]
    for matrix, moved in ((bounds.S, seen.stale), (bounds.S_full, seen.full)):
        change = [np.linalg.norm(a - b, axis=(-2, -1)).max(axis=1) for a, b in zip(moved.G, seen.now.G, strict=True)]
        for j in range(len(w)):
            alone = (u[j] > 0) & (np.delete(u, j, axis=0) == 0).all(axis=0)
            reached = np.array([(gap[alone] / u[j, alone]).max() for gap in change])
            if not np.all(reached >= 0.5 * matrix[:, j]):
                return False
    return True


def _lags_hold() -> bool:
    """Compare L, Lambda1, Lambdah and nu with what their definitions make of distances moved, stage by stage."""
    found, d = NetworkConstants(_S, _FULL), np.array(_LAGS, dtype=float)
    return _attained(_FULL, np.ones(3), found.L) and all(
        _attained(matrix, d, found.Lambda1(_LAGS, stashed=stashed))
        and _attained(matrix, np.sqrt(d), found.Lambdah(_LAGS, stashed=stashed))
        and _weighed(matrix, found.nu(_LAGS, _DEVIATIONS, stashed=stashed))
        for stashed, matrix in ((False, _S), (True, _FULL))
    )


def _attained(matrix: NDArray[np.float64], weights: NDArray[np.float64], claimed: float) -> bool:
    """Return whether norm(S (weights * y)) <= claimed norm(y) for every y, with equality for some."""
    y = np.ones(len(matrix))
    for _ in range(200):  # the power method on (S Diag)^T (S Diag)
        y = weights * (matrix.T @ (matrix @ (weights * y)))
        y /= np.linalg.norm(y)
    longest = float(np.linalg.norm(matrix @ (weights * y)))
    return bool(longest <= claimed <= longest * (1 + 1e-9))


def _weighed(matrix: NDArray[np.float64], claimed: float) -> bool:
    """Return whether `claimed` is how far noises of size s_m, each met sqrt(d_m) times over, take the direction off."""
    reached = [math.sqrt(lag) * s for lag, s in zip(_LAGS, _DEVIATIONS, strict=True)]
    rows = [sum(entry * far for entry, far in zip(row, reached, strict=True)) for row in matrix.tolist()]
    expected = math.hypot(*rows)
    return expected <= claimed <= expected * (1 + 1e-9)


def _box_holds() -> bool:
    """Compare bounds from a box of weights with the matrices of its corners; all of one sign is the longest."""
    problem = _network("linear stages")
    claimed = problem.stage_norms(0.7)
    longest = [float(np.linalg.norm(np.full(shape, 0.7), 2)) for shape in problem.shapes]
    return all(one <= other <= one * (1 + 1e-9) for one, other in zip(longest, claimed, strict=True))


def faults() -> Iterator[Fault]:
    """Yield wrong claims on one stage, wrong recursions, and wrong constants made of them."""
    yield from statements.spoilt(STATEMENTS, squared=("p0", "p1"))
    for name in ("reach", "product_change", "message_change", "gradient_change"):
        yield from _recursion(name)
    for name, plant in _PLANTS.items():
        yield Fault(name, AREA, plant)


def _recursion(name: str) -> Iterator[Fault]:
    """Yield the wrong versions, made by rule, of a recursion that claims and numbers share."""
    true = getattr(recursions, name)
    symbols = [sympy.Symbol(argument, real=True) for argument in inspect.signature(true).parameters]
    expression = true(*symbols)
    half = ("half of everything", expression / 2)
    for what, wrong in (*mutants(expression, squared=("p0", "p1")), half):
        if is_stronger(wrong, expression):
            spoilt = sympy.lambdify(symbols, wrong, modules="numpy")
            yield Fault(f"stage recursion {name}: {what}", AREA, partial(swapped, recursions, name, spoilt))


Plant = Callable[[], AbstractContextManager[None]]


def _method(name: str, wrong: Callable[..., float]) -> Plant:
    """Put another function in the place of one of a network's constants."""
    return partial(swapped, NetworkConstants, name, wrong)


def _with(change: Callable[[NetworkConstants, NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]], name: str) -> Plant:
    """Spoil the matrix and the lags that a constant is the norm of."""

    def wrong(self: NetworkConstants, lags: Sequence[int], *, stashed: bool = False) -> float:  # noqa: ARG001
        d = np.asarray(lags, dtype=float)
        matrix, weights = change(self, d if name == "Lambda1" else np.sqrt(d))
        return float(np.linalg.norm(matrix * weights, 2)) * (1 + network.ROUNDING)

    return _method(name, wrong)


def _nu(weights: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]]) -> Plant:
    """Spoil what nu weighs the noises with."""

    def wrong(self: NetworkConstants, lags: Sequence[int], s: Sequence[float], *, stashed: bool = False) -> float:
        matrix = self.S_full if stashed else self.S
        return float(np.linalg.norm(matrix @ weights(np.asarray(lags, dtype=float), np.asarray(s))))

    return _method("nu", wrong)


_TRUE_ROWS, _TRUE_MESSAGES = network.rows, network._messages


def _given(**changes: Callable[[Any], Any]) -> Plant:
    """Spoil what the recursions are run with, by name of the argument."""

    def wrong(**given: Any) -> Rows:  # noqa: ANN401
        return _TRUE_ROWS(**{name: changes.get(name, lambda value: value)(value) for name, value in given.items()})

    return partial(swapped, network, "rows", wrong)


def _returned(change: Callable[[Rows], Rows]) -> Plant:
    return partial(swapped, network, "rows", lambda *a, **k: change(_TRUE_ROWS(*a, **k)))


def _messages(change: Callable[[dict[str, Any]], dict[str, Any]]) -> Plant:
    """Spoil what the messages' changes are computed from."""
    names = ("p0", "p1", "l0", "l1", "w", "D", "unit", "zeta", "e")

    def wrong(*given: Any, full: bool) -> list[Any]:  # noqa: ANN401
        known = dict(zip(names, given, strict=True)) | {"full": full}
        return _TRUE_MESSAGES(**{**known, **change(known)})

    return partial(swapped, network, "_messages", wrong)


def _registered(registry: dict[str, Any], **factors: float) -> Plant:
    """Scale a constant of every activation or loss that has it."""
    wrong = {
        key: replace(item, **{name: factor * getattr(item, name) for name, factor in factors.items()
                              if getattr(item, name) is not None})
        for key, item in registry.items()
    }  # fmt: skip
    module = activations if registry is activations.REGISTRY else losses
    return partial(swapped, module, "REGISTRY", wrong)


def _data(**factors: float) -> Plant:
    """Scale what a network says of its data."""
    true = Network.__dict__["stage_data"]

    def wrong(self: Network) -> Mapping[str, Any]:
        found = true.func(self)
        return {name: value * factors.get(name, 1.0) if name in factors and value is not None else value
                for name, value in found.items()}  # fmt: skip

    return partial(swapped, Network, "stage_data", property(wrong))


def _backwards(values: Sequence[Any] | None) -> Any:  # noqa: ANN401
    return values if values is None else [*values][::-1]


_PLANTS: dict[str, Plant] = {
    "L: of the forward weights alone": partial(
        swapped, NetworkConstants, "L", property(lambda self: float(np.linalg.norm(self.S, 2)))),
    "L: the largest entry": partial(swapped, NetworkConstants, "L", property(lambda self: float(self.S_full.max()))),
    "L: halved": partial(
        swapped, NetworkConstants, "L", property(lambda self: float(np.linalg.norm(self.S_full, 2)) / 2)),
    "Lambda1: lags of the stages in reverse": _with(lambda self, d: (self.S, d[::-1]), "Lambda1"),
    "Lambda1: lags of the row's stage": _with(lambda self, d: (self.S.T, d), "Lambda1"),
    "Lambda1: lag of the stage before": _with(lambda self, d: (self.S, np.roll(d, 1)), "Lambda1"),
    "Lambda1: sqrt d for d": _with(lambda self, d: (self.S, np.sqrt(d)), "Lambda1"),
    "Lambda1: lags one short": _with(lambda self, d: (self.S, np.maximum(d - 1, 0)), "Lambda1"),
    "Lambda1: halved": _with(lambda self, d: (self.S / 2, d), "Lambda1"),
    "Lambda1: of current backward weights though stashed": _with(lambda self, d: (self.S, d), "Lambda1"),
    "Lambda1: of stashed weights though current": _with(lambda self, d: (self.S_full, d), "Lambda1"),
    "Lambdah: lags of the stages in reverse": _with(lambda self, root: (self.S, root[::-1]), "Lambdah"),
    "Lambdah: lags of the row's stage": _with(lambda self, root: (self.S.T, root), "Lambdah"),
    "Lambdah: d for sqrt d": _with(lambda self, root: (self.S, root**2), "Lambdah"),
    "Lambdah: fourth root": _with(lambda self, root: (self.S, np.sqrt(root)), "Lambdah"),
    "Lambdah: of current backward weights though stashed": _with(lambda self, root: (self.S, root), "Lambdah"),
    "nu: sigma^2 for sigma": _nu(lambda d, s: np.sqrt(d) * s**2),
    "nu: d for sqrt d": _nu(lambda d, s: d * s),
    "nu: without the lags": _nu(lambda _, s: s),
    "nu: lags of the stages in reverse": _nu(lambda d, s: np.sqrt(d[::-1]) * s),
    "nu: noises of the stages in reverse": _nu(lambda d, s: np.sqrt(d) * s[::-1]),
    "recursions: norms of the stages in reverse": _given(w=_backwards),
    "recursions: norm of the stage before": _given(w=lambda w: np.roll(w, 1).tolist()),
    "recursions: p1 dropped": _given(p1=lambda p1: 0.0 * p1),
    "recursions: l1 dropped": _given(l1=lambda l1: 0.0 * l1),
    "recursions: l0 halved": _given(l0=lambda l0: l0 / 2),
    "recursions: X halved": _given(X=lambda X: X / 2),
    "recursions: outputs capped without their width": _given(
        caps=lambda caps: caps if caps is None else [min(caps) / 2 for _ in caps]),
    "recursions: S_full for S": _returned(lambda rows: replace(rows, S=rows.S_full)),
    "recursions: S transposed": _returned(lambda rows: replace(rows, S=rows.S.T, S_full=rows.S_full.T)),
    "recursions: backward weights never move": _messages(lambda _: {"full": False}),
    "recursions: messages of the stage itself": _messages(lambda known: {"D": np.roll(known["D"], 1)}),
    "recursions: zeta of the stage before": _messages(lambda known: {"zeta": [known["zeta"][0], *known["zeta"][:-1]]}),
    "recursions: the loss sees the last stage's input": _messages(
        lambda known: {"e": [*known["e"][:-1], known["e"][-2]]}),
    "recursions: norms of the stage itself": _messages(lambda known: {"w": np.roll(known["w"], 1)}),
    "facts: p0 halved": _registered(activations.REGISTRY, p0=0.5),
    "facts: p1 halved": _registered(activations.REGISTRY, p1=0.5),
    "facts: bound of the activation halved": _registered(activations.REGISTRY, bound=0.5),
    "facts: slope of the loss halved": _registered(losses.REGISTRY, slope_bound=0.5),
    "facts: curvature of the loss halved": _registered(losses.REGISTRY, l1=0.5),
    "facts: inputs half as long": _data(X=0.5),
    "facts: targets forgotten": _data(target_norm=0.0, l0=0.1),
    "facts: box norms without the width": partial(
        swapped, Problem, "stage_norms", lambda self, largest: [largest for _ in self.shapes]),
    "facts: box norms of the rows only": partial(
        swapped, Problem, "stage_norms", lambda self, largest: [largest * math.sqrt(rows) for rows, _ in self.shapes]),
}  # fmt: skip
"""What is planted, by what is wrong."""
