"""The witness from outside: simulated <= worst case by performance estimation <= derived, and wrong bounds are seen."""

import itertools
import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulate
from simulate.problems.spectral import block_norms
from verify.witness.case import WitnessCase

pytest.importorskip("PEPit", reason="the extra `pep` is not installed")
pytest.importorskip("clarabel", reason="the extra `pep` is not installed")

from verify.witness import certificate, comparison, estimation
from verify.witness.function import Interpolant

CASES = [
    WitnessCase((0,), 6, 0.5),
    WitnessCase((1,), 6, 0.5),
    WitnessCase((2,), 6, 0.3),
    WitnessCase((1, 0), 4, 0.3),
    WitnessCase((1, 0), 4, 0.7),
    WitnessCase((2, 1, 0), 3, 0.4),
]
TIGHT = 1e-4
"""What the rebuilt function may miss of the worst case: its margin (1e-5) and the solver's tolerance, with room."""
GAP = 1e-6
"""What the solver's own two values may differ by: it stops at 1e-8 of sums of a hundred terms."""

compare = cache(comparison.compare)
ROWS = list(itertools.product(CASES, estimation.ORACLES))


def named(value: object) -> str:
    return f"{value.lags}-{value.iterations}-{value.alpha}" if isinstance(value, WitnessCase) else str(value)


@pytest.mark.parametrize(("case", "oracle"), ROWS, ids=named)
def test_simulated_is_at_most_the_worst_case_is_at_most_derived(case: WitnessCase, oracle: estimation.Oracle) -> None:
    row = compare(case, oracle)
    assert row.simulated <= row.worst <= row.derived
    assert row.verdict == "held"
    assert row.worst <= (1 + TIGHT) * row.simulated
    solver = row.estimated
    assert abs(solver.dual - solver.primal) <= GAP
    assert solver.certificate.constant <= solver.certificate.upper


@pytest.mark.parametrize("case", CASES, ids=named)
def test_gradients_are_a_part_of_what_is_assumed(case: WitnessCase) -> None:
    assert compare(case, "gradients").simulated <= compare(case, "assumptions").worst


@pytest.mark.parametrize(
    ("case", "oracle", "wrong"),
    [
        (WitnessCase((1,), 6, 0.5), "gradients", {"Lambda1": 0.0}),
        (WitnessCase((1,), 6, 0.5), "assumptions", {"Lambda1": 0.5}),
        (WitnessCase((1,), 6, 0.5), "assumptions", {"L": 0.5}),
        (WitnessCase((1, 0), 4, 0.7), "assumptions", {"Lambda1": 0.0}),
        (WitnessCase((0,), 6, 0.5), "gradients", {"L": 0.5}),
        (WitnessCase((0,), 6, 0.5), "gradients", {"K": 7}),
        (WitnessCase((0,), 6, 0.5), "gradients", {"Delta": 0.9}),
    ],
    ids=lambda value: re.sub(r"\W+", " ", str(value)),
)
def test_a_wrong_bound_is_below_what_is_attained(case: WitnessCase, oracle: estimation.Oracle, wrong: dict) -> None:
    row = replace(compare(case, oracle), derived=case.derived(**wrong))
    assert row.derived < row.simulated
    assert row.verdict == "violated"


def test_a_bound_inside_the_solvers_tolerance_is_not_judged() -> None:
    row = compare(CASES[0], "gradients")
    assert replace(row, derived=(row.simulated + row.worst) / 2).verdict == "inconclusive"
    assert replace(row, staleness=1.1).verdict == "inconclusive"
    assert replace(row, simulated=1.01 * row.worst).verdict == "violated"


@pytest.mark.parametrize("alpha", [0.2, 0.5, 0.8])
def test_two_steps_are_worst_on_the_simulators_quadratic(alpha: float) -> None:
    """Both programs and the problem `quadratic` meet at 1 + (1 - alpha)^2: nothing of it comes from the witness."""
    problem = simulate.problems.make("quadratic", stages=1, size=1, sigma=0.0)
    runs = simulate.run(problem, "digital-sgd", alpha=alpha, tau=np.inf, iterations=2)
    attained = float(runs.mean_squared_gradient[0]) / runs.initial_gap
    assert attained == pytest.approx(1 + (1 - alpha) ** 2, rel=1e-9)
    for oracle in estimation.ORACLES:
        worst = estimation.estimate(WitnessCase((0,), 2, alpha), oracle).certificate.upper
        assert attained <= worst <= attained + GAP


@pytest.mark.parametrize("instance", range(3))
def test_coupled_quadratics_stay_below(instance: int) -> None:
    """A random problem of the simulator lies in the class of its own S."""
    problem = simulate.problems.make("quadratic", stages=2, size=2, sigma=0.0, condition=3, instance=instance)
    facts = problem.facts((1, 0)).values
    couplings = block_norms(problem.hessian, 2) / facts["L"]
    case = WitnessCase((1, 0), 4, 0.4, tuple(map(tuple, couplings.tolist())))
    runs = simulate.run(problem, "digital-ap", alpha=0.4 / facts["L"], tau=np.inf, iterations=4, lags=(1, 0))
    simulated = float(runs.mean_squared_gradient[0]) / (facts["L"] * runs.initial_gap)
    assert simulated <= estimation.estimate(case, "gradients").certificate.upper <= case.derived()


def test_any_solvers_multipliers_certify_soundly() -> None:
    """SCS on its own has claimed less here than a function of the class attains; what it certifies is more."""
    case = WitnessCase((2,), 6, 0.3)
    loose = estimation.estimate(case, "assumptions", solver="SCS").certificate
    tight = compare(case, "assumptions")
    assert tight.simulated <= loose.upper
    assert loose.excess > tight.estimated.certificate.excess


@pytest.mark.parametrize("factor", [0.0, 0.9, 1.1])
def test_false_multipliers_certify_nothing_false(factor: float, monkeypatch: pytest.MonkeyPatch) -> None:
    case = WitnessCase((1, 0), 3, 0.5)
    simulated = compare(case, "gradients").simulated
    true = certificate._Sum.add
    monkeypatch.setattr(certificate._Sum, "add", lambda self, by, what: true(self, _scaled(by, factor), what))
    found = estimation.estimate(case, "gradients").certificate
    assert found.upper > (1 + TIGHT) * simulated


def _scaled(multiplier: float, factor: float) -> float:
    """Return another multiplier of the right sign; the metric itself has 1."""
    return multiplier if multiplier == 1.0 else factor * multiplier


@pytest.mark.parametrize(("case", "oracle"), ROWS, ids=named)
def test_what_is_known_beforehand_holds_of_the_solvers_answer(case: WitnessCase, oracle: estimation.Oracle) -> None:
    """The certificate rests on bounds of norms and values; norm(grad f(W_0)) = sqrt(2) shows that they can be met."""
    model = compare(case, oracle).estimated.model
    stages = np.diag(model.pep.G_value).reshape(-1, case.stages)
    radius = np.array(model.radius).reshape(-1, case.stages)[:, 0]
    assert np.all(np.sum(stages, axis=1) <= radius**2 + GAP)
    assert np.all(np.abs(model.pep.F_value[: len(model.size)]) <= np.array(model.size) + GAP)
    alone = estimation.estimate(WitnessCase(case.lags, 1, case.alpha), oracle).model
    assert np.sum(np.diag(alone.pep.G_value)[: case.stages]) == pytest.approx(alone.radius[0] ** 2, abs=GAP)


DATA = st.integers(min_value=0, max_value=2**32 - 1)


@given(DATA)
@settings(deadline=None, max_examples=15)
def test_the_rebuilt_function_is_smooth_and_bounded_below_whatever_the_data(seed: int) -> None:
    rng = np.random.default_rng(seed)
    function = Interpolant(rng.normal(size=(4, 2)), rng.normal(size=(4, 2)), rng.normal(size=4))
    x, y = rng.normal(size=2), rng.normal(size=2)
    (value, slope), (other, there) = function.at(x), function.at(y)
    room = 1e-6  # what the solver leaves of a point that is not a vertex
    assert np.linalg.norm(slope - there) <= np.linalg.norm(x - y) + room
    assert abs(other - value - slope @ (y - x)) <= 0.5 * np.sum((x - y) ** 2) + room
    assert value >= function.infimum - room
    lowest = np.argmin(function.values - np.sum(function.gradients**2, axis=1) / 2)
    assert function.at(2 * function.centres[lowest])[0] <= function.infimum + room


def test_the_rebuilt_function_passes_through_its_points() -> None:
    problem = comparison.worst_function(WitnessCase((1, 0), 4, 0.3), "gradients")
    function = problem.function
    for point, gradient, value in zip(function.points, function.gradients, function.values, strict=True):
        found, slope = function.at(point)
        assert found == pytest.approx(value, abs=1e-12)
        assert slope == pytest.approx(gradient, abs=1e-12)


@given(DATA)
@settings(deadline=None, max_examples=25)
def test_the_worst_oracle_keeps_the_staleness_assumption_everywhere(seed: int) -> None:
    case = WitnessCase((1, 0), 3, 0.5)
    problem, rng = worst(case), np.random.default_rng(seed)
    here = np.stack(problem.initial_weights())
    forward, backward = (here + rng.normal(scale=rng.choice([1e-3, 1, 10]), size=here.shape) for _ in range(2))
    bias = np.subtract(problem.direction(list(forward), list(backward), None), problem.gradient(list(backward)))
    allowed = case.sensitivity @ np.linalg.norm(forward - backward, axis=1)
    assert np.all(np.linalg.norm(bias, axis=1) <= allowed + 1e-12)


@cache
def worst(case: WitnessCase) -> comparison.Worst:
    return comparison.worst_function(case, "assumptions")


def test_the_lock_file_pins_the_extra_by_hash() -> None:
    root = Path(__file__).parents[3]
    wanted = tomllib.loads((root / "pyproject.toml").read_text())["project"]["optional-dependencies"]["pep"]
    lock = (root / "requirements.lock").read_text()
    for requirement in wanted:
        name = re.split(r"[<>=]", requirement)[0]
        assert re.search(rf"^{name}==\S+.*\\\n\s+--hash=sha256:", lock, re.MULTILINE), name
