"""The statements of Compare.v are those of the claims: the same premises, the same conclusions, in any space.

The lemmas of the other files Compare*.v speak of sequences, stages and elements; there Coq itself compares, claim by
claim, in the file that is written from the claims (`coq_compare`).
"""

import re
from pathlib import Path

import pytest
from sympy import Expr, Symbol

from theory import blueprint
from theory.checkers import coq, coq_compare
from theory.checkers.coq_audit import source
from theory.kernel import Relation
from theory.kernel.claim import Claim

LIBRARY = Path(__file__).parents[3] / "theory" / "checkers" / "coq"
FILE = LIBRARY / "Compare.v"
ROW = re.compile(r"^\| ([a-z0-9_.]+) \| ([\w.]+) \| ([^|]+) \| (.*) \|$", re.MULTILINE)
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


# --- every claim, by whichever file


def derivations() -> dict[str, coq_compare.Derivation]:
    """Return the lemmas that derive claims, by the claim's id with underscores for periods."""
    files = {name: source.read(LIBRARY / name) for name in coq_compare.FILES}
    return {name: item for file, text in files.items() for name, item in coq_compare.derivations(file, text).items()}


def proofs() -> dict[str, str]:
    """Return the text of every lemma of Compare*.v, statement and proof, by name."""
    found, name = dict[str, str](), ""
    for file in coq_compare.FILES:
        for sentence in source.sentences(source.read(LIBRARY / file)):
            lemma = re.match(r"(?:Lemma|Theorem) (\w+)", sentence.text)
            name = lemma[1] if lemma else name
            found[name] = f"{found.get(name, '')} {sentence.text}"
    return found


def mentioned(name: str, texts: dict[str, str], seen: set[str]) -> set[str]:
    """Return the words of a lemma and of the lemmas of these files that it mentions."""
    seen.add(name)
    found = set(re.findall(r"\w+", texts[name])) - {name}
    for other in (found & texts.keys()) - seen:
        found |= mentioned(other, texts, seen)
    return found


def test_every_claim_of_the_chain_is_derived_from_a_theorem() -> None:
    there = derivations()
    assert {claim.id.replace(".", "_") for claim in blueprint.all_claims()} == there.keys()
    assert len(there) == len(list(blueprint.all_claims()))


def test_a_comparison_rests_on_the_theorem_that_names_its_claim() -> None:
    texts, theorems = proofs(), coq.library_theorems()
    for claim in blueprint.all_claims():
        theorem = theorems[claim.id].partition(".")[2]
        assert theorem in mentioned(name(claim), texts, set()), claim.id


def test_no_theorem_that_names_a_claim_stands_in_a_file_of_comparisons() -> None:
    files = {theorem.partition(".")[0] for theorem in coq.library_theorems().values()}
    assert not any(file.startswith("Compare") for file in files)


def test_the_table_names_every_claim_with_its_theorem_and_its_lemma() -> None:
    rows = {
        claim: (theorem, kind, how) for claim, theorem, kind, how in ROW.findall((LIBRARY / "THEOREMS.md").read_text())
    }
    theorems, there = coq.library_theorems(), derivations()
    for claim in blueprint.all_claims():
        theorem, kind, how = rows[claim.id]
        assert theorem == theorems[claim.id]
        assert kind == "compared"
        assert f"`{there[claim.id.replace('.', '_')].name}`" in how, claim.id


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(x y : R) {H : space} : x = y", [("x", "R"), ("y", "R"), ("H", "space")]),
        ("(g : lift Crd (fun _ => real_space)) (n : nat) :", [("g", "lift Crd (fun _ => real_space)"), ("n", "nat")]),
        ("x y : nat -> R", [("x", "nat -> R"), ("y", "nat -> R")]),
        (": forall x, x = x", []),
    ],
)
def test_binders(text: str, found: list[tuple[str, str]]) -> None:
    assert coq_compare.binders(text) == found


def test_a_lemma_of_a_section_is_about_what_the_section_declares() -> None:
    text = """Section a. Variable x : R. Hypothesis h : 0 < x. Section b. Context {H : space}. End b.
    Section c. Variables (y z : R) (u : H). Lemma compare_some_claim (w : R) : True. Proof using All. exact I. Qed."""
    (found,) = coq_compare.derivations("Compare.v", text).values()
    kinds = [("x", "R"), ("h", "hypothesis"), ("y", "R"), ("z", "R"), ("u", "H"), ("w", "R")]
    assert (found.name, list(found.variables)) == ("Compare.compare_some_claim", kinds)
