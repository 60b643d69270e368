"""Theorem 4 for measured distortion, the pieces: T in the place of rho R, and the squared share in the place of rho^2.

c is the share theta(w) of the drift at the weight, 0 <= c <= rho (theory.lemmas.adaptive), and u = e + c^2 (F + n) what
meets the staleness: c2g is c^2 (F + n), coordinate by coordinate. X_m is u of the frozen direction at the current
weights, X_f at the frozen ones; theta(w) changes with the weight as the drift does, which doubles rho theta1.
Source: docs/theory.md#free.adaptive_split.
"""

from sympy import Expr, Symbol

from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STEP,
    Average,
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
    square,
    symbols,
    times,
)
from theory.kernel.relations import Relation
from theory.lemmas import adaptive, device
from theory.lemmas.adaptive import grad, noise, peak, share, wb, wF, wn
from theory.lemmas.feasible import A, T, r, rbar2, rho, sigma
from theory.lemmas.free_frozen import G_f, Gf_k, directions, dW_i, e_f, e_m, g_f, size_f, theta1
from theory.lemmas.free_steps import (
    CURVED,
    CURVED_VECTORS,
    DEVICE,
    STEPS_VECTORS,
    B_g,
    B_n,
    B_v,
    b_n,
    b_v,
    curvature,
    curved,
    cut,
    drift_of_a_step,
    e_k,
    elements,
    gc_k,
    gt_k,
    moves,
)
from theory.lemmas.free_steps import b_k as stale_k
from theory.lemmas.master import B_b, F, F_k, b, e, n, n_k, steps, v
from theory.lemmas.order import where
from theory.setting.assumptions import DIFFERENTIABLE, MEAN_LENGTH, RESPONSE, RESPONSE_LIPSCHITZ, UNBIASED, VARIANCE

share_f, s_f, w_twice, x_m, x_f, T_i = symbols("share_f s_f w_twice x_m x_f T_i")
"""T_i is the step of an element: T is the saturation term here."""
wide, noisy, old, c2g, X_m, X_f = generators("cF cn cb c2g X_m X_f")
wide_k, noisy_k, old_k, c2g_k, Xm_k, Xf_k = generators("cF_k cn_k cb_k c2g_k Xm_k Xf_k")
meets: Vector = e + c2g
"""What meets the staleness."""
doubled: Expr = (1 + 2 * rho) * theta1
"""How fast it changes with the weight: as the drift does, and as the square of the share."""
behind: Expr = device.g - grad - noise
"""An element of the staleness: what the stale direction has beside gradient and noise."""
Elements = tuple[tuple[Symbol, Vector, Vector], ...]


# --- one element


def shares(d: Draft, *of: Symbol) -> None:
    """Let each share of the drift be between 0 and rho; rho >= 0 is a premise by then."""
    d.local(ELEMENT, *of)
    for one in of:
        d.given(f"{one} >= 0", le(0, one), RESPONSE)
        d.given(f"{one} <= rho", le(one, rho), RESPONSE)


def weights(d: Draft) -> None:
    """Let the shares at the current and at the frozen weight differ as the drifts do; g_f = s_f size_f."""
    d.local(ELEMENT, s_f)
    d.given("s_f^2", eq(s_f**2, 1), "domain")
    d.given("frozen element", eq(g_f, s_f * size_f), "domain")
    d.given("share above", le(share - share_f, theta1 * dW_i), RESPONSE_LIPSCHITZ)
    d.given("share below", le(-theta1 * dW_i, share - share_f), RESPONSE_LIPSCHITZ)


@lemma("free.share", "What the weights change, with the share of the drift", assumes=[RESPONSE, RESPONSE_LIPSCHITZ])
def change_of_the_share_adds_twice_rho(d: Draft) -> None:
    """abs(E_m - E_f + (c^2 - c_f^2) G_f) <= (1 + 2 rho) theta1 dW_i abs(G_f), elementwise."""
    d.local(ELEMENT, g_f, size_f, dW_i, e_m, e_f)
    for name, of in (("rho", rho), ("theta1", theta1), ("size_f", size_f), ("dW_i", dW_i)):
        d.given(f"{name} >= 0", le(0, of), "domain")
    shares(d, share, share_f)
    weights(d)
    move = theta1 * dW_i
    d.given("weight above", le(e_m - e_f, move * size_f), RESPONSE_LIPSCHITZ)
    d.given("weight below", le(-move * size_f, e_m - e_f), RESPONSE_LIPSCHITZ)
    up, down = 2 * rho + share + share_f, 2 * rho - share - share_f
    d.have("down", le(0, down), combine(times("share <= rho"), times("share_f <= rho")))
    squares = share**2 - share_f**2
    d.have("more", le(squares, 2 * rho * move), combine(times("share above", up / 2), times("share below", down / 2)))
    d.have("less", le(-2 * rho * move, squares), combine(times("share above", down / 2), times("share below", up / 2)))
    plus, minus = times("more", size_f), times("less", size_f)
    most, change = doubled * dW_i * size_f, e_m - e_f + squares * g_f
    over, under = times("frozen element", squares), times("frozen element", -squares)
    above = SignCases(s_f, combine(times("weight above"), plus, over), combine(times("weight above"), minus, over))
    d.conclude("above", le(change, most), above)
    below = SignCases(s_f, combine(times("weight below"), minus, under), combine(times("weight below"), plus, under))
    d.conclude("below", le(-most, change), below)
    d.witness({
        "rho": "1/2", "theta1": 1, "size_f": 1, "dW_i": 1, "s_f": 1, "g_f": 1, "share": "1/2", "share_f": 0, "e_m": 1,
        "e_f": 0,
    })  # fmt: skip


# --- the sample


def _linked(d: Draft, parts: Elements) -> None:
    for local, at_step, image in parts:
        d.link(local, at_step, over=COORDINATE)
        d.link(at_step, image, over=STEP)


def fresh_elements(d: Draft) -> None:
    """Introduce the elements of gradient and noise, and c^2 times their sum."""
    d.link(grad, F_k, over=COORDINATE)
    d.link(noise, n_k, over=COORDINATE)
    d.define(w_twice, share**2 * (grad + noise))
    _linked(d, ((w_twice, c2g_k, c2g),))


def distorted(d: Draft, *, positive: bool = True) -> None:
    """Introduce the elements of a device that distorts by the share at each weight, and these times the share."""
    elements(d, positive=positive, share=share, step=T_i)
    shares(d, share)
    fresh_elements(d)
    for weighed, of in ((wF, grad), (wn, noise), (wb, behind)):
        d.define(weighed, of * share)
    _linked(d, ((wF, wide_k, wide), (wn, noisy_k, noisy), (wb, old_k, old)))


def measured(d: Draft) -> None:
    """Introduce the mean square rbar2 of the share and T; A = N(F)^2 is known by then.

    peak is max_i c_i^2 at a step, or per coordinate the mean of c_i^2 with the weights sigma_i^2/sigma^2.
    """
    d.mean(rbar2, of=peak)
    d.given("rbar2 >= 0", le(0, rbar2), "domain")
    d.process("cF", known=-1, differences=None, reason="domain")
    d.process("cn", known=0, differences=0, reason=UNBIASED)
    d.given("weighed variance", le(norm2(noisy_k), peak * sigma**2), VARIANCE)
    positive = combine(times("A :=", -(rho**2)), norm_square(F, rho**2), square(sigma, rbar2))
    d.root(T, rho**2 * A + rbar2 * sigma**2, positive)


def _elements_are_bounded(d: Draft) -> None:
    """Show what adaptive.coordinate supposes of an element."""
    drift_of_a_step(d, T_i)
    step, top = 1 / (device.alpha * device.gain), share * device.m
    d.have("above", le(device.e, top), combine(times("response below", step), times("e"), times("element", -1)))
    d.have("below", le(-top, device.e), combine(times("response above", step), times("e", -1), times("element")))
    d.have("room", le(0, top - device.e), combine(times("above")))
    d.have("response", le(device.e**2, top**2), combine(times("below", top - device.e)))


def drift_at_a_step(d: Draft) -> None:
    """Show that at every step the drift is at most rho directions long."""
    _elements_are_bounded(d)
    size, sign = device.m, device.s
    turned = times("element", -(share**2) * (sign * size + device.g)), times("s^2", -((share * size) ** 2))
    wider = times("share <= rho", (rho + share) * device.g**2)
    d.have("squares", le(device.e**2, rho**2 * device.g**2), combine(times("response"), *turned, wider))
    d.have("drift at a step", le(norm2(e_k), rho**2 * norm2(gt_k)), d.average("squares", COORDINATE))


def _averaged(d: Draft, name: str, at_step: Relation, whole: Relation, why: Average) -> None:
    """Show a relation at each step and in the mean."""
    d.have(f"{name} at a step", at_step, why)
    d.have(name, whole, d.average(f"{name} at a step", STEP))


def _sample(d: Draft) -> None:
    d.direction("unit", r)
    distorted(d)
    d.define(A, norm2(F))
    measured(d)


def _sample_is_bounded(d: Draft) -> None:
    """Show that c (F + n) is at most T long, and the drift no longer than c (F + n + b)."""
    _elements_are_bounded(d)
    d.have("lower", le(-rho, share), combine(times("rho >= 0"), times("share >= 0")))
    by = {adaptive.drift: device.e, adaptive.stale: behind}

    def coordinate(conclusion: str) -> Average:
        relation = adaptive.drift_is_the_saturated_sample.conclusion(conclusion).substitute(by)
        return Average(relation, Cite("adaptive.coordinate", conclusion, by), COORDINATE)

    shrunk = le(norm2(wide_k), rho**2 * norm2(F_k)), le(norm2(wide), rho**2 * norm2(F))
    _averaged(d, "gradient", *shrunk, coordinate("gradient"))
    _averaged(d, "staleness", le(norm2(old_k), rho**2 * norm2(stale_k)), le(norm2(old), rho**2 * norm2(b)),
              coordinate("staleness"))  # fmt: skip
    whole = wide_k + noisy_k + old_k
    _averaged(d, "drift", le(norm2(e_k), norm2(whole)), le(norm2(e), norm2(wide + noisy + old)), coordinate("drift"))
    d.have("noise", le(norm2(noisy), rbar2 * sigma**2), d.average("weighed variance", STEP))
    d.have("orthogonal", eq(inner(noisy, wide), 0), Tower("cn", "cF"))
    total = times("orthogonal", 2), times("gradient"), times("noise"), times("T_s^2", -1), times("A :=", -(rho**2))
    d.have("fresh", le(norm2(wide + noisy), T**2), combine(*total))


SHARED = {
    **DEVICE, "share": "1/4", "noise": 0, "sigma": "3/4", "r": 1, "rbar2": "1/4", "peak": "1/4",
}  # fmt: skip
SHARED_VECTORS = {
    **STEPS_VECTORS, **dict.fromkeys(("cF", "cF_k"), ("1/4",)), **dict.fromkeys(("c2g", "c2g_k"), ("1/16",)),
    **dict.fromkeys(("cn", "cn_k", "cb", "cb_k"), (0,)),
}  # fmt: skip
"""A device that distorts by a quarter, where it may distort by a half."""


@lemma("free.adaptive_split", "Drift and staleness, for measured distortion", assumes=[RESPONSE, UNBIASED, VARIANCE])
def drift_and_staleness_meet_for_measured_distortion(d: Draft) -> None:
    """N(b + e)^2 <= T^2 + 2 <e + c^2 (F + n), b> + (1 + rho^2) N(b)^2 with T^2 = rho^2 A + rbar2 sigma^2."""
    _sample(d)
    _sample_is_bounded(d)
    cross = combine(
        times("w_grad :=", wb),
        times("w_noise :=", wb),
        times("w_stale :=", share * (grad + noise)),
        times("w_twice :=", -behind),
    )
    d.have("cross of elements", eq((wF + wn) * wb, w_twice * behind), cross)
    at_step = eq(inner(wide_k + noisy_k, old_k), inner(c2g_k, stale_k))
    whole = eq(inner(wide + noisy, old), inner(c2g, b))
    _averaged(d, "cross", at_step, whole, d.average("cross of elements", COORDINATE))
    parts = (times("drift"), times("fresh"), times("staleness"), times("cross", 2))
    d.conclude("bound", le(norm2(b + e), T**2 + 2 * inner(meets, b) + (1 + rho**2) * norm2(b)), combine(*parts))
    d.witness(SHARED, SHARED_VECTORS)


@lemma(
    "free.adaptive_coherent",
    "The coherent part of the staleness, for measured distortion",
    assumes=[RESPONSE, UNBIASED, VARIANCE],
)
def coherent_part_meets_a_vector_of_measured_length(d: Draft) -> None:
    """If N(b) <= B and N(b_v) <= B_v then <e + c^2 (F + n), b_v> <= ((1 + rho) T + rho B) B_v.

    c^2 (F + n) is at most rho T long, as c (F + n) is at most T long; that N(F + n) <= R would give no T.
    """
    _sample(d)
    for name, bound, of in (("b", B_b, b), ("b_v", B_v, b_v)):
        d.given(f"{bound} >= 0", le(0, bound), "domain")
        d.given(name, le(norm2(of), bound**2), "domain")
    _sample_is_bounded(d)
    d.have("old", le(norm2(old), (rho * B_b) ** 2), combine(times("staleness"), times("b", rho**2)))
    sample = Cite("hilbert.minkowski", "bound", where(s=T, t=rho * B_b), {"u": wide + noisy, "w": old})
    d.have("sample length", le(norm2(wide + noisy + old), (T + rho * B_b) ** 2), sample)
    d.have("drift length", le(norm2(e), (T + rho * B_b) ** 2), combine(times("drift"), times("sample length")))
    once = wF + wn
    same = combine(times("w_twice :="), times("w_grad :=", -share), times("w_noise :=", -share))
    d.have("twice", eq(w_twice, share * once), same)
    wider = times("share <= rho", (rho + share) * once**2), times("twice", share * once + w_twice)
    d.have("share of elements", le(w_twice**2, rho**2 * once**2), combine(*wider))
    at_step = le(norm2(c2g_k), rho**2 * norm2(wide_k + noisy_k))
    whole = le(norm2(c2g), rho**2 * norm2(wide + noisy))
    _averaged(d, "share of the sample", at_step, whole, d.average("share of elements", COORDINATE))
    length = combine(times("share of the sample"), times("fresh", rho**2))
    d.have("fresh length", le(norm2(c2g), (rho * T) ** 2), length)
    total = (1 + rho) * T + rho * B_b
    both = Cite("hilbert.minkowski", "bound", where(s=T + rho * B_b, t=rho * T), {"u": e, "w": c2g})
    d.have("u", le(norm2(meets), total**2), both)
    product = Cite("hilbert.product", "bound", where(s=total, t=B_v), {"u": meets, "w": b_v})
    d.conclude("bound", le(inner(meets, b_v), total * B_v), product)
    d.witness({**SHARED, "B_b": 1, "B_v": 1}, {**SHARED_VECTORS, "b_v": (1,)})


# --- what has changed since the frozen point


def middle(d: Draft) -> None:
    """Introduce X_m, u of the frozen direction at the current weights."""
    directions(d, drifts=())
    d.local(ELEMENT, e_m)
    d.define(x_m, e_m + share**2 * g_f)
    _linked(d, ((x_m, Xm_k, X_m),))


@lemma(
    "free.adaptive_first_order",
    "What the direction changes in the window, for measured distortion",
    assumes=[RESPONSE, RESPONSE_LIPSCHITZ],
)
def change_of_the_direction_meets_the_noise_at_a_share(d: Draft) -> None:
    """<e + c^2 (F + n) - X_m, b_n> <= rho (1 + rho) B B_n.

    X_m is E_m + c^2 G_f; B bounds how far both the stale and the fresh direction are from the frozen one, B_n the
    martingale part b_n.
    """
    d.direction("unit", r)
    d.given("rho >= 0", le(0, rho), "domain")
    shares(d, share)
    steps(d, v)
    cut(d)
    fresh_elements(d)
    middle(d)
    for bound in (B_g, B_n):
        d.given(f"{bound} >= 0", le(0, bound), "domain")
    for name, of, bound in (("stale", F + n + b - G_f, B_g), ("fresh", F + n - G_f, B_g), ("noise", b_n, B_n)):
        d.given(name, le(norm2(of), bound**2), "domain")
    drift, fresh = device.e - e_m, grad + noise - g_f
    change, apart = device.e + w_twice - x_m, drift + share**2 * fresh
    d.have("change", eq(change, apart), combine(times("w_twice :="), times("x_m :=", -1)))
    pay = (1 + rho) * rho**2 * (device.g - g_f) ** 2 + (1 + rho) * rho**3 * fresh**2
    cubes = (rho**2 + rho * share + share**2 + (rho + share) * (rho**2 + share**2)) * fresh**2
    terms = (
        times("change", change + apart),
        square(drift - share * fresh, share),
        times("share <= rho", drift**2 + cubes),
        times("direction", 1 + rho),
    )
    d.have("elements", le(change**2, pay), combine(*terms))
    at_step = (1 + rho) * rho**2 * norm2(gt_k - Gf_k) + (1 + rho) * rho**3 * norm2(gc_k - Gf_k)
    d.have("at a step", le(norm2(e_k + c2g_k - Xm_k), at_step), d.average("elements", COORDINATE))
    whole = (1 + rho) * rho**2 * norm2(F + n + b - G_f) + (1 + rho) * rho**3 * norm2(F + n - G_f)
    d.have("average", le(norm2(meets - X_m), whole), d.average("at a step", STEP))
    total = rho * (1 + rho) * B_g
    paid = times("stale", (1 + rho) * rho**2), times("fresh", (1 + rho) * rho**3)
    d.conclude("size", le(norm2(meets - X_m), total**2), combine(times("average"), *paid))
    product = Cite("hilbert.product", "bound", where(s=total, t=B_n), {"u": meets - X_m, "w": b_n})
    d.conclude("bound", le(inner(meets - X_m, b_n), total * B_n), product)
    d.witness(
        {"rho": "1/2", "share": "1/4", "r": 1, "g": 1, "g_f": 1, "e_m": 0, "B_g": 1, "B_n": 1, "e": 0, "noise": 0},
        {
            **STEPS_VECTORS, "e": (0,), "v_k": (1,), "G_f": (1,), "Gf_k": (1,), "b_n": (1,),
            **dict.fromkeys(("c2g", "c2g_k", "X_m", "Xm_k"), ("1/16",)),
        },
    )  # fmt: skip


# --- what is not linear


@lemma(
    "free.adaptive_remainder",
    "What is not linear, for measured distortion",
    assumes=[RESPONSE, DIFFERENTIABLE, MEAN_LENGTH],
)
def rest_of_the_staleness_is_of_second_order_at_a_share(d: Draft) -> None:
    """<e + c^2 (F + n), b - b_v - b_n> <= rho (1 + rho) Gamma (H2/2 + HJ) B^2 if the weights have moved by at most B.

    As free.remainder: at every step c^2 (F + n) is at most rho^2 times as long as F + n.
    """
    d.direction("unit", r)
    elements(d, share=share, step=T_i)
    shares(d, share)
    fresh_elements(d)
    curved(d)
    moves(d)
    drift_at_a_step(d)
    sampled = grad + noise
    wider = times("share <= rho", (rho + share) * (rho**2 + share**2) * sampled**2)
    squares = combine(wider, times("w_twice :=", share**2 * sampled + w_twice))
    d.have("share of elements", le(w_twice**2, rho**4 * sampled**2), squares)
    at_step = le(norm2(c2g_k), rho**4 * norm2(gc_k))
    d.have("share at a step", at_step, d.average("share of elements", COORDINATE))
    curvature(d, c2g_k, c2g, combine(times("share at a step"), times("len_f^2", -(rho**4))))
    d.witness(
        {**DEVICE, **CURVED, "share": "1/4", "noise": 0},
        {**STEPS_VECTORS, **CURVED_VECTORS, **dict.fromkeys(("c2g", "c2g_k"), ("1/16",))},
    )
