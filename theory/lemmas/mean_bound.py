"""What conditional means prove of A: Theorem 1's multipliers with other numbers. Source: docs/theory.md#mean.end."""

from theory.kernel import Cite, Draft, combine, le, lemma, lt, times
from theory.lemmas.feasible import A, S, T, Y, a, g, near, p, q, qn, r, rbar2, reach, rho, sigma, signs, x, xn
from theory.lemmas.mean import T2, cw
from theory.lemmas.multiplier import A1, T1, denominator, f, mu, right_side, u, u1

PUT = {xn: 0 * x, g: 0 * x, p: p + cw, rbar2: T2, sigma: 1 + 0 * x}
"""What conditional means put for the numbers of Theorem 1 with resolved noise: no noise meets the step."""


@lemma("mean.end", "One number excludes all above it: conditional means")
def a_number_below_which_every_point_of_the_means_stays(d: Draft) -> None:
    """If G(A1; mu) < A1 for one mu, then every A with (i), (ii) of mean.feasible is below A1.

    G is that of multiplier.end with p + c_w for p, T2 for rbar2 sigma^2, and xn = 0.
    """
    signs(d, rho, p, cw, T2, q, qn, A, Y, mu)
    d.given("denominator", lt(0, denominator()), "domain")
    d.given("A1 > 0", lt(0, A1), "domain")
    d.given("component", le(a**2, Y**2), "domain")
    d.root(r, A, combine(times("A >= 0")))
    d.root(T, rho**2 * A + T2, combine(times("A >= 0", rho**2), times("T2 >= 0")))
    d.given("i", near(reach(T)), "domain")
    d.given("ii", le(a * r, p + cw + x / 2 * Y**2), "domain")
    gain = (1 - mu) ** 2
    d.root(T1, rho**2 * A1 + T2, combine(times("A1 > 0", rho**2), times("T2 >= 0")))
    d.root(u, gain * A, combine(times("A >= 0", gain)))
    d.root(u1, gain * A1, combine(times("A1 > 0", gain)))
    d.given("certificate", lt(right_side(T1, u1, 0 * x).xreplace(PUT), A1), "domain")
    d.root(f, A1 * A, combine(times("A >= 0", A1)))
    d.root(S, Y**2 - a**2, combine(times("component")))
    d.have("p + c_w >= 0", le(0, p + cw), combine(times("p >= 0"), times("c_w >= 0")))
    d.conclude("end", lt(A, A1), Cite("multiplier.end", "end", PUT))
    still = {"q": 0, "qn": 0, "x": 0, "rho": 0, "T2": 0, "T_s": 0, "T1": 0}
    point = {"A": 1, "Y": 1, "a": 1, "p": "1/2", "c_w": "1/2", "r": 1}
    d.witness({**still, **point, "S": 0, "mu": 1, "u": 0, "u1": 0, "A1": 4, "f": 2})
