"""The noise of a direction that is read at stale weights, by that at current ones. Source: docs/theory.md#noise.stale.

n is the noise at current weights, d the change of a sample's direction by staleness, dbar the mean of d given the past;
the noise of the stale direction is n + d - dbar. All are weighed by numbers that are known before the sample.
"""

from theory.kernel import (
    ELEMENT,
    Cite,
    Draft,
    Tower,
    combine,
    eq,
    generators,
    inner,
    le,
    lemma,
    norm2,
    norm_square,
    symbols,
    times,
)
from theory.lemmas.order import where
from theory.setting.assumptions import STALENESS, UNBIASED, VARIANCE

fresh, turn, turn_mean, turned, lam, N, D = symbols("fresh_i turn_i turn_mean turned_i lam_i N D")
"""n, d, dbar and n + d - dbar of an element; its weight; what bounds n and d, times their weights."""
LF, LT, LTm, LTd, LS = generators("L_fresh L_turn L_turn_mean L_turn_rest L_turned")


@lemma("noise.stale", "The noise of a direction at stale weights", assumes=[UNBIASED, VARIANCE, STALENESS])
def noise_of_a_stale_direction_is_at_most_both_deviations(d: Draft) -> None:
    """N(lam (n + d - dbar)) <= N(lam n) + N(lam d) for every weight lam that is known before the sample.

    The standard deviation of a sum is at most the sum of both, and a standard deviation at most a root mean square:
    N(lam (d - dbar)) <= N(lam d), as lam dbar is known before the sample.
    """
    d.local(ELEMENT, lam, fresh, turn, turn_mean, turned)
    d.given("stale noise", eq(turned, fresh + turn - turn_mean), "domain")
    weighed = {
        "lam_fresh": (fresh, LF), "lam_turn": (turn, LT), "lam_turn_mean": (turn_mean, LTm),
        "lam_turn_rest": (turn - turn_mean, LTd), "lam_turned": (turned, LS),
    }  # fmt: skip
    lf, lt, lm, ld, ls = (symbols(name)[0] for name in weighed)
    for name, (of, image) in weighed.items():
        d.define(symbols(name)[0], lam * of)
        d.link(symbols(name)[0], image, over=ELEMENT)
    d.process("L_turn_mean", known=-1, differences=None, reason="domain")
    d.process("L_turn_rest", known=0, differences=0, reason=UNBIASED)
    d.given("N >= 0", le(0, N), "domain")
    d.given("D >= 0", le(0, D), "domain")
    d.given("N", le(norm2(LF), N**2), VARIANCE)
    d.given("D", le(norm2(LT), D**2), STALENESS)
    both = lm + ld
    parts = (
        times("lam_turn :=", lt + both),
        times("lam_turn_mean :=", -lt - both),
        times("lam_turn_rest :=", -lt - both),
    )
    d.have("parts", eq(lt**2, both**2), combine(*parts))
    d.have("averaged", eq(norm2(LT), norm2(LTm + LTd)), d.average("parts", ELEMENT))
    d.have("orthogonal", eq(inner(LTd, LTm), 0), Tower("L_turn_rest", "L_turn_mean"))
    mean_part = times("orthogonal", 2), norm_square(LTm)
    d.conclude(
        "centred", le(norm2(LTd), norm2(LT)), combine(times("averaged", -1), times("orthogonal", -2), mean_part[1])
    )
    d.have("rest", le(norm2(LTd), D**2), combine(times("centred"), times("D")))
    total = lf + ld
    d.have(
        "noise",
        eq(ls**2, total**2),
        combine(
            times("lam_turned :=", ls + total),
            times("stale noise", lam * (ls + total)),
            times("lam_fresh :=", -ls - total),
            times("lam_turn_rest :=", -ls - total),
        ),
    )
    d.have("noise averaged", eq(norm2(LS), norm2(LF + LTd)), d.average("noise", ELEMENT))
    d.have(
        "sum",
        le(norm2(LF + LTd), (N + D) ** 2),
        Cite("hilbert.minkowski", "bound", where(s=N, t=D), {"u": LF, "w": LTd}),
    )
    d.conclude("bound", le(norm2(LS), (N + D) ** 2), combine(times("noise averaged"), times("sum")))
    d.witness(
        {"lam_i": 1, "fresh_i": 1, "turn_i": 1, "turn_mean": 1, "turned_i": 1, "N": 1, "D": 1},
        {"L_fresh": (1,), "L_turn": (1,), "L_turn_mean": (1,), "L_turn_rest": (0,), "L_turned": (1,)},
    )
