"""Small claims, one for each thing that a statement can say; `test_coq_statement.py` has what Coq must read of them."""

import sympy

from theory.kernel import (
    COORDINATE,
    ELEMENT,
    STAGE,
    STEP,
    Average,
    Cite,
    Draft,
    Induction,
    combine,
    eq,
    generators,
    inner,
    le,
    lt,
    norm2,
    square,
    symbols,
    times,
)
from theory.kernel.claim import Claim
from theory.kernel.draft import write
from theory.setting.assumptions import LAGS, UNBIASED

x, y, z, a, b, k, j, w, p, q, X, Y = symbols("x y z a b k j w p q X Y")
u, v, n, F, W, Z, e, m, g = generators("u v n F W Z e m g")
HALF = sympy.Rational(1, 2)
INDUCED = Induction(k, combine(), combine())


def algebra(d: Draft) -> None:
    """Numbers, powers, quotients, the three relations, two conclusions."""
    d.given("order", lt(x, y), "domain")
    d.given("sign", le(-1, x * y), "domain")
    d.given("third", eq(-x / 3, y**3), "domain")
    d.conclude("one", le(1 / x, y**-2), combine())
    d.conclude("two", lt(0, x + y), combine())


def definitions(d: Draft) -> None:
    """A definition, a root, a direction: each says what it is made of."""
    d.define(b, 2 * a)
    d.root(w, a, combine(square(1)))
    d.direction("e", z)
    d.conclude("c", le(0, b * w), combine())


def geometry(d: Draft) -> None:
    """Vectors in one space, and two others in another."""
    d.given("p", le(norm2(u + v), 1), "domain")
    d.given("q", eq(norm2(n), a), "domain")
    d.conclude("c", le(inner(u, v), 1), combine())


def mean(d: Draft) -> None:
    """A value at each step, and its mean; a premise at each step."""
    d.mean(X, of=x)
    d.given("p", le(x, y), "domain")
    d.conclude("c", le(X, y), Average(le(x, y), combine(times("p")), STEP))


def step(d: Draft) -> None:
    """A value at each step is part of a random sequence of numbers."""
    d.link(x, u, over=STEP)
    d.conclude("c", le(norm2(u), 1), Average(le(x**2, 1), combine(), STEP))


def element(d: Draft) -> None:
    """A coordinate at each step is part of a combination of random sequences of vectors."""
    d.link(x, 2 * u - v, over=ELEMENT)
    d.conclude("c", le(norm2(u), 1), Average(le(x**2, 1), combine(), ELEMENT))


def coordinate(d: Draft) -> None:
    """Coordinates of a vector, bounded by a number."""
    d.link(x, u, over=COORDINATE)
    d.given("p", le(x**2, a), "domain")
    d.conclude("c", le(norm2(u), a), Average(le(x**2, a), combine(), COORDINATE))


def stage(d: Draft) -> None:
    """A vector for each stage, part of a vector of all stages, with a bound of its own."""
    d.link(v, u, over=STAGE)
    d.local(STAGE, b)
    d.given("p", le(norm2(v), b), "domain")
    d.conclude("c", le(norm2(u), a), Average(le(norm2(v), b), combine(times("p")), STAGE))


def process(d: Draft) -> None:
    """Noise, something known before it, and the noise two steps ago."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("F", known=-1, differences=None, reason=LAGS)
    d.process("m", known=0, differences=None, reason=LAGS)
    d.delayed("Z", of="n", lag=2)
    d.conclude("c", eq(inner(n, F), 0), combine())


def path(d: Draft) -> None:
    """A path of values."""
    names = symbols("f0 f1 f2 f3 f4 f5 f6")
    d.path(*names)
    d.conclude("c", le(names[2], names[3]), combine())


def counting(d: Draft) -> None:
    """A recursion: a number, a vector, and something chosen anew at each count."""
    d.local(k, p)
    d.given("p", le(0, p), "domain")
    d.given("here", le(w, 5), "domain")
    d.given("size", le(norm2(u), norm2(v)), "domain")
    d.recursion(k, {w: (0, w + p)}, {"W": (u, W + 2 * v)})
    d.conclude("c", le(norm2(W), w + k), INDUCED)


def everywhere(d: Draft) -> None:
    """A recursion of which no premise speaks at the count at hand: the conclusion holds at all counts."""
    d.recursion(k, {w: (1, 2 * w)})
    d.conclude("c", le(k, w), INDUCED)


def delayed(d: Draft) -> None:
    """A sequence that is delayed by a count, and sums of it."""
    d.process("n", known=0, differences=0, reason=UNBIASED)
    d.process("W", known=-1, differences=-k, reason="definition")
    d.delayed("Z", of="n", lag=2 * k + 1)
    d.recursion(k, vectors={"W": (0 * u, W + Z)})
    d.conclude("c", le(norm2(W), k * norm2(n)), INDUCED)


def lags(d: Draft) -> None:
    """Each stage has a lag of its own, up to which something is built; a bound is there for each stage and count."""
    d.recursion(k, {w: (0, w + b)})
    d.local(STAGE, k, w, b)
    d.given("p", le(w, a), "domain")
    d.conclude("c", le(w, a * k), INDUCED)


def parts(d: Draft) -> None:
    """A vector that is cut into elements and into stages."""
    d.link(x, u, over=ELEMENT)
    d.link(v, u, over=STAGE)
    d.conclude("c", le(norm2(u), 1), Average(le(x**2, 1), combine(), ELEMENT))


def citing(d: Draft) -> None:
    """A claim about one point that cites one about steps."""
    d.conclude("c", le(a, y), Cite("t.mean", "c", {X: a}))


AUTHORS = (algebra, definitions, geometry, mean, step, element, coordinate, stage, process, path, counting,
           everywhere, delayed, lags, parts, citing)  # fmt: skip


def claim(author: object) -> Claim:
    name = author.__name__  # type: ignore[attr-defined]
    return write(f"t.{name}", "t", author, source="t", assumes=(UNBIASED, LAGS))  # type: ignore[arg-type]
