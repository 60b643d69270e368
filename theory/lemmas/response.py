"""One number for any device: how far its responses lie from a constant on the weights that are met.

A pulse train D > 0 moves a weight by D q_plus, D < 0 by D q_minus. With all responses in [qmin, qmax] the distortion
gamma = (qmax - qmin)/(qmax + qmin) = tanh l, l = (1/2) ln(qmax/qmin), takes the place of the linear device's
saturation rho, and alpha gain, gain = (qmax + qmin)/2, that of alpha. Source: docs/theory.md#responses.
"""

from sympy import Expr

from theory.kernel import ELEMENT as EACH
from theory.kernel import Draft, SignCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.device import gain, m, minus, plus, s, w
from theory.setting.symbols import symbol

sigma = symbol("sigma")
gamma, qmin, qmax, after = symbols("gamma qmin qmax after")


def chosen(sign: Expr = s, up: Expr = plus, down: Expr = minus) -> Expr:
    """Return the response that an increment of this sign meets: `up` for 1, `down` for -1."""
    return (1 + sign) / 2 * up + (1 - sign) / 2 * down


def floor(distortion: Expr = gamma) -> Expr:
    """Return what is left of the average squared gradient: gamma^2 sigma^2/(1 - gamma^2)."""
    return distortion**2 * sigma**2 / (1 - distortion**2)


def mean(least: Expr = qmin, most: Expr = qmax) -> Expr:
    """Return the gain that makes the distortion least."""
    return (most + least) / 2


def distortion(least: Expr = qmin, most: Expr = qmax) -> Expr:
    """Return the least distortion of responses in [least, most]."""
    return (most - least) / (most + least)


def floor_of_responses(least: Expr = qmin, most: Expr = qmax) -> Expr:
    """Return the floor of responses in [least, most], sigma^2 sinh^2 l."""
    return sigma**2 * (most - least) ** 2 / (4 * most * least)


@lemma("response.distortion", "Responses near a constant give the assumption `response`")
def responses_near_a_constant_distort_little(d: Draft) -> None:
    """Responses in [qmin, qmax] with gain (1 - gamma) <= qmin, qmax <= gain (1 + gamma): abs(U - w - gain D) is small.

    It is at most gamma gain abs(D), whatever the sign of D; U is the weight after the increment D = s m.
    """
    d.local(EACH, s, m, w, plus, minus)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")
    for name, response in (("q_plus", plus), ("q_minus", minus)):
        d.given(f"{name} >= qmin", le(qmin, response), "domain")
        d.given(f"{name} <= qmax", le(response, qmax), "domain")
    d.given("low", le(gain * (1 - gamma), qmin), "domain")
    d.given("high", le(qmax, gain * (1 + gamma)), "domain")
    d.define(after, w + s * m * chosen())
    off = after - w - gain * s * m

    up = combine(times("q_plus <= qmax", m), times("high", m), times("after :=", 1))
    down = combine(times("q_minus >= qmin", m), times("low", m), times("after :=", 1))
    d.conclude("above", le(off, gamma * gain * m), SignCases(s, up, down))
    up = combine(times("q_plus >= qmin", m), times("low", m), times("after :=", -1))
    down = combine(times("q_minus <= qmax", m), times("high", m), times("after :=", -1))
    d.conclude("below", le(-gamma * gain * m, off), SignCases(s, up, down))
    d.have("room", le(0, gamma * gain * m - off), combine(times("above")))
    d.conclude(
        "squares",
        le(off**2, (gamma * gain * s * m) ** 2),
        combine(times("below", gamma * gain * m - off), times("s^2", -((gamma * gain * m) ** 2))),
    )
    d.witness({"s": 1, "m": 1, "w": "1/2", "q_plus": "1/2", "q_minus": "3/2", "qmin": "1/2", "qmax": "3/2",
               "gain": 1, "gamma": "1/2"})  # fmt: skip


def extremes(d: Draft) -> None:
    """Introduce the least and the largest response."""
    d.given("qmin > 0", lt(0, qmin), "domain")
    d.given("qmin <= qmax", le(qmin, qmax), "domain")


def _positive(d: Draft) -> None:
    d.have("qmax > 0", lt(0, qmax), combine(times("qmin > 0"), times("qmin <= qmax")))


@lemma("response.best", "The gain that makes the distortion least")
def half_the_sum_of_the_extremes_is_the_best_gain(d: Draft) -> None:
    """With gain (qmax + qmin)/2 the distortion is (qmax - qmin)/(qmax + qmin); every other gain has a larger one.

    How much larger: gain (gamma - least gamma) is at least what the gain is too small by, times 1 + least gamma, and
    what it is too large by, times 1 - least gamma. Hence (1 + gamma)/(1 - gamma) >= qmax/qmin.
    """
    extremes(d)
    d.given("gain > 0", lt(0, gain), "domain")
    d.given("low", le(gain * (1 - gamma), qmin), "domain")
    d.given("high", le(qmax, gain * (1 + gamma)), "domain")
    _positive(d)
    best, whole = distortion(), qmax + qmin
    d.conclude("reached below", eq(mean() * (1 - best), qmin), combine())
    d.conclude("reached above", eq(mean() * (1 + best), qmax), combine())
    d.conclude("at least 0", le(0, best), combine(times("qmin <= qmax", 1 / whole)))
    d.conclude("below 1", lt(best, 1), combine(times("qmin > 0", 2 / whole)))
    d.conclude("too small a gain", le((mean() - gain) * (1 + best), gain * (gamma - best)), combine(times("high")))
    d.conclude("too large a gain", le((gain - mean()) * (1 - best), gain * (gamma - best)), combine(times("low")))
    weights = qmin / (gain * whole), qmax / (gain * whole)
    d.conclude("least", le(best, gamma), combine(times("high", weights[0]), times("low", weights[1])))
    d.conclude("ratio", le((1 - gamma) * qmax, (1 + gamma) * qmin), combine(times("least", whole)))
    d.witness({"qmin": 1, "qmax": 3, "gain": 2, "gamma": "1/2"})


exp_l = symbols("e_l")[0]


@lemma("response.floor", "The floor of any device")
def floor_is_the_squared_hyperbolic_sine_of_the_half_log_ratio(d: Draft) -> None:
    """gamma^2 sigma^2/(1 - gamma^2) = sigma^2 (qmax - qmin)^2/(4 qmax qmin) = sigma^2 sinh^2 l, and gamma = tanh l.

    e_l = sqrt(qmax/qmin) is e^l, so that sinh l = (e_l - 1/e_l)/2.
    """
    extremes(d)
    d.root(exp_l, qmax / qmin, combine(times("qmin <= qmax", 1 / qmin), square(1)))
    d.given("e_l > 0", lt(0, exp_l), "domain")
    _positive(d)
    best, whole = distortion(), qmax + qmin
    d.have("gamma^2 < 1", lt(0, 1 - best**2), combine(square(1, 4 * qmax * qmin / whole**2)))
    d.conclude("floor", eq(floor(best), floor_of_responses()), combine())
    wide = 1 + exp_l**2
    d.conclude(
        "tanh l",
        eq(best, (exp_l - 1 / exp_l) / (exp_l + 1 / exp_l)),
        combine(times("e_l^2", -2 * qmin / (whole * wide))),
    )
    d.conclude(
        "sinh l",
        eq(floor(best), sigma**2 * ((exp_l - 1 / exp_l) / 2) ** 2),
        combine(times("e_l^2", -(sigma**2) / 4 * (1 - qmin / (qmax * exp_l**2)))),
    )
    d.witness({"qmin": 1, "qmax": 4, "sigma": 1})


g1, g2, both, most1, least1, most2, least2 = symbols("gamma_1 gamma_2 gamma_12 qmax_1 qmin_1 qmax_2 qmin_2")


def together(one: Expr = g1, other: Expr = g2) -> Expr:
    """Return the distortion of two independent imperfections: tanh of the sum of their half log-ratios."""
    return (one + other) / (1 + one * other)


@lemma("response.additive", "Half log-ratios add")
def ratios_multiply_where_hyperbolic_tangents_add(d: Draft) -> None:
    """The ratio (1 + g)/(1 - g) of gamma_12 is the product of those of gamma_1 and gamma_2 iff gamma_12 is their sum.

    The sum is that of hyperbolic tangents, (gamma_1 + gamma_2)/(1 + gamma_1 gamma_2); it stays below 1. Responses that
    are products, in [qmin_1 qmin_2, qmax_1 qmax_2], have this distortion.
    """
    for name, value in (("gamma_1", g1), ("gamma_2", g2)):
        d.given(f"{name} >= 0", le(0, value), "domain")
        d.given(f"{name} < 1", lt(value, 1), "domain")
    for name, value in (("qmin_1", least1), ("qmin_2", least2), ("qmax_1", most1), ("qmax_2", most2)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    ratios = (1 + both) * (1 - g1) * (1 - g2), (1 - both) * (1 + g1) * (1 + g2)
    d.conclude("ratios", eq(ratios[0] - ratios[1], 2 * (1 + g1 * g2) * (both - together())), combine())
    d.conclude(
        "below 1", lt(together(), 1),
        combine(times("gamma_1 < 1", (1 - g2) / (1 + g1 * g2))),
    )  # fmt: skip
    d.conclude(
        "at least gamma_1", le(g1, together()),
        combine(times("gamma_2 >= 0", (1 - g1) * (1 + g1) / (1 + g1 * g2))),
    )  # fmt: skip
    ones = distortion(least1, most1), distortion(least2, most2)
    d.have(
        "denominator",
        lt(0, 1 + ones[0] * ones[1]),
        combine(square(1, 2 * (most1 * most2 + least1 * least2) / ((most1 + least1) * (most2 + least2)))),
    )
    d.conclude("products", eq(distortion(least1 * least2, most1 * most2), together(*ones)), combine())
    d.witness({"gamma_1": "1/2", "gamma_2": "1/2", "gamma_12": 0, "qmin_1": 1, "qmin_2": 1, "qmax_1": 3,
               "qmax_2": 3})  # fmt: skip
