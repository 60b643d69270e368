"""Inequalities between numbers: roots and quadratics. Source: elementary."""

from sympy import Expr, Symbol

from theory.kernel import Cite, Contradiction, Draft, combine, eq, le, lemma, lt, square, symbols, times

k0, k1, k2, h, s, t, z = symbols("k0 k1 k2 h s t z")


def where(**values: Expr) -> dict[Symbol, Expr]:
    """Return a substitution by names of symbols."""
    return {symbols(name)[0]: value for name, value in values.items()}


@lemma("order.root", "The square root is monotone")
def squares_order_nonnegative_numbers(d: Draft) -> None:
    """If t >= 0 and s^2 <= t^2 then s <= t."""
    d.given("t >= 0", le(0, t), "domain")
    d.given("squares", le(s**2, t**2), "domain")
    d.conclude("bound", le(s, t), Contradiction(combine(times("squares"), square(s - t), times("negation", 2 * t))))
    d.witness(s=1, t=2)


@lemma("order.quadratic", "A quadratic inequality bounds its variable by the larger root")
def a_quadratic_inequality_is_solved_by_its_larger_root(d: Draft) -> None:
    """If k2 > 0, h >= 0, h^2 = k1^2 + k2 k0 and k2 z^2 <= 2 k1 z + k0 then z <= (k1 + h)/k2."""
    d.given("k2 > 0", lt(0, k2), "domain")
    d.given("h >= 0", le(0, h), "domain")
    d.given("h^2", eq(h**2, k1**2 + k2 * k0), "domain")
    d.given("quadratic", le(k2 * z**2, 2 * k1 * z + k0), "domain")
    d.have("squares", le((k2 * z - k1) ** 2, h**2), combine(times("quadratic", k2), times("h^2", -1)))
    d.have("root", le(k2 * z - k1, h), Cite("order.root", "bound", where(s=k2 * z - k1, t=h)))
    d.conclude("bound", le(z, (k1 + h) / k2), combine(times("root", 1 / k2)))
    d.witness(k0=3, k1=1, k2=1, h=2, z=1)
