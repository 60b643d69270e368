"""What is proved of the conjectured Theorem 4: that asynchrony is free in the leading order at the exact floor.

Conjecture: if G(., V; xi) has an H-Lipschitz derivative, the cross term 2 rho R qn of Theorem 2 falls to O(alpha^2).
Proved here: the algebra. The drift e is split into e0, what it would be at the weights before the window, and a rest;
the staleness into its linear martingale part b1 and a rest. If <e0, b1> = 0, only the rests meet, which are O(alpha).

Missing for a theorem:
1. E <e0, b1> = 0, where e0 knows the sample of step k but none of the window: it needs samples that are independent of
   each other given the weights before the window, not only unbiased ones;
2. N(b - b1) of order alpha^2: quadratic in the distance moved, it needs fourth moments of the noise;
3. N(e - e0) of order alpha: it needs the gradient of a single sample to be Lipschitz, not only their mean.

Source: docs/theory.md#challenge.cross_term.
"""

from theory.kernel import Cite, Draft, combine, eq, generators, inner, le, lemma, norm2, symbols, times
from theory.lemmas.order import where

before, rest, b1 = generators("e0 de b1")
far, stale, drift = symbols("moved_drift stale_length drift_length")


@lemma("challenge.cross_term", "The cross term, if the leading parts are orthogonal")
def only_what_moved_within_the_window_meets_the_staleness(d: Draft) -> None:
    """N(e + b1)^2 <= N(e)^2 + B^2 + 2 eps B if <e0, b1> = 0, N(e - e0) <= eps, N(b1) <= B: not (N(e) + B)^2."""
    for symbol in (far, stale):
        d.given(f"{symbol} >= 0", le(0, symbol), "domain")
    d.given("orthogonal", eq(inner(before, b1), 0), "domain")
    d.given("moved", le(norm2(rest), far**2), "domain")
    d.given("stale", le(norm2(b1), stale**2), "domain")
    d.given("drift", le(norm2(before + rest), drift**2), "domain")
    d.have(
        "cross",
        le(inner(rest, b1), far * stale),
        Cite("hilbert.product", "bound", where(s=far, t=stale), {"u": rest, "w": b1}),
    )
    d.conclude(
        "bound",
        le(norm2(before + rest + b1), drift**2 + stale**2 + 2 * far * stale),
        combine(times("drift"), times("stale"), times("cross", 2), times("orthogonal", 2)),
    )
    d.witness(
        {"moved_drift": 1, "stale_length": 1, "drift_length": 2},
        {"e0": (1, 0), "de": (0, 1), "b1": (0, 1)},
    )
