"""The bound sheet: every theorem with its domain, its assumptions and the claims behind it, for people and machines.

One description feeds three files: bounds.json (complete), bounds.md (MathJax) and bounds.tex (macros and a page).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2

from boundary import json_text, write_atomically
from boundary.numbers import places_above
from theory import blueprint
from theory.blueprint import ProofOutcome
from theory.bounds import NAMES, Bound, Condition, bound, lag
from theory.bounds.function import DEFAULTS
from theory.bounds.inputs import INSTEAD, PARAMETERS, condition
from theory.kernel import Claim
from theory.setting.assumptions import REGISTRY as ASSUMPTIONS
from theory.setting.symbols import QUANTITIES, symbol
from theory.wording import conclusion_latex, formula, relation, statement

_NAMES = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")
SAMPLES: tuple[tuple[str, str], ...] = (
    ("digital SGD", "1 1 0.5 0.01 10000 0 0 0"),
    ("analog SGD", "1 1 0.5 0.01 10000 0.3 0 0"),
    ("digital AP", "1 0.25 2 0.02 5000 0 3 1.5"),
    ("Analog-SGD-AP", "2 0.5 1 0.005 20000 0.2 6 3"),
    ("Analog-SGD-AP", "1 1 0.5 0.05 2000 0.1 4 2"),
)
"""Settings, in decimals, at which the sheet states guaranteed numbers."""
PLACES = 10
"""Decimal places of the guaranteed numbers in print, rounded up; the doubles in bounds.json have all they can."""

STEPS = ("stale.martingale", "multiplier.bound", "complexity.linear", "sync.closed_form", "floor.upper")
"""Claims that stand on the page beside the theorems: what lag costs, how Theorem 1 is evaluated, special cases."""

_COLUMNS = ("sharp", "explicit", "floor")


def describe(outcomes: Mapping[str, ProofOutcome]) -> dict[str, Any]:
    """Return everything the sheet says, as data; `outcomes` are the kernel's verdicts by claim."""
    theorems = [*(_theorem(bound(name)) for name in NAMES), _lower()]
    used = sorted({label for theorem in theorems for label in theorem["assumptions"]})
    return {
        "theorems": theorems,
        "parameters": [_parameter(name) for name in PARAMETERS],
        "assumptions": [{"id": n, "statement": ASSUMPTIONS[n].statement, "latex": ASSUMPTIONS[n].latex} for n in used],
        "steps": [_step(blueprint.claim(name)) for name in STEPS],
        "claims": [_claim(item, outcomes[item.id]) for item in blueprint.all_claims()],
        "values": [_value(label, dict(zip(_NAMES, setting.split(), strict=True))) for label, setting in SAMPLES],
    }


def _value(label: str, setting: dict[str, str]) -> dict[str, Any]:
    upper = {name: bound(name)(**setting) for name in _COLUMNS}
    parameters = {name: int(text) if text.isdigit() else float(text) for name, text in setting.items()}
    return {"algorithm": label, "parameters": parameters, "upper": upper}


def _theorem(item: Bound) -> dict[str, Any]:
    refining = sorted({label for form in item.forms for label in form.needs} - set(item.required))
    meanings = dict(item.definitions)
    for name, made in INSTEAD.items():
        if name in item.required:
            meanings.setdefault(symbol(made), DEFAULTS[made])
    return {
        "name": item.name,
        "title": item.title,
        "latex": item.latex,
        "expression": str(item.expression),
        "parameters": list(item.required),
        "optional": refining,
        "definitions": [
            {"symbol": str(name), "latex": f"{formula(name)} = {formula(meaning)}"}
            for name, meaning in meanings.items()
            if name.name in QUANTITIES
        ],
        "domain": [
            *({"condition": condition(name), "latex": _range(name)} for name in item.required),
            *({"condition": part.label, "latex": _condition(part)} for part in item.domain),
        ],
        "assumptions": list(item.assumptions),
        "claims": list(item.claims),
        "forms": [{"name": form.name, "needs": list(form.needs), "claims": list(form.claims)} for form in item.forms],
    }


def _lower() -> dict[str, Any]:
    """Return the theorem from below: what a lag makes necessary, on one objective, at every step size."""
    item, claims = lag.CLAIM, sorted(blueprint.rests_on(lag.CLAIM.id))
    least, small = item.conclusion("bound on K"), item.premise("eps is small")
    signs = {"L": "L > 0", "Delta": r"\Delta > 0", "d": r"d_{m} \in \{0, 1, \dots\}", "eps": r"\varepsilon > 0"}
    domain = [{"condition": name, "latex": latex} for name, latex in signs.items()]
    return {
        "name": lag.NAME,
        "title": item.title,
        "latex": rf"A \le \varepsilon \;\Rightarrow\; {relation(least)}",
        "expression": str(lag.EXPRESSION),
        "parameters": list(lag.PARAMETERS),
        "optional": [],
        "definitions": [],
        "domain": [*domain, {"condition": str(small), "latex": relation(small)}],
        "assumptions": list(blueprint.assumptions_of(claims)),
        "claims": claims,
        "forms": [{"name": "plain", "needs": [], "claims": [item.id]}],
    }


def _step(item: Claim) -> dict[str, Any]:
    """Return a claim for the page: its last conclusion, and the conditions that are more than a sign."""
    conditions = [premise.relation for premise in item.premises if premise.reason == "domain"]
    return {
        "id": item.id,
        "title": item.title,
        "statement": statement(item),
        "latex": conclusion_latex(item, item.conclusions[-1]),
        "conditions": [relation(part) for part in conditions if part.lhs != 0],
    }


def _condition(part: Condition) -> str:
    sign = "<" if part.strict else r"\le"
    unless = "".join(rf" \text{{ unless }} {QUANTITIES[name].latex} \text{{ is given}}" for name in part.without)
    return f"{formula(part.lhs)} {sign} {formula(part.rhs)}{unless}"


def _range(name: str) -> str:
    latex = QUANTITIES[name].latex
    forms = {"positive": f"{latex} > 0", "nonnegative": rf"{latex} \ge 0", "below one": rf"0 \le {latex} < 1"}
    return forms.get(QUANTITIES[name].domain, rf"{latex} \in \{{1, 2, \dots\}}")


def _parameter(name: str) -> dict[str, str]:
    quantity = QUANTITIES[name]
    return {
        "name": name,
        "latex": quantity.latex,
        "domain": condition(name),
        "unit": quantity.unit,
        "meaning": quantity.meaning,
    }


def _claim(item: Claim, outcome: ProofOutcome) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "statement": statement(item),
        "statement_latex": item.latex,
        "verdict": outcome.verdict,
        "uses": list(blueprint.uses(item)),
        "assumes": list(item.assumes),
        "source": item.source,
    }


def _plain_tex(text: str) -> str:
    """Return text for LaTeX: what has a meaning there is escaped, and mathematical words keep their looks."""
    special = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
    special |= {sign: rf"\{sign}" for sign in "&%$#_{}"} | {"<": "$<$", ">": "$>$", "|": "$|$"}
    return "".join(special.get(letter, letter) for letter in text)


_DIGITS = ("Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


def _macro(word: str) -> str:
    """Return a macro's name, of letters only: sharp is Sharp, Lambda1 is LambdaOne."""
    parts = re.findall(r"[A-Za-z]+|[0-9]", word)
    return "".join(_DIGITS[int(part)] if part.isdigit() else part[0].upper() + part[1:] for part in parts)


def _environment() -> jinja2.Environment:
    found = jinja2.Environment(
        loader=jinja2.PackageLoader("theory"),
        undefined=jinja2.StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    found.filters |= {
        "tex": _plain_tex,
        "macro": _macro,
        "number": lambda value: places_above(value, PLACES),
        "unit": _unit,
    }
    found.globals |= {"symbol_latex": lambda name: formula(symbol(name))}
    return found


def _unit(text: str) -> str:
    """Return a unit as LaTeX: f^2/w^2 upright."""
    return rf"\mathrm{{{text}}}"


def render(described: Mapping[str, Any], template: str, picture: str | None = None) -> str:
    """Return one of the templates filled in; `picture` is the file name of the blueprint, if there is one."""
    return _environment().get_template(template).render(**described, picture=picture)


def write(folder: Path, outcomes: Mapping[str, ProofOutcome], picture: str | None) -> list[Path]:
    """Write the three files, each whole, and return their paths.

    Args:
        folder: made if it does not exist.
        outcomes: the kernel's verdicts by claim.
        picture: file name of the blueprint's drawing in the same folder, or None.

    """
    described = describe(outcomes)
    contents = {
        "bounds.json": json_text(described),
        "bounds.md": render(described, "bounds.md.j2", picture),
        "bounds.tex": render(described, "bounds.tex.j2"),
    }
    for name, content in contents.items():
        write_atomically(folder / name, content)
    return [folder / name for name in contents]
