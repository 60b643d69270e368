"""Inequalities of a real inner-product space, from bilinearity and norm2 >= 0 alone.

Norms enter as bounds: `norm2(u) <= s^2` with s >= 0 says that u is at most s long. Source: docs/theory.md#space.
"""

from theory.kernel import (
    Cite,
    Draft,
    ZeroCases,
    combine,
    generators,
    inner,
    le,
    lemma,
    norm2,
    norm_square,
    symbols,
    times,
)

u, w = generators("u w")
s, t = symbols("s t")


@lemma("hilbert.cauchy_schwarz", "Cauchy-Schwarz")
def inner_product_is_at_most_the_product_of_norms(d: Draft) -> None:
    """<u, w>^2 <= norm(u)^2 norm(w)^2, also where w vanishes."""
    c, length, other = inner(u, w), norm2(w), norm2(u)
    d.have("w", le(0, length), combine(norm_square(w)))
    positive = combine(norm_square(length * u - c * w, 1 / length))
    half = (other + 1) / 2
    zero = combine(norm_square(c * u - half * w), times("case", half**2 - other))
    d.conclude("bound", le(c**2, other * length), ZeroCases(length, positive, zero))


def _lengths(d: Draft) -> None:
    d.given("s >= 0", le(0, s), "domain")
    d.given("t >= 0", le(0, t), "domain")
    d.given("u", le(norm2(u), s**2), "domain")
    d.given("w", le(norm2(w), t**2), "domain")
    d.witness(s=1, t=2, vectors={"u": (1, 0), "w": (1, 1)})


@lemma("hilbert.product", "Cauchy-Schwarz for bounded vectors")
def inner_product_is_at_most_the_product_of_bounds(d: Draft) -> None:
    """If norm(u) <= s and norm(w) <= t then <u, w> <= s t."""
    _lengths(d)
    c = inner(u, w)
    d.have("length of w", le(0, norm2(w)), combine(norm_square(w)))
    d.have("Cauchy-Schwarz", le(c**2, norm2(u) * norm2(w)), Cite("hilbert.cauchy_schwarz", "bound"))
    d.have("squares", le(c**2, (s * t) ** 2), combine(times("Cauchy-Schwarz"), times("u", norm2(w)), times("w", s**2)))
    d.conclude("bound", le(c, s * t), Cite("order.root", "bound", {s: c, t: s * t}))


@lemma("hilbert.minkowski", "Minkowski")
def norm_of_a_sum_is_at_most_the_sum_of_bounds(d: Draft) -> None:
    """If norm(u) <= s and norm(w) <= t then norm(u + w) <= s + t."""
    _lengths(d)
    d.have("product", le(inner(u, w), s * t), Cite("hilbert.product", "bound"))
    d.conclude("bound", le(norm2(u + w), (s + t) ** 2), combine(times("u"), times("w"), times("product", 2)))
