"""Pulses: their moments by counting outcomes, and Theorem 1 for granular steps against chains followed exactly."""

import math
from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import theory
from boundary import BadInput, OutsideDomain
from theory import blueprint
from theory.definitions import eliminate
from theory.kernel.check import check_claim
from theory.kernel.draft import write
from theory.kernel.gap import Gap
from theory.lemmas import granular_runs as runs
from theory.lemmas.granular_runs import GRANULAR_STEPS, granular_path
from theory.lemmas.master import BOUNDED, theorem_1
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.symbols import symbol
from theory.theorems import granular, sharp

small = st.fractions(Fraction(1, 16), 4, max_denominator=16)


def value(claim, name, **numbers):
    """Return both sides of a conclusion at exact numbers, by the names of the claim's symbols."""
    relation = blueprint.claim(claim).conclusion(name)
    put = {item: sympy.Rational(str(numbers[item.name])) for item in relation.symbols}
    return tuple(Fraction(str(side.xreplace(put))) for side in (relation.lhs, relation.rhs))


def moments(outcomes):
    """Return mean and variance of numbers with their probabilities."""
    assert sum(weight for _, weight in outcomes) == 1
    mean = sum(number * weight for number, weight in outcomes)
    return mean, sum((number - mean) ** 2 * weight for number, weight in outcomes)


@settings(deadline=None, max_examples=40)
@given(small, small)
def test_rounding_has_the_moments_that_the_claim_says(size, dw):
    whole, frac = divmod(size / dw, 1)
    mean, variance = moments([(whole, 1 - frac), (whole + 1, frac)])
    known = {"N": whole, "frac": frac, "dw": dw, "m": size}
    assert (mean, size / dw) == value("granularity.rounding", "mean", **known)
    assert (variance, variance) == value("granularity.rounding", "variance", **known)
    assert variance <= min(Fraction(1, 4), size / dw)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 6), st.fractions(0, 1, max_denominator=8), small)
def test_a_binomial_train_has_the_moments_that_the_claim_says(length, chance, dw):
    outcomes = defaultdict(Fraction)
    for sent in product((0, 1), repeat=length):
        outcomes[sum(sent)] += math.prod(chance if one else 1 - chance for one in sent)
    mean, variance = moments(list(outcomes.items()))
    second = variance + mean**2
    known = {"BL": length, "P": chance, "dw": dw, "first": mean, "second": second}
    for name in ("mean", "variance"):
        left, right = value("granularity.binomial", name, **known)
        assert left == right
    size = dw * mean
    assert dw**2 * variance == dw * size - size**2 / length <= dw * size


def test_a_binomial_train_varies_by_more_than_a_quarter():
    """A quarter is no bound for it, as it is for rounding: 4 pulses, sent every other time, are off by more."""
    outcomes = [(sent, Fraction(math.comb(4, sent), 16)) for sent in range(5)]
    assert moments(outcomes)[1] == 1 > Fraction(1, 4)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from((0, 1, 2, 3)), min_size=1, max_size=4), small, st.fractions(0, 2, max_denominator=8))
def test_pulses_of_two_sizes_add_up_as_the_claims_say(numbers, dw, cycle):
    """eta is 1 or -1; the number of pulses is each of `numbers` with the same probability."""
    outcomes, counted = [], []
    for number in numbers:
        counted.append((number, Fraction(1, len(numbers))))
        for signs in product((1, -1), repeat=number):
            total = sum((dw * (1 + cycle * sign) for sign in signs), Fraction(0))
            outcomes.append((total, Fraction(1, len(numbers) * 2**number)))
    mean, variance = moments(outcomes)
    mean_number, spread = moments(counted)
    known = {"mean_first": mean, "mean_second": variance + mean**2, "m": dw * mean_number, "dw": dw, "cycle": cycle}
    known |= {"mean_number": mean_number, "mean_number2": spread + mean_number**2}
    assert mean == dw * mean_number
    left, right = value("granularity.variance", "variance", **known)
    assert variance == left == right
    if spread <= mean_number:
        left, right = value("granularity.variance", "bound", **known)
        assert left <= right


DW = Fraction(1, 4)


def rounded(increment):
    """Return the multiples of DW that an increment is rounded to, with their probabilities."""
    whole, frac = divmod(abs(increment) / DW, 1)
    sign = 1 if increment >= 0 else -1
    return [(sign * (whole + up) * DW, weight) for up, weight in ((0, 1 - frac), (1, frac)) if weight]


def followed(alpha, K, lag=0, start=Fraction(1), ups=Fraction(1), downs=Fraction(1), noise=Fraction(0)):
    """Follow f = w^2/2 with a lag, responses and two-point noise; return A, V and the mean of |g|, exactly."""
    law = {(start,) * (lag + 1): Fraction(1)}
    squares = variances = sizes = Fraction(0)
    for _ in range(K):
        following = defaultdict(Fraction)
        for past, chance in law.items():
            squares += chance * past[0] ** 2
            for sample, share in ((noise, Fraction(1, 2)), (-noise, Fraction(1, 2))):
                increment = -alpha * (past[lag] + sample)
                sizes += chance * share * abs(increment) / alpha
                for made, weight in rounded(increment):
                    reach = made * (ups if increment >= 0 else downs)
                    following[(past[0] + reach, *past[:lag])] += chance * share * weight
                    variances += chance * share * weight * (made - increment) ** 2
        law = following
    return squares / K, variances / K, sizes / K


SETTINGS = [
    {"alpha": Fraction(1, 5), "K": 40},
    {"alpha": Fraction(1, 50), "K": 60},
    {"alpha": Fraction(1, 9), "K": 14, "lag": 1},
    {"alpha": Fraction(1, 9), "K": 20, "noise": Fraction(1, 3)},
    {"alpha": Fraction(1, 9), "K": 14, "ups": Fraction(3, 2), "downs": Fraction(1)},
]


def granular_bound(setting, **changes):
    """Return the guaranteed upper end of A for a chain, with the V that the chain has."""
    ups, downs = setting.get("ups", Fraction(1)), setting.get("downs", Fraction(1))
    gain, noise, lag = (ups + downs) / 2, setting.get("noise", Fraction(0)), setting.get("lag", 0)
    _, V, _ = followed(**setting)
    known = {"L": 1, "sigma2": noise**2, "Delta": Fraction(1, 2), "alpha": setting["alpha"], "K": setting["K"]}
    known |= {"gamma": abs(ups - downs) / (ups + downs), "gain": gain, "Lambda1": lag, "Lambdah": lag}
    return theory.bound("granular")(**(known | {"V": V, "qmax": max(ups, downs)} | changes))


@pytest.mark.parametrize("setting", SETTINGS, ids=[", ".join(f"{k} {v}" for k, v in one.items()) for one in SETTINGS])
def test_theorem_1_for_granular_steps_holds_of_chains_that_are_followed_exactly(setting):
    assert float(followed(**setting)[0]) <= granular_bound(setting)


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_summed_variance_is_below_both_totals(setting):
    A, V, sizes = followed(**setting)
    known = {"alpha": setting["alpha"], "dw": DW, "cycle": 0, "<ones|sizes>": sizes, "V": V, "size": 1}
    for claim, name in (("granularity.total", "by the 1-norm"), ("granularity.total_rounding", "bound")):
        left, right = value(claim, name, **known)
        assert left == V <= right
    if "lag" not in setting:
        R = sympy.sqrt(sympy.Rational(str(A + setting.get("noise", 0) ** 2)))
        relation = blueprint.claim("granularity.total").conclusion("bound")
        put = {"R": R, "sqrt_size": 1} | {
            name: sympy.Rational(str(known[name])) for name in ("alpha", "dw", "cycle", "V")
        }
        assert relation.lhs.xreplace({item: put[item.name] for item in relation.symbols}) <= relation.rhs.xreplace(
            {item: put[item.name] for item in relation.symbols}
        )


@pytest.mark.parametrize("setting", SETTINGS[1:2])
def test_a_bound_that_forgets_the_pulses_is_below_what_happens(setting):
    """The same at V = 0 is Theorem 1 of the smooth device: granular runs break it."""
    assert granular_bound(setting, V=0, Delta=0) == 0 < float(followed(**(setting | {"start": DW}))[0])
    setting = {"alpha": Fraction(2, 5), "K": 400, "start": Fraction(0), "noise": Fraction(1, 20)}
    observed = float(followed(**setting)[0])
    forgotten = granular_bound(setting, V=0, Delta=0)
    assert forgotten < observed <= granular_bound(setting, Delta=0)


@settings(deadline=None, max_examples=40)
@given(
    st.fractions(Fraction(1, 100), Fraction(1, 5), max_denominator=100),
    st.fractions(0, Fraction(9, 10), max_denominator=10),
)
def test_without_pulses_it_is_theorem_1(alpha, gamma):
    known = {"L": 1, "sigma2": 1, "Delta": 1, "alpha": alpha, "K": 100, "gamma": gamma, "Lambda1": 0, "Lambdah": 0}
    assert theory.bound("granular")(**known, V=0, qmax=1) == theory.bound("sharp")(**known)


def test_pulses_enter_p_and_the_martingale_part_only():
    """The set is that of Theorem 1; p grows by L qmax^2 V/(2 alpha gain), sigma^2 in nu by qmax^2 V/(alpha gain)^2."""
    named = {name: symbol(name) for name in ("L", "V", "qmax", "alpha", "gain", "K", "Delta", "sigma", "Lambdah")}
    made = named["alpha"] * named["gain"]
    more = named["L"] * named["qmax"] ** 2 * named["V"] / (2 * made)
    mine, theirs = granular.THEOREM.definitions, sharp.THEOREM.definitions
    assert granular.THEOREM.feasible == sharp.THEOREM.feasible
    assert sympy.simplify(mine[symbol("p")] - theirs[symbol("p")] - more) == 0
    assert all(mine[symbol(name)] == theirs[symbol(name)] for name in ("x", "q", "qn"))
    level = named["sigma"] ** 2 + named["qmax"] ** 2 * named["V"] / made**2
    assert sympy.simplify(mine[symbol("nu")] ** 2 - named["Lambdah"] ** 2 * level) == 0


def test_only_granular_theorems_speak_of_granular_runs():
    """A bound that is not proved of pulses refuses what says that there are some."""
    known = {"L": 1, "sigma2": 1, "Delta": 1, "alpha": "0.1", "K": 10, "rho": 0, "Lambda1": 0, "Lambdah": 0}
    for name in ("sharp", "resolved", "explicit", "floor"):
        assert "pulses" not in theory.bound(name).assumptions
        for more in ({"V": 1}, {"qmax": 1}, {"dw": 1}, {"size": 4}, {"cycle": 0}):
            with pytest.raises(BadInput, match="without pulses"):
                theory.bound(name)(**known, Ln=1, **more)
    for name in ("granular", "granular-floor"):
        assert "pulses" in theory.bound(name).assumptions
    for more in ({"V": 1}, {"qmax": 1}):
        with pytest.raises(BadInput, match="not given"):
            theory.bound("granular")(**known, **more)
    with pytest.raises(BadInput, match="nu is not given"):
        theory.bound("granular")(**known, V=1, qmax=1, nu=1)
    with pytest.raises(OutsideDomain):
        theory.bound("granular")(**known, V=-1, qmax=1)


def test_the_floor_that_pulses_leave():
    """At rho = 0: G^2/2 + G sqrt(sigma^2 + G^2/4); without pulses the floor of the distortion."""
    bound = theory.bound("granular-floor")
    assert bound.required == ("L", "sigma2", "rho", "qmax", "dw", "size")
    G = 2 * 1.5**2 * (1 + 0.5**2) * 0.02 * 3 / 1.25
    found = bound(L=2, sigma2=4, rho=0, qmax="1.5", dw="0.02", size=9, cycle="0.5", gain="1.25")
    assert found == pytest.approx(G**2 / 2 + G * math.sqrt(4 + G**2 / 4), rel=1e-12)
    assert bound(L=1, sigma2=1, rho="0.3", qmax=1, dw=0, size=1) == theory.bound("floor")(sigma2=1, rho="0.3")
    assert bound(L=1, sigma2=1, rho="0.3", qmax=1, dw="0.1", size=1) > theory.bound("floor")(sigma2=1, rho="0.3")


def test_the_floor_of_the_pulses_is_above_what_small_steps_leave():
    """It does not grow as the step falls, as the bound by dw^2/4 does; and what runs leave does not, either."""
    noise, left = Fraction(1, 4), []
    for alpha in (Fraction(1, 4), Fraction(1, 8), Fraction(1, 16)):
        setting = {"alpha": alpha, "K": 150, "start": Fraction(0), "noise": noise}
        left.append(float(followed(**setting)[0]))
    known = {"L": 1, "sigma2": noise**2, "rho": 0, "qmax": 1, "dw": DW, "size": 1}
    floor = theory.bound("granular-floor")(**known)
    assert all(observed <= floor for observed in left)
    assert theory.bound("granular-floor")(**(known | {"dw": DW / 4})) < max(left)  # a smaller pulse has a lower floor


def test_the_best_step_is_where_the_first_form_is_least():
    claim = blueprint.claim("granularity.best_step")
    at = {"K": 100, "L": 2, "sigma": 3, "Delta": 5, "size": 16, "qmax": 1, "dw": sympy.Rational(1, 20)}
    numbers = {symbol(name): number for name, number in at.items()}
    paid = eliminate(claim.conclusion("bound").rhs, claim)
    best = eliminate(runs.best, claim).xreplace(numbers)
    slope = sympy.diff(paid, symbol("alpha")).xreplace(numbers)
    assert sympy.simplify(slope.xreplace({symbol("alpha"): best})) == 0
    least = eliminate(claim.conclusion("at least").lhs, claim).xreplace(numbers)
    assert sympy.simplify(paid.xreplace(numbers).xreplace({symbol("alpha"): best}) - least) == 0
    assert all(paid.xreplace({**numbers, symbol("alpha"): best * factor}) > least for factor in (0.9, 1.1))


def drafted(share):
    """Return granularity.enters drafted again, with `share` of what the pulses cost left out of p."""
    assumes = [ASSUMPTIONS[name] for name in blueprint.claim("granularity.enters").assumes]

    def path(draft):
        granular_path(draft, runs.effective)
        less = share * runs.L * runs.qmax**2 * runs.V / (2 * runs.effective)
        draft.context = [
            replace(item, of=item.of - less) if getattr(item, "symbol", None) == runs.p else item
            for item in draft.context
        ]

    def author(d):
        """Theorem 1 for granular devices, perhaps with a smaller price."""
        theorem_1(d, BOUNDED, replace(GRANULAR_STEPS, path=path))
        d.witness(
            {**runs.WORLD, "V": "1/100", "qmax": 1, "Lambdah": 2, "nu": "5/2"}, {**runs.WORLD_VECTORS, **NO_PULSES}
        )

    return write(f"granularity.again{share}".replace("/", "_"), "again", author, assumes=assumes)


NO_PULSES = {"zeta": (0,), "zeta_k": (0,)}


def test_the_kernel_refuses_theorem_1_with_a_smaller_price_of_the_pulses():
    check_claim(drafted(sympy.Integer(0)), blueprint.theorems())
    with pytest.raises(Gap, match=r"granularity\.telescope"):
        check_claim(drafted(sympy.Rational(1, 2)), blueprint.theorems())


@pytest.mark.parametrize("forgotten", ["direction", "noise", "pulses", None])
def test_the_kernel_refuses_a_telescope_without_what_is_known_of_the_pulses(forgotten):
    true = blueprint.claim("granularity.telescope")
    context = tuple(item for item in true.context if getattr(item, "name", "") != forgotten)
    again = replace(true, id="granularity.again", context=context)
    if forgotten is None:
        check_claim(again, blueprint.theorems())
        return
    assert len(context) == len(true.context) - 1
    with pytest.raises(Gap):
        check_claim(again, blueprint.theorems())


def test_more_variance_makes_a_larger_bound():
    setting = SETTINGS[0]
    assert granular_bound(setting, V="0.01") > granular_bound(setting, V="0.001") > granular_bound(setting, V=0)
