"""Theorem 1 by conditional means, the path form and stopped runs: each stands, and none with a smaller constant."""

from dataclasses import replace

import pytest
import sympy

from tests.theory.lemmas.test_free_steps import concluding, refused, timed
from theory import blueprint
from theory.kernel import eq, le
from theory.kernel.check import check_claim
from theory.lemmas import ceilings, mean, mean_shares, noise_stale, path_form, stopped
from theory.lemmas.feasible import T, Y, p, q, qn, r, rho, x
from theory.lemmas.master import eta
from theory.lemmas.multiplier import A1

CLAIMS = (
    "mean.element", "mean.variance", "mean.drift", "mean.curvature", "mean.measured", "mean.feasible", "mean.end",
    "path.form", "stopped.part", "stopped.noise", "stopped.window", "stopped.sum", "stopped.average",
    "noise.stale", "mean.shares", "mean.shares_feasible", "stopped.ceiling", "mean.fold", "mean.size", "mean.sized",
    "mean.current", "mean.current_feasible",
)  # fmt: skip


@pytest.mark.parametrize("name", CLAIMS)
def test_each_stands(name):
    check_claim(blueprint.claim(name), blueprint.theorems())


BOUNDS = [
    (name, conclusion)
    for name in CLAIMS
    for conclusion in blueprint.claim(name).conclusions
    if blueprint.claim(name).conclusion(conclusion).op != "=="
]


@pytest.mark.parametrize(("name", "conclusion"), BOUNDS)
def test_none_with_a_bound_one_percent_less(name, conclusion):
    claim = blueprint.claim(name)
    said = claim.conclusion(conclusion)
    assert refused(concluding(claim, conclusion, le(said.lhs, sympy.Rational(99, 100) * said.rhs)))


SMALLER = {
    "1 + share": ("mean.element", "squares", {mean.share: 0}),
    "no noise in the mean drift": ("mean.drift", "bound", {T: rho * sympy.Symbol("r", real=True)}),
    "no staleness in the mean drift": ("mean.drift", "bound", {mean.B_b: 0}),
    "no curvature of the noise": ("mean.curvature", "bound", {mean.cw: 0}),
    "no curvature of the step": ("mean.curvature", "bound", {x: 0}),
    "half the curvature of the step": ("mean.feasible", "ii", {x: x / 2}),
    "no start": ("mean.feasible", "ii", {p: 0}),
    "no curvature of the noise, of a run": ("mean.feasible", "ii", {mean.cw: 0}),
    "no coherent staleness": ("mean.feasible", "i", {q: 0}),
    "no martingale staleness": ("mean.feasible", "i", {qn: 0}),
    "1 + rho": ("mean.feasible", "i", {Y: Y / (1 + rho)}),
    "no mean drift": ("mean.measured", "i", {mean.phi: 0}),
    "no h": ("path.form", "bound", {eta: 0}),
    "no kappa": ("path.form", "bound", {path_form.Q: eta}),
    "a smaller upper end": ("mean.end", "end", {A1: A1 / 2}),
    "no deviation of what staleness changes": ("noise.stale", "bound", {noise_stale.D: 0}),
    "no noise at current weights": ("noise.stale", "bound", {noise_stale.N: 0}),
    "no large shares": ("mean.shares", "gradient", {mean_shares.Rh: 0}),
    "large shares alone": ("mean.shares", "gradient", {mean_shares.share0: 0}),
    "most shares for staleness, too": ("mean.shares", "bound", {rho: mean_shares.share0}),
    "no coherent staleness of few": ("mean.shares_feasible", "i", {q: 0}),
    "1 + rho of few": ("mean.shares_feasible", "i", {Y: Y / (1 + rho)}),
    "half a ceiling": ("stopped.ceiling", "noise", {ceilings.V: ceilings.V / 2}),
    "half a ceiling of the curvature": ("stopped.ceiling", "curvature", {ceilings.L: ceilings.L / 2}),
    "no curvature under a ceiling": ("stopped.ceiling", "c_w", {mean.cw: 0}),
    "most shares alone in the mean drift": ("mean.size", "bound", {T: mean_shares.share0 * r}),
    "most shares for the staleness of mean sizes": ("mean.size", "bound", {rho: mean_shares.share0}),
    "no staleness in mean sizes": ("mean.size", "bound", {mean.B_b: 0}),
    "half the curvature of the step of mean sizes": ("mean.sized", "ii", {x: x / 2}),
    "no start of mean sizes": ("mean.sized", "ii", {p: 0}),
    "no curvature of the noise of mean sizes": ("mean.sized", "ii", {mean.cw: 0}),
    "no coherent staleness of mean sizes": ("mean.sized", "i", {q: 0}),
    "no martingale staleness of mean sizes": ("mean.sized", "i", {qn: 0}),
    "1 + rho of mean sizes": ("mean.sized", "i", {Y: Y / (1 + rho)}),
    "most shares alone in the feasible set": ("mean.sized", "i", {T: mean_shares.share0 * r}),
    "most shares alone at current weights": ("mean.current", "bound", {T: mean_shares.share0 * r}),
    "no late sizes": ("mean.current", "bound", {noise_stale.D: 0}),
    "no coherent staleness at current weights": ("mean.current_feasible", "i", {q: 0}),
    "no martingale staleness at current weights": ("mean.current_feasible", "i", {qn: 0}),
    "no start at current weights": ("mean.current_feasible", "ii", {p: 0}),
    "half the curvature of the step at current weights": ("mean.current_feasible", "ii", {x: x / 2}),
    "nothing after the stop": ("stopped.average", "bound", {stopped.G2: 0}),
}


@pytest.mark.parametrize("fault", SMALLER)
def test_none_with_a_wrong_constant(fault):
    name, conclusion, changes = SMALLER[fault]
    claim = blueprint.claim(name)
    said = claim.conclusion(conclusion)
    other = le(said.lhs, said.rhs.subs(changes))
    assert other != said
    refused(concluding(claim, conclusion, other))


@pytest.mark.parametrize(
    ("name", "sequence", "times"),
    [
        ("mean.variance", "L_om", {"differences": None}),  # what is left of the step has a mean
        ("mean.variance", "L_ctr", {"known": 0}),  # the weight is drawn with the sample
        ("mean.drift", "wn", {"differences": None}),  # the noise has a mean
        ("mean.drift", "wF", {"known": 0}),  # the share is that of the weight after the step
        ("mean.drift", "wb", {"known": 0}),  # the staleness is that of the sample, not its mean
        ("mean.drift", "Ebar", {"known": 0}),  # the drift is that of the sample, not its mean
        ("mean.curvature", "Lv", {"known": 0}),  # the smoothness is that of where the step ends
        ("mean.curvature", "Lom", {"differences": None}),
        ("mean.curvature", "n", {"differences": None}),
        ("mean.feasible", "Lv", {"known": 0}),
        ("mean.feasible", "wb", {"known": 0}),
        ("path.form", "n", {"differences": None}),
        ("stopped.noise", "sZ", {"known": 0}),  # whether the run stops is seen with the sample
        ("stopped.noise", "n", {"differences": None}),
        ("noise.stale", "L_turn_rest", {"differences": None}),  # the change by staleness has a mean
        ("noise.stale", "L_turn_mean", {"known": 0}),  # the weight is drawn with the sample
        ("mean.shares", "wF", {"known": 0}),
        ("mean.shares", "wn", {"differences": None}),
        ("mean.shares_feasible", "wF", {"known": 0}),
        ("stopped.ceiling", "Stop", {"known": 0}),  # whether a ceiling is passed is seen with the sample
        ("stopped.ceiling", "sL", {"known": 0}),  # the curvature is that of where the step ends
        ("stopped.ceiling", "Surplus", {"differences": None}),  # V_k is not the mean square
        ("mean.fold", "L_nz", {"differences": None}),  # the noise has a mean
        ("mean.fold", "L_rest", {"differences": None}),  # psi is not the mean of the size
        ("mean.fold", "L_mu", {"known": 0}),  # the weight is drawn with the sample
        ("mean.fold", "L_psi", {"known": 0}),
        ("mean.fold", "L_m1", {"known": 0}),
        ("mean.size", "w_rest", {"differences": None}),
        ("mean.size", "Etilde", {"differences": None}),  # what is left of the drift has a mean
        ("mean.size", "Ebar", {"known": 0}),  # the drift is that of the sample, not its mean
        ("mean.size", "Ebar_abs", {"known": 0}),
        ("mean.sized", "w_rest", {"differences": None}),
        ("mean.sized", "Ebar", {"known": 0}),
        ("mean.sized", "Lv", {"known": 0}),
        ("mean.current", "w_rest", {"differences": None}),  # psi is not the mean of the size
        ("mean.current", "Etilde", {"differences": None}),
        ("mean.current", "Ebar", {"known": 0}),
        ("mean.current", "Ebar_abs", {"known": 0}),
        ("mean.current_feasible", "w_rest", {"differences": None}),
        ("mean.current_feasible", "Ebar", {"known": 0}),
    ],
)
def test_times_are_needed(name, sequence, times):
    refused(timed(blueprint.claim(name), sequence, **times))


def _without(claim, name):
    return replace(claim, context=tuple(item for item in claim.context if name != getattr(item, "name", None)))


@pytest.mark.parametrize(
    ("name", "premise"),
    [
        ("mean.element", "change above"),
        ("mean.element", "change below"),
        ("mean.drift", "T2"),
        ("mean.curvature", "L_k <= L"),
        ("mean.curvature", "c_w"),
        ("mean.measured", "phi"),
        ("path.form", "h"),
        ("stopped.part", "stop^2"),
        ("stopped.window", "moved"),
        ("stopped.sum", "stands"),
        ("stopped.average", "left"),
        ("stopped.average", "G2"),
        ("noise.stale", "stale noise"),
        ("noise.stale", "N"),
        ("noise.stale", "D"),
        ("noise.stale", "N >= 0"),
        ("noise.stale", "D >= 0"),
        ("mean.shares", "beyond"),
        ("mean.shares", "R_h"),
        ("mean.shares", "T2"),
        ("mean.shares", "h_i >= 0"),
        ("mean.shares", "b"),
        ("mean.shares", "response"),
        ("mean.shares_feasible", "beyond"),
        ("mean.shares_feasible", "R_h"),
        ("stopped.ceiling", "stop^2"),
        ("stopped.ceiling", "L_k >= 0"),
        ("stopped.ceiling", "Vbar_k >= 0"),
        ("stopped.ceiling", "Lbar_k <= L"),
        ("stopped.ceiling", "ceiling of L_k"),
        ("stopped.ceiling", "ceiling of V_k"),
        ("mean.fold", "size m"),
        ("mean.fold", "size m_1"),
        ("mean.fold", "m >= 0"),
        ("mean.fold", "m_1 >= 0"),
        ("mean.size", "drift above"),
        ("mean.size", "drift below"),
        ("mean.size", "mean drift's size"),
        ("mean.size", "upper"),
        ("mean.size", "lower"),
        ("mean.size", "T2"),
        ("mean.size", "T2 >= 0"),
        ("mean.size", "b"),
        ("mean.size", "beyond"),
        ("mean.size", "R_h"),
        ("mean.size", "h_i >= 0"),
        ("mean.sized", "drift below"),
        ("mean.sized", "beyond"),
        ("mean.sized", "R_h"),
        ("mean.sized", "T2"),
        ("mean.sized", "c_w"),
        ("mean.current", "drift above"),
        ("mean.current", "drift below"),
        ("mean.current", "share >= 0"),
        ("mean.current", "s^2"),
        ("mean.current", "size m"),
        ("mean.current", "cur_i above"),
        ("mean.current", "cur_i below"),
        ("mean.current", "turn_i above"),
        ("mean.current", "turn_i below"),
        ("mean.current", "D"),
        ("mean.current", "D >= 0"),
        ("mean.current", "T2"),
        ("mean.current", "beyond"),
        ("mean.current", "R_h"),
        ("mean.current_feasible", "D"),
        ("mean.current_feasible", "T2"),
        ("mean.current_feasible", "size m"),
    ],
)
def test_premises_are_needed(name, premise):
    claim = blueprint.claim(name)
    assert any(item.name == premise for item in claim.premises)
    refused(_without(claim, premise))


def test_a_stop_is_0_or_1():
    """A share of each step would do for the norm only if it were at most 1: 2 is none."""
    claim = blueprint.claim("stopped.part")
    twice = eq(stopped.stop**2, 2 * stopped.stop)
    named = [getattr(item, "name", None) for item in claim.context]
    assert "stop^2" in named
    changed = zip(claim.context, named, strict=True)
    context = tuple(replace(item, relation=twice) if name == "stop^2" else item for item, name in changed)
    refused(replace(claim, context=context))
