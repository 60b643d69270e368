"""The pieces of Theorem 4 along recorded paths: each line holds, and fails when what it speaks of is another."""

from dataclasses import replace

import numpy as np
import pytest

from simulate.problems import make
from tests.verify.proof_lines.test_claims_along_paths import constants, recorded
from verify import proof_lines
from verify.judging.observations import Constants
from verify.proof_lines import averages, counterparts, free_windows, frozen_run
from verify.sweep.drawn import Setting

RAN = {"id": 0, "family": "a test"}


def run(problem, alpha, tau, lags, steps=400, replicas=256, **options):
    setting = Setting(problem, "analog-sgd-ap", alpha, tau, steps, replicas, seed=1, lags=lags, **RAN, **options)
    return proof_lines.record(setting, constants(setting), steps, replicas)


@pytest.fixture(scope="module")
def path():
    return recorded(4)  # Analog-SGD-AP on coupled stages, strong lags


@pytest.fixture(scope="module")
def strong():
    """One weight with lag 2 and steps so long that a frozen point one step late is seen at once."""
    problem = make("quadratic", 1, size=1, condition=1.0, noise="two-point", start=0.5, target=2.5)
    return run(problem, 0.25, 4.0, (2,), free_lags=True)


@pytest.fixture(scope="module")
def bent():
    """A cosine, whose derivative changes with the weights."""
    problem = make("cosine", 2, size=1, noise="two-point", amplitude=0.5, frequency=2.0, condition=2.0)
    return run(problem, 0.2, 5.0, (1, 0), replicas=64)


def failing(path):
    return {line.claim for line in frozen_run.lines(path) if not line.ok}


@pytest.mark.parametrize("name", ["path", "strong", "bent"])
def test_every_line_holds(name, request):
    found = frozen_run.lines(request.getfixturevalue(name))
    assert {line.claim for line in found} == set(counterparts.LINES["frozen_run"])
    assert all(line.ok for line in found)


def test_orthogonality_is_measured_as_zero_and_its_interval_is_short(strong):
    from_above, from_below = (line for line in frozen_run.lines(strong) if line.claim == "free.orthogonal")
    scale = np.sqrt(
        np.prod([frozen_run.Frozen(strong, frozen_run.derivative(strong)).norm((1, one))[0] for one in ("G_f", "b_n")])
    )
    assert abs(from_above.left) <= from_above.allowance < 0.05 * scale
    assert from_above.left == from_below.right


def test_a_frozen_point_one_step_too_late_is_noticed(strong, monkeypatch):
    def too_late(self, sequence):
        return sequence[np.maximum(np.arange(self.path.steps) - self.window + 1, 0)]

    monkeypatch.setattr(frozen_run.Frozen, "before", too_late)
    assert "free.orthogonal" in failing(strong)


def test_a_window_longer_than_the_frozen_point_is_old_is_noticed(strong, monkeypatch):
    monkeypatch.setattr(frozen_run.Frozen, "window", 1)
    assert "free.orthogonal" in failing(strong)


@pytest.mark.parametrize(
    ("spoilt", "claim"),
    [
        (lambda values: {"rho": values["rho"] / 3}, "free.split"),
        (lambda values: {"changed": values["changed"] / 20}, "free.first_order"),
        (lambda values: {"B_v": values["B_v"] / 20}, "free.coherent"),
    ],
)
def test_a_bound_too_small_is_noticed(strong, monkeypatch, spoilt, claim):
    true = frozen_run.Frozen(strong, frozen_run.derivative(strong)).values
    monkeypatch.setattr(frozen_run.Frozen, "values", {**true, **spoilt(true)})
    assert claim in failing(strong)


def test_a_response_that_changes_faster_is_noticed(strong, monkeypatch):
    """Weights move against the noise, so that the product is negative; with the weights' move turned it is not."""
    one = frozen_run.Frozen(strong, frozen_run.derivative(strong)).sequences
    monkeypatch.setattr(frozen_run.Frozen, "sequences", {**one, "E_m": 2 * one["E_f"] - one["E_m"]})
    true = frozen_run.Frozen(strong, frozen_run.derivative(strong)).values
    assert "free.second" not in failing(strong)
    monkeypatch.setattr(frozen_run.Frozen, "values", {**true, "theta1": true["theta1"] / 20})
    assert "free.second" in failing(strong)


def test_a_derivative_that_is_called_constant_is_noticed(bent):
    """H2 = HJ = 0 is said of the cosine: what is left of the staleness is then more than nothing."""
    assert bent.constants.values["H2"] > 0 and bent.constants.values["HJ"] > 0
    values = {**bent.constants.values, "H2": 0.0, "HJ": 0.0}
    assert failing(replace(bent, constants=Constants(values, bent.constants.certified))) == {"free.remainder"}


def test_a_device_that_drifts_more_is_noticed(strong):
    rough = replace(strong)
    rough.__dict__["rho"] = 0.9 * strong.rho
    assert "free.linear" in failing(rough)


def test_where_the_noise_is_not_additive_or_no_stage_is_late_there_is_no_line():
    from verify.sabotage import panel

    for name in ("network AP", "analog SGD", "lipschitz-only"):
        assert frozen_run.lines(panel.unmodified_path(name)) == []


def test_what_meets_the_noise_of_the_window_falls_with_the_square_of_the_step():
    """<u, b_n> = <u - frozen u, b_n>, since the frozen product is zero; the right side has far less scatter."""
    problem = make("quadratic", 1, size=1, condition=1.0, noise="two-point", start=0.5, target=2.5)
    products, crosses = [], []
    steps = (0.2, 0.1, 0.05)
    for alpha in steps:
        short = run(problem, alpha, 4.0, (2,), replicas=512, free_lags=True)
        found = frozen_run.Frozen(short, frozen_run.derivative(short))
        one = found.sequences
        change = one["e"] - one["E_f"] + short.rho**2 * (one["F"] + one["n"] - one["G_f"])
        products.append(short.inner(change, one["b_n"]).mean())
        crosses.append(found.norm((1, "b_n"))[0])
    order = np.polyfit(np.log(steps), np.log(np.abs(products)), 1)[0]
    assert order == pytest.approx(2, abs=0.2)
    assert np.polyfit(np.log(steps), np.log(crosses), 1)[0] == pytest.approx(1, abs=0.1)  # what Theorem 1 charges


# the windows


def windows_failing(path):
    return {line.claim for line in free_windows.lines(path) if not line.ok}


@pytest.mark.parametrize("name", ["path", "strong", "bent"])
def test_every_line_of_the_windows_holds(name, request):
    found = free_windows.lines(request.getfixturevalue(name))
    assert {line.claim for line in found} == set(counterparts.LINES["free_windows"])
    assert all(line.ok for line in found)


def constant(path, **changes):
    known = path.constants
    return replace(path, constants=Constants({**known.values, **changes}, known.certified))


@pytest.mark.parametrize(
    ("changes", "claims"),
    [
        ({"ell": 0.2}, {"free.joint"}),
        ({"nu": 0.7}, {"free.parts"}),
        ({"Lambda1": 0.1}, {"free.parts"}),
        ({"sigma2": 0.25}, {"free.weighted"}),
    ],
)
def test_a_constant_too_small_is_noticed(strong, changes, claims):
    """ell = 1, nu = sqrt(2), Lambda1 = 2 and sigma2 = 1 there."""
    assert claims <= windows_failing(constant(strong, **changes))


def test_noise_that_repeats_itself_is_longer_than_a_window_of_differences(strong):
    same = np.broadcast_to(strong.noise[:1], strong.noise.shape)
    still = replace(strong, fresh=strong.gradient + same)
    assert {"free.weighted_stage", "free.weighted_partial"} <= windows_failing(still)


def test_the_point_of_a_run_is_in_the_set_of_theorem_4_and_not_in_one_that_is_smaller(path, monkeypatch):
    names = {"free.feasible", "free.multiplier", "free.explicit", "free.end"}
    found = [line for line in averages.lines(path) if line.claim in names]
    assert {line.claim for line in found} == names and all(line.ok for line in found)
    monkeypatch.setattr(type(path), "rho", path.rho / 20)
    spoilt = [
        line.claim for line in averages.lines(constant(path, L=0.01, nu=0.0, Lambda1=0.0, ell=0.0)) if not line.ok
    ]
    assert "free.feasible" in spoilt
