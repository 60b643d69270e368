"""Devices whose response depends on the size of the increment: trains of pulses, and hard bounds that cut a step off.

Both have a distortion where increments are at most some size. Source: docs/theory.md#responses.
"""

from sympy import Expr, Rational

from theory.kernel import Cite, Draft, SignCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.lemmas.device import gain, m, minus, plus, reached, s, side, tau, w
from theory.lemmas.families import SHARE, Family, h, inside, weights
from theory.lemmas.response import after, chosen, distortion, gamma, mean, sigma, together

phi, least, decay, fading = symbols("phi phi_Y decay e_Y")
faded = (1 - least) / (1 + least)
"""e_Y as what it is defined to be."""


def _increment(d: Draft) -> None:
    d.given("s^2", eq(s**2, 1), "domain")
    d.given("m >= 0", le(0, m), "domain")


def _distorted(d: Draft) -> None:
    """Conclude abs(U - w - gain D) <= gamma gain abs(D) from what is known of the responses."""
    off, stands = after - w - mean() * s * m, {gain: mean(), gamma: distortion()}
    d.conclude("above", le(off, distortion() * mean() * m), Cite("response.distortion", "above", stands))
    d.conclude("below", le(-distortion() * mean() * m, off), Cite("response.distortion", "below", stands))


def _is_the_law(d: Draft, up: Expr, down: Expr) -> None:
    """Show that a train moves the weight as the responses `up` and `down` do."""
    d.conclude(
        "law",
        eq(after, w + s * m * chosen(s, up, down)),
        SignCases(
            s,
            combine(times("after :=", 1), times("phi", -(1 - SHARE))),
            combine(times("after :=", 1), times("phi", 1 + SHARE)),
        ),
    )


def _fades(d: Draft) -> None:
    """Show that 0 <= e_Y < 1."""
    d.have("phi_Y <= 1", le(least, 1), combine(times("phi_Y <= phi"), times("phi <= 1")))
    d.have("e_Y >= 0", le(0, fading), combine(times("e_Y :=", -1), times("phi_Y <= 1", 1 / (1 + least))))
    d.have("e_Y < 1", lt(fading, 1), combine(times("e_Y :=", 1), square(1, 2 * least / (1 + least))))
    d.have("e_Y^2 < 1", lt(0, 1 - fading**2), combine(times("e_Y < 1", 1 + fading)))


@lemma("device.pulse_train", "A train of small pulses")
def pulse_train_adds_what_its_longest_increment_fades(d: Draft) -> None:
    """U(w, D) = s tau - (s tau - w) e^(-y), y = abs(D)/tau <= Y, is the linear device with responses times phi.

    phi = (1 - e^-y)/y lies between phi_Y = (1 - e^-Y)/Y and 1, which is how exponentials enter; decay = e^-y. With
    e_Y = (1 - phi_Y)/(1 + phi_Y): gamma = (h + e_Y)/(1 + h e_Y), gain ((1 + h) + (1 - h) phi_Y)/2.
    """
    _increment(d)
    weights(d)
    d.given("phi_Y > 0", lt(0, least), "domain")
    d.given("phi_Y <= phi", le(least, phi), "domain")
    d.given("phi <= 1", le(phi, 1), "domain")
    d.given("phi", eq(phi * m, tau * (1 - decay)), "domain")
    d.define(after, s * tau - (s * tau - w) * decay)
    d.define(fading, faded)
    up, down = (1 - SHARE) * phi, (1 + SHARE) * phi
    family = Family(d, up, down, (1 - h) * least, 1 + h)
    inside(d)
    _fades(d)
    d.have("phi > 0", lt(0, phi), combine(times("phi_Y > 0"), times("phi_Y <= phi")))
    family.positive(
        q_plus=combine(times("1 - w/tau > 0", phi)),
        q_minus=combine(times("1 + w/tau > 0", phi)),
        qmin=combine(times("h < 1", least)),
        qmax=combine(times("h >= 0"), square(1)),
    )
    family.ranges(
        (times("phi_Y <= phi", 1 - SHARE), times("upper", least / tau)),
        (times("phi <= 1", 1 - SHARE), times("lower", 1 / tau)),
        (times("phi_Y <= phi", 1 + SHARE), times("lower", least / tau)),
        (times("phi <= 1", 1 + SHARE), times("upper", 1 / tau)),
    )
    family.gain((1 + h + (1 - h) * least) / 2)
    gamma, inline = together(h, fading), together(h, faded)
    change = (1 - h**2) / ((1 + h * fading) * (1 + h * faded))
    d.have("h and faded", lt(0, 1 + h * faded), combine(square(1), times("phi_Y <= 1", h / (1 + least))))
    below = combine(square(1, (1 - h**2) * (1 - fading**2) / (1 + h * fading) ** 2))
    family.gamma(gamma, below, times("e_Y :=", -change))
    share = (1 - h**2) * 4 * least / ((1 + least) * (1 + h * faded)) ** 2
    d.have("faded^2 < 1", lt(0, 1 - inline**2), combine(square(1, share)))
    scale = sigma**2 * (gamma + inline) / ((1 - gamma**2) * (1 - inline**2))
    family.floor(gamma, times("e_Y :=", -change * scale))
    family.local(SHARE)
    _is_the_law(d, up, down)
    law = eq(after, w + s * m * chosen(s, plus, minus))
    moved = s * m * (1 + s) / 2, s * m * (1 - s) / 2
    d.have("with responses", law, combine(times("law"), times("q_plus :=", -moved[0]), times("q_minus :=", -moved[1])))
    _distorted(d)
    d.witness({"s": 1, "m": 1, "tau": 2, "h": "1/2", "w": "1/2", "phi_Y": "1/2", "phi": 1, "decay": "1/2", "sigma": 1})


@lemma("response.constant_step", "Constant steps between hard bounds")
def constant_step_is_distorted_only_by_its_bounds(d: Draft) -> None:
    """U(w, D) = w + D, cut off at -tau and tau, has gamma = (1 - phi_Y)/(1 + phi_Y) and gain (1 + phi_Y)/2.

    A step is between phi_Y abs(D) and abs(D) long. For abs(w) <= h tau and abs(D) <= reached, with any phi_Y <= 1 such
    that phi_Y reached <= (1 - h) tau. Where no step can reach a bound phi_Y = 1: gamma = 0 and the gain is 1. side is 1
    if the step is not cut off, else -1.
    """
    _increment(d)
    weights(d)
    d.given("phi_Y > 0", lt(0, least), "domain")
    d.given("phi_Y <= 1", le(least, 1), "domain")
    d.given("reached", le(m, reached), "domain")
    d.given("phi_Y reached", le(least * reached, (1 - h) * tau), "domain")
    d.given("side^2", eq(side**2, 1), "domain")
    d.given("whole", le(0, (1 + side) * (tau - s * w - m)), "domain")
    d.given("cut off", le(0, (1 - side) * (s * w + m - tau)), "domain")
    d.define(after, (1 + side) / 2 * (w + s * m) + (1 - side) / 2 * s * tau)
    family = Family(d, plus, minus, least, Rational(1))
    d.have("edge", le(s * w, h * tau), SignCases(s, combine(times("upper")), combine(times("lower"))))
    law, half = times("after :=", s), Rational(1, 2)
    back = times("after :=", -s)
    longest = times("edge"), times("phi_Y reached"), times("reached", least)
    d.conclude(
        "at most",
        le(s * (after - w), m),
        SignCases(side, combine(law, times("s^2", m)), combine(law, times("s^2", tau), times("cut off", half))),
    )
    d.conclude(
        "at least",
        le(least * m, s * (after - w)),
        SignCases(
            side,
            combine(back, times("s^2", -m), times("phi_Y <= 1", m)),
            combine(back, times("s^2", -tau), *longest),
        ),
    )
    family.positive(qmin=combine(times("phi_Y > 0")), qmax=combine(square(1)))
    gamma = (1 - least) / (1 + least)
    family.closed_forms((1 + least) / 2, gamma, combine(square(1, 4 * least / (1 + least) ** 2)))
    off, room = after - w - mean() * s * m, distortion() * mean() * m
    most = combine(times("at most"), times("qmax :=", -m))
    fewest = combine(times("at least"), times("qmin :=", m))
    d.conclude("above", le(off, room), SignCases(s, most, fewest))
    d.conclude("below", le(-room, off), SignCases(s, fewest, most))
    d.witness({"s": 1, "m": 1, "tau": 2, "h": "1/2", "w": 1, "phi_Y": "1/2", "reached": 2, "side": 1, "sigma": 1})
