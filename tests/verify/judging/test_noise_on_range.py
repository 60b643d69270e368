"""The noise of rows at random, certified on a range of weights: what is measured is never said to be certified."""

from dataclasses import replace

import numpy as np
import pytest

import simulate
import verify
from simulate import invariant, problems
from simulate.problems import LeastSquares
from simulate.results import RunResult
from simulate.run import LEFT_OUT
from theory.setting import algorithms
from verify.judging import joint, observations, verdicts
from verify.judging.checks import Check, CheckName

RANGE = CheckName("noise-on-range", "a-posteriori")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    path, rng = tmp_path_factory.mktemp("rows") / "rows.npz", np.random.default_rng(1)
    x = rng.normal(size=(50, 3))
    np.savez(path, x=x, y=x @ [0.5, -0.2, 0.1] + 0.3 * rng.normal(size=50))
    problem = problems.make("least-squares", stages=2, data=str(path))
    return simulate.run(
        problem, "analog-sgd-ap", alpha=0.01, tau=5, iterations=200, replicas=8, seed=1, measure_every=1
    )


def _by_name(observed: observations.Observations) -> dict[CheckName, Check]:
    return {check.name: check for check in verdicts.confront(observed, 0.01).checks}


def test_a_measured_variance_is_not_certified_and_the_range_has_a_form_of_its_own(runs: RunResult) -> None:
    observed = observations.from_trajectories(runs)
    assert observed.constants.certified["sigma2"] is False and "nu" not in observed.constants.values
    assert observed.constants.values["sigma2"] == pytest.approx(runs.measured["sigma2"])
    found = _by_name(observed)
    assert found[CheckName("sharp", "a-priori")].verdict == "not applied"
    assert "sigma2 nowhere exceed" in found[CheckName("sharp", "a-posteriori")].condition
    assert found[RANGE].verdict == "held" and "no run passes rho" in found[RANGE].condition
    assert "sigma2" not in found[RANGE].condition and "nu" not in found[RANGE].condition.split()
    assert found[RANGE].bound > found[CheckName("sharp", "a-posteriori")].bound
    said = next(one for one in verify.check(runs).assumptions if one.assumption == "variance")
    assert said.status == "measured" and "certified at most" in said.evidence


def test_a_certified_saturation_certifies_the_variance(runs: RunResult) -> None:
    observed = observations.from_trajectories(replace(runs, certified_saturation=0.5))
    whole = joint.noise(runs.run, 0.5)
    assert observed.constants.proved("sigma2", "nu", "rho")
    assert observed.constants.take("sigma2", "nu") == whole and whole["sigma2"] > runs.measured["sigma2"]
    # of one sample again, raised for the two roundings; coordinates count by their share of it
    variance = whole["sigma2"] * (1 + 4 * np.finfo(np.float64).eps)
    assert next(one.proved for one in observed.certificates if one.constant == "sigma2") == variance
    assert np.array_equal(observed.square_saturation, runs.weighted_square_saturation / variance)
    found = _by_name(observed)
    for form in ("sharp", "noise-resolved"):
        assert found[CheckName(form, "a-priori")].verdict in ("held", "inconclusive")
    assert not observed.broken()


def test_where_rounding_takes_the_saturation_away_the_variance_goes_with_it(
    runs: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invariant, "ROUNDING", 0.0)
    observed = observations.from_trajectories(replace(runs, certified_saturation=0.5))
    assert not observed.constants.proved("rho") and not observed.constants.proved("sigma2")
    assert observed.constants.values["sigma2"] == pytest.approx(runs.measured["sigma2"])
    assert "nu" not in observed.constants.values


def test_a_batch_divides_it(runs: RunResult) -> None:
    one = joint.noise(runs.run, 0.5)
    taken = replace(runs.run.problem, batch=4)
    assert joint.noise(replace(runs.run, problem=taken), 0.5)["sigma2"] == pytest.approx(one["sigma2"] / 4)
    name = next(name for name, row in algorithms.REGISTRY.items() if row.batched and row.analog and not row.own)
    averaged = replace(runs.run, algorithm=name, batch=4, lags=LEFT_OUT)
    assert joint.noise(averaged, 0.5)["sigma2"] == pytest.approx(one["sigma2"] / 4)


def test_a_bound_that_is_too_small_is_an_alarm(runs: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    true = LeastSquares.noise_within
    monkeypatch.setattr(
        LeastSquares,
        "noise_within",
        lambda self, *args, **more: {name: value / 20 for name, value in true(self, *args, **more).items()},
    )
    found = _by_name(observations.from_trajectories(runs))
    assert found[CheckName("sigma2", "certificate")].verdict == "violated"
    assert found[RANGE].verdict == "not applied"


def test_two_looks_keep_what_one_of_them_broke(runs: RunResult) -> None:
    observed = observations.from_trajectories(runs)
    (kept,) = [one for one in observed.certificates if one.constant == "sigma2"]
    wider = replace(kept, proved=2 * kept.proved, seen=1.5 * kept.proved)
    broken = replace(wider, seen=3 * kept.proved)
    assert kept.worse(broken) == broken.worse(kept) == broken and broken.broken
    assert not kept.worse(wider).broken and not wider.worse(kept).broken
    assert observed.and_more(observed).noise_met == observed.noise_met


def test_a_digital_run_has_no_range(runs: RunResult) -> None:
    digital = simulate.run(runs.run.problem, "digital-ap", alpha=0.01, tau=np.inf, iterations=50, replicas=4, seed=1)
    observed = observations.from_trajectories(digital)
    assert observed.noise_met == {} and RANGE not in _by_name(observed)


def test_the_mean_of_a_batch_has_its_share_of_the_variance(runs: RunResult) -> None:
    run = replace(runs.run, algorithm="accumulated-ap", batch=4, lags=LEFT_OUT)
    one, found = run.problem.noise_within(0.5 * run.tau, run.lags, stashed=False), joint.noise(run, 0.5)
    assert one["nu"] > 0
    assert found["sigma2"] == pytest.approx(one["sigma2"] / 4, rel=1e-9)
    assert found["nu"] == pytest.approx(one["nu"] / 2, rel=1e-9)


def test_what_was_met_is_no_a_priori_range(runs: RunResult) -> None:
    found = _by_name(observations.from_trajectories(replace(runs, certified_saturation=0.5)))
    assert [name.basis for name in found if name.form == RANGE.form] == ["a-posteriori"]
