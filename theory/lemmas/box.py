"""What keeps the weights of any device inside: the two certificates of the linear device, for any responses.

Source: docs/theory.md#saturation-certified.
"""

from sympy import Expr, Rational

from theory.kernel import ELEMENT as EACH
from theory.kernel import Contradiction, Draft, SignCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.device import edge, m, minus, plus, reached, s, side, tau, top, w
from theory.lemmas.response import chosen

C, right, q0, q_top = symbols("C right q_near q_top")


def update(sign: Expr = s) -> Expr:
    """Return the weight after an increment of this sign and the size m."""
    return w + sign * m * chosen(sign)


def _increment(d: Draft) -> None:
    d.local(EACH, s, m, w, plus, minus)
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")
    d.given("q_plus >= 0", le(0, plus), "domain")
    d.given("q_minus >= 0", le(0, minus), "domain")


@lemma("device.box_general", "The box of any device is never left")
def box_of_any_device_is_never_left(d: Draft) -> None:
    """If 0 <= q_plus <= C (1 - w/tau) and 0 <= q_minus <= C (1 + w/tau) then abs(U(w, D)) <= tau.

    For abs(w) <= tau and C abs(D) <= tau: C is how steeply a response rises from the bound where it ends.
    """
    _increment(d)
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("C m <= tau", le(C * m, tau), "domain")
    d.given("w <= tau", le(w, tau), "domain")
    d.given("-tau <= w", le(-tau, w), "domain")
    d.given("q_plus is steep", le(plus, C * (1 - w / tau)), "domain")
    d.given("q_minus is steep", le(minus, C * (1 + w / tau)), "domain")
    towards = times("q_plus is steep", m), times("C m <= tau", 1 - w / tau)
    d.have("above the bottom", le(0, 1 + w / tau), combine(times("-tau <= w", 1 / tau)))
    d.have("below the top", le(0, 1 - w / tau), combine(times("w <= tau", 1 / tau)))
    away = times("w <= tau"), times("q_minus >= 0", m)
    d.conclude("above", le(update(), tau), SignCases(s, combine(*towards), combine(*away)))
    towards = times("q_minus is steep", m), times("C m <= tau", 1 + w / tau)
    away = times("-tau <= w"), times("q_plus >= 0", m)
    d.conclude("below", le(-tau, update()), SignCases(s, combine(*away), combine(*towards)))
    d.witness(s=1, m=1, tau=2, w="1/2", C=1, q_plus="3/4", q_minus="5/4")


@lemma("device.inward_general", "Inward directions certify the range of weights of any device")
def inward_directions_keep_the_weight_of_any_device_inside(d: Draft) -> None:
    """If the direction has the sign of w wherever w >= edge, no step of any device leads above a certified top.

    Directions ask for steps of at most `reached`; q_plus is at most q_near for 0 <= w <= edge and q_top everywhere up
    to top, which is at least edge + reached q_near and reached q_top. Then w <= top stays so. `side` is 1 where
    w >= edge and -1 elsewhere, `right` 1 where w >= 0 and -1 elsewhere. The lower bound is the same statement for -w,
    -g and the responses exchanged.
    """
    _increment(d)
    d.local(EACH, side, right)
    d.given("edge >= 0", le(0, edge), "domain")
    d.given("reached", le(m, reached), "domain")
    d.given("w <= top", le(w, top), "domain")
    d.given("q_near >= 0", le(0, q0), "domain")
    d.given("q_plus <= q_top", le(plus, q_top), "domain")
    d.given("near the edge", le(edge + reached * q0, top), "domain")
    d.given("from below 0", le(reached * q_top, top), "domain")
    d.given("side^2", eq(side**2, 1), "domain")
    d.given("outside", le(0, (1 + side) * (w - edge)), "domain")
    d.given("inside", le((1 - side) * (w - edge), 0), "domain")
    d.given("right^2", eq(right**2, 1), "domain")
    d.given("to the right", le(0, (1 + right) * w), "domain")
    d.given("to the left", le((1 - right) * w, 0), "domain")
    d.given("q_plus <= q_near", le(0, (1 + right) * (1 - side) * (q0 - plus)), "domain")
    d.given("inward", le(0, (1 + side) * s), "domain")
    d.have("q_top >= 0", le(0, q_top), combine(times("q_plus >= 0"), times("q_plus <= q_top")))
    d.have("reached >= 0", le(0, reached), combine(times("m >= 0"), times("reached")))
    outward = Contradiction(combine(times("inward"), square(1, 2)))
    down = times("w <= top"), times("q_minus >= 0", m)
    half = Rational(1, 2)
    from_right = times("inside", half), times("q_plus <= q_near", m / 4), times("reached", q0), times("near the edge")
    from_left = times("to the left", half), times("q_plus <= q_top", m), times("reached", q_top), times("from below 0")
    d.conclude(
        "above",
        le(update(-s), top),
        SignCases(
            s,
            combine(*down),
            SignCases(side, outward, SignCases(right, combine(*from_right), combine(*from_left))),
        ),
    )
    d.witness({"s": 1, "m": "1/2", "edge": 1, "reached": 1, "w": 1, "top": 3, "side": 1, "right": 1, "q_plus": "1/2",
               "q_minus": "3/2", "q_near": 1, "q_top": 2})  # fmt: skip
