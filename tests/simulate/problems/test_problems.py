"""Gradients, variances and constants of the problems against independent computations."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boundary import BadInput
from simulate import problems
from simulate.problems import Attaining, Cosine, Logistic, Network, PlusMinus, Quadratic, activations, losses
from simulate.problems.spectral import norm2_upper
from theory.setting.objectives import Objective

NETWORKS = [
    Network(3, (5, 4, 3, 2), samples=7, activation=activation, loss=loss)
    for activation, loss in itertools.product(activations.REGISTRY, losses.REGISTRY)
]
SAMPLED = [*NETWORKS, Logistic(3, size=2, samples=9)]
ALL = [
    *SAMPLED,
    Cosine(2, amplitude=0.7),
    Quadratic(3, size=2, noise_spread=3.0),
    Quadratic(2, size=2, diagonal=True),
    PlusMinus(3),
    Attaining(),
]


def moved(problem, scale=0.3):
    """Weights near W_0, so that nothing is tested at a special point."""
    rng = np.random.default_rng(5)
    return [w + scale * rng.standard_normal(w.shape) for w in problem.initial_weights()]


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: problem.name)
def test_a_problem_is_an_objective_that_its_description_rebuilds(problem):
    assert isinstance(problem, Objective)
    assert problems.rebuild(problem.describe()) == problem
    assert problem.initial_gap >= problem.value(problem.initial_weights()) - problem.lower_bound >= 0


@pytest.mark.parametrize("problem", ALL, ids=lambda problem: f"{problem.name}")
def test_the_gradient_is_the_slope_of_the_value(problem):
    weights, rng, step = moved(problem), np.random.default_rng(1), 1e-6
    gradient = problem.gradient(weights)
    for _ in range(5):
        along = [rng.standard_normal(w.shape) for w in weights]
        up, down = ([w + s * step * a for w, a in zip(weights, along, strict=True)] for s in (1, -1))
        slope = (problem.value(up) - problem.value(down)) / (2 * step)
        expected = sum(np.sum(g * a) for g, a in zip(gradient, along, strict=True))
        assert slope == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("problem", SAMPLED, ids=lambda problem: getattr(problem, "activation", problem.name))
def test_samples_have_the_exact_mean_and_variance(problem):
    weights = moved(problem)
    moments = problem.moments(weights)
    found = [problem.direction(weights, weights, index) for index in range(problem.samples)]
    for stage in range(problem.stages):
        samples = np.stack([gradient[stage] for gradient in found])
        np.testing.assert_allclose(samples.mean(axis=0), moments.gradient[stage], atol=1e-14)
        np.testing.assert_allclose(samples.var(axis=0), moments.variance[stage], atol=1e-13)
        if moments.size is not None:
            np.testing.assert_allclose(np.abs(samples).mean(axis=0), moments.size[stage], atol=1e-13)
    assert (moments.size is not None) == isinstance(problem, problems.Network)


@pytest.mark.parametrize("problem", ALL[-5:], ids=lambda problem: problem.name)
def test_drawn_directions_have_the_stated_mean_and_variance(problem):
    """100,000 draws; the mean within 5 standard errors, the variance within 2%."""
    weights, count = moved(problem), 100_000
    moments = problem.moments(weights)
    samples = problem.draw(np.random.default_rng(0), count, 1)[:, 0]
    spread = [np.broadcast_to(w, (count, *w.shape)) for w in weights]
    found = np.concatenate(problem.direction(spread, spread, samples), axis=-1)
    mean, variance = np.concatenate(moments.gradient), np.concatenate(moments.variance)
    assert np.all(np.abs(found.mean(axis=0) - mean) < 5 * np.sqrt(variance / count))
    np.testing.assert_allclose(found.var(axis=0), variance, rtol=0.02)


def test_forward_weights_enter_forward_and_backward_weights_the_transposed_products():
    """Replacing one stage's backward weights changes exactly the directions of the stages before it."""
    problem = NETWORKS[0]
    weights, other = moved(problem), moved(problem, scale=0.9)
    base = problem.direction(weights, weights, 0)
    for stage in range(problem.stages):
        mixed = [other[m] if m == stage else weights[m] for m in range(problem.stages)]
        changed = [not np.array_equal(a, b) for a, b in zip(problem.direction(weights, mixed, 0), base, strict=True)]
        assert changed == [m < stage for m in range(problem.stages)]
        assert not np.array_equal(problem.direction(mixed, weights, 0)[stage], base[stage])


def test_a_linear_stage_has_the_gradient_written_out():
    problem = Network(1, (2, 1), samples=3, activation="identity", loss="squared")
    weights, x, y = moved(problem), problem.inputs[1], problem.targets[1]
    assert problem.direction(weights, weights, 1)[0] == pytest.approx(np.outer(weights[0] @ x - y, x))


@pytest.mark.parametrize("activation", activations.REGISTRY.values(), ids=lambda a: a.name)
def test_constants_of_activations_hold_and_are_attained(activation):
    z = np.linspace(-30, 30, 600_001)
    value, slope = activation.value(z), activation.slope(z, activation.value(z))
    curvature = np.max(np.abs(np.diff(slope))) / (z[1] - z[0])
    assert activation.value(np.zeros(1))[0] == 0
    assert activation.p0 * (1 - 1e-6) <= np.max(np.abs(slope)) <= activation.p0
    assert activation.p1 * (1 - 1e-6) <= curvature <= activation.p1 + 1e-9
    assert activation.bound is None or np.max(np.abs(value)) <= activation.bound
    np.testing.assert_allclose(np.gradient(value, z)[1:-1], slope[1:-1], atol=1e-7)


@pytest.mark.parametrize("loss", losses.REGISTRY.values(), ids=lambda loss: loss.name)
@pytest.mark.parametrize("target", [-1.0, 1.0])
def test_constants_of_losses_hold_and_are_attained(loss, target):
    x = np.linspace(-30, 30, 600_001)
    value, slope = loss.value(x, target), loss.slope(x, target)
    assert np.all(value >= 0)
    assert loss.slope_bound is None or loss.slope_bound * (1 - 1e-6) <= np.max(np.abs(slope)) <= loss.slope_bound
    assert np.max(np.abs(np.diff(slope))) / (x[1] - x[0]) == pytest.approx(loss.l1, rel=1e-4)
    np.testing.assert_allclose(np.gradient(value, x)[1:-1], slope[1:-1], atol=1e-7)


def test_stage_data_of_a_network_bound_what_they_speak_of():
    for problem in NETWORKS:
        data = problem.stage_data
        assert np.max(np.linalg.norm(problem.inputs, axis=1)) <= data["X"]
        if data["l0"] is not None:
            out = problem.inputs
            for stage, weights in enumerate(moved(problem, scale=5)):
                out, _ = problem.forward(stage, weights, out)
            slopes = losses.REGISTRY[problem.loss].slope(out, problem.targets)
            assert np.max(np.linalg.norm(slopes, axis=1)) <= data["l0"]
        norms = problem.stage_norms(0.5)
        ones = [np.full(shape, 0.5) for shape in problem.shapes]
        for bound, weights in zip(norms, ones, strict=True):
            assert np.linalg.norm(weights, 2) <= bound <= np.linalg.norm(weights, 2) * (1 + 1e-9)


@given(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32), st.integers(-12, 12))
@settings(deadline=None, max_examples=60)
def test_the_norm_is_bounded_from_above_and_tightly(rows, columns, seed, magnitude):
    matrix = np.random.default_rng(seed).standard_normal((rows, columns)) * 10.0**magnitude
    bound, norm = norm2_upper(matrix), np.linalg.norm(matrix, 2)
    assert norm <= bound <= norm * (1 + 1e-11)


def test_constants_of_a_quadratic_are_those_of_its_matrices():
    problem, lags = Quadratic(3, size=2, noise_spread=5.0, coupling=0.7), (2, 1, 0)
    hessian, delay, covariance = problem.hessian, np.diag(np.repeat(lags, 2)), np.diag(problem.noise_scale**2)
    expected = {
        "L": np.linalg.eigvalsh(hessian)[-1],
        "sigma2": np.trace(covariance),
        "Lambda1": np.linalg.norm(hessian @ delay, 2),
        "Lambdah": np.linalg.norm(hessian @ np.sqrt(delay), 2),
        "nu": np.sqrt(np.trace(hessian @ delay @ covariance @ hessian)),
        "Ln": np.trace(hessian @ covariance) / np.trace(covariance),
    }
    facts = problem.facts(lags)
    assert all(facts.certified.values())
    for name, value in expected.items():
        assert value <= facts.values[name] <= value * (1 + 1e-10)


@pytest.mark.parametrize("problem", [Cosine(3, amplitude=0.7, coupling=0.6), Logistic(3, size=2, samples=9)])
@pytest.mark.parametrize("stashed", [False, True])
def test_constants_of_the_nonconvex_families_bound_what_they_speak_of(problem, stashed):
    """L and the sensitivities along 2,000 random pairs of weights; sigma2 and f* at them."""
    rng, lags = np.random.default_rng(3), (2, 1, 1)
    facts = problem.facts(lags, stashed=stashed)
    assert all(facts.certified.values())
    steepest = 0.0
    bound = problem.facts((1, 1, 1), stashed=stashed).values["Lambda1"]  # with lags of one update it is norm2(S)
    for _ in range(2000):
        here = [rng.uniform(-2, 2, shape) for shape in problem.shapes]
        there = [w + 10 ** rng.uniform(-3, 0) * rng.standard_normal(w.shape) for w in here]
        sample = problem.draw(rng, 1, 1)[0, 0]
        moved = flat(there) - flat(here)
        moments = problem.moments(here)
        slope = flat(problem.gradient(there)) - flat(moments.gradient)
        steepest = max(steepest, np.linalg.norm(slope) / np.linalg.norm(moved))
        backward = there if stashed else here
        stale = flat(problem.direction(there, backward, sample)) - flat(problem.direction(here, here, sample))
        assert np.linalg.norm(stale) <= bound * np.linalg.norm(moved) * (1 + 1e-9)
        assert sum(np.sum(variance) for variance in moments.variance) <= facts.values["sigma2"]
        assert moments.value >= problem.lower_bound
    assert 0.5 * facts.values["L"] < steepest <= facts.values["L"] * (1 + 1e-9)


@pytest.mark.parametrize("loss", list(losses.REGISTRY))
@pytest.mark.parametrize("activation", list(activations.REGISTRY))
def test_no_network_is_below_its_lower_bound_and_free_outputs_come_close(activation, loss):
    problem = Network(1, (3, 2), samples=2, activation=activation, loss=loss, label_noise=2.0, instance=4)
    most, least = activations.REGISTRY[activation].bound, problem.lower_bound
    rng = np.random.default_rng(1)
    for _ in range(300):
        assert problem.value([rng.standard_normal((2, 3)) * 10 ** rng.uniform(-1, 2)]) >= least
    if most is None:
        assert least == 0
        return
    # two samples in three dimensions: every pair of outputs within the bound can be had, or come close to
    scan = np.linspace(-most, most, 20_001)
    free = losses.REGISTRY[loss].value(scan[:, None, None], problem.targets).min(axis=0).sum() / problem.samples
    assert 0 < least <= free <= least * (1 + 1e-3) + 1e-9


def test_an_output_that_meets_its_target_has_the_lower_bound_zero():
    problem = Network(1, (3, 2), samples=2, teacher_gain=0.1, label_noise=0.0, loss="log-cosh")
    assert problem.lower_bound == 0


def flat(weights):
    return np.concatenate([stage.ravel() for stage in weights])


def test_the_spectrum_is_the_chosen_one():
    values = np.linalg.eigvalsh(Quadratic(2, size=3, L=4.0, condition=50.0).hessian)
    assert (values[0], values[-1]) == pytest.approx((4 / 50, 4))
    assert not np.any(Quadratic(2, size=3, coupling=0.0).hessian[:3, 3:])


@pytest.mark.parametrize("rho", [0.0, 0.1, 0.6])
def test_the_mean_step_of_the_closed_instances_vanishes_at_the_start(rho):
    attaining, sibling = Attaining(rho=rho, tau=2.0), PlusMinus(1, rho=rho, tau=2.0)
    assert attaining.floor == pytest.approx(rho**2 / (1 - rho**2))
    assert sibling.floor == pytest.approx(rho**2)
    w, slope = rho * 2.0, float(attaining.gradient([np.array([rho * 2.0])])[0][0])
    size = np.hypot(slope, 1)
    assert slope + size * w / 2.0 == pytest.approx(0, abs=1e-12)  # |g| = size whatever its sign
    pushes = np.array([sibling.gradient([np.array([w])])[0][0] + sign for sign in (1, -1)])
    assert np.mean(pushes + np.abs(pushes) * w / 2.0) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "stages", "wrong"),
    [
        ("quadratic", 2, {"size": 0}),
        ("quadratic", 2, {"size": 1.5}),
        ("quadratic", 2, {"noise": "pink"}),
        ("quadratic", 2, {"sigma": -1}),
        ("quadratic", 2, {"sigma": "nan"}),
        ("quadratic", 2, {"condition": 0.5}),
        ("quadratic", 2, {"coupling": 1.5}),
        ("quadratic", 2, {"diagonal": "perhaps"}),
        ("quadratic", 0, {}),
        ("quadratic", 2, {"instance": -1}),
        ("attaining", 2, {}),
        ("attaining", 1, {"rho": 1.0}),
        ("plus-minus", 1, {"tau": 0}),
        ("cosine", 2, {"amplitude": -1}),
        ("cosine", 2, {"frequency": 0}),
        ("logistic", 2, {"samples": 0}),
        ("logistic", 2, {"regulariser": "nan"}),
        ("logistic", 2, {"flips": 2}),
        ("network", 2, {"width": "4,4"}),
        ("network", 2, {"width": 0}),
        ("network", 2, {"activation": "relu"}),
        ("network", 2, {"loss": "hinge"}),
        ("network", 2, {"samples": 0}),
        ("network", 2, {"breadth": 3}),
        ("perceptron", 2, {}),
    ],
)
def test_wrong_settings_are_refused(name, stages, wrong):
    with pytest.raises(BadInput, match=next(iter(wrong), "stages" if name != "perceptron" else "perceptron")):
        problems.make(name, stages, **wrong)
