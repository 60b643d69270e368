"""What was proved beforehand and a run contradicts is a violation of its own; rounding of the comparison is none."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

import simulate
import verify
from simulate.observe import Observer
from simulate.problems import Network, Quadratic
from simulate.problems.spectral import largest_norms
from verify.judging import certificates, observations, verdicts
from verify.judging.certificates import BOX, Certificate
from verify.report import summary
from verify.sweep import assessing
from verify.sweep.drawn import Setting
from verify.sweep.plan import SweepPlan


@dataclass(frozen=True)
class Lying(Quadratic):
    """A quadratic one of whose certified constants is wrong."""

    independent_draws: ClassVar[bool] = True

    lie: str = ""

    def facts(self, lags, *, stashed=False):
        found = super().facts(lags, stashed=stashed)
        factor = {"sigma2": 0.5, "L": 0.3}.get(self.lie)
        return (
            found
            if factor is None
            else replace(found, values={**found.values, self.lie: factor * found.values[self.lie]})
        )

    @property
    def lower_bound(self):
        return 0.01 if self.lie == "Delta" else 0.0

    def certified_saturation(self, alpha, device, lags):
        found = super().certified_saturation(alpha, device, lags)
        return 0.01 * found if self.lie == "rho" else found


def run(lie: str = "", **changes):
    made = Lying(stages=2, noise="two-point", sigma=0.5, condition=1.0, lie=lie)
    options = {"alpha": 0.02, "tau": 20.0, "iterations": 400, "replicas": 16, "seed": 1} | changes
    return simulate.run(made, "analog-sgd-ap", backend="numpy", **options)


@pytest.mark.parametrize("constant", ["rho", "sigma2", "L", "Delta"])
def test_a_certificate_that_a_run_breaks_is_an_alarm(constant, monkeypatch):
    monkeypatch.setattr("verify.sweep.assessing.require_agreement", lambda *_, **__: None)  # it names the lie first
    report = verify.check(run(constant))
    assert report.verdict == "violated" and not report.ok
    alarm = next(check for check in report.checks if check.name == (constant, "certificate"))
    assert alarm.verdict == "violated" and alarm.reason.startswith("broken certificate") and "proved" in alarm.reason
    resting = [check for check in report.checks if check.name.basis == "a-priori"]
    if constant != "rho":  # the others enter every bound
        resting = [check for check in report.checks if check is not alarm and check.name.basis != "certificate"]
    assert {check.verdict for check in resting} == {"not applied"}
    assert all(check.reason.startswith("broken certificate") for check in resting)
    assumption = {"rho": "saturation", "sigma2": "variance", "L": "smooth", "Delta": "lower"}[constant]
    found = next(finding for finding in report.assumptions if finding.assumption == assumption)
    assert found.status == "violated" and "proved" in found.evidence
    assert "broken certificate" in str(report) and "broken certificate" in report._repr_html_()


def test_a_replica_that_leaves_the_device_breaks_a_certified_saturation(monkeypatch):
    """Divergence is no reason to apply nothing in silence where it was proved impossible; elsewhere it is."""
    monkeypatch.setattr(Lying, "certified_saturation", lambda *_: 0.5)
    runs = run(alpha=0.9, tau=1.05, iterations=200)
    report = verify.check(runs)
    assert runs.diverged and report.verdict == "violated"
    assert any(check.name == ("rho", "certificate") and "observed inf" in check.reason for check in report.checks)
    digital = simulate.run(Lying(stages=2, noise="two-point", sigma=0.5), "digital-ap", alpha=60.0, tau=math.inf,
                           iterations=500, replicas=4, seed=1)  # fmt: skip
    assert digital.diverged and verify.check(digital).verdict == "not applied"


def test_the_truth_breaks_no_certificate():
    assert verify.check(run()).ok
    assert [check for check in verify.check(run()).checks if check.name.basis == "certificate"] == []


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("problem", "settings"),
    [
        ("quadratic", {"noise": "uniform", "condition": 1.0, "L": 3.0}),
        ("quadratic", {"size": 1, "noise": "two-point", "noise_spread": 30.0, "sigma": 3.0}),
        ("cosine", {"noise": "gaussian"}),
        ("logistic", {}),
        ("plus-minus", {"tau": 9.0}),
        ("network", {"width": 3, "samples": 6, "gain": 0.2}),
        ("network", {"width": 3, "samples": 1, "loss": "squared"}),
    ],
)
def test_rounding_breaks_no_certificate(problem, settings, dtype):
    """Where the proved number is attained (a constant variance, one curvature) only rounding differs."""
    made = simulate.problems.make(problem, stages=2, **settings)
    runs = simulate.run(made, "analog-sgd-ap", alpha=0.01, tau=9.0, iterations=300, replicas=8, seed=1, dtype=dtype)
    seen = observations.from_trajectories(runs)
    assert seen.certificates and seen.broken() == []


def test_a_certificate_compares_with_the_rounding_of_both_sides_and_nothing_more():
    above = Certificate("sigma2", "noise variance", 1.0, 1.0 + 1e-15, 1e-14)
    assert not above.broken and replace(above, seen=1.0 + 2e-14).broken
    below = Certificate("Delta", "f", 0.0, -1e-17, 1e-16, floor=True)
    assert not below.broken and replace(below, seen=-1e-15).broken
    assert above.worse(replace(above, seen=3.0)).seen == 3.0 and below.worse(replace(below, seen=-1.0)).seen == -1.0
    assert "above the proved 1" in replace(above, seen=3.0).reason
    assert "below the proved 0" in replace(below, seen=-1.0).reason


def test_stage_norms_beyond_the_box_are_an_alarm(monkeypatch):
    made = Network(stages=2, width=3, samples=8, gain=0.5)
    runs = simulate.run(made, "analog-sgd-ap", alpha=1e-3, tau=3.0, iterations=100, replicas=4, seed=1)
    seen = observations.from_trajectories(runs)
    assert [one.constant for one in seen.certificates].count(BOX) == 2 and not seen.broken()
    w, _ = certificates.box(runs.run, made)
    monkeypatch.setattr(certificates, "box", lambda *_: ([w[0], 0.1], ""))
    report = verify.check(runs)
    assert report.verdict == "violated"
    alarm = next(check for check in report.checks if check.verdict == "violated")
    assert str(alarm.name) == f"certificate/{BOX}" and "norm2(W^(2))" in alarm.reason


def test_a_broken_certificate_makes_a_sweep_say_no(monkeypatch):
    problem = Quadratic(2, size=1, noise="two-point", sigma=1.0)
    setting = Setting(problem, "analog-sgd-ap", 0.05, 9.0, 200, 8, 1, id=0, family="quadratic")
    assert assessing.assess(setting, 0.99).verdict != "violated"
    true = observations.from_trajectories

    def lying(runs):
        found = true(runs)
        known = found.constants
        wrong = observations.Constants({**known.values, "rho": 0.001}, {**known.certified, "rho": True})
        return replace(found, constants=wrong)

    monkeypatch.setattr(assessing, "from_trajectories", lying)
    result = assessing.assess(setting, 0.99)
    found = summary.summarise([result], SweepPlan(1, ("quadratic",), 0.99), 1.0)
    assert result.verdict == "violated" and found.counts.violations == 1
    assert found.by_basis["certificate"].violations == 1 and found.by_basis["a-priori"].violations == 0


@pytest.mark.parametrize("share", [0.999, 1.001, 1.5, 1.999])
def test_the_box_allows_for_steps_up_to_tau_and_no_further(share):
    """A step longer than tau leaves the box from its edge: W = -tau, D = (1 + e) tau ends at (1 + 2 e) tau."""
    made = Network(stages=2, width=2, samples=4, gain=0.1)
    tau = 2.0
    w = made.stage_norms(tau)
    bounds = certificates.network.bounds(made.stage_data, w)
    longest = max(D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True))
    described = simulate.Run(made, "analog-sgd-ap", alpha=share * tau / longest, tau=tau, iterations=10)
    found, refusal = certificates.box(described, made)
    assert (found == w) == (share < 1) and ("a step may leave" in refusal) == (share > 1)
    device = described.make_device()
    worst = float(device.update(np.float64(-tau), np.float64(share * tau)))
    assert (abs(worst) <= tau) == (share < 1)


@pytest.mark.parametrize("seed", range(4))
def test_the_box_holds_against_the_worst_stale_weights(seed):
    """Forward and backward weights anywhere in the box, whatever made them: no step leaves it, no norm passes w_m."""
    made = Network(stages=3, width=2, samples=6, gain=0.1)
    tau, rng = 0.8, np.random.default_rng(seed)
    w = made.stage_norms(tau)
    bounds = certificates.network.bounds(made.stage_data, w)
    alpha = 0.999 * tau / max(D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True))
    described = simulate.Run(made, "analog-sgd-ap", alpha=alpha, tau=tau, iterations=10)
    assert certificates.box(described, made)[0] == w
    device, now = described.make_device(), [rng.choice((-tau, tau), shape) for shape in made.shapes]
    for _ in range(200):
        stale = [rng.choice((-tau, tau), shape) for shape in made.shapes]
        along = made.direction(stale, now, int(rng.integers(made.samples)))
        steps = [-alpha * part for part in along]
        assert all(np.abs(part).max() <= tau for part in steps)
        now = [device.update(stage, step) for stage, step in zip(now, steps, strict=True)]
        assert all(np.abs(stage).max() <= tau * (1 + 1e-12) for stage in now)
        assert all(np.linalg.norm(stage, 2) <= most for stage, most in zip(now, w, strict=True))


@pytest.mark.parametrize("measure_every", [1, None])
@pytest.mark.parametrize("backend", ["kernels", "numpy"])
def test_a_norm_that_peaks_early_is_seen(backend, measure_every):
    """Weights that shrink from W_0 on, in a run of several blocks of random numbers whose ends are all lower."""
    made = Network(stages=2, width=3, samples=6, gain=3.0)
    iterations = 3 * 4096 if backend == "kernels" else 4500
    options = {"iterations": iterations, "replicas": 2, "seed": 1, "measure_every": measure_every}
    runs = simulate.run(made, "analog-sgd", alpha=0.3, tau=12.0, backend=backend, **options)
    start = [float(np.linalg.norm(stage, 2)) for stage in made.initial_weights()]
    assert all(seen >= norm * (1 - 1e-12) for seen, norm in zip(runs.measured["w"], start, strict=True))
    assert runs.measured["sigma2"] >= sum(np.sum(v) for v in made.moments(made.initial_weights()).variance) * (
        1 - 1e-12
    )
    seen = observations.from_trajectories(runs)
    assert seen.seen == ("measured" if measure_every == 1 else "sampled")
    sides = verify.check(runs).norms
    assert sides[1].norms == seen.seen and all(w >= norm for w, norm in zip(sides[1].w, start, strict=True))


def test_a_peak_between_the_ends_is_seen_where_every_step_is_looked_at():
    made = Network(stages=2, width=2, samples=4)
    observer = Observer(made, 20.0, 50, 0, range(1), 1, 4)
    calm = [np.eye(2)[None] for _ in range(2)]
    observer.start(calm)
    plan = observer.plan(0, 50)
    for place in range(50):
        observer.see(plan, place, [stage * (9.0 if place == 7 else 1.0) for stage in calm])
    assert observer.largest_norms[0].tolist() == [9.0, 9.0]
    assert observer.largest_weight[0] == 9.0


def test_only_what_is_looked_at_at_every_step_is_called_measured():
    made = Network(stages=2, width=3, samples=6)
    options = {"alpha": 0.01, "tau": 12.0, "iterations": 2000, "replicas": 4, "seed": 1}
    every, some = (simulate.run(made, "analog-sgd-ap", **options, measure_every=n) for n in (1, 50))
    assert every.sampling == "at every step" and "in every 50 steps" in some.sampling
    assert some.to_json()["sampling"] == some.sampling
    text = str(verify.check(some))
    assert "sampled at W_0, W_K" in " ".join(text.split()) and "sampled" in text
    status = {one.assumption: one.status for one in verify.check(some).assumptions}
    assert status["smooth"] == status["variance"] == status["staleness"] == "sampled"
    assert status["saturation"] == "measured"  # the kernels look at it at every step
    assert {one.status for one in verify.check(every).assumptions if one.assumption == "smooth"} == {"measured"}
    (reason,) = {check.reason for check in verdicts.confront(observations.from_trajectories(some), 0.01).checks
                 if check.name == ("sharp", "a-priori")}  # fmt: skip
    assert reason == "saturation is not certified"


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e60])
@pytest.mark.parametrize("shape", [(4, 30, 3, 5), (4, 30, 5, 3), (2, 6, 1, 1), (2, 6, 12, 12)])
def test_the_largest_spectral_norm_of_many_matrices(shape, scale):
    rng = np.random.default_rng(1)
    matrices = scale * rng.standard_normal(shape) * rng.lognormal(size=shape[:2])[..., None, None]
    expected = np.linalg.norm(matrices, 2, axis=(2, 3)).max(axis=1)
    assert largest_norms(matrices, np.zeros(shape[0])) == pytest.approx(expected, rel=1e-12)
    assert np.array_equal(largest_norms(matrices, np.full(shape[0], 1e300)), np.full(shape[0], 1e300))
    assert largest_norms(0 * matrices, np.zeros(shape[0])).tolist() == [0.0] * shape[0]


def test_replicas_that_all_diverge_have_no_certificate():
    runs = run(alpha=60.0, tau=1e6, iterations=300)
    assert len(runs.diverged) == 16 and math.isnan(runs.measured["rho"])
    assert observations.from_trajectories(runs).certificates == ()
    assert verify.check(runs).verdict == "not applied"
