"""Lines of conditional means, the path form and stopped runs: they hold on paths, and fail where these are spoilt."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.verify.proof_lines.test_claims_along_paths import recorded
from theory.kernel import le
from verify.judging.observations import Constants
from verify.proof_lines import counterparts, means
from verify.sabotage import panel

AVERAGED = {
    "mean.variance", "mean.drift", "mean.curvature", "mean.measured", "mean.feasible", "mean.end", "path.form",
    "mean.fold", "mean.size", "mean.sized", "mean.current", "mean.current_feasible",
}  # fmt: skip
STOPPED = {"stopped.part", "stopped.noise", "stopped.window", "stopped.sum", "stopped.average"}


@pytest.fixture(scope="module")
def path():
    return recorded(4)  # Analog-SGD-AP on coupled stages, strong lags


def failing(path):
    return {line.claim for line in means.lines(path) if not line.ok}


def test_all_of_them_are_evaluated_and_hold(path):
    found = means.lines(path)
    assert {line.claim for line in found} == set(counterparts.LINES["means"]) == AVERAGED | STOPPED | {"mean.element"}
    assert not failing(path)


@pytest.mark.parametrize(
    ("spoilt", "claims"),
    [
        (lambda p: {"value": 0.2 * p.value}, {"mean.curvature"}),
        (lambda p: {"gradient": 2 * p.gradient}, {"mean.measured", "mean.feasible", "mean.sized", "path.form"}),
        (lambda p: {"stale": p.stale + 0.3 * (p.stale - p.weights)}, {"stopped.window"}),
        (lambda p: {"fresh": p.fresh + np.abs(p.fresh - p.gradient)}, {"stopped.noise"}),
        (lambda p: {"direction": p.direction + 3 * np.abs(p.fresh - p.gradient)}, {"mean.measured"}),
    ],
)
def test_a_spoilt_path_is_noticed(path, spoilt, claims):
    found = failing(replace(path, **spoilt(path)))
    assert claims <= found, found


@pytest.mark.parametrize(
    ("wrong", "claim"),
    [
        (lambda s: 9 * s * (-1.0) ** np.arange(len(s))[:, None], "stopped.part"),
        (lambda s: np.concatenate([0 * s[:1], s[1:]]), "stopped.sum"),
        (lambda s: -s, "stopped.sum"),
    ],
)
def test_a_stop_that_is_none_is_noticed(path, monkeypatch, wrong, claim):
    true = means.stops(path)
    monkeypatch.setattr(means, "stops", lambda _: wrong(true))
    assert claim in failing(path)


def test_a_stop_that_knows_the_sample_is_noticed(path, monkeypatch):
    """Noise that is kept where it goes with the gradient is not orthogonal to it any more."""
    ahead = np.sum(path.gradient * path.noise, axis=-1)[:, 1:] > 0
    monkeypatch.setattr(means, "stops", lambda _: ahead.astype(float))
    assert "stopped.noise" in failing(path)


def test_gradients_after_the_stop_are_not_forgotten(path, monkeypatch):
    """Without what is left out A_T stands for A, and is less."""
    true = means.relation
    stated = true("stopped.average", "bound")
    (most,) = (symbol for symbol in stated.rhs.free_symbols if symbol.name == "G2")
    less = le(stated.lhs, stated.rhs.xreplace({most: 0}))
    monkeypatch.setattr(means, "relation", lambda *one: less if one[0] == "stopped.average" else true(*one))
    assert "stopped.average" in failing(path)


def test_some_replicas_are_stopped_and_some_are_not(path):
    stopped = means.stops(path)
    assert 0 < stopped.mean() < 1 and set(np.unique(stopped)) == {0.0, 1.0}
    assert np.all(np.diff(stopped, axis=0) <= 0)


@pytest.mark.parametrize(
    ("field", "factor", "claim"),
    [
        ("direction", 1.2, "path.form"),
        ("drift", 0.5, "mean.measured"),
        ("drift", 3.0, "path.form"),
        *((one, 1.2, "mean.fold") for one in ("direction", "drift")),
        ("current", 0.5, "mean.current"),
    ],
)
def test_wrong_means_are_noticed(monkeypatch, field, factor, claim):
    sound = panel.unmodified_path("plus-minus")
    assert not failing(sound)
    true = means.given_the_past

    def wrong(path):
        right = true(path)
        return right._replace(**{field: getattr(right, field) * factor})

    monkeypatch.setattr(means, "given_the_past", wrong)
    assert claim in failing(sound)


@pytest.mark.parametrize(("name", "claim"), [("L", "mean.end"), ("Delta", "mean.end"), ("sigma2", "mean.end")])
def test_a_constant_too_small_is_noticed(path, name, claim):
    values = dict(path.constants.values)
    values |= {"Delta": 0.0, "sigma2": 0.0, "nu": 0.0, "Lambda1": 0.0} | ({name: 0.01 * values[name]})
    assert claim in failing(replace(path, constants=Constants(values, path.constants.certified)))


def test_a_device_that_drifts_more_is_noticed(path):
    spoilt = replace(path)
    spoilt.__dict__["drift"] = 3 * path.drift
    assert {"mean.element", "mean.variance"} <= failing(spoilt)


@pytest.mark.parametrize(("index", "changes"), [(4, {}), (7, {"algorithm": "analog-sgd-ap", "tau": 6.0})])
def test_sizes_at_current_weights_are_those_of_a_path_without_lags(index, changes):
    """Were the current weights read, the mean drift would be them, and nothing late; noise is added, or of samples."""
    path = recorded(index, **changes)
    fresh = replace(path, stale=path.weights, direction=path.fresh)
    assert np.allclose(
        means.given_the_past(path).current, np.abs(means.given_the_past(fresh).drift), rtol=1e-12, atol=1e-15
    )
    found = {"q": 3.0, "qn": 6.0, "rho": 0.5}
    late = means._current(path, means.given_the_past(path), found)
    share = np.abs(path.weights) / path.setting.tau
    turn = means.jackknife(path.inner(share**2 * (path.direction - path.fresh), path.direction - path.fresh))
    assert np.all(turn > 0)
    assert np.allclose(late["D"] ** 2, turn, rtol=1e-12) and late["q"] == 2 and np.allclose(late["qn"], 4 + late["D"])
    none = means._current(fresh, means.given_the_past(fresh), found)
    assert np.all(none["D"] == 0) and np.allclose(none["T2"], late["T2"], rtol=1e-12)


def test_few_large_shares_count_by_themselves(path):
    found = means._sizes(path, means.given_the_past(path))
    share = np.abs(path.weights) / path.setting.tau
    weighed, all_of_it = path.inner(share**2 * path.gradient, path.gradient), path.inner(path.gradient, path.gradient)
    bound = found["share0"] ** 2 * means.jackknife(all_of_it) + found["R_h"]
    assert np.all(found["R_h"] > 0)
    assert np.all(means.jackknife(weighed) <= bound)
    assert np.all(bound < share.max() ** 2 * means.jackknife(all_of_it))


def test_the_mean_size_of_a_noisy_number():
    rng = np.random.default_rng(0)
    mean, s = rng.normal(size=7), rng.uniform(0.1, 2, 7)
    s[0] = 0.0
    draws = {
        "two-point": 2.0 * rng.integers(0, 2, (400_000, 7)) - 1,
        "uniform": math.sqrt(3) * (2 * rng.random((400_000, 7)) - 1),
        "gaussian": rng.normal(size=(400_000, 7)),
    }
    for kind, unit in draws.items():
        assert means._mean_size(mean, s, kind) == pytest.approx(np.abs(mean + s * unit).mean(axis=0), abs=0.01)
        assert means._mean_size(mean, s, kind)[0] == abs(mean[0])


def test_the_means_of_finite_data_are_over_all_samples():
    path = panel.unmodified_path("network AP")
    found = means.given_the_past(path)
    problem, at = path.problem, (5, 2)
    stale, now = (
        [values[at][place].reshape(shape) for place, shape in zip(path.stages, problem.shapes, strict=True)]
        for values in (path.stale, path.weights)
    )
    each = [
        np.concatenate([g.ravel() for g in problem.direction(stale, now, sample)]) for sample in problem.every_sample
    ]
    assert found.direction[at] == pytest.approx(np.mean(each, axis=0), abs=1e-12)
    size = np.mean(np.abs(each), axis=0)
    assert found.drift[at] == pytest.approx(size * path.weights[at] / path.setting.tau, abs=1e-12)


def test_a_batch_has_no_law_here():
    assert means.given_the_past(panel.unmodified_path("Analog-SGD-SP")) is None
