"""One update of one analog element: its closed form, its size, and what keeps it in its box.

An increment D has sign s and size m = |D|, so D = s m with s^2 = 1; likewise a direction g.
Source: docs/theory.md#devices.
"""

from sympy import Expr, Symbol

from theory.kernel import ELEMENT as EACH
from theory.kernel import Contradiction, Draft, SignCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.setting.assumptions import RESPONSE, SATURATION
from theory.setting.symbols import symbol

alpha, rho, tau = (symbol(name) for name in ("alpha", "rho", "tau"))
w, m, s, plus, minus = symbols("w m s q_plus q_minus")


def update(size: Expr, sign: Symbol, weight: Expr = w) -> Expr:
    """Return the asymmetric linear device's new weight: w + D - |D| w/tau with D = sign size."""
    return weight + sign * size - size * weight / tau


def _sign(d: Draft) -> None:
    d.local(EACH, s, m)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")


@lemma("device.closed_form", "The analog update in closed form")
def responses_and_their_half_sum_and_difference_agree(d: Draft) -> None:
    """Both w + D q+ for D >= 0 and w + D q- for D < 0 are w + D F - |D| G; for the linear device w + D - |D| w/tau."""
    _sign(d)
    d.local(EACH, w, plus, minus)
    d.given("tau > 0", lt(0, tau), "domain")
    chosen = (1 + s) / 2 * plus + (1 - s) / 2 * minus
    mean, half = (minus + plus) / 2, (minus - plus) / 2
    d.conclude(
        "general",
        eq(w + s * m * chosen, w + s * m * mean - m * half),
        SignCases(s, combine(), combine()),
    )
    up, down = 1 - w / tau, 1 + w / tau
    linear = (1 + s) / 2 * up + (1 - s) / 2 * down
    d.conclude("linear", eq(w + s * m * linear, update(m, s)), SignCases(s, combine(), combine()))
    d.witness(s=-1, m=1, tau=2)


e, g, T = symbols("e g T")


def element(d: Draft) -> None:
    """Introduce one element: its weight w, saturated at rho tau, a direction g of sign s and size m, its drift e."""
    _sign(d)
    d.local(EACH, w)
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("upper", le(w, rho * tau), SATURATION)
    d.given("lower", le(-rho * tau, w), SATURATION)
    d.define(g, s * m)
    d.define(e, m * w / tau, RESPONSE)


def _size(d: Draft) -> None:
    d.have("size", eq(m**2, g**2), combine(times("g :=", -g - s * m), times("s^2", -(m**2))))


ELEMENT = {"s": 1, "m": 1, "tau": 2, "rho": "1/2", "w": "1/2"}
"""An element: the witness of the claims about one."""


@lemma(
    "device.drift",
    "The drift is at most rho times the direction",
    assumes=[SATURATION, RESPONSE],
)
def drift_is_at_most_rho_times_the_direction(d: Draft) -> None:
    """Elementwise abs(e) <= rho abs(g) for the drift e = abs(g) w/tau, if abs(w) <= rho tau."""
    element(d)
    _size(d)
    d.conclude("above", le(e, rho * m), combine(times("upper", m / tau), times("e :=", 1)))
    d.conclude("below", le(-rho * m, e), combine(times("lower", m / tau), times("e :=", -1)))
    d.have("room", le(0, rho * m - e), combine(times("above")))
    d.conclude("squares", le(e**2, rho**2 * g**2), combine(times("below", rho * m - e), times("size", rho**2)))
    d.witness(ELEMENT)


@lemma(
    "device.step",
    "A step is at most 1 + rho directions long",
    assumes=[SATURATION, RESPONSE],
)
def step_is_at_most_one_plus_rho_directions(d: Draft) -> None:
    """Elementwise abs(T) <= alpha (1 + rho) abs(g) for the step T = -alpha (g + e)."""
    element(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.define(T, -alpha * (g + e))
    _size(d)
    top, scale = alpha * (1 + rho) * m, alpha * m / tau
    links = (times("T :=", 1), times("g :=", -alpha), times("e :=", -alpha))
    back = tuple(times(link.fact, -link.weight) for link in links)
    up = combine(*links, times("lower", scale))
    further = combine(*links, times("lower", scale), times("m >= 0", 2 * alpha))
    d.conclude("above", le(T, top), SignCases(s, further, up))
    down = combine(*back, times("upper", scale))
    lower = combine(*back, times("upper", scale), times("m >= 0", 2 * alpha))
    d.conclude("below", le(-top, T), SignCases(s, down, lower))
    d.have("room", le(0, top - T), combine(times("above")))
    d.conclude(
        "squares",
        le(T**2, (alpha * (1 + rho)) ** 2 * g**2),
        combine(times("below", top - T), times("size", (alpha * (1 + rho)) ** 2)),
    )
    d.witness({**ELEMENT, "alpha": 1})


@lemma("device.box", "The box is never left")
def box_is_never_left(d: Draft) -> None:
    """abs(w) <= tau and abs(D) <= tau imply abs(U(w, D)) <= tau."""
    _sign(d)
    d.local(EACH, w)
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("m <= tau", le(m, tau), "domain")
    d.given("w <= tau", le(w, tau), "domain")
    d.given("-tau <= w", le(-tau, w), "domain")
    room = (tau - m) / tau
    top = SignCases(s, combine(times("w <= tau", room)), combine(times("w <= tau", room), times("m >= 0", 2)))
    bottom = SignCases(s, combine(times("-tau <= w", room), times("m >= 0", 2)), combine(times("-tau <= w", room)))
    d.conclude("above", le(update(m, s), tau), top)
    d.conclude("below", le(-tau, update(m, s)), bottom)
    d.witness(s=1, m=1, tau=2, w="1/2")


edge, reached, top, moved, side = symbols("edge reached top moved side")


@lemma("device.inward", "Inward directions certify the saturation")
def inward_directions_keep_the_weight_inside(d: Draft) -> None:
    """If g >= 0 wherever w >= edge, alpha |g| <= reached <= tau and w <= top, edge + reached <= top, then w' <= top.

    `side` is 1 where w >= edge and -1 elsewhere. The lower bound is the same statement for -w and -g.
    """
    _sign(d)
    d.local(EACH, w, side)
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("edge >= 0", le(0, edge), "domain")
    d.given("reached", le(m, reached), "domain")
    d.given("reached <= tau", le(reached, tau), "domain")
    d.given("w <= top", le(w, top), "domain")
    d.given("-tau <= w", le(-tau, w), "domain")
    d.given("top", le(edge + reached, top), "domain")
    d.given("side^2", eq(side**2, 1), "domain")
    d.given("outside", le(0, (1 + side) * (w - edge)), "domain")
    d.given("inside", le((1 - side) * (w - edge), 0), "domain")
    d.given("inward", le(0, (1 + side) * s), "domain")
    after = update(m, -s)
    outside = SignCases(
        s,
        combine(times("w <= top"), times("outside", m / (2 * tau)), times("edge >= 0", m / tau), times("m >= 0")),
        Contradiction(combine(times("inward"), square(1, 2))),
    )
    near = (times("reached"), times("top"), times("edge >= 0", m / tau))
    inside = SignCases(
        s,
        combine(*near, times("inside", (tau - m) / (2 * tau)), times("m >= 0", 2)),
        combine(*near, times("inside", (tau - m) / (2 * tau))),
    )
    d.have("m <= tau", le(0, tau - m), combine(times("reached"), times("reached <= tau")))
    d.conclude("above", le(after, top), SignCases(side, outside, inside))
    d.witness({"s": 1, "m": "1/2", "tau": 4, "edge": 1, "reached": 1, "w": 1, "top": 2, "side": 1})
