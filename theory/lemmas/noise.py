"""The noise of a sample's gradient: orthogonal to what was known before, with bounded second moment.

Vectors are random sequences; the inner product is (1/K) sum over k < K of E <., .>. Source: docs/theory.md#space.
"""

from theory.kernel import STEP, Draft, Tower, combine, eq, generators, inner, le, lemma, norm2, times
from theory.setting.assumptions import UNBIASED, VARIANCE
from theory.setting.symbols import symbol

sigma = symbol("sigma")
F, n, n_k = generators("F n n_k")


def noise(d: Draft) -> None:
    """Introduce the noise n: a martingale difference whose second moment, given the past, is at most sigma^2."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.link(n_k, n, over=STEP)
    d.given("variance", le(norm2(n_k), sigma**2), VARIANCE)


@lemma(
    "noise.orthogonal",
    "The noise is orthogonal to the past and at most sigma long",
    assumes=[UNBIASED, VARIANCE],
)
def noise_is_orthogonal_to_the_past(d: Draft) -> None:
    """<F, n> = 0 for every sequence F whose members are known before the sample is drawn; N(n) <= sigma."""
    noise(d)
    d.process("F", known=-1, differences=None, reason="domain")
    d.conclude("orthogonal", eq(inner(F, n), 0), Tower("n", "F"))
    d.conclude("length", le(norm2(n), sigma**2), d.average("variance", STEP))
    d.witness({"sigma": 1}, {"n": (0,), "n_k": (0,), "F": (1,)})


@lemma(
    "noise.second_moment",
    "The second moment of a sample's gradient",
    assumes=[UNBIASED, VARIANCE],
)
def gradient_and_noise_add_in_squares(d: Draft) -> None:
    """N(F + n)^2 <= N(F)^2 + sigma^2 =: R^2."""
    noise(d)
    d.process("F", known=-1, differences=None, reason="domain")
    d.have("orthogonal", eq(inner(F, n), 0), Tower("n", "F"))
    d.have("length", le(norm2(n), sigma**2), d.average("variance", STEP))
    d.conclude("bound", le(norm2(F + n), norm2(F) + sigma**2), combine(times("length"), times("orthogonal", 2)))
    d.witness({"sigma": 1}, {"n": (0,), "n_k": (0,), "F": (1,)})
