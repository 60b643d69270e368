"""The hand-written Coq library: it compiles, rests on the standard axioms only, and rejects wrong theorems."""

import re
from pathlib import Path

import pytest

from tests.theory.checkers.coq_library import FILES, LIBRARY, coqc, needs_coq
from theory import blueprint
from theory.checkers.coq_audit import source
from theory.checkers.coq_audit.tools import AXIOMS

END_THEOREMS = (
    "AnalogSGD.analog_sgd_ap_sharp",
    "AnalogSGD.analog_sgd_ap_explicit",
    "AnalogSGD.analog_sgd_ap_sharp_by_stage",
    "AnalogSGD.analog_sgd_ap_explicit_by_stage",
    "AnalogSGD.analog_sgd_ap_iterations",
    "AnalogSGD.any_device_explicit",
    "AnalogSGD.any_device_explicit_by_stage",
    "AnalogSGD.any_device_iterations",
    "AnalogSGD.any_device_sharp",
    "AnalogSGD.any_device_sharp_by_stage",
    "Attained.floor_attained",
    "Attained.no_lower_floor",
    "Box.box_for_ever",
    "Box.inward_general",
    "Families.constant_step_clipped",
    "Families.constant_step_responds",
    "Families.exponential_responds",
    "Families.own_point_responds",
    "Families.power_responds",
    "Families.shifted_responds",
    "Families.spread_responds",
    "Families.train_excess",
    "Families.train_responds",
    "FreeAsynchrony.free_asynchrony",
    "FreeAsynchrony.free_asynchrony_adaptive",
    "FreeAsynchrony.free_asynchrony_adaptive_by_stage",
    "FreeAsynchrony.free_asynchrony_by_stage",
    "FreeAsynchrony.free_asynchrony_measured",
    "FreeAsynchrony.linear_share",
    "FreeAsynchrony.share_of_drift",
    "FreeWitness.free_not_trivial",
    "FreeWitness.free_witness",
    "FreeWitness.free_witness_adaptive",
    "Granularity.granular_variance",
    "Granularity.train_exceeds_rounding",
    "GaussianShape.gaussian_law",
    "GaussianShape.gaussian_shape",
    "GaussianShape.gaussian_shape_attained",
    "GranularSGD.granular_sharp",
    "GranularWitness.granular_not_trivial",
    "GranularWitness.granular_witness",
    "Hoeffding.azuma_hoeffding",
    "Hoeffding.tube_left_seldom",
    "HoeffdingWitness.coin_witness",
    "HoeffdingWitness.two_is_needed",
    "Growing.analog_sgd_ap_sharp_growing",
    "Growing.any_device_sharp_growing",
    "Linear.any_device_linear_explicit",
    "Linear.linear_explicit",
    "LinearStorage.state_pays",
    "Activations.log_cosh_loss",
    "Activations.logistic_loss",
    "Activations.sigmoid_activation",
    "Activations.softplus_activation",
    "Activations.squared_loss",
    "Activations.tanh_activation",
    "Backprop.backpropagation",
    "Backprop.frechet_differentiable",
    "NetworkSGD.network_certified",
    "NetworkSGD.network_descent",
    "NetworkSGD.network_explicit",
    "NetworkSGD.network_explicit_by_stage",
    "NetworkSGD.network_sharp",
    "NetworkWitness.network_not_trivial",
    "NetworkWitness.network_witness",
    "Recentre.best_of_all_centres",
    "Recentre.helps_between",
    "ResponseFloor.stable",
    "Sharp.closed_form_is_sharp",
    "SimulatedNetwork.simulated_network",
    "Witness.witness",
    "Witness.witness_nonlinear",
    "Witness.nonlinear_not_trivial",
    "Witness.not_trivial",
    "Transient.no_lower_bound",
    "Transient.transient_attained",
    "Wrong.cross_term_needed",
    "Wrong.drift_of_staleness_needed",
    "Wrong.rho_needed",
)


def claims() -> dict[str, str]:
    """Return claim id -> File.theorem, as drivers read it."""
    found = {}
    for name in FILES:
        for item in source.claimed(name, source.read(LIBRARY / name))[0]:
            assert item.claim not in found, f"{item.claim} is claimed twice"
            found[item.claim] = f"{name.removesuffix('.v')}.{item.theorem}"
    return found


def test_every_file_belongs_to_the_project() -> None:
    assert sorted(FILES) == sorted(path.name for path in LIBRARY.glob("*.v"))


def test_every_claim_of_the_chain_has_a_theorem() -> None:
    assert {claim.id for claim in blueprint.all_claims()} <= set(claims())


@needs_coq
@pytest.mark.slow
def test_theorems_rest_on_the_standard_axioms_only(build: Path) -> None:
    theorems = sorted({*claims().values(), *END_THEOREMS})
    modules = " ".join(name.removesuffix(".v") for name in FILES)
    lines = [f"From Analog Require {modules}.", f"Definition all := ({', '.join('@' + name for name in theorems)})."]
    (build / "Axioms.v").write_text("\n".join([*lines, "Print Assumptions all."]))
    done = coqc(build, "Axioms.v")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Axioms:")
    axioms = set(re.findall(r"^([\w.]+)\s*:", done.stdout.replace("Axioms:", ""), flags=re.M))
    assert axioms <= {".".join(axiom.split(".")[-2:]) for axiom in AXIOMS}


MUTANTS = {
    "the noise loses its cross term": ("Master.v", " + x * sigma * sqrt (Y ^ 2 - a ^ 2).", "."),
    "rho^2 for rho in the error": ("Master.v", "rho * radius sigma A +", "rho ^ 2 * radius sigma A +"),
    "half the curvature": ("Master.v", "<= p + x / 2 * (Y ^ 2 + sigma ^ 2)", "<= p + x / 4 * (Y ^ 2 + sigma ^ 2)"),
    "no 2 before p": ("Master.v", "let C := 2 * p +", "let C := p +"),
    "the domain forgets the drift": ("Master.v", "rho ^ 2 + q ^ 2 / (1 - x) < 1", "rho ^ 2 < 1"),
    "staleness without the drift it causes": (
        "Sequences.v",
        "Let q := (1 + rho) * alpha * Lambda1",
        "Let q := alpha * Lambda1",
    ),
    "noise that is unbiased in all steps but the last": (
        "Windows.v",
        "martingale_difference P K n -> (forall",
        "martingale_difference P (K - 1) n -> (forall",
    ),
    "growing noise at the level of noise that does not grow": (
        "Growing.v",
        "exists Y a, feasible p (alpha * L) s rho q qn A Y a.",
        "exists Y a, feasible p (alpha * L) sigma rho q qn A Y a.",
    ),
    "a floor that is attained and exceeded": (
        "Attained.v",
        "floor rho sigma - eps <= average_squared_gradient P 1 one K grad W",
        "floor rho sigma + eps <= average_squared_gradient P 1 one K grad W",
    ),
    "a transient that is attained and exceeded": (
        "Transient.v",
        "rest ^ 2 - eps <= average_squared_gradient P 1 one K grad W",
        "rest ^ 2 + eps <= average_squared_gradient P 1 one K grad W",
    ),
    "a transient at half the price": (
        "Transient.v",
        "<= rest * (rest - rho * amplitude sigma (- rest)) + eps /\\",
        "<= rest / 2 * (rest - rho * amplitude sigma (- rest)) + eps /\\",
    ),
    "a Gaussian that is half as wide": ("GaussianShape.v", "+ 2 / PI * square.", "+ 1 / PI * square."),
    "only the rest of the drift meets the staleness, and counts once": (
        "Challenge.v",
        "+ 2 * far * stale.",
        "+ far * stale.",
    ),
    "the square root of the lag for coherent motion": (
        "Trajectory.v",
        "Hypothesis coherent_delay : delay_constant M S (fun m => INR (d m))",
        "Hypothesis coherent_delay : delay_constant M S (fun m => sqrt (INR (d m)))",
    ),
    "twice the gradient": ("Backprop.v", "(fun U => direction U U).", "(fun U => scal 2 (direction U U))."),
    "a gradient at stale forward weights": (
        "Backprop.v",
        "(fun U => direction U U).",
        "(fun U => direction (scal (/ 2) U) U).",
    ),
    "a loss without the gradient": ("Backprop.v", "differentiable (width M) ell loss.", "True."),
    "an activation without the slope": ("Backprop.v", "derivable_pt_lim (phi m) z (dphi m z).", "True."),
    "the samples' sum for their mean": (
        "NetworkSGD.v",
        "has_gradient D objective full_gradient",
        "has_gradient D objective (fun W m c => sum N (fun i => pass W W i m c))",
    ),
    "a device that distorts by twice gamma": (
        "AnalogSGD.v",
        "responds (device m c) gain gamma (W h m c)",
        "responds (device m c) gain (2 * gamma) (W h m c)",
    ),
    "a gain that the step does not have": ("AnalogSGD.v", "Let x := alpha * gain * L.", "Let x := alpha * L."),
    "half the half log-ratio": ("LogRatio.v", "= tanh (log_ratio least most).", "= tanh (log_ratio least most / 2)."),
    "half log-ratios of which one is lost": ("LogRatio.v", "= log_ratio a b + log_ratio c d.", "= log_ratio a b."),
    "distortions that add": ("Families.v", "= (s + dl) / (1 + s * dl) /\\", "= s + dl /\\"),
    "a power that is lost": ("Families.v", "= tanh (e * artanh s).", "= tanh (artanh s)."),
    "trains that cost half of Y/4": ("Families.v", "(1 + response Y) <= Y / 4.", "(1 + response Y) <= Y / 8."),
    "a clipped device of small gamma": ("Families.v", "bound D -> 1 <= gamma.", "bound D -> 2 <= gamma."),
    "a point of rest that is no stable one": (
        "ResponseFloor.v",
        "0 <= rising -> falling <= 0 -> 0 <",
        "rising <= 0 -> 0 <= falling -> 0 <",
    ),
    "a floor at rest of half the height": (
        "ResponseFloor.v",
        "F ^ 2 <= floor (local_gamma up down w) sigma.",
        "F ^ 2 <= floor (local_gamma up down w) sigma / 2.",
    ),
    "re-centring that always helps": ("Recentre.v", "<-> s + s ^ 2 + dl < 1.", "<-> s + dl < 1."),
    "the symmetric point as best centre": (
        "Recentre.v",
        "Definition best_centre (s : R) : R := dl * (1 - s).",
        "Definition best_centre (s : R) : R := dl.",
    ),
    "a box for increments of any steepness": (
        "Box.v",
        "Rabs w <= tau -> C * Rabs D <= tau ->\n",
        "Rabs w <= tau -> Rabs D <= tau ->\n",
    ),
    "binomial trains as dependent pulses": ("Granularity.v", "= dw * m - m ^ 2 / INR B.", "= dw * m."),
    "pulses that cost half": ("GranularSGD.v", "(p + L / (2 * r) * energy)", "(p + L / (4 * r) * energy)"),
    "pulses that lags do not feel": ("GranularSGD.v", "(Lambdah * moved)) A Y a.", "(Lambdah * sigma)) A Y a."),
    "a gradient that is distorted half as much": (
        "FreeAsynchrony.v",
        "sqrt (gamma ^ 2 * A + noise_shared).",
        "sqrt (gamma ^ 2 * A / 2 + noise_shared).",
    ),
    "a share that changes with the weight at no cost": (
        "FreeAsynchrony.v",
        "let k := kappa gamma ell nu ((1 + 2 * gamma) * theta1) nuhat R_0 in\n      0 <= nu ->",
        "let k := kappa gamma ell nu theta1 nuhat R_0 in\n      0 <= nu ->",
    ),
    "unequal gains without the second order": ("Spread.v", "+ x * sigma ^ 2 / (1 - x) +", "+ x * sigma ^ 2 +"),
}


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("fault", MUTANTS)
def test_wrong_theorems_are_rejected(fault: str, build: Path) -> None:
    name, right, wrong = MUTANTS[fault]
    text = (LIBRARY / name).read_text()
    assert right in text
    mutant = build / f"Mutant{list(MUTANTS).index(fault)}.v"
    mutant.write_text(text.replace(right, wrong, 1))
    done = coqc(build, mutant.name)
    assert done.returncode != 0
    assert "Error" in done.stderr
    assert "Syntax error" not in done.stderr
