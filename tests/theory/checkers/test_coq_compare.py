"""The statements of Compare.v are those of the claims: the same premises, the same conclusions, in any space."""

import re
from pathlib import Path

import pytest
from sympy import Expr, Symbol

from theory import blueprint
from theory.checkers.coq_audit import source
from theory.kernel import Relation
from theory.kernel.claim import Claim

FILE = Path(__file__).parents[3] / "theory" / "checkers" / "coq" / "Compare.v"
OPERATOR = {"<=": "<=", "<": "<", "==": "="}
TAKEN = {"S", "R"}
"""Symbols whose names Coq has already."""
GRAM = re.compile(r"<(\w+)\|(\w+)>")


def statements() -> dict[str, str]:
    """Return the name of each comparison -> its statement, as Compare.v has them."""
    found = {}
    for sentence in source.sentences(source.read(FILE)):
        lemma = re.match(r"Lemma (compare_\w+) (.*)", sentence.text)
        if lemma:
            found[lemma[1]] = lemma[2]
    return found


def split(statement: str) -> tuple[str, str]:
    """Split a statement into its binders and what follows."""
    binders = re.match(r"((?:\{[^}]*\}|\([\w ]+ : [HR]\)) ?)+", statement)
    assert binders is not None
    return binders[0].strip(), statement[binders.end() :].removeprefix(": ")


def name(claim: Claim) -> str:
    return "compare_" + claim.id.replace(".", "_")


def symbol(item: Symbol) -> str:
    entry = GRAM.fullmatch(item.name)
    if entry:
        return f"(inner {entry[1]} {entry[2]})"
    return item.name + ("_" if item.name in TAKEN else "")


def text(expression: Expr) -> str:
    """Return an expression as Coq writes it."""
    if expression.is_Integer:
        return f"({expression})" if expression < 0 else str(expression)
    if expression.is_Rational:
        return f"({expression.p} / {expression.q})"
    if isinstance(expression, Symbol):
        return symbol(expression)
    if expression.is_Add:
        return "(" + " + ".join(map(text, expression.args)) + ")"
    if expression.is_Mul:
        return "(" + " * ".join(map(text, expression.args)) + ")"
    base, power = text(expression.base), int(expression.exp)
    if power < 0:
        return f"(/ {base})" if power == -1 else f"(/ {base} ^ {-power})"
    return f"{base} ^ {power}"


def formula(relation: Relation) -> str:
    return f"{text(relation.lhs)} {OPERATOR[relation.op]} {text(relation.rhs)}"


def parts(claim: Claim) -> tuple[set[str], set[str], str]:
    """Return a claim's variables, its premises, and its conclusion, as Coq writes them."""
    premises = [premise.relation for premise in claim.premises]
    conclusions = [claim.conclusion(item) for item in claim.conclusions]
    symbols = {item for relation in (*premises, *conclusions) for item in relation.symbols}
    entries = [entry for item in symbols if (entry := GRAM.fullmatch(item.name))]
    vectors = {vector for entry in entries for vector in entry.groups()}
    scalars = {symbol(item) for item in symbols if not GRAM.fullmatch(item.name)}
    goals = [formula(relation) for relation in conclusions]
    goal = " /\\ ".join(f"({item})" for item in goals) if len(goals) > 1 else goals[0]
    return vectors | scalars, {formula(premise) for premise in premises}, goal


COMPARED = [claim for claim in blueprint.all_claims() if name(claim) in statements()]


def test_every_comparison_is_of_a_claim() -> None:
    assert set(statements()) == {name(claim) for claim in COMPARED}
    assert len(COMPARED) >= 37


@pytest.mark.parametrize("claim", COMPARED, ids=lambda claim: claim.id)
def test_the_statement_is_the_claim(claim: Claim) -> None:
    binders, body = split(statements()[name(claim)])
    variables, premises, goal = parts(claim)
    *given, said = body.split(" -> ")
    assert set(re.findall(r"\w+", re.sub(r"\{H : space\}|: [HR]\b", "", binders))) == variables
    assert set(given) == premises
    assert said == goal


def test_another_statement_is_noticed() -> None:
    claim = blueprint.claim("order.root")
    variables, premises, goal = parts(claim)
    assert statements()[name(claim)] == f"(s t : R) : {' -> '.join(['0 <= t', 's ^ 2 <= t ^ 2', 's <= t'])}"
    assert (variables, premises, goal) == ({"s", "t"}, {"0 <= t", "s ^ 2 <= t ^ 2"}, "s <= t")
