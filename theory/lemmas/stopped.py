"""Runs that are stopped: what holds while the weights are in a region, and is not known after.

`stop` is 1 in the steps k < T of a stopping time T <= K, and 0 after: whether k < T is known before sample k. What is
said of sequences is said of those multiplied by it: norms are N_T, A_T is the average over k < T, and f(W_K) becomes
f(W_T). Source: docs/theory.md#stopped.sum.
"""

from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STEP,
    Draft,
    Telescope,
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
    square,
    symbols,
    times,
)
from theory.lemmas.master import K, effective, f_first, f_next, f_now, mean_next, mean_now, n
from theory.lemmas.staleness import U, W, omega
from theory.setting.assumptions import LAGS, UNBIASED

stop, x_i, sx_i = symbols("stop x_i sx_i")
X, sX = generators("X sX")


def stopping(d: Draft) -> None:
    """Introduce the steps before T."""
    d.local(STEP, stop)
    d.given("stop^2", eq(stop**2, stop), "domain")


def _stopped(d: Draft, name: str, whole: Vector, of: str, part: Vector) -> None:
    """Let `part` be `whole` times 1{k < T}, element by element."""
    every, kept = symbols(f"{name} {of}")
    d.link(every, whole, over=ELEMENT)
    d.define(kept, stop * every)
    d.link(kept, part, over=ELEMENT)


STOP = {"stop": 1}


@lemma("stopped.part", "What is left of a sequence is no longer", assumes=[])
def stopped_sequence_is_no_longer(d: Draft) -> None:
    """N(1{k < T} X)^2 <= N(X)^2."""
    stopping(d)
    _stopped(d, "x_i", X, "sx_i", sX)
    kept = times("stop^2", 2 * x_i**2), times("sx_i :=", sx_i + stop * x_i)
    d.have("shorter", le(sx_i**2, x_i**2), combine(square((1 - stop) * x_i), *kept))
    d.conclude("bound", le(norm2(sX), norm2(X)), d.average("shorter", ELEMENT))
    d.witness({**STOP, "x_i": 1}, {"X": (1,), "sX": (1,)})


n_i, sn_i, z_i, sz_i = symbols("n_i sn_i z_i sz_i")
sN, Z, sZ = generators("sN Z sZ")


@lemma("stopped.noise", "Noise that is stopped stays orthogonal to the past", assumes=[UNBIASED])
def stopped_noise_is_orthogonal_to_the_past(d: Draft) -> None:
    """<1{k < T} n, Z> = 0 for every sequence Z that is known before the sample, as then is 1{k < T} Z."""
    stopping(d)
    _stopped(d, "n_i", n, "sn_i", sN)
    _stopped(d, "z_i", Z, "sz_i", sZ)
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("sZ", known=-1, differences=None, reason="domain")
    d.have("moved over", eq(sn_i * z_i, n_i * sz_i), combine(times("sn_i :=", z_i), times("sz_i :=", -n_i)))
    d.have("products", eq(inner(sN, Z), inner(n, sZ)), d.average("moved over", ELEMENT))
    d.have("tower", eq(inner(n, sZ), 0), Tower("n", "sZ"))
    d.conclude("orthogonal", eq(inner(sN, Z), 0), combine(times("products"), times("tower")))
    d.witness({**STOP, "n_i": 0, "z_i": 1}, {"n": (0,), "sN": (0,), "Z": (1,), "sZ": (1,)})


om_i, u_i, su_i = symbols("om_i u_i su_i")


@lemma("stopped.window", "Distances moved before the stop", assumes=[LAGS])
def distances_before_the_stop_are_windows_of_stopped_steps(d: Draft) -> None:
    """N(1{k < T} omega)^2 <= (alpha gain)^2 N(U + W)^2 for the windows U + W of the stopped steps.

    A step k < T is behind by steps before T alone, which are steps of the stopped run: there omega is alpha gain times
    their sum.
    """
    stopping(d)
    d.local(ELEMENT, om_i)
    d.link(u_i, U + W, over=ELEMENT)
    d.given("moved", eq(stop * om_i, -effective * stop * u_i), LAGS)
    d.define(su_i, stop * om_i)
    d.link(su_i, omega, over=ELEMENT)
    most = (
        times("moved", su_i - effective * stop * u_i),
        times("su_i :=", su_i - effective * stop * u_i),
        square(effective * (1 - stop) * u_i),
        times("stop^2", 2 * (effective * u_i) ** 2),
    )
    d.have("shorter", le(su_i**2, effective**2 * u_i**2), combine(*most))
    d.conclude("bound", le(norm2(omega), effective**2 * norm2(U + W)), d.average("shorter", ELEMENT))
    d.witness({**STOP, "om_i": -2, "u_i": 1, "alpha": 1, "gain": 2}, {"U": (1,), "W": (0,), "omega": (-2,)})


h_now, h_next, h_last, drop, fall = symbols("h_now h_next h_last drop fall")


@lemma("stopped.sum", "Values along a stopped path telescope", assumes=[])
def values_along_a_stopped_path_telescope(d: Draft) -> None:
    """The sum of f(W_{k+1}) - f(W_k) over k < T is f(W_T) - f(W_0), in the mean.

    h_k = f(W_min(k,T)) moves by 1{k < T} (f(W_{k+1}) - f(W_k)), and ends at f(W_T).
    """
    stopping(d)
    d.local(STEP, f_now, f_next)
    d.given("K > 0", lt(0, K), "domain")
    d.path(h_now, h_next, f_first, h_last, mean_now, mean_next, K)
    d.given("stands", eq(h_next - h_now, stop * (f_next - f_now)), "domain")
    d.define(drop, stop * (f_next - f_now))
    d.mean(fall, of=drop)
    d.have("telescope", eq(K * (mean_next - mean_now), h_last - f_first), Telescope("h_now"))
    d.have("drop", eq(drop, h_next - h_now), combine(times("drop :="), times("stands", -1)))
    d.have("falls", eq(fall, mean_next - mean_now), d.average("drop", STEP))
    d.conclude("sum", eq(K * fall, h_last - f_first), combine(times("telescope"), times("falls", K)))
    d.witness(
        {
            **STOP, "K": 1, "f_first": 1, "h_now": 1, "mean_now": 1, "h_last": 0, "h_next": 0, "mean_next": 0,
            "f_now": 1, "f_next": 0, "fall": -1,
        }
    )  # fmt: skip


left, missed, g_i, sg_i, late_i, G2 = symbols("left P_left g_i sg_i late_i G2")
G, sG, late, G_k, sG_k, late_k = generators("G sG late G_k sG_k late_k")


@lemma("stopped.average", "The average of a run that may be stopped", assumes=[])
def average_is_that_before_the_stop_and_the_rest(d: Draft) -> None:
    """A <= A_T + P(T < K) G2, where G2 bounds the squared gradient; `left` is 1 where T < K, and 0 elsewhere."""
    stopping(d)
    d.local(STEP, left)
    d.given("left", le(1 - stop, left), "domain")
    d.mean(missed, of=left)
    d.link(g_i, G_k, over=COORDINATE)
    d.define(sg_i, stop * g_i)
    d.define(late_i, (1 - stop) * g_i)
    for part, at_step, whole in ((sg_i, sG_k, sG), (late_i, late_k, late)):
        d.link(part, at_step, over=COORDINATE)
        d.link(at_step, whole, over=STEP)
    d.link(G_k, G, over=STEP)
    d.given("G2 >= 0", le(0, G2), "domain")
    d.given("G2", le(norm2(G_k), G2), "domain")
    rest = 1 - stop
    d.have("rest", le(0, rest), combine(square(rest), times("stop^2")))
    parts = times("sg_i :=", -(sg_i + stop * g_i)), times("late_i :=", -(late_i + rest * g_i))
    both = combine(*parts, times("stop^2", -2 * g_i**2))
    d.have("parts", eq(g_i**2, sg_i**2 + late_i**2), both)
    d.have(
        "late", eq(late_i**2, rest * g_i**2), combine(times("late_i :=", late_i + rest * g_i), times("stop^2", g_i**2))
    )
    d.have("parts at a step", eq(norm2(G_k), norm2(sG_k) + norm2(late_k)), d.average("parts", COORDINATE))
    d.have("late at a step", eq(norm2(late_k), rest * norm2(G_k)), d.average("late", COORDINATE))
    bounded = combine(times("late at a step"), times("G2", rest), times("left", G2))
    d.have("bounded", le(norm2(late_k), left * G2), bounded)
    d.have("averaged", eq(norm2(G), norm2(sG) + norm2(late)), d.average("parts at a step", STEP))
    d.have("often", le(norm2(late), missed * G2), d.average("bounded", STEP))
    d.conclude("bound", le(norm2(G), norm2(sG) + missed * G2), combine(times("averaged"), times("often")))
    d.witness(
        {**STOP, "left": 0, "P_left": 0, "g_i": 1, "G2": 1},
        {**dict.fromkeys(("G", "G_k", "sG", "sG_k"), (1,)), "late": (0,), "late_k": (0,)},
    )
