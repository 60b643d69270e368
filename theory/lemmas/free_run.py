"""Theorem 4: on the way to the feasible set the noise of the lag costs alpha^2, not alpha.

The assumptions of Theorem 1, with a differentiable direction and independent samples; what one run is made of is
bounded piece by piece (free_steps, free_frozen, free_window, free_parts). Source: docs/theory.md#free.feasible.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Expr

from theory.kernel import (
    STEP,
    Cite,
    Draft,
    Vector,
    combine,
    eq,
    inner,
    le,
    lemma,
    lt,
    norm2,
    norm_square,
    square,
    times,
)
from theory.lemmas import free_parts, free_window, master, staleness
from theory.lemmas.feasible import A, R, Y, a, q, r, rho, sigma
from theory.lemmas.free_frozen import (
    E_f,
    Ef_k,
    G_f,
    Gf_k,
    adjoint,
    bn_k,
    directions,
    first,
    frozen,
    gb_k,
    gb_n,
    responses,
    second,
    theta1,
)
from theory.lemmas.free_parts import F0, J, c_bar, nuhat
from theory.lemmas.free_steps import H2, HJ, Gamma, b_n, b_v, curved, delta, dW, elements, rest, u
from theory.lemmas.free_terms import R0, D, coefficients, eta, h, k1, k2, near4, omega, phi0
from theory.lemmas.free_window import ch_f, ch_t, ell
from theory.lemmas.master import F, K, Lambda1, b, e, effective, n, nu, v
from theory.lemmas.order import where
from theory.setting.assumptions import (
    DIFFERENTIABLE,
    INDEPENDENT,
    JOINT,
    LAGS,
    LOWER,
    MEAN_LENGTH,
    RESPONSE,
    RESPONSE_LIPSCHITZ,
    SMOOTH,
    STALENESS,
    UNBIASED,
    VARIANCE,
)

stale: Expr = effective * (Lambda1 * Y + nu)
"""At most N(b)."""
CHANGES = ("stale", ch_t, F + n + b - G_f), ("fresh", ch_f, F + n - G_f)
"""The directions: what the stages' changes make up, and the change since the frozen point, which is as long."""


@dataclass(frozen=True)
class Distortion:
    """What is known of a device's distortion, and what Theorem 4 makes of it.

    Args:
        elements: adds the elements of the sample and how far the device distorts them.
        size: adds the root in the saturation term; A and sigma are known by then.
        frozen: adds what the drift has changed since the frozen point; directions and weights are known by then.
        unfold: shows of the elements what the citations suppose.
        saturation: in the place of rho R in Theorem 1: rho R, or T.
        meets: u, what meets the staleness.
        first: what of it changes with the direction.
        second: what of it changes with the weight.
        fixed: u at the frozen point.
        fixed_k: the same at one step.
        theta1: how fast u changes with the weight.
        claims: the claims on the split, the coherent part, the change of the direction, and what is not linear.
        product: why the frozen product vanishes, in steps of alpha gain.
        weights: what of free.second takes other names.

    """

    elements: Callable[[Draft], None]
    size: Callable[[Draft], None]
    frozen: Callable[[Draft], None]
    unfold: Callable[[Draft], None]
    saturation: Expr
    meets: Vector
    first: Vector
    second: Vector
    fixed: Vector
    fixed_k: Vector
    theta1: Expr
    claims: tuple[str, str, str, str]
    product: Cite
    weights: Cite


def _run(d: Draft, device: Distortion) -> None:
    """Introduce the run of Theorem 1: path, gradient, noise, elements, stages, and the point (A, Y, a)."""
    master.path(d, effective)
    master.gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    device.elements(d)
    master.steps(d, v)
    staleness.rows(d, positive=False, step=effective)
    d.define(A, norm2(F))
    master.BOUNDED.introduce(d)
    device.size(d)
    d.root(Y, norm2(v), combine(norm_square(v)))
    staleness.delays(d)
    master.component(d, v)
    d.define(q, (1 + rho) * effective * Lambda1)


def _window(d: Draft) -> None:
    """Introduce the window of D steps: what moves in it, of all stages and of each, and by how much."""
    free_window.windowed(d, free_window.WHOLE, free_window.BEHIND)
    free_window.windowed(d, free_window.BACKWARD, free_window.FORWARD)
    d.given("D > 0", lt(0, D), "domain")
    d.root(h, D, combine(times("D >= 0")))
    d.given("|V|", le(norm2(free_window.V), Y**2), "domain")
    for name, of, window in (("dW", dW, free_window.WHOLE), ("delta", delta, free_window.BEHIND)):
        d.given(f"{name} moved", le(norm2(of), effective**2 * norm2(window.U + window.W)), LAGS)


def _linear(d: Draft, device: Distortion) -> None:
    """Introduce what is linear of the staleness, how far directions and drifts are from frozen ones, and the rest."""
    curved(d)
    device.frozen(d)
    for at_step, image in ((bn_k, b_n), (gb_k, gb_n)):
        d.link(at_step, image, over=STEP)
    adjoint(d, effective, device.fixed_k)
    free_window.joint_row(d, effective)
    free_window.joint(d)
    for name, parts, change in CHANGES:
        d.given(f"{name} parts", eq(norm2(parts), norm2(change)), "domain")
    free_parts.parts_row(d, effective)
    free_parts.parts(d)
    free_parts.start(d)
    within = combine(times("A :=", -1), norm_square(F), square(sigma), times("phi0 :=", -1), square(F0, J / K))
    d.given("J >= 0", le(0, J), "domain")
    d.root(R0, A + sigma**2 + phi0, within)
    free_parts.weighted_row(d, effective)
    free_parts.weighed(d)


def _at_the_frozen_point(d: Draft) -> None:
    directions(d)
    responses(d)
    d.link(Ef_k, E_f, over=STEP)


PLAIN = Distortion(
    elements=lambda d: elements(d, positive=False),
    size=lambda d: master.sample_size(d, sigma),
    frozen=_at_the_frozen_point,
    unfold=lambda _: None,
    saturation=rho * R,
    meets=u,
    first=first,
    second=second,
    fixed=frozen,
    fixed_k=Ef_k + rho**2 * Gf_k,
    theta1=theta1,
    claims=("free.split", "free.coherent", "free.first_order", "free.remainder"),
    product=Cite("free.orthogonal", "orthogonal", {master.alpha: effective}),
    weights=Cite("free.second", "bound"),
)
"""No more than that the share of the drift is at most rho."""


def setting(d: Draft, device: Distortion = PLAIN) -> None:
    """Introduce all of it, and the terms of (i4)."""
    _run(d, device)
    _window(d)
    _linear(d, device)
    d.define(k1, rho * (1 + rho) * ell * nu)
    d.define(k2, device.theta1 * nuhat)
    d.define(eta, rho * (1 + rho) * Gamma * (H2 + 2 * HJ))
    coefficients(d)


def pieces(d: Draft, device: Distortion = PLAIN) -> None:
    """Bound every piece of <u, b>."""
    device.unfold(d)
    meets, saturation = device.meets, device.saturation
    split_by, coherent_by, direction_by, rest_by = device.claims
    by, moved = {master.alpha: effective}, effective * omega()
    d.have("stale", le(norm2(b), stale**2), Cite("stale.martingale", "bound", by, {"v": v}))
    split = saturation**2 + 2 * inner(meets, b) + (1 + rho**2) * norm2(b)
    d.have("split", le(norm2(b + e), split), Cite(split_by, "bound"))
    slow = effective * Lambda1 * Y
    d.have("b_v", le(norm2(b_v), slow**2), Cite("free.parts", "coherent", by))
    d.have("b_n", le(norm2(b_n), (effective * nu) ** 2), Cite("free.parts", "martingale", by))
    coherent = le(inner(meets, b_v), ((1 + rho) * saturation + rho * stale) * slow)
    d.have("coherent", coherent, Cite(coherent_by, "bound", where(B_b=stale, B_v=slow)))
    d.have("frozen product", eq(inner(device.fixed, b_n), 0), device.product)
    for name, parts, change in CHANGES:
        d.have(f"{name} by stages", le(norm2(parts), (ell * moved) ** 2), Cite("free.joint", name, by))
        same = combine(times(f"{name} by stages"), times(f"{name} parts", -1))
        d.have(f"{name} change", le(norm2(change), (ell * moved) ** 2), same)
    direction = le(inner(device.first, b_n), rho * (1 + rho) * ell * moved * effective * nu)
    d.have("p1", direction, Cite(direction_by, "bound", where(B_g=ell * moved, B_n=effective * nu)))
    for name, of, window, part in (
        ("dW", dW, free_window.WHOLE, "frozen"),
        ("delta", delta, free_window.BEHIND, "behind"),
    ):
        d.have(f"{name} window", le(norm2(window.U + window.W), omega() ** 2), Cite("free.window", part))
        certificate = combine(times(f"{name} moved"), times(f"{name} window", effective**2))
        d.have(name, le(norm2(of), moved**2), certificate)
    d.have("frozen mean", le(c_bar, A + sigma**2 + phi0), Cite("free.frozen_mean", "bound"))
    d.have("R_0 bounds", le(c_bar, R0**2), combine(times("frozen mean"), times("R_0^2", -1)))
    noise = effective * nuhat * R0
    d.have("gb_n", le(norm2(gb_n), noise**2), Cite("free.weighted", "bound", by))
    weights = le(inner(device.second, b_n), device.theta1 * moved * noise)
    bounds = where(B_w=moved, B_g=noise)
    weights_by = replace(device.weights, scalars={**device.weights.scalars, **bounds})
    d.have("p2", weights, weights_by)
    beyond = rho * (1 + rho) * Gamma * (H2 / 2 + HJ) * moved**2
    d.have("rest", le(inner(meets, rest), beyond), Cite(rest_by, "bound", where(B_w=moved)))
    products = coherent.rhs + direction.rhs + weights.rhs + beyond
    d.have(
        "sum",
        le(A + Y**2 - 2 * a * r, saturation**2 + 2 * products + (1 + rho**2) * stale**2),
        combine(
            *(times(name, 2) for name in ("coherent", "frozen product", "p1", "p2", "rest")),
            times("split"),
            times("stale", 1 + rho**2),
            times("Y^2"),
            times("A :="),
            times("a :=", -2 * r),
        ),
    )


def nearness(d: Draft, saturation: Expr) -> None:
    """Conclude (i4): the sum of the pieces, in the terms of Theorem 4."""
    square_of_step, length = effective**2, omega()
    own = (1 + rho) * effective * Lambda1
    d.conclude(
        "i4",
        near4(saturation),
        combine(
            times("sum"),
            times("k1 :=", -2 * square_of_step * length),
            times("k2 :=", -2 * square_of_step * length * R0),
            times("eta :=", -square_of_step * length**2),
            times("q :=", -Y * (2 * saturation + (q + own) * Y)),
            times("e0 :=", -1),
            times("e1 :=", -Y),
            times("e2 :=", -(Y**2)),
            times("sqrt_D^2", eta * square_of_step * sigma**2),
        ),
    )


def theorem_4(d: Draft, device: Distortion) -> None:
    """Conclude (i4), (ii) and |a| <= Y."""
    setting(d, device)
    master.BOUNDED.length(d)
    pieces(d, device)
    nearness(d, device.saturation)
    master.descent(d, master.BOUNDED)


WORLD = {
    **master.WORLD, "g": 1, "e": "1/4",
    "D": 4, "sqrt_D": 2, "F0": 3, "J": 1, "mean_iota": 1, "iota": 1, "c_bar": 1, "c_k": 1, "H2": 1, "HJ": 1,
    "Gamma": 1, "m_t": 1, "m_f": 1, "g_f": 1, "e_m": "1/4", "e_f": "1/4", "dW_i": 0, "size_f": 1, "s_n": 1, "size_n": 0,
    "theta1": 1, "T_mj": 1, "pi_t": 0, "pi_f": 0, "pi_v": 0, "pi_n": 0, "pi_c": 0, "ell": 4, "q_v": 1, "dev": 2,
    "nuhat": 2,
}  # fmt: skip
WORLD_VECTORS = {
    **master.WORLD_VECTORS, **free_window.ROW_VECTORS,
    **dict.fromkeys(("V", "V_s",   "G_f", "Gf_k", "M_t", "M_f", "C_f", "Theta", "H_k"), (1,)),
    **dict.fromkeys(("E_m", "Em_k", "E_f", "Ef_k"), ("1/4",)),
    **dict.fromkeys(("STv", "STn", "Nuh"), (2,)),
    **dict.fromkeys(
        (
            "b_k", "ch_t", "ch_f", "n_s",
            "dW", "dW_k", "delta", "delta_k", "b_v", "b_n", "r_2", "r2_k", "rJ_k", "T_q", "Z_t", "Z_f", "bn_k",
            "gb_n", "gb_k", "G_fresh", "Ws_k", "cht_mk", "chf_mk", "cht_m", "chf_m", "omega_v", "omega_n", "bv_mk",
            "bv_m", "bn_mk", "bn_m", "y", "omega_c", "gb_mk", "gb_m", "Sq_n", "Z_c", "Fd_k",
        ),
        (0,),
    ),
}  # fmt: skip


ASSUMED = (
    SMOOTH, LOWER, UNBIASED, VARIANCE, RESPONSE, LAGS, STALENESS, INDEPENDENT, JOINT, DIFFERENTIABLE, MEAN_LENGTH,
    RESPONSE_LIPSCHITZ,
)  # fmt: skip


@lemma("free.feasible", "Theorem 4: the feasible set without the cross term", assumes=ASSUMED)
def the_point_of_a_run_is_feasible_without_the_cross_term(d: Draft) -> None:
    """(A, Y, a) satisfies (i4), (ii), |a| <= Y: the noise of the lag enters (i4) by alpha^2 only.

    D is the largest lag; the frozen point of step k is W_0 in J of the K steps, and W_{k-D} in the others.
    """
    theorem_4(d, PLAIN)
    d.witness(WORLD, WORLD_VECTORS)
