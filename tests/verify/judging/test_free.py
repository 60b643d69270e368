"""Theorem 4 and the shape theorem in confrontations: applied where their assumptions are known, refused elsewhere."""

import math
from dataclasses import replace

import numpy as np
import pytest

import simulate
import theory
import verify
from simulate import problems
from verify.judging import forms, verdicts
from verify.judging.observations import Constants, from_trajectories

FREE = ("free", "free-noise-resolved")
RUN = {"alpha": 0.02, "iterations": 2000, "replicas": 16, "seed": 1}


def checks(problem, tau=6.0, algorithm="analog-sgd-ap", **options):
    return {
        one.claim: one for one in verify.check(simulate.run(problem, algorithm, tau=tau, **{**RUN, **options})).checks
    }


def observed(problem, tau=6.0, algorithm="analog-sgd-ap", **options):
    return from_trajectories(simulate.run(problem, algorithm, tau=tau, **{**RUN, **options}))


def words(seen):
    return {one.claim: one for one in verdicts.confront(seen, 1e-4).checks}


@pytest.fixture(scope="module")
def quadratic():
    """A diagonal quadratic with bounded noise, whose saturation is proved."""
    made = {"noise": "uniform", "diagonal": True, "target": 0.3, "start": 0.3, "condition": 1.5}
    return observed(problems.make("quadratic", 4, size=1, **made), alpha=0.05)


def changed(seen, certified=True, **values):
    known = {name: value for name, value in (dict(seen.constants.values) | values).items() if value is not None}
    proved = {name: certified if name in values else seen.constants.certified.get(name, False) for name in known}
    return replace(seen, constants=Constants(known, proved))


def test_theorem_4_is_judged_a_priori_and_is_no_weaker_than_theorem_1_here(quadratic):
    found = words(quadratic)
    for name, first in zip(FREE, ("sharp", "noise-resolved"), strict=True):
        for basis in ("a-priori", "a-posteriori"):
            one = found[f"{name}/{basis}"]
            assert one.verdict == "held" and one.theorem == "free" and one.covered == (basis == "a-priori")
            assert one.bound < found[f"{first}/{basis}"].bound
    assert found["shape/a-priori"].verdict == "held"


def test_the_bound_is_that_of_the_theorem_with_the_constants_of_the_run(quadratic):
    known = quadratic.constants.values
    names = (
        "L",
        "sigma2",
        "Delta",
        "alpha",
        "K",
        "rho",
        "Lambda1",
        "Lambdah",
        "D",
        "ell",
        "ell1",
        "theta1",
        "F0",
        "nuhat",
    )
    stated = theory.bound("free")(**{name: known[name] for name in names})
    assert words(quadratic)["free/a-priori"].bound == pytest.approx(stated, rel=1e-9)
    shape = theory.bound("shape")(**{name: known[name] for name in (*names[:8], "nu", "chi2")})
    assert words(quadratic)["shape/a-priori"].bound == pytest.approx(shape, rel=1e-9)


@pytest.mark.parametrize(
    ("missing", "assumption"),
    [
        ("ell", "joint"),
        ("ell1", "joint"),
        ("H2", "differentiable"),
        ("HJ", "differentiable"),
    ],
)
def test_a_constant_that_is_not_known_refuses_theorem_4_and_nothing_else(quadratic, missing, assumption):
    found = words(changed(quadratic, **{missing: None}))
    for name in FREE:
        assert found[f"{name}/a-priori"].verdict == "not applied"
        assert f"{assumption} not established" in found[f"{name}/a-priori"].reason
    assert found["sharp/a-priori"].verdict == "held"


def test_curved_directions_need_the_length_of_a_direction(quadratic):
    # the directions of these weights are bounded, so that a-posteriori there is a Gamma; a-priori nothing proves one
    bent = changed(quadratic, H2=1.0, HJ=1.0, Gamma=None)
    found = words(bent)
    assert "mean-length" in found["free/a-priori"].reason
    with_length = words(changed(quadratic, H2=1.0, HJ=1.0, Gamma=3.0))
    assert with_length["free/a-priori"].verdict == "held"
    assert with_length["free/a-priori"].bound > words(quadratic)["free/a-priori"].bound
    only_seen = changed(changed(quadratic, H2=1.0, HJ=1.0), certified=False, Gamma=3.0)
    assert words(only_seen)["free/a-priori"].verdict == "not applied"


def test_samples_that_are_not_independent_refuse_both(quadratic):
    found = words(replace(quadratic, independent_draws=False))
    assert "independent not established" in found["free/a-priori"].reason
    assert found["shape/a-priori"].verdict == "not applied"


def test_what_is_only_seen_is_not_a_priori(quadratic):
    found = words(changed(quadratic, certified=False, ell=2.0, H2=0.0))
    assert "only" in found["free/a-priori"].reason and found["free/a-priori"].verdict == "not applied"
    after = found["free/a-posteriori"]
    assert after.verdict == "held" and "ell, H2 nowhere exceed" in after.condition


def test_a_mean_above_theorem_4_but_below_theorem_1_is_a_violation_of_theorem_4_alone(quadratic):
    found = words(quadratic)
    between = math.sqrt(found["free/a-priori"].bound * found["sharp/a-priori"].bound)
    planted = replace(quadratic, squared_gradient=np.full(400, between), saturation=np.full(400, 0.1),
                      square_saturation=np.full(400, 0.01))  # fmt: skip
    seen = words(planted)
    assert seen["free/a-priori"].verdict == "violated" and seen["sharp/a-priori"].verdict == "held"


@pytest.mark.parametrize("stages", [2, 3])
def test_the_converse_is_refused_by_theorem_4_and_held_by_theorem_1(stages):
    problem = problems.make("lipschitz-only", stages, alpha=0.1, L=0.02, tau=400.0)
    found = checks(problem, tau=400.0, alpha=0.1)
    for basis in ("a-priori", "a-posteriori"):
        reason = found[f"free/{basis}"].reason
        assert found[f"free/{basis}"].verdict == "not applied"
        assert "joint not established" in reason and "differentiable not established" in reason
        assert "need have no derivative" in reason
    assert found["sharp/a-posteriori"].verdict == "held"
    assert "shape not established" in found["shape/a-posteriori"].reason


def test_theorem_4_with_its_constants_invented_would_call_the_converse_violated():
    """What the refusal is for: with H2 = HJ = 0 the instance stands above Theorem 4's number."""
    problem = problems.make("lipschitz-only", 2, alpha=0.02, L=1e-3, tau=1e6, sigma1=0.02, S=50.0 / 0.9)
    floor = problem.floor
    given = {"L": 1e-3, "Delta": 0, "alpha": 0.02, "K": 10**9, "sigma2": 1.0004, "rho": 0.3, "F0": 0.0}
    given |= {"Lambda1": 0.5, "Lambdah": 0.5, "nu": 1.1, "D": 1, "ell": 0.5, "ell1": 0.5, "theta1": 1e-6}
    assert theory.bound("free")(**given) < floor + problem.excess


@pytest.mark.parametrize(("noise", "batch", "ratio"), [("gaussian", 1, 2 / math.pi), ("uniform", 1, 0.75)])
def test_the_shape_of_the_noise_lowers_the_floor(noise, batch, ratio):
    problem = problems.make("quadratic", 1, size=1, noise=noise, start=0.0, target=0.0)
    seen = observed(problem, algorithm="analog-sgd", batch=batch)
    assert seen.constants.values["chi2"] == pytest.approx(ratio)
    assert words(seen)["shape/a-posteriori"].verdict == "held"


def test_a_device_that_is_not_linear_refuses_the_shape_and_may_have_theorem_4():
    problem = problems.make("quadratic", 2, size=1, noise="two-point", target=0.2, start=0.2)
    found = checks(problem, device="power", device_parameters={"exponent": 2.0})
    assert "not power" in found["shape/a-posteriori"].reason
    assert found["free/a-posteriori"].verdict == "held"


def test_networks_are_judged_with_the_constants_of_their_stages():
    problem = problems.make("network", 2, width=2, samples=6, gain=0.3)
    found = checks(problem, alpha=1e-3, iterations=500, tau=4.0)
    assert found["free/a-posteriori"].verdict == "held" and found["free/a-posteriori"].condition
    assert found["free/a-priori"].verdict == "not applied"


def test_every_theorem_on_runs_has_a_form():
    named = {form.theorem for form in forms.FORMS}
    assert {"sharp", "explicit", "free", "shape", "granular"} <= named
    assert len({form.name for form in forms.FORMS}) == len(forms.FORMS)
