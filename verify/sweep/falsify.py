"""Looking for trouble: the setting of a family at which a bound comes closest to what is observed.

A family is a unit cube of axes (`verify.sweep.axes`): problem, device, stages and with them lags, steps, step size.
Each gets a budget of runs: Hypothesis explores the cube, targeted at small ratios; an evolution strategy with an
adapted step goes on from the best so far; then the worst point is made plainer, coordinate by coordinate, as long as
it stays as bad; and it is run once more with a seed of its own, since the smallest of many noisy ratios is too small.
The score of a setting is the smallest tightness (bound / observed) of the checks that apply; a score at which the
observed mean is proved to lie above the bound is a violation. Every run is a hypothesis of its own in the search's
family: it has fresh samples and the level of its number.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from simulate.run import LEFT_OUT
from verify.sweep import assessing, axes
from verify.sweep.settings import SEARCHED, Family

CONFIDENCE = 0.99
_EXPLORING, _PLAINER = 0.4, 0.2
"""Shares of the budget for Hypothesis, and for making the worst setting plainer."""
_AS_BAD = 1.02
"""A plainer setting counts as equally bad up to this factor of the score."""
_LONGEST = {"attaining": 20_000, "plus-minus": 10_000}
_LONGEST_ELSE = 4_000
"""Iterations at most, by problem: a search makes many short runs."""

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
    names = tuple(families) or tuple(SEARCHED)
    shares = [budget // len(names) + (place < budget % len(names)) for place in range(len(names))]
    found: dict[str, Outcome] = {}
    for place, (name, share) in enumerate(zip(names, shares, strict=True)):
        if share > 0:
            search = _Search(SEARCHED[name], [seed, place], sum(shares[:place]), share, on_run)
            found[name] = search.worst()
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
    """One family's search.

    Args:
        family: whose axes are searched.
        seed: two numbers: the search's and the family's.
        first: number of the first run; runs of all families have numbers of their own.
        budget: runs.
        on_run: called with 1 after each.

    """

    def __init__(self, family: Family, seed: list[int], first: int, budget: int, on_run: Callable[[int], None]) -> None:
        self._family, self._seed, self._first, self._budget, self._on_run = family, seed, first, budget, on_run
        self._rng = np.random.default_rng(seed)
        self._runs = 0
        self._best: tuple[Point, Outcome] | None = None
        self._violated: Outcome | None = None

    def worst(self) -> Outcome:
        """Return the worst outcome found: a violation if there was one, else the plain worst setting run afresh."""
        plainer = min(int(_PLAINER * self._budget), len(self._family.axes))
        self._explore(max(1, int(_EXPLORING * self._budget)))
        self._climb(self._budget - plainer - 1)
        point, outcome = self._plainer(self._budget - 1)
        found = outcome["score"]
        if self._runs < self._budget:
            outcome = self._assess(point)
        return {**(self._violated or outcome), "found": found, "runs": self._runs}

    def _explore(self, until: int) -> None:
        """Let Hypothesis look for points, targeted at small scores."""
        size = len(self._family.axes)

        @hypothesis.seed(int(self._rng.integers(2**32)))
        @hypothesis.settings(
            max_examples=until,
            database=None,
            deadline=None,
            phases=(hypothesis.Phase.generate, hypothesis.Phase.target),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
        @hypothesis.given(st.tuples(*[st.floats(0, 1, exclude_max=True, allow_subnormal=False)] * size))
        def look(point: Point) -> None:
            if self._runs >= until:
                return
            score = self._assess(point)["score"]
            if 0 < score < math.inf:
                hypothesis.target(-math.log(score))

        look()

    def _climb(self, until: int) -> None:
        """Go on from the best point, about a third of its coordinates at a time: longer steps after a success."""
        reach = 0.3
        while self._runs < until and self._best is not None:
            point, best = self._best
            moved = self._rng.random(len(point)) < 1 / 3
            steps = np.where(moved, self._rng.normal(0, reach, len(point)), 0)
            tried = tuple(np.clip(np.asarray(point) + steps, 0, 1 - 1e-9).tolist())
            better = self._assess(tried)["score"] < best["score"]
            reach = min(0.5, 1.5 * reach) if better else max(0.01, 0.9 * reach)  # one success in five keeps it

    def _plainer(self, until: int) -> tuple[Point, Outcome]:
        """Put coordinates of the best point to their plainest value while the setting stays as bad."""
        assert self._best is not None, "a search makes at least one run"
        point, outcome = self._best
        for place in self._rng.permutation(len(point)):
            if self._runs >= until:
                break
            tried = tuple(0.0 if at == place else value for at, value in enumerate(point))
            if tried == point:
                continue
            found = self._assess(tried)
            if found["score"] <= _AS_BAD * outcome["score"]:
                point, outcome = tried, found
        return point, outcome

    def _assess(self, point: Point) -> Outcome:
        identity = self._first + self._runs
        seed = int(np.random.SeedSequence([*self._seed, self._runs]).generate_state(1)[0])
        setting = self._family.make(axes.place(self._family.axes, point), identity, seed)
        longest = _LONGEST.get(setting.problem.name, _LONGEST_ELSE)
        setting = replace(setting, iterations=min(setting.iterations, longest), measure_every=LEFT_OUT)
        outcome = _outcome(assessing.assess(setting, CONFIDENCE))
        self._runs += 1
        self._on_run(1)
        if outcome["verdict"] == "violated" and self._violated is None:
            self._violated = outcome
        if self._best is None or outcome["score"] < self._best[1]["score"]:
            self._best = point, outcome
        return outcome


def _outcome(result: assessing.Result) -> Outcome:
    """Return what a search looks at: the check that comes closest to failing."""
    # a broken certificate has no ratio; it makes the setting violated all the same
    applied = [check for check in result["checks"] if not math.isnan(check["tightness"])]
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
