"""The staleness lemma by Minkowski alone: for short lags, where splitting off the noise gains nothing.

Here v_m is the whole step of stage m (mean direction plus noise), and v that of all stages.
Source: docs/theory.md#delays.
"""

from theory.kernel import STAGE, STEP, Cite, Draft, Induction, combine, le, lemma, lt, norm2, times
from theory.kernel.draft import Local
from theory.kernel.vectors import ZERO
from theory.lemmas import windows
from theory.lemmas.order import where
from theory.lemmas.staleness import (
    ROW,
    ROW_VECTORS,
    STALE,
    STALE_VECTORS,
    SUMS,
    Lambda1,
    P,
    U,
    alpha,
    b,
    b_m,
    b_mk,
    c,
    coherent,
    gain,
    gamma,
    i,
    j,
    members,
    omega,
    pathwise,
    pi,
    v,
)
from theory.setting.assumptions import LAGS, STALENESS


def whole_row(d: Draft) -> None:
    """Introduce a row of S and the sum P of S_mj times distances moved, each a window of whole steps."""
    windows.coherent(d)
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("v_m", le(norm2(windows.v), c**2), "domain")
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("S_mj >= 0", le(0, gain), STALENESS)
    d.given("moved", le(norm2(omega), alpha**2 * norm2(U)), LAGS)
    d.local(i, gain, omega, *COLUMNS)
    d.recursion(i, {gamma: (0, gamma + gain * j * c)}, {"P": (ZERO, P + gain * omega)})


def stale(d: Draft) -> None:
    """Introduce the staleness of the stage at one step, and what it is a member of."""
    pathwise(d)
    members(d)


COLUMNS: tuple[Local, ...] = (j, c, windows.v, U, windows.w)
POINT = {**ROW, **STALE}
POINT_VECTORS = {**ROW_VECTORS, **STALE_VECTORS}


@lemma(
    "stale.whole_partial",
    "Distances moved by whole steps, weighed by a row of S",
    assumes=[LAGS, STALENESS],
)
def weighed_distances_of_whole_steps_are_bounded(d: Draft) -> None:
    """N(sum_j S_mj |moved_j|) <= alpha sum_j S_mj d_j N(v_j + n_j)."""
    whole_row(d)
    d.have("gamma", le(0, gamma), Induction(i, combine(), combine(times("hypothesis"), times("c_m >= 0", gain * j))))
    d.have("window", le(norm2(U), (j * c) ** 2), Cite("window.coherent", "bound"))
    far = alpha * gain * j * c
    d.have(
        "weighed",
        le(norm2(gain * omega), far**2),
        combine(times("moved", gain**2), times("window", (alpha * gain) ** 2)),
    )
    step = Cite("hilbert.minkowski", "bound", where(s=alpha * gamma, t=far), {"u": P, "w": gain * omega})
    d.conclude("bound", le(norm2(P), (alpha * gamma) ** 2), Induction(i, combine(), step))
    d.witness(ROW, ROW_VECTORS)


@lemma(
    "stale.whole_row",
    "The staleness of one stage, noise included",
    assumes=[LAGS, STALENESS],
)
def staleness_of_a_stage_is_bounded_by_whole_steps(d: Draft) -> None:
    """N(b_m) <= alpha sum_j S_mj d_j N(v_j + n_j)."""
    whole_row(d)
    stale(d)
    d.have("partial", le(norm2(P), (alpha * gamma) ** 2), Cite("stale.whole_partial", "bound"))
    d.have("averaged", le(norm2(b_m), norm2(P)), d.average("stale.pathwise:squares", STEP))
    d.conclude("bound", le(norm2(b_m), (alpha * gamma) ** 2), combine(times("averaged"), times("partial")))
    d.witness(POINT, POINT_VECTORS)


@lemma("stale.minkowski", "The staleness lemma for short lags", assumes=[LAGS, STALENESS])
def staleness_is_at_most_whole_steps(d: Draft) -> None:
    """N(b) <= alpha Lambda1 N(v + n), by Minkowski and shift invariance alone."""
    whole_row(d)
    stale(d)
    d.local(STAGE, gain, omega, b_mk, pi)
    d.link(b_m, b, over=STAGE)
    d.link(gamma, coherent, over=STAGE)
    d.given("Lambda1 >= 0", le(0, Lambda1), "domain")
    d.given("Lambda1", le(norm2(coherent), Lambda1**2 * norm2(v)), STALENESS)
    d.have(
        "rows",
        le(norm2(b), alpha**2 * norm2(coherent)),
        d.average("stale.whole_row:bound", STAGE),
    )
    d.conclude(
        "bound", le(norm2(b), (alpha * Lambda1) ** 2 * norm2(v)), combine(times("rows"), times("Lambda1", alpha**2))
    )
    d.witness({**POINT, "Lambda1": 4}, {**POINT_VECTORS, "v": (1,), "b": (0,), "Sdv": SUMS["Sdv"]})
