"""Wrong lemmas: claims that conclude too much. Caught by runs, line by line, or by the proof's own checker."""

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from functools import cache, partial

import numpy as np

from theory.blueprint import all_claims, theorems
from theory.kernel.check import check_claim
from theory.kernel.gap import Gap
from theory.kernel.relations import Relation
from verify.proof_lines import averages, elements, relations, windows
from verify.proof_lines.counterparts import LINES
from verify.proof_lines.lines import surely
from verify.proof_lines.world import World, world
from verify.sabotage.faults import Answer, Area, Detector, Fault, swapped
from verify.sabotage.mutants import SQUARED, is_stronger, mutants
from verify.sabotage.panel import COMPLETE, unmodified_path

AREA: Area = "theory"

STATEMENTS = (
    ("device.drift", "above"),
    ("device.drift", "squares"),
    ("device.step", "above"),
    ("noise.orthogonal", "length"),
    ("window.coherent", "bound"),
    ("window.martingale", "bound"),
    ("window.displacement", "bound"),
    ("stale.partial", "bound"),
    ("stale.row", "bound"),
    ("stale.martingale", "bound"),
    ("stale.reach", "bound"),
    ("adaptive.reach", "bound"),
    ("master.telescope", "bound"),
    ("master.expand", "bound"),
    ("master.polarise", "bound"),
    ("master.cauchy_schwarz", "bound"),
    ("master.sharp", "i"),
    ("master.sharp", "ii"),
    ("master.young", "young"),
    ("master.resolved", "ii"),
)
"""Conclusions whose right sides are spoilt."""


def detectors() -> dict[str, Detector]:
    """Return the named checks: runs first, then the proof."""
    return {"lines-of-the-proof": _lines_hold, "exact-kernel": kernel_holds}


def faults() -> Iterator[Fault]:
    """Yield every wrong statement that rules make of the true ones and that claims more than they do."""
    yield from spoilt(STATEMENTS)


def spoilt(conclusions: Sequence[tuple[str, str]], squared: Sequence[str] = SQUARED) -> Iterator[Fault]:
    """Yield claims with a right side that is wrong by rule and smaller somewhere."""
    for claim, part in conclusions:
        true = relations.relation(claim, part)
        for what, wrong in (*mutants(true.rhs, squared), ("half of everything", true.rhs / 2)):
            if is_stronger(wrong, true.rhs):
                concluded = Relation(true.lhs, true.op, wrong)
                yield Fault(f"{claim}: {what}", AREA, partial(_concluding, claim, part, concluded))


def _concluding(claim: str, part: str, wrong: Relation) -> AbstractContextManager[None]:
    """Put a claim that concludes `wrong` in the place of the true one."""
    true = relations.claims()[claim]
    steps = tuple(dataclasses.replace(s, relation=wrong) if s.name == part else s for s in true.steps)
    claims = {**relations.claims(), claim: dataclasses.replace(true, steps=steps)}
    return swapped(relations, "claims", lambda: claims)


def _suspects() -> list[tuple[str, str]]:
    """Return the statements that are not the registered ones, all if none: what is unchanged was checked before."""
    return [(claim, part) for claim, part in STATEMENTS if claim in _changed()] or list(STATEMENTS)


def _changed() -> list[str]:
    """Return the claims that are not the registered ones."""
    now = relations.claims()
    return [claim.id for claim in all_claims() if now[claim.id] is not claim]


def _lines_hold() -> Answer:
    """Evaluate the statements on every path; the first that fails is named."""
    for claim, part in _suspects():
        if not all(_line_holds(name, claim, part) for name in COMPLETE):
            return claim
    return True


def _line_holds(name: str, claim: str, part: str) -> bool:
    stated, path = relations.relation(claim, part), unmodified_path(name)
    if claim.startswith("device."):
        values = elements.element(path)
        left, right = (np.asarray(relations.number(side, values)) for side in (stated.lhs, stated.rhs))
        scale = float(np.abs(path.weights).max() + np.abs(path.direction).max())
        return surely(claim, str(stated), float((left - right).max()), 0.0, scale).ok
    if claim in LINES["windows"]:
        return all(line.ok for line in windows.lines(path) if line.claim == claim)
    return all(line.ok for line in averages.evaluate(_world(name), claim, stated))


@cache
def _world(name: str) -> World:
    return world(unmodified_path(name))


def kernel_holds() -> Answer:
    """Check the proofs of the claims that are not the registered ones; of all that are ever spoilt, if none is."""
    now = relations.claims()
    for claim in _changed() or dict(STATEMENTS):
        try:
            check_claim(now[claim], {name: item for name, item in theorems().items() if name != claim})
        except Gap:
            return claim
    return True
