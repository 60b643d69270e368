"""What regions in time, left with a small probability, prove of A. Source: docs/theory.md#tube.certified.

Until step T the weights, and those that stages still hold, are in the region of their step; `stop` is 1 in the steps
k < T, as in `theory.lemmas.stopped`. A is that of the stopped run, which has the constants of the regions.
"""

from theory.kernel import Cite, Draft, combine, le, lemma, lt, norm2, norm_square, times
from theory.lemmas.feasible import A, S, T, Y, a, near, p, q, qn, r, reach, rho, signs, x
from theory.lemmas.mean import T2, cw
from theory.lemmas.mean_bound import PUT
from theory.lemmas.multiplier import A1, T1, denominator, f, mu, right_side, u, u1
from theory.lemmas.stopped import G2, SPLIT, SPLIT_VECTORS, G, missed, sG, split


@lemma("tube.certified", "What regions in time prove of a run")
def average_of_a_run_by_the_constants_of_its_regions(d: Draft) -> None:
    """If G(A1; mu) < A1 for one mu, then A_T < A1, and A < A1 + P(T < K) G2.

    (A_T, Y, a) is the point of the run stopped at T: (i), (ii) and |a| <= Y of mean.feasible, with constants of the
    regions. G is that of mean.end, A the average squared gradient of the run, G2 bounds it everywhere.
    """
    split(d)
    signs(d, rho, p, cw, T2, q, qn, Y, mu)
    d.define(A, norm2(sG))
    positive = combine(times("A :=", -1), norm_square(sG))
    d.given("denominator", lt(0, denominator()), "domain")
    d.given("A1 > 0", lt(0, A1), "domain")
    d.given("component", le(a**2, Y**2), "domain")
    d.root(r, A, positive)
    d.root(T, rho**2 * A + T2, combine(times("A :=", -(rho**2)), norm_square(sG, rho**2), times("T2 >= 0")))
    d.given("i", near(reach(T)), "domain")
    d.given("ii", le(a * r, p + cw + x / 2 * Y**2), "domain")
    gain = (1 - mu) ** 2
    d.root(T1, rho**2 * A1 + T2, combine(times("A1 > 0", rho**2), times("T2 >= 0")))
    d.root(u, gain * A, combine(times("A :=", -gain), norm_square(sG, gain)))
    d.root(u1, gain * A1, combine(times("A1 > 0", gain)))
    d.given("certificate", lt(right_side(T1, u1, 0 * x).xreplace(PUT), A1), "domain")
    d.root(f, A1 * A, combine(times("A :=", -A1), norm_square(sG, A1)))
    d.root(S, Y**2 - a**2, combine(times("component")))
    d.have("A >= 0", le(0, A), positive)
    d.conclude("stopped", lt(A, A1), Cite("mean.end", "end"))
    d.have("whole", le(norm2(G), norm2(sG) + missed * G2), Cite("stopped.average", "bound"))
    d.conclude("bound", lt(norm2(G), A1 + missed * G2), combine(times("whole"), times("stopped"), times("A :=", -1)))
    still = {"q": 0, "qn": 0, "x": 0, "rho": 0, "T2": 0, "T_s": 0, "T1": 0}
    point = {"Y": 1, "a": 1, "p": "1/2", "c_w": "1/2", "r": 1}
    ends = {"S": 0, "mu": 1, "u": 0, "u1": 0, "A1": 4, "f": 2}
    d.witness({**SPLIT, **still, **point, **ends}, SPLIT_VECTORS)
