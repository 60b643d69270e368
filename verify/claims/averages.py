"""What holds in expectation: noise, staleness and the master theorem, line by line.

The inner products of the Hilbert space are replaced by averages over steps and replicas; everything else in a line is
the proved claim's own expression. How much of its right side a line uses shows where the slack of a bound is lost.
"""

import math
from functools import cache, partial

import numpy as np
import sympy

from theory.theorems.sharp import THEOREM as SHARP
from verify.claims.lines import Array, Line, expected
from verify.claims.record import Path
from verify.claims.relations import claims, number, relation, sides

CHAIN = (
    ("noise.orthogonal", "orthogonal"),
    ("noise.orthogonal", "length"),
    ("stale.minkowski", "bound"),
    ("stale.martingale", "bound"),
    ("stale.reach", "bound"),
    ("master.telescope", "bound"),
    ("master.expand", "bound"),
    ("master.polarise", "bound"),
    ("master.cauchy_schwarz", "bound"),
    ("master.sharp", "i"),
    ("master.sharp", "ii"),
    ("master.sharp", "component"),
    ("master.young", "young"),
    ("master.explicit", "bound"),
)
"""Conclusions in the order of the proof."""

_GENERATORS = ("F", "b", "e", "n", "v")
_ENTRIES = tuple((one, other) for place, one in enumerate(_GENERATORS) for other in _GENERATORS[place:])


def lines(path: Path) -> list[Line]:
    """Return every conclusion of `CHAIN` for which all symbols have a value in this setting."""
    moments = _moments(path)
    known = world(path, moments.mean(axis=0))
    found: list[Line] = []
    for claim, part in CHAIN:
        if claim not in claims() or not {symbol.name for symbol in _closed(claim, part)} <= known.keys():
            continue
        stated = relation(claim, part)
        found.append(expected(claim, str(stated), moments, partial(_sides, path, claim, part)))
        if stated.op == "==":
            other = partial(_swapped, path, claim, part)
            found.append(expected(claim, f"{stated}, from the other side", moments, other))
    return found


@cache
def _closed(claim: str, part: str) -> frozenset[sympy.Symbol]:
    """Return the symbols of a relation after the claim's own definitions are put in."""
    stated, meaning = relation(claim, part), _meaning(claim)
    return frozenset(_put_in(stated.lhs, meaning).free_symbols | _put_in(stated.rhs, meaning).free_symbols)


@cache
def _meaning(claim: str) -> dict[sympy.Symbol, sympy.Expr]:
    """Return what a claim defines beyond the quantities that `world` measures."""
    found = {root.symbol: sympy.sqrt(root.of) for root in claims()[claim].roots}
    for premise in claims()[claim].premises:
        if premise.reason == "definition" and premise.relation.op == "==" and premise.relation.lhs.is_Symbol:
            found[premise.relation.lhs] = premise.relation.rhs
    return {symbol: value for symbol, value in found.items() if symbol.name not in MEASURED}


MEASURED = frozenset({"A", "Y", "R", "S", "a", "r", "x", "p", "q", "qn"})
"""Quantities that every claim means alike; `world` gives their values."""


def _put_in(expression: sympy.Expr, meaning: dict[sympy.Symbol, sympy.Expr]) -> sympy.Expr:
    while expression.free_symbols & meaning.keys():
        expression = expression.xreplace(meaning)
    return expression


def _sides(path: Path, claim: str, part: str, row: Array) -> tuple[float, float]:
    stated, meaning, values = relation(claim, part), _meaning(claim), world(path, row)
    left, right = (float(number(_put_in(side, meaning), values)) for side in (stated.lhs, stated.rhs))
    return left, right


def _swapped(path: Path, claim: str, part: str, row: Array) -> tuple[float, float]:
    left, right = _sides(path, claim, part, row)
    return right, left


def world(path: Path, row: Array) -> dict[str, float]:
    """Return the value of every symbol of the proof, given the inner products averaged over steps and replicas.

    Constants come from the problem, rho from the path, abbreviations from the theorem's own definitions.
    """
    values = {f"<{one}|{other}>": float(entry) for (one, other), entry in zip(_ENTRIES, row, strict=True)}
    values |= {name: float(value) for name, value in path.constants.values.items()} | {"rho": path.rho}
    if "sigma2" in values:
        values["sigma"] = math.sqrt(values["sigma2"])
        if "Lambdah" in values:
            values.setdefault("nu", values["Lambdah"] * values["sigma"])
    for symbol, definition in SHARP.definitions.items():
        if {part.name for part in definition.free_symbols} <= values.keys():
            values[symbol.name] = float(number(definition, values))
    values["A"], values["Y"] = values["<F|F>"], math.sqrt(values["<v|v>"])
    values["r"] = math.sqrt(values["A"])
    for other in ("n", "v"):
        values[f"<{other}|unit>" if other < "unit" else f"<unit|{other}>"] = (
            values[f"<F|{other}>"] / values["r"] if values["r"] > 0 else 0.0
        )
    values["a"] = values["<unit|v>"]
    values["S"] = math.sqrt(max(values["Y"] ** 2 - values["a"] ** 2, 0.0))
    if "sigma" in values:
        values["R"] = math.hypot(values["r"], values["sigma"])
    # premises that a claim leaves open are met with the step before it
    if {"q", "qn", "R"} <= values.keys():
        values["eta"] = math.sqrt(sides("master.sharp", "i", values)[1])
    if {"Lambda1", "nu"} <= values.keys():
        values["B_b"] = math.sqrt(sides("stale.martingale", "bound", values)[1])
    return values


def _moments(path: Path) -> Array:
    """Return per replica the inner products of `_ENTRIES`, shape (R, 15)."""
    parts = {
        "F": path.gradient,
        "b": path.staleness,
        "e": path.drift,
        "n": path.noise,
        "v": path.mean_direction,
    }
    return np.stack([path.inner(parts[one], parts[other]) for one, other in _ENTRIES], axis=1)
