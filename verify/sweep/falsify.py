"""Looking for trouble: the setting of a family at which a bound comes closest to what is observed.

A family is a unit cube of axes (`verify.sweep.axes`): problem, device, stages and with them lags, steps, step size.
Each gets a budget of runs: Hypothesis explores the cube, targeted at small ratios; an evolution strategy with an
adapted step goes on from the best so far; then the worst point is made plainer, coordinate by coordinate, as long as
it stays as bad; and it is run once more with a seed of its own, since the smallest of many noisy ratios is too small.
The score of a setting is the smallest tightness (bound / observed) of the checks that apply; a score at which the
observed mean is proved to lie above the bound is a violation. Every run is a hypothesis of its own in the search's
family: it has fresh samples and the level of its number.

The user's families are searched likewise, with the iterations and measuring times that they have. A point of theirs at
which no setting can be made (more stages than columns, say) takes a run of the budget, and is counted.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from boundary import known
from simulate.run import LEFT_OUT
from verify.judging.checks import Check
from verify.sweep import assessing, axes
from verify.sweep.drawn import Family, Setting
from verify.sweep.judged import JudgedSetting
from verify.sweep.own_families import OwnFamilies, Undrawable
from verify.sweep.plan import OWN, SweepPlan
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
        impossible: points that the search tried and at which no setting can be made; among `runs`.
        reason: why not at the first of them, in words.

    """

    judged: JudgedSetting
    found: float = math.nan
    runs: int = 0
    impossible: int = 0
    reason: str = ""

    @property
    def closest(self) -> Check | None:
        """Return the check of smallest tightness; a broken certificate has none, and violates all the same."""
        applied = [check for check in self.judged.checks if not math.isnan(check.tightness) and check.counts]
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
            "impossible": self.impossible,
        }


@dataclass(frozen=True)
class SearchResult:
    """What a search came to.

    Args:
        budget: runs in all.
        seed: of the search and of the runs.
        families: the worst setting of each, by name.
        own: the user's families; None if there is no file of them.

    """

    budget: int
    seed: int
    families: Mapping[str, Candidate]
    own: OwnFamilies | None = None

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
        return SweepPlan(self.seed, tuple(self.families), CONFIDENCE, "falsify", self.own)

    def to_json(self) -> dict[str, Any]:
        """Return the result with the keys of the command line."""
        families = {name: candidate.to_json() for name, candidate in self.families.items()}
        file = {} if self.own is None else {OWN: self.own.checksums()}
        return {
            "budget": self.budget,
            "seed": self.seed,
            "violations": self.violations,
            "family_wise_confidence": CONFIDENCE,
            **file,
            "families": families,
            "worst": {"family": self.worst, **families[self.worst]},
        }


def names_of(families: Sequence[str], own: OwnFamilies | None = None) -> tuple[str, ...]:
    """Return the families that are searched: those named, else those of the user's file, else all built-in ones.

    Raises:
        BadInput: there is none of a name.

    """
    known_ones = SEARCHED if own is None else {**SEARCHED, **own.by_name}
    for name in families:
        known("--family", name, known_ones)
    return tuple(dict.fromkeys(families)) or tuple(SEARCHED if own is None else own.by_name)


def falsify(
    budget: int,
    seed: int,
    families: Sequence[str] = (),
    on_run: Callable[[int], None] = lambda _: None,
    own: OwnFamilies | None = None,
) -> SearchResult:
    """Search every family with its share of `budget` runs.

    Args:
        budget: runs in all.
        seed: of the search and of the runs.
        families: names; see `names_of`.
        on_run: called with 1 after each run.
        own: the user's families.

    Returns: for each family the worst setting found, replayable, and the worst of all.

    Raises:
        BadInput: a family of the user's has no setting that can be made, or one of its files has changed.

    """
    names = names_of(families, own)
    shares = [budget // len(names) + (place < budget % len(names)) for place in range(len(names))]
    found: dict[str, Candidate] = {}
    for place, (name, share) in enumerate(zip(names, shares, strict=True)):
        if share > 0:
            mine = {} if own is None else own.by_name
            family = mine[name] if name in mine else _shortened(SEARCHED[name])
            found[name] = _Search(family, [seed, place], sum(shares[:place]), share, on_run).worst()
    return SearchResult(budget, seed, found, own)


def _shortened(family: Family) -> Family:
    """Return a built-in family whose settings are short runs, measured as often as they are by default."""

    def build(draw: axes.Draw) -> Setting:
        setting = family.build(draw)
        longest = _LONGEST.get(setting.problem.name, _LONGEST_ELSE)
        return replace(setting, iterations=min(setting.iterations, longest), measure_every=LEFT_OUT, strata=LEFT_OUT)

    return replace(family, build=build)


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
        self._impossible = list[Undrawable]()

    def worst(self) -> Candidate:
        """Return the worst setting found: a violation if there was one, else the plain worst setting run afresh."""
        plainer = min(int(_PLAINER * self._budget), len(self._family.axes))
        self._explore(max(1, int(_EXPLORING * self._budget)))
        self._climb(self._budget - plainer - 1)
        if self._best is None:
            raise self._impossible[0]
        point, candidate = self._plainer(self._budget - 1, *self._best)
        found = candidate.score
        if self._runs < self._budget:
            candidate = self._assess(point) or candidate
        impossible, reason = len(self._impossible), str(self._impossible[0]) if self._impossible else ""
        worst = self._violated or candidate
        return replace(worst, found=found, runs=self._runs, impossible=impossible, reason=reason)

    def _explore(self, until: int) -> None:
        """Let Hypothesis look for points, targeted at small scores."""
        size, stopped = len(self._family.axes), list[Exception]()

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
            if self._runs >= until or stopped:
                return
            try:
                tried = self._assess(point)
            except Exception as error:
                stopped.append(error)
                return
            if tried is not None and 0 < tried.score < math.inf:
                hypothesis.target(-math.log(tried.score))

        look()
        if stopped:
            raise stopped[0]

    def _climb(self, until: int) -> None:
        """Go on from the best point, about a third of its coordinates at a time: longer steps after a success."""
        reach = 0.3
        while self._runs < until and self._best is not None:
            point, best = self._best
            moved = self._rng.random(len(point)) < 1 / 3
            steps = np.where(moved, self._rng.normal(0, reach, len(point)), 0)
            tried = self._assess(tuple(np.clip(np.asarray(point) + steps, 0, 1 - 1e-9).tolist()))
            better = tried is not None and tried.score < best.score
            reach = min(0.5, 1.5 * reach) if better else max(0.01, 0.9 * reach)  # one success in five keeps it

    def _plainer(self, until: int, point: Point, candidate: Candidate) -> tuple[Point, Candidate]:
        """Put coordinates of the best point to their plainest value while the setting stays as bad."""
        for place in self._rng.permutation(len(point)):
            if self._runs >= until:
                break
            tried = tuple(0.0 if at == place else value for at, value in enumerate(point))
            if tried == point:
                continue
            found = self._assess(tried)
            if found is not None and found.score <= _AS_BAD * candidate.score:
                point, candidate = tried, found
        return point, candidate

    def _assess(self, point: Point) -> Candidate | None:
        """Return what came of the setting at a point; None where there is none."""
        identity = self._first + self._runs
        seed = int(np.random.SeedSequence([*self._seed, self._runs]).generate_state(1)[0])
        self._runs += 1
        try:
            setting = self._family.make(axes.place(self._family.axes, point), identity, seed)
        except Undrawable as reason:
            self._impossible.append(reason)
            self._on_run(1)
            return None
        candidate = Candidate(assessing.assess(setting, CONFIDENCE))
        self._on_run(1)
        if candidate.violated and self._violated is None:
            self._violated = candidate
        if self._best is None or candidate.score < self._best[1].score:
            self._best = point, candidate
        return candidate
