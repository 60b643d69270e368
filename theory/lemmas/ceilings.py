"""Runs that are stopped where a constant that they meet passes its ceiling. Source: docs/theory.md#stopped.ceiling.

What a step meets is known before its sample, so whether it passes a ceiling is known as well. X is a sequence of which
V_k is the mean square of step k given the past: the noise, the noise or the gradient by the share, what staleness adds.
"""

from theory.kernel import (
    COORDINATE,
    STEP,
    Draft,
    Tower,
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
from theory.lemmas.master import L, alpha, effective, gain
from theory.lemmas.mean import Lk, cw, root_Lk
from theory.lemmas.stopped import STOP, stop, stopping
from theory.setting.assumptions import SMOOTH, VARIANCE

x_i, sx_i, lsx_i, sL_k, V_k, surplus = symbols("x_i sx_i Lsx_i sL_k V_k surplus")
Lbar, Vbar, LVbar, V, C = symbols("Lbar_k Vbar_k LVbar_k Vbar LVbar")
"""The ceilings of a step, their product; the averages of Vbar_k and of the product."""
X_k, sX_k, sX, LsX_k, LsX, Stop, SL, Over = generators("X_k sX_k sX Lsx_k Lsx Stop sL Surplus")


@lemma("stopped.ceiling", "Constants that do not pass their ceilings before the stop", assumes=[SMOOTH, VARIANCE])
def stopped_run_has_its_ceilings_for_constants(d: Draft) -> None:
    """If L_k <= Lbar_k <= L and V_k <= Vbar_k before T, the stopped run has the ceilings in the place of its constants.

    1{k < T} L_k <= L; N(1{k < T} X)^2 is at most the average of Vbar_k, and with the weight L_k, which is known before
    sample k, at most that of Lbar_k Vbar_k.
    """
    stopping(d)
    d.local(STEP, Lk, Lbar, V_k, Vbar, X_k)
    d.given("alpha > 0", lt(0, alpha), "domain")
    d.given("gain > 0", lt(0, gain), "domain")
    d.given("L_k >= 0", le(0, Lk), "domain")
    d.given("Vbar_k >= 0", le(0, Vbar), "domain")
    d.given("Lbar_k <= L", le(Lbar, L), SMOOTH)
    d.given("ceiling of L_k", le(stop * Lk, Lbar), SMOOTH)
    d.given("ceiling of V_k", le(stop * V_k, Vbar), VARIANCE)
    d.root(root_Lk, Lk, combine(times("L_k >= 0")))
    d.link(x_i, X_k, over=COORDINATE)
    for part, of, at_step, whole in (
        (sx_i, stop * x_i, sX_k, sX),
        (lsx_i, root_Lk * stop * x_i, LsX_k, LsX),
    ):
        d.define(part, of)
        d.link(part, at_step, over=COORDINATE)
        d.link(at_step, whole, over=STEP)
    d.define(sL_k, stop * Lk)
    d.define(surplus, norm2(X_k) - V_k)
    for number, image in ((stop, Stop), (sL_k, SL), (surplus, Over)):
        d.link(number, image, over=STEP)
    for name in ("Stop", "sL"):
        d.process(name, known=-1, differences=None, reason="domain")
    d.process("Surplus", known=0, differences=0, reason=VARIANCE)
    d.define(LVbar, Lbar * Vbar)
    d.mean(V, of=Vbar)
    d.mean(C, of=LVbar)
    d.define(cw, effective / 2 * C)
    d.conclude("curvature", le(stop * Lk, L), combine(times("ceiling of L_k"), times("Lbar_k <= L")))
    for name, other in (("Stop", Stop), ("sL", SL)):
        d.have(f"surplus {name}", eq(inner(Over, other), 0), Tower("Surplus", name))
    d.have("0 <= stop", le(0, stop), combine(square(stop), times("stop^2")))
    d.have("0 <= sL", le(0, stop * Lk), combine(times("L_k >= 0", stop)))
    d.have("square", eq(sx_i**2, stop * x_i**2), combine(times("sx_i :=", sx_i + stop * x_i), times("stop^2", x_i**2)))
    weighed = root_Lk * stop * x_i
    by_curvature = (
        times("Lsx_i :=", lsx_i + weighed),
        times("sqrt_Lk^2", (stop * x_i) ** 2),
        times("stop^2", Lk * x_i**2),
    )
    d.have("weighed square", eq(lsx_i**2, stop * Lk * x_i**2), combine(*by_curvature))
    d.have("at a step", eq(norm2(sX_k), stop * norm2(X_k)), d.average("square", COORDINATE))
    d.have("weighed at a step", eq(norm2(LsX_k), stop * Lk * norm2(X_k)), d.average("weighed square", COORDINATE))
    below = combine(times("at a step"), times("surplus :=", -stop), times("ceiling of V_k"))
    d.have("below", le(norm2(sX_k), stop * surplus + Vbar), below)
    product = (
        times("weighed at a step"),
        times("surplus :=", -stop * Lk),
        times("stop^2", -Lk * V_k),
        times("ceiling of V_k", stop * Lk),
        times("ceiling of L_k", Vbar),
        times("sL_k :=", -surplus),
        times("LVbar_k :=", -1),
    )
    d.have("weighed below", le(norm2(LsX_k), sL_k * surplus + LVbar), combine(*product))
    d.have("averaged", le(norm2(sX), inner(Over, Stop) + V), d.average("below", STEP))
    d.have("weighed averaged", le(norm2(LsX), inner(Over, SL) + C), d.average("weighed below", STEP))
    d.conclude("noise", le(norm2(sX), V), combine(times("averaged"), times("surplus Stop")))
    paid = times("weighed averaged", effective / 2), times("surplus sL", effective / 2), times("c_w :=", -1)
    d.conclude("c_w", le(effective / 2 * norm2(LsX), cw), combine(*paid))
    d.witness(
        {
            **STOP, "L_k": 1, "sqrt_Lk": 1, "Lbar_k": 2, "L": 2, "V_k": 1, "Vbar_k": 2, "alpha": "1/20", "gain": 2,
            "x_i": 1, "sx_i": 1, "Lsx_i": 1, "sL_k": 1, "surplus": 0, "LVbar_k": 4, "Vbar": 2, "LVbar": 4,
            "c_w": "1/5",
        },
        {**dict.fromkeys(("X_k", "sX_k", "sX", "Lsx_k", "Lsx", "Stop", "sL"), (1,)), "Surplus": (0,)},
    )  # fmt: skip
