"""Writes what the theory pages take from the claims: `python docs/theory_blocks.py` brings them up to date.

A page names a claim between two comments; title, anchor, conditions, conclusions and definitions stand between them as
the project prints them, so that no formula is typed twice. The text around is written by hand.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from html import escape
from itertools import groupby
from pathlib import Path

import sympy
from theory_names import PLAIN

from boundary.numbers import places_above
from theory import blueprint, wording
from theory.bounds import bound
from theory.kernel import Claim, Relation
from theory.kernel.claim import Entry
from theory.kernel.exact import exact
from theory.kernel.proof import Process
from theory.kernel.reading import read_claim, read_relation
from theory.kernel.vectors import Vector, pair_of
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.symbols import QUANTITIES
from theory.sheet import PLACES, SAMPLES

ENTRY = Path(__file__).parent / "theory.md"
CHAPTERS = ENTRY.parent / "theory"
ORDER = (
    "tools", "element", "pipelines", "networks", "staleness", "theorem-1", "theorem-2", "evaluation", "refinements",
    "complexity", "floor", "responses", "granularity", "lag", "free", "free-bounds", "shape", "mean",
)  # fmt: skip
"""The chapters in the order of the proof: what a claim cites stands before it."""

BLOCK = re.compile(r"<!-- (claim|list): (\S+) -->\n(.*?)<!-- end -->", re.DOTALL)
"""One generated block: its kind, its name, what stands in it."""
NAME = r"[A-Za-z]\w*"
ENTRIES = re.compile(rf"\\lVert ({NAME}) \\rVert|\\langle ({NAME}), ({NAME}) \\rangle")


WORD = r"\\mathrm\{\w+\}(?:_\{\w+\})?(?:\^\{\d+\})?"
WORD_AFTER = re.compile(rf"((?<![A-Za-z\\])[A-Za-z]|\d|}}|\\rho|\\sigma) (?={WORD})")
WORD_BEFORE = re.compile(rf"({WORD}) (?=[A-Za-z(]|\\left|\\mathrm|\\rho|\\sigma|\\frac)")
"""Where a factor stands next to a word, which needs a space between."""


SETTING = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")
"""The parameters of a setting of the bound sheet, in its order."""


def pages() -> list[Path]:
    """Return the files of the theory, in the order of the proof."""
    return [ENTRY, *(CHAPTERS / f"{name}.md" for name in ORDER)]


def places() -> dict[str, str]:
    """Return the chapter of every claim that has a place, by id, in the order in which they stand."""
    found = {}
    for name in ORDER:
        for kind, item, _ in BLOCK.findall((CHAPTERS / f"{name}.md").read_text(encoding="utf-8")):
            if kind == "claim":
                found[item] = name
    return found


def generator(name: str) -> str:
    """Return the name of a vector, or of a symbol, as LaTeX."""
    if name in PLAIN:
        return PLAIN[name]
    stem, _, index = name.partition("_")
    stem = stem if len(stem) == 1 else rf"\mathrm{{{stem}}}"
    index = index if len(index) <= 2 else rf"\mathrm{{{index}}}"
    return f"{stem}_{{{index}}}" if index else stem


def _entry(found: re.Match[str]) -> str:
    one, first, second = found.groups()
    if one:
        return rf"\lVert {generator(one)} \rVert"
    return rf"\langle {generator(first)}, {generator(second)} \rangle"


def latex(text: str) -> str:
    """Return a formula of `theory.wording` with names of vectors and words in subscripts set as such."""
    text = ENTRIES.sub(_entry, text)
    text = WORD_BEFORE.sub(r"\1 \\, ", WORD_AFTER.sub(r"\1 \\, ", text))
    return re.sub(r"_\{([A-Za-z]{3,})\}", r"_{\\mathrm{\1}}", text)


def formula(expression: sympy.Expr) -> str:
    """Return an expression as LaTeX."""
    text = wording.formula(expression)
    for item in sorted(expression.free_symbols, key=lambda symbol: -len(symbol.name)):
        if item.name in PLAIN:
            text = text.replace(wording.formula(item), PLAIN[item.name])
    return latex(text)


def relation(item: Relation) -> str:
    """Return a relation as LaTeX."""
    signs = {"<=": r"\le", "<": "<", "==": "="}
    return f"{formula(item.lhs)} {signs[item.op]} {formula(item.rhs)}"


def displayed(item: Relation) -> str:
    """Return a relation as LaTeX for lines of its own: broken at its sign, then between terms, where it is wide."""
    left, sign, right = formula(item.lhs), {"<=": r"\le", "<": "<", "==": "="}[item.op], formula(item.rhs)
    if width(left) + width(right) <= WIDE:
        return f"{left} {sign} {right}"
    rows = _rows(left) + [f"{sign} {row}" if index == 0 else row for index, row in enumerate(_rows(right))]
    if width(left) + width(rows[-1]) <= WIDE and len(rows) == 2:
        return " ".join(rows)
    return r"\begin{gathered} " + r" \\ ".join(rows) + r" \end{gathered}"


WIDE = 60
"""How many letters of a displayed formula fit on a line."""


def width(text: str) -> int:
    """Return about how many letters wide a formula is when it is set; a fraction is as wide as its wider half."""
    while found := re.search(r"\\frac\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}", text):
        text = text[: found.start()] + max(found[1], found[2], key=width) + text[found.end() :]
    return len(
        re.sub(r"\\(?:left|right|mathrm|sqrt)|[{}^_ ]", "", re.sub(r"\\(?!left|right|mathrm|sqrt)[A-Za-z]+", "x", text))
    )


def _rows(text: str) -> list[str]:
    """Return a sum as rows that fit on a line, if its terms do."""
    terms, start = list[str](), 0
    for found in re.finditer(r" [+-] ", text):
        before = text[: found.start()]
        if before.count("{") == before.count("}") and before.count(r"\left") == before.count(r"\right"):
            terms.append(text[start : found.start()])
            start = found.start() + 1
    rows = [""]
    for term in [*terms, text[start:]]:
        if rows[-1] and width(rows[-1]) + width(term) > WIDE:
            rows.append(term)
        else:
            rows[-1] = f"{rows[-1]} {term}".strip()
    return rows


def _in_parts(text: str) -> str:
    """Return a list of conditions as LaTeX, on several lines if it is wide."""
    rows = [""]
    for part in re.split(r"(?<=,) \\; ?", text):
        if rows[-1] and width(rows[-1]) + width(part) > WIDE:
            rows.append(part)
        else:
            rows[-1] = rf"{rows[-1]} \; {part}" if rows[-1] else part
    return rows[0] if len(rows) == 1 else r"\begin{gathered} " + r" \\ ".join(rows) + r" \end{gathered}"


LABELS = ("step", "coordinate", "stage")


def _ordered(labels: Iterable[str]) -> list[str]:
    """Return labels as they are read: step, coordinate, stage, then counts."""
    return sorted(labels, key=lambda name: (LABELS.index(name) if name in LABELS else len(LABELS), name))


def formula_of_label(name: str) -> str:
    """Return a label in words, or the symbol of a count."""
    return name if name in LABELS else f"${formula(sympy.Symbol(name, real=True))}$"


def holds_for(claim: Claim, item: Relation) -> str:
    """Return for what a conclusion of a claim holds; empty if it speaks of single numbers and vectors only."""
    labels = " and ".join(map(formula_of_label, _ordered(claim.labels_of(item))))
    return f"for every {labels}" if labels else ""


def premise_holds(claim: Claim, item: Relation) -> str:
    """Return for what a premise is taken: every step or count, or the counts at hand of whose objects it speaks."""
    here = read_claim(claim).counts(read_relation(item))
    every = " and ".join(formula_of_label(name) for name in _ordered(claim.labels_of(item) - here))
    parts = [f"for every {every}"] if every else []
    parts += [f"at the count {' and '.join(map(formula_of_label, sorted(here)))} at hand"] if here else []
    return ", ".join(parts)


def conditions(claim: Claim) -> Iterator[str]:
    """Yield what is given beside definitions: signs, then relations, by what they are taken for."""
    signs: dict[str, list[str]] = defaultdict(list)
    others: dict[str, list[str]] = defaultdict(list)
    for premise in claim.premises:
        item = premise.relation
        if premise.reason == "definition":
            continue
        if item.lhs == 0 and item.rhs.is_Symbol and pair_of(item.rhs) is None:
            signs[r"\ge 0" if item.op == "<=" else "> 0"].append(formula(item.rhs))
        else:
            others[premise_holds(claim, item)].append(f"${relation(item)}$")
    yield from (f"${', '.join(names)} {sign}$" for sign, names in sorted(signs.items(), reverse=True))
    for where, relations in sorted(others.items()):
        yield (f"{where}: " if where else "") + ", ".join(relations)


def meanings(claim: Claim) -> list[str]:
    """Return what the symbols of a claim's conclusions and conditions stand for."""
    used = set().union(*(claim.conclusion(name).symbols for name in claim.conclusions))
    for premise in claim.premises:
        if premise.reason != "definition":
            used |= premise.relation.symbols
    found = {root.symbol: sympy.sqrt(root.of, evaluate=False) for root in claim.roots}
    for premise in claim.premises:
        if premise.reason == "definition" and premise.relation.op == "==" and premise.relation.lhs.is_Symbol:
            found[premise.relation.lhs] = premise.relation.rhs
    waiting, shown = sorted(used, key=str), dict[sympy.Symbol, str]()
    while waiting:
        item = waiting.pop(0)
        if item in found and item not in shown:
            shown[item] = f"${formula(item)} = {formula(found[item])}$"
            waiting.extend(sorted(found[item].free_symbols, key=str))
    return [text for text in shown.values() if not text.startswith(r"$\sqrt")]


def vector(of: Vector) -> str:
    """Return a linear combination of generators as LaTeX."""
    total = ""
    for name, factor in of.parts:
        less = factor == -1
        size = formula(factor) if not factor.is_Add else rf"\left({formula(factor)}\right)"
        part = generator(name) if less or factor == 1 else f"{size} \\, {generator(name)}"
        total += (" - " if total and less else "-" if less else " + " if total else "") + part
    return total or "0"


def structure(claim: Claim) -> Iterator[str]:
    """Yield what a claim says of sequences: their parts, what is known when, what is delayed, what is built up."""
    parts: dict[str, list[str]] = defaultdict(list)
    for item in claim.links:
        local = generator(item.local) if item.vector else formula(sympy.Symbol(item.local, real=True))
        parts[" and ".join(_ordered(item.over))].append(f"${local}$ is the part of ${vector(item.image)}$")
    yield from (f"at every {over} {', '.join(found)}" for over, found in parts.items())
    for process in claim.processes:
        yield f"${generator(process.name)}$ {_known(process)}"
    for delay in claim.delays:
        yield f"${generator(delay.name)}$ is ${generator(delay.of)}$ delayed by ${formula(delay.lag)}$ steps"
    for recursion in claim.recursions:
        rows = [(formula(name), *map(formula, pair)) for name, pair in recursion.scalars.items()]
        rows += [(generator(name), *map(vector, pair)) for name, pair in recursion.vectors.items()]
        changes = ", ".join(f"${name}$ from ${start}$ to ${after}$" for name, start, after in rows)
        count = f"${formula(recursion.counter)}$"
        yield f"as {count} grows from 0 by one, {changes}" if rows else f"{count} is a count"


def _known(process: Process) -> str:
    """Return when the members of a random sequence are known, and whether they have zero mean given the past."""
    if process.known == 0:
        return "is a martingale difference" if process.differences == 0 else "is known with the sample of its step"
    if process.known == -1:
        return "is known before the sample of its step"
    step = sympy.Symbol("k", real=True)
    known = f"at step $k$ is known from the samples of the steps up to ${formula(step + exact(process.known))}$"
    if process.differences is None:
        return known
    return f"{known}, and has mean zero given those of the steps before ${formula(step + exact(process.differences))}$"


def link(item: str, where: dict[str, str], here: str) -> str:
    """Return a link to a claim from the page `here`."""
    chapter = where.get(item, "")
    path = "" if chapter == here else f"{chapter}.md" if here != ENTRY.stem else f"theory/{chapter}.md"
    return f"[`{item}`]({path}#{item})"


def claim_block(name: str, where: dict[str, str], here: str) -> Iterator[str]:
    """Yield the lines that state one claim."""
    claim = blueprint.claim(name)
    for line in _lines(claim, where, here):
        yield line.replace(r"\sqrt{A}", "r") if has_direction(claim) else line


def has_direction(claim: Claim) -> bool:
    """Return whether a claim speaks of a gradient F = r unit; r is the length there, and not the root of A."""
    return any(name == "unit" for item in claim.context for name in _generators(item))


def _generators(item: Entry) -> Iterator[str]:
    """Yield the vectors of which an entry of a claim's context speaks."""
    for premise in item.premises:
        for symbol in premise.relation.symbols:
            yield from pair_of(symbol) or ()


def _lines(claim: Claim, where: dict[str, str], here: str) -> Iterator[str]:
    """Yield the lines that state a claim, with the names of `theory.wording`."""
    yield f'### {claim.title} <a id="{claim.id}"></a>'
    yield ""
    grounds = ", ".join(f"[{item}](../theory.md#{item})" for item in claim.assumes)
    cited = ", ".join(link(item, where, here) for item in blueprint.uses(claim))
    parts = [f"`{claim.id}`", grounds and f"assumes {grounds}", cited and f"cites {cited}"]
    yield " · ".join(part for part in parts if part)
    yield ""
    given, stands_for = list(conditions(claim)), meanings(claim)
    if given:
        yield f"Given {'; '.join(given)}. Then"
        yield ""
    items = [claim.conclusion(name) for name in claim.conclusions]
    for place, together in groupby(items, key=lambda item: holds_for(claim, item)):
        for item in together:
            yield f"$${displayed(item)}$$"
            yield ""
        if place:
            yield f"{place}."
            yield ""
    narrow, wide = ([text for text in stands_for if (width(text) > WIDE) == over] for over in (False, True))
    if stands_for:
        yield f"Here {', '.join(narrow)}{', and' if wide and narrow else '' if wide else '.'}"
        yield ""
    for text in wide:
        yield f"${text}$"
        yield ""
    if made := list(structure(claim)):
        yield '<details markdown="1"><summary>How the sequences are made</summary>'
        yield ""
        yield "; ".join(made) + "."
        yield ""
        yield "</details>"
        yield ""


def contents(where: dict[str, str]) -> Iterator[str]:
    """Yield the table of all claims, each with its anchor on the entry page."""
    yield "| claim | says | in chapter |"
    yield "|---|---|---|"
    for name, chapter in where.items():
        title = blueprint.claim(name).title
        target = f"theory/{chapter}.md"
        heading = (CHAPTERS / f"{chapter}.md").read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        yield f'| <a id="{name}"></a>[`{name}`]({target}#{name}) | {title} | [{heading}]({target}) |'


def assumptions() -> Iterator[str]:
    """Yield the assumptions, each with its anchor, who can certify it, and the claims that make it."""
    for item in ASSUMPTIONS.values():
        users = [f"[`{claim.id}`](#{claim.id})" for claim in blueprint.all_claims() if item.id in claim.assumes]
        yield f'<a id="{item.id}"></a>**{item.id}**: {escape(item.statement, quote=False)}.'
        yield ""
        yield f"$${_in_parts(item.latex)}$$"
        yield ""
        yield f"Who can certify it: {', '.join(item.certified_by)}. Made by {', '.join(users) or 'no claim yet'}."
        yield ""


def quantities() -> Iterator[str]:
    """Yield the table of all symbols."""
    yield "| symbol | name in code | unit | range | meaning |"
    yield "|---|---|---|---|---|"
    for item in QUANTITIES.values():
        meaning = escape(item.meaning, quote=False).replace("|", r"\|")
        yield f"| ${item.latex}$ | `{item.name}` | {item.unit} | {item.domain} | {meaning} |"


def numbers() -> Iterator[str]:
    """Yield the table of the bounds at the settings of the bound sheet, a column for each."""
    settings = [dict(zip(SETTING, text.split(), strict=True)) for _, text in SAMPLES]
    yield f"| | {' | '.join(name for name, _ in SAMPLES)} |"
    yield "|---" * (1 + len(SAMPLES)) + "|"
    for name in SETTING:
        yield f"| ${QUANTITIES[name].latex}$ | {' | '.join(setting[name] for setting in settings)} |"
    for column in ("sharp", "explicit", "floor"):
        bounds = (places_above(bound(column)(**setting), PLACES) for setting in settings)
        yield f"| {column} | {' | '.join(bounds)} |"


def block(kind: str, name: str, where: dict[str, str], here: str) -> str:
    """Return what belongs between the comments of a block; an unknown name raises KeyError."""
    lists: dict[str, Callable[[], Iterator[str]]]
    lists = {"claims": lambda: contents(where), "assumptions": assumptions, "symbols": quantities, "numbers": numbers}
    lines: Iterable[str] = claim_block(name, where, here) if kind == "claim" else lists[name]()
    return "\n".join([*lines, ""]).replace("\n\n\n", "\n\n")


def up_to_date(path: Path) -> str:
    """Return the text of a page with every block as the claims have it now."""
    where = places()
    return BLOCK.sub(
        lambda found: f"<!-- {found[1]}: {found[2]} -->\n{block(found[1], found[2], where, path.stem)}<!-- end -->",
        path.read_text(encoding="utf-8"),
    )


def main() -> int:
    """Write every page whose blocks are not as the claims have them; return 0."""
    for path in pages():
        if (text := up_to_date(path)) != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"{path.relative_to(ENTRY.parents[1])} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
