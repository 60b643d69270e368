"""Wrong lemmas: claims that conclude too much. Caught by runs, line by line, or by the proof's own checker."""

import dataclasses
from collections.abc import Iterator
from contextlib import AbstractContextManager
from functools import partial

import numpy as np

from theory.blueprint import all_claims
from theory.kernel.check import check_claim
from theory.kernel.gap import Gap
from theory.kernel.relations import Relation
from verify.claims import averages, elements, relations
from verify.claims.lines import surely
from verify.sabotage import Area, Check, Fault, swapped
from verify.sabotage.mutants import is_stronger, mutants
from verify.sabotage.panel import COMPLETE, sound_path

AREA: Area = "theory"

STATEMENTS = (
    ("device.drift", "above"),
    ("device.drift", "squares"),
    ("device.step", "above"),
    ("noise.orthogonal", "length"),
    ("stale.martingale", "bound"),
    ("stale.reach", "bound"),
    ("master.telescope", "bound"),
    ("master.expand", "bound"),
    ("master.polarise", "bound"),
    ("master.cauchy_schwarz", "bound"),
    ("master.sharp", "i"),
    ("master.sharp", "ii"),
    ("master.young", "young"),
)
"""Conclusions whose right sides are spoilt."""


def checks() -> dict[str, Check]:
    """Return the named checks: runs first, then the proof."""
    return {"lines-of-the-proof": _lines_hold, "exact-kernel": _kernel}


def faults() -> Iterator[Fault]:
    """Yield every wrong statement that rules make of the true ones and that claims more than they do."""
    for claim, part in STATEMENTS:
        true = relations.relation(claim, part)
        for what, wrong in mutants(true.rhs):
            if is_stronger(wrong, true.rhs):
                spoilt = Relation(true.lhs, true.op, wrong)
                yield Fault(f"{claim}: {what}", AREA, partial(_concluding, claim, part, spoilt))


def _concluding(claim: str, part: str, wrong: Relation) -> AbstractContextManager[None]:
    """Put a claim that concludes `wrong` in the place of the true one."""
    true = relations.claims()[claim]
    steps = tuple(dataclasses.replace(s, relation=wrong) if s.name == part else s for s in true.steps)
    spoilt = {**relations.claims(), claim: dataclasses.replace(true, steps=steps)}
    return swapped(relations, "claims", lambda: spoilt)


def _suspects() -> list[tuple[str, str]]:
    """Return the statements that are not the registered ones, all if none: what is unchanged was checked before."""
    now, registered = relations.claims(), {claim.id: claim for claim in all_claims()}
    changed = [(claim, part) for claim, part in STATEMENTS if now[claim] is not registered[claim]]
    return changed or list(STATEMENTS)


def _lines_hold() -> bool:
    return all(_line_holds(name, claim, part) for claim, part in _suspects() for name in COMPLETE)


def _line_holds(name: str, claim: str, part: str) -> bool:
    stated, path = relations.relation(claim, part), sound_path(name)
    if claim.startswith("device."):
        values = elements.element(path)
        left, right = (np.asarray(relations.number(side, values)) for side in (stated.lhs, stated.rhs))
        scale = float(np.abs(path.weights).max() + np.abs(path.direction).max())
        return surely(claim, str(stated), float((left - right).max()), 0.0, scale).ok
    return all(line.ok for line in averages.evaluate(_worlds(name), claim, stated))


_kept: dict[str, list[averages.World]] = {}


def _worlds(name: str) -> list[averages.World]:
    if name not in _kept:
        _kept[name] = averages.worlds(sound_path(name))
    return _kept[name]


def _kernel() -> bool:
    now = relations.claims()
    for claim in dict.fromkeys(claim for claim, _ in _suspects()):
        try:
            check_claim(now[claim], {name: item for name, item in now.items() if name != claim})
        except Gap:
            return False
    return True
