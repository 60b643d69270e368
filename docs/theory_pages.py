"""Makes the theory pages into pages of the site: verdicts and certificates beside each claim, formulas as MathML.

The pages are complete without the site (`theory_blocks`). What is added here comes from `theory` when the site is
built, and from the answers of z3 and Coq that are kept with the pages (`theory_authorities`). Browsers draw MathML
without a script.
"""

import re
from collections.abc import Iterator
from functools import cache
from html import escape

import sympy
import theory_authorities
import theory_blocks
from latex2mathml import converter
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from theory_authorities import Answer

from theory import blueprint
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
    Shift,
    SignCases,
    Square,
    Telescope,
    Term,
    Times,
    Tower,
    ZeroCases,
)

BLOCK_MATH = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
INLINE_MATH = re.compile(r"(?<![\\$`])\$([^$`]+?)\$(?![\d`])")
SCROLLS = "max-width: 100%; overflow-x: auto; overflow-y: hidden; vertical-align: middle"
"""The style of what may be wider than the page."""
PROVED = "$\\square$\n"
"""The end of a proof by hand."""
SECTION = re.compile(r"(?=^<!-- claim: )|(?=^## )", re.MULTILINE)
"""Where the part of a page that belongs to one claim ends and another begins."""


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG001
    """Return a page as MkDocs is to read it; pages other than those of the theory stay as they are."""
    where = page.file.src_uri
    if where != "theory.md" and not where.startswith("theory/"):
        return markdown
    parts = SECTION.split(markdown)
    return typeset("".join(with_verdicts(part) if part.startswith("<!-- claim: ") else part for part in parts))


def typeset(text: str) -> str:
    """Return a text with its formulas as MathML; one on lines of its own gets a division that scrolls if it is wide."""
    text = BLOCK_MATH.sub(lambda found: f"\n\n{math(found[1], block=True)}\n\n", text)
    return INLINE_MATH.sub(lambda found: math(found[1]), text)


@cache
def math(latex: str, *, block: bool = False) -> str:
    """Return a formula as MathML, in a division of its own if it is a block."""
    latex = " ".join(latex.split()).replace(r"\lVert", r"\|").replace(r"\rVert", r"\|")
    whole = latex.removeprefix(r"\begin{gathered}")
    rows = [latex] if whole == latex else whole.removesuffix(r"\end{gathered}").split(r" \\ ")  # not those of a matrix
    drawn = "".join(str(converter.convert(row, display="block" if block else "inline")) for row in rows)
    if block:
        drawn = drawn.replace("<math ", '<math style="margin: 0.4em 0" ')
        return f'<div style="{SCROLLS}; padding: 0.2em 0; margin: 0.6em 0">{drawn}</div>'
    wide = theory_blocks.width(latex) > theory_blocks.WIDE // 2
    # a line that begins with <math> would be read as a block of HTML; one that begins with <span> is not
    return f'<span style="display: inline-block; {SCROLLS}">{drawn}</span>' if wide else f"<span>{drawn}</span>"


def relation(item: Relation) -> str:
    """Return a relation as a formula in a line."""
    return f"${theory_blocks.relation(item)}$"


@cache
def places() -> dict[str, str]:
    """Return the chapter of every claim."""
    return theory_blocks.places()


def link(claim: str) -> str:
    """Return a link to a claim from a chapter."""
    return f"[`{claim}`]({places()[claim]}.md#{claim})"


@cache
def answers() -> dict[str, tuple[str, dict[str, Answer]]]:
    """Return each authority as it is called in print, with its answers by claim: the kernel's now, others as kept."""
    claims = blueprint.all_claims()
    kernel = {item.claim: Answer(item.verdict, item.hypotheses) for item in blueprint.prove(claims)}
    versions, kept = theory_authorities.stored()
    return {"kernel": ("kernel", kernel)} | {name: (versions[name], kept[name]) for name in kept}


def verdicts(claim: Claim) -> Iterator[str]:
    """Yield what every authority says of a claim, and what a conditional answer hangs on."""
    said = [(name, found[claim.id]) for name, found in answers().values()]
    yield " · ".join(f"{name} **{answer.verdict}**" for name, answer in said)
    for name, answer in said:
        if answer.hypotheses:
            yield escape(f"{name} takes on trust: {'; '.join(answer.hypotheses)}.")


def with_verdicts(part: str) -> str:
    """Return the part of a page that belongs to a claim, with verdicts and the certificate below."""
    found = theory_blocks.BLOCK.match(part)
    if found is None:
        raise ValueError(f"a claim's block has no end: {part[:60]!r}")
    claim = blueprint.claim(found[2])
    said, certificate = "\n\n".join(verdicts(claim)), "\n".join(proof(claim))
    if theory_blocks.has_direction(claim):
        certificate = certificate.replace(r"\sqrt{A}", "r")
    by_hand, end, after = f"{part.rstrip()}\n".partition(PROVED)
    return f"{by_hand}{end}\n{said}\n\n{certificate}\n\n{after}\n"


def proof(claim: Claim) -> Iterator[str]:
    """Yield what the claim says in the code, its premises and its steps, as a block that can be unfolded."""
    yield '??? note "Premises and certificate"\n'
    yield f"    {escape(claim.statement)}\n"
    for premise in claim.premises:
        place = theory_blocks.premise_holds(claim, premise.relation)
        where = f", {place}" if place else ""
        yield f"    - given `{premise.name}`: {relation(premise.relation)} ({premise.reason}{where})"
    yield ""
    for step in claim.steps:
        mark = "**conclusion**" if step.name in claim.conclusions else "step"
        yield f"    - {mark} `{step.name}`: {relation(step.relation)}, by {reason(step.proof)}"


def reason(item: Proof) -> str:
    """Return why a step holds, in words, with the multipliers of its certificate."""
    match item:
        case Combination(terms):
            return "the certificate right − left = " + (" + ".join(map(term, terms)) or "0, identically")
        case Chain(steps, last):
            inner = "; ".join(f"{relation(step.relation)} by {reason(step.proof)}" for step in steps)
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
            return f"averaging {relation(of)} ({reason(inside)}) over every {' and '.join(over)}"
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
            return f"{expression(weight)} · norm²(${theory_blocks.vector(of)}$)"
    return str(item)


def expression(of: sympy.Expr) -> str:
    """Return an expression as a formula in a line."""
    return f"${theory_blocks.formula(of)}$"
