"""What holds in expectation: noise, staleness and the master theorem, line by line.

The inner products of the Hilbert space are replaced by averages over steps and replicas; everything else in a line is
the proved claim's own expression. How much of its right side a line uses shows where the slack of a bound is lost.
"""

from functools import cache

import numpy as np
import sympy

import theory
from boundary import OutsideDomain
from theory.definitions import eliminate, meanings
from theory.kernel.relations import Relation
from theory.kernel.vectors import generators
from theory.theorems.statement import definitions
from verify.proof_lines.lines import Line, expected
from verify.proof_lines.record import Recording
from verify.proof_lines.relations import claims, number, relation, root, shown
from verify.proof_lines.world import GENERATORS, World, world

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
    ("free.feasible", "i4"),
    ("free.feasible", "ii"),
    ("free.feasible", "component"),
    ("free.multiplier", "bound"),
    ("free.explicit", "bound"),
    ("sync.closed_form", "bound"),
    ("complexity.linear", "bound"),
    ("floor.upper", "bound"),
    ("floor.adaptive", "bound"),
)
"""Conclusions in the order of the proof, then what follows from the feasible set."""

_MEANT = {"stale.minkowski": {"v": generators("v")[0] + generators("n")[0]}}
"""Claims that give a generator another meaning: there v is the whole direction, noise included."""


def lines(path: Recording) -> list[Line]:
    """Return every conclusion of `CHAIN` whose symbols have a value in this setting and whose domain it is in."""
    values, found = world(path), list[Line]()
    for claim, part in CHAIN:
        chosen = _chosen(claim, values)
        if claim not in claims() or chosen is None:
            continue
        there = values | chosen
        if defined(claim, part) <= there.keys() and in_domain(claim, there):
            found += evaluate(there, claim, relation(claim, part).substitute(vectors=_MEANT.get(claim)))
    return [*found, *_feasible(values)]


def _chosen(claim: str, values: World) -> World | None:
    """Return values of what a claim leaves open (it holds for all); None where no value meets its premises."""
    if claim in ("free.multiplier", "free.explicit"):
        return _fourth(values)
    if claim == "sync.closed_form":
        return {} if values.get("q") == values.get("qn") == 0 else None
    if claim == "complexity.linear":
        return {"t": 1.0}
    if claim.startswith("floor."):
        if not {"q", "qn", "sigma"} <= values.keys() or values["sigma"] == 0:
            return None
        # the smallest t that start, step, coherent and martingale allow
        needed = (values["p"] / values["sigma"] ** 2, values["x"], values["q"])
        t = float(max(*needed, np.sqrt(values["qn"] / values["sigma"])))
        return {"t": t} if t <= 1 / 3 else None
    if claim == "multiplier.bound" and "x" in values:  # unresolved, at the multiplier that gives Theorem 2
        return {"mu": 1.0, "g_x": values["x"], "xn": values["x"], "T_s": values["rho"] * values.get("R", np.nan)}
    if claim == "multiplier.bound_resolved" and {"xn", "R"} <= values.keys():
        chosen = {"mu": 1.0, "theta": 1.0, "g_x": np.sqrt(values["x"] * values["xn"])}
        return {**chosen, "T_s": values["rho"] * values["R"]}
    return {}


FOURTH = definitions("free.feasible", "k1", "k2", "eta", "phi0", "e0", "e1", "e2")
"""What Theorem 4 has in the place of the cross term, in its own symbols."""


def _fourth(values: World) -> World | None:
    """Return the terms of Theorem 4 and the multiplier that gives its explicit form; None where one is not known."""
    meant = {symbol.name: _put_in(symbol, "free.feasible") for symbol in FOURTH}
    if not {"x", "rho", "R", *(one.name for value in meant.values() for one in value.free_symbols)} <= values.keys():
        return None
    terms = {name: number(value, values) for name, value in meant.items()}
    return {**terms, "mu": 1.0, "g_x": values["x"], "xn": values["x"], "T_s": values["rho"] * values["R"]}


def _feasible(values: World) -> list[Line]:
    """Return A below the guaranteed ends of Theorem 1: what the search over the feasible set leaves."""
    found = list[Line]()
    for claim, name, extras in ENDS:
        taken = (*BOUND, *extras)
        if set(taken) <= values.keys() and all(np.isfinite(values[one]) for one in taken):
            try:
                end = float(theory.bound(name)(**{given: values[given] for given in taken}))
            except OutsideDomain:
                continue
            end_of = f"A <= the bound `{name}`" + (f" with {', '.join(extras)}" if extras else "")
            found.append(expected(claim, end_of, values["A"], np.full_like(values["A"], end)))
    return found


BOUND = ("L", "sigma2", "Delta", "alpha", "K", "rho", "Lambda1", "Lambdah")
"""What every bound takes."""

ENDS = (
    ("multiplier.sharp", "sharp", ()),
    ("multiplier.end", "resolved", ("nu", "Ln")),
    ("multiplier.end_resolved", "sharp", ("nu", "Ln")),
    ("free.end", "free", ("D", "ell", "ell1", "theta1", "F0", "H2", "HJ", "Gamma")),
)
"""Claims that make a number an upper end of A, and the bound whose number it is."""


def evaluate(values: World, claim: str, stated: Relation) -> list[Line]:
    """Return a relation of a claim as a line, an equation as one in each direction.

    Args:
        values: of all symbols.
        claim: whose definitions are put in.
        stated: the relation.

    """
    left, right = (
        np.broadcast_to(number(_put_in(side, claim), values), values["A"].shape) for side in (stated.lhs, stated.rhs)
    )
    scale = max(float(values[f"<{name}|{name}>"][0]) for name in GENERATORS)  # every line has the unit of A
    found = [expected(claim, shown(stated), left, right, scale)]
    if stated.op == "==":
        found.append(expected(claim, f"{shown(stated)}, from the other side", right, left, scale))
    return found


def in_domain(claim: str, values: World) -> bool:
    """Return whether the strict inequalities that bound a claim's domain hold, for example x + q^2 < 1."""
    for premise in claims()[claim].premises:
        stated = premise.relation
        if premise.reason == "domain" and stated.op == "<" and {s.name for s in stated.symbols} <= values.keys():
            left, right = (number(side, values) for side in (stated.lhs, stated.rhs))
            if not np.all(left < right):
                return False
    return True


@cache
def defined(claim: str, part: str) -> frozenset[str]:
    """Return the names of the symbols of a relation after the claim's own definitions are put in."""
    stated = relation(claim, part)
    free = _put_in(stated.lhs, claim).free_symbols | _put_in(stated.rhs, claim).free_symbols
    return frozenset(symbol.name for symbol in free)


@cache
def _meaning(claim: str) -> dict[sympy.Symbol, sympy.Expr]:
    """Return what a claim defines beyond the quantities that `world` measures."""
    found = meanings(claims()[claim], root)
    return {symbol: value for symbol, value in found.items() if symbol.name not in MEASURED}


MEASURED = frozenset({"A", "Y", "R", "S", "a", "r", "x", "p", "q", "qn"})
"""Quantities that every claim means alike; `world` gives their values."""


@cache
def _put_in(expression: sympy.Expr, claim: str) -> sympy.Expr:
    """Return an expression of a claim with the claim's own definitions put in."""
    return eliminate(expression, _meaning(claim))
