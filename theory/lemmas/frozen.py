"""Two averages over a window that vanish or add up because a factor was known before the window began.

Stage by stage: j is the lag of the stage, W the sum of the last j of its martingale differences n. What was known
before the window is `frozen`: it depends on no sample of the window. Source: docs/theory.md#free.frozen_orthogonal.
"""

from theory.kernel import (
    ZERO,
    Draft,
    Induction,
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
from theory.lemmas import windows
from theory.setting.assumptions import INDEPENDENT, UNBIASED, VARIANCE

j = windows.j
W = windows.W
frozen, fresh = generators("Theta G_fresh")
Wc, y = generators("W_c y")
c, s2 = symbols("c_mean s2_m")


@lemma(
    "free.frozen_orthogonal",
    "What was frozen before a window is orthogonal to its noise",
    assumes=[UNBIASED, INDEPENDENT],
)
def frozen_objects_do_not_see_the_noise_of_the_window(d: Draft) -> None:
    """<Theta + G, W> = 0: Theta is known before the window of W, and G has mean zero given all samples before its own.

    The sequence that is met is what a frozen point and the fresh sample make: Theta is its mean over the fresh sample.
    """
    windows.martingale(d)
    d.local(j, frozen)
    d.process("Theta", known=-j - 1, differences=None, reason=INDEPENDENT)
    d.process("G_fresh", known=0, differences=0, reason=INDEPENDENT)
    d.have("before", eq(inner(frozen, W), 0), Tower("W", "Theta"))
    d.have("after", eq(inner(fresh, W), 0), Tower("G_fresh", "W"))
    d.conclude("orthogonal", eq(inner(frozen + fresh, W), 0), combine(times("before"), times("after")))
    d.witness({"d_m": 1}, {"n_m": (0,), "Theta": (1,), "G_fresh": (0,)})


@lemma(
    "free.weighted_window",
    "A window of differences with a weight known before it",
    assumes=[VARIANCE, INDEPENDENT],
)
def weighted_window_adds_in_squares(d: Draft) -> None:
    """N(sqrt(c) W)^2 <= j s^2 mean(c): the weight c is known before the window of the last j differences begins.

    y is sqrt(c) times the difference j + 1 steps ago. It is a difference itself, since c was known before it, and its
    second moment is at most s^2 mean(c), since that of the difference is at most s^2 given what was known before.
    """
    d.recursion(j, vectors={"W_c": (ZERO, Wc + y)})
    d.process("W_c", known=-1, differences=-j, reason="definition")
    d.local(j, y)
    d.process("y", known=-j - 1, differences=-j - 1, reason=INDEPENDENT)
    d.given("weighted", le(norm2(y), s2 * c), VARIANCE)
    d.have("orthogonal", eq(inner(Wc, y), 0), Tower("W_c", "y"))
    step = combine(times("hypothesis"), times("orthogonal", 2), times("weighted"))
    d.conclude("bound", le(norm2(Wc), j * s2 * c), Induction(j, combine(), step))
    d.witness({"d_m": 2, "s2_m": 1, "c_mean": 1}, {"y": (0,)})
