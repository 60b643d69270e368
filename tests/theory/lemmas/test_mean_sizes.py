"""Mean sizes: what their level is made of, and on whole trees of samples; `test_mean` weakens the claims."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction as Q

import pytest

from tests.theory.lemmas.test_free_steps import refused
from tests.theory.lemmas.test_mean_by_force import CASES, Case
from theory import blueprint
from theory.kernel import combine, norm_square, times
from theory.kernel.claim import Root
from theory.lemmas import master, mean, mean_current, mean_shares, mean_sizes
from theory.lemmas.feasible import A, T

LEVEL = {
    A: (times("A :=", -(mean_shares.share0**2)), norm_square(master.F, mean_shares.share0**2)),
    mean.T2: (times("T2 >= 0"),),
    mean_shares.Rh: (times("R_h"), norm_square(mean_shares.hF)),
}
"""What T^2 is made of, and why each of that is not negative."""


@pytest.mark.parametrize("left_out", LEVEL)
def test_nothing_in_the_level_can_be_left_out(left_out):
    claim = blueprint.claim("mean.size")
    (level,) = (item for item in claim.context if isinstance(item, Root) and item.symbol == T)
    rest = combine(*(one for name, parts in LEVEL.items() if name != left_out for one in parts))
    less = replace(level, of=level.of.subs(left_out, 0), exists=rest)
    assert less != level
    at = {} if left_out == A else {"R_h": "9/16", "T2": "9/16"}  # where the root is rational
    claim = replace(claim, witness=replace(claim.witness, scalars={**claim.witness.scalars, **at}))
    why = refused(replace(claim, context=tuple(less if item is level else item for item in claim.context)))
    assert f"<= {T}^2 does not add up" in why


def test_they_conclude_what_the_bound_starts_from():
    """So that mean.end and `theory.bound("mean")` hold with T2 by the folds."""
    claim = blueprint.claim("mean.sized")
    for other in map(blueprint.claim, ("mean.feasible", "mean.shares_feasible", "mean.current_feasible")):
        assert claim.conclusions == other.conclusions
        assert all(claim.conclusion(name) == other.conclusion(name) for name in claim.conclusions)
    (level,) = (item for item in claim.context if isinstance(item, Root) and item.symbol == T)
    assert all(level in blueprint.claim(name).context for name in ("mean.shares_feasible", "mean.current_feasible"))


def test_the_witnesses_have_means_and_staleness():
    """Of one outcome no noise is left; what else may differ from zero does."""
    assert mean_sizes.FOLD["mu_i"] == -1 and mean_sizes.FOLD["s_1"] == -1
    assert all(mean_sizes.STALE[name] for name in ("stale", "w_stale", "B_b"))
    assert all(mean_sizes.SIZED[name] for name in ("h_i", "hF_i", "R_h"))
    assert all(mean_current.CURRENT[name] for name in ("cur_i", "turn_i", "m_turn", "wturn_i"))


# --- on whole trees of samples


def histories(case: Case, path: tuple[Q, ...] = (), odds: Q = Q(1)) -> Iterator[tuple[Q, Q, Q, list[tuple[Q, Q]]]]:
    """Yield, for every history of a run that is not stopped, its odds, share, gradient and samples with theirs."""
    path = path or (case.start,)
    k, w = len(path) - 1, path[-1]
    if k == case.K:
        return
    share, F, stale = w / case.tau, case.L * w, case.L * path[max(k - case.lag, 0)]
    samples = [(part, stale + size) for part, size in case.noise]
    yield odds, share, F, samples
    for part, g in samples:
        yield from histories(case, (*path, w - case.alpha * (g + abs(g) * share)), odds * part)


def averages(case: Case, few: Q = Q(0)) -> dict[str, Q]:
    """Return the averages that mean.size and mean.current speak of, their premises checked at every history.

    `few` is what most shares are below, "large" the average of h F^2 for the others, "current" that of the folds at
    current weights, "late" that of what staleness changes in a sample, by the share.
    """
    found = dict.fromkeys(("A", "b2", "ebar2", "folds", "variances", "large", "current", "late"), Q(0)) | {"rho": Q(0)}
    for odds, share, F, samples in histories(case):
        mu = sum(part * g for part, g in samples)
        psi = sum(part * abs(g) for part, g in samples)
        variance = sum(part * (g - mu) ** 2 for part, g in samples)
        fold = psi**2 - mu**2
        assert fold == variance - sum(part * (abs(g) - psi) ** 2 for part, g in samples)  # mean.fold
        assert 0 <= fold <= variance
        ebar = sum(part * abs(g) * share for part, g in samples)
        assert ebar**2 <= share**2 * (mu**2 + fold)
        late = mu - F  # of every sample, as the noise is added
        size = sum(part * abs(g - late) for part, g in samples)
        assert abs(ebar) <= abs(share) * (size + abs(late))
        for name, value in (
            ("A", F**2), ("b2", (mu - F) ** 2), ("ebar2", ebar**2), ("folds", share**2 * fold),
            ("variances", share**2 * variance), ("large", max(share**2 - few**2, Q(0)) * F**2),
            ("current", share**2 * (size**2 - F**2)), ("late", (share * late) ** 2),
        ):  # fmt: skip
            found[name] += odds / case.K * value
        found["rho"] = max(found["rho"], abs(share))
    return found


RUNS = [replace(case, stop=None) for case in CASES]


PARTS = (Q(0), Q(1, 2), Q(9, 10), Q(1))
"""Of rho: what most shares are below."""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("case", RUNS)
def test_the_mean_drift_is_below_its_bound_by_folds(case, part):
    rho = averages(case)["rho"]
    found = averages(case, few=part * rho)
    level = float((part * rho) ** 2 * found["A"] + found["folds"] + found["large"]) ** 0.5
    drift = level + float(rho) * float(found["b2"]) ** 0.5
    assert float(found["ebar2"]) <= drift**2
    assert 0 < found["folds"] <= found["variances"]
    assert (found["large"] == 0) == (part == 1)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("case", RUNS)
def test_the_mean_drift_is_below_its_bound_by_folds_at_current_weights(case, part):
    rho = averages(case)["rho"]
    found = averages(case, few=part * rho)
    level = float((part * rho) ** 2 * found["A"] + found["current"] + found["large"]) ** 0.5
    assert float(found["ebar2"]) <= (level + float(found["late"]) ** 0.5) ** 2
    assert found["current"] > 0 and (found["late"] > 0) == (case.lag > 0)


def test_no_smaller_part_of_what_is_late_will_do():
    """Samples above 0 that were larger where the weight was: the size read is that at the current weight, and d."""
    case = Case(Q(1, 10), Q(8), Q(4), ((Q(1, 2), Q(1)), (Q(1, 2), Q(-1))), 2)
    *_, (_, share, F, samples) = histories(case)
    late = sum(part * g for part, g in samples) - F
    size = sum(part * abs(g - late) for part, g in samples)
    assert late > 0 and sum(part * abs(g) * share for part, g in samples) == share * (size + late)


def test_the_folds_are_less_than_the_variances_where_signs_do_not_change():
    """Samples on one side of 0 have no fold, whatever their variance."""
    found = averages(Case(Q(1, 10), Q(8), Q(4), ((Q(1, 2), Q(1)), (Q(1, 2), Q(-1))), 2))
    assert found["folds"] == 0 < found["variances"]


@pytest.mark.parametrize("part", PARTS)
def test_no_smaller_part_of_the_folds_or_of_the_large_shares_will_do(part):
    """One step without staleness: the mean drift is as large as its bound, of folds between 0 and the variance."""
    case = Case(Q(1, 5), Q(3), Q(1), ((Q(1, 4), Q(9)), (Q(3, 4), Q(-3))), 1, lag=0)
    few = part * averages(case)["rho"]
    found = averages(case, few=few)
    assert found["b2"] == 0 < found["folds"] < found["variances"]
    assert found["ebar2"] == few**2 * found["A"] + found["large"] + found["folds"]
