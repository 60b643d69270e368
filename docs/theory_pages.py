"""Writes the theory pages of the guide from the claims themselves, when the site is built.

Nothing about a claim is typed here: statement, formula, steps, certificates and verdicts come from `theory`.
Formulas become MathML, which browsers draw without a script.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from html import escape

import sympy
from latex2mathml import converter
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from sympy.core.alphabets import greeks

from theory import blueprint, wording
from theory.blueprint import Outcome
from theory.checkers import ENGINES, engine
from theory.kernel import Claim, Relation
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
    Recursion,
    Shift,
    SignCases,
    Square,
    Telescope,
    Term,
    Times,
    Tower,
    ZeroCases,
)
from theory.kernel.vectors import Vector
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS

GROUPS = {
    "device": "The device",
    "noise": "The noise",
    "hilbert": "Hilbert space",
    "order": "Order and roots",
    "sum": "Sums",
    "window": "Windows of past steps",
    "stale": "Staleness",
    "master": "The master theorem",
    "resolved": "Noise resolved",
    "adaptive": "Saturation measured",
    "multiplier": "How the sharp bound is evaluated",
    "floor": "The floor",
    "sync": "The synchronous pipeline",
    "network": "Networks",
    "pipeline": "Pipelines",
    "complexity": "Complexity",
}
"""Titles of the groups of claims; a group without a title here is shown under its own name."""

WORD = re.compile(r"(?<![\\a-zA-Z{])[a-zA-Z]{2,}")
"""A name of several letters in LaTeX that is neither a command nor the argument of one."""

Outcomes = dict[str, dict[str, Outcome]]


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the site: MkDocs calls this when it has found the written ones."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Return every theory page by its path in the site."""
    claims = blueprint.all_claims()
    outcomes = {name: {outcome.claim: outcome for outcome in engine(name)(claims)} for name in ENGINES}
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[claim.id.partition(".")[0]].append(claim)
    found = {"theory/index.md": overview(groups, outcomes), "theory/assumptions.md": assumptions(claims)}
    return found | {f"theory/{group}.md": page(group, members, outcomes) for group, members in groups.items()}


def math(latex: str, *, block: bool = False) -> str:
    """Return a formula as MathML, in a division of its own if it is a block."""
    latex = latex.replace(r"\lVert", r"\|").replace(r"\rVert", r"\|")
    drawn = str(converter.convert(WORD.sub(_named, latex), "block" if block else "inline"))
    style = "overflow-x: auto; overflow-y: hidden; padding: 0.2em 0; margin: 0.6em 0"
    return f'<div style="{style}">{drawn}</div>' if block else drawn


def _named(word: re.Match[str]) -> str:
    """Return a name of several letters as a Greek letter or as one upright name."""
    return f"\\{word[0]} " if word[0] in greeks else rf"\mathrm{{{word[0]}}}"


def formula(relation: Relation, *, block: bool = False) -> str:
    """Return a relation as MathML."""
    return math(wording.relation(relation), block=block)


def link(claim: str) -> str:
    """Return a link to a claim."""
    return f"[`{claim}`]({claim.partition('.')[0]}.md#{anchor(claim)})"


def anchor(claim: str) -> str:
    """Return the anchor of a claim within its page."""
    return claim.replace(".", "-")


def title(group: str) -> str:
    """Return the title of a group."""
    return GROUPS.get(group, group)


def overview(groups: dict[str, list[Claim]], outcomes: Outcomes) -> str:
    """Return the table of all claims with the verdict of every authority."""
    total = sum(map(len, groups.values()))
    proved = {name: sum(o.verdict == "proved" for o in found.values()) for name, found in outcomes.items()}
    lines = [
        "# The proof, claim by claim\n",
        f"{total} claims lead from the [assumptions](assumptions.md) to the theorems. Every page here is written from",
        "the claims when the site is built; the verdicts are those of the authorities asked at that moment:",
        ", ".join(f"{name} proved {count}" for name, count in proved.items()) + ".\n",
        "z3 knows real arithmetic only: a claim that needs a rule on random sequences as well is *conditional* on it,",
        "and so is whatever cites the claim; the rules are named with each.\n",
    ]
    for group, members in groups.items():
        lines += [f"## [{title(group)}]({group}.md)\n", "| claim | says | " + " | ".join(outcomes) + " |"]
        lines.append("|---" * (2 + len(outcomes)) + "|")
        for claim in members:
            verdicts = " | ".join(found[claim.id].verdict for found in outcomes.values())
            lines.append(f"| {link(claim.id)} | {claim.title} | {verdicts} |")
        lines.append("")
    return "\n".join(lines)


def assumptions(claims: Iterable[Claim]) -> str:
    """Return the assumptions, who certifies each, and the claims that make it."""
    users: dict[str, list[str]] = defaultdict(list)
    for claim in claims:
        for name in claim.assumes:
            users[name].append(claim.id)
    lines = ["# Assumptions\n"]
    for item in ASSUMPTIONS.values():
        lines += [f"## {item.id} {{#{item.id}}}\n", f"{item.statement[0].upper()}{item.statement[1:]}.\n"]
        lines += [math(item.latex, block=True) + "\n", "Certified by: " + ", ".join(item.certified_by) + ".\n"]
        lines.append("Made by: " + (", ".join(map(link, users[item.id])) or "no claim yet") + ".\n")
    return "\n".join(lines)


def page(group: str, members: list[Claim], outcomes: Outcomes) -> str:
    """Return the page of a group of claims."""
    return "\n".join([f"# {title(group)}\n", *(describe(claim, outcomes) for claim in members)])


def describe(claim: Claim, outcomes: Outcomes) -> str:
    """Return one claim: statement, verdicts, premises, conclusions, and the proof to unfold."""
    verdicts = ", ".join(f"{name} **{found[claim.id].verdict}**" for name, found in outcomes.items())
    uses = ", ".join(map(link, blueprint.uses(claim)))
    grounds = ", ".join(f"[{name}](assumptions.md#{name})" for name in claim.assumes)
    lines = [f"## {claim.title} {{#{anchor(claim.id)}}}\n", f"`{claim.id}` · {claim.source} · {verdicts}\n"]
    lines.append(escape(claim.statement) + "\n")
    lines += [formula(claim.conclusion(name), block=True) + "\n" for name in claim.conclusions]
    if grounds:
        lines.append(f"Assumes {grounds}.")
    if uses:
        lines.append(f"Uses {uses}.")
    for name, found in outcomes.items():
        if found[claim.id].hypotheses:
            lines.append(escape(f"By {name} it hangs on: {'; '.join(found[claim.id].hypotheses)}."))
    return "\n".join([*lines, "", *proof(claim), ""])


def proof(claim: Claim) -> Iterator[str]:
    """Yield premises and steps as a block that can be unfolded."""
    yield '??? note "Premises and proof"\n'
    yield from (f"    - {line}" for line in structure(claim))
    for premise in claim.premises:
        labels = sorted(claim.labels_of(premise.relation))
        where = f", at every {' and '.join(labels)}" if labels else ""
        yield f"    - given `{premise.name}`: {formula(premise.relation)} ({premise.reason}{where})"
    for recursion in claim.recursions:
        yield from (f"    - {line}" for line in built_up(recursion))
    yield ""
    for step in claim.steps:
        mark = "**conclusion**" if step.name in claim.conclusions else "step"
        yield f"    - {mark} `{step.name}`: {formula(step.relation)}, by {reason(step.proof)}"


def structure(claim: Claim) -> Iterator[str]:
    """Yield what the claim says of its names beside the premises: parts, averages, times, delays."""
    for item in claim.links:
        yield f"`{item.local}` is the part of {math(vector(item.image))} at every {' and '.join(item.over)}"
    for mean in claim.means:
        yield f"{math(wording.formula(mean.symbol))} is the average of {math(wording.formula(mean.of))} over steps"
    for path in claim.paths:
        yield f"`{path.symbols[0].name}` and `{path.symbols[1].name}` are members k and k + 1 of a sequence of numbers"
    for process in claim.processes:
        known = f"`{process.name}` at step k is known from the samples of steps up to k + {process.known}"
        zero = "" if process.differences is None else f", with zero mean given those before k + {process.differences}"
        yield f"{known}{zero} ({process.reason})"
    for delay in claim.delays:
        yield f"`{delay.name}` is `{delay.of}` delayed by {delay.lag} steps"


def built_up(recursion: Recursion) -> Iterator[str]:
    """Yield the definitions of what a recursion builds up."""
    pairs = [(wording.formula(name), *map(wording.formula, pair)) for name, pair in recursion.scalars.items()]
    pairs += [(name, *map(vector, pair)) for name, pair in recursion.vectors.items()]
    for name, start, after in pairs:
        yield f"let {math(name)} start at {math(start)} and become {math(after)} as {recursion.counter} grows by one"


def vector(of: Vector) -> str:
    """Return a linear combination of generators as LaTeX."""
    return wording.formula(sympy.Add(*(coefficient * sympy.Symbol(name) for name, coefficient in of.parts)))


def reason(item: Proof) -> str:
    """Return why a step holds, in words, with the multipliers of its certificate."""
    match item:
        case Combination(terms):
            return "the certificate right − left = " + (" + ".join(map(term, terms)) or "0, identically")
        case Chain(steps, last):
            inner = "; ".join(f"{formula(step.relation)} by {reason(step.proof)}" for step in steps)
            return f"{inner}; then {reason(last)}"
        case Contradiction(inside):
            return f"contradiction: {reason(inside)}"
        case SignCases(sign, plus, minus):
            return f"cases {sign} = 1 ({reason(plus)}) and {sign} = −1 ({reason(minus)})"
        case ZeroCases(of, positive, zero):
            return f"cases {expression(of)} > 0 ({reason(positive)}) and = 0 ({reason(zero)})"
        case OrderCases(lhs, rhs, below, above):
            return f"cases {expression(lhs)} ≤ {expression(rhs)} ({reason(below)}) and ≥ ({reason(above)})"
        case Cite(claim, conclusion):
            return f"{link(claim)} (`{conclusion}`)"
        case Induction(counter, base, step):
            return f"induction on {counter}: start {reason(base)}; step {reason(step)}"
        case Average(of, inside, over):
            return f"averaging {formula(of)} ({reason(inside)}) over every {' and '.join(over)}"
        case Telescope(now):
            return f"the values of which {now} is the present one telescope"
        case Tower(difference, known):
            return f"the tower property for {difference} and {known}"
        case Shift(delayed):
            return f"{delayed} being a delayed copy"
    return type(item).__name__


def term(item: Term) -> str:
    """Return one term of a certificate."""
    match item:
        case Times(weight, fact):
            return f"{expression(weight)} · slack of `{fact}`"
        case Square(weight, of):
            return f"{expression(weight)} · ({expression(of)})²"
        case NormSquare(weight, of):
            return f"{expression(weight)} · norm²({math(vector(of))})"
    return str(item)


def expression(of: sympy.Expr) -> str:
    """Return an expression as MathML."""
    return math(wording.formula(of))
