"""Iterations and clock cycles to reach eps: proved to be enough, not far from the least, counted on the schedules."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import theory
from boundary import BadInput, OutsideDomain
from tests.theory.bounds.common import POINT, command
from theory.bounds import comparison
from theory.bounds.complexity import CONSTANTS, constants_of, floor, iterations, slots
from theory.bounds.theorem3 import closed_form
from theory.commands import app, complexity  # noqa: F401 - importing a command registers it
from theory.setting import algorithms
from theory.setting.symbols import symbol
from theory.theorems.complexity import slots_of

sharp = theory.bound("sharp")


@st.composite
def constants(draw):
    size = st.floats(-2, 2).map(lambda exponent: 10.0**exponent)
    return {
        "L": draw(size),
        "sigma2": draw(size),
        "Delta": draw(size),
        "rho": draw(st.sampled_from([0.0, 0.05, 0.3, 0.7])),
        "Lambda1": draw(st.one_of(st.just(0.0), size)),
        "Lambdah": draw(st.one_of(st.just(0.0), size)),
    }


@settings(deadline=None, max_examples=25)
@given(constants(), st.floats(0.01, 3))
def test_the_iterations_returned_are_proved_to_be_enough(point, above):
    eps = floor(point) * (1 + above) + above * point["L"] * point["Delta"] * 0.1
    reach = iterations(point, eps)
    assert reach is not None
    assert sharp(alpha=reach.alpha, K=reach.iterations, **point) <= eps


@settings(deadline=None, max_examples=10)
@given(constants(), st.floats(0.05, 1))
def test_no_step_on_a_fine_grid_needs_many_fewer(point, above):
    eps = floor(point) * (1 + above) + above * point["L"] * point["Delta"] * 0.1
    fewest = iterations(point, eps).iterations
    assume(fewest > 50)
    steps = np.geomspace(1e-5, 0.999, 80) / point["L"]
    q = (1 + point["rho"]) * steps * point["Lambda1"]
    inside = point["rho"] ** 2 + q**2 / (1 - steps * point["L"]) < 0.999
    assert (sharp(alpha=steps[inside], K=math.floor(fewest * 0.97), **point) > eps * (1 - 1e-9)).all()


def test_without_drift_and_lag_it_is_the_classical_optimum():
    """(p + x/2)/(1 - x/2) = eps, maximised over x = alpha: alpha p = x (eps - x (1 + eps)/2) at x = eps/(1 + eps)."""
    point = {**POINT, "rho": 0.0, "Lambda1": 0.0, "Lambdah": 0.0}
    eps = 0.013
    least = point["Delta"] / (eps**2 / (2 * (1 + eps)))
    found = iterations(point, eps)
    assert least <= found.iterations <= least + 2
    assert found.alpha == pytest.approx(eps / (1 + eps), rel=1e-2)


def test_at_and_below_the_floor_it_is_out_of_reach():
    reaching = theory.bound("complexity")
    lowest = 0.01 / 0.99
    for eps in (lowest, lowest / 2):
        with pytest.raises(OutsideDomain, match=r"0\.0101010101, the floor"):
            reaching(**POINT, eps=eps)
    assert reaching(**POINT, eps=lowest * 1.01) > 1e5
    assert reaching.conditions(**POINT, eps=lowest / 2)["eps > floor"] is False


@pytest.mark.parametrize("name", ["nu", "Ln", "rbar2"])
def test_a_refinement_it_has_no_form_for_is_refused(name):
    with pytest.raises(BadInput, match=f"{name} = 0.5"):
        theory.bound("complexity")(**POINT, eps=0.1, **{name: 0.5})


def test_it_broadcasts_and_falls_as_eps_grows():
    found = theory.bound("complexity")(**POINT, eps=np.array([0.02, 0.05, 0.2]))
    assert (np.diff(found) < 0).all()


@pytest.mark.parametrize("name", algorithms.REGISTRY)
@pytest.mark.parametrize("stages", [1, 2, 5])
@pytest.mark.parametrize("batch", [1, 3])
def test_slots_are_those_of_the_schedule(name, stages, batch):
    algorithm = algorithms.named(name)
    schedule = algorithm.make_schedule(stages, batch)
    for count in (1, 2, 7):
        assert slots(algorithm, stages, batch, count) == schedule.slots(count * schedule.batch)


def test_each_algorithm_has_its_constants():
    digital, mean = algorithms.named("digital-ap"), algorithms.named("analog-sgd-sp")
    assert constants_of(digital, POINT) == {**POINT, "rho": 0.0}
    assert constants_of(mean, POINT, 4) == {**POINT, "sigma2": 0.25, "Lambda1": 0.0, "Lambdah": 0.0}


@pytest.mark.parametrize("name", algorithms.REGISTRY)
def test_only_a_mean_of_samples_has_less_noise(name):
    """sigma^2 over B where an iteration takes the mean of B samples; a batch is no concern of the others."""
    row = algorithms.named(name)
    assert constants_of(row, POINT, 4)["sigma2"] == Fraction(POINT["sigma2"]) / (4 if row.batched else 1)


def test_the_best_batch_beats_its_neighbours():
    best = comparison.best_batch(POINT, 0.1, 4)
    around = [max(1, best - 1), best, best + 1, 1, 64]
    needed = comparison.cycles(comparison.SYNCHRONOUS, POINT, [0.1], 4, around)[0]
    assert needed[1] == needed.min()


def test_regions_cover_the_targets_and_name_the_winner():
    found = comparison.regions(POINT, 4, [1])
    assert [region.winner.name for region in found] == ["analog-sgd-ap", "analog-sgd-sp"]
    assert found[0].high == found[1].low
    for region in found:
        middle = math.sqrt(region.low * region.high)
        ahead = comparison.advantage(POINT, 4, [1], [middle])[0] > 0
        assert ahead == (region.winner.name == "analog-sgd-ap")


def test_without_noise_the_stages_pay_off():
    """Without noise a batch gains nothing: M stages with short lags need fewer cycles than any B, for small eps."""
    quiet = {**POINT, "sigma2": 0.0, "rho": 0.0, "Lambda1": 0.5, "Lambdah": 0.5}
    first = comparison.regions(quiet, 8, [1, 2, 4])[0]
    assert first.winner.name == "analog-sgd-ap"
    assert first.low < 1e-5
    assert first.high > 1e-2


def run(capsys, *settings_given):
    """Run the command and return its exit code, standard output and error."""
    parts = [part for setting in settings_given for part in ("--set", setting)]
    return command(capsys, app, "complexity", *parts, "--json", "-")


def test_the_command_lists_every_algorithm(capsys):
    given = [f"{name}={POINT[name]}" for name in CONSTANTS]
    own = ["Lambda1_full=5", "Lambdah_full=3", "Lambda1_2bw=4", "Lambdah_2bw=4"]
    pipemare = ["Lambda1_pipemare=5", "Lambdah_pipemare=4"]
    code, out, _ = run(capsys, *given, "eps=0.1", "M=3", "B=2", *own, *pipemare)
    assert code == 0
    result = json.loads(out)
    covered = [name for name, row in algorithms.REGISTRY.items() if row.covered]
    assert [row["algorithm"] for row in result["algorithms"]] == covered
    assert not {"pipemare", "per-sample"} & {*covered}
    without = json.loads(run(capsys, *given, "eps=0.1", "M=3", "B=2", *own)[1])["algorithms"]
    assert [row["algorithm"] for row in without] == [name for name in covered if name != "pipemare-ap"]
    for row in result["algorithms"]:
        assert row["upper"] <= 0.1
        assert row["theorem_3"]["iterations"] >= row["iterations"]
    by_name = {row["algorithm"]: row for row in result["algorithms"]}
    counts = {name: row["iterations"] for name, row in by_name.items()}
    assert counts["digital-sgd"] <= counts["analog-sgd"] <= counts["analog-sgd-ap"]
    assert counts["digital-ap"] <= counts["stashed-ap"]
    assert by_name["analog-sgd-ap"]["cycles"] == 2 * (counts["analog-sgd-ap"] + 3 - 1)
    assert by_name["analog-sgd-sp"]["cycles"] == 2 * (3 + 2 - 1) * counts["analog-sgd-sp"]
    assert by_name["accumulated-ap"]["cycles"] == 2 * (2 * counts["accumulated-ap"] + 3 - 1)
    assert by_name["pipemare-ap"]["cycles"] == 2 * counts["pipemare-ap"] + 2 * 3 - 1
    best = result["pipelines"]["best"]
    assert best["cycles"] <= by_name["analog-sgd-sp"]["cycles"]
    assert result["pipelines"]["regions"]


@pytest.mark.parametrize(
    ("eps", "message"), [("0.01", "the floor"), ("0", "eps > 0"), ("nan", "a real number"), ("-1", "eps > 0")]
)
def test_the_command_refuses_what_is_out_of_reach(capsys, eps, message):
    code, out, err = run(capsys, *(f"{name}={POINT[name]}" for name in CONSTANTS), f"eps={eps}")
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1


@settings(deadline=None, max_examples=25)
@given(constants(), st.floats(0.05, 2))
def test_theorem_3_is_enough_and_never_fewer_than_the_sharp_bound_needs(point, above):
    eps = floor(point) * (1 + above) + above * point["L"] * point["Delta"] * 0.1
    found = closed_form(point, eps)
    assert found is not None
    assert theory.bound("explicit")(alpha=found.alpha, K=found.iterations, **point) <= eps
    assert found.iterations >= iterations(point, eps).iterations


def test_theorem_3_with_a_given_t_is_no_better_than_with_its_best():
    best = closed_form(POINT, 0.05)
    for t in (best.t / 10, best.t, best.t * 10):
        assert closed_form(POINT, 0.05, t).iterations >= best.iterations


def test_theorem_3_has_the_order_it_claims():
    """K eps^2 tends to 8 Delta L sigma^2, whatever the lag, where there is no floor."""
    point = {**POINT, "rho": 0.0}
    assert closed_form(point, 1e-5).iterations * 1e-10 == pytest.approx(8 * 0.5, rel=1e-2)


def test_theorem_3_says_nothing_without_noise_or_below_its_floor():
    assert closed_form({**POINT, "sigma2": 0.0}, 0.1) is None
    assert closed_form(POINT, 0.0101) is None


@pytest.mark.parametrize("name", algorithms.REGISTRY)
def test_a_pipeline_of_a_billion_stages_is_answered_at_once(name):
    """The slots are counted at the stage that ends the run, not at every stage; they are what pipeline.* claims."""
    stages, count = 10**9, 7
    batch = 3 if algorithms.named(name).batched else 1
    expected = slots_of(name, sympy.Integer(count)).xreplace({symbol("M"): stages, symbol("B"): batch})
    assert slots(algorithms.named(name), stages, batch, count) == expected


@pytest.mark.parametrize("pair", ["M=1e400", "M=1e17", "B=1e17", "M=0", "M=2.5", "B=-1"])
def test_stages_and_batches_out_of_reach_are_refused_in_one_line(capsys, pair):
    code, out, err = run(capsys, *(f"{name}={POINT[name]}" for name in CONSTANTS), "eps=0.1", pair)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{pair[0]} = " in err


def test_the_step_has_few_digits_and_is_what_they_show():
    found = iterations(POINT, 0.05)
    assert len(repr(found.alpha).replace("0.", "").lstrip("0").partition("e")[0]) <= 10
    for alpha in (found.alpha, repr(found.alpha)):
        assert sharp(alpha=alpha, K=found.iterations, **POINT) <= 0.05
