"""Theorem 1 by conditional means, with mean sizes at current weights: what is stale adds its own size, and no noise.

A sample's direction is g = c + d, c at current weights and d what staleness changes; F is the mean of c given the past,
psi that of the size of c. As |g| <= |c| + |d|, the mean drift is at most the share times psi and the mean of |d|: the
fold is that of c, and rho N(b) is gone. Source: docs/theory.md#mean.current.
"""

from theory.kernel import (
    ELEMENT,
    Cite,
    Draft,
    SignCases,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    norm2,
    norm_square,
    symbols,
    times,
)
from theory.lemmas import mean, mean_shares, mean_sizes, staleness
from theory.lemmas.adaptive import drift, share
from theory.lemmas.device import m, s
from theory.lemmas.feasible import A, T, r
from theory.lemmas.master import F, effective, nu
from theory.lemmas.mean import Eb, Et, wide
from theory.lemmas.mean_shares import share0
from theory.lemmas.mean_sizes import E1, WP, WZ, eb, w_psi, w_rest
from theory.lemmas.noise_stale import D, turn
from theory.lemmas.order import where
from theory.lemmas.shape import m1, s1
from theory.setting.assumptions import RESPONSE, STALENESS, UNBIASED, VARIANCE

cur, m_cur, m_turn, w_turn = symbols("cur_i m_cur m_turn wturn_i")
"""A sample's direction at current weights; its size, and that of what staleness changes; this times the share."""
(WT,) = generators("w_turn")
SIZES = {m_cur: cur, m_turn: turn}


def current(d: Draft) -> None:
    """Introduce the drift by sizes; the direction that is read, c + d; D >= N(share abs(d)); T2 by the fold of c."""
    mean_sizes.by_sizes(d, m_cur)
    d.local(ELEMENT, s, cur, turn, m_turn)
    d.given("share >= 0", le(0, share), RESPONSE)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("size m", eq(s * m, cur + turn), "domain")
    for size, of in SIZES.items():
        d.given(f"{of} above", le(of, size), "domain")
        d.given(f"{of} below", le(-size, of), "domain")
    d.define(w_turn, share * m_turn)
    d.link(w_turn, WT, over=ELEMENT)
    d.given("D >= 0", le(0, D), "domain")
    d.given("D", le(norm2(WT), D**2), STALENESS)
    mean_sizes.folds(d, wide)


CURRENT = {
    **mean_sizes.SIZED, "s": 1, "D": 1, **dict.fromkeys(("cur_i", "turn_i", "m_cur", "m_turn", "psi_i"), 1),
    **dict.fromkeys(("wpsi_i", "wturn_i"), "1/4"),
}  # fmt: skip
CURRENT_VECTORS = {**mean_sizes.SIZED_VECTORS, **dict.fromkeys(("w_psi", "w_turn"), ("1/4",))}
GRADIENT = {"grad": 1, "r": 1, "A": 1}


@lemma(
    "mean.current", "The mean drift by mean sizes at current weights", assumes=[UNBIASED, VARIANCE, STALENESS, RESPONSE]
)
def mean_drift_counts_mean_sizes_at_current_weights(d: Draft) -> None:
    """N(ebar) <= sqrt(share0^2 A + T2 + R) + D, T2 the average of sum_i share_i^2 fold_i at current weights.

    abs(e) <= share abs(c + d); fold = psi^2 - F^2, psi the mean of abs(c) given the past; D^2 bounds the average of
    sum_i share_i^2 d_i^2. R is as in mean.size.
    """
    d.direction("unit", r)
    d.define(A, norm2(F))
    current(d)
    above = combine(times("size m"), *(times(f"{of} above") for of in SIZES.values()))
    below = combine(times("size m", -1), *(times(f"{of} below") for of in SIZES.values()))
    d.have("sizes", le(m, m_cur + m_turn), SignCases(s, above, below))
    d.have("weight", le(0, share * m1), combine(times("share >= 0", m1)))
    parts = times("wpsi_i :=", -m1), times("wrest_i :=", -m1), times("wturn_i :=", -m1)
    along = times("mean drift's size", -drift), times("sizes", share * m1), *parts
    down, up = combine(times("drift above", m1), *along), combine(times("drift below", m1), *along)
    d.have("along", le(drift * eb, (w_psi + w_rest + w_turn) * m1), SignCases(s1, down, up))
    d.have("averaged", le(inner(Eb + Et, Eb), inner(WP + WZ + WT, E1)), d.average("along", ELEMENT))
    mean_sizes.orthogonal(d)
    jensen = times("averaged", 2), times("squares", -1), times("Etilde Ebar", -2), times("w_rest Ebar_abs", 2)
    d.conclude("jensen", le(norm2(Eb), norm2(WP + WT)), combine(norm_square(WP + WT - E1), *jensen))
    mean_shares.gradient(d)
    level = times("gradient averaged"), times("R_h"), times("A :=", -(share0**2)), times("T_s^2", -1)
    d.have("level", le(norm2(WP), T**2), combine(times("T2"), *level))
    both = Cite("hilbert.minkowski", "bound", where(s=T, t=D), {"u": WP, "w": WT})
    d.have("both", le(norm2(WP + WT), (T + D) ** 2), both)
    d.conclude("bound", le(norm2(Eb), (T + D) ** 2), combine(times("jensen"), times("both")))
    d.witness({**CURRENT, **GRADIENT}, {**CURRENT_VECTORS, "unit": (1,)})


WORLD = {**mean_sizes.WORLD, "cur_i": 1, "turn_i": 0, "s": 1, "m_cur": 1, "m_turn": 0, "wturn_i": 0, "D": 1}
WORLD_VECTORS = {**mean_sizes.WORLD_VECTORS, "w_turn": (0,)}


@lemma(
    "mean.current_feasible",
    "Theorem 1 by conditional means, with mean sizes at current weights: the feasible set",
    assumes=[*mean.ASSUMED, RESPONSE],
)
def the_point_of_a_run_is_feasible_by_mean_sizes_at_current_weights(d: Draft) -> None:
    """(A, Y, a) satisfies (i), (ii) and |a| <= Y of mean.sized with q = alpha gain Lambda1, qn = alpha gain nu + D.

    T2 is of folds at current weights, and D^2 bounds the average of sum_i share_i^2 d_i^2, d what staleness changes in
    a sample's direction. So mean.end holds with share0 for rho and T2 + R for T2.
    """
    mean.setting(d)
    current(d)
    mean.feasible(d, Cite("mean.current", "bound"), D, effective * staleness.Lambda1, effective * nu + D)
    d.witness(WORLD, WORLD_VECTORS)
