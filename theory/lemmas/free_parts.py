"""Theorem 4, the linear staleness: its coherent and its martingale part, and the latter with a weight from before.

Stage by stage |b_v| is at most a row of S on the coherent windows of the lags, and |b_n| one on the martingale windows.
The weight is |G_f|^2, the squared length of the frozen direction, in the mean over the fresh sample c_k: that was known
before the window, so that no fourth moment is needed. Source: docs/theory.md#free.weighted.
"""

from sympy import Expr

from theory.kernel import (
    STAGE,
    STEP,
    ZERO,
    Average,
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
    lt,
    norm2,
    norm_square,
    symbols,
    times,
)
from theory.lemmas import staleness, windows
from theory.lemmas.feasible import A, Y, r, sigma
from theory.lemmas.free_frozen import G_f, Gf_k, gb_n
from theory.lemmas.free_steps import b_n, b_v
from theory.lemmas.free_terms import R0, D, phi0
from theory.lemmas.free_window import S_mj, member, squared
from theory.lemmas.master import F, K, alpha, gradient, unit
from theory.lemmas.order import where
from theory.lemmas.staleness import Lambda1, chi, coherent, gamma, i, noisy, nu
from theory.setting.assumptions import INDEPENDENT, JOINT, LAGS, STALENESS, UNBIASED, VARIANCE
from theory.setting.symbols import symbol

j = windows.j
omega_v, omega_n, P_v, P_n, bv_mk, bv_m, bn_mk, bn_m = generators("omega_v omega_n P_v P_n bv_mk bv_m bn_mk bn_m")
beta_v, beta_n, pi_v, pi_n = symbols("beta_v beta_n pi_v pi_n")
V_PART, N_PART = (beta_v, pi_v), (beta_n, pi_n)


def parts_row(d: Draft, step: Expr = alpha) -> None:
    """Introduce a row of S on both parts of what a stage's forward weights are behind."""
    d.given("moved v", le(norm2(omega_v), step**2 * norm2(staleness.U)), LAGS)
    d.given("moved n", le(norm2(omega_n), step**2 * norm2(staleness.W)), LAGS)
    d.local(i, S_mj, omega_v, omega_n, *staleness.columns())
    d.local(STAGE, S_mj)
    d.recursion(
        i,
        {gamma: (0, gamma + S_mj * j * staleness.c), chi: (0, chi + S_mj * staleness.h * staleness.s)},
        {"P_v": (ZERO, P_v + S_mj * omega_v), "P_n": (ZERO, P_n + S_mj * omega_n)},
    )


def _rows(d: Draft) -> None:
    staleness.stage(d)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("S_mj >= 0", le(0, S_mj), STALENESS)
    parts_row(d)


ROW = {**staleness.ONE_STAGE, "alpha": 1, "S_mj": 1, "sqrt_d": 2, "i": 1}
ROW_VECTORS = {**staleness.VECTORS, "omega_v": (0,), "omega_n": (0,)}


@lemma("free.parts_partial", "Coherent and martingale distances, weighed", assumes=[LAGS, UNBIASED, STALENESS])
def both_parts_are_bounded_row_by_row(d: Draft) -> None:
    """Rows of S on coherent distances are at most alpha sum_j S_mj d_j N(v_j), on martingale ones with sqrt(d_j)."""
    _rows(d)
    c, s, h = staleness.c, staleness.s, staleness.h
    for name, total, of, size, distance, window, row in (
        ("coherent", gamma, c, j, omega_v, staleness.U, P_v),
        ("martingale", chi, s, h, omega_n, staleness.W, P_n),
    ):
        step = combine(times("hypothesis"), times(f"{of} >= 0", S_mj * size))
        d.have(f"{total} >= 0", le(0, total), Induction(i, combine(), step))
        if name == "coherent":
            d.have("window v", le(norm2(window), (j * c) ** 2), Cite("window.coherent", "bound"))
        else:
            d.have("window n", le(norm2(window), j * s**2), Cite("window.martingale", "bound", where(c_m=s)))
        rooted = () if name == "coherent" else (times("sqrt_d^2", -((alpha * S_mj * s) ** 2)),)
        part = "v" if name == "coherent" else "n"
        weighed = combine(times(f"moved {part}", S_mj**2), times(f"window {part}", (alpha * S_mj) ** 2), *rooted)
        far = alpha * S_mj * size * of
        d.have(f"weighed {part}", le(norm2(S_mj * distance), far**2), weighed)
        add = Cite("hilbert.minkowski", "bound", where(s=alpha * total, t=far), {"u": row, "w": S_mj * distance})
        d.conclude(name, le(norm2(row), (alpha * total) ** 2), Induction(i, combine(), add))
    d.witness(ROW, ROW_VECTORS)


def parts(d: Draft) -> None:
    """Let every stage's part of the linear staleness be bounded by its row."""
    member(d, bv_mk, bv_m, b_v, V_PART, P_v)
    member(d, bn_mk, bn_m, b_n, N_PART, P_n)


@lemma("free.parts", "Both parts of the linear staleness", assumes=[LAGS, UNBIASED, STALENESS, JOINT])
def both_parts_of_the_linear_staleness_are_bounded(d: Draft) -> None:
    """N(b_v) <= alpha Lambda1 Y and N(b_n) <= alpha nu: the derivative is no longer than the rows of S allow."""
    _rows(d)
    parts(d)
    d.link(gamma, coherent, over=STAGE)
    d.link(chi, noisy, over=STAGE)
    d.given("Y >= 0", le(0, Y), "domain")
    staleness.delays(d)
    for name, part, whole, of, at, row, total, all_, bound, given in (
        ("coherent", bv_mk, bv_m, b_v, V_PART, P_v, gamma, coherent, Lambda1 * Y, "Lambda1"),
        ("martingale", bn_mk, bn_m, b_n, N_PART, P_n, chi, noisy, nu, "nu"),
    ):
        relation, why = squared(part, at)
        d.have(f"{name} stage", le(norm2(whole), norm2(row)), Average(relation, why, STEP))
        most = (alpha * total) ** 2
        d.have(f"{name} row", le(norm2(row), most), Cite("free.parts_partial", name))
        d.have(f"{name} bound", le(norm2(whole), most), combine(times(f"{name} stage"), times(f"{name} row")))
        d.have(f"{name} stages", le(norm2(of), alpha**2 * norm2(all_)), d.average(f"{name} bound", STAGE))
        certificate = combine(times(f"{name} stages"), times(given, alpha**2))
        d.conclude(name, le(norm2(of), (alpha * bound) ** 2), certificate)
    d.witness(
        {**ROW, "Y": 1, "Lambda1": 4, "nu": 2, "pi_v": 0, "pi_n": 0},
        {
            **ROW_VECTORS, **staleness.SUMS, "bv_mk": (0,), "bv_m": (0,), "b_v": (0,), "bn_mk": (0,), "bn_m": (0,),
            "b_n": (0,),
        },
    )  # fmt: skip


# --- the martingale part with a weight


nuhat, F0, J = symbol("nuhat"), symbol("F0"), symbol("J")
W_c, y, omega_c, P_c, Nuh, gb_mk, gb_m, Sq_n = generators("W_c y omega_c P_c Nuh gb_mk gb_m Sq_n")
C_f, Z_c, Fd_k, unit_D = generators("C_f Z_c Fd_k unit_D")
Q_m, q_v, dev, nuh, c_bar = symbols("Q_m q_v dev nuh c_bar")
c_k, rc_k, pi_c, gsq, sq_n, iota, mean_iota = symbols("c_k rc_k pi_c gsq sq_n iota mean_iota")


def weighted_stage(d: Draft) -> None:
    """Introduce a stage's weighted window: y is sqrt(c) times the noise D + 1 steps ago, or nothing beyond the lag.

    q_v bounds that noise's second moment with the weight c/mean(c), and Q_m sums it over the window.
    """
    d.local(D, y, q_v)
    d.recursion(D, {Q_m: (0, Q_m + q_v)}, {"W_c": (ZERO, W_c + y)})
    d.process("y", known=-D - 1, differences=-D - 1, reason=INDEPENDENT)
    d.process("W_c", known=-1, differences=-D, reason="definition")
    d.given("q_v >= 0", le(0, q_v), "domain")
    d.given("weighted", le(norm2(y), q_v * c_bar), VARIANCE)


WEIGHTED = {"D": 4, "i": 1, "alpha": 1, "S_mj": 1, "q_v": 1, "dev": 2, "R_0": 1, "c_bar": 1}
WEIGHTED_VECTORS = {"y": (0,), "omega_c": (0,)}


@lemma("free.weighted_stage", "A stage's window with a weight", assumes=[INDEPENDENT, VARIANCE])
def weighted_window_of_a_stage_adds_in_squares(d: Draft) -> None:
    """N(sqrt(c) W)^2 <= R0^2 Q_m, Q_m the sum of what bounds each noise's weighted second moment, mean(c) <= R0^2.

    free.weighted_window with bounds that may differ from noise to noise.
    """
    d.given("R_0 bounds", le(c_bar, R0**2), "domain")
    weighted_stage(d)
    d.have("orthogonal", eq(inner(W_c, y), 0), Tower("W_c", "y"))
    add = combine(times("hypothesis"), times("orthogonal", 2), times("weighted"), times("R_0 bounds", q_v))
    d.conclude("window", le(norm2(W_c), Q_m * R0**2), Induction(D, combine(), add))
    d.witness({name: WEIGHTED[name] for name in ("D", "q_v", "R_0", "c_bar")}, {"y": (0,)})


def weighted_row(d: Draft, step: Expr = alpha) -> None:
    """Introduce a row of S on weighted windows; dev bounds the root of a stage's Q_m."""
    weighted_stage(d)
    d.given("dev >= 0", le(0, dev), "domain")
    d.given("dev", le(Q_m, dev**2), "domain")
    d.given("moved c", le(norm2(omega_c), step**2 * norm2(W_c)), LAGS)
    d.local(i, S_mj, y, q_v, Q_m, dev, W_c, omega_c)
    d.local(STAGE, S_mj)
    d.recursion(i, {nuh: (0, nuh + S_mj * dev)}, {"P_c": (ZERO, P_c + S_mj * omega_c)})


def _weighted(d: Draft) -> None:
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("S_mj >= 0", le(0, S_mj), STALENESS)
    d.given("R_0 >= 0", le(0, R0), "domain")
    d.given("R_0 bounds", le(c_bar, R0**2), "domain")
    weighted_row(d)


@lemma("free.weighted_partial", "Weighted distances, weighed", assumes=[LAGS, STALENESS, INDEPENDENT, VARIANCE])
def weighted_distances_are_bounded_row_by_row(d: Draft) -> None:
    """A row of S on weighted martingale distances is at most alpha R0 sum_j S_mj dev_j, where mean(c) <= R0^2."""
    _weighted(d)
    d.have("window", le(norm2(W_c), Q_m * R0**2), Cite("free.weighted_stage", "window"))
    step = combine(times("hypothesis"), times("dev >= 0", S_mj))
    d.have("nuh >= 0", le(0, nuh), Induction(i, combine(), step))
    far = alpha * S_mj * dev * R0
    weighed = combine(
        times("moved c", S_mj**2), times("window", (alpha * S_mj) ** 2), times("dev", (alpha * S_mj * R0) ** 2)
    )
    d.have("weighed", le(norm2(S_mj * omega_c), far**2), weighed)
    more = Cite("hilbert.minkowski", "bound", where(s=alpha * nuh * R0, t=far), {"u": P_c, "w": S_mj * omega_c})
    d.conclude("bound", le(norm2(P_c), (alpha * nuh * R0) ** 2), Induction(i, combine(), more))
    d.witness(WEIGHTED, WEIGHTED_VECTORS)


def weighed(d: Draft) -> None:
    """Introduce |G_f| b_n, stage by stage and step by step, and the mean c_k of |G_f|^2 over the fresh sample.

    Z_c is what |G_f|^2 fluctuates around that mean; pi_n, and with it its square sq_n, is known before the sample.
    """
    d.local(STEP, c_k, pi_c)
    d.local(STAGE, pi_c)
    d.given("c_k >= 0", le(0, c_k), "domain")
    d.root(rc_k, c_k, combine(times("c_k >= 0")))
    d.given("same row", eq(pi_c, rc_k * pi_n), "domain")
    d.link(pi_c, P_c, over=STEP)
    d.define(gsq, norm2(Gf_k))
    d.link(gsq, C_f + Z_c, over=STEP)
    d.link(c_k, C_f, over=STEP)
    d.process("Z_c", known=0, differences=0, reason=INDEPENDENT)
    d.define(sq_n, pi_n**2)
    d.link(sq_n, Sq_n, over=STEP)
    d.process("Sq_n", known=-1, differences=None, reason=LAGS)
    d.local(STAGE, gb_mk)
    d.link(gb_mk, gb_m, over=STEP)
    d.link(gb_m, gb_n, over=STAGE)
    d.given("weighted part", eq(norm2(gb_mk), gsq * norm2(bn_mk)), "domain")
    d.link(nuh, Nuh, over=STAGE)
    d.given("nuhat >= 0", le(0, nuhat), "domain")
    d.given("nuhat", le(norm2(Nuh), nuhat**2), STALENESS)


@lemma(
    "free.weighted",
    "The martingale part with the frozen direction's length",
    assumes=[LAGS, STALENESS, JOINT, INDEPENDENT, VARIANCE],
)
def weighted_martingale_part_needs_no_fourth_moment(d: Draft) -> None:
    """N(|G_f| b_n) <= alpha nuhat R0 if the mean of |G_f|^2 is at most R0^2.

    |G_f|^2 may be replaced by its mean c_k over the fresh sample, which does not meet the distances moved; that was
    known before the window, so that sqrt(c_k) goes into it. nuhat bounds the norm of the rows' sums of S_mj dev_j.
    """
    _weighted(d)
    d.local(i, omega_n)
    d.recursion(i, {}, {"P_n": (ZERO, P_n + S_mj * omega_n)})
    member(d, bn_mk, bn_m, b_n, N_PART, P_n)
    d.link(Gf_k, G_f, over=STEP)
    weighed(d)
    relation, why = squared(bn_mk, N_PART)
    d.have("squares", relation, why)
    d.have("|Gf_k|", le(0, norm2(Gf_k)), combine(norm_square(Gf_k)))
    d.have("gsq >= 0", le(0, gsq), combine(times("|Gf_k|"), times("gsq :=", -1)))
    product = combine(times("weighted part"), times("squares", gsq), times("sq_n :=", -gsq))
    d.have("product", le(norm2(gb_mk), gsq * sq_n), product)
    d.have("stage", le(norm2(gb_m), inner(C_f + Z_c, Sq_n)), d.average("product", STEP))
    d.have("tower", eq(inner(Z_c, Sq_n), 0), Tower("Z_c", "Sq_n"))
    same = combine(times("same row", -(pi_c + rc_k * pi_n)), times("rc_k^2", -(pi_n**2)), times("sq_n :=", c_k))
    d.have("weight", eq(c_k * sq_n, pi_c**2), same)
    d.have("weights", eq(inner(C_f, Sq_n), norm2(P_c)), d.average("weight", STEP))
    d.have("row", le(norm2(P_c), (alpha * nuh * R0) ** 2), Cite("free.weighted_partial", "bound"))
    total = combine(times("stage"), times("tower"), times("weights"), times("row"))
    d.have("stage bound", le(norm2(gb_m), (alpha * nuh * R0) ** 2), total)
    d.have("stages", le(norm2(gb_n), (alpha * R0) ** 2 * norm2(Nuh)), d.average("stage bound", STAGE))
    d.conclude(
        "bound", le(norm2(gb_n), (alpha * nuhat * R0) ** 2), combine(times("stages"), times("nuhat", (alpha * R0) ** 2))
    )
    d.witness(
        {**WEIGHTED, "pi_n": 0, "pi_c": 0, "c_k": 1, "nuhat": 2},
        {
            **WEIGHTED_VECTORS, "omega_n": (0,), "bn_mk": (0,), "bn_m": (0,), "b_n": (0,), "gb_mk": (0,), "gb_m": (0,),
            "gb_n": (0,), "Gf_k": (1,), "G_f": (1,), "C_f": (1,), "Z_c": (0,), "Sq_n": (0,), "Nuh": (2,),
        },
    )  # fmt: skip


def start(d: Draft) -> None:
    """Introduce the mean of |G_f|^2: the gradient was known D steps ago, and is that of the start in J of K steps.

    iota is 1 in those steps, and Fd_k is the gradient D steps ago, or 0 in those steps.
    """
    d.given("J steps", eq(K * mean_iota, J), "domain")
    d.mean(mean_iota, of=iota)
    d.mean(c_bar, of=c_k)
    d.delayed("unit_D", of="unit", lag=D)
    d.link(Fd_k, r * unit_D, over=STEP)
    d.given("frozen", le(c_k, norm2(Fd_k) + iota * F0**2 + sigma**2), VARIANCE)
    d.define(phi0, J * F0**2 / K)


@lemma("free.frozen_mean", "The frozen direction's length", assumes=[VARIANCE])
def frozen_directions_are_as_long_as_directions(d: Draft) -> None:
    """The mean of |G_f|^2 is at most A + sigma^2 + phi0, phi0 = J F0^2/K: those of the start count J times."""
    gradient(d)
    d.given("K > 0", lt(0, K), "domain")
    d.define(A, norm2(F))
    d.recursion(D)
    start(d)
    d.have("shift", le(norm2(unit_D), norm2(unit)), Shift("unit_D"))
    average = le(c_bar, r**2 * norm2(unit_D) + mean_iota * F0**2 + sigma**2)
    d.have("average", average, d.average("frozen", STEP))
    d.conclude(
        "bound",
        le(c_bar, A + sigma**2 + phi0),
        combine(
            times("average"), times("shift", r**2), times("A :=", -1), times("J steps", F0**2 / K), times("phi0 :=", -1)
        ),
    )
    d.witness(
        {"D": 1, "K": 1, "J": 1, "mean_iota": 1, "iota": 1, "c_bar": 1, "c_k": 1, "F0": 1, "sigma": 1, "r": 1},
        {"unit": (1,), "Fd_k": (0,)},
    )
