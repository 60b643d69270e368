"""Where the weights of an asymmetric linear device should be centred: at its symmetric point, or before it.

q_plus = up (1 - w/tau), q_minus = down (1 + w/tau) with up > down; the mirror image is the same with -w. The weights
that are met are w = centre + v, abs(v) <= h tau. dl = (up - down)/(up + down); the symmetric point is w_0 = dl tau.
Source: docs/theory.md#responses.
"""

import sympy
from sympy import Expr, Symbol

from theory.kernel import Draft, OrderCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.kernel.proof import Combination, Times
from theory.kernel.relations import Relation
from theory.lemmas.device import minus, plus, tau
from theory.lemmas.families import HALF_SUM, dl, h, slope_down, slope_up
from theory.lemmas.response import distortion, floor_of_responses, mean, qmax, qmin, sigma, together

v, X, centre, common, w0 = symbols("v X centre Q w_0")
"""A weight from the centre, a weight over tau, a centre over tau, the response at the symmetric point, that point."""
DL = (slope_up - slope_down) / (slope_up + slope_down)


def by_definition(relation: Relation, *definitions: tuple[Symbol, Expr]) -> Combination:
    """Return the certificate of an equation that turns into an identity when defined symbols are put in, in turn."""
    slack, terms = relation.slack, list[Times]()
    for symbol, value in definitions:
        after = slack.xreplace({symbol: value})
        terms.append(times(f"{symbol.name} :=", sympy.factor((slack - after) / (value - symbol))))
        slack = after
    return combine(*terms)


def device(d: Draft) -> None:
    """Introduce the device, up > down, and half the width h of the range of weights, over tau."""
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("up > 0", lt(0, slope_up), "domain")
    d.given("down > 0", lt(0, slope_down), "domain")
    d.given("down < up", lt(slope_down, slope_up), "domain")
    d.given("h >= 0", le(0, h), "domain")
    d.given("upper", le(v, h * tau), "domain")
    d.given("lower", le(-h * tau, v), "domain")
    d.define(dl, DL)


def shift(d: Draft) -> None:
    """Show that 0 < dl < 1."""
    d.have("dl > 0", lt(0, dl), combine(times("dl :=", -1), times("down < up", 1 / (2 * HALF_SUM))))
    d.have("dl < 1", lt(dl, 1), combine(times("dl :=", 1), square(1, slope_down / HALF_SUM)))
    d.have("dl^2 < 1", lt(0, 1 - dl**2), combine(times("dl < 1", 1 + dl)))


def _about(d: Draft) -> None:
    """Conclude what the device is about its symmetric point, its extremes there, and their distortion."""
    given = (w0, dl * tau), (dl, DL), (common, 2 * slope_up * slope_down / (slope_up + slope_down))
    up, down = slope_up * (1 - (w0 + v) / tau), slope_down * (1 + (w0 + v) / tau)
    d.have("tau > w_0", lt(0, tau - w0), combine(times("dl < 1", tau), times("w_0 :=", 1)))
    d.have("-w_0 < tau", lt(0, tau + w0), combine(square(1, tau), times("dl > 0", tau), times("w_0 :=", -1)))
    d.have("Q > 0", lt(0, common), combine(times("Q :=", -1), square(1, slope_up * slope_down / HALF_SUM)))
    for name, symbol, value, form in (
        ("q_plus", plus, up, common * (1 - v / (tau - w0))),
        ("q_minus", minus, down, common * (1 + v / (tau + w0))),
    ):
        stated = eq(symbol, form)
        d.conclude(f"{name} about w_0", stated, by_definition(stated, (symbol, value), *given))
    stated = eq(slope_up * (1 - w0 / tau), slope_down * (1 + w0 / tau))
    d.conclude("equal at w_0", stated, by_definition(stated, *given[:2]))
    d.have("plus", eq(plus, common * (1 - v / (tau * (1 - dl)))), _at_w0(plus, common * (1 - v / (tau - w0)), -1))
    d.have("minus", eq(minus, common * (1 + v / (tau * (1 + dl)))), _at_w0(minus, common * (1 + v / (tau + w0)), 1))
    least, most = common * (1 - h / (1 - dl)), common * (1 + h / (1 - dl))
    near, far = common / (tau * (1 - dl)), common / (tau * (1 + dl))
    wider = times("h >= 0", common * 2 * dl / (1 - dl**2))
    d.conclude("q_plus at least", le(least, plus), combine(times("plus", -1), times("upper", near)))
    d.conclude("q_plus at most", le(plus, most), combine(times("plus", 1), times("lower", near)))
    d.conclude("q_minus at least", le(least, minus), combine(times("minus", -1), times("lower", far), wider))
    d.conclude("q_minus at most", le(minus, most), combine(times("minus", 1), times("upper", far), wider))
    d.conclude("positive", lt(0, least), combine(times("h + dl < 1", common / (1 - dl))))
    d.have("most > 0", lt(0, most), combine(times("Q > 0"), times("h >= 0", common / (1 - dl))))
    d.conclude("gain", eq(mean(least, most), common), combine())
    d.conclude("gamma", eq(distortion(least, most), h / (1 - dl)), combine())


def _at_w0(symbol: Symbol, form: Expr, sign: int) -> Combination:
    """Return why a response about w_0 is the same with w_0 = dl tau put in."""
    name = "q_plus" if sign < 0 else "q_minus"
    stated = eq(symbol, form.xreplace({w0: dl * tau}))
    change = sympy.factor((stated.rhs - form) / (dl * tau - w0))
    return combine(times(f"{name} about w_0", 1), times("w_0 :=", change))


def _compared(d: Draft) -> None:
    """Conclude when gamma is smaller about the symmetric point: on a range, and at one weight."""
    d.have("1 + h dl > 0", lt(0, 1 + h * dl), combine(square(1), times("h >= 0", dl)))
    gap = dl * (1 - h - h**2 - dl) / ((1 + h * dl) * (1 - dl))
    d.conclude("range", eq(together(h, dl) - h / (1 - dl), gap), combine())
    crosswise = (dl - X) * (1 - dl * (dl + X)) + X * (1 - X * dl)
    d.conclude("one weight", eq(crosswise, dl * (1 - dl**2)), combine())


def _floors(d: Draft) -> None:
    """Conclude the floor at every weight X tau; 0 at X = dl."""
    d.have("1 - X^2 > 0", lt(0, 1 - X**2), combine(times("X < 1", (1 + X) ** 2 / 2), times("-1 < X", (1 - X) ** 2 / 2)))
    d.have("1 - X > 0", lt(0, 1 - X), combine(times("X < 1")))
    d.have("1 + X > 0", lt(0, 1 + X), combine(times("-1 < X")))
    form = sigma**2 * (X - dl) ** 2 / ((1 - X**2) * (1 - dl**2))
    stated = eq(floor_of_responses(slope_up * (1 - X), slope_down * (1 + X)), form)
    d.have("DL^2 < 1", lt(0, 1 - DL**2), combine(square(1, slope_up * slope_down / HALF_SUM**2)))
    d.conclude("floor", stated, by_definition(stated, (dl, DL)))
    stated = eq(floor_of_responses(slope_up, slope_down), sigma**2 * dl**2 / (1 - dl**2))
    d.conclude("floor at 0", stated, by_definition(stated, (dl, DL)))


@lemma("response.recentre", "Centred at the symmetric point")
def recentring_helps_if_half_width_and_shift_are_small(d: Draft) -> None:
    """About w_0 = dl tau the responses are Q (1 - v/(tau - w_0)), Q (1 + v/(tau + w_0)): gain Q, gamma = h/(1 - dl).

    Q = 2 up down/(up + down), and h + dl < 1. As it is, about 0, the device has gamma = (h + dl)/(1 + h dl): what this
    is larger by has the sign of 1 - h - h^2 - dl. The floor at a weight X tau is zero at w_0, and at 0 it is
    sigma^2 dl^2/(1 - dl^2). At a weight X tau from the centre gamma_loc is X/(1 - dl (dl + X)) about w_0 and
    (X - dl)/(1 - X dl) about 0: re-centring helps for all X < 0, for no X >= dl, and between for small X, by the
    identity of the products crosswise.
    """
    device(d)
    d.given("h + dl < 1", lt(h + dl, 1), "domain")
    d.given("X < 1", lt(X, 1), "domain")
    d.given("-1 < X", lt(-1, X), "domain")
    d.define(w0, dl * tau)
    d.define(common, 2 * slope_up * slope_down / (slope_up + slope_down))
    d.define(plus, slope_up * (1 - (w0 + v) / tau))
    d.define(minus, slope_down * (1 + (w0 + v) / tau))
    shift(d)
    _about(d)
    _compared(d)
    _floors(d)
    d.witness({"tau": 2, "up": 3, "down": 1, "h": "1/4", "v": "1/4", "X": "1/4", "sigma": 1})


best = symbols("c")[0]
BEST = dl * (1 - h)
GAMMA = h / (1 - BEST)


def _at_the_best(d: Draft) -> None:
    """Conclude the extremes about the best centre, their distortion, and that it is smaller than at two others."""
    least, most = slope_up * (1 - best - h), slope_up * (1 - best + h)
    balance = eq(slope_up * (1 - dl), slope_down * (1 + dl))
    d.have("balance", balance, by_definition(balance, (dl, DL)))
    stated = eq(least, slope_down * (1 + best - h))
    d.conclude("ends meet", stated, by_definition(stated, (best, BEST), (dl, DL)))
    stated = eq(most - slope_down * (1 + best + h), 4 * HALF_SUM * dl * h)
    d.have("larger end", stated, by_definition(stated, (best, BEST), (dl, DL)))
    up, down = slope_up / tau, slope_down / tau
    d.conclude("q_plus at least", le(least, plus), combine(times("q_plus :=", -1), times("upper", up)))
    d.conclude("q_plus at most", le(plus, most), combine(times("q_plus :=", 1), times("lower", up)))
    d.conclude(
        "q_minus at least",
        le(least, minus),
        combine(times("q_minus :=", -1), times("ends meet", 1), times("lower", down)),
    )
    d.conclude(
        "q_minus at most",
        le(minus, most),
        combine(
            times("q_minus :=", 1),
            times("larger end", -1),
            times("upper", down),
            times("h >= 0", 4 * HALF_SUM * dl),
        ),
    )
    d.have("room", lt(0, 1 - BEST), combine(times("dl < 1", 1 - h), times("h >= 0")))
    d.have("1 - c > 0", lt(0, 1 - best), combine(times("room"), times("c :=", 1)))
    d.have("whole", lt(0, least + most), combine(times("1 - c > 0", 2 * slope_up)))
    stated = eq(distortion(least, most), GAMMA)
    d.conclude("gamma", stated, by_definition(stated, (best, BEST)))
    d.have("1 + h dl > 0", lt(0, 1 + h * dl), combine(square(1), times("h >= 0", dl)))
    gap = dl * (1 - h) * (1 - dl) / ((1 + h * dl) * (1 - BEST))
    d.conclude("smaller than about 0", eq(together(h, dl) - GAMMA, gap), combine())
    gap = h**2 * dl / ((1 - dl) * (1 - BEST))
    d.conclude("smaller than about w_0", eq(h / (1 - dl) - GAMMA, gap), combine())


def _best_of_all(d: Draft) -> None:
    """Conclude that qmax/qmin rises as the centre moves either way."""
    room = 1 - BEST
    d.have("narrow", lt(0, room - h), combine(times("dl < 1", 1 - h)))
    d.have("wide", lt(0, room + h), combine(times("room"), times("h >= 0")))
    near, far = (room - h) / room, (room + h) / room
    outer = times("qmax, q_plus", near)
    d.conclude(
        "best",
        le(GAMMA * (qmax + qmin), qmax - qmin),
        OrderCases(
            centre,
            BEST,
            combine(
                outer,
                times("qmin, q_minus", far),
                times("case", near * slope_up + far * slope_down),
                times("balance", -far * (1 - h)),
            ),
            combine(outer, times("qmin, q_plus", far), times("case", 2 * h * slope_up / room)),
        ),
    )


@lemma("response.best_centre", "The best centre")
def best_centre_lies_before_the_symmetric_point(d: Draft) -> None:
    """The best centre for the half-width h tau is dl (1 - h) tau, where gamma = h/(1 - dl (1 - h)).

    There q_plus at the upper end equals q_minus at the lower one. gamma is smaller than about 0, where it is
    (h + dl)/(1 + h dl), and than about the symmetric point, where it is h/(1 - dl); and about any centre the extremes
    qmin, qmax have no smaller one: (qmax - qmin)/(qmax + qmin) >= gamma.
    """
    device(d)
    d.given("h < 1", lt(h, 1), "domain")
    d.given("qmin, q_plus", le(qmin, slope_up * (1 - centre - h)), "domain")
    d.given("qmin, q_minus", le(qmin, slope_down * (1 + centre - h)), "domain")
    d.given("qmax, q_plus", le(slope_up * (1 - centre + h), qmax), "domain")
    d.define(best, BEST)
    d.define(plus, slope_up * (1 - best - v / tau))
    d.define(minus, slope_down * (1 + best + v / tau))
    shift(d)
    _at_the_best(d)
    _best_of_all(d)
    d.witness({"tau": 2, "up": 3, "down": 1, "h": "1/2", "v": "1/4", "centre": "1/4", "qmin": "3/4", "qmax": 4})
