"""What follows if the noise may grow with the gradient: E norm(n_k)^2 <= sigma^2 + growth norm(grad f(W_k))^2.

One assumption is edited; Theorem 1 is proved again by the same steps with the level s = sqrt(sigma^2 + growth A) in the
place of sigma, and Theorem 3 and the floor follow. growth is r^2 of the assumption `variance-growing`.
"""

from theory.kernel import STEP, Cite, Draft, combine, le, lemma, lt, norm2, norm_square, square, symbols, times
from theory.lemmas.complexity import inflation, linear_right, t
from theory.lemmas.feasible import POINT, A, R, S, Y, a, descends, near, p, q, qn, r, reach, rho, sigma, signs, x
from theory.lemmas.master import WORLD, WORLD_VECTORS, F, F_k, NoiseModel, n, n_k, theorem_1
from theory.setting.assumptions import (
    LAGS,
    LOWER,
    RESPONSE,
    SMOOTH,
    STALENESS,
    UNBIASED,
    VARIANCE_GROWING,
)
from theory.setting.symbols import symbol

growth, level = symbol("growth"), symbols("level")[0]


def _growing(d: Draft) -> None:
    d.given("sigma >= 0", le(0, sigma), "domain")
    d.given("growth >= 0", le(0, growth), "domain")
    d.given("variance", le(norm2(n_k), sigma**2 + growth * norm2(F_k)), VARIANCE_GROWING)
    positive = combine(square(sigma), times("A :=", -growth), norm_square(F, growth))
    d.root(level, sigma**2 + growth * A, positive)


def _growing_length(d: Draft) -> None:
    averaged = d.average("variance", STEP)
    d.have("averaged", le(norm2(n), sigma**2 + growth * norm2(F)), averaged)
    d.have("length", le(norm2(n), level**2), combine(times("averaged"), times("level^2", -1), times("A :=", -growth)))


GROWING = NoiseModel(VARIANCE_GROWING, level, _growing, _growing_length)
"""The second moment of the noise is at most sigma^2 plus a multiple of the squared gradient."""


@lemma(
    "growing.sharp",
    "Theorem 1 for noise that grows with the gradient",
    assumes=[SMOOTH, LOWER, UNBIASED, VARIANCE_GROWING, RESPONSE, LAGS, STALENESS],
)
def the_point_of_a_run_is_feasible_for_growing_noise(d: Draft) -> None:
    """(i), (ii) and |a| <= Y hold with sqrt(sigma^2 + growth A) in the place of sigma."""
    theorem_1(d, GROWING)
    d.witness({**WORLD, "sigma": "1/2", "growth": "5/16"}, WORLD_VECTORS)


@lemma("growing.linear", "Theorem 3 for noise that grows with the gradient")
def theorem_3_for_growing_noise(d: Draft) -> None:
    """Theorem 3 with sigma, and growth times every factor of sigma^2 taken off the left-hand side.

    The floor becomes rho^2 sigma^2/(1 - rho^2 (1 + growth)).
    """
    signs(d, rho, sigma, p, x, q, qn, A, Y)
    d.given("growth >= 0", le(0, growth), "domain")
    d.given("component", le(a**2, Y**2), "domain")
    d.root(level, sigma**2 + growth * A, combine(square(sigma), times("A >= 0", growth)))
    d.root(r, A, combine(times("A >= 0")))
    d.root(R, A + level**2, combine(times("A >= 0"), square(level)))
    d.root(S, Y**2 - a**2, combine(times("component")))
    d.given("lag is short", lt(x + q**2, 1), "domain")
    d.given("t > 0", lt(0, t), "domain")
    d.given("i", near(reach()), "domain")
    d.given("ii", descends(x, x).substitute({sigma: level}), "domain")
    room = 1 - x - q**2
    left = A * (1 - (1 + t) * inflation(room) * rho**2)
    right = linear_right(room)
    d.have("at the level", le(left, right.xreplace({sigma: level})), Cite("complexity.linear", "bound", {sigma: level}))
    weight = x + inflation(room) * (1 + t) * rho**2 + 2 * x**2 / room
    d.conclude("bound", le(left - growth * A * weight, right), combine(times("at the level"), times("level^2", weight)))
    d.witness({**POINT, "t": 1, "sigma": "3/5", "growth": "7/9"})
