"""What linear directions store: a bound with a certificate of each run's own, and runs that it is not about."""

import math
from dataclasses import replace

import numpy as np
import pytest

import simulate
from simulate import problems
from simulate.run import Run
from theory.bounds import linear, linear_search
from verify.judging import storage, verdicts
from verify.judging.certificates import Certificate
from verify.judging.forms import FORMS
from verify.judging.observations import Constants, from_trajectories
from verify.judging.rounding import Rounding

LEVEL = 1e-3
PRIORI, POSTERIORI = "linear-lmi/a-priori", "linear-lmi/a-posteriori"
(FORM,) = (form for form in FORMS if form.by_storage)
QUADRATIC = problems.make("quadratic", stages=3, size="2", sigma="0.2", noise="two-point", L="2", coupling="0.1")
RUN = {"alpha": 0.02, "tau": 8.0, "iterations": 200, "replicas": 48, "seed": 3}


def seen_of(problem, algorithm="analog-sgd-ap", **changes):
    return from_trajectories(simulate.run(problem, algorithm, **(RUN | changes)))


def checks(observed):
    evidence = verdicts.weigh(observed, LEVEL)
    return {check.claim: check for check in (verdicts._confront(FORM, b, observed, evidence) for b in FORM.bases())}


@pytest.fixture(scope="module")
def seen():
    return seen_of(QUADRATIC)


def test_every_quadratic_is_confronted_with_it_and_no_other(seen, monkeypatch):
    assert FORM in FORMS
    monkeypatch.setattr(verdicts, "FORMS", (FORMS[0], FORM))
    names = {check.name.form for check in verdicts.confront(seen, LEVEL).checks}
    other = {check.name.form for check in verdicts.confront(replace(seen, linear=None), LEVEL).checks}
    assert names - other == {FORM.name}


def test_the_bound_is_that_of_a_certificate_for_what_is_known_on_each_basis(seen):
    found, square = checks(seen), verdicts.weigh(seen, LEVEL).rbar2[1] * seen.constants.values["sigma2"]
    for name, rho, T2 in ((PRIORI, seen.constants.values["rho"], None), (POSTERIORI, seen.met.gamma, square)):
        run = seen.linear.at(rho, certified=True)
        pair = linear_search.find(run, 200, T2)
        assert not linear.check(run, pair)
        assert found[name].bound == linear.certify(run, pair).bound(200, T2=T2).value
        assert found[name].verdict == "held" and found[name].tightness > 1
    assert found[POSTERIORI].bound < found[PRIORI].bound
    assert not found[PRIORI].condition and "rho" in found[POSTERIORI].condition


def test_the_measured_saturation_counts_at_the_end_that_each_verdict_needs(seen):
    evidence = verdicts.weigh(seen, LEVEL)
    known = seen.constants.values | {"rho": seen.met.gamma}
    rbar2 = tuple(share * seen.met.gamma**2 for share in (0.1, 0.2, 0.3))
    ends = verdicts._certified(seen, known, replace(evidence, rbar2=rbar2), priori=False)
    squares = [square * known["sigma2"] for square in rbar2]
    low, mean, high = storage.bounds(seen.linear, seen.met.gamma, evidence.rounded.direction, squares, certified=True)
    assert (ends.least, ends.value, ends.most, ends.moved) == (low.value, mean.value, high.moved, mean.moved)
    assert low.value < mean.value < high.value <= high.moved


DIAGONAL = problems.make(
    "quadratic", stages=2, size="2", sigma="0.2", noise="two-point", noise_spread="9", diagonal=True
)


def test_each_coordinate_keeps_to_what_is_proved_of_it_and_only_where_it_is_proved():
    """A run that contradicts the box, or one in which nothing is proved, is taken by the largest saturation alone."""
    seen = seen_of(DIAGONAL)
    own, known = seen.linear.certified, seen.constants
    assert own.max() == known.values["rho"] and own.min() < 0.8 * own.max()
    ranged = simulate.run(DIAGONAL, "analog-sgd-ap", **RUN)
    assert ranged.max_saturation.max() <= own.max()
    assert np.array_equal(seen.linear.at(own.max(), certified=True).saturation, own)
    assert np.array_equal(seen.linear.at(own.max()).saturation, np.full(4, own.max()))
    met = float(np.mean(own))
    assert np.array_equal(seen.linear.at(met, certified=True).saturation, np.minimum(own, met))
    evidence = verdicts.weigh(seen, LEVEL)
    taken = known.values | {"rho": 0.9 * own.max()}
    unproved = replace(seen, constants=Constants(known.values, {**known.certified, "rho": False}))
    beyond = replace(seen, saturation=np.full(48, 1.01 * own.max()))
    values = [verdicts._certified(one, taken, evidence, priori=True).value for one in (seen, unproved, beyond)]
    assert values[0] < values[1] == values[2]
    normal = storage.of(Run(problems.make("quadratic", 2, noise="gaussian"), "analog-sgd-ap", 0.02, 8.0, 5))
    assert normal.certified is None and np.all(normal.at(0.5, certified=True).saturation == 0.5)


def test_it_is_below_theorem_1_where_the_lags_are_long(monkeypatch):
    monkeypatch.setattr(verdicts, "FORMS", tuple(form for form in FORMS if form.name in (FORM.name, "noise-resolved")))
    many = {check.claim: check for check in verdicts.confront(seen_of(QUADRATIC, alpha=0.05), LEVEL).checks}
    assert many[POSTERIORI].bound < many["noise-resolved/a-posteriori"].bound


def test_the_run_is_the_one_that_was_made():
    """Direction by direction: the state's H, lags, start and noise are those of the simulator."""
    run = Run(QUADRATIC, "stashed-ap", 0.02, math.inf, 5, dtype="float32")
    of = storage.of(run).at(0.5)
    weights = [np.ones((1, 2)) * (m + 1) for m in range(3)]
    direction = np.concatenate(QUADRATIC.direction(weights, weights, np.zeros((1, 6))), axis=-1)[0]
    assert direction == pytest.approx(of.hessian @ (np.repeat([1.0, 2.0, 3.0], 2) - of.minimiser))
    assert of.lags == tuple(np.repeat(run.lags, 2)) and of.size == storage.of(run).size == 6 + sum(of.lags)
    assert of.start == pytest.approx(np.concatenate(QUADRATIC.initial_weights()).astype(np.float32), abs=0)
    assert of.variance == pytest.approx(QUADRATIC.noise_scale**2) and np.all(of.variance >= QUADRATIC.noise_scale**2)
    assert np.all(of.saturation == 0.5) and of.alpha == 0.02


def test_of_a_digital_run_it_is_an_equality_but_for_the_end():
    """Short runs show that it is above; where the end counts for nothing no sample decides, and nothing is said."""
    short = seen_of(QUADRATIC, "stashed-ap", tau=math.inf, iterations=20)
    long = seen_of(problems.make("quadratic", stages=2, size="1", noise="two-point"), "stashed-ap", tau=math.inf,
                   iterations=20_000, replicas=64)  # fmt: skip
    assert [check.verdict for check in checks(short).values()] == ["held", "held"]
    found = checks(long)
    assert {check.verdict for check in found.values()} == {"not applied"}
    assert found[PRIORI].reason == found[POSTERIORI].reason == "64 replicas do not decide it"
    bound = storage.bounds(long.linear, 0.0, 0.0, None)[1].value
    assert bound == pytest.approx(float(long.squared_gradient.mean()), rel=0.02)
    more = replace(long, squared_gradient=np.full(64, 1.5 * bound))
    assert checks(more)[PRIORI].verdict == "violated"


def test_a_batch_divides_the_variance():
    one, four = (
        storage.of(Run(QUADRATIC, "analog-sgd-sp", 0.02, 8.0, 5, batch=batch)).at(0.5).variance for batch in (1, 4)
    )
    assert one == pytest.approx(4 * four)


def test_what_is_not_linear_is_not_judged(monkeypatch):
    for problem in (problems.make("cosine", 2), problems.make("network", 2, width=2, samples=4)):
        assert storage.of(Run(problem, "analog-sgd-ap", 0.001, 8.0, 5)) is None
    run = Run(QUADRATIC, "analog-sgd-ap", 0.02, 8.0, 5)
    assert storage.of(run) is not None
    monkeypatch.setattr(Run, "lags_by_place", lambda _: ((0, 0, 0), (1, 0, 0)))
    assert storage.of(run) is None


def test_a_quadratic_with_a_direction_of_its_own_is_not_judged():
    class Own(type(QUADRATIC)):
        independent_draws = True

        def turn(self, message, sample):
            return message + sample * np.abs(message)

    fields = {name: getattr(QUADRATIC, name) for name in type(QUADRATIC).setting_fields()}
    assert storage.of(Run(Own(stages=3, **fields), "analog-sgd-ap", 0.02, 8.0, 5)) is None


def test_states_that_are_too_large_are_refused():
    found = checks(
        seen_of(problems.make("quadratic", stages=8, size="5", noise="two-point"), alpha=1e-3, iterations=20)
    )
    assert found[POSTERIORI].reason.startswith("a state has 180 numbers")


def test_without_a_certificate_nothing_is_applied(seen, monkeypatch):
    monkeypatch.setattr(storage, "_certificate", lambda *_: None)
    assert checks(seen)[POSTERIORI].reason == "no certificate was found"


def test_a_pair_that_is_none_is_refused(seen, monkeypatch):
    true = storage._certificate(seen.linear.at(seen.met.gamma), 200, None)
    monkeypatch.setattr(storage, "_certificate", lambda *_: replace(true, P=0.9 * true.P))
    assert checks(seen)[POSTERIORI].verdict == "not applied"
    assert "the matrix inequality does not hold" in checks(seen)[POSTERIORI].reason


@pytest.mark.parametrize("name", ["sigma2", "alpha", "K", "rho"])
def test_a_priori_its_constants_are_proved(seen, name):
    known = seen.constants
    assert not checks(seen)[PRIORI].reason
    weaker = replace(seen, constants=Constants(known.values, {**known.certified, name: False}))
    assert "certified" in checks(weaker)[PRIORI].reason or "only measured" in checks(weaker)[PRIORI].reason


def test_another_device_and_other_steps_are_refused(seen):
    assert checks(replace(seen, covered=False))[POSTERIORI].verdict == "not applied"
    assert checks(replace(seen, independent_draws=False))[POSTERIORI].verdict == "not applied"
    found = checks(seen_of(QUADRATIC, device="power", device_parameters={"exponent": 2.0}))[POSTERIORI]
    assert found.reason == "linear-lmi takes no gain: it is of the linear device"


def test_a_mean_above_it_is_an_alarm(seen):
    bound = checks(seen)[POSTERIORI].bound
    many = {name: np.tile(getattr(seen, name), 50) for name in ("saturation", "square_saturation", "last_gap")}
    words = [
        checks(replace(seen, squared_gradient=np.full(2400, f * bound), **many))[POSTERIORI].verdict
        for f in (1.05, 0.95)
    ]
    assert words == ["violated", "held"]


def test_rounding_moves_it(seen):
    rough = checks(replace(seen, rounding=Rounding(1e-3, 0.0, 0.0)))[POSTERIORI]
    assert rough.verdict == "inconclusive" and "could move the bound" in rough.reason
    assert checks(replace(seen, rounding=Rounding(math.inf, 0.0, 0.0)))[POSTERIORI].verdict == "inconclusive"


@pytest.mark.parametrize("constant", ["L", "Delta", "sigma2"])
def test_a_run_that_contradicts_what_h_makes_is_not_judged_by_h(seen, constant):
    broken = Certificate(constant, constant, 1.0, 2.0, 0.0)
    for check in checks(replace(seen, certificates=(broken,))).values():
        assert check.verdict == "not applied" and check.reason == broken.reason
    sound = replace(broken, seen=0.5)
    assert all(check.applied for check in checks(replace(seen, certificates=(sound,))).values())
