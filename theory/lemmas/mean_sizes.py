"""Theorem 1 by conditional means, with mean sizes: a drift meets sizes, and a size does not vary as its element does.

A sample's direction is g = mu + n, mu = F + b its mean given the past, m its size |g|, psi the mean of m given the
past. The fold of an element is psi^2 - mu^2 = Var(g) - Var(|g|): by how much the square of its mean grows when its
values are folded onto one side. The mean drift is at most the share times psi, so that the fold stands where the
variance was. Few large shares count by themselves, as in mean.shares; at share0 = rho and h = 0 they do not.
Source: docs/theory.md#mean.sized.
"""

from sympy import Symbol

from theory.kernel import (
    ELEMENT,
    Cite,
    Draft,
    SignCases,
    Tower,
    Vector,
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
from theory.lemmas import mean, mean_shares
from theory.lemmas.adaptive import drift, grad, share, stale, wb, wF
from theory.lemmas.device import rho
from theory.lemmas.feasible import A, T, r
from theory.lemmas.master import B_b, F, b
from theory.lemmas.mean import T2, Eb, Et, old, wide
from theory.lemmas.mean_shares import share0
from theory.lemmas.order import where
from theory.lemmas.shape import m, m1, mu, nz, psi, s, s1
from theory.setting.assumptions import RESPONSE, UNBIASED, VARIANCE

# --- the fold


lam, l_mu, l_nz, l_psi, l_rest, l_m1 = symbols("lam_i lam_mu lam_nz lam_psi lam_rest lam_m1")
"""A weight that is known before the sample; times it mean, noise, mean size, the rest of the size, the mean's size."""
LM, LN, LP, LZ, L1 = generators("L_mu L_nz L_psi L_rest L_m1")

FOLD = {
    "mu_i": -1, "n_i": 0, "m": 1, "m_1": 1, "s": -1, "s_1": -1, "lam_i": 2, "lam_mu": -2, "lam_nz": 0,
    "psi_i": 1, "lam_psi": 2, "lam_rest": 0, "lam_m1": 2,
}  # fmt: skip
FOLD_VECTORS = {"L_mu": (-2,), "L_nz": (0,), "L_psi": (2,), "L_rest": (0,), "L_m1": (2,)}


@lemma("mean.fold", "Folding an element onto one side adds at most its variance", assumes=[UNBIASED])
def fold_is_what_the_size_varies_less(d: Draft) -> None:
    """0 <= N(lam psi)^2 - N(lam mu)^2 = N(lam n)^2 - N(lam (m - psi))^2 <= N(lam n)^2, m the size abs(mu + n).

    For any weight lam that is known before the sample: with 1 at one element of one step and 0 elsewhere,
    (E|g|)^2 - (E g)^2 = Var(g) - Var(|g|).
    """
    d.local(ELEMENT, mu, nz, psi, m, m1, s, s1, lam)
    for sign, size, of in ((s, m, mu + nz), (s1, m1, mu)):
        d.given(f"{sign}^2", eq(sign**2, 1), "domain")
        d.given(f"{size} >= 0", le(0, size), "domain")
        d.given(f"size {size}", eq(sign * size, of), "domain")
    means = (l_mu, mu, LM), (l_psi, psi, LP), (l_m1, m1, L1)
    for weighed, of, image in (*means, (l_nz, nz, LN), (l_rest, m - psi, LZ)):
        d.define(weighed, lam * of)
        d.link(weighed, image, over=ELEMENT)
    for name in ("L_mu", "L_psi", "L_m1"):
        d.process(name, known=-1, differences=None, reason="domain")
    d.process("L_nz", known=0, differences=0, reason=UNBIASED)
    d.process("L_rest", known=0, differences=0, reason=UNBIASED)
    both = l_mu + l_nz
    l_m = l_psi + l_rest
    sides = both + s * l_m
    parts = times("lam_mu :=", -sides), times("lam_nz :=", -sides)
    sized = times("lam_psi :=", s * sides), times("lam_rest :=", s * sides)
    whole = times("size m", lam * sides), times("s^2", -(l_m**2))
    d.have("size", eq(l_m**2, both**2), combine(*parts, *sized, *whole))
    parts = times("lam_mu :=", -(l_mu + lam * mu)), times("lam_m1 :=", l_m1 + lam * m1)
    whole = times("size m_1", lam**2 * (s1 * m1 + mu)), times("s_1^2", -((lam * m1) ** 2))
    d.have("mean's size", eq(l_m1**2, l_mu**2), combine(*parts, *whole))
    d.have("both", le(0, m1 * m), combine(times("m >= 0", m1)))
    given = {sign: (times("size m", -mu), times("size m_1", -sign * m)) for sign in (1, -1)}
    same = {sign: combine(*certificate) for sign, certificate in given.items()}
    apart = {sign: combine(*certificate, times("both", 2)) for sign, certificate in given.items()}
    cases = SignCases(s1, SignCases(s, same[1], apart[-1]), SignCases(s, apart[1], same[-1]))
    d.have("product", le(mu * (mu + nz), m1 * m), cases)
    sized = times("lam_psi :=", -l_m1), times("lam_rest :=", -l_m1)
    parts = times("lam_mu :=", both + lam * mu), times("lam_nz :=", lam * mu)
    weighed = combine(times("product", lam**2), times("lam_m1 :=", -lam * m), *sized, *parts)
    d.have("weighed product", le(l_mu * both, l_m1 * l_m), weighed)
    d.have("sizes", eq(norm2(LP + LZ), norm2(LM + LN)), d.average("size", ELEMENT))
    d.have("means' sizes", eq(norm2(L1), norm2(LM)), d.average("mean's size", ELEMENT))
    d.have("products", le(inner(LM, LM + LN), inner(L1, LP + LZ)), d.average("weighed product", ELEMENT))
    for one, other in (("L_nz", "L_mu"), ("L_rest", "L_m1"), ("L_rest", "L_psi")):
        u, w = generators(f"{one} {other}")
        d.have(f"{one} {other}", eq(inner(u, w), 0), Tower(one, other))
    jensen = times("products", 2), times("means' sizes"), times("L_nz L_mu", -2), times("L_rest L_m1", 2)
    d.conclude("positive", le(norm2(LM), norm2(LP)), combine(norm_square(LP - L1), *jensen))
    towers = times("L_nz L_mu", 2), times("L_rest L_psi", -2)
    identity = eq(norm2(LP) - norm2(LM), norm2(LN) - norm2(LZ))
    d.conclude("identity", identity, combine(times("sizes"), *towers))
    d.conclude("bound", le(norm2(LP) - norm2(LM), norm2(LN)), combine(times("identity"), norm_square(LZ)))
    d.witness(FOLD, FOLD_VECTORS)


# --- the mean drift


eb, w_psi, w_rest = symbols("ebar_i wpsi_i wrest_i")
"""The mean drift of an element; times the share the mean size of the sample's, and the rest of its size."""
WP, WZ, E1 = generators("w_psi w_rest Ebar_abs")


def by_sizes(d: Draft, size: Symbol) -> None:
    """Introduce the drift, at most the share times a size m; F times the share, and psi, the mean of `size`."""
    d.local(ELEMENT, share, drift, *dict.fromkeys((m, size)), psi, grad, eb, m1, s1)
    d.given("drift above", le(drift, share * m), RESPONSE)
    d.given("drift below", le(-share * m, drift), RESPONSE)
    d.given("s_1^2", eq(s1**2, 1), "domain")
    d.given("m_1 >= 0", le(0, m1), "domain")
    d.given("mean drift's size", eq(s1 * m1, eb), "domain")
    for weighed, of, image in ((wF, grad, wide), (w_psi, psi, WP), (w_rest, size - psi, WZ)):
        d.define(weighed, share * of)
        d.link(weighed, image, over=ELEMENT)
    for local, image in ((grad, F), (drift, Eb + Et), (eb, Eb), (m1, E1)):
        d.link(local, image, over=ELEMENT)
    for name in ("w_psi", "Ebar", "Ebar_abs"):
        d.process(name, known=-1, differences=None, reason="domain")
    for name in ("w_rest", "Etilde"):
        d.process(name, known=0, differences=0, reason=UNBIASED)
    mean_shares.beyond(d)


def folds(d: Draft, direction: Vector) -> None:
    """Introduce T2 by the fold of the direction whose mean times the share this is; T = sqrt(share0^2 A + T2 + R)."""
    d.given("T2 >= 0", le(0, T2), "domain")
    d.given("T2", le(norm2(WP) - norm2(direction), T2), VARIANCE)
    mean_shares.level(d)


def sized(d: Draft) -> None:
    """Introduce the drift by sizes, all of the direction that is read; b times the share."""
    by_sizes(d, m)
    d.local(ELEMENT, stale)
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("upper", le(share, rho), RESPONSE)
    d.given("lower", le(-rho, share), RESPONSE)
    d.define(wb, share * stale)
    d.link(wb, old, over=ELEMENT)
    d.link(stale, b, over=ELEMENT)
    folds(d, wide + old)


def orthogonal(d: Draft) -> None:
    """Show that what is left beside the means has no part along the mean drift, and how long this is."""
    square = times("mean drift's size", -(s1 * m1 + eb)), times("s_1^2", m1**2)
    d.have("square", eq(eb**2, m1**2), combine(*square))
    d.have("squares", eq(norm2(Eb), norm2(E1)), d.average("square", ELEMENT))
    for one, other in (("Etilde", "Ebar"), ("w_rest", "Ebar_abs")):
        u, w = generators(f"{one} {other}")
        d.have(f"{one} {other}", eq(inner(u, w), 0), Tower(one, other))


LARGE = {"share0": 0, "h_i": "1/16", "sqrt_hi": "1/4", "hF_i": "1/4", "R_h": "5/16"}
SIZED = {
    "rho": "1/2", "share": "1/4", "m": 2, "drift": "1/2", "ebar_i": "1/2", "m_1": "1/2", "s_1": 1, "psi_i": 2,
    "wpsi_i": "1/2", "wrest_i": 0, "w_grad": "1/4", **mean_shares.FEW, **LARGE,
}  # fmt: skip
SIZED_VECTORS = {
    "wF": ("1/4",), "w_psi": ("1/2",), "w_rest": (0,), "Ebar": ("1/2",), "Ebar_abs": ("1/2",), "Etilde": (0,),
    "hF": ("1/4",),
}  # fmt: skip
STALE = {"stale": 1, "w_stale": "1/4", "grad": 1, "r": 1, "A": 1, "B_b": 1}
STALE_VECTORS = {"unit": (1,), "b": (1,), "wb": ("1/4",)}


@lemma("mean.size", "The mean drift by mean sizes", assumes=[UNBIASED, VARIANCE, RESPONSE])
def mean_drift_counts_mean_sizes_and_no_noise(d: Draft) -> None:
    """N(ebar) <= N(share psi) <= sqrt(share0^2 A + T2 + R) + rho N(b), T2 the average of sum_i share_i^2 fold_i.

    abs(e) <= share m; psi is the mean of the size m given the past, fold = psi^2 - mu^2, mu = F + b. R bounds the
    average of sum_i h_i F_i^2 for h_i >= max(share_i^2 - share0^2, 0); with share0 = rho and h = 0 it is 0.
    """
    d.direction("unit", r)
    d.define(A, norm2(F))
    sized(d)
    d.given("B_b >= 0", le(0, B_b), "domain")
    d.given("b", le(norm2(b), B_b**2), "domain")
    along = times("mean drift's size", -drift), times("wpsi_i :=", -m1), times("wrest_i :=", -m1)
    down, up = combine(times("drift above", m1), *along), combine(times("drift below", m1), *along)
    d.have("along", le(drift * eb, (w_psi + w_rest) * m1), SignCases(s1, down, up))
    d.have("averaged", le(inner(Eb + Et, Eb), inner(WP + WZ, E1)), d.average("along", ELEMENT))
    orthogonal(d)
    jensen = times("averaged", 2), times("squares", -1), times("Etilde Ebar", -2), times("w_rest Ebar_abs", 2)
    d.conclude("jensen", le(norm2(Eb), norm2(WP)), combine(norm_square(WP - E1), *jensen))
    d.have("room", le(0, rho + share), combine(times("lower")))
    d.have("shrinks", le(0, rho**2 - share**2), combine(times("upper", rho + share)))
    below = combine(times("shrinks", stale**2), times("w_stale :=", wb + share * stale))
    d.have("staleness of an element", le(wb**2, rho**2 * stale**2), below)
    d.have("staleness", le(norm2(old), rho**2 * norm2(b)), d.average("staleness of an element", ELEMENT))
    d.have("old", le(norm2(old), (rho * B_b) ** 2), combine(times("staleness"), times("b", rho**2)))
    mean_shares.gradient(d)
    level = times("gradient averaged"), times("R_h"), times("A :=", -(share0**2)), times("T_s^2", -1)
    d.have("level", le(norm2(wide) + T2, T**2), combine(*level))
    d.have("fresh", le(norm2(wide), T**2), combine(times("level"), times("T2 >= 0")))
    product = Cite("hilbert.product", "bound", where(s=T, t=rho * B_b), {"u": wide, "w": old})
    d.have("product", le(inner(wide, old), T * rho * B_b), product)
    total = times("jensen"), times("T2"), times("level"), times("product", 2), times("old")
    d.conclude("bound", le(norm2(Eb), (T + rho * B_b) ** 2), combine(*total))
    d.witness({**SIZED, **STALE}, {**SIZED_VECTORS, **STALE_VECTORS})


# --- the feasible set


WORLD = {
    **mean.WORLD, **SIZED, "m": 1, "psi_i": 1, "v_i": "5/4",
    **dict.fromkeys(("wpsi_i", "drift", "ebar_i", "m_1"), "1/4"),
}  # fmt: skip
WORLD_VECTORS = {
    **mean.WORLD_VECTORS, **SIZED_VECTORS, "wb": (0,), **dict.fromkeys(("w_psi", "Ebar", "Ebar_abs"), ("1/4",)),
}  # fmt: skip


@lemma(
    "mean.sized",
    "Theorem 1 by conditional means, with mean sizes: the feasible set",
    assumes=[*mean.ASSUMED, RESPONSE],
)
def the_point_of_a_run_is_feasible_by_its_mean_sizes(d: Draft) -> None:
    """(A, Y, a) satisfies (i), (ii) and |a| <= Y of mean.shares_feasible with T2 the average of sum_i share_i^2 fold_i.

    fold_i = psi_i^2 - (F_i + b_i)^2 = Var(g_i) - Var(|g_i|) in the place of Var(g_i); c_w, q and qn are as there. So
    mean.end holds with share0 for rho and T2 + R for T2; with share0 = rho and h = 0 that is this T2 in mean.feasible.
    """
    mean.setting(d)
    sized(d)
    mean.feasible_by_share(d, "mean.size")
    d.witness(WORLD, WORLD_VECTORS)
