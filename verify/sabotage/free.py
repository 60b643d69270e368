"""Wrong versions of Theorem 4: its numbers, the rules for frozen objects, the constants that problems hand it.

Caught by reference values, by the exact kernel and the lines along paths, and by constants measured another way.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from functools import cache, partial
from typing import Any

import numpy as np
import sympy

import theory
from simulate.problems import Cosine, Network, make
from simulate.problems.blocks import Blocks
from theory.lemmas import free_terms
from theory.lemmas.feasible import rbar2
from theory.setting.devices.base import Device
from theory.setting.devices.linear import AsymmetricLinear
from theory.theorems import free, network, second_order
from verify.judging import joint
from verify.proof_lines import averages, free_windows, frozen, frozen_run, relations
from verify.proof_lines.lines import Line
from verify.proof_lines.record import Recording
from verify.sabotage.bounds import bounding
from verify.sabotage.faults import Answer, Area, Detector, Fault, swapped
from verify.sabotage.mutants import is_stronger, mutants
from verify.sabotage.panel import SETTINGS, unmodified_path
from verify.sabotage.statements import kernel_holds, spoilt

AREA: Area = "theory"

_GIVEN: tuple[dict[str, Any], ...] = (
    {
        "L": 1, "sigma2": 1, "Delta": "0.5", "alpha": "0.02", "K": 5_000, "rho": "0.3", "Lambda1": "0.75",
        "Lambdah": "0.5", "D": 3, "ell": "1.5", "ell1": "1.2", "theta1": "0.2", "F0": "0.8",
    },
    {
        "L": 2, "sigma2": "0.25", "Delta": 1, "alpha": "0.01", "K": 40, "rho": "0.15", "Lambda1": 4, "Lambdah": 2,
        "D": 5, "ell": 3, "ell1": 2, "theta1": "0.5", "F0": 2, "H2": 3, "HJ": 1, "Gamma": 4,
    },
    {
        "L": 1, "sigma2": 1, "Delta": "0.01", "alpha": "0.05", "K": 50, "rho": "0.4", "Lambda1": 2, "Lambdah": "1.5",
        "D": 3, "ell": 2, "ell1": 1, "theta1": "0.5", "F0": 2, "rbar2": "0.01",
    },
)  # fmt: skip
REFERENCE = (0.13237807, 3.20924017, 0.13662531)
"""What Theorem 4 is at these parameters, to eight digits; all that is known besides rbar2 counts in the second."""

STATEMENTS = (
    ("free.split", "bound"),
    ("free.coherent", "bound"),
    ("free.first_order", "size"),
    ("free.second", "bound"),
    ("free.window", "frozen"),
    ("free.parts", "martingale"),
    ("free.weighted_stage", "window"),
    ("free.weighted", "bound"),
    ("free.adaptive_split", "bound"),
    ("free.adaptive_coherent", "bound"),
    ("free.adaptive_first_order", "size"),
    ("free.frozen_mean", "bound"),
    ("free.multiplier", "bound"),
)
"""Conclusions whose right sides are spoilt."""


def _rules() -> Iterator[tuple[str, str, str, dict[str, Any]]]:
    """Yield what is wrong, the claim, the process in it and what is said of that."""
    d = next(one.known for one in relations.claims()["free.frozen_orthogonal"].processes if one.name == "Theta")
    D = next(one.known for one in relations.claims()["free.orthogonal"].processes if one.name == "Theta")
    assert d is not None and D is not None, "both are frozen"
    yield "the frozen point one step too late", "free.frozen_orthogonal", "Theta", {"known": d + 1}
    yield "the frozen point one step too late", "free.orthogonal", "Theta", {"known": D + 1}
    yield "the window one step too early", "free.frozen_orthogonal", "W", {"differences": d}
    yield "the window one step too early", "free.orthogonal", "W_s", {"differences": D}
    yield "what is fresh has a mean", "free.frozen_orthogonal", "G_fresh", {"differences": None}
    yield "what is fresh has a mean", "free.orthogonal", "G_fresh", {"differences": None}
    yield "noise with a weight of its own step", "free.weighted_window", "y", {"differences": None}
    yield "a weight that sees the window", "free.weighted_window", "y", {"known": d + 1}
    yield "a weight that sees the window", "free.weighted_stage", "y", {"known": d + 1}
    yield "a weight not known before the sample", "free.weighted", "Sq_n", {"known": 0}
    yield "the length of the frozen direction in place of its mean", "free.weighted", "Z_c", {"differences": None}
    yield "a remainder that sees the sample", "free.remainder", "T_q", {"known": 0}


def detectors() -> dict[str, Detector]:
    """Return the named checks."""
    return {
        "free-reference-values": _reference,
        "free-lines-of-the-proof": _lines,
        "exact-kernel": kernel_holds,
        "free-constants": _constants,
    }


def faults() -> Iterator[Fault]:
    """Yield wrong numbers, wrong rules, wrong statements and wrong constants."""
    yield from _numbers()
    for what, claim, process, change in _rules():
        yield Fault(f"{claim}: {what}", AREA, partial(_saying, claim, process, change))
    yield from spoilt(STATEMENTS)
    yield from _handed()


# numbers


def _numbers() -> Iterator[Fault]:
    true = theory.bound("free")
    for name, meaning in true.definitions.items():
        for what, wrong in (*mutants(meaning), (f"half of {name}", meaning / 2), (f"no {name}", sympy.Integer(0))):
            if wrong != meaning and is_stronger(wrong, meaning):
                forms = tuple(
                    dataclasses.replace(form, definitions={**form.definitions, name: wrong}) for form in true.forms
                )
                bound = dataclasses.replace(true, definitions={**true.definitions, name: wrong}, forms=forms)
                yield Fault(f"Theorem 4, {name} = {meaning}: {what}", AREA, partial(bounding, bound))
    yield from _measured()


def _measured() -> Iterator[Fault]:
    """Yield what the form for measured distortion may take for granted wrongly; the plain form is as it is."""
    true = theory.bound("free")
    dearer = free.ADAPTIVE[free_terms.k2]
    cheaper = true.definitions[free_terms.k2]
    for what, wrong in (
        ("the share does not change with the weight", {free_terms.k2: cheaper}),
        ("the share changes half as much", {free_terms.k2: (dearer + cheaper) / 2}),
        ("no distortion beside sigma", {rbar2: sympy.Integer(0)}),
    ):
        forms = tuple(
            dataclasses.replace(form, definitions={**form.definitions, **wrong}) if "rbar2" in form.needs else form
            for form in true.forms
        )
        bound = dataclasses.replace(true, forms=forms)
        yield Fault(f"Theorem 4 for measured distortion: {what}", AREA, partial(bounding, bound))


def _reference() -> Answer:
    bound = theory.bound("free")
    for given, stated in zip(_GIVEN, REFERENCE, strict=True):
        if not math.isclose(bound(**given), stated, rel_tol=0, abs_tol=5.1e-9):
            return f"{float(bound(**given)):.8f} for {stated:.8f}"
    return True


# rules and statements


def _saying(claim: str, process: str, change: Mapping[str, Any]) -> AbstractContextManager[None]:
    """Put a claim that says something else of a process in the place of the true one."""
    true = relations.claims()[claim]
    said = tuple(dataclasses.replace(one, **change) if one.name == process else one for one in true.processes)
    assert said != true.processes, "a fault changes something"
    claims = {**relations.claims(), claim: dataclasses.replace(true, processes=said)}
    return swapped(relations, "claims", lambda: claims)


@cache
def _path() -> Recording:
    return unmodified_path("Analog-SGD-AP")


def _lines() -> Answer:
    """Evaluate the lines of Theorem 4 on a path; the first claim that fails is named."""
    path = _path()
    along: list[Line] = [*frozen.lines(path), *frozen_run.lines(path), *free_windows.lines(path), *averages.lines(path)]
    for line in along:
        if not line.ok:
            return line.claim
    return True


# constants


def _constants() -> Answer:
    """Hold what Theorem 4 is handed against what is measured another way; the first that is too small is named."""
    for name, check in CHECKS.items():
        if not check():
            return name
    return True


def _window_holds() -> bool:
    """Ask whether D is no smaller than the lag of any stage, and J than the steps whose frozen point is W_0."""
    for setting in (SETTINGS["Analog-SGD-AP"], dataclasses.replace(SETTINGS["digital AP"], iterations=2)):
        found = joint.start(setting)
        stale = max(setting.problem.stages - 1 - stage for stage in range(setting.problem.stages))
        if not (found["D"] >= stale and found["J"] >= min(stale, setting.iterations)):
            return False
    return True


def _start_holds() -> bool:
    """Ask whether F0 is the length of the gradient at the start, by differences of f."""
    setting = SETTINGS["Analog-SGD-AP"]
    problem, step = setting.problem, 1e-6
    start = problem.initial_weights()
    slopes = []
    for stage, weights in enumerate(start):
        for place in range(weights.size):
            sides = []
            for sign in (1, -1):
                moved = [one.copy() for one in start]
                moved[stage].flat[place] += sign * step
                sides.append(problem.value(moved))
            slopes.append((sides[0] - sides[1]) / (2 * step))
    return joint.start(setting)["F0"] >= math.hypot(*slopes) * (1 - 1e-6)


def _shape_holds() -> bool:
    """Ask whether noise without mean has a mean size of at most chi sigma: by quadrature where it is normal."""
    at = np.linspace(-12, 12, 200_001)
    density = np.exp(-(at**2) / 2) / math.sqrt(2 * math.pi)
    sizes = {"two-point": 1.0, "uniform": math.sqrt(3) / 2, "gaussian": float(np.trapezoid(np.abs(at) * density, at))}
    stated = {noise: make("quadratic", 1, noise=noise).noise_shape() for noise in sizes}
    return all(value is not None and value >= sizes[noise] ** 2 * (1 - 1e-6) for noise, value in stated.items())


def _slope_holds() -> bool:
    """Ask whether the drift changes by at most theta1 |g| per unit of weight: by two updates of the device."""
    device, g = AsymmetricLinear(3.0), 1e-3
    stated = device.drift_slope(-3.0, 3.0)
    e = [float(device.update(np.array(w), np.array(-g)) - w + g) for w in (-2.0, 2.0)]
    return stated is not None and stated >= abs(e[1] - e[0]) / (4 * g) * (1 - 1e-9)


def _rows_hold() -> bool:
    """Ask whether ell is at least the norm of S + T of a network, and of a quadratic that of the Hessian."""
    problem = Network(stages=3, width=3, samples=6)
    w = [float(np.linalg.norm(stage, 2)) for stage in problem.initial_weights()]
    found = second_order.constants(problem.stage_data, w)
    full = float(np.linalg.norm(network.constants(problem.stage_data, w).S_full, 2))
    affine = SETTINGS["Analog-SGD-AP"].problem
    assert isinstance(affine, Blocks), "it is a quadratic"
    values = affine.facts(SETTINGS["Analog-SGD-AP"].lags).values
    largest = float(np.linalg.norm(affine.hessian, 2))
    return found.ell >= full * (1 - 1e-9) and all((values[one] or 0) >= largest * (1 - 1e-9) for one in ("ell", "ell1"))


def _bends_hold() -> bool:
    """Ask whether a cosine bends by at most H2 and HJ where it bends most, at the crest of its slope."""
    problem = Cosine(stages=1, size=1, amplitude=0.5, frequency=2.0, noise="two-point")
    values = problem.facts([1]).values
    crest = problem.minimiser + math.pi / (2 * problem.frequency)
    h, sample = 1e-3, np.zeros(1)

    def G(at: Any) -> float:  # noqa: ANN401 - an array of one weight
        weights = [np.asarray(at)]
        return float(problem.direction(weights, weights, sample)[0][0])

    second = abs(G(crest + h) - 2 * G(crest) + G(crest - h)) / h**2
    return all((values[name] or 0) >= second * (1 - 1e-3) for name in ("H2", "HJ"))


CHECKS: Mapping[str, Callable[[], bool]] = {
    "window": _window_holds,
    "start": _start_holds,
    "shape": _shape_holds,
    "slope": _slope_holds,
    "rows": _rows_hold,
    "bends": _bends_hold,
}
"""By what they look at."""


def _handed() -> Iterator[Fault]:
    """Yield constants that a run hands to Theorem 4, each too small."""

    def fault(what: str, target: object, name: str, value: object) -> Fault:
        return Fault(f"constants of Theorem 4: {what}", AREA, partial(swapped, target, name, value))

    def less(target: Any, function: str, **factors: float) -> Callable[..., Any]:  # noqa: ANN401 - module or class
        true = getattr(target, function)

        def made(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
            found = true(*arguments, **named)
            if isinstance(found, dict):
                return {key: value * factors.get(key, 1.0) for key, value in found.items()}
            if dataclasses.is_dataclass(found) and hasattr(found, "values"):  # the facts of a problem
                values = {k: v if v is None else v * factors.get(k, 1.0) for k, v in found.values.items()}
                return dataclasses.replace(found, values=values)  # type: ignore[type-var]
            return found if found is None else found * factors["all"]

        return made

    start = joint.start

    def short(run: Any) -> dict[str, float]:  # noqa: ANN401
        found = start(run)
        return {**found, "D": found["D"] - 1, "J": min(found["D"] - 1, found["J"])}

    yield fault("D one short", joint, "start", short)
    yield fault("F0 = 0", joint, "start", less(joint, "start", F0=0.0))
    yield fault("J one for all", joint, "start", lambda run: {**start(run), "J": 1})
    yield fault("chi2 a tenth too small", Blocks, "noise_shape", less(Blocks, "noise_shape", all=0.9))
    yield fault("theta1 halved", Device, "drift_slope", less(Device, "drift_slope", all=0.5))
    for name in ("H2", "HJ"):
        yield fault(f"{name} halved", Cosine, "facts", less(Cosine, "facts", **{name: 0.5}))
    for name in ("ell", "ell1"):
        yield fault(f"{name} of a quadratic halved", Blocks, "facts", less(Blocks, "facts", **{name: 0.5}))
    constants = second_order.constants

    def forward_only(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401
        found = constants(*arguments, **named)
        return dataclasses.replace(found, ell=found.ell1)

    yield fault("ell of S in the place of S + T", second_order, "constants", forward_only)
