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
    arrives = draw(st.sampled_from([{}, {"dw": 0.01}, {"dw": 0.3}, {"dw": 0.02, "BL": 7}]))
    spread = {"spread_tau": 0.2, "spread_slope": 0.3, "spread_updown": 0.2, "spread_point": 0.3, "elements": 5}
    unequal = draw(st.sampled_from([{}, spread, {"reference": 0.7}]))
    count = problem.stages * problem.size
    name, tau = draw(st.sampled_from(sorted(devices.REGISTRY))), draw(st.floats(3, 30))
    device = devices.make(name, tau, count=count, **arrives, **unequal)
    lags = tuple(draw(st.lists(st.integers(0, 4), min_size=problem.stages, max_size=problem.stages)))
    return problem, device, lags, draw(st.sampled_from([0.3, 0.05, 0.01]))


@pytest.mark.parametrize("arrives", [{}, {"dw": 0.01}])
def test_the_box_that_is_certified_was_checked_with_the_margin_for_rounding(monkeypatch, arrives):
    """The float64 trajectory may err by 1e-15 a step, which no random trajectory would show."""
    problem, device, seen = Quadratic(2, noise="two-point", diagonal=True), devices.make("ald", 7.0, **arrives), []
    whole = invariant._image
    monkeypatch.setattr(invariant, "_image", lambda *given: (seen.append(given), whole(*given))[1])
    rho = problem.certified_saturation(0.05, device, (0, 1))
    _, low, high, _, _, margin = seen[-1]
    assert margin == invariant.ROUNDING * 7.0 > 0
    assert rho == pytest.approx(max(high.max(), -low.min()) / 7.0, rel=1e-10)
    least, most = whole(*seen[-1])
    assert np.all(least >= low) and np.all(most <= high)


@given(cases(), st.integers(0, 2**32))
@settings(deadline=None, max_examples=150)
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
    values = None if device.elements is None else device.elements.part(0, (problem.dimension,))
    law = devices.bound(device, values, None)
    for step in range(400):
        stale = np.array([past[-1 - lag][i] for i, lag in enumerate(delay)])
        push = -away if step < 300 else rng.choice([-1.0, 1.0], problem.dimension)
        direction = problem.hessian @ (stale - problem.minimiser) + push * largest
        increment = -alpha * direction
        if device.pulses is not None:  # rounding, too, pushes outward; the trains are as long as they may be
            outward = np.where(push < 0, 1 - 1e-16, 1e-16) if device.pulses.BL == 0 else 1 - 1e-16
            drawn = np.full(problem.dimension, outward)
            increment = device.pulses.realised(increment, lambda _, drawn=drawn: drawn)
        past = [*past[1:], law.update(past[-1], increment)]
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


PROBLEM = Quadratic(2, size=1, noise="two-point", diagonal=True, condition=2.0, start=0.5, target=0.5)


def certified(name="ald", tau=20.0, alpha=0.01, **parameters):
    return PROBLEM.certified_saturation(alpha, devices.make(name, tau, count=2, **parameters), (0, 0))


@pytest.mark.parametrize("name", sorted(devices.REGISTRY))
def test_every_law_has_a_box_far_inside_its_bounds(name):
    assert 0 < certified(name) < 0.5


def test_pulses_enlarge_the_box_by_about_their_size():
    smooth, granular, coarse = certified(), certified(dw=0.05), certified(dw=0.5)
    assert smooth < granular < coarse
    assert granular - smooth < 3 * 0.05 / 20 and coarse - smooth < 3 * 0.5 / 20
    assert certified(dw=0.05, BL=10) > granular  # a train may give ten pulses where less than one is asked for


@pytest.mark.parametrize("drawn", [{"dw": 0.01, "cycle": 0.1}, {"write": 0.01}])
def test_no_box_holds_steps_that_are_drawn_from_a_normal_law(drawn):
    assert certified() is not None
    assert certified(**drawn) is None


def test_each_element_has_bounds_of_its_own():
    assert certified(reference=1.0) is not None
    assert certified(tau=3.0) is not None
    assert certified(tau=3.0, reference=2.6) is None  # the bound at -0.4 is nearer than the noise leads


def test_of_a_law_about_which_nothing_is_stated_nothing_is_certified():
    class Steeper(devices.REGISTRY["power"]):
        """Its q_plus rises again."""

        name = "steeper"

        def q_plus(self, w):
            return 1 + (w / self.tau) ** 2

    class Own(devices.REGISTRY["ald"]):
        """Moves by more than it is asked."""

        name = "own"

        def update(self, w, dw):
            return w + 2 * dw

    for kind in (Steeper, Own):
        assert PROBLEM.certified_saturation(0.01, kind(20.0), (0, 0)) is None


@pytest.mark.parametrize("reach", [0.1, 3.0])
def test_no_direction_is_larger_than_its_bound(reach):
    problem = Quadratic(3, size=2, noise="uniform", coupling=0.9, instance=4)
    bounds = problem.largest_directions(reach)
    rng = np.random.default_rng(1)
    weights = rng.choice([-reach, reach], (4000, 6))
    noise = rng.choice([-1, 1], (4000, 6)) * np.sqrt(3) * problem.noise_scale
    seen = np.abs((weights - problem.minimiser) @ problem.hessian + noise).max(axis=0)
    assert np.all(seen <= bounds)
    assert np.all(bounds <= 2.5 * seen)
    assert Quadratic(2, noise="gaussian").largest_directions(1.0) is None
