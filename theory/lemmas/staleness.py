"""The staleness lemma: how far forward weights that are d_m updates old take the direction off course.

Stage by stage in the space of random sequences, then summed over the stages in R^M. Source: docs/theory.md#delays.
"""

from sympy import Expr

from theory.kernel import (
    STAGE,
    STEP,
    Cite,
    Draft,
    Induction,
    combine,
    generators,
    le,
    lemma,
    lt,
    norm2,
    norm_square,
    symbols,
    times,
)
from theory.kernel.draft import Local
from theory.kernel.vectors import ZERO
from theory.lemmas import windows
from theory.lemmas.order import where
from theory.setting.assumptions import LAGS, STALENESS, UNBIASED
from theory.setting.symbols import symbol

alpha, Lambda1, Lambdah, nu, sigma, Y = (symbol(n) for n in ("alpha", "Lambda1", "Lambdah", "nu", "sigma", "Y"))
c, j = windows.c, windows.j
s, h, i, gain, gamma, chi, beta, pi = symbols("s_m sqrt_d i S_mj gamma chi beta pi")
U, W, P, omega, b_m, b_mk = generators("U W P omega b_m b_mk")
b, v, n, coherent, noisy = generators("b v n Sdv Shn")


def stage(d: Draft) -> None:
    """Introduce one stage: its lag j, h = sqrt(j), bounds c and s on its v and n, and its two window sums."""
    windows.coherent(d)
    windows.martingale(d)
    d.root(h, j, combine(times("d_m >= 0")))
    d.given("c_m >= 0", le(0, c), "domain")
    d.given("s_m >= 0", le(0, s), "domain")
    d.given("v_m", le(norm2(windows.v), c**2), "domain")
    d.given("n_m", le(norm2(windows.n), s**2), "domain")


ONE_STAGE = {"d_m": 4, "c_m": 1, "s_m": 1}
VECTORS = {"v_m": (1,), "n_m": (0,)}


@lemma(
    "window.displacement",
    "What a stage's weights move in j updates",
    assumes=[LAGS, UNBIASED],
)
def stage_moves_at_most_j_steps_and_sqrt_j_noises(d: Draft) -> None:
    """N(sum of the last j of v + n) <= j N(v) + sqrt(j) N(n)."""
    stage(d)
    d.have("coherent", le(norm2(U), (j * c) ** 2), Cite("window.coherent", "bound"))
    d.have("martingale", le(norm2(W), j * s**2), Cite("window.martingale", "bound", where(c_m=s)))
    d.have("noisy", le(norm2(W), (h * s) ** 2), combine(times("martingale"), times("sqrt_d^2", -(s**2))))
    d.conclude(
        "bound",
        le(norm2(U + W), (j * c + h * s) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=j * c, t=h * s), {"u": U, "w": W}),
    )
    d.witness(ONE_STAGE, VECTORS)


def row(d: Draft, *, positive: bool = True, step: Expr = alpha) -> None:
    """Introduce a row of S, stage by stage: the sum P of S_mj times distances moved in steps of `step`, two bounds."""
    stage(d)
    if positive:
        d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("S_mj >= 0", le(0, gain), STALENESS)
    d.given("moved", le(norm2(omega), step**2 * norm2(U + W)), LAGS)
    d.local(i, gain, omega, *columns())
    d.recursion(
        i,
        {gamma: (0, gamma + gain * j * c), chi: (0, chi + gain * h * s)},
        {"P": (ZERO, P + gain * omega)},
    )


def columns() -> tuple[Local, ...]:
    """Return what each stage j of a row brings: its lag, its bounds, its sequences and their windows."""
    return (j, h, c, s, windows.v, windows.n, U, W, windows.w, windows.z)


ROW = {**ONE_STAGE, "alpha": 1, "S_mj": 1, "sqrt_d": 2, "i": 1}
ROW_VECTORS = {**VECTORS, "omega": (0,)}
STALE = {"pi": 0}
STALE_VECTORS = {"b_mk": (0,), "b_m": (0,)}
SUMS = {"Sdv": (4,), "Shn": (2,)}
"""Row sums of the witness: one stage with lag 4."""


@lemma(
    "stale.partial",
    "Distances moved, weighed by a row of S",
    assumes=[LAGS, UNBIASED, STALENESS],
)
def weighed_distances_are_bounded_row_by_row(d: Draft) -> None:
    """N(sum_j S_mj |moved_j|) <= alpha (sum_j S_mj d_j N(v_j) + sum_j S_mj sqrt(d_j) N(n_j))."""
    row(d)
    d.conclude(
        "gamma", le(0, gamma), Induction(i, combine(), combine(times("hypothesis"), times("c_m >= 0", gain * j)))
    )
    d.conclude("chi", le(0, chi), Induction(i, combine(), combine(times("hypothesis"), times("s_m >= 0", gain * h))))
    d.have("window", le(norm2(U + W), (j * c + h * s) ** 2), Cite("window.displacement", "bound"))
    reach = alpha * gain * (j * c + h * s)
    d.have(
        "weighed",
        le(norm2(gain * omega), reach**2),
        combine(times("moved", gain**2), times("window", (alpha * gain) ** 2)),
    )
    step = Cite("hilbert.minkowski", "bound", where(s=alpha * (gamma + chi), t=reach), {"u": P, "w": gain * omega})
    d.conclude("bound", le(norm2(P), (alpha * (gamma + chi)) ** 2), Induction(i, combine(), step))
    d.witness(ROW, ROW_VECTORS)


def pathwise(d: Draft) -> None:
    """Introduce the staleness b_mk of a stage at one step, its norm beta, and the sum pi over the row of S."""
    d.local(STEP, b_mk, pi)
    d.root(beta, norm2(b_mk), combine(norm_square(b_mk)))
    d.given("staleness", le(beta, pi), STALENESS)


def members(d: Draft) -> None:
    """Let b_mk be the member of the stage's staleness b_m, and pi that of the sum P."""
    d.link(b_mk, b_m, over=STEP)
    d.link(pi, P, over=STEP)


@lemma("stale.pathwise", "Staleness at one step, squared", assumes=[STALENESS])
def staleness_squares(d: Draft) -> None:
    """|b_m| <= sum_j S_mj |moved_j| at a step implies the same for squares."""
    pathwise(d)
    d.have("pi >= 0", le(0, pi), combine(times("beta >= 0"), times("staleness")))
    d.conclude("squares", le(norm2(b_mk), pi**2), combine(times("staleness", pi + beta), times("beta^2", -1)))
    d.witness(pi=2, vectors={"b_mk": (1,)})


@lemma(
    "stale.row",
    "The staleness of one stage",
    assumes=[LAGS, UNBIASED, STALENESS],
)
def staleness_of_a_stage_is_bounded_by_its_row(d: Draft) -> None:
    """N(b_m) <= alpha (sum_j S_mj d_j N(v_j) + sum_j S_mj sqrt(d_j) N(n_j))."""
    row(d)
    pathwise(d)
    members(d)
    d.have("averaged", le(norm2(b_m), norm2(P)), d.average("stale.pathwise:squares", STEP))
    d.have("partial", le(norm2(P), (alpha * (gamma + chi)) ** 2), Cite("stale.partial", "bound"))
    d.conclude("bound", le(norm2(b_m), (alpha * (gamma + chi)) ** 2), combine(times("averaged"), times("partial")))
    d.witness({**ROW, **STALE}, {**ROW_VECTORS, **STALE_VECTORS})


def rows(d: Draft, *, positive: bool = True, step: Expr = alpha) -> None:
    """Introduce every row of S: the stages' staleness b_m makes up b, the row sums make up S d v and S sqrt(d) n."""
    row(d, positive=positive, step=step)
    pathwise(d)
    members(d)
    d.local(STAGE, gain, omega)
    for local, image in ((b_m, b), (gamma, coherent), (chi, noisy)):
        d.link(local, image, over=STAGE)
    d.local(STAGE, b_mk, pi)


def delays(d: Draft) -> None:
    """Introduce Lambda1 = norm2(S Diag(d)) and nu >= norm(S Diag(sqrt d) (N(n_m))_m), given Y = N(v)."""
    d.given("Lambda1 >= 0", le(0, Lambda1), "domain")
    d.given("nu >= 0", le(0, nu), "domain")
    d.given("Lambda1", le(norm2(coherent), Lambda1**2 * Y**2), STALENESS)
    d.given("nu", le(norm2(noisy), nu**2), STALENESS)


@lemma(
    "stale.martingale",
    "The staleness lemma",
    assumes=[LAGS, UNBIASED, STALENESS],
)
def staleness_is_coherent_in_d_and_noisy_in_sqrt_d(d: Draft) -> None:
    """N(b) <= alpha (Lambda1 Y + nu), with Y = N(v) and nu >= norm(S Diag(sqrt d) (N(n_m))_m)."""
    rows(d)
    d.root(Y, norm2(v), combine(norm_square(v)))
    delays(d)
    d.have(
        "rows",
        le(norm2(b), alpha**2 * norm2(coherent + noisy)),
        d.average("stale.row:bound", STAGE),
    )
    d.have("coherent", le(norm2(coherent), (Lambda1 * Y) ** 2), combine(times("Lambda1")))
    d.have(
        "sum",
        le(norm2(coherent + noisy), (Lambda1 * Y + nu) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=Lambda1 * Y, t=nu), {"u": coherent, "w": noisy}),
    )
    d.conclude("bound", le(norm2(b), (alpha * (Lambda1 * Y + nu)) ** 2), combine(times("rows"), times("sum", alpha**2)))
    d.witness(
        {**ROW, **STALE, "Lambda1": 4, "nu": 2},
        {**ROW_VECTORS, **STALE_VECTORS, **SUMS, "v": (1,), "b": (0,)},
    )
