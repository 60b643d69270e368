"""Theorem 4, what one run is made of: the drift's part that meets the staleness, split until every piece is small.

F = r unit is the gradient, n the noise, b the staleness, e the drift; u = e + rho^2 (F + n) is what meets b. G_f and
E_f are direction and drift at the frozen point, D steps ago; E_m is the drift of the frozen direction at the current
weights. b_v and b_n are the derivative at the frozen point, applied to the coherent and to the martingale part of what
the forward weights are behind. Source: docs/theory.md#free.split.
"""

from sympy import Expr, Symbol

from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STEP,
    Cite,
    Draft,
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
    square,
    symbols,
    times,
)
from theory.kernel.proof import Proof
from theory.lemmas import device
from theory.lemmas.feasible import A, R, r, rho, sigma
from theory.lemmas.master import B_b, F, F_k, alpha, b, e, gradient, n, n_k, sample_size, steps, unit, v, v_k
from theory.lemmas.order import where
from theory.setting.assumptions import (
    DIFFERENTIABLE,
    MEAN_LENGTH,
    RESPONSE,
    UNBIASED,
)
from theory.setting.symbols import symbol

b_k, b_v, b_n = generators("b_k b_v b_n")
s, m, T, gain = device.s, device.m, device.T, device.gain
gc_k: Vector = F_k + n_k
"""The fresh direction at a step."""
gt_k: Vector = gc_k + b_k
"""The stale direction at a step."""
e_k: Vector = v_k - F_k - b_k
"""The drift at a step."""
u: Vector = e + rho**2 * (F + n)
"""What meets the staleness."""
B_v, B_n, B_g, B_w = symbols("B_v B_n B_g B_w")


# --- what meets the staleness


def cut(d: Draft) -> None:
    """Let g and e be the elements of the stale directions and of the drifts at each step."""
    d.link(b_k, b, over=STEP)
    d.link(device.g, gt_k, over=COORDINATE)
    d.link(device.e, e_k, over=COORDINATE)


def elements(d: Draft, *, positive: bool = True, share: Expr = rho, step: Symbol = T) -> None:
    """Introduce the elements of the directions and of the drifts at each step; the device steps -alpha gain (g + e).

    g = s m; with `positive`, the steps of the path, alpha > 0 and gain > 0 are introduced here. The response is within
    `share` of what was asked for; `step` is the step that the device makes.
    """
    d.local(ELEMENT, s, m)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")
    if positive:
        d.given("alpha > 0", lt(0, alpha), "domain")
        d.given("gain > 0", lt(0, gain), "domain")
        steps(d, v)
    d.given("rho >= 0", le(0, rho), "domain")
    cut(d)
    d.given("element", eq(device.g, s * m), "domain")
    d.define(step, -alpha * gain * (device.g + device.e))
    rest, most = step - gain * -alpha * s * m, share * gain * alpha * m
    d.given("response above", le(rest, most), RESPONSE)
    d.given("response below", le(-most, rest), RESPONSE)


def drift_of_a_step(d: Draft, step: Symbol = T) -> None:
    """Show what of an element's step its drift is."""
    d.have("e", eq(device.e, -step / (alpha * gain) - device.g), combine(times(f"{step} :=", 1 / (alpha * gain))))


def drift_at_a_step(d: Draft) -> None:
    """Show that at every step the drift is at most rho directions long."""
    drift_of_a_step(d)
    step = d.average("response.drift:squares", COORDINATE)
    d.have("drift at a step", le(norm2(e_k), rho**2 * norm2(gt_k)), step)


def drifts(d: Draft) -> None:
    """Show that N(F + n) <= R and, at every step and in the mean, that the drift is at most rho directions long."""
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    certificate = combine(times("length"), times("orthogonal", 2 * r), times("R^2", -1), times("A :=", -1))
    d.have("fresh", le(norm2(F + n), R**2), certificate)
    drift_at_a_step(d)
    d.have("drift", le(norm2(e), rho**2 * norm2(F + n + b)), d.average("drift at a step", STEP))


def _sample(d: Draft) -> None:
    gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    elements(d)
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("length", le(norm2(n), sigma**2), "domain")
    d.define(A, norm2(F))
    sample_size(d, sigma)


DEVICE = {"s": 1, "m": 1, "alpha": 1, "gain": 2, "rho": "1/2", "g": 1, "e": "1/4"}
SAMPLE = {**DEVICE, "sigma": "3/4", "r": 1}
STEPS_VECTORS = {
    "n": (0,), "unit": (1,), "b": (0,), "e": ("1/4",), "F_k": (1,), "n_k": (0,), "b_k": (0,), "v_k": ("5/4",),
}  # fmt: skip


@lemma("free.split", "What drift and staleness are together", assumes=[RESPONSE, UNBIASED])
def drift_and_staleness_meet_in_one_product(d: Draft) -> None:
    """N(b + e)^2 <= rho^2 R^2 + 2 <u, b> + (1 + rho^2) N(b)^2 with u = e + rho^2 (F + n), R^2 = A + sigma^2."""
    _sample(d)
    drifts(d)
    d.conclude(
        "bound",
        le(norm2(b + e), rho**2 * R**2 + 2 * inner(u, b) + (1 + rho**2) * norm2(b)),
        combine(times("drift"), times("fresh", rho**2)),
    )
    d.witness(SAMPLE, STEPS_VECTORS)


@lemma("free.coherent", "The coherent part of the staleness", assumes=[RESPONSE, UNBIASED])
def coherent_part_meets_a_bounded_vector(d: Draft) -> None:
    """If N(b) <= B and N(b_v) <= B_v then <u, b_v> <= (rho (1 + rho) R + rho B) B_v."""
    _sample(d)
    for name, bound, of in (("b", B_b, b), ("b_v", B_v, b_v)):
        d.given(f"{bound} >= 0", le(0, bound), "domain")
        d.given(name, le(norm2(of), bound**2), "domain")
    drifts(d)
    sample = Cite("hilbert.minkowski", "bound", where(s=R, t=B_b), {"u": F + n, "w": b})
    d.have("sample", le(norm2(F + n + b), (R + B_b) ** 2), sample)
    d.have("drift length", le(norm2(e), (rho * (R + B_b)) ** 2), combine(times("drift"), times("sample", rho**2)))
    d.have("fresh length", le(norm2(rho**2 * (F + n)), (rho**2 * R) ** 2), combine(times("fresh", rho**4)))
    whole = rho * (1 + rho) * R + rho * B_b
    together = Cite(
        "hilbert.minkowski", "bound", where(s=rho * (R + B_b), t=rho**2 * R), {"u": e, "w": rho**2 * (F + n)}
    )
    d.have("u", le(norm2(u), whole**2), together)
    product = Cite("hilbert.product", "bound", where(s=whole, t=B_v), {"u": u, "w": b_v})
    d.conclude("bound", le(inner(u, b_v), whole * B_v), product)
    d.witness({**SAMPLE, "B_b": 1, "B_v": 1}, {**STEPS_VECTORS, "b_v": (1,)})


# --- what is not linear


Gamma, H2, HJ = (symbol(name) for name in ("Gamma", "H2", "HJ"))
delta, delta_k, dW, dW_k, r2, r2_k, rJ_k = generators("delta delta_k dW dW_k r_2 r2_k rJ_k")
M_t, Z_t, M_f, Z_f, T_q = generators("M_t Z_t M_f Z_f T_q")
t_k, len_t, len_f, m_t, m_f = symbols("t_k len_t len_f m_t m_f")
rest: Vector = b - b_v - b_n
"""What is not linear of the staleness."""
beyond: Expr = H2 / 2 * norm2(delta_k) + HJ / 2 * (norm2(dW_k) + norm2(delta_k))
"""At most how long that is at one step, if the weights have moved by dW and are behind by delta."""


def curved(d: Draft) -> None:
    """Introduce both parts of what is not linear, at each step, and the lengths of the directions there.

    r_2 is what the linear staleness leaves out at the current weights; the rest is what the derivative has changed
    since the frozen point. M_t and M_f are the mean lengths, given the past, of the stale and of the fresh direction.
    """
    for name, bound in (("H2", H2), ("HJ", HJ), ("Gamma", Gamma)):
        d.given(f"{name} >= 0", le(0, bound), "domain")
    for local, image in ((delta_k, delta), (dW_k, dW), (r2_k, r2), (rJ_k, rest - r2)):
        d.link(local, image, over=STEP)
    d.given("second order", le(norm2(r2_k), (H2 / 2 * norm2(delta_k)) ** 2), DIFFERENTIABLE)
    d.given("derivative", le(norm2(rJ_k), HJ**2 * norm2(dW_k) * norm2(delta_k)), DIFFERENTIABLE)
    d.define(t_k, beyond)
    d.link(t_k, T_q, over=STEP)
    d.process("T_q", known=-1, differences=None, reason="domain")
    for length, of, mean, middle, around in ((len_t, gt_k, m_t, M_t, Z_t), (len_f, gc_k, m_f, M_f, Z_f)):
        d.root(length, norm2(of), combine(norm_square(of)))
        d.link(length, middle + around, over=STEP)
        d.link(mean, middle, over=STEP)
        d.given(f"{mean} <= Gamma", le(mean, Gamma), MEAN_LENGTH)
    d.process("Z_t", known=0, differences=0, reason=MEAN_LENGTH)
    d.process("Z_f", known=0, differences=0, reason=MEAN_LENGTH)


def _at_a_step(d: Draft, fresh: Vector, length: Proof) -> None:
    """Show that <u, rest> is at most (rho len_t + rho^2 len_f) t_k at every step; u is the drift and `fresh` there.

    `length` is why `fresh` is at most rho^2 len_f long.
    """
    x, y = norm2(dW_k), norm2(delta_k)
    for name, of in (("dW", dW_k), ("delta", delta_k)):
        d.have(f"|{name}|", le(0, norm2(of)), combine(norm_square(of)))
    d.have("t_k >= 0", le(0, t_k), combine(times("t_k :=", -1), times("|dW|", HJ / 2), times("|delta|", (H2 + HJ) / 2)))
    most = HJ / 2 * (x + y)
    d.have("mean of squares", le(norm2(rJ_k), most**2), combine(times("derivative"), square((x - y) / 2, HJ**2)))
    both = Cite("hilbert.minkowski", "bound", where(s=H2 / 2 * y, t=most), {"u": r2_k, "w": rJ_k})
    d.have("beyond", le(norm2(r2_k + rJ_k), beyond**2), both)
    d.have("rest", le(norm2(r2_k + rJ_k), t_k**2), combine(times("beyond"), times("t_k :=", -(t_k + beyond))))
    drift = combine(times("drift at a step"), times("len_t^2", -(rho**2)))
    d.have("drift length", le(norm2(e_k), (rho * len_t) ** 2), drift)
    d.have("fresh length", le(norm2(fresh), (rho**2 * len_f) ** 2), length)
    lengths = {"s": rho * len_t, "t": rho**2 * len_f}
    whole = rho * len_t + rho**2 * len_f
    d.have(
        "u",
        le(norm2(e_k + fresh), whole**2),
        Cite("hilbert.minkowski", "bound", where(**lengths), {"u": e_k, "w": fresh}),
    )
    product = Cite("hilbert.product", "bound", where(s=whole, t=t_k), {"u": e_k + fresh, "w": r2_k + rJ_k})
    d.have("at a step", le(inner(e_k + fresh, r2_k + rJ_k), whole * t_k), product)


def moves(d: Draft) -> None:
    """Let B bound how far the weights have moved, and how far the forward weights are behind."""
    for name, of in (("dW", dW), ("delta", delta)):
        d.given(name, le(norm2(of), B_w**2), "domain")


def curvature(d: Draft, at_step: Vector, fresh: Vector, length: Proof) -> None:
    """Conclude that <e + fresh, rest> is small; `length` is why `fresh` is at most rho^2 len_f long `at_step`."""
    _at_a_step(d, at_step, length)
    meets = e + fresh
    stale, sampled = inner(M_t + Z_t, T_q), inner(M_f + Z_f, T_q)
    d.have("product", le(inner(meets, rest), rho * stale + rho**2 * sampled), d.average("at a step", STEP))
    total = H2 / 2 * norm2(delta) + HJ / 2 * (norm2(dW) + norm2(delta))
    for mean, middle, around in ((m_t, M_t, "Z_t"), (m_f, M_f, "Z_f")):
        (z,) = generators(around)
        d.have(f"{around} T_q", eq(inner(z, T_q), 0), Tower(around, "T_q"))
        weighed = combine(times(f"{mean} <= Gamma", t_k), times("t_k :=", Gamma))
        d.have(f"{mean} t_k", le(mean * t_k, Gamma * beyond), weighed)
        d.have(f"mean {mean}", le(inner(middle, T_q), Gamma * total), d.average(f"{mean} t_k", STEP))
    share = rho * (1 + rho) * Gamma
    d.conclude(
        "bound",
        le(inner(meets, rest), share * (H2 / 2 + HJ) * B_w**2),
        combine(
            times("product"),
            times("mean m_t", rho),
            times("mean m_f", rho**2),
            times("Z_t T_q", rho),
            times("Z_f T_q", rho**2),
            times("dW", share * HJ / 2),
            times("delta", share * (H2 + HJ) / 2),
        ),
    )


CURVED = {"r": 1, "H2": 1, "HJ": 1, "Gamma": 1, "m_t": 1, "m_f": 1, "B_w": 1}
CURVED_VECTORS = {
    "b_v": (0,), "b_n": (0,), "delta": (1,), "delta_k": (1,), "dW": (1,), "dW_k": (1,), "r_2": ("1/2",),
    "r2_k": ("1/2",), "rJ_k": ("-1/2",), "T_q": ("3/2",), "M_t": (1,), "M_f": (1,), "Z_t": (0,), "Z_f": (0,),
}  # fmt: skip


@lemma(
    "free.remainder",
    "What is not linear",
    assumes=[RESPONSE, DIFFERENTIABLE, MEAN_LENGTH],
)
def rest_of_the_staleness_is_of_second_order(d: Draft) -> None:
    """<u, b - b_v - b_n> <= rho (1 + rho) Gamma (H2/2 + HJ) B^2 if the weights have moved by at most B.

    B bounds both N(W - frozen W) and how far N the forward weights are behind; what is left out is at most t_k long at
    step k, which is known before the sample, so that of the directions' lengths only the mean given the past counts.
    """
    d.direction("unit", r)
    elements(d)
    curved(d)
    moves(d)
    drift_at_a_step(d)
    curvature(d, rho**2 * gc_k, rho**2 * (F + n), combine(times("len_f^2", -(rho**4))))
    d.witness({**DEVICE, **CURVED}, {**STEPS_VECTORS, **CURVED_VECTORS})
