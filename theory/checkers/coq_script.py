"""Claims as Coq: one lemma a claim, its certificate written out so that `ring` and `field` have nothing to search for.

Gram entries are real variables; positivity of the inner product enters as the instances norm2(sum c_i v_i) >= 0 that a
proof uses. What comes from a rule that is no real arithmetic (average, tower property, shift, induction) enters as a
hypothesis: the library in `theory/checkers/coq` proves those rules.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import sympy
from sympy import Expr

from theory.kernel.claim import Claim
from theory.kernel.proof import (
    Average,
    Chain,
    Cite,
    Combination,
    Contradiction,
    Induction,
    NormSquare,
    OrderCases,
    Proof,
    Shift,
    SignCases,
    Square,
    Term,
    Times,
    Tower,
    ZeroCases,
)
from theory.kernel.rational import denominators, fraction, is_zero, key
from theory.kernel.relations import Relation, eq, le, lt, substitute
from theory.kernel.vectors import norm2

PRELUDE = r"""(* Written from the claims of the theory package; do not edit. *)
Require Import Reals Lra.
Open Scope R_scope.

Lemma lez w a b : 0 <= w -> a <= b -> 0 <= w * (b - a).
Proof. intros; apply Rmult_le_pos; lra. Qed.
Lemma ltz w a b : 0 < w -> a < b -> 0 < w * (b - a).
Proof. intros; apply Rmult_lt_0_compat; lra. Qed.
Lemma eqz w a b : a = b -> w * (b - a) = 0.
Proof. intros ->; ring. Qed.
Lemma scaled_le c l r e : 0 <= c -> l <= r -> e = c * (r - l) -> 0 <= e.
Proof. intros A B ->; apply lez; assumption. Qed.
Lemma scaled_lt c l r e : 0 < c -> l < r -> e = c * (r - l) -> 0 < e.
Proof. intros A B ->; apply ltz; assumption. Qed.
Lemma finish_le l r s : (r - l) - s = 0 -> 0 <= s -> l <= r.
Proof. lra. Qed.
Lemma finish_lt l r s : (r - l) - s = 0 -> 0 < s -> l < r.
Proof. lra. Qed.
Lemma finish_eq l r s : (r - l) - s = 0 -> s = 0 -> l = r.
Proof. lra. Qed.
Lemma add_le a b : 0 <= a -> 0 <= b -> 0 <= a + b.
Proof. lra. Qed.
Lemma add_lt a b : 0 < a -> 0 <= b -> 0 < a + b.
Proof. lra. Qed.
Lemma add_tl a b : 0 <= a -> 0 < b -> 0 < a + b.
Proof. lra. Qed.
Lemma add_eq a b : a = 0 -> b = 0 -> a + b = 0.
Proof. lra. Qed.
Lemma zero_le a : a = 0 -> 0 <= a.
Proof. lra. Qed.
Lemma conv_le l r l' r' : l <= r -> (r' - l') - (r - l) = 0 -> l' <= r'.
Proof. lra. Qed.
Lemma conv_lt l r l' r' : l < r -> (r' - l') - (r - l) = 0 -> l' < r'.
Proof. lra. Qed.
Lemma conv_eq l r l' r' : l = r -> (r' - l') - (r - l) = 0 -> l' = r'.
Proof. lra. Qed.
Lemma flip_eq l r l' r' : l = r -> (r' - l') + (r - l) = 0 -> l' = r'.
Proof. lra. Qed.
Lemma even_le e n : 0 <= e ^ (2 * n).
Proof. rewrite pow_mult; apply pow_le, pow2_ge_0. Qed.
Lemma even_lt e n : e <> 0 -> 0 < e ^ (2 * n).
Proof.
  intros; rewrite pow_mult; apply pow_lt.
  replace (e ^ 2) with (Rsqr e) by (unfold Rsqr; ring). apply Rsqr_pos_lt; assumption.
Qed.
Lemma sign_cases s : s ^ 2 = 1 -> s = 1 \/ s = -1.
Proof.
  intros H. assert (P : (s - 1) * (s + 1) = 0) by (replace ((s - 1) * (s + 1)) with (s ^ 2 - 1) by ring; lra).
  apply Rmult_integral in P; lra.
Qed.
Lemma zero_cases e : 0 <= e -> 0 < e \/ e = 0.
Proof. lra. Qed.
Lemma not_zero b : 0 < b -> b <> 0.
Proof. lra. Qed.
Lemma not_zero_neg b : 0 < - b -> b <> 0.
Proof. lra. Qed.
Ltac side := match goal with
  | |- _ <> 0 => assumption
  | H : ?b <> 0 |- ?a <> 0 => let Z := fresh in intro Z; apply H; rewrite <- Z; ring
  | H : ?b <> 0 |- ?a <> 0 => let Z := fresh in intro Z; apply H; replace b with (- a) by ring; rewrite Z; ring
  | |- _ <> 0 => lra
  | |- _ <> 0 => apply not_zero; nra
  end.
Ltac same := first [ring | field; repeat split; side].
"""
_CONVERT = {"<=": "le", "<": "lt", "==": "eq"}
_OPERATOR = {"<=": "<=", "<": "<", "==": "="}


Writer = Callable[[], None]
Reason = Callable[[Expr], None]


class Untranslatable(Exception):
    """A claim whose proof is not written in Coq here, and why."""


def name_of(symbol: sympy.Symbol) -> str:
    """Return a Coq identifier for a symbol."""
    return "v_" + re.sub(r"\W", "_", symbol.name)


def lemma_of(claim: str) -> str:
    """Return the name of the lemma of a claim."""
    return "c_" + claim.replace(".", "_")


def text(expression: Expr) -> str:
    """Return an expression as Coq writes it, with the structure it has."""
    if expression.is_Integer:
        return f"({expression})" if expression < 0 else str(expression)
    if expression.is_Rational:
        return f"({expression.p} / {expression.q})"
    if expression.is_Symbol:
        return name_of(expression)
    if expression.is_Add:
        return "(" + " + ".join(map(text, expression.args)) + ")"
    if expression.is_Mul:
        first, *rest = expression.args
        return f"({text(first)} * {text(sympy.Mul(*rest, evaluate=False)) if len(rest) > 1 else text(rest[0])})"
    if expression.is_Pow and expression.exp.is_Integer:
        power = int(expression.exp)
        if power < 0:
            return f"(/ {text(expression.base)})" if power == -1 else f"(/ ({text(expression.base)} ^ {-power}))"
        return f"({text(expression.base)} ^ {power})"
    raise Untranslatable(f"{expression} is no rational function")


def formula(relation: Relation) -> str:
    """Return a relation as Coq writes it."""
    return f"{text(relation.lhs)} {_OPERATOR[relation.op]} {text(relation.rhs)}"


@dataclass
class Lemma:
    """The statement of a claim in Coq: variables, hypotheses in order, conclusions, and the lines of its proof."""

    claim: Claim
    hypotheses: list[Relation] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    fresh: int = 0

    @property
    def variables(self) -> tuple[sympy.Symbol, ...]:
        """Return the variables, sorted by name."""
        relations = [*self.hypotheses, *self.conclusions]
        return tuple(sorted({s for relation in relations for s in relation.symbols}, key=lambda s: s.name))

    @property
    def conclusions(self) -> list[Relation]:
        """Return the conclusions in order."""
        return [self.claim.conclusion(name) for name in self.claim.conclusions]

    def new(self, stem: str = "H") -> str:
        """Return a name that is not used yet."""
        self.fresh += 1
        return f"{stem}{self.fresh}"

    def suppose(self, relation: Relation) -> str:
        """Add a hypothesis unless it is there; return its name."""
        if relation not in self.hypotheses:
            self.hypotheses.append(relation)
        return f"P{self.hypotheses.index(relation)}"

    def add(self, line: str) -> None:
        """Add a line to the proof."""
        self.lines.append(line)

    def source(self) -> str:
        """Return the lemma as Coq source."""
        variables = " ".join(map(name_of, self.variables))
        given = "".join(f"  ({formula(relation)}) ->\n" for relation in self.hypotheses)
        goal = " /\\ ".join(f"({formula(relation)})" for relation in self.conclusions)
        names = " ".join(f"P{place}" for place in range(len(self.hypotheses)))
        intros = f"intros {variables} {names}."
        statement = f"forall {variables} : R,\n{given}  {goal}."
        head = f"(* claim {self.claim.id} *)\nLemma {lemma_of(self.claim.id)} : {statement}\nProof.\n{intros}\n"
        return head + "\n".join(self.lines) + "\nQed.\n"


@dataclass(frozen=True)
class Scope:
    """Facts at a place of a proof: for each name the hypothesis in Coq and what it says."""

    lemma: Lemma
    known: Mapping[str, Lemma]
    facts: Mapping[str, tuple[str, Relation]]

    def plus(self, name: str, hypothesis: str, relation: Relation) -> "Scope":
        """Return the scope with one more fact."""
        return replace(self, facts={**self.facts, name: (hypothesis, relation)})


def translate(claim: Claim, known: Mapping[str, Lemma]) -> Lemma:
    """Return the lemma of a claim; raises `Untranslatable` where its proof has no counterpart here."""
    lemma = Lemma(claim)
    scope = Scope(lemma, known, {})
    for premise in claim.premises:
        root = next((root for root in claim.roots if premise == root.premises[1]), None)
        if root is not None:
            before = {n: fact for n, fact in scope.facts.items() if root.symbol not in fact[1].symbols}
            _have(le(0, root.of), replace(scope, facts=before), root.exists)
        scope = scope.plus(premise.name, lemma.suppose(premise.relation), premise.relation)
    for step in claim.steps:
        hypothesis = _have(step.relation, scope, step.proof)
        scope = scope.plus(step.name, hypothesis, step.relation)
    proofs = [scope.facts[name][0] for name in claim.conclusions]
    if any(relation in lemma.hypotheses for relation in lemma.conclusions):
        raise Untranslatable("its conclusion comes from a rule that is no real arithmetic")
    lemma.add("exact " + "".join(f"(conj {p} " for p in proofs[:-1]) + proofs[-1] + ")" * (len(proofs) - 1) + ".")
    return lemma


def _have(goal: Relation, scope: Scope, proof: Proof) -> str:
    """State and prove a step; return the name of the hypothesis."""
    if isinstance(proof, Average | Tower | Shift | Induction):
        return scope.lemma.suppose(goal)
    if isinstance(proof, Cite) and proof.claim not in scope.known:
        return scope.lemma.suppose(goal)
    name = scope.lemma.new()
    scope.lemma.add(f"assert ({name} : {formula(goal)}). {{")
    _prove(goal, scope, proof)
    scope.lemma.add("}")
    return name


def _prove(goal: Relation, scope: Scope, proof: Proof) -> None:
    match proof:
        case Combination(terms):
            _combination(goal, scope, terms)
        case Chain(steps, last):
            for step in steps:
                scope = scope.plus(step.name, _have(step.relation, scope, step.proof), step.relation)
            _prove(goal, scope, last)
        case Contradiction(inner):
            name = scope.lemma.new()
            scope.lemma.add(f"{'apply Rnot_lt_le' if goal.op == '<=' else 'apply Rnot_le_lt'}; intro {name}.")
            scope = scope.plus("negation", name, goal.negated())
            scope.lemma.add(f"apply (Rlt_irrefl 0). change ({formula(lt(0, 0))}).")
            _prove(lt(0, 0), scope, inner)
        case SignCases(sign, plus, minus):
            _sign_cases(goal, scope, sign, plus, minus)
        case ZeroCases(of, positive, zero):
            name, case = scope.lemma.new(), scope.lemma.new()
            scope.lemma.add(f"assert ({name} : 0 <= {text(of)}). {{")
            Prover(scope).nonnegative(of)
            scope.lemma.add("}")
            scope.lemma.add(f"destruct (zero_cases _ {name}) as [{case} | {case}]. {{")
            _prove(goal, scope.plus("case", case, lt(0, of)), positive)
            scope.lemma.add("} {")
            _prove(goal, scope.plus("case", case, eq(of, 0)), zero)
            scope.lemma.add("}")
        case OrderCases(lhs, rhs, below, above):
            case = scope.lemma.new()
            scope.lemma.add(f"destruct (Rle_or_lt {text(lhs)} {text(rhs)}) as [{case} | {case}]. {{")
            _prove(goal, scope.plus("case", case, le(lhs, rhs)), below)
            scope.lemma.add(f"}} {{ apply Rlt_le in {case}.")
            _prove(goal, scope.plus("case", case, le(rhs, lhs)), above)
            scope.lemma.add("}")
        case Cite():
            _cite(goal, scope, proof)
        case _:
            raise Untranslatable(f"{type(proof).__name__} inside a proof")


def _combination(goal: Relation, scope: Scope, terms: tuple[Term, ...]) -> None:
    prover = Prover(scope)
    written, proofs = [], []
    strict_at = None
    for place, term in enumerate(terms):
        value, prove, kind = prover.term(term, strict=goal.op == "<" and strict_at is None)
        strict_at = place if kind == "<" else strict_at
        written.append(value)
        proofs.append((kind, prove))
    prover.divisions([goal.slack, *(term_value(scope, term) for term in terms)])
    total = "".join(f"({value} + " for value in written) + "0" + ")" * len(written)
    finish = f"apply (finish_{_CONVERT[goal.op]} _ _ {total}); [same |]."
    scope.lemma.add(finish)
    for place, (kind, prove) in enumerate(proofs):
        if goal.op == "==":
            rule = "add_eq"
        elif goal.op == "<" and strict_at is not None and place == strict_at:
            rule = "add_lt"
        elif goal.op == "<" and strict_at is not None and place < strict_at:
            rule = "add_tl"
        else:
            rule = "add_le"
        scope.lemma.add(f"apply {rule}. {{")
        if kind == "==" and goal.op != "==":
            scope.lemma.add("apply zero_le.")
        prove()
        scope.lemma.add("}")
    scope.lemma.add("lra.")


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
        from theory.kernel.signs import Signs

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


def _sign_cases(goal: Relation, scope: Scope, sign: sympy.Symbol, plus: Proof, minus: Proof) -> None:
    square = next(h for h, fact in scope.facts.values() if fact.op == "==" and fact.lhs == sign**2 and fact.rhs == 1)
    case = scope.lemma.new()
    scope.lemma.add(f"destruct (sign_cases _ {square}) as [{case} | {case}]. {{")
    for place, (value, branch) in enumerate(((sympy.Integer(1), plus), (sympy.Integer(-1), minus))):
        facts = {}
        for name, (hypothesis, fact) in scope.facts.items():
            here = fact.substitute({sign: value})
            if here == fact:
                facts[name] = (hypothesis, fact)
                continue
            changed = scope.lemma.new()
            prover = Prover(replace(scope, facts={n: f for n, f in scope.facts.items() if sign not in f[1].symbols}))
            prover.divisions([fact.slack])
            rule = f"apply (conv_{_CONVERT[fact.op]} _ _ _ _ {hypothesis})"
            scope.lemma.add(f"assert ({changed} : {formula(here)}). {{ {rule}; rewrite ?{case}; same. }}")
            facts[name] = (changed, here)
        here = goal.substitute({sign: value})
        inner = replace(scope, facts=facts)
        Prover(inner).divisions([goal.slack])
        rule = f"apply (conv_{_CONVERT[goal.op]} {text(here.lhs)} {text(here.rhs)})"
        scope.lemma.add(f"{rule}; [| rewrite ?{case}; same].")
        _prove(here, inner, branch)
        scope.lemma.add("} {" if place == 0 else "}")


def _cite(goal: Relation, scope: Scope, proof: Cite) -> None:
    """Take an instance of an earlier lemma: each of its hypotheses is proved here or becomes one here."""
    cited = scope.known[proof.claim]
    values = [substitute(symbol, proof.scalars, proof.vectors) for symbol in cited.variables]
    instance = scope.lemma.new("I")
    scope.lemma.add(f"pose proof ({lemma_of(proof.claim)} {' '.join(map(text, values))}) as {instance}.")
    premises = {premise.relation for premise in cited.claim.premises}
    for relation in cited.hypotheses:
        wanted = relation.substitute(proof.scalars, proof.vectors)
        _hypothesis(scope, instance, wanted, supposed=relation not in premises)
    names = [scope.lemma.new("C") for _ in cited.conclusions]
    pattern = names[-1]
    for name in reversed(names[:-1]):
        pattern = f"[{name} {pattern}]"
    if len(names) > 1:
        scope.lemma.add(f"destruct {instance} as {pattern}.")
    else:
        scope.lemma.add(f"rename {instance} into {pattern}.")
    index = cited.claim.conclusions.index(proof.conclusion)
    found = cited.conclusions[index].substitute(proof.scalars, proof.vectors)
    Prover(scope).divisions([goal.slack, found.slack])
    chosen = f"(Rlt_le _ _ {names[index]})" if (goal.op, found.op) == ("<=", "<") else names[index]
    scope.lemma.add(f"apply (conv_{_CONVERT[goal.op]} _ _ _ _ {chosen}); same.")


def _hypothesis(scope: Scope, instance: str, wanted: Relation, *, supposed: bool) -> None:
    """Prove one hypothesis of an instance and put it in."""
    name = scope.lemma.new("Q")
    scope.lemma.add(f"assert ({name} : {formula(wanted)}). {{")
    if supposed:
        scope.lemma.add(f"exact {scope.lemma.suppose(wanted)}.")
    else:
        _discharge(scope, wanted)
    scope.lemma.add("}")
    Prover(scope).divisions([wanted.slack])
    done = scope.lemma.new("D")
    rule = f"apply (conv_{_CONVERT[wanted.op]} _ _ _ _ {name}); same"
    scope.lemma.add(
        f"match type of {instance} with ?P -> _ => assert ({done} : P) by ({rule}); specialize ({instance} {done}) end."
    )


def _discharge(scope: Scope, wanted: Relation) -> None:
    prover = Prover(scope)
    slack = wanted.slack
    for hypothesis, fact in scope.facts.values():
        if wanted.op == "==" and fact.op == "==":
            for rule, other in (("conv_eq", slack - fact.slack), ("flip_eq", slack + fact.slack)):
                if is_zero(other):
                    prover.divisions([slack, fact.slack])
                    scope.lemma.add(f"apply ({rule} _ _ _ _ {hypothesis}); same.")
                    return
    if is_zero(slack) and wanted.op != "<":
        prover.divisions([slack])
        scope.lemma.add(f"apply (finish_{_CONVERT[wanted.op]} _ _ 0); [same | lra].")
    elif wanted.op == "==":
        raise Untranslatable(f"no fact says {wanted}")
    else:
        scope.lemma.add(f"apply (finish_{_CONVERT[wanted.op]} _ _ {text(slack)}); [same |].")
        (prover.positive if wanted.op == "<" else prover.nonnegative)(slack)


def lemmas(claims: tuple[Claim, ...]) -> Iterator[tuple[Claim, Lemma | str]]:
    """Yield for each claim its lemma, or why it has none."""
    known: dict[str, Lemma] = {}
    for claim in claims:
        try:
            known[claim.id] = translate(claim, known)
        except Untranslatable as reason:
            yield claim, str(reason)
        else:
            yield claim, known[claim.id]
