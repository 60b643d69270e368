"""One update of one analog element: what any device makes of an increment, and the closed form of the linear one.

An increment D has sign s and size m = |D|, so D = s m with s^2 = 1; likewise a direction g. The assumption `response`
is |U(w, D) - w - gain D| <= rho gain |D|: of any device by response.distortion, of the linear one by device.drift.
Source: docs/theory.md#devices.
"""

from sympy import Expr, Symbol

from theory.kernel import ELEMENT as EACH
from theory.kernel import Contradiction, Draft, SignCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.setting.assumptions import RESPONSE, SATURATION
from theory.setting.symbols import symbol

alpha, rho, tau, gain = (symbol(name) for name in ("alpha", "rho", "tau", "gain"))
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


def element(d: Draft, *, positive: bool = True) -> None:
    """Introduce one element of any device: a direction g of sign s and size m, its step T, and its drift e.

    T is within rho gain |D| of gain D, where D = -alpha g is the increment asked for; e is what T = -alpha gain (g + e)
    leaves for it. With `positive`, alpha > 0 and gain > 0 are premises here.
    """
    _sign(d)
    d.local(EACH, T)
    if positive:
        d.given("alpha > 0", lt(0, alpha), "domain")
        d.given("gain > 0", lt(0, gain), "domain")
    d.given("rho >= 0", le(0, rho), "domain")
    rest, most = T - gain * -alpha * s * m, rho * gain * alpha * m
    d.given("response above", le(rest, most), RESPONSE)
    d.given("response below", le(-most, rest), RESPONSE)
    d.define(g, s * m)
    d.define(e, -T / (alpha * gain) - g)


def _size(d: Draft) -> None:
    d.have("size", eq(m**2, g**2), combine(times("g :=", -g - s * m), times("s^2", -(m**2))))


def _bounded(d: Draft) -> None:
    """Conclude -rho m <= e <= rho m."""
    step = 1 / (alpha * gain)
    d.conclude("above", le(e, rho * m), combine(times("response below", step), times("e :="), times("g :=", -1)))
    d.conclude("below", le(-rho * m, e), combine(times("response above", step), times("e :=", -1), times("g :=")))


ELEMENT = {"s": 1, "m": 1, "alpha": 1, "gain": 2, "rho": "1/2", "T": "-5/2"}
"""An element: the witness of the claims about one."""


@lemma("response.drift", "The drift is at most rho times the direction", assumes=[RESPONSE])
def drift_is_at_most_rho_times_the_direction(d: Draft) -> None:
    """Elementwise abs(e) <= rho abs(g) for the drift e of the step T = -alpha gain (g + e) of any device."""
    element(d)
    _size(d)
    _bounded(d)
    d.have("room", le(0, rho * m - e), combine(times("above")))
    d.conclude("squares", le(e**2, rho**2 * g**2), combine(times("below", rho * m - e), times("size", rho**2)))
    d.witness(ELEMENT)


@lemma("device.drift", "The linear device distorts by its saturation", assumes=[SATURATION])
def linear_device_distorts_by_its_saturation(d: Draft) -> None:
    """If abs(w) <= rho tau, the linear device has abs(U(w, D) - w - D) <= rho abs(D): `response` with gain 1.

    What is left is -e with e = abs(D) w/tau, so its share of abs(D) at the weight w is abs(w)/tau <= rho.
    """
    _sign(d)
    d.local(EACH, w)
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("rho >= 0", le(0, rho), "domain")
    d.given("upper", le(w, rho * tau), SATURATION)
    d.given("lower", le(-rho * tau, w), SATURATION)
    d.define(g, s * m)
    d.define(e, m * w / tau)
    _size(d)
    d.conclude("above", le(e, rho * m), combine(times("upper", m / tau), times("e :=", 1)))
    d.conclude("below", le(-rho * m, e), combine(times("lower", m / tau), times("e :=", -1)))
    d.have("room", le(0, rho * m - e), combine(times("above")))
    d.conclude("squares", le(e**2, rho**2 * g**2), combine(times("below", rho * m - e), times("size", rho**2)))
    rest = update(m, s) - w - s * m
    d.conclude("response above", le(rest, rho * m), combine(times("lower", m / tau)))
    d.conclude("response below", le(-rho * m, rest), combine(times("upper", m / tau)))
    d.conclude("rest", eq(rest, -e), combine(times("e :=")))
    d.witness({"s": 1, "m": 1, "tau": 2, "rho": "1/2", "w": "1/2"})


@lemma("device.step", "A step is at most 1 + rho directions long", assumes=[RESPONSE])
def step_is_at_most_one_plus_rho_directions(d: Draft) -> None:
    """Elementwise abs(T) <= alpha gain (1 + rho) abs(g) for the step T of any device."""
    element(d)
    _size(d)
    top = alpha * gain * (1 + rho) * m
    twice = 2 * alpha * gain
    d.conclude(
        "above",
        le(T, top),
        SignCases(s, combine(times("response above"), times("m >= 0", twice)), combine(times("response above"))),
    )
    d.conclude(
        "below",
        le(-top, T),
        SignCases(s, combine(times("response below")), combine(times("response below"), times("m >= 0", twice))),
    )
    d.have("room", le(0, top - T), combine(times("above")))
    longest = (alpha * gain * (1 + rho)) ** 2
    d.conclude("squares", le(T**2, longest * g**2), combine(times("below", top - T), times("size", longest)))
    d.witness(ELEMENT)


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
