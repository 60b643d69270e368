"""Verdicts on planted truths: what holds is held, what is violated is caught, what is out of reach is not applied."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import simulate
import theory
import verify
from theory.setting.boundary import BadInput, OutsideDomain
from verify import assumptions, statistics, verdicts
from verify.observations import Constants, Observations

VALUES = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.1, "K": 100, "Lambda1": 0.5, "Lambdah": 0.5}
EXTRA = {"nu": 0.4, "Ln": 0.8, "rho": 0.5}


def observed(mean: float, replicas: int = 400, saturation: float = 0.4, **changes) -> Observations:
    """Replicas around a planted mean."""
    rng = np.random.default_rng(0)
    values = VALUES | EXTRA | changes.pop("values", {})
    certified = dict.fromkeys(values, True) | changes.pop("certified", {})
    for name in changes.pop("without", ()):
        del values[name], certified[name]
    scatter = rng.gamma(100.0, 0.01, replicas)
    square = saturation**2 * rng.uniform(0.8, 1.0, replicas)
    known = Constants(values, certified)
    return Observations(mean * scatter, np.full(replicas, saturation), square, changes.pop("diverged", 0), known, "x")


@pytest.fixture
def bounds(monkeypatch):
    """Bounds of 1, adaptive ones growing with rbar2, with a domain rho <= 0.6."""

    def made(name):
        def bound(rho, rbar2=None, **_):
            if rho > 0.6:
                raise OutsideDomain("rho", rho, "rho <= 0.6", name)
            return 1.0 if rbar2 is None else 1.0 + rbar2

        return bound

    monkeypatch.setattr(theory, "bound", made, raising=False)


def words(observations, level=1e-4) -> dict[str, str]:
    return {check.claim: check.verdict for check in verdicts.confront(observations, level).checks}


def test_a_mean_below_the_bound_is_held(bounds):
    assert set(words(observed(0.8)).values()) == {"held"}


def test_a_mean_above_the_bound_is_violated(bounds):
    found = words(observed(1.3))
    assert found["sharp/a-priori"] == found["sharp/a-posteriori"] == "violated"


def test_a_mean_at_the_bound_is_inconclusive(bounds):
    confrontation = verdicts.confront(observed(1.0), 1e-4)
    assert confrontation.word == "inconclusive" and not confrontation.settled


def test_the_adaptive_form_allows_for_its_own_uncertainty(bounds):
    # rbar2 is about 0.144 and its ceiling 0.16: a mean of 1.15 lies between what the two ends allow
    assert words(observed(1.15))["saturation-adaptive/a-posteriori"] == "inconclusive"
    assert words(observed(1.05))["saturation-adaptive/a-posteriori"] == "held"
    assert words(observed(1.4))["saturation-adaptive/a-posteriori"] == "violated"


@pytest.mark.parametrize(
    ("changes", "basis", "reason"),
    [
        ({"without": ["rho"]}, "a-priori", "not certified"),
        ({"certified": {"L": False}}, "a-priori", "L only measured"),
        ({"without": ["Lambda1"]}, "a-posteriori", "Lambda1 unknown"),
        ({"saturation": 0.55}, "a-priori", "observed 0.55 above 0.5"),
        ({"saturation": 1.0}, "a-posteriori", "saturation violated"),
        ({"saturation": 0.7}, "a-posteriori", "rho <= 0.6"),
        ({"diverged": 2}, "a-posteriori", "2 of 402 replicas diverged"),
    ],
)
def test_a_bound_whose_assumption_fails_is_not_applied_and_says_why(bounds, changes, basis, reason):
    checks = verdicts.confront(observed(5.0, **changes), 1e-4).checks
    check = next(check for check in checks if check.claim == f"sharp/{basis}")
    assert check.verdict == "not applied" and reason in check.reason


@pytest.mark.parametrize(
    ("lower", "upper", "word"),
    [(0.5, 0.99, "held"), (0.5, 1.05, "inconclusive"), (1.15, 2.0, "inconclusive"), (1.25, 2.0, "violated")],
)
def test_an_adaptive_bound_is_taken_at_the_end_that_is_safe(bounds, monkeypatch, lower, upper, word):
    """The bound is 1 + rbar2 with rbar2 in [0, 0.2], 0.1 the likeliest."""
    seen = observed(1.0)
    found = replace(
        verdicts.weigh(seen, 1e-4),
        lower=statistics.ConfidenceBound(lower, "lower", 1e-4, "betting"),
        upper=statistics.ConfidenceBound(upper, "upper", 1e-4, "student"),
        rbar2=(0.0, 0.1, 0.2),
    )
    monkeypatch.setattr(verdicts, "weigh", lambda *_: found)
    assert words(seen)["saturation-adaptive/a-posteriori"] == word


def test_the_mean_square_saturation_is_bet_on_below_its_own_ceiling():
    """The square of the largest saturation is an upper end of the mean square, and a tight one where all are alike."""
    alike = verdicts.weigh(observed(1.0, replicas=64, saturation=0.4), 1e-4).rbar2
    assert 0.4**2 * 0.8 < alike[0] < alike[1] < alike[2] <= 0.4**2


def test_noise_resolved_needs_its_constants(bounds):
    found = words(observed(0.8, without=["nu"]))
    assert found["noise-resolved/a-posteriori"] == "not applied" and found["sharp/a-posteriori"] == "held"


@given(st.floats(0.2, 5.0), st.integers(2, 60))
@settings(deadline=None, max_examples=50)
def test_tightness_carries_its_uncertainty(mean, replicas):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theory, "bound", lambda _: lambda **_: 1.0, raising=False)
        for check in verdicts.confront(observed(mean, replicas), 1e-3).checks:
            assert check.tightness_low <= check.tightness <= check.tightness_high or check.tightness_high == math.inf


def test_assumptions_are_certified_measured_or_violated():
    def status(name, **changes):
        return {f.assumption: f.status for f in assumptions.examine(observed(1.0, **changes))}[name]

    assert status("smooth") == status("saturation") == status("lags") == "certified"
    assert status("smooth", certified={"L": False}) == status("saturation", without=["rho"]) == "measured"
    assert status("staleness", without=["Lambda1"]) == "unknown"
    assert status("saturation", saturation=0.6) == status("saturation", diverged=1) == "violated"


def test_check_shows_a_run_as_tables():
    problem = simulate.problems.make("quadratic", stages=2, noise="two-point", sigma=0.5)
    runs = simulate.run(problem, "analog-sgd-ap", alpha=0.02, tau=20.0, iterations=200, replicas=16, seed=1)
    report = verify.check(runs)
    assert report.ok and report.verdict in ("held", "inconclusive")
    assert "sharp/a-posteriori" in str(report) and "<table>" in report._repr_html_()
    with pytest.raises(BadInput, match="confidence"):
        verify.check(runs, confidence=1.0)
    alone = simulate.run(problem, "digital-sgd", alpha=0.02, tau=math.inf, iterations=20, replicas=1)
    with pytest.raises(BadInput, match="replicas"):
        verify.check(alone)


def test_every_look_pays_its_own_share_of_the_error():
    """Betting is valid at all looks at once and may spend its share whole; Student's t must divide it among looks."""
    constants = Constants({}, {})
    values = np.linspace(0.9, 1.1, 20)
    evidence = verdicts.weigh(Observations(values, values / 2, values / 4, 0, constants, "analog-sgd"), 0.03)
    assert evidence.lower.level == pytest.approx(0.03 / 2)
    assert evidence.upper.method == "student"
    assert evidence.upper.level * verdicts.LOOKS <= 0.03 / 2 * (1 + 1e-12)
