"""Terms of the trusted core and their exact arithmetic. Part of the trusted core; see RULES.md section 1.

A term is a number, a name, a Gram entry <one|other>, a sum, a product, or an integer power. A term is never simplified:
it is read as written. Two questions are answered exactly, by polynomials over the rationals (python-flint): whether a
term vanishes identically once its denominators are cleared, and which terms are positive multiples of each other.
Both answers speak only of points at which no denominator is zero, so whoever asks checks that first.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, TypeAlias

import flint

from theory.kernel.gap import Gap

Tag = Literal["number", "name", "gram", "sum", "product", "power"]
Atom = tuple[str, ...]
"""("x",) for a scalar x, ("u", "v") for the Gram entry <u|v> with u <= v."""


class Term:
    """An immutable expression; `args` are a Fraction, one or two names, terms, or a base and an integer."""

    __slots__ = ("_hash", "args", "tag")
    _hash: int
    tag: Tag
    args: tuple[Any, ...]

    def __init__(self, tag: Tag, *args: Any) -> None:  # noqa: ANN401 - what `tag` says
        object.__setattr__(self, "tag", tag)
        object.__setattr__(self, "args", args)
        object.__setattr__(self, "_hash", hash((tag, args)))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a term does not change")

    def __hash__(self) -> int:
        return int(self._hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Term) and (self.tag, self.args) == (other.tag, other.args)

    def __repr__(self) -> str:
        match self.tag:
            case "sum" | "product":
                return "(" + (" + " if self.tag == "sum" else " ").join(map(repr, self.args)) + ")"
            case "power":
                return f"{self.args[0]!r}^{self.args[1]}"
            case "gram":
                return f"<{self.args[0]}|{self.args[1]}>"
        return str(self.args[0])


def number(value: int | Fraction) -> Term:
    """Return a rational number."""
    return Term("number", Fraction(value))


def scalar(name: str) -> Term:
    """Return a scalar by its name."""
    return Term("name", name)


def gram(one: str, other: str) -> Term:
    """Return <one|other>, the same in both orders."""
    return Term("gram", *sorted((one, other)))


def of_atom(atom: Atom) -> Term:
    """Return an atom as a term."""
    return scalar(*atom) if len(atom) == 1 else gram(*atom)


def plus(*parts: Term) -> Term:
    """Return a sum, as written."""
    return Term("sum", *parts)


def times(*parts: Term) -> Term:
    """Return a product, as written."""
    return Term("product", *parts)


def power(base: Term, exponent: int) -> Term:
    """Return an integer power, as written."""
    return Term("power", base, exponent)


def minus(one: Term, other: Term) -> Term:
    """Return one - other, without a part that is the number 0."""
    zero, opposite = number(0), times(number(-1), other)
    return one if other == zero else opposite if one == zero else plus(one, opposite)


def walk(term: Term) -> Iterator[Term]:
    """Yield a term and all its parts, inner parts first."""
    for part in term.args:
        if isinstance(part, Term):
            yield from walk(part)
    yield term


@lru_cache(maxsize=50_000)
def atoms(term: Term) -> frozenset[Atom]:
    """Return the scalars and Gram entries that a term mentions."""
    if term.tag in ("name", "gram"):
        return frozenset({term.args})
    return frozenset().union(*(atoms(part) for part in term.args if isinstance(part, Term)))


def names(term: Term) -> frozenset[str]:
    """Return the names of scalars and generators that a term mentions."""
    return frozenset(name for atom in atoms(term) for name in atom)


@lru_cache(maxsize=50_000)
def divisors(term: Term) -> tuple[Term, ...]:
    """Return every base that a term divides by, as written, inner ones first."""
    return tuple(dict.fromkeys(part.args[0] for part in walk(term) if part.tag == "power" and part.args[1] < 0))


def replace(term: Term, by: Mapping[Atom, Term]) -> Term:
    """Return a term with atoms replaced, all at once; nothing is simplified."""
    if not by or atoms(term).isdisjoint(by):
        return term
    if term.tag in ("name", "gram"):
        return by[term.args]
    return Term(term.tag, *(replace(part, by) if isinstance(part, Term) else part for part in term.args))


Polynomial: TypeAlias = Any
"""A flint.fmpq_mpoly, whose package has no types."""


@lru_cache(maxsize=50_000)
def fraction(term: Term) -> tuple[Polynomial, Polynomial]:
    """Return numerator and denominator over the atoms of a term; raise `Gap` if it divides by the zero polynomial."""
    order = sorted(atoms(term))
    context = flint.fmpq_mpoly_ctx.get(tuple("|".join(atom) for atom in order), flint.Ordering.degrevlex)
    return _fraction(term, context, dict(zip(order, context.gens(), strict=True)))


def _fraction(term: Term, context: Any, generators: Mapping[Atom, Polynomial]) -> tuple[Polynomial, Polynomial]:  # noqa: ANN401
    one = context.constant(1)
    if term.tag == "number":
        return context.constant(flint.fmpq(term.args[0].numerator, term.args[0].denominator)), one
    if term.tag in ("name", "gram"):
        return generators[term.args], one
    if term.tag == "power":
        base, exponent = term.args
        above, below = _fraction(base, context, generators)
        if exponent < 0:
            if above.is_zero():
                raise Gap(f"{base} is zero and divided by")
            above, below = below, above
        return above ** abs(exponent), below ** abs(exponent)
    above, below = (context.constant(0), one) if term.tag == "sum" else (one, one)
    for part in term.args:
        n, d = _fraction(part, context, generators)
        if term.tag == "product":
            above, below = above * n, below * d
        else:
            common = below.gcd(d)
            above, below = above * (d / common) + n * (below / common), below * (d / common)
    return above, below


def rational(coefficient: flint.fmpq) -> Term:
    """Return a coefficient of a polynomial as a term."""
    return number(Fraction(int(coefficient.p), int(coefficient.q)))


def term_of(polynomial: Polynomial, order: Sequence[Atom]) -> Term:
    """Return a polynomial over atoms in a given order as a term."""
    return plus(
        *(
            times(rational(value), *(power(of_atom(atom), n) for atom, n in zip(order, powers, strict=True) if n))
            for powers, value in polynomial.terms()
        )
    )


def vanishes(term: Term) -> bool:
    """Return whether a term is zero wherever its denominators are not."""
    return bool(fraction(term)[0].is_zero())


def constant(term: Term) -> bool:
    """Return whether a term has the same value at all points at which it is defined."""
    above, below = fraction(term)
    if above.is_zero():
        return True
    common = above.gcd(below)
    return bool((above / common).is_constant() and (below / common).is_constant())


Monomials = tuple[tuple[tuple[tuple[str, int], ...], Fraction], ...]
Key = tuple[Monomials, Monomials]


@lru_cache(maxsize=50_000)
def key(term: Term) -> Key:
    """Return a key shared exactly by the positive rational multiples of a term, as rational functions."""
    above, below = fraction(term)
    common = above.gcd(below)
    top, bottom = _monomials(above / common), _monomials(below / common)
    sign = 1 if bottom[0][1] > 0 else -1
    return _scaled(top, sign), _scaled(bottom, sign)


def _monomials(polynomial: Polynomial) -> list[tuple[tuple[tuple[str, int], ...], Fraction]]:
    labels = polynomial.context().names()
    return sorted(
        (
            tuple((label, power) for label, power in zip(labels, powers, strict=True) if power),
            Fraction(int(coefficient.p), int(coefficient.q)),
        )
        for powers, coefficient in polynomial.terms()
    )


def _scaled(terms: list[tuple[tuple[tuple[str, int], ...], Fraction]], sign: int) -> Monomials:
    return tuple((monomial, sign * value / abs(terms[0][1])) for monomial, value in terms)


def is_integer(term: Term, counters: frozenset[str]) -> bool:
    """Return whether a term is an integer because it is made of integers and counters by sums and products."""
    if term.tag == "number":
        return bool(term.args[0].denominator == 1)
    if term.tag in ("sum", "product"):
        return all(is_integer(part, counters) for part in term.args)
    return term.tag == "name" and term.args[0] in counters
