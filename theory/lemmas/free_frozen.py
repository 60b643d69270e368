"""Theorem 4, what has changed since the frozen point: what meets the noise of the window, split into small pieces.

u = e + rho^2 (F + n) is frozen u, which does not see the noise of the window, and what direction and weights have
changed since. A frozen object is made of the weights D steps ago and of the fresh sample.
Source: docs/theory.md#free.orthogonal.
"""

from sympy import Expr, Symbol

from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STEP,
    ZERO,
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
from theory.lemmas import device
from theory.lemmas.feasible import r, rho
from theory.lemmas.free_steps import STEPS_VECTORS, B_g, B_n, B_w, b_n, cut, dW, dW_k, e_k, gt_k
from theory.lemmas.free_terms import D
from theory.lemmas.master import F, alpha, b, e, n, steps, v
from theory.lemmas.order import where
from theory.setting.assumptions import (
    DIFFERENTIABLE,
    INDEPENDENT,
    RESPONSE_LIPSCHITZ,
    SATURATION,
    UNBIASED,
)
from theory.setting.symbols import symbol

theta1 = symbol("theta1")


# --- what the frozen point changes


G_f, E_f, E_m, Gf_k, Ef_k, Em_k, bn_k, gb_n, gb_k = generators("G_f E_f E_m Gf_k Ef_k Em_k bn_k gb_n gb_k")
g_f, e_f, e_m, dW_i, size_f, s_n, size_n, bn_i, gb_i, len_0 = symbols(
    "g_f e_f e_m dW_i size_f s_n size_n bn_i gb_i len_0"
)
frozen: Vector = E_f + rho**2 * G_f
"""u at the frozen point."""
first: Vector = e - E_m + rho**2 * (F + n - G_f)
"""What u changes with the direction."""
second: Vector = E_m - E_f
"""What u changes with the weight at which the device responds."""


Made = tuple[tuple[Symbol, Vector, Vector], ...]
"""Elements, the vectors they are elements of at each step, and the sequences of these."""
DRIFTS: Made = ((e_m, Em_k, E_m),)
"""The drifts of the frozen direction at the current weights."""


def directions(d: Draft, drifts: Made = DRIFTS) -> None:
    """Introduce the elements of the frozen direction, and their drifts at the current weights."""
    for local, at_step, image in ((g_f, Gf_k, G_f), *drifts):
        d.link(local, at_step, over=COORDINATE)
        d.link(at_step, image, over=STEP)
    d.given("direction", le((device.e - e_m) ** 2, rho**2 * (device.g - g_f) ** 2), RESPONSE_LIPSCHITZ)


@lemma("free.first_order", "What the direction changes in the window", assumes=[RESPONSE_LIPSCHITZ])
def change_of_the_direction_meets_the_noise(d: Draft) -> None:
    """<p1, b_n> <= rho (1 + rho) B B_n for p1 = e - E_m + rho^2 (F + n - G_f).

    B bounds how far both the stale and the fresh direction are from the frozen one, B_n the martingale part b_n.
    """
    d.direction("unit", r)
    d.given("rho >= 0", le(0, rho), "domain")
    steps(d, v)
    cut(d)
    directions(d)
    for bound in (B_g, B_n):
        d.given(f"{bound} >= 0", le(0, bound), "domain")
    for name, of, bound in (("stale", F + n + b - G_f, B_g), ("fresh", F + n - G_f, B_g), ("noise", b_n, B_n)):
        d.given(name, le(norm2(of), bound**2), "domain")
    at_step = le(norm2(e_k - Em_k), rho**2 * norm2(gt_k - Gf_k))
    d.have("drifts at a step", at_step, d.average("direction", COORDINATE))
    d.have("drifts", le(norm2(e - E_m), rho**2 * norm2(F + n + b - G_f)), d.average("drifts at a step", STEP))
    d.have("drift", le(norm2(e - E_m), (rho * B_g) ** 2), combine(times("drifts"), times("stale", rho**2)))
    change = rho**2 * (F + n - G_f)
    d.have("change", le(norm2(change), (rho**2 * B_g) ** 2), combine(times("fresh", rho**4)))
    total = rho * (1 + rho) * B_g
    parts = {"u": e - E_m, "w": change}
    d.conclude(
        "size",
        le(norm2(first), total**2),
        Cite("hilbert.minkowski", "bound", where(s=rho * B_g, t=rho**2 * B_g), parts),
    )
    product = Cite("hilbert.product", "bound", where(s=total, t=B_n), {"u": first, "w": b_n})
    d.conclude("bound", le(inner(first, b_n), total * B_n), product)
    d.witness(
        {"rho": "1/2", "r": 1, "g": 1, "g_f": 1, "e_m": 0, "B_g": 1, "B_n": 1, "e": 0},
        {
            **STEPS_VECTORS, "e": (0,), "v_k": (1,), "G_f": (1,), "Gf_k": (1,),
            "E_m": (0,), "Em_k": (0,), "b_n": (1,),
        },
    )  # fmt: skip


def responses(d: Draft, drift: tuple[tuple[Symbol, Vector], ...] = ((e_f, Ef_k),)) -> None:
    """Introduce the elements of the frozen drift, the sizes dW_i of the weights' moves, and |G_f| b_n.

    Of b_n an element has sign s_n and size size_n; len_0 is the length of the frozen direction at a step, which none of
    its elements' sizes size_f exceeds.
    """
    d.local(ELEMENT, size_f, s_n, size_n)
    d.given("theta1 >= 0", le(0, theta1), "domain")
    for name, size in (("dW_i", dW_i), ("size_f", size_f), ("size_n", size_n)):
        d.given(f"{name} >= 0", le(0, size), "domain")
    d.given("s_n^2", eq(s_n**2, 1), "domain")
    d.root(len_0, norm2(Gf_k), combine(norm_square(Gf_k)))
    d.given("an element", le(size_f, len_0), "domain")
    d.given("weight above", le(e_m - e_f, theta1 * dW_i * size_f), RESPONSE_LIPSCHITZ)
    d.given("weight below", le(-theta1 * dW_i * size_f, e_m - e_f), RESPONSE_LIPSCHITZ)
    d.define(bn_i, s_n * size_n)
    d.define(gb_i, len_0 * size_n)
    for local, at_step in (*drift, (dW_i, dW_k), (bn_i, bn_k), (gb_i, gb_k)):
        d.link(local, at_step, over=COORDINATE)


@lemma("free.second", "What the weights change in the window", assumes=[RESPONSE_LIPSCHITZ])
def change_of_the_weights_meets_the_weighted_noise(d: Draft) -> None:
    """<E_m - E_f, b_n> <= theta1 B B_g if N(W - frozen W) <= B and N(|G_f| b_n) <= B_g.

    Elementwise E_m - E_f is at most theta1 times the move of the weight times the size of the frozen direction.
    """
    d.link(e_m, Em_k, over=COORDINATE)
    responses(d)
    for at_step, image in ((Gf_k, G_f), (Em_k, E_m), (Ef_k, E_f), (dW_k, dW), (bn_k, b_n), (gb_k, gb_n)):
        d.link(at_step, image, over=STEP)
    for name, of, bound in (("moved", dW, B_w), ("weighted", gb_n, B_g)):
        d.given(f"{bound} >= 0", le(0, bound), "domain")
        d.given(name, le(norm2(of), bound**2), "domain")
    cut = times("an element", theta1 * dW_i * size_n)
    cases = SignCases(s_n, combine(times("weight above", size_n), cut), combine(times("weight below", size_n), cut))
    d.have("size", le((e_m - e_f) * s_n * size_n, theta1 * dW_i * len_0 * size_n), cases)
    element = le((e_m - e_f) * bn_i, theta1 * dW_i * gb_i)
    d.have("element", element, combine(times("size"), times("bn_i :=", e_m - e_f), times("gb_i :=", -theta1 * dW_i)))
    d.have("at a step", le(inner(Em_k - Ef_k, bn_k), theta1 * inner(dW_k, gb_k)), d.average("element", COORDINATE))
    d.have("average", le(inner(second, b_n), theta1 * inner(dW, gb_n)), d.average("at a step", STEP))
    product = Cite("hilbert.product", "bound", where(s=B_w, t=B_g), {"u": dW, "w": gb_n})
    d.have("product", le(inner(dW, gb_n), B_w * B_g), product)
    d.conclude("bound", le(inner(second, b_n), theta1 * B_w * B_g), combine(times("average"), times("product", theta1)))
    ones = dict.fromkeys(("dW", "dW_k", "b_n", "bn_k", "gb_n", "gb_k", "G_f", "Gf_k", "E_m", "Em_k"), (1,))
    d.witness(
        {"theta1": 1, "dW_i": 1, "size_f": 1, "s_n": 1, "size_n": 1, "e_m": 1, "e_f": 0, "B_w": 1, "B_g": 1},
        {**ones, "E_f": (0,), "Ef_k": (0,)},
    )


w, m, s = device.w, device.m, device.s
tau, w_0, m_0, s_0, s_w = (*symbols("tau w_0 m_0 s_0 s_w"),)


@lemma("free.linear", "The linear device responds as a Lipschitz one", assumes=[SATURATION])
def drift_of_the_linear_device_is_lipschitz(d: Draft) -> None:
    """The drift |g| w/tau of the linear device changes by at most rho |g - g'|, and by at most |g| |w - w'|/tau.

    So `response-lipschitz` holds with theta1 = 1/tau. g = s m and g' = s_0 m_0; |w - w_0| = dW_i.
    """
    d.local(ELEMENT, w, w_0, m, m_0, s, s_0, s_w, dW_i)
    for name, sign in (("s", s), ("s_0", s_0), ("s_w", s_w)):
        d.given(f"{name}^2", eq(sign**2, 1), "domain")
    for name, size in (("m", m), ("m_0", m_0), ("dW_i", dW_i)):
        d.given(f"{name} >= 0", le(0, size), "domain")
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("upper", le(w, rho * tau), SATURATION)
    d.given("lower", le(-rho * tau, w), SATURATION)
    d.given("move", eq(w - w_0, s_w * dW_i), "domain")
    d.have("room", le(0, rho * tau + w), combine(times("lower")))
    d.have("share", le(0, rho**2 - (w / tau) ** 2), combine(times("upper", (rho * tau + w) / tau**2)))
    both = times("m >= 0", 2 * m_0)
    apart = le((m - m_0) ** 2, (s * m - s_0 * m_0) ** 2)
    same = combine()
    d.have(
        "sizes",
        apart,
        SignCases(s, SignCases(s_0, same, combine(both, both)), SignCases(s_0, combine(both, both), same)),
    )
    change = (m - m_0) * w / tau
    d.conclude(
        "direction",
        le(change**2, rho**2 * (s * m - s_0 * m_0) ** 2),
        combine(times("share", (m - m_0) ** 2), times("sizes", rho**2)),
    )
    moved, most = m * (w - w_0) / tau, dW_i * m / tau
    twice = times("dW_i >= 0", 2 * m / tau)
    up, down = times("move", -m / tau), times("move", m / tau)
    d.conclude("weight above", le(moved, most), SignCases(s_w, combine(down), combine(down, twice)))
    d.conclude("weight below", le(-most, moved), SignCases(s_w, combine(up, twice), combine(up)))
    d.witness({"s": 1, "m": 1, "w": 1, "s_0": -1, "m_0": 1, "w_0": 0, "s_w": 1, "dW_i": 1, "tau": 2, "rho": "1/2"})


# --- what a frozen object does not see


H_k, Ws_k = generators("H_k Ws_k")
Theta, fresh_part = generators("Theta G_fresh")
w_s, z_s, V_s, n_s, U_s, W_s = generators("w_s z_s V_s n_s U_s W_s")


def frozen_window(d: Draft) -> None:
    """Introduce the noise by which the forward weights are behind: W_s, the last D noises where the stages' lags reach.

    n_s is the part of the noise at the stages whose lag exceeds the count: what is chosen anew at each count of D.
    """
    d.local(D, n_s)
    d.process("n_s", known=0, differences=0, reason=UNBIASED)
    d.recursion(D, vectors={"W_s": (ZERO, W_s + z_s)})
    d.delayed("z_s", of="n_s", lag=D + 1)
    d.process("W_s", known=-1, differences=-D, reason="definition")


def adjoint(d: Draft, step: Expr = alpha, of: Vector = Ef_k + rho**2 * Gf_k) -> None:
    """Let <frozen u, b_n> be <H, W_s> at every step: H is the derivative's adjoint, applied to u at the frozen point.

    Theta is what H is in the mean over the fresh sample, known as early as the frozen point, G_fresh the rest.
    """
    d.link(H_k, Theta + fresh_part, over=STEP)
    d.link(Ws_k, W_s, over=STEP)
    d.given("adjoint", eq(inner(of, bn_k), step * inner(H_k, Ws_k)), DIFFERENTIABLE)
    d.local(D, Theta)
    d.process("Theta", known=-D - 1, differences=None, reason=INDEPENDENT)
    d.process("G_fresh", known=0, differences=0, reason=INDEPENDENT)


@lemma(
    "free.orthogonal",
    "The frozen product vanishes",
    assumes=[UNBIASED, INDEPENDENT, DIFFERENTIABLE],
)
def frozen_product_vanishes(d: Draft) -> None:
    """<frozen u, b_n> = 0: at every step b_n is linear in noises of the window, which nothing that is frozen has seen.

    free.frozen_orthogonal for all stages at once, with the window of D steps that holds the lag of each.
    """
    frozen_window(d)
    for at_step, image in ((Gf_k, G_f), (Ef_k, E_f), (bn_k, b_n)):
        d.link(at_step, image, over=STEP)
    adjoint(d)
    d.have("average", eq(inner(frozen, b_n), alpha * inner(Theta + fresh_part, W_s)), d.average("adjoint", STEP))
    d.have("before", eq(inner(Theta, W_s), 0), Tower("W_s", "Theta"))
    d.have("after", eq(inner(fresh_part, W_s), 0), Tower("G_fresh", "W_s"))
    total = combine(times("average"), times("before", alpha), times("after", alpha))
    d.conclude("orthogonal", eq(inner(frozen, b_n), 0), total)
    d.witness(
        {"D": 1, "alpha": 1, "rho": "1/2"},
        {
            "n_s": (0,), "Theta": (1,), "G_fresh": (0,), "H_k": (1,), "Ws_k": (0,), "G_f": (1, 0), "Gf_k": (1, 0),
            "E_f": (1, 0), "Ef_k": (1, 0), "b_n": (0, 1), "bn_k": (0, 1),
        },
    )  # fmt: skip
