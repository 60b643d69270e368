"""Devices that differ from element to element: in their gain, in their saturation and symmetric point, in all.

Source: docs/theory.md#responses.
"""

from sympy import Rational

from theory.kernel import (
    COORDINATE,
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
    lt,
    norm2,
    norm_square,
    square,
    symbols,
    times,
)
from theory.lemmas.device import minus, plus, top, w
from theory.lemmas.families import Family
from theory.lemmas.feasible import p, sigma, x
from theory.lemmas.master import (
    PATH,
    PATH_VECTORS,
    Delta,
    F,
    F_k,
    K,
    L,
    alpha,
    f_next,
    f_now,
    gradient,
    n,
    n_k,
    v_k,
    values,
)
from theory.lemmas.response import distortion, gamma, qmax, qmin, together
from theory.setting.assumptions import LOWER, RESPONSE, SMOOTH, UNBIASED, VARIANCE

g, least, most = symbols("g g_min g_max")


@lemma("response.gain_spread", "A spread of gains adds its own half log-ratio")
def gains_that_differ_add_to_the_distortion(d: Draft) -> None:
    """Responses in [qmin, qmax] times gains in [g_min, g_max] are in [g_min qmin, g_max qmax]: half log-ratios add.

    gamma_loc does not change, nor does gamma about an element's own gain: response.spread makes use of it.
    """
    d.given("qmin > 0", lt(0, qmin), "domain")
    d.given("g_min > 0", lt(0, least), "domain")
    d.given("g_min <= g", le(least, g), "domain")
    d.given("g <= g_max", le(g, most), "domain")
    for name, response in (("q_plus", plus), ("q_minus", minus)):
        d.given(f"qmin <= {name}", le(qmin, response), "domain")
        d.given(f"{name} <= qmax", le(response, qmax), "domain")
    for name, chain in (
        ("g", ("g_min > 0", "g_min <= g")),
        ("q_plus", ("qmin > 0", "qmin <= q_plus")),
        ("q_minus", ("qmin > 0", "qmin <= q_minus")),
    ):
        value = {"g": g, "q_plus": plus, "q_minus": minus}[name]
        d.have(f"{name} > 0", lt(0, value), combine(*map(times, chain)))
    d.have("g_max > 0", lt(0, most), combine(times("g > 0"), times("g <= g_max")))
    d.have("qmax > 0", lt(0, qmax), combine(times("q_plus > 0"), times("q_plus <= qmax")))
    for name, response in (("q_plus", plus), ("q_minus", minus)):
        low = combine(times(f"qmin <= {name}", g), times("g_min <= g", qmin))
        d.conclude(f"{name} at least", le(least * qmin, g * response), low)
        high = combine(times(f"{name} <= qmax", g), times("g <= g_max", qmax))
        d.conclude(f"{name} at most", le(g * response, most * qmax), high)
    spread = distortion(least, most)
    share = 2 * (most * qmax + least * qmin) / ((most + least) * (qmax + qmin))
    d.have("whole", lt(0, 1 + spread * distortion()), combine(square(1, share)))
    d.conclude("gamma", eq(distortion(least * qmin, most * qmax), together(spread, distortion())), combine())
    d.conclude("local", eq(distortion(g * plus, g * minus), distortion(plus, minus)), combine())
    d.conclude("about its own gain", eq(distortion(g * qmin, g * qmax), distortion()), combine())
    d.witness({"qmin": 1, "qmax": 3, "q_plus": 1, "q_minus": 3, "g_min": 1, "g": 1, "g_max": 2})


own, shift, size, reach = symbols("tau_i c_i abs_c w_max")


@lemma("response.own_parameters", "Own saturation and own symmetric point")
def elements_with_own_parameters_have_the_largest_of_their_distortions(d: Draft) -> None:
    """Elements 1 - (w - c_i)/tau_i, 1 + (w - c_i)/tau_i with (w_max + abs(c_i))/tau_i <= gamma have gain 1 and gamma.

    For abs(w) <= w_max; abs_c is abs(c_i), and gamma_loc = (w - c_i)/tau_i.
    """
    d.local(COORDINATE, own, shift, size)
    d.local(ELEMENT, w)
    d.given("tau_i > 0", lt(0, own), "domain")
    d.given("gamma < 1", lt(gamma, 1), "domain")
    d.given("w <= w_max", le(w, reach), "domain")
    d.given("-w_max <= w", le(-reach, w), "domain")
    d.given("c_i <= abs_c", le(shift, size), "domain")
    d.given("-abs_c <= c_i", le(-size, shift), "domain")
    d.given("largest", le(reach + size, gamma * own), "domain")
    d.given("gamma >= 0", le(0, gamma), "domain")
    share = (w - shift) / own
    family = Family(d, 1 - share, 1 + share, 1 - gamma, 1 + gamma)
    upper = times("w <= w_max", 1 / own), times("-abs_c <= c_i", 1 / own), times("largest", 1 / own)
    lower = times("-w_max <= w", 1 / own), times("c_i <= abs_c", 1 / own), times("largest", 1 / own)
    d.have("high", le(share, gamma), combine(*upper))
    d.have("low", le(-gamma, share), combine(*lower))
    family.positive(
        q_plus=combine(times("high"), times("gamma < 1")),
        q_minus=combine(times("low"), times("gamma < 1")),
        qmin=combine(times("gamma < 1")),
        qmax=combine(times("gamma >= 0"), square(1)),
    )
    family.ranges(upper, lower, lower, upper)
    family.closed_forms(Rational(1), gamma, combine(times("gamma < 1", 1 + gamma)))
    family.local(share)
    d.witness({"tau_i": 2, "c_i": "1/4", "abs_c": "1/4", "w": "1/2", "w_max": "1/2", "gamma": "1/2", "sigma": 1})


f_i, root_f, grad, noise, drift, step = symbols("f_i root_f grad noise drift step")
scaled_F, scaled_n, scaled_v, distorted_F, distorted_n = symbols(
    "scaled_grad scaled_noise scaled_mean distorted_grad distorted_noise"
)
v, gF, gn, gF_k, gn_k, G_k, T_k = generators("v gF gn gF_k gn_k G_k T_k")
sigma_gamma = symbols("sigma_gamma")[0]


def _elements(d: Draft) -> None:
    """Introduce gains f_i relative to the largest, distortions gamma_i, and each element's gradient, noise and drift.

    Everything is scaled by the root of f_i: inner products become sums over elements weighed by f_i.
    """
    d.local(COORDINATE, f_i, gamma)
    d.local(ELEMENT, grad, noise, drift)
    d.given("f_i >= 0", le(0, f_i), "domain")
    d.given("f_i <= 1", le(f_i, 1), "domain")
    d.given("gamma >= 0", le(0, gamma), "domain")
    d.given("gamma <= top", le(gamma, top), "domain")
    d.given("top >= 0", le(0, top), "domain")
    d.given("top < 1", lt(top, 1), "domain")
    d.root(root_f, f_i, combine(times("f_i >= 0")))
    d.given("response", le(drift**2, gamma**2 * (grad + noise) ** 2), RESPONSE)
    for scaled, value in ((scaled_F, grad), (scaled_n, noise), (scaled_v, grad + drift)):
        d.define(scaled, root_f * value)
    d.define(distorted_F, gamma * scaled_F)
    d.define(distorted_n, gamma * scaled_n)
    d.define(step, -alpha * f_i * (grad + drift + noise))


def _sequences(d: Draft) -> None:
    """Link the elements to the vectors of each step, and these to the sequences."""
    d.local(STEP, G_k, T_k)
    for local, image in (
        (grad, G_k), (step, T_k), (scaled_F, F_k), (scaled_v, v_k), (scaled_n, n_k),
        (distorted_F, gF_k), (distorted_n, gn_k),
    ):  # fmt: skip
        d.link(local, image, over=COORDINATE)
    for local_k, sequence in ((F_k, F), (v_k, v), (n_k, n), (gF_k, gF), (gn_k, gn)):
        d.link(local_k, sequence, over=STEP)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("gF", known=-1, differences=None, reason="domain")
    d.process("gn", known=0, differences=0, reason=UNBIASED)


def _scaled_descent(d: Draft) -> None:
    """Show that the step is smooth in the scaled vectors: its inner product with the gradient is, and it is longer."""
    moved, scaled = grad + drift + noise, scaled_v + scaled_n
    parts = times("scaled_mean :=", 1), times("scaled_noise :=", 1)
    stated = eq(scaled, root_f * moved)
    d.have("scaled", stated, combine(*parts))
    d.have(
        "along",
        eq(grad * step, -alpha * scaled_F * scaled),
        combine(
            times("step :=", grad),
            times("scaled_grad :=", alpha * scaled),
            times("scaled", alpha * root_f * grad),
            times("root_f^2", alpha * grad * moved),
        ),
    )
    move = -alpha * (v_k + n_k)
    d.have("inner product", eq(inner(G_k, T_k), inner(F_k, move)), d.average("along", COORDINATE))
    d.have(
        "shorter",
        le(step**2, alpha**2 * scaled**2),
        combine(
            times("step :=", step - alpha * f_i * moved),
            times("scaled", -(alpha**2) * (scaled + root_f * moved)),
            times("root_f^2", -(alpha**2) * moved**2),
            times("f_i <= 1", alpha**2 * moved**2 * f_i),
        ),
    )
    d.have("length", le(norm2(T_k), norm2(move)), d.average("shorter", COORDINATE))
    smooth = le(f_next, f_now + inner(F_k, move) + L / 2 * norm2(move))
    d.have("scaled smooth", smooth, combine(times("smooth"), times("inner product"), times("length", L / 2)))


def _near(d: Draft) -> None:
    """Show N(v - F)^2 <= N(gF)^2 + sigma_gamma^2, and N(gF) <= top N(F)."""
    drifted = scaled_v - scaled_F + root_f * drift
    both, of = distorted_F + distorted_n, gamma * root_f * (grad + noise)
    d.have(
        "both",
        eq(both, of),
        combine(
            times("distorted_grad :=", 1),
            times("distorted_noise :=", 1),
            times("scaled_grad :=", gamma),
            times("scaled_noise :=", gamma),
        ),
    )
    d.have(
        "drift",
        le((scaled_v - scaled_F) ** 2, both**2),
        combine(
            times("response", root_f**2),
            times("both", -(both + of)),
            times("scaled_mean :=", drifted),
            times("scaled_grad :=", -drifted),
        ),
    )
    d.have("drift of a step", le(norm2(v_k - F_k), norm2(gF_k + gn_k)), d.average("drift", COORDINATE))
    d.have("drift of all", le(norm2(v - F), norm2(gF + gn)), d.average("drift of a step", STEP))
    d.have("distorted noise", le(norm2(gn), sigma_gamma**2), d.average("distorted variance", STEP))
    d.have("apart", eq(inner(gn, gF), 0), Tower("gn", "gF"))
    d.have(
        "near",
        le(norm2(v - F), norm2(gF) + sigma_gamma**2),
        combine(times("drift of all"), times("distorted noise"), times("apart", 2)),
    )
    d.have(
        "at most top",
        le(distorted_F**2, top**2 * scaled_F**2),
        combine(
            times("gamma <= top", (gamma + top) * scaled_F**2),
            times("distorted_grad :=", distorted_F + gamma * scaled_F),
        ),
    )
    d.have("distorted step", le(norm2(gF_k), top**2 * norm2(F_k)), d.average("at most top", COORDINATE))
    d.have("distorted gradient", le(norm2(gF), top**2 * norm2(F)), d.average("distorted step", STEP))


def _bounds(d: Draft) -> None:
    """Conclude both forms of the bound."""
    d.have("length of the noise", le(norm2(n), sigma**2), d.average("variance", STEP))
    d.have("x >= 0", le(0, x), combine(times("x :=", -1), times("L >= 0", alpha)))
    d.have("paid", le(inner(F, v), p + x / 2 * norm2(v + n)), Cite("master.telescope", "bound", {}, {"v": v}))
    bound = 2 * p + x * sigma**2 / (1 - x) + sigma_gamma**2
    d.conclude(
        "bound",
        le(norm2(F) - norm2(gF), bound),
        combine(
            times("paid", 2),
            times("near"),
            norm_square((1 - x) * v - x * n, 1 / (1 - x)),
            times("length of the noise", x / (1 - x)),
        ),
    )
    d.have("below one", lt(0, 1 - top**2), combine(times("top < 1", 1 + top)))
    d.conclude(
        "equal gains",
        le(norm2(F), bound / (1 - top**2)),
        combine(times("bound", 1 / (1 - top**2)), times("distorted gradient", 1 / (1 - top**2))),
    )


@lemma(
    "response.spread",
    "Each element by its own gain",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE, RESPONSE],
)
def elements_with_own_gains_pay_for_their_own_distortion(d: Draft) -> None:
    """Without lag sum_i f_i (1 - gamma_i^2) A_i <= 2p + x sigma^2/(1 - x) + sigma_gamma^2, f_i = gain_i/max gain.

    alpha is the step size times the largest gain. F, v and n are scaled by sqrt(f_i), gF and gn also by gamma_i: so
    N(F)^2 = sum_i f_i A_i, N(gF)^2 = sum_i f_i gamma_i^2 A_i; of a sample's noise sum_i f_i n_i^2 has the mean sigma^2
    at most and sum_i f_i gamma_i^2 n_i^2 sigma_gamma^2. Without spread of the gains f_i = 1: as p and x fall to 0, A is
    at most sum_i gamma_i^2 sigma_i^2/(1 - max gamma_i^2).
    """
    values(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("L >= 0", le(0, L), "domain")
    _elements(d)
    gradient(d)
    _sequences(d)
    d.given("smooth", le(f_next, f_now + inner(G_k, T_k) + L / 2 * norm2(T_k)), SMOOTH)
    d.given("variance", le(norm2(n_k), sigma**2), VARIANCE)
    d.given("distorted variance", le(norm2(gn_k), sigma_gamma**2), VARIANCE)
    d.define(x, alpha * L)
    d.given("x < 1", lt(x, 1), "domain")
    d.define(p, Delta / (alpha * K))
    _scaled_descent(d)
    _near(d)
    _bounds(d)
    d.witness(
        {**PATH, "r": 1, "f_i": 1, "gamma": "1/2", "top": "1/2", "grad": 1, "noise": 0, "drift": "1/2", "sigma": 1,
         "sigma_gamma": 1},
        {**PATH_VECTORS, "v": ("3/2",), "v_k": ("3/2",), "gF": ("1/2",), "gF_k": ("1/2",), "gn": (0,),
         "gn_k": (0,), "G_k": (1,), "T_k": ("-3/20",)},
    )  # fmt: skip
