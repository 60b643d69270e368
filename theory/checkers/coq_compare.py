"""Are the library's theorems about the claims? Each is compared with the statement that is written from its claim.

The library's file Compare.v derives, for every claim of plain algebra and geometry, the claim's own statement from the
library's theorem (`compare_<claim>`). Here the statement is written from the claim itself, and proved by that lemma and
nothing else: a theorem that says less, or other, than its claim is refused by Coq. Claims about sequences, averages and
recursions are not compared: the library speaks there of whole runs, networks and schedules (THEOREMS.md says how).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from theory.checkers.coq_lemma import Lemma, lemma_of
from theory.kernel.proof import Verdict

FILE, TABLE = "Compare.v", "THEOREMS.md"
HEAD = """(* Written from the claims of the theory package; do not edit. *)
From Coq Require Import Reals.
From Analog Require Import Sums InnerProduct.
From Analog Require Compare.
Open Scope R_scope.
"""
_LEMMA = re.compile(r"^Lemma compare_(\w+) ((?:\{H : space\} ?|\([\w ]+ : [HR]\) ?)+):", re.MULTILINE)
_ROW = re.compile(r"^\| ([a-z0-9_.]+) \| [\w.]+ \| (?!compared)([^|]+ \|.*) \|$", re.MULTILINE)
_GROUP = re.compile(r"\(([\w ]+) : ([HR])\)|\{H : space\}")


@dataclass(frozen=True)
class Comparison:
    """A lemma that states a claim and is proved by the library alone; `claim` is its id."""

    claim: str
    name: str
    text: str


def comparisons(lemmas: Iterable[Lemma], file: str, table: str = "") -> tuple[dict[str, Comparison], dict[str, str]]:
    """Return what can be compared, by claim id, and why each other claim is not compared.

    Args:
        lemmas: of the claims.
        file: the text of Compare.v.
        table: the text of THEOREMS.md, which says how the theorems that are not compared stand to their claims.

    """
    found, reasons = dict[str, Comparison](), dict[str, str]()
    there = dict(_LEMMA.findall(file))
    why = {claim: said.replace(" | ", ": ").replace("\\|", "|") for claim, said in _ROW.findall(table)}
    for lemma in lemmas:
        claim = lemma.claim.id
        name = claim.replace(".", "_")
        if name in there and not lemma.world.labelled:
            own = f"same_{lemma_of(claim)}"
            found[claim] = Comparison(claim, own, _text(lemma, own, there[name]))
        else:
            reasons[claim] = why.get(claim, f"{FILE} derives no lemma compare_{name}")
    return found, reasons


def _text(lemma: Lemma, own: str, binders: str) -> str:
    """Return the claim's statement with a proof by the library's lemma, whose variables have the claim's names."""
    statement = lemma.world.statement
    arguments = []
    for names, kind in _GROUP.findall(binders):
        if not kind:
            arguments.append("_")
        for name in names.split():
            here = name if name in statement.scalars or name in statement.vectors else name.removesuffix("_")
            arguments.append(f"{'g' if kind == 'H' else 'v'}_{here}")
    proof = f"apply (@Compare.compare_{lemma.claim.id.replace('.', '_')} {' '.join(arguments)}); assumption."
    return f"(* claim {lemma.claim.id} *)\n{lemma.stated(own, proof)}"


def source(found: Iterable[Comparison]) -> str:
    """Return one Coq file with the comparisons."""
    return "\n".join([HEAD, *(item.text for item in found)])


def opinion(lemma: Lemma | str, complaint: str | None, stopped: str = "") -> tuple[Verdict, str]:
    """Return what the generated lemma says of a claim: a verdict, and why.

    Args:
        lemma: the claim's generated lemma, or why there is none.
        complaint: what Coq says against it: empty if it is accepted, None if it was not heard.
        stopped: why it was not heard.

    """
    if isinstance(lemma, str):
        return "unsupported", f"no generated lemma: {lemma}"
    if complaint is None:
        return "undecided", f"generated lemma: {stopped}"
    if complaint:
        return "undecided", f"generated lemma refused: {complaint}"
    if lemma.unconditional:
        return "proved", "generated lemma, unconditional"
    return "conditional", f"generated lemma, on condition that {'; '.join(lemma.conditions)}"


def of_theorem(theorem: str, why: str | None) -> tuple[Verdict, str]:
    """Return what an accepted theorem of the library says of a claim that it names.

    Args:
        theorem: its name.
        why: empty if its statement has been compared with the claim's, else why it has not.

    """
    if why == "":
        return "proved", f"library: {theorem}, compared"
    return "conditional", f"library: {theorem}, not compared: {why or 'it states no claim of the theory'}"


def hypotheses(lemma: Lemma | str, theorem: str | None) -> tuple[str, ...]:
    """Return, in words, what a claim hangs on that is only conditionally proved."""
    if isinstance(lemma, Lemma) and lemma.conditions:
        return tuple(lemma.conditions)
    return (f"what {theorem} says is the claim",)


def together(generated: Verdict, library: Verdict) -> Verdict:
    """Return the verdict of both: what is refused or not heard by one of them is undecided."""
    for verdict in ("undecided", "proved", "conditional"):
        if verdict in (generated, library):
            return verdict
    return "unsupported"
