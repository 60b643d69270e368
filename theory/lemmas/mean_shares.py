"""Few large shares count by themselves: Theorem 1 by conditional means where most elements are far from saturation.

For any theta_0 an element's share^2 is at most theta_0^2 + h, h >= 0 what it is beyond. In the place of rho^2 A stands
theta_0^2 A + R, R >= N(sqrt(h) F)^2; what staleness makes of the mean drift keeps rho.
Source: docs/theory.md#mean.shares_feasible.
"""

from theory.kernel import (
    ELEMENT,
    Cite,
    Draft,
    Tower,
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
from theory.lemmas.adaptive import grad, share, wF
from theory.lemmas.device import rho
from theory.lemmas.feasible import A, T, r
from theory.lemmas.master import B_b, F, b
from theory.lemmas.mean import (
    ASSUMED,
    DRIFT,
    DRIFT_VECTORS,
    T2,
    WORLD,
    WORLD_VECTORS,
    Eb,
    Et,
    drifts,
    feasible_by_share,
    noisy,
    old,
    setting,
    wide,
)
from theory.lemmas.order import where
from theory.setting.assumptions import RESPONSE, UNBIASED, VARIANCE

share0, h_i, root_h, hF_i, Rh = symbols("share0 h_i sqrt_hi hF_i R_h")
"""What most shares are below, what the square of one is beyond, and what bounds the gradient there."""
(hF,) = generators("hF")


def beyond(d: Draft) -> None:
    """Introduce h >= share^2 - share0^2, R >= N(sqrt(h) F)^2."""
    d.local(ELEMENT, h_i)
    d.given("h_i >= 0", le(0, h_i), "domain")
    d.given("beyond", le(share**2, share0**2 + h_i), "domain")
    d.root(root_h, h_i, combine(times("h_i >= 0")))
    d.define(hF_i, root_h * grad)
    d.link(hF_i, hF, over=ELEMENT)
    d.given("R_h", le(norm2(hF), Rh), "domain")


def level(d: Draft) -> None:
    """Introduce T = sqrt(share0^2 A + T2 + R); A = N(F)^2 and T2 >= 0 are known by then."""
    exists = times("A :=", -(share0**2)), norm_square(F, share0**2), times("T2 >= 0"), times("R_h"), norm_square(hF)
    d.root(T, share0**2 * A + T2 + Rh, combine(*exists))


def gradient(d: Draft) -> None:
    """Show that N(share F)^2 <= share0^2 N(F)^2 + N(sqrt(h) F)^2."""
    square = (
        times("beyond", grad**2),
        times("w_grad :=", wF + grad * share),
        times("hF_i :=", -(hF_i + root_h * grad)),
        times("sqrt_hi^2", -(grad**2)),
    )
    d.have("element", le(wF**2, share0**2 * grad**2 + hF_i**2), combine(*square))
    d.have("gradient averaged", le(norm2(wide), share0**2 * norm2(F) + norm2(hF)), d.average("element", ELEMENT))


def _noise(d: Draft) -> None:
    """Introduce T2 >= N(share n)^2, and T."""
    d.given("T2 >= 0", le(0, T2), "domain")
    d.given("T2", le(norm2(noisy), T2), VARIANCE)
    level(d)


FEW = {"share0": "1/4", "h_i": 0, "sqrt_hi": 0, "hF_i": 0, "R_h": "1/4", "T2": "1/4", "T_s": "3/4"}


@lemma("mean.shares", "The mean drift where few shares are large", assumes=[UNBIASED, VARIANCE, RESPONSE])
def mean_drift_where_few_shares_are_large(d: Draft) -> None:
    """N(share F)^2 <= share0^2 A + R, and N(ebar) <= sqrt(share0^2 A + T2 + R) + rho N(b).

    R bounds the average of sum_i h_i F_i^2 for h_i >= max(share_i^2 - share0^2, 0).
    """
    d.direction("unit", r)
    drifts(d)
    d.define(A, norm2(F))
    beyond(d)
    _noise(d)
    d.given("B_b >= 0", le(0, B_b), "domain")
    d.given("b", le(norm2(b), B_b**2), "domain")
    gradient(d)
    most = combine(times("gradient averaged"), times("R_h"), times("A :=", -(share0**2)))
    d.conclude("gradient", le(norm2(wide), share0**2 * A + Rh), most)
    saturated = "adaptive.coordinate:"
    d.have("staleness", le(norm2(old), rho**2 * norm2(b)), d.average(saturated + "staleness", ELEMENT))
    d.have("drift", le(norm2(Eb + Et), norm2(wide + noisy + old)), d.average(saturated + "drift", ELEMENT))
    for one, other in (("Etilde", "Ebar"), ("wn", "wF")):
        u, w = generators(f"{one} {other}")
        d.have(f"{one} {other}", eq(inner(u, w), 0), Tower(one, other))
    early = times("wn wF", 2), times("gradient"), times("T2"), times("T_s^2", -1)
    d.have("fresh", le(norm2(wide + noisy), T**2), combine(*early))
    d.have("old", le(norm2(old), (rho * B_b) ** 2), combine(times("staleness"), times("b", rho**2)))
    sum_ = Cite("hilbert.minkowski", "bound", where(s=T, t=rho * B_b), {"u": wide + noisy, "w": old})
    d.have("sum", le(norm2(wide + noisy + old), (T + rho * B_b) ** 2), sum_)
    mean_part = times("Etilde Ebar", -2), norm_square(Et)
    d.conclude("bound", le(norm2(Eb), (T + rho * B_b) ** 2), combine(times("drift"), times("sum"), *mean_part))
    d.witness({**DRIFT, **FEW, "B_b": 1}, {**DRIFT_VECTORS, "hF": (0,)})


@lemma(
    "mean.shares_feasible",
    "Theorem 1 by conditional means where few shares are large: the feasible set",
    assumes=[*ASSUMED, RESPONSE],
)
def the_point_of_a_run_is_feasible_where_few_shares_are_large(d: Draft) -> None:
    """(A, Y, a) satisfies (i) with sqrt(share0^2 A + T2 + R) + q Y + qn, and (ii), |a| <= Y as in mean.feasible.

    q and qn keep rho. So mean.end holds with share0 for rho and T2 + R for T2.
    """
    setting(d)
    drifts(d)
    beyond(d)
    _noise(d)
    feasible_by_share(d, "mean.shares")
    d.witness({**WORLD, **DRIFT, **FEW, "v_i": "5/4"}, {**WORLD_VECTORS, **DRIFT_VECTORS, "hF": (0,)})
