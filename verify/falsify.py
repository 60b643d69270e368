"""Looking for trouble: the setting of a family at which a bound comes closest to what is observed.

A family is a unit cube of axes (`verify.axes`), so its worst corner can be searched for: seeded random points first,
then ever smaller steps from the best so far, a budget of runs each family. The score of a setting is the smallest
tightness (bound / observed) of the checks that apply; a score at which the observed mean is proved to lie above the
bound is a violation. The worst setting is then made plainer, coordinate by coordinate, as long as it stays as bad.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from verify import axes, sweep
from verify.settings import FAMILIES, Family

CONFIDENCE = 0.99
_RANDOM = 0.4
"""Share of the budget spent on random points; a fifth goes to making the worst setting plainer."""
_PLAINER = 0.2
_AS_BAD = 1.02
"""A plainer setting counts as equally bad up to this factor of the score."""
_LONGEST = 4_000
"""Iterations at most: a search makes many short runs; what it finds is replayed at any length."""

Point = tuple[float, ...]
Outcome = dict[str, Any]


def falsify(
    budget: int, seed: int, families: Sequence[str] = (), on_run: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:
    """Search every family with its share of `budget` runs.

    Args:
        budget: runs in all.
        seed: of the search and of the runs.
        families: names; all if empty.
        on_run: called with 1 after each run.

    Returns: for each family the worst setting found, replayable, and the worst of all.

    """
    names = tuple(families) or tuple(FAMILIES)
    shares = [budget // len(names) + (place < budget % len(names)) for place in range(len(names))]
    found = {
        name: _Search(FAMILIES[name], np.random.default_rng([seed, place]), seed, on_run).worst(share)
        for place, (name, share) in enumerate(zip(names, shares, strict=True))
        if share > 0
    }
    worst = min(found, key=lambda name: found[name]["score"])
    return {
        "budget": budget,
        "seed": seed,
        "violations": sum(outcome["verdict"] == "violated" for outcome in found.values()),
        "family_wise_confidence": CONFIDENCE,
        "families": found,
        "worst": {"family": worst, **found[worst]},
    }


class _Search:
    """One family's search."""

    def __init__(self, family: Family, rng: np.random.Generator, seed: int, on_run: Callable[[int], None]) -> None:
        self._family, self._rng, self._seed, self._on_run = family, rng, seed, on_run
        self._runs = 0

    def worst(self, budget: int) -> Outcome:
        """Return the worst outcome that `budget` runs find."""
        size = len(self._family.axes)
        best: tuple[Point, Outcome] | None = None
        violated: tuple[Point, Outcome] | None = None
        last = budget - max(1, int(_PLAINER * budget)) if budget > 2 else budget
        for run in range(last):
            if best is None or run < _RANDOM * budget:
                point = tuple(self._rng.random(size))
            else:
                point = self._near(best[0], 0.3 * (1 - run / budget))
            outcome = self._assess(point)
            if outcome["verdict"] == "violated" and violated is None:
                violated = point, outcome
            if best is None or outcome["score"] < best[1]["score"]:
                best = point, outcome
        return self._plainer(*(violated or best), budget - last) if best else {}

    def _near(self, point: Point, reach: float) -> Point:
        """Move about a third of the coordinates."""
        moved = self._rng.random(len(point)) < 1 / 3
        steps = np.where(moved, self._rng.normal(0, reach, len(point)), 0)
        return tuple(np.clip(np.asarray(point) + steps, 0, 1 - 1e-9).tolist())

    def _plainer(self, point: Point, outcome: Outcome, budget: int) -> Outcome:
        """Put coordinates to their plainest value while the setting stays as bad."""
        order = self._rng.permutation(len(point))
        for place in order[:budget]:
            tried = tuple(0.0 if at == place else value for at, value in enumerate(point))
            found = self._assess(tried)
            as_bad = found["score"] <= _AS_BAD * outcome["score"]
            if as_bad if outcome["verdict"] != "violated" else found["verdict"] == "violated":
                point, outcome = tried, found
        return {**outcome, "runs": self._runs}

    def _assess(self, point: Point) -> Outcome:
        # every run is a hypothesis of its own in the search's family, at the level of its number
        setting = self._family.make(axes.place(self._family.axes, point), self._runs, self._seed + self._runs)
        setting = replace(setting, iterations=min(setting.iterations, _LONGEST))
        result = sweep.assess(setting, 1 - (1 - CONFIDENCE) / len(FAMILIES))
        self._runs += 1
        self._on_run(1)
        applied = [check for check in result["checks"] if check["verdict"] != "not applied"]
        closest = min(applied, key=lambda check: check["tightness"]) if applied else None
        return {
            "score": closest["tightness"] if closest else math.inf,
            "claim": closest["claim"] if closest else None,
            "interval": [closest["tightness_low"], closest["tightness_high"]] if closest else None,
            "verdict": result["verdict"],
            "observed": result["observed"]["mean"],
            "setting": result["setting"],
            "result": result,
        }
