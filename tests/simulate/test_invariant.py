"""The certified box: trajectories driven by the worst noise stay inside, and smaller boxes are seen to fail."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from simulate import invariant
from simulate.problems import PlusMinus, Quadratic
from theory.setting import devices


@st.composite
def cases(draw):
    problem = Quadratic(
        draw(st.integers(1, 4)),
        size=draw(st.integers(1, 3)),
        noise=draw(st.sampled_from(["two-point", "uniform"])),
        sigma=draw(st.floats(0.1, 2)),
        condition=draw(st.floats(1, 5)),
        coupling=draw(st.floats(0, 0.3)),
        diagonal=draw(st.booleans()),
        instance=draw(st.integers(0, 99)),
    )
    device = devices.make(draw(st.sampled_from(sorted(devices.REGISTRY))), draw(st.floats(3, 30)))
    lags = tuple(draw(st.lists(st.integers(0, 4), min_size=problem.stages, max_size=problem.stages)))
    return problem, device, lags, draw(st.sampled_from([0.3, 0.05, 0.01]))


@given(cases(), st.integers(0, 2**32))
@settings(deadline=None, max_examples=60)
def test_no_bounded_noise_leads_out_of_the_box(case, seed):
    """Noise that pushes every weight outward, inward or at random, for 400 steps from W_0."""
    problem, device, lags, alpha = case
    rho = problem.certified_saturation(alpha, device, lags)
    assume(rho is not None)
    rng = np.random.default_rng(seed)
    largest = problem.noise_scale * (1.0 if problem.noise == "two-point" else np.sqrt(3))
    delay = np.repeat(lags, problem.size)
    past = [problem.start_point] * (max(lags) + 1)
    away = rng.choice([-1.0, 1.0], problem.dimension)
    for step in range(400):
        stale = np.array([past[-1 - lag][i] for i, lag in enumerate(delay)])
        push = -away if step < 300 else rng.choice([-1.0, 1.0], problem.dimension)
        direction = problem.hessian @ (stale - problem.minimiser) + push * largest
        past = [*past[1:], device.update(past[-1], -alpha * direction)]
        assert np.max(np.abs(past[-1])) <= rho * device.tau


def test_the_box_is_not_much_larger_than_what_the_worst_noise_reaches():
    problem, device = Quadratic(2, size=1, noise="two-point", diagonal=True, condition=2.0), devices.ald(20.0)
    rho = problem.certified_saturation(0.01, device, (0, 0))
    w = problem.start_point
    for sign in (1.0, -1.0):
        for _ in range(5000):
            w = device.update(w, -0.01 * (problem.hessian @ (w - problem.minimiser) + sign * problem.noise_scale))
        reached = np.max(np.abs(w)) / device.tau
        assert reached <= rho
    extreme = np.max(np.abs(problem.minimiser) + problem.noise_scale / np.diag(problem.hessian)) / device.tau
    assert rho <= 1.1 * extreme


def test_a_box_that_noise_can_leave_is_not_accepted():
    problem, device = PlusMinus(1, rho=0.3, tau=4.0), devices.ald(4.0)
    affine = invariant.AffineDirection(
        problem.hessian, problem.minimiser, problem.noise_scale, np.zeros(1, dtype=np.int64)
    )
    tight = problem.minimiser + problem.noise_scale
    least, most = invariant.image(affine, np.array([-5.0]), 0.9 * tight, 0.05, device)
    assert most > 0.9 * tight
    least, most = invariant.image(affine, np.array([-3.0]), 1.3 * tight, 0.05, device)
    assert least > -3.0
    assert most < 1.3 * tight


def test_lags_enlarge_the_box():
    problem, device = Quadratic(3, size=1, noise="uniform", diagonal=True), devices.ald(30.0)
    found = [problem.certified_saturation(0.05, device, lags) for lags in ((0, 0, 0), (2, 2, 2), (6, 6, 6))]
    assert found[0] < found[1] < found[2]


@pytest.mark.parametrize(
    ("problem", "tau"),
    [
        (Quadratic(2, noise="gaussian"), 20.0),  # unbounded noise
        (Quadratic(2, noise="two-point", sigma=50.0), 4.0),  # noise that reaches tau
        (Quadratic(2, noise="two-point", start=40.0), 4.0),  # a start beyond tau
    ],
)
def test_nothing_is_certified_where_nothing_can_be_proved(problem, tau):
    assert problem.certified_saturation(0.05, devices.ald(tau), (0, 0)) is None
