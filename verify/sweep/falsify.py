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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from simulate.run import LEFT_OUT
from verify.judging.checks import Check
from verify.sweep import assessing, axes
from verify.sweep.drawn import Family
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan
from verify.sweep.settings import SEARCHED

CONFIDENCE = 0.99
_EXPLORING, _PLAINER = 0.4, 0.2
"""Shares of the budget for Hypothesis, and for making the worst setting plainer."""
_AS_BAD = 1.02
"""A plainer setting counts as equally bad up to this factor of the score."""
_LONGEST = {"attaining": 20_000, "plus-minus": 10_000}
_LONGEST_ELSE = 4_000
"""Iterations at most, by problem: a search makes many short runs."""

Point = tuple[float, ...]


@dataclass(frozen=True)
class Candidate:
    """A setting that a search has run, by the check that comes closest to failing.

    Args:
        judged: the setting and what came of it.
        found: the score at which the search found it; nan before the search has ended.
        runs: that its search made; 0 before it has ended.

    """

    judged: JudgedSetting
    found: float = math.nan
    runs: int = 0

    @property
    def closest(self) -> Check | None:
        """Return the check of smallest tightness; a broken certificate has none, and violates all the same."""
        applied = [check for check in self.judged.checks if not math.isnan(check.tightness)]
        return min(applied, key=lambda check: check.tightness) if applied else None

    @property
    def score(self) -> float:
        """Return its tightness; inf where nothing is applied."""
        return math.inf if self.closest is None else self.closest.tightness

    @property
    def violated(self) -> bool:
        """Return whether a bound or a certificate is violated."""
        return self.judged.verdict == "violated"

    def to_json(self) -> dict[str, Any]:
        """Return the candidate as plain data."""
        closest, result = self.closest, self.judged.to_json()
        return {
            "score": self.score,
            "claim": None if closest is None else str(closest.name),
            "interval": None if closest is None else [closest.tightness_low, closest.tightness_high],
            "verdict": self.judged.verdict,
            "observed": self.judged.evidence.mean,
            "setting": result["setting"],
            "result": result,
            "found": self.found,
            "runs": self.runs,
        }


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    Args:
        budget: runs in all.
        seed: of the search and of the runs.
        families: the worst setting of each, by name.

    """

    budget: int
    seed: int
    families: Mapping[str, Candidate]

    @property
    def worst(self) -> str:
        """Return the family whose worst setting has the smallest score."""
        return min(self.families, key=lambda name: self.families[name].score)

    @property
    def violations(self) -> int:
        """Return how many families have a violated setting."""
        return sum(candidate.violated for candidate in self.families.values())

    @property
    def plan(self) -> SweepPlan:
        """Return the plan of a store of these settings."""
        return SweepPlan(self.seed, tuple(self.families), CONFIDENCE, "falsify")

    def to_json(self) -> dict[str, Any]:
        """Return the result with the keys of the command line."""
        families = {name: candidate.to_json() for name, candidate in self.families.items()}
        return {
            "budget": self.budget,
            "seed": self.seed,
            "violations": self.violations,
            "family_wise_confidence": CONFIDENCE,
            "families": families,
            "worst": {"family": self.worst, **families[self.worst]},
        }


def falsify(
    budget: int, seed: int, families: Sequence[str] = (), on_run: Callable[[int], None] = lambda _: None
) -> SearchResult:
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
    found: dict[str, Candidate] = {}
    for place, (name, share) in enumerate(zip(names, shares, strict=True)):
        if share > 0:
            search = _Search(SEARCHED[name], [seed, place], sum(shares[:place]), share, on_run)
            found[name] = search.worst()
    return SearchResult(budget, seed, found)


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
        self._best: tuple[Point, Candidate] | None = None
        self._violated: Candidate | None = None

    def worst(self) -> Candidate:
        """Return the worst setting found: a violation if there was one, else the plain worst setting run afresh."""
        plainer = min(int(_PLAINER * self._budget), len(self._family.axes))
        self._explore(max(1, int(_EXPLORING * self._budget)))
        self._climb(self._budget - plainer - 1)
        point, candidate = self._plainer(self._budget - 1)
        found = candidate.score
        if self._runs < self._budget:
            candidate = self._assess(point)
        return replace(self._violated or candidate, found=found, runs=self._runs)

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
            score = self._assess(point).score
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
            better = self._assess(tried).score < best.score
            reach = min(0.5, 1.5 * reach) if better else max(0.01, 0.9 * reach)  # one success in five keeps it

    def _plainer(self, until: int) -> tuple[Point, Candidate]:
        """Put coordinates of the best point to their plainest value while the setting stays as bad."""
        assert self._best is not None, "a search makes at least one run"
        point, candidate = self._best
        for place in self._rng.permutation(len(point)):
            if self._runs >= until:
                break
            tried = tuple(0.0 if at == place else value for at, value in enumerate(point))
            if tried == point:
                continue
            found = self._assess(tried)
            if found.score <= _AS_BAD * candidate.score:
                point, candidate = tried, found
        return point, candidate

    def _assess(self, point: Point) -> Candidate:
        identity = self._first + self._runs
        seed = int(np.random.SeedSequence([*self._seed, self._runs]).generate_state(1)[0])
        setting = self._family.make(axes.place(self._family.axes, point), identity, seed)
        longest = _LONGEST.get(setting.problem.name, _LONGEST_ELSE)
        setting = replace(setting, iterations=min(setting.iterations, longest), measure_every=LEFT_OUT)
        candidate = Candidate(assessing.assess(setting, CONFIDENCE))
        self._runs += 1
        self._on_run(1)
        if candidate.violated and self._violated is None:
            self._violated = candidate
        if self._best is None or candidate.score < self._best[1].score:
            self._best = point, candidate
        return candidate
