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
from boundary import BadInput, OutsideDomain
from verify.judging import assumptions, statistics, verdicts
from verify.judging.observations import Constants, Observations, from_trajectories

VALUES = {"L": 1.0, "sigma2": 1.0, "Delta": 1.0, "alpha": 0.1, "K": 100, "Lambda1": 0.5, "Lambdah": 0.5}
EXTRA = {
    "nu": 0.4, "Ln": 0.8, "rho": 0.5, "D": 1, "J": 1, "ell": 1.0, "ell1": 0.5, "theta1": 0.1, "F0": 1.0, "H2": 0.0,
    "HJ": 0.0, "chi2": 0.75,
}  # fmt: skip


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
    measured = (mean * scatter, np.full(replicas, saturation), square, changes.pop("diverged", 0))
    return Observations(*measured, known, "x", last_gap=np.zeros(replicas))


@pytest.fixture
def bounds(monkeypatch):
    """Bounds of 1, adaptive ones growing with rbar2, with a domain rho <= 0.6."""

    def made(name):
        def bound(rho, rbar2=None, **_):
            if np.max(rho) > 0.6:
                raise OutsideDomain("rho", rho, "rho <= 0.6", name)
            return 1.0 if rbar2 is None else 1.0 + rbar2

        return bound

    monkeypatch.setattr(theory, "bound", made, raising=False)


def words(observations, level=1e-4) -> dict[str, str]:
    return {str(check.name): check.verdict for check in verdicts.confront(observations, level).checks}


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
        ({"saturation": 0.55}, "a-priori", "observed 0.55, above the proved 0.5"),
        ({"saturation": 1.0}, "a-posteriori", "saturation violated"),
        ({"saturation": 0.7}, "a-posteriori", "rho <= 0.6"),
        ({"diverged": 2}, "a-posteriori", "2 of 402 replicas diverged"),
    ],
)
def test_a_bound_whose_assumption_fails_is_not_applied_and_says_why(bounds, changes, basis, reason):
    checks = verdicts.confront(observed(5.0, **changes), 1e-4).checks
    check = next(check for check in checks if check.name == ("sharp", basis))
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


RARE, HIGH, LOW = 0.005, 0.81, 0.01


def rare(seed: int, rho: float | None, replicas: int = 96) -> Observations:
    """Replicas whose saturation is 0.9 once in 200, else 0.1: most samples never show it."""
    square = np.where(np.random.default_rng(seed).random(replicas) < RARE, HIGH, LOW)
    seen = observed(1.0, replicas, values={} if rho is None else {"rho": rho}, without=["rho"] if rho is None else [])
    return replace(seen, saturation=np.sqrt(square), square_saturation=square)


@pytest.mark.parametrize(("rho", "ceiling"), [(0.9, 0.81), (None, 1.0)])
def test_the_ceiling_of_the_mean_square_saturation_is_known_beforehand(rho, ceiling):
    """A ceiling read off the run is below the mean in 62% of samples of this law, whatever error is stated."""
    truth, level, missed, read_off = RARE * HIGH + (1 - RARE) * LOW, 2e-5, 0, 0
    for seed in range(300):
        seen = rare(seed, rho)
        evidence = verdicts.weigh(seen, level)
        missed += evidence.rbar2[2] < truth
        read_off += seen.square_saturation.max() < truth
        assert evidence.ceiling == pytest.approx(ceiling)
    assert read_off > 150 and missed == 0  # stated: 1e-5 each


def test_the_method_behind_the_mean_square_saturation_is_named():
    said = verdicts.weigh(rare(0, None), 1e-4).summary(1e-4).mean_square_saturation_method
    assert said == "betting below 1, known beforehand"
    alike = verdicts.weigh(observed(1.0, replicas=64, saturation=0.4), 1e-4).rbar2
    assert 0.4**2 * 0.8 < alike[0] < alike[1] < alike[2] <= 0.5**2


def test_a_certificate_that_is_broken_is_no_ceiling():
    assert verdicts.weigh(observed(1.0, saturation=0.4), 1e-4).ceiling == 0.25
    assert verdicts.weigh(observed(1.0, saturation=0.6), 1e-4).ceiling == 1.0


NEEDED = {
    "sharp": ("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah", "rho"),
    "explicit": ("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah", "rho"),
    "noise-resolved": ("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah", "rho", "nu", "Ln"),
}


@pytest.mark.parametrize(("form", "constant"), [(form, name) for form, names in NEEDED.items() for name in names])
@pytest.mark.parametrize("sampling", ["at every step", "at some steps"])
def test_an_a_priori_check_is_refused_for_every_single_constant_that_is_only_seen(bounds, form, constant, sampling):
    seen = replace(observed(5.0, certified={constant: False}), sampling=sampling)
    checks = {str(check.name): check for check in verdicts.confront(seen, 1e-4).checks}
    refused = checks[f"{form}/a-priori"]
    word = "measured" if sampling == "at every step" else "sampled"
    reason = "saturation is not certified" if constant == "rho" else f"{constant} only {word}"
    assert (refused.verdict, refused.reason, refused.covered) == ("not applied", reason, False)
    assert checks[f"{form}/a-posteriori"].verdict == "violated"
    others = [checks[f"{other}/a-priori"].verdict for other, names in NEEDED.items() if constant not in names]
    assert set(others) <= {"violated"}


@pytest.mark.parametrize(("form", "constant"), [(form, name) for form, names in NEEDED.items() for name in names])
def test_an_a_priori_check_is_refused_for_every_single_constant_that_is_unknown(bounds, form, constant):
    checks = {str(check.name): check for check in verdicts.confront(observed(5.0, without=[constant]), 1e-4).checks}
    assert checks[f"{form}/a-priori"].verdict == "not applied"


def test_an_a_posteriori_check_says_what_it_is_conditional_on(bounds):
    checks = verdicts.confront(observed(0.8, replicas=64), 1e-4).checks
    for check in checks:
        priori = check.name.basis == "a-priori"
        assert (check.condition == "") == priori and check.covered == priori
        assert priori or check.condition.startswith("provided that no run passes rho = 0.4, the largest")
    measured = verdicts.confront(observed(0.8, certified={"nu": False, "L": False}), 1e-4).checks
    said = {str(check.name): check.condition for check in measured}
    assert "L, nu nowhere exceed what was measured at every step" in said["noise-resolved/a-posteriori"]
    assert "L nowhere exceed" in said["sharp/a-posteriori"] and "nu" not in said["sharp/a-posteriori"]


def test_a_digital_run_whose_constants_are_proved_is_conditional_on_nothing(bounds):
    checks = verdicts.confront(observed(0.8, saturation=0.0, values={"rho": 0.0}), 1e-4).checks
    assert {check.condition for check in checks} == {""}


@pytest.mark.parametrize("replicas", [16, 64, 256])
def test_the_chance_of_passing_what_was_seen_is_wilks_tolerance_limit(replicas):
    stated = verdicts.weigh(observed(1.0, replicas=replicas), 1e-4).passing
    assert (1 - stated) ** replicas == pytest.approx(0.05 / verdicts.LOOKS)
    # the share of a continuous law above its sample's maximum exceeds it as seldom as stated
    above = 1 - np.random.default_rng(0).random((20_000, replicas)).max(axis=1)
    assert np.mean(above > stated) < 0.05 / verdicts.LOOKS + 5 * math.sqrt(0.02 / 20_000)


@pytest.mark.parametrize(("bounded", "words"), [(True, None), (False, "normal noise passes"), (None, "does not say")])
def test_noise_that_is_not_bounded_is_said_to_pass_every_saturation(bounds, bounded, words):
    seen = replace(observed(0.8, without=["rho"]), bounded_noise=bounded)
    condition = verdicts.confront(seen, 1e-4).checks[1].condition
    assert (words is None) == (";" not in condition) and (words or "") in condition
    found = {one.assumption: one.status for one in assumptions.examine(seen)}
    assert found["saturation"] == ("conditional" if bounded is False else "measured")


@pytest.mark.parametrize("noise", ["two-point", "uniform", "gaussian"])
def test_with_normal_noise_no_saturation_is_certified(noise):
    problem = simulate.problems.make("quadratic", stages=2, size=1, diagonal=True, noise=noise, sigma=0.5)
    runs = simulate.run(problem, "analog-sgd-ap", alpha=0.02, tau=20.0, iterations=200, replicas=16, seed=1)
    report = verify.check(runs)
    status = {one.assumption: one.status for one in report.assumptions}["saturation"]
    assert status == ("conditional" if noise == "gaussian" else "certified")
    checks = {str(check.name): check for check in report.checks}
    assert (checks["sharp/a-priori"].verdict == "not applied") == (noise == "gaussian")
    text = " ".join(str(report).split())
    assert "a-posteriori checks are conditional: provided that no run passes rho" in text
    assert ("normal noise passes every rho" in text) == (noise == "gaussian")
    assert "provided that no run passes rho" in report._repr_html_()


@pytest.mark.parametrize("device", ["power", "exponential", "shifted-linear", "pulse-train"])
def test_the_saturation_of_another_device_is_not_taken_for_its_distortion(device):
    problem = simulate.problems.make("quadratic", stages=1, size=1, noise="two-point", sigma=0.5)
    runs = simulate.run(problem, "analog-sgd", alpha=0.02, tau=20.0, iterations=100, replicas=8, seed=1, device=device)
    checks = verify.check(runs).checks
    met = float(runs.max_saturation.max())
    observed = from_trajectories(runs)
    gamma, gain = runs.run.make_device().distortion(-met * 20.0, met * 20.0, observed.response.increment(met))
    assert gamma > met + 1e-4 or device == "exponential"  # curvature 1 distorts less than the linear device
    applied = {check.claim: check for check in checks if check.applied}
    given = observed.constants.take("L", "sigma2", "Delta", "alpha", "K", "Lambda1", "Lambdah")
    bound = theory.bound("sharp")(**given, rho=gamma, gain=gain)
    assert applied["sharp/a-posteriori"].bound == pytest.approx(bound, rel=1e-9)
    certified = observed.constants
    assert certified.proved("rho", "gain") and certified.values["rho"] >= gamma
    assert applied["sharp/a-priori"].bound >= bound * (1 - 1e-12)


def test_noise_resolved_needs_its_constants(bounds):
    found = words(observed(0.8, without=["nu"]))
    assert found["noise-resolved/a-posteriori"] == "not applied" and found["sharp/a-posteriori"] == "held"


@given(st.floats(0.2, 5.0), st.integers(2, 60))
@settings(deadline=None, max_examples=50)
def test_tightness_carries_its_uncertainty(mean, replicas):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theory, "bound", lambda _: lambda **_: 1.0, raising=False)
        for check in verdicts.confront(observed(mean, replicas), 1e-3).checks:
            ordered = check.tightness_low <= check.tightness <= check.tightness_high
            assert ordered or check.tightness_high == math.inf or not check.applied
            # what the replicas do not decide of a bound that takes f's fall is left to the others
            assert check.applied or check.name.form in ("observed-ends", "observed-ends-adaptive", "mean")


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
