"""A claim's lemma in Coq: how symbols, expressions and relations are written, and the prelude of every file.

Gram entries are real variables; positivity of the inner product enters as the instances norm2(sum c_i v_i) >= 0 that a
proof uses. The proof itself is written by `coq_script`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import sympy
from sympy import Expr

from theory.kernel.claim import Claim
from theory.kernel.relations import Relation

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
RULES = {"<=": "le", "<": "lt", "==": "eq"}
"""How the names of the prelude's lemmas end for a relation."""
_OPERATOR = {"<=": "<=", "<": "<", "==": "="}


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
