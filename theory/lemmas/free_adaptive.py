"""Theorem 4 for measured distortion, two of its pieces: the split with T for rho R, and the change of shares.

c is the share of the drift at the weight (theory.lemmas.adaptive), u = e + c^2 (F + n) what meets the staleness.
Source: docs/theory.md#free.adaptive_split.
"""

from theory.kernel import (
    ELEMENT,
    STEP,
    Draft,
    SignCases,
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
)  # fmt: skip
from theory.lemmas.adaptive import POINT, coordinate, drift, grad, noise, peak, share, stale, wb, wF, wn
from theory.lemmas.feasible import A, T, r, rbar2, rho, sigma
from theory.lemmas.free_frozen import dW_i, e_f, e_m, g_f, size_f, theta1
from theory.lemmas.master import F, b, e, n
from theory.setting.assumptions import RESPONSE, RESPONSE_LIPSCHITZ, UNBIASED, VARIANCE

share_f, s_f, w_twice = symbols("share_f s_f w_twice")


@lemma("free.share", "What the weights change, with the share of the drift", assumes=[RESPONSE, RESPONSE_LIPSCHITZ])
def change_of_the_share_adds_twice_rho(d: Draft) -> None:
    """abs(E_m - E_f + (c^2 - c_f^2) G_f) <= (1 + 2 rho) theta1 dW_i abs(G_f), elementwise."""
    d.local(ELEMENT, share, share_f, s_f, size_f, dW_i, e_m, e_f)
    for name, of in (("rho", rho), ("theta1", theta1), ("size_f", size_f), ("dW_i", dW_i)):
        d.given(f"{name} >= 0", le(0, of), "domain")
    d.given("s_f^2", eq(s_f**2, 1), "domain")
    for name, of in (("share", share), ("frozen share", share_f)):
        d.given(f"{name} upper", le(of, rho), RESPONSE)
        d.given(f"{name} lower", le(-rho, of), RESPONSE)
    move = theta1 * dW_i
    d.given("share above", le(share - share_f, move), RESPONSE_LIPSCHITZ)
    d.given("share below", le(-move, share - share_f), RESPONSE_LIPSCHITZ)
    d.given("weight above", le(e_m - e_f, move * size_f), RESPONSE_LIPSCHITZ)
    d.given("weight below", le(-move * size_f, e_m - e_f), RESPONSE_LIPSCHITZ)
    d.define(g_f, s_f * size_f)
    up, down = 2 * rho + share + share_f, 2 * rho - share - share_f
    d.have("up", le(0, up), combine(times("share lower"), times("frozen share lower")))
    d.have("down", le(0, down), combine(times("share upper"), times("frozen share upper")))
    squares = share**2 - share_f**2
    d.have("more", le(squares, 2 * rho * move), combine(times("share above", up / 2), times("share below", down / 2)))
    d.have("less", le(-2 * rho * move, squares), combine(times("share above", down / 2), times("share below", up / 2)))
    plus, minus = times("more", size_f), times("less", size_f)
    most, change = (1 + 2 * rho) * move * size_f, e_m - e_f + squares * g_f
    over, under = times("g_f :=", squares), times("g_f :=", -squares)
    above = SignCases(s_f, combine(times("weight above"), plus, over), combine(times("weight above"), minus, over))
    d.conclude("above", le(change, most), above)
    below = SignCases(s_f, combine(times("weight below"), minus, under), combine(times("weight below"), plus, under))
    d.conclude("below", le(-most, change), below)
    d.witness({
        "rho": "1/2", "theta1": 1, "size_f": 1, "dW_i": 1, "s_f": 1, "share": "1/2", "share_f": 0, "e_m": 1, "e_f": 0,
    })  # fmt: skip


@lemma("free.adaptive_split", "Drift and staleness, for measured distortion", assumes=[RESPONSE, UNBIASED, VARIANCE])
def drift_and_staleness_meet_for_measured_distortion(d: Draft) -> None:
    """N(b + e)^2 <= T^2 + 2 <e + c^2 (F + n), b> + (1 + rho^2) N(b)^2 with T^2 = rho^2 A + rbar2 sigma^2."""
    wide, noisy, old, noisy_k, twice = generators("wF wn wb wn_k w_c2")
    d.direction("unit", r)
    coordinate(d)
    d.define(w_twice, share**2 * (grad + noise))
    images = ((grad, F), (noise, n), (stale, b), (wF, wide), (wn, noisy), (wb, old), (drift, e), (w_twice, twice))
    for local, image in images:
        d.link(local, image, over=ELEMENT)
    d.link(noisy_k, noisy, over=STEP)
    d.mean(rbar2, of=peak)
    d.define(A, norm2(F))
    d.given("rbar2 >= 0", le(0, rbar2), "domain")
    d.process("wF", known=-1, differences=None, reason="domain")
    d.process("wn", known=0, differences=0, reason=UNBIASED)
    d.given("variance", le(norm2(noisy_k), peak * sigma**2), VARIANCE)
    positive = combine(times("A :=", -(rho**2)), norm_square(F, rho**2), square(sigma, rbar2))
    d.root(T, rho**2 * A + rbar2 * sigma**2, positive)
    d.have("orthogonal", eq(inner(noisy, wide), 0), Tower("wn", "wF"))
    by = "adaptive.coordinate:"
    d.have("gradient", le(norm2(wide), rho**2 * norm2(F)), d.average(by + "gradient", ELEMENT))
    d.have("staleness", le(norm2(old), rho**2 * norm2(b)), d.average(by + "staleness", ELEMENT))
    d.have("noise", le(norm2(noisy), rbar2 * sigma**2), d.average("variance", STEP))
    total = combine(
        times("orthogonal", 2), times("gradient"), times("noise"), times("T_s^2", -1), times("A :=", -(rho**2))
    )
    d.have("fresh", le(norm2(wide + noisy), T**2), total)
    d.have("drift", le(norm2(e), norm2(wide + noisy + old)), d.average(by + "drift", ELEMENT))
    cross = combine(
        times("w_grad :=", wb),
        times("w_noise :=", wb),
        times("w_stale :=", share * (grad + noise)),
        times("w_twice :=", -stale),
    )
    d.have("cross at an element", eq((wF + wn) * wb, w_twice * stale), cross)
    d.have("cross", eq(inner(wide + noisy, old), inner(twice, b)), d.average("cross at an element", ELEMENT))
    parts = (times("drift"), times("fresh"), times("staleness"), times("cross", 2))
    d.conclude("bound", le(norm2(b + e), T**2 + 2 * inner(e + twice, b) + (1 + rho**2) * norm2(b)), combine(*parts))
    d.witness(
        {**POINT, "m": 1, "noise": 0, "drift": "1/4", "sigma": 1, "r": 1, "rbar2": "9/64", "peak": "9/64"},
        {
            "unit": (1,),
            "n": (0,),
            "b": (0,),
            "e": ("1/4",),
            "wF": ("1/4",),
            "wn": (0,),
            "wn_k": (0,),
            "wb": (0,),
            "w_c2": ("1/16",),
        },
    )
