"""How formulas look: claims as LaTeX with their abbreviations spelled out beside them."""

from collections.abc import Iterable
from functools import partial

import sympy
from sympy.printing.latex import LatexPrinter

from boundary import BadInput
from theory import definitions
from theory.kernel import Claim, Relation
from theory.kernel.vectors import entry_latex
from theory.setting.symbols import QUANTITIES

_NAMES = {"r": r"\sqrt{A}", "T_s": "T", "g_x": "g", "A1": "A_1", "T1": "T_1", "u1": "u_1", "f": "f", "z": "z"}
"""Symbols of claims that stand for something too short to deserve a line of its own, or whose name is plain."""
_SIGNS = {"<=": r"\le", "<": "<", "==": "="}


class _Printer(LatexPrinter):  # type: ignore[misc]  # sympy is untyped
    """Puts numbers first in a sum and what is subtracted last."""

    def _as_ordered_terms(self, expr: sympy.Expr, order: str | None = None) -> list[sympy.Expr]:
        terms = super()._as_ordered_terms(expr, order)
        return sorted(terms, key=lambda term: (term.could_extract_minus_sign(), not term.is_number))


def formula(expression: sympy.Expr) -> str:
    """Return an expression as LaTeX in the notation of the paper."""
    names = {}
    for item in expression.free_symbols:
        known = QUANTITIES[item.name].latex if item.name in QUANTITIES else _NAMES.get(item.name, "")
        names[item] = entry_latex(item) or known or _upright(item)
    return str(_Printer({"symbol_names": names}).doprint(expression))


def _upright(item: sympy.Symbol) -> str:
    """Return a symbol's own LaTeX; a name that is a word stands upright, so that it is no product of letters."""
    own, stem = str(sympy.latex(item)), item.name.partition("_")[0]
    return (
        rf"\mathrm{{{stem}}}" + own[len(stem) :] if own.startswith(stem) and len(stem.rstrip("0123456789")) > 1 else own
    )


def relation(item: Relation) -> str:
    """Return a relation of a claim as LaTeX, sides as they stand."""
    return f"{formula(item.lhs)} {_SIGNS[item.op]} {formula(item.rhs)}"


def abbreviations(
    statement: Claim, used: Iterable[sympy.Symbol], besides: definitions.Meanings | None = None
) -> list[str]:
    """Return, as LaTeX, what the symbols in `used` stand for in a claim, and what those stand for in turn.

    Args:
        statement: the claim.
        used: symbols of it.
        besides: what other symbols stand for.

    """
    meanings = {**definitions.meanings(statement, partial(sympy.sqrt, evaluate=False)), **(besides or {})}
    waiting, found = sorted(used, key=str), dict[sympy.Symbol, str]()
    while waiting:
        item = waiting.pop(0)
        if item in meanings and item not in found and item.name not in ("r",):
            found[item] = f"{formula(item)} = {formula(meanings[item])}"
            waiting.extend(sorted(meanings[item].free_symbols, key=str))
    return list(found.values())


def statement(item: Claim) -> str:
    """Return what a claim says in words; raise `BadInput` if it says nothing, as under `python -OO`."""
    if not item.statement:
        raise BadInput(item.id, "(no statement)", "a claim says in words what it proves (python -OO removes it)")
    return item.statement


def conclusion_latex(statement: Claim, name: str) -> str:
    """Return a conclusion of a claim, followed by what its abbreviations stand for."""
    goal = statement.conclusion(name)
    return _where([relation(goal)], abbreviations(statement, goal.symbols))


_ROOTS = {r"\mathrm{sqrt}_{D}": r"\sqrt{D}"}
"""Roots that claims name, and what is clearer."""


def feasible_latex(statement: Claim, *names: str, besides: definitions.Meanings | None = None) -> str:
    """Return `A <= max {A : ...}` with the premises `names` of a claim as the conditions; `besides` as above."""
    parts = [statement.premise(name) for name in names]
    used = {item for part in parts for item in part.symbols}
    both = " and ".join(f"({name})" for name in names)
    start = rf"A \le \max\{{A : \text{{{both} hold for some }} Y \ge 0, \; \lvert a \rvert \le Y\}}"
    rows = [rf"\text{{({name})}} \;\; {relation(part)}" for name, part in zip(names, parts, strict=True)]
    meanings = [line for line in abbreviations(statement, used, besides) if line.partition(" = ")[0] not in _ROOTS]
    whole = _where([start, *rows], meanings)
    for root, clearer in _ROOTS.items():
        whole = whole.replace(root, clearer)
    return whole


def _where(rows: list[str], meanings: list[str]) -> str:
    lines = [*rows, *(rf"\text{{with}} \;\; {meaning}" if i == 0 else meaning for i, meaning in enumerate(meanings))]
    return r"\begin{gathered} " + r" \\ ".join(lines) + r" \end{gathered}"
