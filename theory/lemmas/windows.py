"""What a stage accumulates over a window of d steps: coherent motion in proportion to d, noise to sqrt d.

A window sum is built up one delayed copy at a time. Source: docs/theory.md#delays.
"""

from theory.kernel import (
    ZERO,
    Cite,
    Draft,
    Induction,
    Shift,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    norm2,
    symbols,
    times,
)
from theory.lemmas.order import where
from theory.setting.assumptions import LAGS, UNBIASED

c, j = symbols("c_m d_m")
U, v, w = generators("U v_m w")
W, n, z = generators("W n_m z")


def coherent(d: Draft) -> None:
    """Introduce U_j = v delayed by 1 + ... + v delayed by j."""
    d.process("v_m", known=0, differences=None, reason=LAGS)
    d.recursion(j, vectors={"U": (ZERO, U + w)})
    d.delayed("w", of="v_m", lag=j + 1)


@lemma("window.coherent", "A window of j steps is at most j steps long", assumes=[LAGS])
def window_is_at_most_j_steps_long(d: Draft) -> None:
    """N(sum of the last j of v) <= j N(v): Minkowski and shift invariance."""
    coherent(d)
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("v", le(norm2(v), c**2), "domain")
    d.have("shift", le(norm2(w), norm2(v)), Shift("w"))
    d.have("delayed", le(norm2(w), c**2), combine(times("shift"), times("v")))
    step = Cite("hilbert.minkowski", "bound", where(s=j * c, t=c), {"u": U, "w": w})
    d.conclude("bound", le(norm2(U), (j * c) ** 2), Induction(j, combine(), step))
    d.witness({"d_m": 1, "c_m": 1}, {"v_m": (1,)})


def martingale(d: Draft) -> None:
    """Introduce W_j = n delayed by 1 + ... + n delayed by j, for martingale differences n."""
    d.process("n_m", known=0, differences=0, reason=UNBIASED)
    d.process("W", known=-1, differences=-j, reason="definition")
    d.recursion(j, vectors={"W": (ZERO, W + z)})
    d.delayed("z", of="n_m", lag=j + 1)


@lemma(
    "window.martingale",
    "A window of j martingale differences is at most sqrt(j) of them long",
    assumes=[UNBIASED],
)
def martingale_window_adds_in_squares(d: Draft) -> None:
    """N(sum of the last j of n)^2 <= j N(n)^2: differences of different steps are orthogonal."""
    martingale(d)
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("n", le(norm2(n), c**2), "domain")
    d.have("shift", le(norm2(z), norm2(n)), Shift("z"))
    d.have("orthogonal", eq(inner(W, z), 0), Tower("W", "z"))
    step = combine(times("hypothesis"), times("orthogonal", 2), times("shift"), times("n"))
    d.conclude("bound", le(norm2(W), j * c**2), Induction(j, combine(), step))
    d.witness({"d_m": 1, "c_m": 1}, {"n_m": (0,)})
