"""Where the mean step of one element vanishes, on any device: how large the gradient is there, and that it is reached.

One weight w with responses q_plus and q_minus there; a sample's gradient g = s m has mean F and variance at most
sigma^2. gamma_loc = (q_minus - q_plus)/(q_minus + q_plus) is the device's distortion at this weight.
Source: docs/theory.md#floor.
"""

from sympy import Expr

from theory.kernel import STEP, Cite, Draft, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.device import alpha, m, minus, plus, s
from theory.lemmas.instance import L, size, slope, up, w0, w_star
from theory.lemmas.response import chosen, extremes, floor, floor_of_responses, qmax, qmin, sigma

F, g, T, m2, drift, length, energy = symbols("F g T square_m mean_T mean_m mean_square")


def local_distortion() -> Expr:
    """Return gamma_loc, the distortion of the responses at one weight; negative where q_plus is the larger one."""
    return (minus - plus) / (minus + plus)


def mean_response() -> Expr:
    """Return Fdev, half the sum of the responses at one weight."""
    return (minus + plus) / 2


def responses(d: Draft) -> None:
    """Introduce the positive responses at one weight."""
    d.given("q_plus > 0", lt(0, plus), "domain")
    d.given("q_minus > 0", lt(0, minus), "domain")


def _samples(d: Draft) -> None:
    """Introduce the samples' gradients g = s m at one weight, the step T that each makes, and their averages."""
    d.local(STEP, s, m)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")
    responses(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.define(g, s * m)
    d.define(m2, m**2)
    d.define(T, -alpha * s * m * chosen(-s))
    for average, of in ((F, g), (length, m), (energy, m2), (drift, T)):
        d.mean(average, of=of)
    d.given("variance", le(energy, F**2 + sigma**2), "domain")


def _mean_step() -> Expr:
    return -alpha * mean_response() * (F + local_distortion() * length)


SAMPLES = {"s": 1, "m": 1, "q_plus": 1, "q_minus": 3, "alpha": 1, "sigma": 1}


@lemma("response.mean_step", "The mean step at one weight")
def mean_step_is_the_gradient_and_the_local_distortion(d: Draft) -> None:
    """The mean step is -alpha Fdev (F + gamma_loc E abs(g)), and E abs(g) is at most sqrt(F^2 + sigma^2)."""
    _samples(d)
    pull = mean_response() * g + (minus - plus) / 2 * m
    d.have(
        "each",
        eq(T, -alpha * pull),
        combine(
            times("T :=", 1), times("g :=", alpha * mean_response()), times("s^2", -alpha * m * (minus - plus) / 2)
        ),
    )
    d.have("averaged", eq(drift, -alpha * (mean_response() * F + (minus - plus) / 2 * length)), d.average("each", STEP))
    d.conclude(
        "mean step", eq(drift, -alpha * mean_response() * (F + local_distortion() * length)), combine(times("averaged"))
    )
    d.have("spread", le(2 * length * m - length**2, m2), combine(square(m - length), times("square_m :=", -1)))
    d.have("second", le(2 * length * length - length**2, energy), d.average("spread", STEP))
    d.conclude("length", le(length**2, F**2 + sigma**2), combine(times("second"), times("variance")))
    d.witness(SAMPLES)


@lemma("response.local", "The gradient at a point of rest")
def gradient_at_a_point_of_rest_is_at_most_the_local_floor(d: Draft) -> None:
    """Where the mean step vanishes F = -gamma_loc E abs(g), so F^2 <= gamma_loc^2 sigma^2/(1 - gamma_loc^2).

    This is sigma^2 (q_minus - q_plus)^2/(4 q_minus q_plus): the floor, with the responses at this weight.
    """
    _samples(d)
    d.given("rest", eq(drift, 0), "domain")
    at = local_distortion()
    d.have(
        "mean step", eq(drift, -alpha * mean_response() * (F + at * length)), Cite("response.mean_step", "mean step")
    )
    d.have("length", le(length**2, F**2 + sigma**2), Cite("response.mean_step", "length"))
    scale = 1 / (alpha * mean_response())
    d.conclude("slope", eq(F, -at * length), combine(times("mean step", scale), times("rest", -scale)))
    d.have(
        "squares", le(F**2, at**2 * (F**2 + sigma**2)), combine(times("length", at**2), times("slope", F - at * length))
    )
    d.have("below one", lt(0, 1 - at**2), combine(square(1, 4 * minus * plus / (minus + plus) ** 2)))
    d.conclude("floor", le(F**2, floor(at)), combine(times("squares", 1 / (1 - at**2))))
    d.conclude("responses", le(F**2, floor_of_responses(plus, minus)), combine(times("floor")))
    d.witness({**SAMPLES, "m": 0})


middle, rising, falling = symbols("q_middle slope_minus slope_plus")
WHOLE = plus + minus
AT_REST = -sigma * (minus - plus) / (2 * middle), sigma * WHOLE / (2 * middle), plus / WHOLE
"""The gradient at w_0, the size of a sample's gradient there, and the chance that it is positive."""


def _oracle(d: Draft) -> None:
    """Show that a sample is an unbiased gradient with variance sigma^2: size^2 - slope^2."""
    at, long, chance = AT_REST
    d.conclude("gradient", eq(L * (w0 - w_star), slope), combine(times("w_star :=", -L)))
    d.conclude(
        "unbiased",
        eq(up * size + (1 - up) * -size, slope),
        combine(times("slope :=", -1), times("up :=", 2 * size), times("size :=", 2 * chance - 1)),
    )
    d.conclude(
        "variance",
        eq(size**2 - slope**2, sigma**2),
        combine(
            times("size :=", long + size),
            times("slope :=", -(at + slope)),
            times("q_middle^2", -(sigma**2) / middle**2),
        ),
    )
    d.conclude("up >= 0", le(0, up), combine(times("up :=", -1), square(1, chance)))
    d.conclude("up <= 1", le(up, 1), combine(times("up :=", 1), square(1, minus / WHOLE)))


def _rest(d: Draft) -> None:
    """Show that the mean step over alpha vanishes at w_0, and what the gradient is there."""
    d.conclude(
        "mean step", eq(up * (-size * minus) + (1 - up) * size * plus, 0), combine(times("up :=", -size * WHOLE))
    )
    d.have("qmax > 0", lt(0, qmax), combine(times("qmin > 0"), times("qmin <= qmax")))
    both, pair = plus * minus, qmin * qmax
    d.conclude(
        "floor",
        eq(slope**2, floor_of_responses()),
        combine(
            times("slope :=", AT_REST[0] + slope),
            times("sum", sigma**2 * (WHOLE + qmin + qmax) / (4 * pair)),
            times("product", -(sigma**2) * WHOLE**2 / (4 * both * pair)),
            times("q_middle^2", -(sigma**2) * (WHOLE**2 - 4 * both) / (4 * middle**2 * both)),
        ),
    )


def _stable(d: Draft) -> None:
    """Show that the mean step, -alpha (Fdev f' + Gdev size), falls as w grows through w_0.

    Fdev and Gdev are half the sum and half the difference of the responses; f' has the derivative L, and size that of
    sqrt(f'^2 + sigma^2).
    """
    at, half = local_distortion(), (minus - plus) / 2
    d.have("size > 0", lt(0, size), combine(times("size :=", -1), square(1, AT_REST[1])))
    d.have("slope", eq(slope, -at * size), combine(times("slope :=", 1), times("size :=", at)))
    d.have("below one", lt(0, 1 - at**2), combine(square(1, 4 * minus * plus / WHOLE**2)))
    sums, differences = (rising + falling) / 2, (rising - falling) / 2
    derivative = mean_response() * L + sums * slope + differences * size + half * L * slope / size
    change = 2 * (plus * rising - minus * falling) / WHOLE**2
    result = L * mean_response() * (1 - at**2) + size * mean_response() * change
    d.conclude("derivative", eq(derivative, result), combine(times("slope", sums + half * L / size)))
    d.conclude(
        "stable",
        lt(0, result),
        combine(
            times("below one", L * mean_response()),
            times("slope_minus >= 0", size * plus / WHOLE),
            times("slope_plus <= 0", size * minus / WHOLE),
        ),
    )


@lemma("response.attained", "The floor is attained on any device")
def two_point_oracle_rests_at_the_floor_of_any_device(d: Draft) -> None:
    """If the responses at w_0 are qmin and qmax, in either order, there is an instance that rests there at the floor.

    f(w) = (L/2)(w - w_star)^2, and a sample's gradient is size or -size, size^2 = slope^2 + sigma^2 for slope = f'(w),
    the first with the chance up. At w_0 the mean step vanishes and f'^2 = sigma^2 (qmax - qmin)^2/(4 qmax qmin).
    The derivative of the mean step there is -alpha times a positive number, as q_minus rises (slope_minus >= 0) and
    q_plus falls (slope_plus <= 0) in w: a stable point of rest.
    """
    d.given("sigma > 0", lt(0, sigma), "domain")
    d.given("L > 0", lt(0, L), "domain")
    responses(d)
    extremes(d)
    d.given("sum", eq(WHOLE, qmin + qmax), "domain")
    d.given("product", eq(plus * minus, qmin * qmax), "domain")
    d.given("slope_minus >= 0", le(0, rising), "domain")
    d.given("slope_plus <= 0", le(falling, 0), "domain")
    d.root(middle, plus * minus, combine(square(1, plus * minus)))
    d.given("q_middle > 0", lt(0, middle), "domain")
    for symbol, value in zip((slope, size, up), AT_REST, strict=True):
        d.define(symbol, value)
    d.define(w_star, w0 - slope / L)
    _oracle(d)
    _rest(d)
    _stable(d)
    d.witness({"sigma": 1, "L": 1, "q_plus": 1, "q_minus": 4, "qmin": 1, "qmax": 4, "w_0": 0, "slope_minus": 1,
               "slope_plus": -1})  # fmt: skip
