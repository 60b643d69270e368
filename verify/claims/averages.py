"""What holds in expectation: noise, staleness and the master theorem, line by line.

The inner products of the Hilbert space are replaced by averages over steps and replicas; everything else in a line is
the proved claim's own expression. How much of its right side a line uses shows where the slack of a bound is lost.
"""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import sympy

import theory
from theory.kernel.relations import Relation
from theory.kernel.vectors import generators
from theory.setting.boundary import OutsideDomain
from theory.theorems.sharp import THEOREM as SHARP
from verify.claims.lines import Array, Line, expected
from verify.claims.record import Path
from verify.claims.relations import claims, number, relation, sides

World = dict[str, float]
"""The value of every symbol of the proof, by name."""

CHAIN = (
    ("noise.orthogonal", "orthogonal"),
    ("noise.orthogonal", "length"),
    ("noise.second_moment", "bound"),
    ("stale.minkowski", "bound"),
    ("stale.martingale", "bound"),
    ("stale.reach", "bound"),
    ("adaptive.reach", "bound"),
    ("master.telescope", "bound"),
    ("master.expand", "bound"),
    ("master.polarise", "bound"),
    ("hilbert.component", "bound"),
    ("master.cauchy_schwarz", "bound"),
    ("master.sharp", "i"),
    ("master.sharp", "ii"),
    ("master.sharp", "component"),
    ("master.young", "young"),
    ("master.explicit", "bound"),
    ("master.resolved", "ii"),
    ("resolved.printed", "ii with Y"),
    ("resolved.printed", "ii with eta"),
    ("resolved.below_sharp", "sharp ii"),
    ("resolved.explicit", "bound"),
    ("multiplier.bound", "bound"),
    ("multiplier.bound_resolved", "bound"),
    ("sync.closed_form", "bound"),
    ("complexity.linear", "bound"),
    ("floor.upper", "bound"),
    ("floor.adaptive", "bound"),
)
"""Conclusions in the order of the proof, then what follows from the feasible set."""

_MEANT = {"stale.minkowski": {"v": generators("v")[0] + generators("n")[0]}}
"""Claims that give a generator another meaning: there v is the whole direction, noise included."""

_GENERATORS = ("F", "b", "e", "n", "v")
_ENTRIES = tuple((one, other) for place, one in enumerate(_GENERATORS) for other in _GENERATORS[place:])


def lines(path: Path) -> list[Line]:
    """Return every conclusion of `CHAIN` whose symbols have a value in this setting and whose domain it is in."""
    around, found = worlds(path), list[Line]()
    for claim, part in CHAIN:
        chosen = _chosen(claim, around[0])
        if claim not in claims() or chosen is None:
            continue
        there = [values | chosen for values in around]
        if defined(claim, part) <= there[0].keys() and in_domain(claim, there[0]):
            found += evaluate(there, claim, relation(claim, part).substitute(vectors=_MEANT.get(claim)))
    return [*found, *_feasible(path, around)]


def _chosen(claim: str, values: World) -> World | None:
    """Return values of what a claim leaves open (it holds for all); None where no value meets its premises."""
    if claim == "sync.closed_form":
        return {} if values.get("q") == values.get("qn") == 0 else None
    if claim == "complexity.linear":
        return {"t": 1.0}
    if claim.startswith("floor."):
        if not {"q", "qn", "sigma"} <= values.keys() or values["sigma"] == 0:
            return None
        # the smallest t that start, step, coherent and martingale allow
        needed = (values["p"] / values["sigma"] ** 2, values["x"], values["q"])
        t = max(*needed, math.sqrt(values["qn"] / values["sigma"]))
        return {"t": t} if t <= 1 / 3 else None
    if claim == "multiplier.bound" and "x" in values:  # unresolved, at the multiplier that gives Theorem 2
        return {"mu": 1.0, "g_x": values["x"], "xn": values["x"], "T_s": values["rho"] * values.get("R", math.nan)}
    if claim == "multiplier.bound_resolved" and {"xn", "R"} <= values.keys():
        chosen = {"mu": 1.0, "theta": 1.0, "g_x": math.sqrt(values["x"] * values["xn"])}
        return {**chosen, "T_s": values["rho"] * values["R"]}
    return {}


def _feasible(path: Path, around: Sequence[World]) -> list[Line]:
    """Return A below the guaranteed ends of Theorem 1: what the search over the feasible set leaves."""
    given = {name: around[0][name] for name in BOUND if name in around[0]}
    if len(given) < len(BOUND):
        return []
    A = np.array([values["A"] for values in around])
    found = list[Line]()
    for claim, name, extras in ENDS:
        if set(extras) <= around[0].keys():
            taken = {**given, **{extra: around[0][extra] for extra in extras}, "K": path.steps}
            try:
                end = float(theory.bound(name)(**taken))
            except OutsideDomain:
                continue
            shown = f"A <= the bound `{name}`" + (f" with {', '.join(extras)}" if extras else "")
            found.append(expected(claim, shown, A, np.full_like(A, end)))
    return found


BOUND = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")
"""What every bound takes."""

ENDS = (
    ("multiplier.sharp", "sharp", ()),
    ("multiplier.end", "resolved", ("nu", "Ln")),
    ("multiplier.end_resolved", "sharp", ("nu", "Ln")),
)
"""Claims that make a number an upper end of A, and the bound whose number it is."""


def evaluate(around: Sequence[World], claim: str, stated: Relation) -> list[Line]:
    """Return a relation of a claim as a line, an equation as one in each direction.

    Args:
        around: what `worlds` returned.
        claim: whose definitions are put in.
        stated: the relation.

    """
    left, right = (
        np.array([float(number(_put_in(side, _meaning(claim)), values)) for values in around])
        for side in (stated.lhs, stated.rhs)
    )
    scale = max(around[0][f"<{name}|{name}>"] for name in _GENERATORS)  # every line has the unit of A
    found = [expected(claim, str(stated), left, right, scale)]
    if stated.op == "==":
        found.append(expected(claim, f"{stated}, from the other side", right, left, scale))
    return found


def in_domain(claim: str, values: World) -> bool:
    """Return whether the strict inequalities that bound a claim's domain hold, for example x + q^2 < 1."""
    for premise in claims()[claim].premises:
        stated = premise.relation
        if premise.reason == "domain" and stated.op == "<" and {s.name for s in stated.symbols} <= values.keys():
            left, right = (float(number(side, values)) for side in (stated.lhs, stated.rhs))
            if not left < right:
                return False
    return True


@cache
def defined(claim: str, part: str) -> frozenset[str]:
    """Return the names of the symbols of a relation after the claim's own definitions are put in."""
    stated, meaning = relation(claim, part), _meaning(claim)
    free = _put_in(stated.lhs, meaning).free_symbols | _put_in(stated.rhs, meaning).free_symbols
    return frozenset(symbol.name for symbol in free)


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


def worlds(path: Path) -> list[World]:
    """Return the values of all symbols: from all replicas, then leaving out each in turn (the jackknife)."""
    moments = np.concatenate([_moments(path), _mean_square_saturation(path)[:, None]], axis=1)
    others = (moments.sum(axis=0) - moments) / (len(moments) - 1)
    return [world(path, row) for row in (moments.mean(axis=0), *others)]


def world(path: Path, row: Array) -> World:
    """Return the value of every symbol of the proof, given the inner products averaged over steps and replicas.

    Constants come from the problem, rho from the path, abbreviations from the theorem's own definitions.
    """
    values = {f"<{one}|{other}>": float(entry) for (one, other), entry in zip(_ENTRIES, row[:-1], strict=True)}
    values["rbar2"] = float(row[-1])
    values |= {name: float(value) for name, value in path.constants.values.items()} | {"rho": path.rho}
    if "sigma2" in values:
        values["sigma"] = math.sqrt(values["sigma2"])
        if "Lambdah" in values:
            values.setdefault("nu", values["Lambdah"] * values["sigma"])
    for symbol, definition in SHARP.definitions.items():
        if {part.name for part in definition.free_symbols} <= values.keys():
            values[symbol.name] = float(number(definition, values))
    if "Ln" in values:
        values["xn"] = values["alpha"] * values["Ln"]
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


def _mean_square_saturation(path: Path) -> Array:
    """Return per replica the average of max_i (W_k,i/tau)^2, shape (R,)."""
    return np.asarray(((np.abs(path.weights).max(axis=-1) / path.setting.tau) ** 2).mean(axis=0))
