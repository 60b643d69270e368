"""The two instances about lags: what a direction that is only Lipschitz pays, and what no step size can avoid."""

import math

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate import problems
from simulate.problems import LagLower, LipschitzOnly

PREDICTED = {0.05: 0.0337, 0.1: 0.0718, 0.2: 0.1606}
"""At rho = 0.3, sigma2 = S sigma1 = 1, by shared/theory/free-asynchrony.md section 7."""


def pair(generator, stages, reach=2.0):
    """Return forward and backward weights and a sample."""
    U, V = ([generator.uniform(-reach, reach, (1,)) for _ in range(stages)] for _ in range(2))
    return U, V, generator.random(2)


def run(problem, alpha, *, algorithm="analog-sgd-ap", time=2000.0, replicas=16, **options):
    return simulate.run(
        problem,
        algorithm,
        alpha=alpha,
        tau=problem.tau,
        iterations=int(time / alpha),
        replicas=replicas,
        seed=5,
        **options,
    )


@pytest.mark.parametrize("alpha", PREDICTED)
def test_the_slope_at_the_start_is_where_the_mean_step_vanishes(alpha):
    problem = LipschitzOnly(alpha=alpha)
    r, beta = problem.slope, alpha
    a = math.hypot(r, 1)
    up, down = (1 - r / a) / 2, (1 + r / a) / 2  # the slope is -r: the answer a comes with probability (1 - r/a)/2
    mean = sum(p * (g + 0.3 * abs(g)) for p, g in ((up, a + beta), (down, -a + beta)))
    assert mean == pytest.approx(0, abs=1e-14)
    assert problem.excess == pytest.approx(PREDICTED[alpha], abs=5e-5)


@pytest.mark.parametrize("alpha", PREDICTED)
@pytest.mark.parametrize("stages", [2, 3])
def test_runs_show_the_predicted_excess(alpha, stages):
    problem = LipschitzOnly(stages, alpha=alpha, L=1e-2, tau=1e5)
    excess = run(problem, alpha).mean_squared_gradient - problem.floor
    error = excess.std(ddof=1) / 4
    assert abs(excess.mean() - problem.excess) < 5 * error + 2 * alpha * problem.L  # what is left as L -> 0 is x
    assert error < 0.1 * problem.excess


@pytest.mark.parametrize("options", [{"linear": True}, {"S": 0.0}], ids=str)
def test_without_the_bend_there_is_none(options):
    problem = LipschitzOnly(alpha=0.1, L=1e-2, tau=1e5, **options)
    excess = run(problem, 0.1).mean_squared_gradient - problem.floor
    assert problem.excess == pytest.approx(0, abs=1e-15)
    assert abs(excess.mean()) < 5 * excess.std(ddof=1) / 4 + 2 * 0.1 * problem.L < 0.01


def test_without_lag_there_is_none_either():
    problem = LipschitzOnly(alpha=0.1, L=1e-2, tau=1e5)
    excess = run(problem, 0.1, algorithm="analog-sgd", time=8000.0).mean_squared_gradient - problem.floor
    assert 0 < excess.mean() < 0.3 * problem.excess  # it starts at the wrong place, and leaves it


def test_the_direction_is_the_one_of_the_claim():
    generator = np.random.default_rng(1)
    for linear in (False, True):
        problem = LipschitzOnly(S=2.0, sigma1=0.5, linear=linear)
        for _ in range(50):
            U, V, sample = pair(generator, 2)
            slope = problem.L * (V[1][0] - problem.minimiser)
            a = math.hypot(slope, 1)
            sign = 1 if sample[1] < (1 + slope / a) / 2 else -1
            moved = U[0][0] - V[0][0]
            G = problem.direction(U, V, sample)
            assert G[0] == (0.5 if sample[0] < 0.5 else -0.5)
            assert G[1] == pytest.approx(sign * a + 2 * (moved if linear else abs(moved)))


def test_with_three_stages_a_pipeline_computes_it_and_with_two_none_does():
    generator = np.random.default_rng(2)
    three = LipschitzOnly(3, alpha=0.1)
    for _ in range(20):
        U, V, sample = pair(generator, 3)
        for one, other in zip(
            three.direction(U, V, sample), super(LipschitzOnly, three).direction(U, V, sample), strict=True
        ):
            assert np.array_equal(one, other)
    common = {"alpha": 0.1, "tau": 1e6, "iterations": 40, "seed": 3}
    machine, literal = (
        simulate.run(three, "analog-sgd-ap", backend=backend, **common) for backend in ("machine", "reference")
    )
    assert np.array_equal(machine.final_value, literal.final_value)
    with pytest.raises(BadInput, match="lipschitz-only of 2 stages"):
        simulate.run(LipschitzOnly(alpha=0.1), "analog-sgd-ap", backend="machine", **common)


@pytest.mark.parametrize("stages", [2, 3])
@pytest.mark.parametrize("linear", [False, True])
def test_it_runs_compiled_and_every_engine_tells_the_same_story(stages, linear):
    problem = LipschitzOnly(stages, alpha=0.1, L=0.5, tau=20.0, linear=linear, sigma1=0.7)
    for algorithm, tau in (("analog-sgd-ap", 20.0), ("stashed-ap", math.inf)):
        common = {"alpha": 0.1, "tau": tau, "iterations": 300, "replicas": 3, "seed": 4}
        runs = [simulate.run(problem, algorithm, backend=one, **common) for one in ("kernels", "numpy", "reference")]
        for other in runs[1:]:
            np.testing.assert_allclose(other.mean_squared_gradient, runs[0].mean_squared_gradient, rtol=1e-10)


@pytest.mark.parametrize(
    "problem",
    [LipschitzOnly(alpha=0.1, tau=3.0, L=0.7), LipschitzOnly(3, linear=True, tau=3.0, L=0.7), LagLower(1), LagLower(4)],
    ids=lambda one: f"{one.name}-{one.stages}",
)
def test_it_agrees_with_itself(problem):
    assert problems.check(problem).ok, str(problems.check(problem))
    assert problems.rebuild(problem.describe()) == problem


def test_its_constants_are_those_of_one_sensitivity_and_what_does_not_hold_is_not_claimed():
    facts = LipschitzOnly(S=2.0, sigma1=0.5).facts([4, 0]).values
    assert (facts["Lambda1"], facts["Lambdah"], facts["nu"]) == pytest.approx((8.0, 4.0, 2.0), rel=1e-14)
    assert facts["sigma2"] == pytest.approx(1.25)
    assert facts["ell1"] == 2.0
    for name in ("ell", "H2", "HJ"):
        assert facts[name] is None
    assert LipschitzOnly(linear=True).facts([1, 0]).values["H2"] == 0.0
    stashed = LipschitzOnly().facts([1, 1], stashed=True).values
    assert stashed["Lambda1"] is None
    assert LipschitzOnly().facts([1, 0], stashed=True).values["Lambda1"] == 0.0


def test_the_step_size_of_a_command_is_the_one_it_is_made_for():
    from simulate.commands.config import make_run

    given = {
        "problem": "lipschitz-only",
        "stages": "2",
        "algorithm": "analog-sgd-ap",
        "alpha": "0.1",
        "tau": "1e6",
        "iterations": "10",
    }
    assert make_run(given).problem == LipschitzOnly(alpha=0.1)
    assert make_run({**given, "set": {"alpha": "0", "linear": "true"}}).problem == LipschitzOnly(linear=True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("rho", 1.0),
        ("rho", -0.1),
        ("L", 0.0),
        ("sigma2", 0.0),
        ("sigma1", -1.0),
        ("S", math.inf),
        ("tau", 0.0),
        ("L", 1e-310),
    ],
)
def test_wrong_settings_are_named(name, value):
    with pytest.raises(BadInput, match=name):
        LipschitzOnly(**{name: value})
    with pytest.raises(BadInput, match="stages"):
        LipschitzOnly(1)


def average(d, a, K):
    """Return A_K/(L Delta) of w_{k+1} = w_k - a w_{k-d}, L = w_0 = 1, from the recursion itself."""
    w = [1.0] * (d + 1)
    for _ in range(K - 1):
        w.append(w[-1] - a * w[-1 - d])
    return 2 * float(np.mean(np.square(w[d : d + K])))


@pytest.mark.parametrize("d", [0, 1, 2, 3, 8])
def test_runs_of_the_lower_bound_are_the_recursion_and_attain_the_bound_at_short_horizons(d):
    problem = LagLower(d + 1, L=2.0, start=3.0)
    Delta = 9.0
    assert problem.initial_gap == pytest.approx(Delta)
    assert problem.facts(range(d, -1, -1)).values["Lambda1"] == pytest.approx(2.0 * d)
    for K in (d + 1, 3 * d + 7):
        numbers = np.arange(d + 1)
        best = float(numbers.sum() / np.square(numbers).sum()) if d else 1.0
        for a in (best, 0.1):
            found = simulate.run(problem, "digital-ap", alpha=a / 2.0, tau=math.inf, iterations=K, seed=1)
            assert found.mean_squared_gradient[0] == pytest.approx(2.0 * Delta * average(d, a, K), rel=1e-12)
    if d:
        found = simulate.run(problem, "digital-ap", alpha=best / 2.0, tau=math.inf, iterations=d + 1, seed=1)
        bound = 2.0 * Delta * (d + 1) * (d + 2) / ((2 * d + 1) * (d + 1))
        assert found.mean_squared_gradient[0] == pytest.approx(bound, rel=1e-12)


@pytest.mark.parametrize(("name", "value"), [("L", 0.0), ("start", 0.0), ("start", math.nan)])
def test_wrong_settings_of_the_lower_bound_are_named(name, value):
    with pytest.raises(BadInput, match=name):
        LagLower(2, **{name: value})
