"""Theorem 1 by conditional means as runs are judged by it, a-priori and with what they measure."""

import math
from dataclasses import replace

import numpy as np
import pytest

import simulate
import theory
from boundary import OutsideDomain
from theory.bounds import rest
from verify.judging import means, verdicts
from verify.judging.forms import FORMS
from verify.judging.observations import Constants, from_trajectories
from verify.judging.rounding import Rounding

LEVEL = 1e-3
PRIORI, POSTERIORI = "mean/a-priori", "mean/a-posteriori"
(FORM,) = (form for form in FORMS if form.name == "mean")


def runs(problem, algorithm="analog-sgd-ap", **changes):
    run = {"alpha": 0.02, "tau": 6.0, "iterations": 60, "replicas": 48, "seed": 3} | changes
    return from_trajectories(simulate.run(problem, algorithm, **run))


@pytest.fixture(scope="module")
def seen():
    return runs(simulate.problems.make("quadratic", stages=2, size="1", sigma="0.1", noise="two-point"))


def checks(observed):
    """Confront the form and the plain theorem alone."""
    evidence = verdicts.weigh(observed, LEVEL)
    asked = ((form, basis) for form in (FORM, FORMS[0]) for basis in form.bases())
    return {check.claim: check for check in (verdicts._confront(*one, observed, evidence) for one in asked)}


def test_every_setting_is_confronted_with_it(seen):
    found = {check.claim: check for check in verdicts.confront(seen, LEVEL).checks}
    assert found[POSTERIORI].verdict == found[PRIORI].verdict == "held"
    assert FORMS[0].name == "sharp"


def test_what_is_left_of_a_step_by_hand():
    found = rest.of(L=3.0, sigma=2.0, T2=0.25, nu=1.5, rho=0.5, alpha=0.125, gain=2.0)
    assert found.c_w == pytest.approx(0.125 * 2 / 2 * 3 * (2 + 0.5) ** 2, rel=1e-15)
    assert found.nu == pytest.approx(1.5 * 1.5, rel=1e-15)
    assert found.c_w >= 0.125 * 3 * 6.25 and found.nu >= 2.25


def test_what_is_left_of_a_step_is_no_larger_than_its_bound_on_noise_and_weights_at_random():
    """Every outcome of two-point noise at one weight an element, T2 and sigma as they are."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        w, mean, size = rng.uniform(-0.9, 0.9, 3), rng.normal(size=3), rng.uniform(0, 2, 3)
        both = np.array([mean + size, mean - size])
        step = both + np.abs(both) * w
        variance = np.sum(np.var(step, axis=0))
        T2, rho = np.sum(w**2 * size**2), np.abs(w).max()
        found = rest.of(L=1, sigma=math.sqrt(np.sum(size**2)), T2=T2, nu=np.linalg.norm(size), rho=rho, alpha=1)
        assert variance / 2 <= found.c_w
        assert math.sqrt(variance) <= found.nu


def test_it_is_applied_on_both_bases_with_what_each_knows(seen):
    found, evidence = checks(seen), verdicts.weigh(seen, LEVEL)
    known = seen.constants.values
    assert seen.constants.proved("rho")
    taken = {
        PRIORI: (known["rho"] ** 2, known["Delta"], known["rho"]),
        POSTERIORI: (evidence.rbar2[1], evidence.descent[1], seen.met.gamma),
    }
    for name, (square, fall, rho) in taken.items():
        T2 = square * known["sigma2"]
        noise = {"sigma": math.sqrt(known["sigma2"]), "T2": T2, "nu": known["nu"], "rho": rho}
        left = rest.of(L=known["L"], alpha=known["alpha"], **noise)
        given = {key: known[key] for key in ("L", "alpha", "K", "Lambda1")}
        bound = theory.bound("mean")(**given, rho=rho, Delta=fall, T2=T2, c_w=left.c_w, nu=left.nu)
        assert found[name].bound == pytest.approx(float(bound), rel=1e-12)
        assert found[name].verdict == "held" and found[name].observed < found[name].bound
    assert not found[PRIORI].condition and found[POSTERIORI].condition
    assert found[POSTERIORI].bound < found[PRIORI].bound


def test_a_priori_nothing_is_taken_of_the_runs(seen):
    """Other saturations, ends and noise of the same setting change no bound."""
    names = ("last_gap", "saturation", "square_saturation")
    other = replace(seen, **{name: 0.5 * getattr(seen, name) for name in names})
    assert checks(other)[PRIORI].bound == checks(seen)[PRIORI].bound
    assert checks(replace(seen, last_gap=np.empty(0)))[PRIORI].verdict == "held"
    assert checks(replace(seen, last_gap=np.empty(0)))[POSTERIORI].reason == "f(W_K) was not looked at"


@pytest.mark.parametrize("name", ["L", "sigma2", "Delta", "Lambda1", "Lambdah", "rho"])
def test_a_priori_every_constant_is_proved(seen, name):
    known = seen.constants
    weaker = replace(seen, constants=Constants(known.values, {**known.certified, name: False}))
    assert checks(weaker)[PRIORI].verdict == "not applied"


def test_a_nu_that_nothing_proves_is_not_taken_a_priori(seen):
    known = seen.constants
    small = Constants({**known.values, "nu": 0.0}, {**known.certified, "nu": False})
    without = Constants({k: v for k, v in known.values.items() if k != "nu"}, known.certified)
    one, other = (checks(replace(seen, constants=constants))[PRIORI].bound for constants in (small, without))
    assert one == other >= checks(seen)[PRIORI].bound


def test_the_ends_of_what_is_measured_decide(seen):
    evidence = verdicts.weigh(seen, LEVEL)
    known = {**seen.constants.values, "rho": seen.met.gamma}
    ends = verdicts._ends(FORM, known, replace(evidence, descent=(0.1, 0.2, 0.4), rbar2=(0.001, 0.002, 0.02)))
    at = [
        verdicts._ends(FORM, known, replace(evidence, descent=(fall,) * 3, rbar2=(square,) * 3))
        for fall, square in ((0.1, 0.001), (0.2, 0.002), (0.4, 0.02))
    ]
    assert (ends.least, ends.value) == (at[0].least, at[1].value)
    assert ends.most == at[2].most > at[1].most
    assert at[1].least < ends.moved == at[1].moved


def test_a_run_beyond_it_is_an_alarm(seen):
    """A is planted between this bound and that of the whole gap."""
    found = checks(seen)
    tight, whole = found[POSTERIORI].bound, found["sharp/a-posteriori"].bound
    many = {name: np.tile(getattr(seen, name), 50) for name in ("saturation", "square_saturation", "last_gap")}
    words = checks(replace(seen, squared_gradient=np.full(2400, 0.99 * whole), **many))
    assert tight < 0.95 * whole
    assert words[POSTERIORI].verdict == "violated" and words["sharp/a-posteriori"].verdict == "held"


def test_rounding_is_charged_in_the_mean_and_in_the_rest(seen):
    known = {**seen.constants.values, "rho": 0.25}
    off = 1e-3
    found = means.inputs(known, (0.01, 0.02, 0.03), (0.1, 0.2, 0.3), off)
    assert list(found["Delta"]) == [0.1, 0.2, 0.3, 0.2, 0.3]
    assert found["T2"] == pytest.approx(known["sigma2"] * np.array([0.01, 0.02, 0.03, 0.02, 0.03]))
    longer = off * (known["Lambdah"] + 1 / (1.25 * known["alpha"]))
    assert found["nu"] == pytest.approx(1.25 * known["nu"] + np.array([0, 0, 0, longer, longer]))
    sigma, T2 = math.sqrt(known["sigma2"]), 0.02 * known["sigma2"]
    assert found["c_w"][3] == pytest.approx(known["alpha"] / 2 * known["L"] * (sigma + off + math.sqrt(T2)) ** 2)
    assert len(means.inputs(known, (0.0,) * 3, (0.1,) * 3, math.inf)["nu"]) == 3
    rough = checks(replace(seen, rounding=Rounding(math.inf, 0.0, 0.0)))[POSTERIORI]
    assert rough.verdict in ("inconclusive", "not applied")


NETWORK = {"stages": 3, "width": 2, "samples": 8}


def test_noise_that_depends_on_the_weights_is_that_of_stale_directions_where_there_is_lag():
    problem = simulate.problems.make("network", **NETWORK)
    changes = {"alpha": 1e-6, "iterations": 20, "replicas": 8}
    stale, fresh = (checks(runs(problem, name, **changes)) for name in ("analog-sgd-ap", "analog-sgd"))
    assert stale[POSTERIORI].verdict == "not applied"
    assert stale[POSTERIORI].reason.startswith("noise that depends on the weights: of stale directions")
    assert stale["sharp/a-posteriori"].applied and fresh[POSTERIORI].applied


def test_a_device_that_is_not_the_linear_one_is_refused():
    problem = simulate.problems.make("quadratic", stages=2, size="1", sigma="0.1", noise="two-point")
    found = checks(runs(problem, device="power", device_parameters={"exponent": 2.0}))
    assert "distortion of the linear device only" in found[POSTERIORI].reason
    assert found[PRIORI].verdict == "not applied"


def test_without_nu_it_is_made_of_the_lags_and_the_noise(seen):
    known = {**seen.constants.values, "rho": 0.5}
    nu = known.pop("nu")
    found = means.inputs(known, (0.0,) * 3, (0.1,) * 3, 0.0)["nu"][0]
    assert found == pytest.approx(1.5 * known["Lambdah"] * math.sqrt(known["sigma2"])) and found >= nu


@pytest.mark.parametrize(("name", "value"), [("L", math.inf), ("sigma", -1.0), ("T2", math.nan)])
def test_numbers_that_no_theorem_takes_are_refused(name, value):
    given = {"L": 1.0, "sigma": 1.0, "T2": 0.1, "nu": 1.0, "rho": 0.5, "alpha": 0.1} | {name: value}
    with pytest.raises(OutsideDomain, match=name):
        rest.of(**given)
