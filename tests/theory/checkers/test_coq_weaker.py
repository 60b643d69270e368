"""The comparisons of Coq theorems with their claims: theorems that say less than the claim do not pass them."""

import os
import re
from pathlib import Path

import pytest

from tests.theory.checkers.coq_library import LIBRARY, coqc, needs_coq

WEAKER = {
    "twice the variance": ("CompareRuns.v", "noise_orthogonal", "inner n n <= sigma ^ 2", "inner n n <= 2 * sigma ^ 2"),
    "twice the start": ("CompareRuns.v", "values_telescope", "<= (value nil - lower)", "<= 2 * (value nil - lower)"),
    "a start that is higher than the end": ("CompareRuns.v", "values_telescope", "lower <= mean", "lower < mean"),
    "twice the curvature": ("CompareRuns.v", "Sequences.telescope", "alpha * L / 2 *", "alpha * L *"),
    "drift of staleness counted twice": ("CompareRuns.v", "error_at_most", "(1 + rho) * B", "(1 + 2 * rho) * B"),
    "saturation that is met, and more": ("CompareRuns.v", "error_distorted", "+ D) +", "+ 2 * D) +"),
    "Theorem 1 with a larger q": (
        "CompareRuns.v",
        "run_sharp",
        "((1 + rho) * alpha * Lambda1)",
        "((1 + rho) ^ 2 * alpha * Lambda1)",
    ),
    "Theorem 1 where the direction is 1 long": ("CompareRuns.v", "run_sharp", "direction F u ->", "norm u = 1 ->"),
    "a higher level": ("CompareRuns.v", "run_sharp_growing", "(level sigma growth", "(level sigma (2 * growth)"),
    "no gain from the noise's curvature": ("CompareRuns.v", "run_resolved", "alpha * Ln / 2", "alpha * (Ln + L) / 2"),
    "<= for <": ("CompareRuns.v", "Multiplier.multiplier_end", "-> A < A1", "-> A <= A1"),
    "< for <= on the ray": ("CompareRuns.v", "Multiplier.side_on_a_ray", "f <= h ->", "f < h ->"),
    "a path that is shorter": ("CompareStale.v", "square_at_most", "norm b <= pi ->", "norm b < pi ->"),
    "a window of martingale differences at the price of coherent ones": (
        "CompareStale.v",
        "window_martingale",
        "sqrt (INR d) * norm n",
        "INR d * norm n",
    ),
    "rows with one more martingale part": (
        "CompareStale.v",
        "row_le",
        "martingale_part N d s S)",
        "2 * martingale_part N d s S)",
    ),
    "staleness with twice the noise": ("CompareStale.v", "staleness", "Lambda1 * Y + nu)", "Lambda1 * Y + 2 * nu)"),
    "one stage, twice": ("CompareNetwork.v", "forward_stage", "<= p0 * (w * X)", "<= 2 * p0 * (w * X)"),
    "dominance from a strict start": ("CompareNetwork.v", "fewer_terms_less", "near 0%nat <= far", "near 0%nat < far"),
    "passes half a slot apart": ("CompareNetwork.v", "passes_apart", "1 <= (backward", "1 / 2 <= (backward"),
    "a device off by twice its distortion": (
        "CompareDevices.v",
        "near_responds",
        "gain gamma w D",
        "gain (2 * gamma) w D",
    ),
    "the best gain with slack": ("CompareDevices.v", "best_gain", "best <= gamma /\\", "best <= 2 * gamma /\\"),
    "twice the floor at rest": ("CompareDevices.v", "gradient_at_rest", "^ 2 <= floor", "^ 2 <= 2 * floor"),
    "the mean step of large steps": ("CompareDevices.v", "mean_step", "0 < alpha ->", "1 < alpha ->"),
    "attained where the extremes differ": (
        "CompareDevices.v",
        "attained_by_the_extremes",
        "least <= most",
        "least < most",
    ),
    "a box for half the increments": ("CompareDevices.v", "box_step", "C * Rabs D <= tau", "2 * (C * Rabs D) <= tau"),
    "a box without its rim": ("CompareDevices.v", "box_step", "Rabs w <= tau ->", "Rabs w < tau ->"),
    "inward past the edge only": ("CompareDevices.v", "inward_step_general", "edge <= w /\\", "edge < w /\\"),
    "a linear device short of its range": ("CompareFamilies.v", "linear_family", "Rabs w <= s *", "Rabs w < s *"),
    "unequal slopes beside a point": ("CompareFamilies.v", "shifted_family", "0 <= s < 1", "0 < s < 1"),
    "exponentials on one side": ("CompareFamilies.v", "exponential_family", "-1 < s < 1", "0 < s < 1"),
    "trains that make more than the least": ("CompareFamilies.v", "towards_the_bound", "ph <= phi ->", "ph < phi ->"),
    "trains that make half": ("CompareFamilies.v", "towards_the_bound", "(1 - s) * ph <= up", "(1 - s) * ph / 2 <= up"),
    "half a clipped increment": ("CompareFamilies.v", "clipped_share", "ph <= r <= 1", "ph / 2 <= r <= 1"),
    "gains above the least": ("CompareFamilies.v", "spread_family", "few <= g ->", "few < g ->"),
    "a best centre with slack": ("CompareFamilies.v", "no_better_centre", "<= most - least", "<= 2 * (most - least)"),
    "re-centring of more than a point": ("CompareFamilies.v", "recentring_gain", "0 <= s ->", "0 < s ->"),
    "pulses with twice their own noise": ("CompareGranular.v", "total_variance", "+ c ^ 2 * (dw", "+ 2 * c ^ 2 * (dw"),
    "pulses that fire together": ("CompareGranular.v", "moments_of_firings", "p * (1 - p)", "p * (1 - p ^ 2)"),
    "twice the response to pulses": ("CompareGranular.v", "step_excess", "<= most ^ 2 *", "<= 2 * most ^ 2 *"),
    "twice the pulses": ("CompareGranular.v", "total_pulses", "<= k * inner ones sizes", "<= 2 * k * inner ones sizes"),
    "a descent that pays pulses twice": ("CompareGranular.v", "telescope_granular", "L / (2 * alpha)", "L / alpha"),
    "a floor with twice the pulses": ("CompareGranular.v", "granular_floor", "<= h + G / 2", "<= h + G"),
    "half the cost of the best step": ("CompareGranular.v", "granular_best_step", "2 * h * sigma <=", "h * sigma <="),
    "Theorem 1 that pays pulses twice": ("CompareRuns.v", "run_sharp_granular", "L / (2 * alpha)", "L / alpha"),
    "twice the drift": ("CompareRuns.v", "Device.drift_of_response", "<= gamma * Rabs g", "<= 2 * gamma * Rabs g"),
    "twice the stale drift": ("CompareRuns.v", "Refined.distorted_element", "<= rho * Rabs b", "<= 2 * rho * Rabs b"),
    "shares that change four times": ("CompareFreeAdaptive.v", "change_of_share", "1 + 2 * rho", "1 + 4 * rho"),
    "shares short of rho": ("CompareFreeAdaptive.v", "change_of_share", "Rabs c <= rho", "Rabs c < rho"),
    "twice the noise that is met": ("CompareFreeAdaptive.v", "error_split_distorted", "+ noise +", "+ 2 * noise +"),
    "T counted twice": ("CompareFreeAdaptive.v", "coherent_distorted", "(1 + rho) * dist", "(2 + rho) * dist"),
    "a longer change": ("CompareFreeAdaptive.v", "distorted_first", "rho * (1 + rho) * far /\\", "2 * rho * far /\\"),
    "E4 with all of e1": ("CompareFreeBounds.v", "free_multiplier", "u + e1 / 2 + q * T", "u + e1 + q * T"),
    "(4E) with twice the noise": ("CompareFreeBounds.v", "free_explicit", "2 * p + x * sigma", "2 * p + 2 * x * sigma"),
    "Theorem 4 below or at its end": ("CompareFreeBounds.v", "free_end", "-> A < A1", "-> A <= A1"),
    "iterations for shorter steps": ("CompareFreeBounds.v", "free_complexity", "<= longest ->", "< longest ->"),
    "within twice eps": ("CompareFreeBounds.v", "free_iterations", "+ eps /\\", "+ 2 * eps /\\"),
    "a fall that is steeper": ("CompareFreeBounds.v", "falls_at_the_rate", "rho * size <= rest", "rho * size < rest"),
    "an element that changes twice": ("CompareMean.v", "step_element", "(1 + share) *", "(1 + 2 * share) *"),
    "twice the deviation of a step": ("CompareMean.v", "step_variance", "<= norm wide", "<= 2 * norm wide"),
    "a mean drift of twice the staleness": ("CompareMean.v", "mean_drift", "+ rho * norm b", "+ 2 * rho * norm b"),
    "steps that pay twice": ("CompareMean.v", "curvature_apart", "alpha * L / 2 * norm v", "alpha * L * norm v"),
    "form C below or at its end": ("CompareMean.v", "mean_end", "-> A < A1", "-> A <= A1"),
    "a path with twice the error": ("CompareMean.v", "path_form", "(eta + sqrt", "(2 * eta + sqrt"),
    "stopped at twice the length": ("CompareMean.v", "stopped_shorter", "norm sX <= norm X", "norm sX <= 2 * norm X"),
    "stopped before two samples": ("CompareMean.v", "stopped_orthogonal", "known P K H 1 sZ", "known P K H 2 sZ"),
    "stopped windows, twice": ("CompareMean.v", "stopped_window", "<= alpha ^ 2 *", "<= 2 * alpha ^ 2 *"),
    "sums of two steps or more": ("CompareMean.v", "stopped_sum", "(0 < K)%nat ->", "(1 < K)%nat ->"),
    "stale noise with twice the change": ("CompareMean.v", "noise_stale", "norm n + norm d", "norm n + 2 * norm d"),
    "few shares that count twice": (
        "CompareMean.v",
        "mean_drift_few",
        "norm F ^ 2 + more /\\",
        "norm F ^ 2 + 2 * more /\\",
    ),
    "most shares that count twice": ("CompareMean.v", "mean_drift_few", "+ rho * norm b", "+ 2 * rho * norm b"),
    "twice the ceiling": ("CompareMean.v", "stopped_ceiling", "<= average P K Vbar", "<= 2 * average P K Vbar"),
    "curvature short of its ceiling": ("CompareMean.v", "stopped_ceiling", "stop h <= Lbar h)", "stop h < Lbar h)"),
    "twice what is left": ("CompareMean.v", "stopped_average", "+ G2 * average", "+ 2 * G2 * average"),
    "few shares that are stale": (
        "CompareMeanWhole.v",
        "run_mean_few",
        "(1 + rho) * alpha * nu)",
        "(1 + 2 * rho) * alpha * nu)",
    ),
    "a measured drift with twice the noise": (
        "CompareMeanWhole.v",
        "run_mean_measured",
        "(alpha * nu)",
        "(2 * alpha * nu)",
    ),
    "form C with a larger qn": (
        "CompareMeanWhole.v",
        "run_mean",
        "((1 + rho) * alpha * nu)",
        "((1 + rho) ^ 2 * alpha * nu)",
    ),
    "a fold of twice the variance": ("CompareMeanSizes.v", "fold_between", "<= inner n n", "<= 2 * inner n n"),
    "twice the mean size": ("CompareMeanSizes.v", "mean_drift_sized", "norm e <= norm wpsi", "norm e <= 2 * norm wpsi"),
    "a sized drift of twice the staleness": (
        "CompareMeanSizes.v",
        "mean_drift_sized",
        "+ rho * norm b",
        "+ 2 * rho * norm b",
    ),
    "few shares that count twice by mean sizes": (
        "CompareMeanSizes.v",
        "mean_drift_sized",
        "(D + more)",
        "(D + 2 * more)",
    ),
    "folds that count twice": ("CompareMeanSizes.v", "mean_drift_sized", "(D + more)", "(2 * D + more)"),
    "most shares that count twice by mean sizes": (
        "CompareMeanWhole.v",
        "run_sized",
        "few ^ 2 * norm F ^ 2 + (D + more)",
        "2 * few ^ 2 * norm F ^ 2 + (D + more)",
    ),
    "sizes at current weights of twice what is late": (
        "CompareMeanSizes.v",
        "mean_drift_current",
        "(D + more)) + norm wt",
        "(D + more)) + 2 * norm wt",
    ),
    "twice the mean size at current weights": (
        "CompareMeanSizes.v",
        "mean_drift_current",
        "norm e <= norm (plus wpsi wt)",
        "norm e <= 2 * norm (plus wpsi wt)",
    ),
    "sizes at current weights with a larger qn": (
        "CompareMeanWhole.v",
        "run_current",
        "(alpha * nu + late)",
        "(2 * alpha * nu + late)",
    ),
    "mean sizes with a larger q": (
        "CompareMeanWhole.v",
        "run_sized",
        "((1 + rho) * alpha * Lambda1)",
        "((1 + rho) ^ 2 * alpha * Lambda1)",
    ),
    "twice what is stored": ("CompareLinear.v", "storage_pays", "V nil / INR K", "2 * (V nil / INR K)"),
    "a mean that is known later": ("CompareLinear.v", "storage_pays", "known P K Z 1 y", "known P K Z 2 y"),
    "a last state above 0": ("CompareLinear.v", "storage_pays", "0 <= mean P K V", "0 < mean P K V"),
    "stale noise that is met twice": ("CompareLinear.v", "late_noise", "<= alpha * sum", "<= 2 * alpha * sum"),
    "a gradient that is known later": ("CompareLinear.v", "late_noise", "known P K H 1 F", "known P K H 2 F"),
    "stale noise to the first order": ("CompareLinear.v", "aligned_point", "+ 2 * met +", "+ 3 * met +"),
    "a bound with twice the drift": ("CompareLinear.v", "aligned_point", "met + norm F * T", "met + 2 * norm F * T"),
    "twice the supply": ("CompareLinear.v", "storage_pays", "+ norm steady ^ 2", "+ 2 * norm steady ^ 2"),
    "a box half as curved": (
        "CompareNetworkBox.v",
        "curved_at_zero",
        "second <= L * moved ->",
        "2 * second <= L * moved ->",
    ),
    "losses of which one is more": (
        "CompareNetworkBox.v",
        "loss_at_least",
        "E least <= E loss",
        "E least <= 2 * E loss",
    ),
    "a tube with twice what is left": ("CompareTube.v", "tube_average", "+ average P K left", "+ 2 * average P K left"),
    "a tube below or at its end": ("CompareTube.v", "tube_average", "norm sG ^ 2 < A1", "norm sG ^ 2 <= A1"),
    "unequal gains at twice the bound": ("CompareSpread.v", "spread_bound", "gF <= bound", "gF <= 2 * bound"),
    "unequal gains for half the steps": ("CompareSpread.v", "spread_bound", "alpha * L < 1 ->", "alpha * L < 1 / 2 ->"),
}
"""What a theorem could say less than its claim: file of comparisons, theorem, and what of its statement changes."""


def stated(build: Path, file: str, theorem: str) -> tuple[str, str]:
    """Return a theorem's statement, and its arguments, as coqc prints them where a file's imports are in force."""
    imports = re.findall(r"^From [^.]*(?:\.[A-Z][^.]*)*\.$", (LIBRARY / file).read_text(), re.MULTILINE)
    text = "\n".join([*imports, "Local Open Scope R_scope.", "Set Printing Depth 1000.", f"About {theorem}."])
    name = f"Asked{os.getpid()}.v"  # the folder is shared by all workers, and this name was: they read each other's
    (build / name).write_text(text)
    done = coqc(build, name)
    assert done.returncode == 0, done.stderr
    said = re.search(r":\s(.*?)\n\n.*?Arguments \S+\s(.*?)\n\S+ is opaque", done.stdout, re.DOTALL)
    assert said is not None, done.stdout
    return " ".join(said[1].split()), " ".join(said[2].split())


def with_statements(file: str, granted: dict[str, tuple[str, str]]) -> str:
    """Return a file of comparisons in which theorems have other statements, taken for granted.

    Args:
        file: its name.
        granted: theorem -> statement and arguments.

    """
    text = (LIBRARY / file).read_text()
    start = text.index("Local Open Scope R_scope.\n") + len("Local Open Scope R_scope.\n")
    head, body = text[:start], text[start:]
    for theorem, (statement, arguments) in granted.items():
        short = theorem.rpartition(".")[2]
        body = re.sub(rf"\b{re.escape(theorem)}\b", short, body)
        head += f"Lemma {short} : {statement}.\nProof. Admitted.\nArguments {short} {arguments} : rename.\n"
    return head + body


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("file", sorted({file for file, _, _, _ in WEAKER.values()}))
def test_the_theorems_as_they_are_will_do(file: str, build: Path) -> None:
    theorems = {theorem for name, theorem, _, _ in WEAKER.values() if name == file}
    text = with_statements(file, {theorem: stated(build, file, theorem) for theorem in sorted(theorems)})
    (build / f"Same{file}").write_text(text)
    done = coqc(build, f"Same{file}")
    assert done.returncode == 0, done.stderr


@needs_coq
@pytest.mark.slow
@pytest.mark.parametrize("fault", WEAKER)
def test_a_theorem_that_says_less_than_its_claim_fails_the_comparison(fault: str, build: Path) -> None:
    file, theorem, right, wrong = WEAKER[fault]
    statement, arguments = stated(build, file, theorem)
    assert right in statement, statement
    name = f"Less{list(WEAKER).index(fault)}.v"
    (build / name).write_text(with_statements(file, {theorem: (statement.replace(right, wrong), arguments)}))
    done = coqc(build, name)
    assert done.returncode != 0
    assert "Error" in done.stderr
    assert "Syntax error" not in done.stderr
