"""Granular updates: an increment is made of pulses of size dw, rounded at random and each a little off.

An increment D = s m becomes D_r = s dw times the sum of (1 + cycle eta_j) over n pulses: E n = m/dw, and the eta_j are
independent of each other and of n, with mean 0 and variance 1. Its mean is D. The sign is kept, so a step of a granular
device is that of the smooth one plus z, whose mean is 0 given past and sample: the assumption `pulses`. So z is
orthogonal to all else, and of Theorem 1 only the price of the start changes and, with lags, the martingale part of the
motion, n - z/(alpha gain). The floor of the distortion stays what it was. Source: docs/theory.md#granularity.
"""

from sympy import Expr, Integer, Rational

from theory.kernel import (
    ELEMENT,
    STEP,
    Chain,
    Cite,
    Draft,
    Induction,
    SignCases,
    Step,
    Tower,
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
from theory.kernel.vectors import Vector
from theory.lemmas import staleness
from theory.lemmas.device import m, s
from theory.lemmas.device import minus as q_minus
from theory.lemmas.device import plus as q_plus
from theory.lemmas.feasible import A, R, Y, descends, near, p, r, rho, roots, sigma, x, young_bound
from theory.lemmas.master import (
    BOUNDED,
    PATH,
    PATH_VECTORS,
    WORLD,
    WORLD_VECTORS,
    Delta,
    F,
    F_k,
    K,
    L,
    Lambda1,
    StepModel,
    alpha,
    effective,
    f_next,
    f_now,
    gain,
    gradient,
    mean_next,
    mean_now,
    n,
    n_k,
    nu,
    steps,
    theorem_1,
    unit,
    v,
    v_k,
    values,
)
from theory.lemmas.order import where
from theory.setting.assumptions import LAGS, LOWER, PULSES, RESPONSE, SMOOTH, STALENESS, UNBIASED, VARIANCE
from theory.setting.symbols import symbol

V, qmax, dw, cycle, size, Lambdah = (symbol(name) for name in ("V", "qmax", "dw", "cycle", "size", "Lambdah"))
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


z, z_k = generators("zeta zeta_k")
moved = symbols("moved")[0]


def granular_path(d: Draft, step: Expr = alpha) -> None:
    """Introduce steps W_{k+1} = W_k - step (v_k + n_k) + z_k on a smooth objective bounded below."""
    values(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("L >= 0", le(0, L), "domain")
    d.given("V >= 0", le(0, V), "domain")
    move = -step * (v_k + n_k) + z_k
    d.given("smooth", le(f_next, f_now + inner(F_k, move) + L / 2 * norm2(move)), SMOOTH)
    if step.has(gain):
        d.given("gain > 0", lt(0, gain), "domain")
    d.define(x, step * L)
    d.define(p, Delta / (step * K) + L * qmax**2 * V / (2 * step))
    d.process("zeta", known=0, differences=0, reason=PULSES)
    d.link(z_k, z, over=STEP)
    d.given("pulses", le(norm2(z), qmax**2 * V), PULSES)


def independent(d: Draft, y: Vector) -> None:
    """Let the pulses have mean 0 given the mean direction y and the noise of their own step."""
    d.given("direction", eq(inner(y, z), 0), PULSES)
    d.given("noise", eq(inner(n, z), 0), PULSES)


@lemma(
    "granularity.telescope",
    "Smoothness summed along a granular path",
    assumes=[SMOOTH, LOWER, UNBIASED, PULSES],
)
def mean_direction_pays_for_its_length_and_for_the_pulses(d: Draft) -> None:
    """<F, v> <= p + (x/2) N(v + n)^2 with p = Delta/(alpha K) + L qmax^2 V/(2 alpha), for steps of alpha and pulses."""
    granular_path(d)
    gradient(d)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    (y,) = generators("v")
    steps(d, y)
    independent(d, y)
    d.have("orthogonal", eq(inner(n, unit), 0), Tower("n", "unit"))
    d.have("ahead", eq(inner(z, unit), 0), Tower("zeta", "unit"))
    total = inner(F, -alpha * (y + n) + z) + L / 2 * norm2(-alpha * (y + n) + z)
    d.have("average", le(mean_next, mean_now + total), d.average("smooth", STEP))
    d.have("telescope", le(mean_now - mean_next, Delta / K), Cite("sum.telescope", "bound"))
    d.conclude(
        "bound",
        le(inner(F, y), p + x / 2 * norm2(y + n)),
        combine(
            times("average", 1 / alpha),
            times("telescope", 1 / alpha),
            times("orthogonal", -r),
            times("ahead", r / alpha),
            times("direction", -L),
            times("noise", -L),
            times("pulses", L / (2 * alpha)),
            times("p :=", -1),
            times("x :=", -norm2(y + n) / 2),
        ),
    )
    d.witness(
        {**PATH, "r": 1, "V": 1, "qmax": 1}, {**PATH_VECTORS, "v": (1,), "v_k": (1,), "zeta": (0,), "zeta_k": (0,)}
    )


def _delays(d: Draft) -> None:
    """Introduce Lambda1, and nu = Lambdah moved >= norm(S Diag(sqrt d) s) for the sizes s_m of the martingale parts."""
    independent(d, v)
    d.given("Lambda1 >= 0", le(0, Lambda1), "domain")
    d.given("Lambdah >= 0", le(0, Lambdah), "domain")
    d.given("Lambda1", le(norm2(staleness.coherent), Lambda1**2 * Y**2), STALENESS)
    per_step = V / effective**2
    d.root(moved, sigma**2 + qmax**2 * per_step, combine(square(sigma), square(qmax, per_step)))
    d.define(nu, Lambdah * moved)
    d.have("nu >= 0", le(0, nu), combine(times("nu :=", -1), times("moved >= 0", Lambdah)))
    d.given("nu", le(norm2(staleness.noisy), nu**2), STALENESS)


GRANULAR_STEPS = StepModel(lambda d: granular_path(d, effective), _delays, "granularity.telescope")
"""W_{k+1} = W_k - alpha gain (v_k + n_k) + z_k."""


@lemma(
    "granularity.enters",
    "Theorem 1 for granular devices",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE, RESPONSE, PULSES, LAGS, STALENESS],
)
def the_point_of_a_granular_run_is_feasible(d: Draft) -> None:
    """(i), (ii), |a| <= Y hold with p and nu as pulses make them: the feasible set is the same in these.

    p = Delta/(alpha gain K) + L qmax^2 V/(2 alpha gain), nu = Lambdah sqrt(sigma^2 + qmax^2 V/(alpha gain)^2). The
    martingale part of stage m, n_m of the windows, is that of n - z/(alpha gain), which `martingale` bounds.
    """
    theorem_1(d, BOUNDED, GRANULAR_STEPS)
    d.conclude(
        "martingale",
        le(norm2(n - 1 / effective * z), moved**2),
        combine(
            times("length"), times("noise", -2 / effective), times("pulses", 1 / effective**2), times("moved^2", -1)
        ),
    )
    d.witness(
        {**WORLD, "V": "1/100", "qmax": 1, "Lambdah": 2, "nu": "5/2"}, {**WORLD_VECTORS, "zeta": (0,), "zeta_k": (0,)}
    )


share, one, step_size, root_size = symbols("share one_i size_i sqrt_size")
ones, variances, sizes = generators("ones variances sizes")


@lemma("granularity.total", "The summed variance of the pulses", assumes=[PULSES])
def summed_variance_is_at_most_the_length_of_the_steps(d: Draft) -> None:
    """V <= (1 + cycle^2) dw alpha g1 <= (1 + cycle^2) dw alpha sqrt(size) R, with g1 the mean of the 1-norm of g.

    size is the number of elements, R bounds N(g) (without lag R^2 = A + sigma^2). Each element has granularity.variance
    with abs(D) = alpha abs(g).
    """
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("dw >= 0", le(0, dw), "domain")
    d.given("size >= 0", le(0, size), "domain")
    d.given("R >= 0", le(0, R), "domain")
    for local, image in ((share, variances), (step_size, sizes), (one, ones)):
        d.link(local, image, over=ELEMENT)
    each = (1 + cycle**2) * dw * alpha
    d.given("variance", le(share * one, each * step_size * one), PULSES)
    d.given("elements", eq(norm2(ones), size), "domain")
    d.given("length", le(norm2(sizes), R**2), "domain")
    d.define(V, inner(variances, ones))
    d.root(root_size, size, combine(times("size >= 0")))
    averaged = d.average("variance", ELEMENT)
    d.have("averaged", le(inner(variances, ones), each * inner(sizes, ones)), averaged)
    d.conclude("by the 1-norm", le(V, each * inner(sizes, ones)), combine(times("V :="), times("averaged")))
    d.have("ones", le(norm2(ones), root_size**2), combine(times("elements"), times("sqrt_size^2", -1)))
    product = Cite("hilbert.product", "bound", where(s=R, t=root_size), {"u": sizes, "w": ones})
    d.have("product", le(inner(sizes, ones), R * root_size), product)
    d.conclude("bound", le(V, each * root_size * R), combine(times("by the 1-norm"), times("product", each)))
    d.witness(
        {"alpha": 1, "dw": 1, "cycle": 0, "size": 1, "R": 2, "share": 1, "one_i": 1, "size_i": 2},
        {"ones": (1,), "variances": (1,), "sizes": (2,)},
    )


G, base, h, start = symbols("G base h start")


@lemma("granularity.start", "The pulses' part of the price of the start")
def pulses_cost_the_same_however_small_the_step(d: Draft) -> None:
    """V <= (1 + cycle^2) dw alpha sqrt(size) R makes 2 p <= 2 Delta/(alpha gain K) + G R: G knows no step size.

    G = L qmax^2 (1 + cycle^2) dw sqrt(size)/gain.
    """
    for name, value in (("alpha", alpha), ("gain", gain), ("K", K)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    for name, value in (("L", L), ("dw", dw), ("size", size)):
        d.given(f"{name} >= 0", le(0, value), "domain")
    d.root(root_size, size, combine(times("size >= 0")))
    d.given("total", le(V, (1 + cycle**2) * dw * alpha * root_size * R), "domain")
    d.define(p, Delta / (effective * K) + L * qmax**2 * V / (2 * effective))
    d.define(G, L * qmax**2 * (1 + cycle**2) * dw * root_size / gain)
    d.conclude(
        "bound",
        le(2 * p, 2 * Delta / (effective * K) + G * R),
        combine(times("p :=", 2), times("total", L * qmax**2 / effective), times("G :=", -R)),
    )
    d.witness({"alpha": 1, "gain": 2, "K": 4, "L": 1, "dw": 1, "size": 4, "R": 1, "V": 1, "cycle": 0, "qmax": 2,
               "Delta": 1})  # fmt: skip


@lemma("granularity.floor", "What pulses leave, however small the step")
def granular_floor_is_bounded_as_the_step_falls(d: Draft) -> None:
    """Without lag, if 2 p <= start + G R then A <= ((G/2 + h)/(1 - rho^2))^2 - sigma^2.

    h^2 = G^2/4 + (1 - rho^2) (base + sigma^2), base = start + x sigma^2 + x^2 sigma^2/(1 - x), which falls to 0 with
    the step if alpha K grows. At rho = 0, with `below`, what is left is G^2/2 + G sqrt(sigma^2 + G^2/4).
    """
    roots(d, lag=False)
    d.given("G >= 0", le(0, G), "domain")
    d.given("start >= 0", le(0, start), "domain")
    d.given("x < 1", lt(x, 1), "domain")
    d.given("rho < 1", lt(rho, 1), "domain")
    d.given("start", le(2 * p, start + G * R), "domain")
    d.given("i", near(rho * R), "domain")
    d.given("ii", descends(x, x), "domain")
    late = x**2 * sigma**2 / (1 - x)
    room = 1 - rho**2
    d.define(base, start + x * sigma**2 + late)
    positive = Step("room", lt(0, room), combine(times("rho < 1", 1 + rho)))
    rest = Step(
        "base >= 0",
        le(0, base),
        combine(times("base :=", -1), times("start >= 0"), times("x >= 0", sigma**2), square(x * sigma, 1 / (1 - x))),
    )
    exists = combine(square(G / 2), times("base >= 0", room), square(sigma, room))
    d.root(h, G**2 / 4 + room * (base + sigma**2), Chain((positive, rest), exists))
    d.steps.extend((positive, rest))
    none = where(q=Integer(0), qn=Integer(0))
    d.have("young", le(A, young_bound(rho * R, x, x).xreplace(none)), Cite("master.young", "young", none))
    quadratic = le(room * R**2, G * R + base + sigma**2)
    d.have("quadratic", quadratic, combine(times("young"), times("start"), times("R^2"), times("base :=", -1)))
    largest = (G / 2 + h) / room
    solved = where(z=R, k2=room, k1=G / 2, k0=base + sigma**2, h=h)
    d.have("root", le(R, largest), Cite("order.quadratic", "bound", solved))
    d.have("largest", le(0, largest), combine(times("root"), times("R >= 0")))
    d.conclude("bound", le(A, largest**2 - sigma**2), combine(times("R^2", -1), times("root", largest + R)))
    d.conclude(
        "below",
        le(A * room, base + rho**2 * sigma**2 + G * largest),
        combine(times("quadratic"), times("R^2", -room), times("root", G)),
    )
    d.witness({"A": "9/25", "sigma": "4/5", "Y": "5/13", "a": "4/13", "rho": "1/2", "p": "33/50", "x": 0,
               "G": "47/175", "start": "184/175"})  # fmt: skip


cost, best = symbols("cost alpha_best")


@lemma("granularity.best_step", "The best step of a granular device, by the bound on rounding")
def best_step_of_the_first_form(d: Draft) -> None:
    """With V = size dw^2/4 the bound 2 p + x sigma^2 is least at alpha = sqrt((2 Delta/K + cost)/(L sigma^2)).

    cost = L qmax^2 size dw^2/4; steps are those that the device makes. The least value, 2 sigma sqrt(L (2 Delta/K +
    cost)), falls to L sigma qmax dw sqrt(size) as K grows: at the smallest steps granularity.floor is below it.
    """
    for name, value in (("alpha", alpha), ("K", K), ("L", L), ("sigma", sigma), ("Delta", Delta)):
        d.given(f"{name} > 0", lt(0, value), "domain")
    d.given("size >= 0", le(0, size), "domain")
    d.define(cost, L * qmax**2 * size * dw**2 / 4)
    paid = 2 * Delta / K + cost
    at = paid / alpha + alpha * L * sigma**2
    positive = Step("cost >= 0", le(0, cost), combine(times("cost :=", -1), square(qmax * dw, L * size / 4)))
    exists = combine(times("cost >= 0", L), times("Delta > 0", 2 * L / K))
    d.root(h, L * paid, Chain((positive,), exists))
    first = 2 * (Delta / (alpha * K) + L * qmax**2 * (size * dw**2 / 4) / (2 * alpha)) + alpha * L * sigma**2
    d.conclude("bound", eq(first, at), combine(times("cost :=", -1 / alpha)))
    closest = square(h - alpha * L * sigma, 1 / (alpha * L))
    d.conclude("at least", le(2 * sigma * h, at), combine(closest, times("h^2", 1 / (alpha * L))))
    d.define(best, h / (L * sigma))
    d.steps.append(positive)
    d.given("h > 0", lt(0, h), "domain")
    d.have("best > 0", lt(0, best), combine(times("alpha_best :=", -1), times("h > 0", 1 / (L * sigma))))
    d.conclude(
        "attained",
        eq(paid / best + best * L * sigma**2, 2 * sigma * h),
        combine(
            times("h^2", -1 / (L * best)),
            times("alpha_best :=", -sigma * (h - best * L * sigma) / best),
        ),
    )
    d.witness({"alpha": 1, "K": 1, "L": 1, "sigma": 1, "Delta": "3/2", "size": 4, "qmax": 1, "dw": 1})
