"""Granular updates: an increment is made of pulses of size dw, rounded at random and each a little off.

An increment D = s m becomes D_r = s dw times the sum of (1 + cycle eta_j) over n pulses: E n = m/dw, and the eta_j are
independent of each other and of n, with mean 0 and variance 1. Its mean is D. The sign is kept, so a step of a granular
device is that of the smooth one plus a change whose mean is 0 given past and sample: the assumption `pulses`.
Source: docs/theory.md#granularity.
"""

from sympy import Expr, Rational

from theory.kernel import (
    ELEMENT,
    STEP,
    Cite,
    Draft,
    Induction,
    SignCases,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    lt,
    norm2,
    square,
    symbols,
    times,
)
from theory.lemmas.device import m, s
from theory.lemmas.device import minus as q_minus
from theory.lemmas.device import plus as q_plus
from theory.lemmas.feasible import R
from theory.lemmas.order import where
from theory.setting.assumptions import PULSES
from theory.setting.symbols import symbol

alpha = symbol("alpha")
V, qmax, dw, cycle, size = (symbol(name) for name in ("V", "qmax", "dw", "cycle", "size"))
number, number2, mean_number, mean_number2 = symbols("number number2 mean_number mean_number2")
first, second, mean_first, mean_second = symbols("first second mean_first mean_second")


@lemma("granularity.train", "A train of pulses that differ from cycle to cycle")
def pulses_add_up_in_mean_and_in_variance(d: Draft) -> None:
    """N independent pulses of mean dw and variance (cycle dw)^2 move dw n in the mean, with variance n (cycle dw)^2.

    `first` and `second` are the moments of the sum: E (S + X)^2 = E S^2 + 2 E S E X + E X^2 for a further pulse X.
    """
    d.recursion(number, {first: (0, first + dw), second: (0, second + 2 * first * dw + (1 + cycle**2) * dw**2)})
    d.conclude("mean", eq(first, dw * number), Induction(number, combine(), combine(times("hypothesis"))))
    step = combine(times("hypothesis"), times("mean", 2 * dw))
    moment = dw**2 * number**2 + cycle**2 * dw**2 * number
    d.conclude("second moment", eq(second, moment), Induction(number, combine(), step))
    d.witness({"number": 2, "dw": 1, "cycle": "1/2"})


def spread() -> Expr:
    """Return the variance of the number of pulses."""
    return mean_number2 - mean_number**2


@lemma("granularity.variance", "The variance of a granular increment", assumes=[PULSES])
def variance_of_a_granular_increment(d: Draft) -> None:
    """E D_r = D, and Var D_r = dw^2 Var n + cycle^2 dw abs(D), at most (1 + cycle^2) dw abs(D) if Var n <= abs(D)/dw.

    Averages are over the draws, given the increment. That Var n <= abs(D)/dw is granularity.rounding for stochastic
    rounding and granularity.binomial for pulse trains; the moments given the number are those of granularity.train.
    """
    d.local(STEP, number, first, second)
    d.given("dw > 0", lt(0, dw), "domain")
    d.define(number2, number**2)
    for average, of in (
        (mean_number, number), (mean_number2, number2), (mean_first, first), (mean_second, second)
    ):  # fmt: skip
        d.mean(average, of=of)
    d.given("rounding", eq(mean_number, m / dw), PULSES)
    d.given("mean of n", eq(first, dw * number), PULSES)
    d.given("moment of n", eq(second, dw**2 * number2 + cycle**2 * dw**2 * number), PULSES)
    d.given("spread", le(spread(), m / dw), PULSES)
    d.have("average", eq(mean_first, dw * mean_number), d.average("mean of n", STEP))
    d.conclude("mean", eq(mean_first, m), combine(times("average"), times("rounding", dw)))
    moment = dw**2 * mean_number2 + cycle**2 * dw**2 * mean_number
    d.have("moment", eq(mean_second, moment), d.average("moment of n", STEP))
    d.conclude(
        "variance",
        eq(mean_second - mean_first**2, dw**2 * spread() + cycle**2 * dw * m),
        combine(
            times("moment"),
            times("average", -(mean_first + dw * mean_number)),
            times("rounding", cycle**2 * dw**2),
        ),
    )
    most = (1 + cycle**2) * dw * m
    d.conclude("bound", le(mean_second - mean_first**2, most), combine(times("variance"), times("spread", dw**2)))
    d.witness({"dw": 1, "m": 2, "number": 2, "first": 2, "second": "9/2", "cycle": "1/2"})


whole, frac = symbols("N frac")


@lemma("granularity.rounding", "Stochastic rounding to whole pulses")
def rounding_is_unbiased_and_varies_by_a_quarter_at_most(d: Draft) -> None:
    """m/dw = N + q is rounded up with probability q: the mean is m/dw, the variance q (1 - q) <= min(1/4, m/dw)."""
    d.given("dw > 0", lt(0, dw), "domain")
    d.given("N >= 0", le(0, whole), "domain")
    d.given("q >= 0", le(0, frac), "domain")
    d.given("q <= 1", le(frac, 1), "domain")
    d.define(m, dw * (whole + frac))
    asked = m / dw
    up, down = whole + 1, whole
    d.have("asked", eq(asked, whole + frac), combine(times("m :=", 1 / dw)))
    d.conclude("mean", eq(frac * up + (1 - frac) * down, asked), combine(times("asked", -1)))
    d.conclude(
        "variance",
        eq(frac * (up - asked) ** 2 + (1 - frac) * (down - asked) ** 2, frac * (1 - frac)),
        combine(times("asked", asked - whole - frac)),
    )
    d.conclude("quarter", le(frac * (1 - frac), Rational(1, 4)), combine(square(frac - Rational(1, 2))))
    d.conclude("short", le(frac * (1 - frac), asked), combine(times("N >= 0"), square(frac), times("asked", -1)))
    d.witness({"dw": "1/2", "N": 1, "frac": "1/4"})


chance, length = symbols("P BL")


@lemma("granularity.binomial", "Trains of BL pulses, each sent with the same probability")
def binomial_pulses_vary_by_less_than_their_mean(d: Draft) -> None:
    """BL independent pulses sent with probability P = m/(dw BL): dw^2 Var n = dw m (1 - P) <= dw m, not <= dw^2/4.

    Here m = dw BL P. `first` and `second` are the moments of the number sent: with a further pulse b,
    E (n + b)^2 = E n^2 + 2 E n P + P.
    """
    d.given("P >= 0", le(0, chance), "domain")
    d.recursion(length, {first: (0, first + chance), second: (0, second + 2 * first * chance + chance)})
    asked = dw * length * chance
    d.conclude("mean", eq(first, length * chance), Induction(length, combine(), combine(times("hypothesis"))))
    variance = length * chance * (1 - chance)
    moment = eq(second, (length * chance) ** 2 + variance)
    step = combine(times("hypothesis"), times("mean", 2 * chance))
    d.have("second moment", moment, Induction(length, combine(), step))
    squares = times("mean", -(first + length * chance))
    d.have("number", eq(second - first**2, variance), combine(times("second moment"), squares))
    d.conclude(
        "variance",
        eq(dw**2 * (second - first**2), dw * asked * (1 - chance)),
        combine(times("number", dw**2)),
    )
    d.conclude("short", le(second - first**2, length * chance), combine(times("number"), square(chance, length)))
    d.witness({"BL": 4, "P": "1/4", "dw": "1/2"})


rounded, excess, excess2, bias, variance = symbols("m_r excess excess2 bias variance")
change, change2, mean_change, mean_change2 = symbols("change change2 mean_change mean_change2")


@lemma("granularity.step", "What pulses add to a step of any device", assumes=[PULSES])
def pulses_add_no_mean_and_qmax_times_their_variance(d: Draft) -> None:
    """U(w, D_r) - U(w, D) has mean 0 and second moment at most qmax^2 Var D_r.

    The sign of D, and so its response, stay: D = s m, D_r = s m_r. Averages are over the draws, given w and D.
    """
    d.local(STEP, rounded)
    d.given("s^2", eq(s**2, 1), "domain")
    for name, response in (("q_plus", q_plus), ("q_minus", q_minus)):
        d.given(f"{name} >= 0", le(0, response), "domain")
        d.given(f"{name} <= qmax", le(response, qmax), "domain")
    response = (1 + s) / 2 * q_plus + (1 - s) / 2 * q_minus
    d.define(excess, s * rounded - s * m)
    d.define(excess2, excess**2)
    d.define(change, s * rounded * response - s * m * response)
    d.define(change2, change**2)
    for average, of in ((bias, excess), (variance, excess2), (mean_change, change), (mean_change2, change2)):
        d.mean(average, of=of)
    d.given("unbiased", eq(bias, 0), PULSES)
    d.have("change", eq(change, response * excess), combine(times("change :="), times("excess :=", -response)))
    d.have("averaged", eq(mean_change, response * bias), d.average("change", STEP))
    d.conclude("mean", eq(mean_change, 0), combine(times("averaged"), times("unbiased", response)))
    d.have(
        "squared",
        eq(change2, response**2 * excess2),
        combine(times("change2 :="), times("change", change + response * excess), times("excess2 :=", -(response**2))),
    )
    d.have("moment", eq(mean_change2, response**2 * variance), d.average("squared", STEP))
    d.have("square", le(0, excess2), combine(times("excess2 :=", -1), square(excess)))
    d.have("variance", le(0, variance), d.average("square", STEP))
    up, down = (
        combine(times(f"{name} <= qmax", qmax + one)) for name, one in (("q_plus", q_plus), ("q_minus", q_minus))
    )
    d.have("qmax >= 0", le(0, qmax), combine(times("q_plus >= 0"), times("q_plus <= qmax")))
    d.have("response", le(response**2, qmax**2), SignCases(s, up, down))
    d.conclude(
        "second moment",
        le(mean_change2, qmax**2 * variance),
        combine(times("moment"), times("response", variance)),
    )
    d.witness({"s": -1, "m": 1, "m_r": 1, "q_plus": "1/2", "q_minus": 1, "qmax": 1})


share, one, step_size, root_size = symbols("var_i one_i size_i sqrt_size")
ones, variances, sizes = generators("ones variances sizes")


def _elements(d: Draft) -> None:
    """Introduce every element's variance, the size of its direction and 1, and V, the mean over steps of their sum."""
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("dw >= 0", le(0, dw), "domain")
    for local, image in ((share, variances), (step_size, sizes), (one, ones)):
        d.link(local, image, over=ELEMENT)
    d.given("elements", eq(norm2(ones), size), "domain")
    d.define(V, inner(variances, ones))


@lemma("granularity.total", "The summed variance of the pulses", assumes=[PULSES])
def summed_variance_is_at_most_the_length_of_the_steps(d: Draft) -> None:
    """V <= (1 + cycle^2) dw alpha g1 <= (1 + cycle^2) dw alpha sqrt(size) R, with g1 the mean of the 1-norm of g.

    size is the number of elements, R bounds N(g) (without lag R^2 = A + sigma^2). Each element has granularity.variance
    with abs(D) = alpha abs(g).
    """
    _elements(d)
    d.given("size >= 0", le(0, size), "domain")
    d.given("R >= 0", le(0, R), "domain")
    each = (1 + cycle**2) * dw * alpha
    d.given("variance", le(share * one, each * step_size * one), PULSES)
    d.given("length", le(norm2(sizes), R**2), "domain")
    d.root(root_size, size, combine(times("size >= 0")))
    averaged = d.average("variance", ELEMENT)
    d.have("averaged", le(inner(variances, ones), each * inner(sizes, ones)), averaged)
    d.conclude("by the 1-norm", le(V, each * inner(sizes, ones)), combine(times("V :="), times("averaged")))
    d.have("ones", le(norm2(ones), root_size**2), combine(times("elements"), times("sqrt_size^2", -1)))
    product = Cite("hilbert.product", "bound", where(s=R, t=root_size), {"u": sizes, "w": ones})
    d.have("product", le(inner(sizes, ones), R * root_size), product)
    d.conclude("bound", le(V, each * root_size * R), combine(times("by the 1-norm"), times("product", each)))
    d.witness(
        {"alpha": 1, "dw": 1, "cycle": 0, "size": 1, "R": 2, "var_i": 1, "one_i": 1, "size_i": 2},
        {"ones": (1,), "variances": (1,), "sizes": (2,)},
    )


@lemma("granularity.total_rounding", "The summed variance of stochastic rounding", assumes=[PULSES])
def summed_variance_of_rounding_is_at_most_a_quarter_each(d: Draft) -> None:
    """V <= size dw^2/4 + cycle^2 dw alpha g1 for stochastic rounding, with g1 the mean of the 1-norm of g.

    Each element has granularity.variance with Var n <= 1/4 of granularity.rounding.
    """
    _elements(d)
    each = dw**2 / 4 * one**2 + cycle**2 * dw * alpha * step_size * one
    d.given("variance", le(share * one, each), PULSES)
    most = dw**2 / 4 * norm2(ones) + cycle**2 * dw * alpha * inner(sizes, ones)
    d.have("averaged", le(inner(variances, ones), most), d.average("variance", ELEMENT))
    d.conclude(
        "bound",
        le(V, size * dw**2 / 4 + cycle**2 * dw * alpha * inner(sizes, ones)),
        combine(times("V :="), times("averaged"), times("elements", dw**2 / 4)),
    )
    d.witness(
        {"alpha": 1, "dw": 2, "cycle": 0, "size": 1, "var_i": 1, "one_i": 1, "size_i": 2},
        {"ones": (1,), "variances": (1,), "sizes": (2,)},
    )
