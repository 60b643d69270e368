"""Are the library's theorems about the claims? Each is compared with the statement that is written from its claim.

The library's files Compare*.v derive claims' own statements from the library's theorems (`compare_<claim>`). Here the
statement is written from the claim itself, and proved by that lemma and nothing else: a theorem that says less, or
other, than its claim is refused by Coq. A claim for which there is no such lemma is not compared; THEOREMS.md says why.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from theory.checkers.coq_audit.source import sentences
from theory.checkers.coq_lemma import Lemma, lemma_of
from theory.kernel.proof import Verdict

FILES = (
    "Compare.v",
    "CompareDevices.v",
    "CompareFamilies.v",
    "CompareStale.v",
    "CompareRuns.v",
    "CompareGranular.v",
    "CompareSpread.v",
    "CompareNetwork.v",
    "CompareSecondOrder.v",
    "CompareNetworkBox.v",
    "CompareFree.v",
    "CompareFreeBounds.v",
    "CompareFreeRun.v",
    "CompareFreeAdaptive.v",
    "CompareFreeStages.v",
    "CompareFreeWhole.v",
    "CompareFreeAdaptiveWhole.v",
    "CompareMean.v",
    "CompareMeanSizes.v",
    "CompareMeanWhole.v",
    "CompareTube.v",
    "CompareLinear.v",
    "CompareShape.v",
)
TABLE = "THEOREMS.md"
HEAD = """(* Written from the claims of the theory package; do not edit. *)
From Coq Require Import Reals.
From Analog Require Import Sums InnerProduct Expectation Windows Rules.
"""
_ROW = re.compile(r"^\| ([a-z0-9_.]+) \| [\w.]+ \| not compared \| (.*) \|$", re.MULTILINE)
_LEMMA = re.compile(r"(?:Lemma|Theorem) compare_(\w+)(.*)")
_FRAMES = frozenset(("Smp", "Len", "TC", "Crd", "TS", "Stg"))
"""How index sets are named, in the library's comparisons as in the lemmas written from claims."""


@dataclass(frozen=True)
class Comparison:
    """A lemma that states a claim and is proved by the library alone; `claim` is its id, `by` the library's lemma."""

    claim: str
    name: str
    text: str
    by: str


@dataclass(frozen=True)
class Derivation:
    """A lemma of the library that derives a claim: its full name, and what it is about, in order, with the types.

    A hypothesis of a section has the type "hypothesis" here; premises that the lemma states itself are not listed.
    """

    name: str
    variables: tuple[tuple[str, str], ...]


def derivations(file: str, text: str) -> dict[str, Derivation]:
    """Return the lemmas `compare_<claim>` of a file, by `<claim>`.

    A lemma of a section is about all variables and hypotheses that are declared there before it: it says `Proof using
    All`.
    """
    found, open_sections = dict[str, Derivation](), [list[tuple[str, str]]()]
    for sentence in sentences(text):
        command, _, rest = sentence.text.partition(" ")
        lemma = _LEMMA.match(sentence.text)
        if command == "Section":
            open_sections.append([])
        elif command == "End":
            open_sections.pop()
        elif command in ("Variable", "Variables", "Context"):
            open_sections[-1] += binders(rest)
        elif command == "Hypothesis":
            open_sections[-1].append((rest.partition(" : ")[0], "hypothesis"))
        elif lemma:
            variables = [item for section in open_sections for item in section]
            name = f"{file.removesuffix('.v')}.compare_{lemma[1]}"
            found[lemma[1]] = Derivation(name, (*variables, *binders(lemma[2])))
    return found


def binders(text: str) -> list[tuple[str, str]]:
    """Return the names that a list of binders introduces, with their types: `(x y : R) {H : space} : ...`."""
    found, rest = list[tuple[str, str]](), text.strip()
    if rest[:1] not in ("(", "{"):
        rest = f"({rest})" if re.match(r"[\w ]+ : ", rest) and not rest.startswith(":") else ""
    while rest[:1] in ("(", "{"):
        depth, end = 1, 0
        while depth:
            end += 1
            depth += (rest[end] in "({") - (rest[end] in ")}")
        names, _, kind = rest[1:end].partition(" : ")
        found += [(name, kind) for name in names.split()]
        rest = rest[end + 1 :].lstrip()
    return found


def comparisons(
    lemmas: Iterable[Lemma], files: Mapping[str, str], table: str = ""
) -> tuple[dict[str, Comparison], dict[str, str]]:
    """Return what can be compared, by claim id, and why each other claim is not compared.

    Args:
        lemmas: of the claims.
        files: the texts of Compare*.v, by name.
        table: the text of THEOREMS.md, which says why the others are not compared.

    """
    found, reasons = dict[str, Comparison](), dict[str, str]()
    there = {name: item for file, text in files.items() for name, item in derivations(file, text).items()}
    why = {claim: said.replace("\\|", "|") for claim, said in _ROW.findall(table)}
    for lemma in lemmas:
        claim = lemma.claim.id
        derivation = there.get(claim.replace(".", "_"))
        if derivation is not None:
            own = f"same_{lemma_of(claim)}"
            found[claim] = Comparison(claim, own, _text(lemma, own, derivation), derivation.name)
        else:
            reasons[claim] = why.get(claim, f"no lemma compare_{claim.replace('.', '_')} derives it")
    return found, reasons


def _text(lemma: Lemma, own: str, derivation: Derivation) -> str:
    """Return the claim's statement with a proof by the library's lemma, whose variables have the claim's names."""
    arguments = " ".join(_argument(lemma, name, kind) for name, kind in derivation.variables)
    return f"(* claim {lemma.claim.id} *)\n{lemma.stated(own, f'apply (@{derivation.name} {arguments}); assumption.')}"


def _argument(lemma: Lemma, name: str, kind: str) -> str:
    """Return what stands for a variable of the library's lemma in the claim's: an underscore is found by Coq."""
    statement = lemma.world.statement
    if kind == "hypothesis":
        return "ltac:(assumption)"
    if kind == "space":
        return "_"
    if name in _FRAMES:
        return name
    if name not in {*statement.vectors, *statement.scalars}:
        return f"v_{name.removesuffix('_')}"  # a name that Coq has already, or that a vector has as well
    letter = "n" if name in lemma.world.counters else "g" if name in statement.vectors else "v"
    return f"{letter}_{name}"


def source(found: Iterable[Comparison]) -> str:
    """Return one Coq file with the comparisons."""
    items = tuple(found)
    files = " ".join(dict.fromkeys(item.by.partition(".")[0] for item in items))
    need = f"From Analog Require {files}.\n" if files else ""
    return "\n".join([f"{HEAD}{need}Open Scope R_scope.\n", *(item.text for item in items)])


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
