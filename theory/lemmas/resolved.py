"""The noise-resolved refinement: curvature counts where the noise is, not where it is worst.

f is smooth in a matrix norm; Mu, Mv, Mn are the images of unit, v, n under the root of the matrix Lmat <= L.
Source: docs/theory.md#master.resolved. The form with sqrt(Y^2 - a^2) is sharper than that with min(Y, eta(Y)).
"""

from theory.kernel import (
    STEP,
    Cite,
    Draft,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    lt,
    norm2,
    norm_square,
    square,
    symbols,
    times,
)
from theory.lemmas import feasible, noise
from theory.lemmas.feasible import S, Y, a, descends, g, near, p, r, reach, sigma, x, xn
from theory.lemmas.master import (
    PATH,
    PATH_VECTORS,
    Delta,
    F,
    F_k,
    K,
    L,
    alpha,
    component,
    effective,
    f_next,
    f_now,
    gain,
    gradient,
    mean_next,
    mean_now,
    n,
    n_k,
    unit,
    v_k,
    values,
)
from theory.lemmas.order import where
from theory.setting.assumptions import LOWER, SMOOTH, UNBIASED, VARIANCE
from theory.setting.symbols import symbol

Ln = symbol("Ln")
root_L, root_Ln = symbols("sqrt_L sqrt_Ln")
y, My, Mu, Mn, My_k, Mn_k = generators("v Mv Mu Mn Mv_k Mn_k")


def curved_path(d: Draft) -> None:
    """Introduce steps on an objective that is smooth in the norm of Lmat <= L, with E norm(n)^2_Lmat <= Ln sigma^2."""
    values(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("gain > 0", lt(0, gain), "domain")
    d.given("L >= 0", le(0, L), "domain")
    d.given("Ln >= 0", le(0, Ln), "domain")
    for local, image in ((F_k, F), (v_k, y), (My_k, My), (Mn_k, Mn)):
        d.link(local, image, over=STEP)
    move = -effective * (v_k + n_k)
    curved = f_now + inner(F_k, move) + effective**2 / 2 * norm2(My_k + Mn_k)
    d.given("smooth", le(f_next, curved), SMOOTH)
    d.given("noise curvature", le(norm2(Mn_k), Ln * sigma**2), VARIANCE)
    d.given("curvature", le(norm2(My), L * norm2(y)), SMOOTH)
    d.given("curvature across", le(norm2(My - a * Mu), L * norm2(y - a * unit)), SMOOTH)
    d.process("Mu", known=-1, differences=None, reason="domain")
    d.process("Mn", known=0, differences=0, reason=UNBIASED)
    d.define(x, effective * L)
    d.define(xn, effective * Ln)
    d.define(p, Delta / (effective * K))


@lemma(
    "master.resolved",
    "The noise-resolved descent",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE],
)
def descent_with_resolved_noise(d: Draft) -> None:
    """(ii) for resolved noise: a sqrt(A) <= p + (x/2) Y^2 + (xn/2) sigma^2 + sqrt(x xn) sigma sqrt(Y^2 - a^2)."""
    gradient(d)
    d.given("sigma >= 0", le(0, sigma), "domain")
    noise.noise(d)
    d.root(Y, norm2(y), combine(norm_square(y)))
    component(d, y)
    curved_path(d)
    d.root(root_L, L, combine(times("L >= 0")))
    d.root(root_Ln, Ln, combine(times("Ln >= 0")))
    d.define(g, effective * root_L * root_Ln)
    d.have("orthogonal", eq(inner(unit, n), 0), Cite("noise.orthogonal", "orthogonal", {}, {"F": unit}))
    d.have("curved orthogonal", eq(inner(Mn, Mu), 0), Tower("Mn", "Mu"))
    d.have("curved noise", le(norm2(Mn), Ln * sigma**2), d.average("noise curvature", STEP))
    total = -effective * inner(F, y + n) + effective**2 / 2 * norm2(My + Mn)
    d.have(
        "average",
        le(mean_next, mean_now + total),
        d.average("smooth", STEP),
    )
    d.have("telescope", le(mean_now - mean_next, Delta / K), Cite("sum.telescope", "bound"))
    d.have(
        "across",
        le(norm2(y - a * unit), S**2),
        combine(times("S^2", -1), times("Y^2", -1), times("a :=", 2 * a), times("|unit| <= 1", a**2)),
    )
    d.have(
        "curved across",
        le(norm2(My - a * Mu), (root_L * S) ** 2),
        combine(times("curvature across"), times("across", L), times("sqrt_L^2", -(S**2))),
    )
    d.have(
        "noise", le(norm2(Mn), (root_Ln * sigma) ** 2), combine(times("curved noise"), times("sqrt_Ln^2", -(sigma**2)))
    )
    d.have(
        "cross",
        le(inner(My - a * Mu, Mn), root_L * S * root_Ln * sigma),
        Cite("hilbert.product", "bound", where(s=root_L * S, t=root_Ln * sigma), {"u": My - a * Mu, "w": Mn}),
    )
    d.conclude(
        "ii",
        descends(xn, g),
        combine(
            times("average", 1 / effective),
            times("telescope", 1 / effective),
            times("orthogonal", -r),
            times("a :=", r),
            times("p :=", -1),
            times("curvature", effective / 2),
            times("Y^2", -effective * L / 2),
            times("x :=", -(Y**2) / 2),
            times("curved noise", effective / 2),
            times("xn :=", -(sigma**2) / 2),
            times("cross", effective),
            times("curved orthogonal", effective * a),
            times("g_x :=", -sigma * S),
        ),
    )
    d.conclude(
        "cross term",
        eq(g**2, x * xn),
        combine(
            times("g_x :=", g + effective * root_L * root_Ln),
            times("sqrt_L^2", effective**2 * root_Ln**2),
            times("sqrt_Ln^2", effective**2 * L),
            times("x :=", -xn),
            times("xn :=", -effective * L),
        ),
    )
    d.witness(
        {**PATH, "alpha": "1/20", "gain": 2, "sigma": 1, "r": 1, "Ln": 1},
        {**PATH_VECTORS, **dict.fromkeys(("v", "v_k", "Mv", "Mv_k", "Mu"), (1,)), "Mn": (0,), "Mn_k": (0,)},
    )


def _resolved_roots(d: Draft) -> None:
    feasible.roots(d)
    d.given("xn >= 0", le(0, xn), "domain")
    d.root(g, x * xn, combine(times("xn >= 0", x)))


@lemma("resolved.printed", "The noise-resolved descent in the printed form")
def across_is_at_most_the_length_and_the_distance(d: Draft) -> None:
    """sqrt(Y^2 - a^2) is at most Y and at most eta(Y), so (ii) holds with min(Y, eta(Y)) in its place."""
    _resolved_roots(d)
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(xn, g), "domain")
    d.have("across squared", le(S**2, Y**2), combine(times("S^2"), square(a)))
    d.have("length", le(S, Y), Cite("order.root", "bound", where(s=S, t=Y)))
    d.have("distance squared", le(S**2, reach() ** 2), combine(times("i"), times("S^2"), square(a - r), times("r^2")))
    d.have("distance", le(S, reach()), Cite("order.root", "bound", where(s=S, t=reach())))
    d.conclude("ii with Y", descends(xn, g, Y), combine(times("ii"), times("length", g * sigma)))
    d.conclude("ii with eta", descends(xn, g, reach()), combine(times("ii"), times("distance", g * sigma)))
    d.witness({**feasible.POINT, "xn": "1/10"})


@lemma("resolved.below_sharp", "Noise-resolved is at least as sharp")
def resolved_points_are_feasible_for_the_sharp_bound(d: Draft) -> None:
    """If Ln <= L then (ii) with resolved noise implies (ii): every resolved point is feasible, resolved <= sharp."""
    _resolved_roots(d)
    d.given("xn <= x", le(xn, x), "domain")
    d.given("ii", descends(xn, g), "domain")
    d.have("square", le(g**2, x**2), combine(times("g_x^2"), times("xn <= x", x)))
    d.have("cross", le(g, x), Cite("order.root", "bound", where(s=g, t=x)))
    d.conclude(
        "sharp ii",
        descends(x, x),
        combine(times("ii"), times("xn <= x", sigma**2 / 2), times("cross", sigma * S)),
    )
    d.witness({**feasible.POINT, "xn": "1/40"})


@lemma("resolved.explicit", "Theorem 2 with resolved noise")
def every_resolved_point_is_below_the_resolved_explicit_bound(d: Draft) -> None:
    """Theorem 2 with x sigma^2 -> xn sigma^2 and x sigma -> sqrt(x xn) sigma."""
    _resolved_roots(d)
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(xn, g), "domain")
    feasible.solved(d, xn, g)
    d.witness({**feasible.POINT, "xn": "1/10"})
