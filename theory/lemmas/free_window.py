"""Theorem 4, the windows: what weights move in the D steps since the frozen point, and how far that turns directions.

Of all stages together W_D is frozen W, and W_s is by how much the forward weights are behind; of one stage backward
weights have moved all D steps since the frozen point, and forward weights those that are older than their lag.
Source: docs/theory.md#free.window.
"""

from typing import NamedTuple

from sympy import Expr, Symbol

from theory.kernel import (
    STAGE,
    STEP,
    ZERO,
    Average,
    Chain,
    Cite,
    Draft,
    Induction,
    Shift,
    Step,
    Tower,
    Vector,
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
from theory.kernel.relations import Relation
from theory.lemmas import staleness, windows
from theory.lemmas.feasible import Y, sigma
from theory.lemmas.free_frozen import U_s, V_s, W_s, n_s, w_s, z_s
from theory.lemmas.free_terms import D, h, omega
from theory.lemmas.master import alpha, n
from theory.lemmas.order import where
from theory.setting.assumptions import JOINT, LAGS, STALENESS, UNBIASED
from theory.setting.symbols import symbol

ell = symbol("ell")
c, s, i = staleness.c, staleness.s, staleness.i


class Window(NamedTuple):
    """A window of D steps: what it has moved coherently and by noise, the next member of each, what these delay."""

    U: Vector
    W: Vector
    w: Vector
    z: Vector
    v: Vector
    n: Vector

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the generators."""
        return tuple(one.parts[0][0] for one in self)


U_D, W_D, w_D, z_D, V = generators("U_D W_D w_D z_D V")
U_b, W_b, w_b, z_b = generators("U_b W_b w_b z_b")
U_f, W_f, w_f, z_f, v_f, n_f = generators("U_f W_f w_f z_f v_f n_f")
WHOLE = Window(U_D, W_D, w_D, z_D, V, n)
"""All stages: the mean direction V and the noise n."""
BEHIND = Window(U_s, W_s, w_s, z_s, V_s, n_s)
"""Of all stages those whose lag exceeds the count."""
BACKWARD = Window(U_b, W_b, w_b, z_b, windows.v, windows.n)
"""One stage."""
FORWARD = Window(U_f, W_f, w_f, z_f, v_f, n_f)
"""One stage, from its lag on: v_f and n_f are v_m and n_m at counts from the lag on, and zero before."""


def windowed(d: Draft, whole: Window, part: Window) -> None:
    """Introduce a window of D steps, and one whose members are, at each count, a part of that one's or nothing."""
    d.local(D, part.v, part.n)
    for name in (whole.names[5], part.names[5]):
        if all(item.name != name for item in d.processes):
            d.process(name, known=0, differences=0, reason=UNBIASED)
    for window in (whole, part):
        coherent, noisy, w, z, moved, noise = window.names
        d.recursion(D, vectors={coherent: (ZERO, window.U + window.w), noisy: (ZERO, window.W + window.z)})
        d.delayed(w, of=moved, lag=D + 1)
        d.delayed(z, of=noise, lag=D + 1)
        d.process(noisy, known=-1, differences=-D, reason="definition")
    d.given(part.names[4], le(norm2(part.v), norm2(whole.v)), LAGS)
    d.given(part.names[5], le(norm2(part.n), norm2(whole.n)), LAGS)


def lengths(d: Draft, whole: Window, coherent: Symbol, noise: Symbol) -> None:
    """Introduce the root of D, and bounds of what moves."""
    d.root(h, D, combine(times("D >= 0")))
    for name, bound, of in zip(whole.names[4:], (coherent, noise), whole[4:], strict=True):
        d.given(f"{bound} >= 0", le(0, bound), "domain")
        d.given(f"|{name}|", le(norm2(of), bound**2), "domain")


def displaced(d: Draft, name: str, window: Window, whole: Window, coherent: Symbol, noise: Symbol) -> None:
    """Conclude N(U + W) <= D c + sqrt(D) s for one window."""
    U, W = window.U, window.W

    def member(place: int, bound: Symbol) -> tuple[Step, Step]:
        """Return why a member of a window is at most `bound` long, whatever the count."""
        of, most = window.names[place + 2], whole.names[place + 2]
        own, later = window[place + 2], window[place]
        shift = Step("delayed", le(norm2(later), norm2(own)), Shift(window.names[place]))
        part = (times(of),) if of != most else ()
        return shift, Step("member", le(norm2(later), bound**2), combine(times("delayed"), *part, times(f"|{most}|")))

    add = Cite("hilbert.minkowski", "bound", where(s=D * coherent, t=coherent), {"u": U, "w": window.w})
    moved = Induction(D, combine(), Chain(member(2, coherent), add))
    d.have(f"{name}: coherent", le(norm2(U), (D * coherent) ** 2), moved)
    orthogonal = Step("orthogonal", eq(inner(W, window.z), 0), Tower(window.names[1], window.names[3]))
    squares = combine(times("hypothesis"), times("orthogonal", 2), times("member"))
    noises = Induction(D, combine(), Chain((*member(3, noise), orthogonal), squares))
    d.have(f"{name}: squares", le(norm2(W), D * noise**2), noises)
    root = combine(times(f"{name}: squares"), times("sqrt_D^2", -(noise**2)))
    d.have(f"{name}: noisy", le(norm2(W), (h * noise) ** 2), root)
    both = Cite("hilbert.minkowski", "bound", where(s=D * coherent, t=h * noise), {"u": U, "w": W})
    d.conclude(name, le(norm2(U + W), (D * coherent + h * noise) ** 2), both)


@lemma("free.window", "What weights move since the frozen point", assumes=[LAGS, UNBIASED])
def weights_move_at_most_the_window(d: Draft) -> None:
    """Both W - frozen W and what the forward weights are behind are at most D Y + sqrt(D) sigma long, in steps.

    V is the sequence of mean directions, and n the noise; V_s and n_s are their parts at stages of a longer lag than
    the count, which is what the forward weights miss.
    """
    windowed(d, WHOLE, BEHIND)
    lengths(d, WHOLE, Y, sigma)
    displaced(d, "frozen", WHOLE, WHOLE, Y, sigma)
    displaced(d, "behind", BEHIND, WHOLE, Y, sigma)
    d.witness({"D": 1, "Y": 1, "sigma": 1}, {"V": (1,), "n": (0,), "V_s": (1,), "n_s": (0,)})


@lemma("free.moved", "What a stage moves since the frozen point", assumes=[LAGS, UNBIASED])
def weights_of_a_stage_move_at_most_the_window(d: Draft) -> None:
    """A stage's backward weights have moved at most D c_m + sqrt(D) s_m in the window, its forward weights no more.

    c_m and s_m bound N(v_m) and N(n_m); forward weights have made the steps of the window that are older than the lag.
    """
    windowed(d, BACKWARD, FORWARD)
    lengths(d, BACKWARD, c, s)
    displaced(d, "backward", BACKWARD, BACKWARD, c, s)
    displaced(d, "forward", FORWARD, BACKWARD, c, s)
    d.witness({"D": 1, "c_m": 1, "s_m": 1}, {"v_m": (1,), "n_m": (0,), "v_f": (1,), "n_f": (0,)})


# --- rows of S and T


S_mj, T_mj = staleness.gain, symbols("T_mj")[0]
lc, ls, beta_t, beta_f, pi_t, pi_f = symbols("gamma_l chi_l beta_t beta_f pi_t pi_f")
P_t, P_f, forward, backward, STv, STn = generators("P_t P_f omega_f omega_b STv STn")
ch_t, ch_f, cht_m, chf_m, cht_mk, chf_mk = generators("ch_t ch_f cht_m chf_m cht_mk chf_mk")


def joint_row(d: Draft, step: Expr = alpha) -> None:
    """Introduce a row of S and T: weighed distances from the frozen point, of forward and of backward weights.

    P_t sums S_mj forward + T_mj backward, for the stale direction; P_f sums (S_mj + T_mj) backward, for the fresh one.
    """
    d.given("T_mj >= 0", le(0, T_mj), JOINT)
    d.given("forward", le(norm2(forward), step**2 * norm2(FORWARD.U + FORWARD.W)), LAGS)
    d.given("backward", le(norm2(backward), step**2 * norm2(BACKWARD.U + BACKWARD.W)), LAGS)
    both = S_mj + T_mj
    columns = (*BACKWARD, *FORWARD, c, s, S_mj, T_mj, forward, backward)
    d.local(i, *columns)
    d.local(STAGE, S_mj, T_mj)
    d.recursion(
        i,
        {lc: (0, lc + both * c), ls: (0, ls + both * s)},
        {
            "P_t": (ZERO, P_t + S_mj * forward + T_mj * backward),
            "P_f": (ZERO, P_f + both * backward),
        },
    )


ROW = {"D": 1, "c_m": 1, "s_m": 1, "alpha": 1, "S_mj": 1, "T_mj": 1, "i": 1}
ROW_VECTORS = {"v_m": (1,), "n_m": (0,), "v_f": (1,), "n_f": (0,), "omega_f": (0,), "omega_b": (0,)}


@lemma("free.joint_partial", "Distances from the frozen point, weighed", assumes=[LAGS, UNBIASED, STALENESS, JOINT])
def distances_from_the_frozen_point_are_bounded_row_by_row(d: Draft) -> None:
    """N(sum_j S_mj |forward_j| + T_mj |backward_j|) <= alpha sum_j (S_mj + T_mj) (D N(v_j) + sqrt(D) N(n_j)).

    The same bound for the fresh direction, whose forward weights are the backward ones.
    """
    windowed(d, BACKWARD, FORWARD)
    lengths(d, BACKWARD, c, s)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("S_mj >= 0", le(0, S_mj), STALENESS)
    joint_row(d)
    both, reach = S_mj + T_mj, D * c + h * s
    for total, of in ((lc, c), (ls, s)):
        step = combine(times("hypothesis"), times(f"{of} >= 0", both))
        d.have(f"{total} >= 0", le(0, total), Induction(i, combine(), step))
    for name, distance, window in (("forward", forward, FORWARD), ("backward", backward, BACKWARD)):
        d.have(f"{name} window", le(norm2(window.U + window.W), reach**2), Cite("free.moved", name))
        for gain in (S_mj, T_mj, both):
            weighed = combine(times(name, gain**2), times(f"{name} window", (alpha * gain) ** 2))
            d.have(f"{gain} {name}", le(norm2(gain * distance), (alpha * gain * reach) ** 2), weighed)
    parts = {"u": S_mj * forward, "w": T_mj * backward}
    stale = parts["u"] + parts["w"]
    lengths_ = where(s=alpha * S_mj * reach, t=alpha * T_mj * reach)
    d.have("stale", le(norm2(stale), (alpha * both * reach) ** 2), Cite("hilbert.minkowski", "bound", lengths_, parts))
    sofar = alpha * (D * lc + h * ls)
    for name, row, more in (("stale row", P_t, stale), ("fresh row", P_f, both * backward)):
        step_ = Cite("hilbert.minkowski", "bound", where(s=sofar, t=alpha * both * reach), {"u": row, "w": more})
        d.conclude(name, le(norm2(row), sofar**2), Induction(i, combine(), step_))
    d.witness(ROW, ROW_VECTORS)


def member(
    d: Draft, part: Vector, whole: Vector, all_stages: Vector, at_a_step: tuple[Symbol, Symbol], row: Vector
) -> None:
    """Let a stage's part at a step be at most as long as the row's member there: at_a_step are its length and that."""
    length, sofar = at_a_step
    d.local(STEP, part, sofar)
    d.local(STAGE, part, sofar)
    d.root(length, norm2(part), combine(norm_square(part)))
    d.given(f"{length} <= {sofar}", le(length, sofar), JOINT)
    d.link(part, whole, over=STEP)
    d.link(whole, all_stages, over=STAGE)
    d.link(sofar, row, over=STEP)


def squared(part: Vector, at_a_step: tuple[Symbol, Symbol]) -> tuple[Relation, Cite]:
    """Return that the square of a part is at most that of the row's member, and why."""
    length, sofar = at_a_step
    by = {staleness.beta: length, staleness.pi: sofar}
    return le(norm2(part), sofar**2), Cite("stale.pathwise", "squares", by, {"b_mk": part})


def joint(d: Draft) -> None:
    """Let every stage's change of the stale and of the fresh direction be bounded by its row; introduce ell."""
    member(d, cht_mk, cht_m, ch_t, (beta_t, pi_t), P_t)
    member(d, chf_mk, chf_m, ch_f, (beta_f, pi_f), P_f)
    d.link(lc, STv, over=STAGE)
    d.link(ls, STn, over=STAGE)
    d.given("ell >= 0", le(0, ell), "domain")
    d.given("ell v", le(norm2(STv), ell**2 * Y**2), JOINT)
    d.given("ell n", le(norm2(STn), ell**2 * sigma**2), JOINT)


JOINT_POINT = {**ROW, "Y": 1, "sigma": 1, "ell": 2, "pi_t": 0, "pi_f": 0}
JOINT_VECTORS = {
    **ROW_VECTORS, "cht_mk": (0,), "chf_mk": (0,), "cht_m": (0,), "chf_m": (0,), "ch_t": (0,), "ch_f": (0,),
    "STv": (2,), "STn": (2,),
}  # fmt: skip


@lemma("free.joint", "How far directions are from the frozen one", assumes=[LAGS, UNBIASED, STALENESS, JOINT])
def directions_are_within_ell_windows_of_the_frozen_one(d: Draft) -> None:
    """N(g - frozen g) <= alpha ell (D Y + sqrt(D) sigma), for the stale and for the fresh direction g.

    ell = norm2(S + T): the stages' bounds c_m of N(v_m) are together at most Y long, and those of N(n_m) sigma.
    """
    windowed(d, BACKWARD, FORWARD)
    lengths(d, BACKWARD, c, s)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("Y >= 0", le(0, Y), "domain")
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("S_mj >= 0", le(0, S_mj), STALENESS)
    joint_row(d)
    joint(d)
    v, noise = ell * Y, ell * sigma
    d.have("coherent", le(norm2(D * STv), (D * v) ** 2), combine(times("ell v", D**2)))
    d.have("noisy", le(norm2(h * STn), (h * noise) ** 2), combine(times("ell n", h**2)))
    both = Cite("hilbert.minkowski", "bound", where(s=D * v, t=h * noise), {"u": D * STv, "w": h * STn})
    d.have("sum", le(norm2(D * STv + h * STn), (ell * omega()) ** 2), both)
    for name, part, whole, of, at, row in (
        ("stale", cht_mk, cht_m, ch_t, (beta_t, pi_t), P_t),
        ("fresh", chf_mk, chf_m, ch_f, (beta_f, pi_f), P_f),
    ):
        relation, why = squared(part, at)
        d.have(f"{name} stage", le(norm2(whole), norm2(row)), Average(relation, why, STEP))
        bound = (alpha * (D * lc + h * ls)) ** 2
        d.have(f"{name} row", le(norm2(row), bound), Cite("free.joint_partial", f"{name} row"))
        d.have(f"{name} bound", le(norm2(whole), bound), combine(times(f"{name} stage"), times(f"{name} row")))
        total = alpha**2 * norm2(D * STv + h * STn)
        d.have(f"{name} stages", le(norm2(of), total), d.average(f"{name} bound", STAGE))
        certificate = combine(times(f"{name} stages"), times("sum", alpha**2))
        d.conclude(name, le(norm2(of), (alpha * ell * omega()) ** 2), certificate)
    d.witness(JOINT_POINT, JOINT_VECTORS)
