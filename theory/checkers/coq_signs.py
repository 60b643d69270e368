"""Signs in Coq: why a weight is nonnegative, a fact strict, or a denominator nonzero.

The reason follows the structure of the term (products, sums, powers) down to the facts of its place in the proof, so
that Coq has nothing to search for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from theory.checkers.coq_lemma import Scope
from theory.checkers.coq_world import Unfounded
from theory.kernel import proof as p
from theory.kernel.reading import read, read_vector
from theory.kernel.signs import NONNEGATIVE, POSITIVE, Rel, Signs
from theory.kernel.statement import inner
from theory.kernel.terms import (
    Key,
    Term,
    constant,
    divisors,
    fraction,
    key,
    number,
    plus,
    power,
    rational,
    times,
)

Writer = Callable[[], None]
Sign = Literal["==", "<=", "<"]


@dataclass(frozen=True)
class Written:
    """A product of a certificate: its value, as Coq writes it, how it is proved, and what is proved of it."""

    value: Term
    text: str
    prove: Writer
    sign: Sign


class Prover:
    """Writes why something is nonnegative, positive or nonzero, from structure and facts."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.lemma, self.printer = scope, scope.lemma, scope.printer
        self.known = scope.known_here()
        self.signs = Signs(relation for _, relation in self.known.values())
        self.keys: dict[Key, tuple[str, Rel]] = {}
        for term, fact in self.known.values():
            if fact.op != "==":
                name = key(fact.slack)
                if name not in self.keys or fact.op == "<":
                    self.keys[name] = (term, fact)

    def product(self, term: p.Term, *, strict: bool) -> Written:
        """Return a product of a certificate; with `strict` it is proved positive if that is known."""
        weight = read(term.weight)
        text = self.printer.text
        if isinstance(term, p.Times):
            if term.fact not in self.known:
                raise Unfounded(f"the fact {term.fact!r} is not known at the values at hand")
            hypothesis, fact = self.known[term.fact]
            value, written = times(weight, fact.slack), f"({text(weight)} * ({text(fact.rhs)} - {text(fact.lhs)}))"
            if fact.op == "==":
                return Written(value, written, lambda: self.lemma.add(f"apply eqz; exact {hypothesis}."), "==")
            if fact.op == "<" and strict and self.signs.of(weight) == POSITIVE:
                return Written(value, written, lambda: self._both("ltz", weight, self.positive, hypothesis), "<")
            weak = hypothesis if fact.op == "<=" else f"(Rlt_le _ _ {hypothesis})"
            return Written(value, written, lambda: self._both("lez", weight, self.nonnegative, weak), "<=")
        if isinstance(term, p.Square):
            base = read(term.of)
            value, written = times(weight, power(base, 2)), f"({text(weight)} * ({text(base)} ^ 2))"
            if strict and self.signs.of(weight) == POSITIVE and self.signs.nonzero(base):
                return Written(value, written, lambda: self._strict_square(weight, base), "<")
            return Written(value, written, lambda: self._product(weight, "apply pow2_ge_0."), "<=")
        if isinstance(term, p.NormSquare):
            vector = read_vector(term.of)
            size = inner(vector, vector)
            name = self.lemma.new()
            pairs = sorted({(a, b) for a, _ in vector for b, _ in vector if a < b})
            swap = "".join(f", ?(inner_sym {self._generator(b)} {self._generator(a)})" for a, b in pairs)
            whole = self.printer.vector(vector)
            turn = f"rewrite {swap[2:]};" if pairs else ""
            self.divisions([coefficient for _, coefficient in vector])
            self.lemma.add(
                f"assert ({name} : 0 <= {text(size)}). "
                f"{{ apply (conv_le _ _ _ _ (inner_pos {whole})); expand; {turn} same. }}"
            )
            return Written(
                times(weight, size),
                f"({text(weight)} * {text(size)})",
                lambda: self._product(weight, f"exact {name}."),
                "<=",
            )
        raise Unfounded(repr(term))

    def _generator(self, name: str) -> str:
        return self.printer.name(name, vector=True)

    def _both(self, rule: str, weight: Term, reason: Callable[[Term], None], hypothesis: str) -> None:
        self.lemma.add(f"apply {rule}; [| exact {hypothesis}]. {{")
        reason(weight)
        self.lemma.add("}")

    def _product(self, weight: Term, last: str) -> None:
        self.lemma.add("apply Rmult_le_pos. {")
        self.nonnegative(weight)
        self.lemma.add(f"}} {{ {last} }}")

    def _strict_square(self, weight: Term, base: Term) -> None:
        self.lemma.add("apply Rmult_lt_0_compat. {")
        self.positive(weight)
        self.lemma.add("} { apply (even_lt _ 1).")
        self.nonzero(base)
        self.lemma.add("}")

    def nonnegative(self, term: Term) -> None:
        """Write the proof of 0 <= term."""
        if not constant(term):
            stated = self.keys.get(key(term))
            if stated is not None:
                hypothesis, fact = stated
                self._scaled("le", term, fact, hypothesis if fact.op == "<=" else f"(Rlt_le _ _ {hypothesis})")
                return
        else:
            self._constant("le", term)
            return
        if term.tag == "product":
            self._split("Rmult_le_pos", term, self.nonnegative)
        elif term.tag == "sum":
            self._parts("Rplus_le_le_0_compat", "<=", term.args, self.nonnegative)
        elif term.tag == "power" and term.args[1] >= 0:
            base, exponent = term.args
            if exponent % 2 == 0:
                self.lemma.add(f"apply (even_le _ {exponent // 2}).")
            else:
                self.lemma.add("apply pow_le.")
                self.nonnegative(base)
        elif term.tag == "power":
            self.lemma.add("apply Rlt_le.")
            self.positive(term)
        else:
            raise Unfounded(f"no reason for {term} >= 0")

    def positive(self, term: Term) -> None:
        """Write the proof of 0 < term."""
        if constant(term):
            self._constant("lt", term)
            return
        stated = self.keys.get(key(term))
        if stated is not None and stated[1].op == "<":
            self._scaled("lt", term, stated[1], stated[0])
        elif term.tag == "product":
            self._split("Rmult_lt_0_compat", term, self.positive)
        elif term.tag == "sum":
            self._strict_sum(term)
        elif term.tag == "power":
            base, exponent = term.args
            if exponent < 0:
                self.lemma.add("apply Rinv_0_lt_compat.")
            if exponent == -1:
                self.positive(base)
            elif exponent % 2 == 0:
                self.lemma.add(f"apply (even_lt _ {abs(exponent) // 2}).")
                self.nonzero(base)
            else:
                self.lemma.add("apply pow_lt.")
                self.positive(base)
        else:
            raise Unfounded(f"no reason for {term} > 0")

    def nonzero(self, base: Term) -> None:
        """Write the proof of base <> 0."""
        if self.signs.of(base) == POSITIVE:
            self.lemma.add("apply not_zero.")
            self.positive(base)
        else:
            self.lemma.add("apply not_zero_neg.")
            self.positive(times(number(-1), base))

    def _constant(self, end: str, term: Term) -> None:
        above, below = fraction(term)
        value = number(0) if above.is_zero() else rational(above.leading_coefficient() / below.leading_coefficient())
        self.divisions([term])
        self.lemma.add(f"apply (equal_{end} {self.printer.text(value)}); [same | lra].")

    def _scaled(self, end: str, term: Term, fact: Rel, hypothesis: str) -> None:
        scale = self.printer.text(_ratio(term, fact.slack))
        self.divisions([term, fact.slack])
        lhs, rhs = self.printer.text(fact.lhs), self.printer.text(fact.rhs)
        self.lemma.add(f"apply (scaled_{end} {scale} {lhs} {rhs}); [lra | exact {hypothesis} | same].")

    def _split(self, rule: str, term: Term, reason: Callable[[Term], None]) -> None:
        """Write the proof for a product: nonnegative factors, or an even number of nonpositive ones."""
        factors = term.args
        negative = [place for place, factor in enumerate(factors) if self.signs.of(factor) < 0]
        if negative:
            flipped = [self._opposite(f) if place in negative else f for place, f in enumerate(factors)]
            changed = times(*flipped)
            end = "lt" if rule == "Rmult_lt_0_compat" else "le"
            self.lemma.add(f"apply (equal_{end} {self.printer.text(changed)}); [same |].")
            factors = tuple(flipped)
        sign = "<" if rule == "Rmult_lt_0_compat" else "<="
        self._parts(rule, sign, tuple(factors), reason)

    def _parts(self, rule: str, sign: str, parts: tuple[Term, ...], reason: Callable[[Term], None]) -> None:
        """Write the proof for a sum or a product, which Coq reads as ((a, b), c), from the signs of its parts."""
        first, *rest = parts
        for part in reversed(rest):
            name = self.lemma.new()
            self.lemma.add(f"assert ({name} : 0 {sign} {self.printer.text(part)}). {{")
            reason(part)
            self.lemma.add(f"}} apply {rule}; [| exact {name}].")
        reason(first)

    def _opposite(self, term: Term) -> Term:
        """Return minus a negative term, with the sign moved to where it is known."""
        if term.tag == "number":
            return number(-term.args[0])
        if term.tag == "sum":
            return plus(*map(self._opposite, term.args))
        if term.tag == "product":
            place = next((i for i, factor in enumerate(term.args) if self.signs.of(factor) < 0), 0)
            return times(*(self._opposite(f) if i == place else f for i, f in enumerate(term.args)))
        if term.tag == "power" and term.args[1] % 2 and self.signs.of(term.args[0]) < 0:
            return power(self._opposite(term.args[0]), term.args[1])
        return times(number(-1), term)

    def _strict_sum(self, term: Term) -> None:
        first, *rest = term.args
        strict = next((place for place, part in enumerate(term.args) if self.signs.of(part) == POSITIVE), None)
        if strict is None:
            raise Unfounded(f"no summand of {term} is positive")
        for place in range(len(rest), 0, -1):
            part, name = term.args[place], self.lemma.new()
            here = place == strict
            self.lemma.add(f"assert ({name} : 0 {'<' if here else '<='} {self.printer.text(part)}). {{")
            (self.positive if here else self.nonnegative)(part)
            if here:  # what is to the left need only be nonnegative
                self.lemma.add(f"}} apply Rplus_le_lt_0_compat; [| exact {name}].")
                self._parts("Rplus_le_le_0_compat", "<=", term.args[:place], self.nonnegative)
                return
            self.lemma.add(f"}} apply Rplus_lt_le_0_compat; [| exact {name}].")
        self.positive(first)

    def divisions(self, values: Iterable[Term]) -> None:
        """State that what is divided by does not vanish, for `field`."""
        for base in dict.fromkeys(b for value in values for b in divisors(value)):
            name = self.lemma.new("N")
            self.lemma.add(f"assert ({name} : {self.printer.text(base)} <> 0). {{")
            self.nonzero(base)
            self.lemma.add("}")

    def follows(self, wanted: Rel) -> bool:
        """Return whether a relation is a fact up to a factor, or a matter of structural sign."""
        return self.signs.follows(wanted)

    def discharge(self, wanted: Rel) -> None:
        """Write the proof of a relation that is a fact up to a factor, or a matter of structural sign."""
        slack = wanted.slack
        end = {"<=": "le", "<": "lt", "==": "eq"}[wanted.op]
        if wanted.op != "<" and constant(slack) and fraction(slack)[0].is_zero():
            self.divisions([slack])
            self.lemma.add(f"apply (finish_{end} _ _ 0); [same | lra].")
            return
        for sign in (1, -1) if wanted.op != "<" else ():
            for hypothesis, fact in self.known.values():
                signed = times(number(sign), fact.slack)
                if fact.op == "==" and key(signed) == key(slack):
                    scale = times(number(sign), _ratio(slack, signed))
                    self.divisions([slack, fact.slack])
                    lhs, rhs = self.printer.text(fact.lhs), self.printer.text(fact.rhs)
                    product = f"({self.printer.text(scale)} * ({rhs} - {lhs}))"
                    last = "" if wanted.op == "==" else "apply zero_le; "
                    self.lemma.add(f"apply (finish_{end} _ _ {product}); [same | {last}apply eqz; exact {hypothesis}].")
                    return
        if wanted.op == "==" or self.signs.of(slack) < (POSITIVE if wanted.op == "<" else NONNEGATIVE):
            raise Unfounded(f"no fact says {wanted}")
        self.lemma.add(f"apply (finish_{end} _ _ {self.printer.text(slack)}); [same |].")
        (self.positive if wanted.op == "<" else self.nonnegative)(slack)


def _ratio(term: Term, other: Term) -> Term:
    """Return the rational number by which two terms with one key differ."""
    (top, bottom), (above, below) = fraction(term), fraction(other)
    common, shared = top.gcd(bottom), above.gcd(below)
    one = (top / common).leading_coefficient() / (bottom / common).leading_coefficient()
    two = (above / shared).leading_coefficient() / (below / shared).leading_coefficient()
    return rational(one / two)
