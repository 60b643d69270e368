"""The families of devices: the extremes of their responses on abs(w) <= h tau, gamma, gain and floor in closed form.

q_plus falls and q_minus rises in w, so both are extreme at the ends. Powers and exponentials enter as numbers with the
order that they obey; that they do is proved in Coq. Source: docs/theory.md#responses.
"""

from sympy import Expr, Rational, Symbol

from theory.kernel import Draft, SignCases, combine, eq, le, lemma, lt, square, symbols, times
from theory.kernel.proof import Combination, Proof, Times
from theory.lemmas.device import minus, plus, tau, w
from theory.lemmas.response import floor, floor_of_responses, mean, qmax, qmin, sigma

h = symbols("h")[0]
"""Half the width of the range of weights over tau."""
SHARE = w / tau
HALF = Rational(1, 2)


def weights(d: Draft) -> None:
    """Introduce a weight with abs(w) <= h tau, h < 1."""
    d.given("tau > 0", lt(0, tau), "domain")
    d.given("h >= 0", le(0, h), "domain")
    d.given("h < 1", lt(h, 1), "domain")
    d.given("upper", le(w, h * tau), "domain")
    d.given("lower", le(-h * tau, w), "domain")


def inside(d: Draft) -> None:
    """Show that the linear responses are positive."""
    d.have("room", lt(0, 1 - h**2), combine(times("h < 1", 1 + h)))
    d.have("1 - w/tau > 0", lt(0, 1 - SHARE), combine(times("upper", 1 / tau), times("h < 1")))
    d.have("1 + w/tau > 0", lt(0, 1 + SHARE), combine(times("lower", 1 / tau), times("h < 1")))


class Family:
    """The responses at a weight and their extremes: each a symbol of the claim and the value that it stands for."""

    def __init__(self, d: Draft, up: Expr, down: Expr, least: Expr, most: Expr) -> None:
        self.d = d
        self.values = {plus: up, minus: down, qmin: least, qmax: most}
        for symbol, value in self.values.items():
            if symbol != value:
                d.define(symbol, value)

    def positive(self, **proofs: Combination) -> None:
        """Show that responses are positive, from a proof for the value of each, by the symbol's name."""
        for symbol in self.values:
            if symbol.name in proofs:
                self.d.have(f"{symbol} is positive", lt(0, self.values[symbol]), proofs[symbol.name])
                known = combine(times(f"{symbol} is positive"), *self._is(symbol, -1))
                self.d.have(f"{symbol} > 0", lt(0, symbol), known)

    def _is(self, symbol: Symbol, weight: object) -> list[Times]:
        return [] if symbol == self.values[symbol] else [times(f"{symbol} :=", weight)]

    def ranges(self, *within: tuple[Times, ...]) -> None:
        """Conclude that q_plus, then q_minus, is at least qmin and at most qmax, from why its value is."""
        low, high = self._is(qmin, 1), self._is(qmax, -1)
        for response, at_least, at_most in ((plus, *within[:2]), (minus, *within[2:])):
            below = combine(*low, *self._is(response, -1), *at_least)
            self.d.conclude(f"{response} at least", le(qmin, response), below)
            above = combine(*high, *self._is(response, 1), *at_most)
            self.d.conclude(f"{response} at most", le(response, qmax), above)

    def _distortion(self, name: str, closed: Expr, one: Symbol, other: Symbol, *more: Times) -> None:
        """Conclude the closed form of (one - other)/(one + other); `more` is for symbols in the closed form."""
        above, below = self.values[one], self.values[other]
        whole = (one + other) * (above + below)
        self.d.conclude(
            name,
            eq((one - other) / (one + other), closed),
            combine(*self._is(one, 2 * below / whole), *self._is(other, -2 * above / whole), *more),
        )

    def local(self, closed: Expr) -> None:
        """Conclude the closed form of gamma_loc = (q_minus - q_plus)/(q_minus + q_plus)."""
        self._distortion("local", closed, minus, plus)

    def gain(self, closed: Expr) -> None:
        """Conclude the closed form of (qmax + qmin)/2."""
        self.d.conclude("gain", eq(mean(), closed), combine(*self._is(qmin, HALF), *self._is(qmax, HALF)))

    def gamma(self, closed: Expr, below: Proof, *more: Times) -> None:
        """Conclude the closed form of gamma; `below` shows that gamma^2 < 1."""
        self._distortion("gamma", closed, qmax, qmin, *more)
        self.d.have("gamma^2 < 1", lt(0, 1 - closed**2), below)

    def floor(self, gamma: Expr, *more: Times) -> None:
        """Conclude the closed form of the floor."""
        least, most = self.values[qmin], self.values[qmax]
        weight = sigma**2 / 4 * (1 / (least * qmin) - 1 / (most * qmax))
        self.d.conclude(
            "floor",
            eq(floor_of_responses(), floor(gamma)),
            combine(*self._is(qmax, weight * least), *self._is(qmin, -weight * most), *more),
        )

    def closed_forms(self, gain: Expr, gamma: Expr, below: Proof) -> None:
        """Conclude the closed forms of gain, gamma and floor; `below` shows that gamma^2 < 1."""
        self.gain(gain)
        self.gamma(gamma, below)
        self.floor(gamma)


@lemma("response.linear", "The linear device")
def linear_device_has_its_saturation_as_distortion(d: Draft) -> None:
    """On abs(w) <= h tau the responses 1 - w/tau and 1 + w/tau have gain 1, gamma = h and gamma_loc = w/tau."""
    weights(d)
    family = Family(d, 1 - SHARE, 1 + SHARE, 1 - h, 1 + h)
    inside(d)
    family.positive(
        q_plus=combine(times("1 - w/tau > 0")),
        q_minus=combine(times("1 + w/tau > 0")),
        qmin=combine(times("h < 1")),
        qmax=combine(times("h >= 0"), square(1)),
    )
    upper, lower = (times("upper", 1 / tau),), (times("lower", 1 / tau),)
    family.ranges(upper, lower, lower, upper)
    family.closed_forms(Rational(1), h, combine(times("room")))
    family.local(SHARE)
    d.witness(tau=2, h="1/2", w="1/2", sigma=1)


P, Q, P_up, Q_up, P_down, Q_down = symbols("P Q P_up Q_up P_down Q_down")


@lemma("response.power", "Responses that are powers of the linear device's")
def power_device_multiplies_the_half_log_ratio(d: Draft) -> None:
    """Of q_plus = (1 - w/tau)^up, q_minus = (1 + w/tau)^down the half log-ratio is max(up, down) artanh h.

    P = (1 + h)^e and Q = (1 - h)^e for e = max(up, down), P_up and Q_up with up in the place of e, P_down and Q_down
    with down. Powers enter by their order, in base and in exponent; (1 + gamma)/(1 - gamma) = P/Q.
    """
    d.given("Q > 0", lt(0, Q), "domain")
    for name, value, low, high in (("up", plus, Q_up, P_up), ("down", minus, Q_down, P_down)):
        d.given(f"Q <= Q_{name}", le(Q, low), "domain")
        d.given(f"Q_{name} <= q", le(low, value), "domain")
        d.given(f"q <= P_{name}", le(value, high), "domain")
        d.given(f"P_{name} <= P", le(high, P), "domain")
    family = Family(d, plus, minus, Q, P)
    low, high = (times("Q <= Q_up"), times("Q_up <= q")), (times("q <= P_up"), times("P_up <= P"))
    large = combine(times("Q > 0"), *low, *high)
    family.positive(qmin=combine(times("Q > 0")), qmax=large)
    d.have("P > 0", lt(0, P), large)
    down = (times("Q <= Q_down"), times("Q_down <= q")), (times("q <= P_down"), times("P_down <= P"))
    family.ranges(low, high, *down)
    whole = P + Q
    family.closed_forms(whole / 2, (P - Q) / whole, combine(square(1, 4 * P * Q / whole**2)))
    d.have("gamma < 1", lt(0, 1 - (P - Q) / whole), combine(square(1, 2 * Q / whole)))
    d.conclude("ratio", eq((1 + (P - Q) / whole) / (1 - (P - Q) / whole), P / Q), combine())
    d.witness({"P": "9/4", "P_up": "3/2", "P_down": "9/4", "Q": "1/4", "Q_up": "1/2", "Q_down": "1/4",
               "q_plus": "1/2", "q_minus": "9/4", "sigma": 1})  # fmt: skip


E, E_h, E_w = symbols("E E_h E_w")


@lemma("response.exponential", "Responses that saturate exponentially")
def exponential_device_in_closed_form(d: Draft) -> None:
    """Of q_plus = (1 - e^(-c (1 - w/tau)))/(1 - e^-c), q_minus mirrored: gamma = sinh(c h)/(e^c - cosh(c h)).

    E = e^c, E_h = e^(c h), E_w = e^(c w/tau), so that q_plus = (E - E_w)/(E - 1) and cosh(c h) = (E_h + 1/E_h)/2. The
    gain is (e^c - cosh(c h))/(e^c - 1). Exponentials enter by their order: 1 <= E_h < E and 1/E_h <= E_w <= E_h.
    """
    d.given("E_h >= 1", le(1, E_h), "domain")
    d.given("E_h < E", lt(E_h, E), "domain")
    d.given("E_w > 0", lt(0, E_w), "domain")
    d.given("E_w <= E_h", le(E_w, E_h), "domain")
    d.given("1/E_h <= E_w", le(1, E_w * E_h), "domain")
    d.given("E > 1", lt(1, E), "domain")
    d.given("E_h > 0", lt(0, E_h), "domain")
    scale = 1 / (E - 1)
    family = Family(d, (E - E_w) * scale, (E - 1 / E_w) * scale, (E - E_h) * scale, (E - 1 / E_h) * scale)
    d.have("E > 0", lt(0, E), combine(times("E > 1"), square(1)))
    d.have("E E_h > 1", lt(0, E - 1 / E_h), combine(times("E > 1"), times("E_h >= 1", 1 / E_h)))
    small, inverse = times("E_w <= E_h", scale), times("1/E_h <= E_w", scale / E_h)
    mirrored = times("1/E_h <= E_w", scale / E_w), times("E_w <= E_h", scale / (E_w * E_h))
    d.have("E > E_w", lt(0, E - E_w), combine(times("E_h < E"), times("E_w <= E_h")))
    d.have("E E_w > 1", lt(0, E - 1 / E_w), combine(times("E_h < E"), times("1/E_h <= E_w", 1 / E_w)))
    positive = {"q_plus": "E > E_w", "q_minus": "E E_w > 1", "qmin": "E_h < E", "qmax": "E E_h > 1"}
    family.positive(**{name: combine(times(fact, scale)) for name, fact in positive.items()})
    family.ranges((small,), (inverse,), mirrored[:1], mirrored[1:])
    whole = 2 * E - E_h - 1 / E_h
    d.have("whole > 0", lt(0, whole), combine(times("E_h < E"), times("E E_h > 1")))
    below = combine(square(1, 4 * (E - E_h) * (E - 1 / E_h) / whole**2))
    family.closed_forms(whole * scale / 2, (E_h - 1 / E_h) / whole, below)
    at = 2 * E - E_w - 1 / E_w
    d.have("at > 0", lt(0, at), combine(times("E > E_w"), times("E E_w > 1")))
    family.local((E_w - 1 / E_w) / at)
    d.witness(E=4, E_h=2, E_w=1, sigma=1)


slope_up, slope_down, side, dl = symbols("up down side dl")
HALF_SUM = (slope_up + slope_down) / 2


def slopes(d: Draft) -> None:
    """Introduce the slopes of an asymmetric linear device, dl = abs(up - down)/(up + down); side = sign(up - down)."""
    d.given("up > 0", lt(0, slope_up), "domain")
    d.given("down > 0", lt(0, slope_down), "domain")
    d.given("side^2", eq(side**2, 1), "domain")
    d.given("side", le(0, side * (slope_up - slope_down)), "domain")
    d.define(dl, side * (slope_up - slope_down) / (slope_up + slope_down))


def _slopes_are(d: Draft) -> None:
    """Show that up and down are (up + down)/2 times 1 + side dl and 1 - side dl, and that 0 <= dl < 1."""
    half = (slope_up - slope_down) / 2
    d.have("dl >= 0", le(0, dl), combine(times("side", 1 / (2 * HALF_SUM)), times("dl :=", -1)))
    shares = (square(1, slope / HALF_SUM) for slope in (slope_down, slope_up))
    d.have("dl < 1", lt(dl, 1), SignCases(side, *(combine(times("dl :=", 1), share) for share in shares)))
    d.have("dl^2 < 1", lt(0, 1 - dl**2), combine(times("dl < 1", 1 + dl)))
    back = times("dl :=", -side * HALF_SUM), times("side^2", -half)
    d.have("up is", eq(slope_up, HALF_SUM * (1 + side * dl)), combine(*back))
    forth = times("dl :=", side * HALF_SUM), times("side^2", half)
    d.have("down is", eq(slope_down, HALF_SUM * (1 - side * dl)), combine(*forth))


def _between(d: Draft, slope: Expr, response: Expr, name: str, ends: tuple[str, str], sign: int) -> None:
    """Show that slope (1 -+ w/tau) lies between the extremes; `sign` is that of side where slope is the larger one."""
    low, high = HALF_SUM * (1 - dl) * (1 - h), HALF_SUM * (1 + dl) * (1 + h)
    inner, outer = times(ends[0], slope / tau), times(ends[1], slope / tau)
    least = inner, times(f"{name} is", h - 1)
    most = outer, times(f"{name} is", 1 + h)
    more_least, more_most = times("dl >= 0", 2 * HALF_SUM * (1 - h)), times("dl >= 0", 2 * HALF_SUM * (1 + h))
    at_least = combine(*least, more_least), combine(*least)
    at_most = combine(*most), combine(*most, more_most)
    d.have(f"{name} low", le(low, response), SignCases(side, *at_least[::sign]))
    d.have(f"{name} high", le(response, high), SignCases(side, *at_most[::sign]))


def _at_the_end(d: Draft, low: Expr) -> None:
    """Conclude that at w = -side h tau the responses have the sum and the product of qmin and qmax."""
    up, down = slope_up * (1 + side * h), slope_down * (1 - side * h)
    d.conclude(
        "sum at the end",
        eq(up + down, qmin + qmax),
        combine(
            times("qmin :=", -1),
            times("qmax :=", -1),
            times("up is", 1 + side * h),
            times("down is", 1 - side * h),
            times("side^2", 2 * HALF_SUM * h * dl),
        ),
    )
    room = 1 - side**2 * h**2
    d.conclude(
        "product at the end",
        eq(up * down, qmin * qmax),
        combine(
            times("qmin :=", -qmax),
            times("qmax :=", -low),
            times("up is", room * slope_down),
            times("down is", room * HALF_SUM * (1 + side * dl)),
            times("side^2", HALF_SUM**2 * (dl**2 * h**2 * (1 + side**2) - dl**2 - h**2)),
        ),
    )


@lemma("response.shifted_linear", "Slopes that differ add their own half log-ratio")
def unequal_slopes_add_to_the_saturation(d: Draft) -> None:
    """Of q_plus = up (1 - w/tau) and q_minus = down (1 + w/tau) gamma = (h + dl)/(1 + h dl).

    dl = abs(up - down)/(up + down), and side is the sign of up - down. At w = -side h tau the responses are qmin and
    qmax: their sum and their product are.
    """
    weights(d)
    slopes(d)
    low, high = HALF_SUM * (1 - dl) * (1 - h), HALF_SUM * (1 + dl) * (1 + h)
    up, down = slope_up * (1 - SHARE), slope_down * (1 + SHARE)
    family = Family(d, up, down, low, high)
    inside(d)
    _slopes_are(d)
    _between(d, slope_up, up, "up", ("upper", "lower"), 1)
    _between(d, slope_down, down, "down", ("lower", "upper"), -1)
    family.positive(
        q_plus=combine(times("1 - w/tau > 0", slope_up)),
        q_minus=combine(times("1 + w/tau > 0", slope_down)),
        qmin=combine(times("dl < 1", HALF_SUM * (1 - h))),
        qmax=combine(times("dl >= 0", HALF_SUM * (1 + h)), square(1, HALF_SUM * (1 + h))),
    )
    family.ranges(*((times(f"{name} {end}"),) for name in ("up", "down") for end in ("low", "high")))
    below = combine(square(1, (1 - h**2) * (1 - dl**2) / (1 + h * dl) ** 2))
    family.closed_forms(HALF_SUM * (1 + h * dl), (h + dl) / (1 + h * dl), below)
    difference = (slope_up - slope_down) / (2 * HALF_SUM)
    towards = times("1 - w/tau > 0", slope_up / (2 * HALF_SUM)), times("1 + w/tau > 0", slope_down / (2 * HALF_SUM))
    d.have("local > 0", lt(0, 1 - SHARE * difference), combine(*towards))
    family.local((SHARE - difference) / (1 - SHARE * difference))
    _at_the_end(d, low)
    d.witness({"tau": 2, "h": "1/2", "w": "1/2", "sigma": 1, "up": 3, "down": 1, "side": 1})
