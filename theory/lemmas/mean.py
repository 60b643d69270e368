"""Theorem 1 by conditional means: the step is split where the past ends, so that its parts have no cross term.

A sample's direction is g = F + b + noise: F + b its mean given the past, b the staleness in the mean. Its drift is
e = ebar + etilde, ebar its mean. The step is v + n, v = F + b + ebar its mean given the past. `share` is theta(w),
known before the sample: the drift changes by at most share |g - g'| where the direction does, so that |e| <= share |g|;
of the linear device share = |w|/tau. Source: docs/theory.md#mean.feasible.
"""

from sympy import Expr

from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STEP,
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
    lt,
    norm2,
    norm_square,
    symbols,
    times,
)
from theory.lemmas import adaptive, master, staleness
from theory.lemmas.adaptive import drift, grad, noise, share, stale, wb, wF, wn
from theory.lemmas.device import m, rho, s
from theory.lemmas.feasible import A, T, Y, a, near, p, q, qn, r, x
from theory.lemmas.master import (
    B_b,
    Delta,
    F,
    F_k,
    K,
    L,
    alpha,
    b,
    effective,
    f_next,
    f_now,
    gain,
    mean_next,
    mean_now,
    n,
    n_k,
    nu,
    unit,
    v_k,
)
from theory.lemmas.order import where
from theory.setting.assumptions import (
    LAGS,
    LOWER,
    RESPONSE,
    RESPONSE_LIPSCHITZ,
    SMOOTH,
    STALENESS,
    UNBIASED,
    VARIANCE,
)

y, Eb, Et = generators("v Ebar Etilde")
v: Vector = F + b + Eb
"""The mean of the step given the past; what is left of the step, n, is a martingale difference."""


# --- the variance of the step


om, ctr, e_i, e_c, lam, lo, lc, ln = symbols("om_i ctr_i e_i e_c lam_i lam_om lam_ctr lam_n")
"""The rest of an element of a step, its mean less the step of the mean direction, the drifts of both; a weight."""
LO, LC, LN = generators("L_om L_ctr L_n")


def change(d: Draft) -> None:
    """Introduce an element: the noise s m of its direction, the drifts of the sample e_i and of the mean e_c."""
    d.local(ELEMENT, share, s, m, noise, om, ctr, e_i, e_c)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")
    d.given("noise", eq(noise, s * m), "domain")
    d.given("change above", le(e_i - e_c, share * m), RESPONSE_LIPSCHITZ)
    d.given("change below", le(-share * m, e_i - e_c), RESPONSE_LIPSCHITZ)
    d.given("parts", eq(om + ctr, noise + e_i - e_c), "domain")


CHANGE = {
    "share": "1/2", "s": 1, "m": 0, "noise": 0, "om_i": 0, "ctr_i": 0, "e_i": "1/2", "e_c": "1/2",
}  # fmt: skip


@lemma("mean.element", "A step changes by at most 1 + theta(w) times its direction", assumes=[RESPONSE_LIPSCHITZ])
def step_changes_by_at_most_one_plus_share_times_its_direction(d: Draft) -> None:
    """Elementwise abs(d - d') <= (1 + share) abs(g - g') for the steps d = g + e of two directions at one weight.

    Here g is the sample's direction and g' its mean given the past, so that g - g' is the noise; ctr is v - d' for the
    mean v of d, so that d - d' = om + ctr.
    """
    change(d)
    top, both = (1 + share) * m, om + ctr
    up, down = times("noise", 1), times("noise", -1)
    above = (
        combine(times("change above"), times("parts"), up),
        combine(times("change above"), times("parts"), up, times("m >= 0", 2)),
    )
    d.conclude("above", le(both, top), SignCases(s, *above))
    below = (
        combine(times("change below"), times("parts", -1), down, times("m >= 0", 2)),
        combine(times("change below"), times("parts", -1), down),
    )
    d.conclude("below", le(-top, both), SignCases(s, *below))
    d.have("room", le(0, top - both), combine(times("above")))
    size = times("noise", -((1 + share) ** 2) * (noise + s * m)), times("s^2", -((1 + share) ** 2) * m**2)
    squares = combine(times("below", top - both), *size)
    d.conclude("squares", le(both**2, ((1 + share) * noise) ** 2), squares)
    d.witness({**CHANGE, "m": 1, "noise": 1, "om_i": 1})


@lemma(
    "mean.variance",
    "The variance of a step's element",
    assumes=[UNBIASED, RESPONSE_LIPSCHITZ],
)
def variance_of_a_step_is_at_most_that_of_its_direction(d: Draft) -> None:
    """Var(omega_i) <= (1 + share_i)^2 Var(g_i), with any weight lam_i known before the sample.

    N(lam omega) <= N(lam (1 + share) n); of the linear device share = abs(w)/tau. A variance is at most the mean
    square distance from any value that is known before, as of the step that the mean direction would make.
    """
    change(d)
    d.local(ELEMENT, lam)
    for name, of, image in ((lo, lam * om, LO), (lc, lam * ctr, LC), (ln, lam * (1 + share) * noise, LN)):
        d.define(name, of)
        d.link(name, image, over=ELEMENT)
    d.process("L_om", known=0, differences=0, reason=UNBIASED)
    d.process("L_ctr", known=-1, differences=None, reason="domain")
    d.have("squares", le((om + ctr) ** 2, ((1 + share) * noise) ** 2), Cite("mean.element", "squares"))
    whole = lam * (om + ctr)
    d.have(
        "weighed",
        le((lo + lc) ** 2, ln**2),
        combine(
            times("squares", lam**2),
            times("lam_om :=", lo + lc + whole),
            times("lam_ctr :=", lo + lc + whole),
            times("lam_n :=", -(ln + lam * (1 + share) * noise)),
        ),
    )
    d.have("average", le(norm2(LO + LC), norm2(LN)), d.average("weighed", ELEMENT))
    d.have("orthogonal", eq(inner(LO, LC), 0), Tower("L_om", "L_ctr"))
    d.conclude("bound", le(norm2(LO), norm2(LN)), combine(times("average"), times("orthogonal", -2), norm_square(LC)))
    d.witness({**CHANGE, "lam_i": 1}, {"L_om": (0,), "L_ctr": (0,), "L_n": (0,)})


# --- the mean drift


T2, phi = symbols("T2 phi")
"""The mean square of the noise times the share, and what bounds the mean drift."""
wide, noisy, old = generators("wF wn wb")


def drifts(d: Draft) -> None:
    """Introduce gradient, noise and staleness times the share, and the drift: its mean given the past, and the rest."""
    adaptive.coordinate(d)
    for local, image in ((grad, F), (stale, b), (wF, wide), (wn, noisy), (wb, old), (drift, Eb + Et)):
        d.link(local, image, over=ELEMENT)
    for name in ("wF", "wb", "Ebar"):
        d.process(name, known=-1, differences=None, reason="domain")
    for name in ("wn", "Etilde"):
        d.process(name, known=0, differences=0, reason=UNBIASED)


def level(d: Draft) -> None:
    """Introduce T2 >= N(share n)^2 and T = sqrt(rho^2 A + T2); A = N(F)^2 is known by then."""
    d.given("T2 >= 0", le(0, T2), "domain")
    d.given("T2", le(norm2(noisy), T2), VARIANCE)
    d.root(T, rho**2 * A + T2, combine(times("A :=", -(rho**2)), norm_square(F, rho**2), times("T2 >= 0")))


DRIFT = {
    **adaptive.POINT, "m": 1, "noise": 0, "drift": "1/4", "r": 1, "T2": "5/16",
}  # fmt: skip
DRIFT_VECTORS = {
    "unit": (1,), "b": (0,), "wF": ("1/4",), "wn": (0,), "wb": (0,), "Ebar": ("1/4",), "Etilde": (0,),
}  # fmt: skip


@lemma("mean.drift", "The mean drift given the past", assumes=[UNBIASED, VARIANCE, RESPONSE])
def mean_drift_counts_noise_by_the_share_where_it_is(d: Draft) -> None:
    """N(ebar) <= sqrt(rho^2 A + T2) + rho N(b), T2 the average of sum_i share_i^2 Var(g_i)."""
    d.direction("unit", r)
    drifts(d)
    d.define(A, norm2(F))
    level(d)
    d.given("B_b >= 0", le(0, B_b), "domain")
    d.given("b", le(norm2(b), B_b**2), "domain")
    saturated = "adaptive.coordinate:"
    d.have("gradient", le(norm2(wide), rho**2 * norm2(F)), d.average(saturated + "gradient", ELEMENT))
    d.have("staleness", le(norm2(old), rho**2 * norm2(b)), d.average(saturated + "staleness", ELEMENT))
    d.have("drift", le(norm2(Eb + Et), norm2(wide + noisy + old)), d.average(saturated + "drift", ELEMENT))
    for one, other in (("Etilde", "Ebar"), ("wn", "wF"), ("wn", "wb")):
        u, w = generators(f"{one} {other}")
        d.have(f"{one} {other}", eq(inner(u, w), 0), Tower(one, other))
    d.have(
        "fresh",
        le(norm2(wide + noisy), T**2),
        combine(times("wn wF", 2), times("gradient"), times("T2"), times("T_s^2", -1), times("A :=", -(rho**2))),
    )
    d.have("old", le(norm2(old), (rho * B_b) ** 2), combine(times("staleness"), times("b", rho**2)))
    sum_ = Cite("hilbert.minkowski", "bound", where(s=T, t=rho * B_b), {"u": wide + noisy, "w": old})
    d.have("sum", le(norm2(wide + noisy + old), (T + rho * B_b) ** 2), sum_)
    mean_part = times("Etilde Ebar", -2), norm_square(Et)
    d.conclude("bound", le(norm2(Eb), (T + rho * B_b) ** 2), combine(times("drift"), times("sum"), *mean_part))
    d.witness({**DRIFT, "B_b": 1}, DRIFT_VECTORS)


# --- the descent


Lk, root_Lk, v_i, lv_i, lo_i, cw = symbols("L_k sqrt_Lk v_i Lv_i Lom_i c_w")
LV, LV_k, LOm, LOm_k = generators("Lv Lv_k Lom Lom_k")


def curved(d: Draft) -> None:
    """Introduce a path of smoothness L_k <= L known before sample k, and v and n times sqrt(L_k).

    c_w bounds what the noise pays: half the step size times N(sqrt(L_k) n)^2.
    """
    master.values(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("gain > 0", lt(0, gain), "domain")
    d.local(STEP, F_k, v_k, n_k, Lk)
    d.given("L_k >= 0", le(0, Lk), "domain")
    d.given("L_k <= L", le(Lk, L), SMOOTH)
    move = -effective * (v_k + n_k)
    d.given("smooth", le(f_next, f_now + inner(F_k, move) + Lk / 2 * norm2(move)), SMOOTH)
    d.root(root_Lk, Lk, combine(times("L_k >= 0")))
    for part, at_step, weighed, whole_k, whole in ((v_i, v_k, lv_i, LV_k, LV), (om, n_k, lo_i, LOm_k, LOm)):
        d.link(part, at_step, over=COORDINATE)
        d.define(weighed, root_Lk * part)
        d.link(weighed, whole_k, over=COORDINATE)
        d.link(whole_k, whole, over=STEP)
    d.process("Lv", known=-1, differences=None, reason="domain")
    d.process("Lom", known=0, differences=0, reason=UNBIASED)
    d.given("c_w", le(effective / 2 * norm2(LOm), cw), VARIANCE)
    d.define(x, effective * L)
    d.define(p, Delta / (effective * K))


CURVED = {**master.PATH, "alpha": "1/20", "gain": 2, "L_k": 1, "r": 1, "c_w": "1/20", "v_i": 1, "om_i": 0}
CURVED_VECTORS = {
    **master.PATH_VECTORS, **dict.fromkeys(("v_k", "Lv", "Lv_k"), (1,)), "Lom": (0,), "Lom_k": (0,),
}  # fmt: skip


@lemma("mean.curvature", "What curvature costs, without a cross term", assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE])
def curvature_costs_the_step_and_the_noise_apart(d: Draft) -> None:
    """<F, v> <= p + c_w + (x/2) N(v)^2: L_k is known before sample k, so that the step meets no noise.

    kappa := the average of (f(W_{k+1}) - f(W_k))/(alpha gain) + <F, v> is at most (x/2) N(v)^2 + c_w.
    """
    d.direction("unit", r)
    d.process("unit", known=-1, differences=None, reason="domain")
    d.process("n", known=0, differences=0, reason=UNBIASED)
    curved(d)
    for local, image in ((F_k, F), (v_k, y), (n_k, n)):
        d.link(local, image, over=STEP)
    given = times("Lv_i :="), times("Lom_i :=")
    both, of = lv_i + lo_i, root_Lk * (v_i + om)
    d.have(
        "element",
        eq(Lk * (v_i + om) ** 2, both**2),
        combine(*(times(one.fact, -(both + of)) for one in given), times("sqrt_Lk^2", -((v_i + om) ** 2))),
    )
    whole = d.average("element", COORDINATE)
    d.have("at a step", eq(Lk * norm2(v_k + n_k), norm2(LV_k + LOm_k)), whole)
    first = f_now - effective * inner(F_k, v_k + n_k) + effective**2 / 2 * norm2(LV_k + LOm_k)
    d.have("weighed", le(f_next, first), combine(times("smooth"), times("at a step", effective**2 / 2)))
    total = -effective * inner(F, y + n) + effective**2 / 2 * norm2(LV + LOm)
    d.have("average", le(mean_next, mean_now + total), d.average("weighed", STEP))
    below = combine(times("L_k <= L", v_i**2), times("Lv_i :=", lv_i + root_Lk * v_i), times("sqrt_Lk^2", v_i**2))
    d.have("length", le(lv_i**2, L * v_i**2), below)
    d.have("length at a step", le(norm2(LV_k), L * norm2(v_k)), d.average("length", COORDINATE))
    d.have("step", le(norm2(LV), L * norm2(y)), d.average("length at a step", STEP))
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    d.have("no cross term", eq(inner(LOm, LV), 0), Tower("Lom", "Lv"))
    kappa = (mean_next - mean_now) / effective + inner(F, y)
    cost = (
        times("average", 1 / effective),
        times("orthogonal", -r),
        times("no cross term", effective),
        times("step", effective / 2),
        times("x :=", -norm2(y) / 2),
        times("c_w"),
    )
    d.conclude("kappa", le(kappa, x / 2 * norm2(y) + cw), combine(*cost))
    d.have("telescope", le(mean_now - mean_next, Delta / K), Cite("sum.telescope", "bound"))
    paid = combine(times("kappa"), times("telescope", 1 / effective), times("p :=", -1))
    d.conclude("bound", le(inner(F, y), p + cw + x / 2 * norm2(y)), paid)
    d.witness(CURVED, {**CURVED_VECTORS, "v": (1,)})


# --- the feasible set


def reach(mean_drift: Expr) -> Expr:
    """Return eta(Y) with a bound of the mean drift."""
    return mean_drift + moved()


def setting(d: Draft) -> None:
    """Introduce Analog-SGD-AP by its mean directions: path, gradient, staleness, and the point (A, Y, a).

    S bounds the staleness of the mean direction, and nu is of the stages' n.
    """
    master.gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    curved(d)
    for local, image in ((F_k, F), (v_k, v), (n_k, n)):
        d.link(local, image, over=STEP)
    staleness.rows(d, positive=False, step=effective)
    d.define(A, norm2(F))


def _point(d: Draft) -> None:
    d.root(Y, norm2(v), combine(norm_square(v)))
    staleness.delays(d)
    d.define(a, inner(unit, v))


def _stale(d: Draft) -> None:
    """Show how long the staleness is."""
    by = Cite("stale.martingale", "bound", {alpha: effective}, {"v": v})
    d.have("stale", le(norm2(b), moved() ** 2), by)


def moved() -> Expr:
    """Return what bounds the staleness."""
    return effective * (staleness.Lambda1 * Y + nu)


def _reached(d: Draft, mean_drift: Expr) -> None:
    """Show that v is within eta(Y) of the gradient, for a bound of the mean drift."""
    add = Cite("hilbert.minkowski", "bound", where(s=mean_drift, t=moved()), {"u": Eb, "w": b})
    d.have("reach", le(norm2(v - F), reach(mean_drift) ** 2), add)


def _paid(d: Draft) -> None:
    """Conclude (ii) and |a| <= Y."""
    d.have("paid", le(inner(F, v), p + cw + x / 2 * norm2(v)), Cite("mean.curvature", "bound", {}, {"v": v}))
    d.conclude("ii", le(a * r, p + cw + x / 2 * Y**2), combine(times("paid"), times("Y^2", -x / 2), times("a :=", r)))
    d.have("inside", le(inner(unit, v) ** 2, Y**2), Cite("hilbert.component", "bound", {}, {"v": v}))
    d.conclude("component", le(a**2, Y**2), combine(times("inside"), times("a :=", a + inner(unit, v))))


WORLD = {**CURVED, **staleness.ROW, **staleness.STALE, "alpha": "1/20", "gain": 2, "Lambda1": 4, "nu": 2}
WORLD_VECTORS = {
    **CURVED_VECTORS, **staleness.ROW_VECTORS, **staleness.STALE_VECTORS, **staleness.SUMS,
    "b": (0,), "n": (0,), "Ebar": ("1/4",), **dict.fromkeys(("v_k", "Lv", "Lv_k"), ("5/4",)),
}  # fmt: skip
ASSUMED = [SMOOTH, LOWER, UNBIASED, VARIANCE, LAGS, STALENESS]


@lemma("mean.measured", "Theorem 1 by conditional means, with the drift as measured", assumes=ASSUMED)
def the_point_of_a_run_is_feasible_with_its_mean_drift(d: Draft) -> None:
    """(A, Y, a) satisfies (i), (ii), |a| <= Y of mean.feasible with phi + alpha gain (Lambda1 Y + nu) in (i).

    phi is what bounds the mean drift N(ebar); p is the fall f(W_0) - f* over alpha gain K, f* a bound of E f(W_K).
    """
    setting(d)
    _point(d)
    d.given("phi >= 0", le(0, phi), "domain")
    d.given("phi", le(norm2(Eb), phi**2), "domain")
    _stale(d)
    _reached(d, phi)
    d.conclude("i", near(reach(phi)), Cite("master.polarise", "bound", where(eta=reach(phi)), {"v": v}))
    _paid(d)
    d.witness({**WORLD, "phi": 1, "v_i": "5/4"}, WORLD_VECTORS)


def feasible(d: Draft, mean_drift: Cite, late: Expr, by_step: Expr, by_noise: Expr) -> None:
    """Conclude (i), (ii) and |a| <= Y from a claim that bounds the mean drift by T + `late`.

    With the staleness itself that is T + q Y + qn: q = `by_step`, qn = `by_noise`.
    """
    _point(d)
    d.define(q, by_step)
    d.define(qn, by_noise)
    _stale(d)
    bound, goal = T + late, T + q * Y + qn
    d.have("mean drift", le(norm2(Eb), bound**2), mean_drift)
    _reached(d, bound)
    total = reach(bound)
    whole = times("q :=", -Y * (total + goal)), times("qn :=", -(total + goal))
    d.have("together", le(norm2(v - F), goal**2), combine(times("reach"), *whole))
    d.conclude("i", near(goal), Cite("master.polarise", "bound", where(eta=goal), {"v": v}))
    _paid(d)


def feasible_by_share(d: Draft, mean_drift: str) -> None:
    """Conclude it from the claim that bounds the mean drift by T + rho N(b)."""
    step = (1 + rho) * effective
    by = Cite(mean_drift, "bound", where(B_b=moved()))
    feasible(d, by, rho * moved(), step * staleness.Lambda1, step * nu)


@lemma("mean.feasible", "Theorem 1 by conditional means: the feasible set", assumes=[*ASSUMED, RESPONSE])
def the_point_of_a_run_is_feasible_by_its_mean_direction(d: Draft) -> None:
    """(A, Y, a) satisfies (i) with sqrt(rho^2 A + T2) + q Y + qn, (ii) without a cross term, and |a| <= Y.

    (i) A + Y^2 - 2 a sqrt(A) <= (sqrt(rho^2 A + T2) + q Y + qn)^2, (ii) a sqrt(A) <= p + c_w + (x/2) Y^2. T2 is the
    average of sum_i share_i^2 Var(g_i), c_w that of (alpha gain/2) L_k norm(n_k)^2; q and qn are as in Theorem 1
    with S of the mean direction and nu of n.
    """
    setting(d)
    drifts(d)
    level(d)
    feasible_by_share(d, "mean.drift")
    d.witness({**WORLD, **DRIFT, "v_i": "5/4"}, {**WORLD_VECTORS, **DRIFT_VECTORS})
