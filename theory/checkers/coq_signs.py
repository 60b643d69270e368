"""Signs in Coq: why a weight is nonnegative, a fact strict, or a denominator nonzero.

The reason follows the structure of the expression (products, sums, powers) down to the facts of its place in the proof,
so that Coq has nothing to search for.
"""

from collections.abc import Callable

import sympy
from sympy import Expr

from theory.checkers.coq_lemma import Scope, Untranslatable, text
from theory.kernel.proof import NormSquare, Square, Term, Times
from theory.kernel.rational import denominators, fraction, key
from theory.kernel.relations import Relation, le
from theory.kernel.signs import Signs
from theory.kernel.vectors import norm2

Writer = Callable[[], None]
Reason = Callable[[Expr], None]


def term_value(scope: Scope, term: Term) -> Expr:
    """Return the value of a term."""
    if isinstance(term, Times):
        return term.weight * scope.facts[term.fact][1].slack
    return term.weight * (term.of**2 if isinstance(term, Square) else norm2(term.of))


class Prover:
    """Writes why something is nonnegative, positive or nonzero, from structure and facts."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.lemma = scope, scope.lemma
        self.keys: dict[object, tuple[str, Relation]] = {}
        for hypothesis, fact in scope.facts.values():
            if fact.op != "==":
                name = key(fact.slack)
                if name not in self.keys or fact.op == "<":
                    self.keys[name] = (hypothesis, fact)

    def term(self, term: Term, *, strict: bool) -> tuple[str, Writer, str]:
        """Return a term in Coq, what writes its proof, and whether it is proved == 0, <= or <."""
        weight = text(term.weight)
        if isinstance(term, Times):
            hypothesis, fact = self.scope.facts[term.fact]
            value = f"({weight} * ({text(fact.rhs)} - {text(fact.lhs)}))"
            if fact.op == "==":
                return value, lambda: self.lemma.add(f"apply eqz; exact {hypothesis}."), "=="
            if fact.op == "<" and strict and self.level(term.weight) == 2:
                return value, lambda: self._both("ltz", lambda: self.positive(term.weight), hypothesis), "<"
            known = hypothesis if fact.op == "<=" else f"(Rlt_le _ _ {hypothesis})"
            return value, lambda: self._both("lez", lambda: self.nonnegative(term.weight), known), "<="
        if isinstance(term, Square):
            value = f"({weight} * ({text(term.of)} ^ 2))"
            if strict and self.level(term.weight) == 2 and self.level(term.of**2) == 2:
                return value, lambda: self._strict_square(term), "<"
            return value, lambda: self._product(term.weight, "apply pow2_ge_0."), "<="
        if isinstance(term, NormSquare):
            expansion = norm2(term.of)
            name = self.lemma.suppose(le(0, expansion))
            return f"({weight} * {text(expansion)})", lambda: self._product(term.weight, f"exact {name}."), "<="
        raise Untranslatable(repr(term))

    def _both(self, rule: str, weight: Writer, hypothesis: str) -> None:
        self.lemma.add(f"apply {rule}; [| exact {hypothesis}]. {{")
        weight()
        self.lemma.add("}")

    def _product(self, weight: Expr, last: str) -> None:
        self.lemma.add("apply Rmult_le_pos. {")
        self.nonnegative(weight)
        self.lemma.add(f"}} {{ {last} }}")

    def _strict_square(self, term: Square) -> None:
        self.lemma.add("apply Rmult_lt_0_compat. {")
        self.positive(term.weight)
        self.lemma.add("} { apply (even_lt _ 1). ")
        self.nonzero(term.of)
        self.lemma.add("}")

    def level(self, expression: Expr) -> int:
        """Return what the kernel says of a sign."""
        return Signs(fact for _, fact in self.scope.facts.values()).of(expression)

    def nonnegative(self, expression: Expr) -> None:
        """Write the proof of 0 <= expression."""
        stated = self.keys.get(key(expression)) if not expression.is_Rational else None
        if stated is not None:
            hypothesis, fact = stated
            known = hypothesis if fact.op == "<=" else f"(Rlt_le _ _ {hypothesis})"
            self._scaled("scaled_le", expression, fact, known)
        elif expression.is_Rational:
            self.lemma.add("lra.")
        elif expression.is_Mul:
            self._split("Rmult_le_pos", expression, self.nonnegative)
        elif expression.is_Add:
            self._sum(expression, self.nonnegative)
        elif expression.is_Pow and expression.exp.is_Integer and expression.exp > 0:
            if expression.exp % 2 == 0:
                self.lemma.add(f"apply (even_le _ {expression.exp / 2}).")
            else:
                self.lemma.add("apply pow_le.")
                self.nonnegative(expression.base)
        elif expression.is_Pow:
            self.lemma.add("apply Rlt_le.")
            self.positive(expression)
        else:
            raise Untranslatable(f"no reason for {expression} >= 0")

    def positive(self, expression: Expr) -> None:
        """Write the proof of 0 < expression."""
        stated = self.keys.get(key(expression)) if not expression.is_Rational else None
        if stated is not None and stated[1].op == "<":
            self._scaled("scaled_lt", expression, stated[1], stated[0])
        elif expression.is_Rational:
            self.lemma.add("lra.")
        elif expression.is_Mul:
            self._split("Rmult_lt_0_compat", expression, self.positive)
        elif expression.is_Add:
            self._strict_sum(expression)
        elif expression.is_Pow and expression.exp.is_Integer:
            power = int(expression.exp)
            if power < 0:
                self.lemma.add("apply Rinv_0_lt_compat.")
            if abs(power) % 2 == 0:
                self.lemma.add(f"apply (even_lt _ {abs(power) // 2}).")
                self.nonzero(expression.base)
            else:
                if abs(power) > 1:
                    self.lemma.add("apply pow_lt.")
                self.positive(expression.base)
        else:
            raise Untranslatable(f"no reason for {expression} > 0")

    def nonzero(self, base: Expr) -> None:
        """Write the proof of base <> 0."""
        if base.is_Rational:
            self.lemma.add("lra.")
        elif self.level(base) == 2:
            self.lemma.add("apply not_zero.")
            self.positive(base)
        else:
            self.lemma.add(f"apply not_zero_neg. replace (- {text(base)}) with {text(-base)} by ring.")
            self.positive(-base)

    def _scaled(self, rule: str, expression: Expr, fact: Relation, hypothesis: str) -> None:
        scale = _ratio(expression, fact.slack)
        goal = f"apply ({rule} {text(scale)} {text(fact.lhs)} {text(fact.rhs)}); [lra | exact {hypothesis} | same]."
        self.divisions([expression, fact.slack])
        self.lemma.add(goal)

    def _split(self, rule: str, expression: Expr, reason: Reason) -> None:
        first, *rest = expression.args
        self.lemma.add(f"apply {rule}. {{")
        reason(first)
        self.lemma.add("} {")
        reason(sympy.Mul(*rest, evaluate=False) if len(rest) > 1 else rest[0])
        self.lemma.add("}")

    def _sum(self, expression: Expr, reason: Reason) -> None:
        *rest, last = expression.args
        for part in reversed([*rest[1:], last]):
            self.lemma.add("apply Rplus_le_le_0_compat; [| ")
            self._inline(part)
        reason(rest[0])

    def _inline(self, part: Expr) -> None:
        """Write the proof of the last summand as a bracketed tactic."""
        mark = len(self.lemma.lines)
        self.nonnegative(part)
        lines = self.lemma.lines[mark:]
        del self.lemma.lines[mark:]
        opening = self.lemma.lines.pop()
        name = self.lemma.new()
        self.lemma.lines.extend([f"assert ({name} : 0 <= {text(part)}). {{", *lines, "}"])
        self.lemma.lines.append(opening + f"exact {name}].")

    def _strict_sum(self, expression: Expr) -> None:
        *rest, last = expression.args
        whole = sympy.Add(*rest, evaluate=False) if len(rest) > 1 else rest[0]
        strict_last = self.level(last) == 2
        self.lemma.add("apply Rplus_le_lt_0_compat. {" if strict_last else "apply Rplus_lt_le_0_compat. {")
        if strict_last:
            self.nonnegative(whole) if len(rest) == 1 else self._sum(whole, self.nonnegative)
        elif len(rest) == 1:
            self.positive(whole)
        else:
            self._strict_sum(whole)
        self.lemma.add("} {")
        (self.positive if strict_last else self.nonnegative)(last)
        self.lemma.add("}")

    def divisions(self, values: list[Expr]) -> None:
        """State that what is divided by does not vanish, for `field`."""
        for base in dict.fromkeys(b for value in values for b in denominators(value)):
            name = self.lemma.new("N")
            self.lemma.add(f"assert ({name} : {text(base)} <> 0). {{")
            self.nonzero(base)
            self.lemma.add("}")


def _ratio(expression: Expr, other: Expr) -> Expr:
    numerator, denominator = fraction(expression / other)
    common = numerator.gcd(denominator)
    top, bottom = numerator / common, denominator / common
    value = top.leading_coefficient() / bottom.leading_coefficient()
    return sympy.Rational(int(value.p), int(value.q))
