"""The saturation-adaptive form: what counts for the noise is the mean-square distortion.

Coordinate by coordinate, `share` is how much of a direction's size the drift is at most at the weight: theta(W), of the
linear device W/tau, so that rbar^2 is its mean-square saturation. wF, wn, wb are gradient, noise and staleness times
the share; the drift is at most |wF + wn + wb|. Source: docs/theory.md#adaptive.reach.
"""

from theory.kernel import (
    ELEMENT,
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
    norm2,
    norm_square,
    square,
    symbols,
    times,
)
from theory.lemmas.device import m, rho, s
from theory.lemmas.feasible import A, T, r, rbar2, sigma
from theory.lemmas.master import B_b, F, b, e
from theory.lemmas.order import where
from theory.setting.assumptions import RESPONSE, UNBIASED, VARIANCE

grad, noise, stale = symbols("grad noise stale")
wF, wn, wb, drift, share, peak = symbols("w_grad w_noise w_stale drift share peak")


def coordinate(d: Draft) -> None:
    """Introduce one coordinate of gradient, noise and staleness, each times its share at most rho, and the drift."""
    d.local(ELEMENT, share, drift, s, m, grad, noise, stale)
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("upper", le(share, rho), RESPONSE)
    d.given("lower", le(-rho, share), RESPONSE)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("sample", eq(s * m, grad + noise + stale), "domain")
    d.define(wF, grad * share)
    d.define(wn, noise * share)
    d.define(wb, stale * share)
    d.given("response", le(drift**2, (share * m) ** 2), RESPONSE)


POINT = {"rho": "1/2", "share": "1/4", "s": 1, "m": 2, "grad": 1, "noise": 1, "stale": 0, "drift": "1/2"}


@lemma("adaptive.coordinate", "Drift, coordinate by coordinate", assumes=[RESPONSE])
def drift_is_the_saturated_sample(d: Draft) -> None:
    """abs(e) <= abs(share) abs(F + n + b), and gradient and staleness times their share shrink by rho."""
    coordinate(d)
    total, sample = wF + wn + wb, grad + noise + stale
    d.have("room", le(0, rho + share), combine(times("lower")))
    d.have("shrinks", le(0, rho**2 - share**2), combine(times("upper", rho + share)))
    d.conclude(
        "gradient",
        le(wF**2, rho**2 * grad**2),
        combine(times("shrinks", grad**2), times("w_grad :=", wF + grad * share)),
    )
    d.conclude(
        "staleness",
        le(wb**2, rho**2 * stale**2),
        combine(times("shrinks", stale**2), times("w_stale :=", wb + stale * share)),
    )
    d.have("together", eq(total, sample * share), combine(times("w_grad :="), times("w_noise :="), times("w_stale :=")))
    d.conclude(
        "drift",
        le(drift**2, total**2),
        combine(
            times("response"),
            times("together", -total - sample * share),
            times("sample", share**2 * (s * m + sample)),
            times("s^2", -((share * m) ** 2)),
        ),
    )
    d.witness(POINT)


@lemma(
    "adaptive.reach",
    "Drift and staleness together, for measured distortion",
    assumes=[RESPONSE, UNBIASED, VARIANCE],
)
def mean_direction_is_near_the_gradient_for_measured_distortion(d: Draft) -> None:
    """If N(b) <= B then N(b + e) <= T + (1 + rho) B with T^2 = rho^2 A + rbar^2 sigma^2.

    rbar^2 is the average of peak = max_i share_k,i^2, or per coordinate of sum_i share_k,i^2 sigma_i^2/sigma^2; the
    share of the linear device is W_k,i/tau.
    """
    wide, noisy, old, noisy_k = generators("wF wn wb wn_k")
    d.direction("unit", r)
    coordinate(d)
    for local, image in ((grad, F), (stale, b), (wF, wide), (wn, noisy), (wb, old), (drift, e)):
        d.link(local, image, over=ELEMENT)
    d.link(noisy_k, noisy, over=STEP)
    d.mean(rbar2, of=peak)
    d.define(A, norm2(F))
    d.given("rbar2 >= 0", le(0, rbar2), "domain")
    d.given("B_b >= 0", le(0, B_b), "domain")
    d.given("b", le(norm2(b), B_b**2), "domain")
    d.process("wF", known=-1, differences=None, reason="domain")
    d.process("wn", known=0, differences=0, reason=UNBIASED)
    d.given("variance", le(norm2(noisy_k), peak * sigma**2), VARIANCE)
    positive = combine(times("A :=", -(rho**2)), norm_square(F, rho**2), square(sigma, rbar2))
    d.root(T, rho**2 * A + rbar2 * sigma**2, positive)
    d.have("orthogonal", eq(inner(noisy, wide), 0), Tower("wn", "wF"))
    saturated = "adaptive.coordinate:"
    d.have("gradient", le(norm2(wide), rho**2 * norm2(F)), d.average(saturated + "gradient", ELEMENT))
    d.have("staleness", le(norm2(old), rho**2 * norm2(b)), d.average(saturated + "staleness", ELEMENT))
    d.have("noise", le(norm2(noisy), rbar2 * sigma**2), d.average("variance", STEP))
    d.have(
        "fresh",
        le(norm2(wide + noisy), T**2),
        combine(
            times("orthogonal", 2), times("gradient"), times("noise"), times("T_s^2", -1), times("A :=", -(rho**2))
        ),
    )
    d.have("old", le(norm2(old), (rho * B_b) ** 2), combine(times("staleness"), times("b", rho**2)))
    d.have(
        "sum",
        le(norm2(wide + noisy + old), (T + rho * B_b) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=T, t=rho * B_b), {"u": wide + noisy, "w": old}),
    )
    averaged = d.average(saturated + "drift", ELEMENT)
    d.have("drift", le(norm2(e), norm2(wide + noisy + old)), averaged)
    d.have("drift length", le(norm2(e), (T + rho * B_b) ** 2), combine(times("drift"), times("sum")))
    d.conclude(
        "bound",
        le(norm2(b + e), (T + (1 + rho) * B_b) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=B_b, t=T + rho * B_b), {"u": b, "w": e}),
    )
    d.witness(
        {**POINT, "m": 1, "noise": 0, "drift": "1/4", "sigma": 1, "r": 1, "B_b": 1, "rbar2": "9/64", "peak": "9/64"},
        {"unit": (1,), "b": (0,), "e": ("1/4",), "wF": ("1/4",), "wn": (0,), "wn_k": (0,), "wb": (0,)},
    )
