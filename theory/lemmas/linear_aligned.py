"""Linear directions: the noise of the staleness meets the gradient in second order only.

Every step W' = W - alpha (v + omega) moves the gradient by -alpha (H v + H omega), and the noise of the staleness is
alpha times the sum over j of H E_j omega, j steps ago, where E_j are the stages whose lag is at least j. The gradient
j steps ago does not know that omega, so that only what it has moved since meets it. Here v_m and n_m are H v and
H omega, n_h is H E_j omega, and d_m is j; i counts the terms of the sum. Source:
docs/theory/refinements.md#linear.late.
"""

from theory.kernel import (
    ZERO,
    Chain,
    Cite,
    Draft,
    Induction,
    Shift,
    Step,
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
from theory.lemmas.feasible import A, Y, p, q, qn, r, rho, x
from theory.lemmas.master import alpha
from theory.lemmas.order import where
from theory.lemmas.staleness import ONE_STAGE, VECTORS, U, W, c, columns, h, i, j, s, stage
from theory.setting.assumptions import LAGS, RESPONSE, SMOOTH, STALENESS, UNBIASED

F, F_z, late, B, z_h = generators("F F_z n_h B_h z_h")
t, m = symbols("t_h m_h")
far = j * c + h * s
"""What the gradient moves in j steps, in steps."""


def late_noise(d: Draft) -> None:
    """Introduce the noise of j steps ago at the stages that miss it, and the gradient of j steps ago."""
    stage(d)
    d.process("F", known=-1, differences=None, reason="domain")
    d.process("n_h", known=0, differences=0, reason=UNBIASED)
    d.delayed("F_z", of="F", lag=j)
    d.delayed("z_h", of="n_h", lag=j)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("t_h >= 0", le(0, t), "domain")
    d.given("n_h", le(norm2(late), t**2), "domain")
    d.given("gradient", eq(inner(F, z_h), inner(F_z, z_h) - alpha * inner(U + W, z_h)), LAGS)
    d.local(i, t, late, z_h, F_z, *columns())
    d.recursion(i, {m: (0, m + far * t)}, {"B_h": (ZERO, B + z_h)})


@lemma("linear.late", "Linear directions: the gradient meets stale noise in second order", assumes=[LAGS, UNBIASED])
def gradient_meets_stale_noise_in_second_order(d: Draft) -> None:
    """|<F, B>| <= alpha sum_j (j N(H v) + sqrt(j) N(H omega)) N(H E_j omega), for B = sum_j H E_j omega_{k-j}."""
    late_noise(d)
    d.have("unseen", eq(inner(F_z, z_h), 0), Tower("z_h", "F_z"))
    d.have("shift", le(norm2(z_h), norm2(late)), Shift("z_h"))
    d.have("late", le(norm2(z_h), t**2), combine(times("shift"), times("n_h")))
    d.have("window", le(norm2(U + W), far**2), Cite("window.displacement", "bound"))
    for name, sign in (("above", 1), ("below", -1)):
        product = Cite("hilbert.product", "bound", where(s=far, t=t), {"u": -sign * (U + W), "w": z_h})
        d.have(f"met {name}", le(-sign * inner(U + W, z_h), far * t), product)
        step = combine(times("hypothesis"), times("gradient", sign), times("unseen", sign), times(f"met {name}", alpha))
        d.conclude(name, le(sign * inner(F, B), alpha * m), Induction(i, combine(), step))
    d.witness(
        {**ONE_STAGE, "alpha": 1, "sqrt_d": 2, "i": 1, "t_h": 1},
        {**VECTORS, "F": (1,), "n_h": (0,)},
    )


coherent, noisy, Eb = generators("b_v b_w Ebar")
read: Vector = F + coherent + noisy
"""The mean of what is read: the gradient at the stale weights."""
met, E, T, T2, c_w = symbols("met E_b T_b T2 c_w")


@lemma(
    "linear.aligned",
    "Linear directions: Theorem 1 with stale noise in second order",
    assumes=[LAGS, STALENESS, RESPONSE, SMOOTH],
)
def stale_noise_enters_in_second_order_only(d: Draft) -> None:
    """Of the staleness' noise, N(b_w) <= qn = alpha nu, only qn^2 and |<F, b_w>| <= met = alpha^2 m are left.

    E = N(F + b_v + b_w) <= sqrt(A + 2 r q Y + 2 met + (q Y + qn)^2), Y <= E + T and A <= p + c_w + (x/2) Y^2 + r q Y +
    met + r T, with r = sqrt(A), N(b_v) <= q Y and N(ebar) <= T = sqrt(rho^2 E^2 + T2).
    """
    d.define(A, norm2(F))
    for name in (q, qn, Y, T2):
        d.given(f"{name} >= 0", le(0, name), "domain")
    d.root(r, A, combine(times("A :=", -1), norm_square(F)))
    d.root(E, norm2(read), combine(norm_square(read)))
    d.root(T, rho**2 * E**2 + T2, combine(times("T2 >= 0"), square(E, rho**2)))
    d.given("b_v", le(norm2(coherent), (q * Y) ** 2), STALENESS)
    d.given("b_w", le(norm2(noisy), qn**2), STALENESS)
    d.given("met above", le(inner(F, noisy), met), LAGS)
    d.given("met below", le(-inner(F, noisy), met), LAGS)
    d.given("drift", le(norm2(Eb), rho**2 * norm2(read) + T2), RESPONSE)
    d.given("Y", eq(norm2(read + Eb), Y**2), "domain")
    d.given("descent", le(inner(F, read + Eb), p + c_w + x / 2 * Y**2), SMOOTH)
    gradient = "length of F", le(norm2(F), r**2), combine(times("A :=", -1), times("r^2", -1))
    d.have(*gradient)
    d.have("ebar", le(norm2(Eb), T**2), combine(times("drift"), times("T_b^2", -1), times("E_b^2", -(rho**2))))
    for name, sign in (("along", 1), ("against", -1)):
        d.have(
            name,
            le(sign * inner(F, coherent), r * q * Y),
            Cite("hilbert.product", "bound", where(s=r, t=q * Y), {"u": sign * F, "w": coherent}),
        )
    d.have(
        "stale",
        le(norm2(coherent + noisy), (q * Y + qn) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=q * Y, t=qn), {"u": coherent, "w": noisy}),
    )
    d.have(
        "drifts",
        le(-inner(F, Eb), r * T),
        Cite("hilbert.product", "bound", where(s=r, t=T), {"u": -1 * F, "w": Eb}),
    )
    d.conclude(
        "read",
        le(E**2, A + 2 * r * q * Y + 2 * met + (q * Y + qn) ** 2),
        combine(times("E_b^2"), times("A :=", -1), times("along", 2), times("met above", 2), times("stale")),
    )
    d.have("E", le(norm2(read), E**2), combine(times("E_b^2", -1)))
    d.have(
        "step",
        le(Y**2, (E + T) ** 2),
        Chain(
            (Step("sum", le(norm2(read + Eb), (E + T) ** 2),
                  Cite("hilbert.minkowski", "bound", where(s=E, t=T), {"u": read, "w": Eb})),),
            combine(times("sum"), times("Y", -1)),
        ),
    )  # fmt: skip
    d.conclude("step is at most", le(Y, E + T), Cite("order.root", "bound", where(s=Y, t=E + T)))
    d.conclude(
        "bound",
        le(A, p + c_w + x / 2 * Y**2 + r * q * Y + met + r * T),
        combine(times("A :="), times("descent"), times("against"), times("met below"), times("drifts")),
    )
    d.witness(
        {"q": 0, "qn": 0, "Y": 1, "T2": "16/25", "rho": "3/5", "p": 1, "x": 0, "c_w": 0, "met": 0,
         "r": 1, "E_b": 1, "T_b": 1},
        {"F": (1,), "b_v": (0,), "b_w": (0,), "Ebar": (0,)},
    )  # fmt: skip
