"""A problem compared with itself: value, gradient, directions, facts and laws must speak of one objective.

Nothing here proves a fact: a check that finds nothing has looked at some weights and some samples. What it finds is
wrong, up to the rounding that each comparison allows for. Where no exact comparison exists (a mean over drawn samples)
the allowance is seven standard errors, a probability below 1e-11 for each number compared if they are near normal.
"""

import math
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from boundary import BadInput
from simulate.problems import rounding
from simulate.problems.base import Laws, Problem, generator
from simulate.problems.soundness import require_sound
from theory.setting.objectives import Array, Weights

Vector = NDArray[np.float64]

_EPS = float(np.finfo(np.float64).eps)
_DRAWS = 4096
"""Samples drawn where they are not finitely many, and most that are gone through where they are."""
_NUMBERS = 1 << 25
"""Numbers that the directions of all samples may hold."""
_ERRORS = 7.0
"""Standard errors that a mean over drawn samples may be off."""
_KINKED = 6
"""Directions, each with a quarter of the step before it, of which one must miss the jumps of a slope that has some."""
_ASIDE = 0.01
"""How far from a point these begin, since W_0 may lie on a jump."""
_CLIMB = 60
"""Attempts to make a ratio larger."""


@dataclass(frozen=True)
class Comparison:
    """Two things that should agree, or one that should not pass the other.

    Args:
        what: the two, in words.
        found: the largest disagreement seen, or the largest ratio to what was stated.
        allowed: what rounding or sampling may account for, or 1 and a rounding for a ratio.
        where: at which weights, in words.

    """

    what: str
    found: float
    allowed: float
    where: str

    @property
    def ok(self) -> bool:
        """Return whether they agree; what is no number does not."""
        return self.found <= self.allowed

    def __str__(self) -> str:
        return f"{self.what}: {self.found:.3g}, allowed {self.allowed:.3g} ({self.where})"


@dataclass(frozen=True)
class ProblemCheck:
    """What came of comparing a problem with itself.

    Args:
        problem: its name.
        comparisons: one a pair of things; the worst place of each.
        not_stated: facts that the problem does not state, which nothing was compared with.
        small: what was looked at in its place, in words, where that is its miniature.

    """

    problem: str
    comparisons: tuple[Comparison, ...]
    not_stated: tuple[str, ...] = ()
    small: str = ""

    @property
    def disagreements(self) -> tuple[Comparison, ...]:
        """Return the comparisons that failed."""
        return tuple(one for one in self.comparisons if not one.ok)

    @property
    def ok(self) -> bool:
        """Return whether nothing disagrees."""
        return not self.disagreements

    def __str__(self) -> str:
        name = f"{self.problem} ({self.small})" if self.small else self.problem
        if self.ok:
            return f"{name}: {len(self.comparisons)} comparisons, no disagreement"
        return f"{name} disagrees with itself: " + "; ".join(map(str, self.disagreements))


def check(problem: Problem, *, seed: int = 0, quick: bool = False) -> ProblemCheck:
    """Compare value, gradient, mean and variance of directions, facts and laws of a problem with each other.

    Args:
        problem: any; it is run at a few dozen weights between W_0 and where gradient descent leads.
        seed: of the weights and samples.
        quick: fewer weights, and no search for the worst pair: what a run can afford before it begins.

    Raises:
        BadInput: something has the wrong shape or is no number, so that nothing can be compared.

    """
    require_sound(problem)
    whole, problem = problem, problem.miniature
    look = _Look(problem, seed, 3 if quick else 12)
    found = [*_gradient(look), *_directions(look, quick)]
    if not quick:
        found += _facts(look)
    laws = problem.laws
    if laws is not None:
        found += _laws(look, laws)
    stated = problem.facts([1] * problem.stages).values
    missing = tuple(name for name in ("L", "sigma2", "Lambda1", "Lambdah") if stated.get(name) is None)
    small = "" if problem is whole else f"a miniature of it, of {len(look.start)} weights"
    return ProblemCheck(problem.name, tuple(worst(found)), missing, small)


_AGREE: dict[tuple[int, bool], weakref.ref[Problem]] = {}
"""Problems that were found to agree with themselves, by identity: a problem that holds arrays has no hash."""


def require_agreement(problem: Problem, *, quick: bool, needed_by: str) -> None:
    """Raise `BadInput` that names what disagrees, if a check finds anything; each problem is checked once.

    Args:
        problem: any.
        quick: as in `check`.
        needed_by: what rests on the problem's agreement, for the error.

    """
    before = _AGREE.get((id(problem), quick))
    if before is not None and before() is problem:
        return
    found = check(problem, quick=quick).disagreements
    if found:
        condition = f"a problem that agrees with itself ({found[0]}); `simulate check` compares everything"
        raise BadInput("problem", problem.name, condition, needed_by)
    _AGREE[id(problem), quick] = weakref.ref(problem)


class _Look:
    """A problem at some weights: flat vectors, in front of which the stages are."""

    def __init__(self, problem: Problem, seed: int, count: int) -> None:
        self.problem, self.rng, self.count = problem, np.random.default_rng([seed, 0x5EED]), count
        self.shapes = [tuple(shape) for shape in problem.shapes]
        ends = [0, *accumulate(math.prod(shape) for shape in self.shapes)]
        self.stages = [slice(low, high) for low, high in pairwise(ends)]
        self.start = self.flat(problem.initial_weights())
        tau = getattr(problem, "tau", math.inf)
        self.reach = float(tau if math.isfinite(tau) else 2 * max(1.0, np.max(np.abs(self.start))))

    def flat(self, weights: Weights) -> Vector:
        return np.concatenate([np.ravel(stage) for stage in weights]).astype(np.float64)

    def weights(self, flat: Vector) -> Weights:
        return [flat[stage].reshape(shape) for stage, shape in zip(self.stages, self.shapes, strict=True)]

    def gradient(self, flat: Vector) -> Vector:
        return self.flat(self.problem.gradient(self.weights(flat)))

    def value(self, flat: Vector) -> float:
        return self.problem.value(self.weights(flat))

    def variance(self, flat: Vector) -> Vector:
        return self.flat(self.problem.moments(self.weights(flat)).variance)

    def direction(self, stale: Vector, now: Vector, sample: Array) -> Vector:
        return self.flat(self.problem.direction(self.weights(stale), self.weights(now), sample))

    def unit(self) -> Vector:
        along = self.rng.standard_normal(len(self.start))
        return along / np.linalg.norm(along)

    def inside(self, flat: Vector) -> Vector:
        return np.clip(flat, -self.reach, self.reach)

    @cached_property
    def points(self) -> list[tuple[str, Vector]]:
        """Return W_0, where gradient descent leads from it, and random weights."""
        found = [("W_0", self.start), ("after gradient descent", self._descended())]
        for one in range(self.count - len(found)):
            far = self.rng.uniform(-self.reach, self.reach, len(self.start))
            found.append((f"random weights {one}", far if one % 2 else self.inside(self.start + far / 8)))
        return found

    def _descended(self) -> Vector:
        """Return the weights after some steps of gradient descent, whose length halves until the value falls."""
        at, step, value = self.start, 1.0, self.value(self.start)
        for _ in range(40):
            slope = self.gradient(at)
            while step > 1e-9:
                after = self.inside(at - step * slope)
                later = self.value(after)
                if later <= value:
                    at, value, step = after, later, 2 * step
                    break
                step /= 2
        return at

    @cached_property
    def samples(self) -> tuple[list[Array], bool]:
        """Return samples, and whether they are all there are."""
        every = self.problem.every_sample
        if every is not None and len(every) <= min(_DRAWS, _NUMBERS // len(self.start)):
            return list(every), True
        return list(self.problem.draw(generator(1, 0), _DRAWS, 1)[:, 0]), False


def _gradient(look: _Look) -> Iterator[Comparison]:
    """Compare the gradient with differences of the value, and the value with its lower bound."""
    size = max(1e-300, *(abs(look.value(at)) for _, at in look.points))  # of what is summed to a value
    for where, at in look.points:
        if look.problem.kinked:
            tries = [_slope(look, at + _ASIDE * look.unit(), size, where, 4.0**-one) for one in range(_KINKED)]
        else:
            tries = [_slope(look, at, size, where, 1.0)]
        yield min(tries, key=lambda one: one.found / one.allowed)
        least, value = look.problem.lower_bound, look.value(at)
        yield Comparison("the lower bound, above the value by", least - value, 64 * _EPS * max(size, abs(least)), where)


def _slope(look: _Look, at: Vector, size: float, where: str, share: float) -> Comparison:
    """Compare the gradient with a difference of the value along some direction, over `share` of the usual step."""
    along, slope = look.unit(), look.gradient(at)
    step = share * _EPS ** (1 / 3) * max(1.0, float(np.max(np.abs(at))))
    wide, narrow = ((look.value(at + h * along) - look.value(at - h * along)) / (2 * h) for h in (step, step / 2))
    allowed = 4 * abs(wide - narrow) + 64 * _EPS * size / step
    return Comparison("the gradient and differences of the value", abs(narrow - slope @ along), allowed, where)


def _directions(look: _Look, quick: bool) -> Iterator[Comparison]:
    """Compare mean and variance of sample gradients with the moments; see that a sample is not ever the same.

    Draws that are not declared independent, of a mean that is the gradient, are compared with nothing: no theorem is
    applied to them.
    """
    if not look.problem.independent_draws:
        return
    samples, complete = look.samples
    drawn = samples[:: 8 if quick and not complete else 1]
    places = look.points[:2] if quick else look.points[:4]
    scale = 0.0  # of the directions so far: near a minimum they are small differences of numbers that are not
    for where, at in places:
        rows = np.array([look.direction(at, at, sample) for sample in drawn])
        mean, variance = np.mean(rows, axis=0), np.var(rows, axis=0)
        scale = max(scale, float(np.max(np.abs(rows), initial=0.0)))
        off_by = 16 * _EPS * len(rows) * scale
        stated = look.variance(at)
        fourth = np.mean((rows - mean) ** 4, axis=0)
        if complete:
            off, spread = np.full_like(mean, off_by), np.full_like(mean, off_by * scale)
        else:
            off = off_by + _ERRORS * np.sqrt(np.maximum(variance, stated) / len(rows))
            spread = off_by * scale + _ERRORS * np.sqrt(np.maximum(fourth - variance**2, 0) / len(rows))
            if (
                look.problem.every_sample is not None
            ):  # a few rows of data may have most of the variance: none was drawn
                spread = np.maximum(spread, stated - variance)
        yield _vectors("the mean of sample gradients and the gradient", mean, look.gradient(at), off, where)
        yield _vectors("the variance of sample gradients and the variance", variance, stated, spread, where)
        sizes = look.problem.moments(look.weights(at)).size
        if sizes is not None:  # the size of an element varies less than the element
            found = np.mean(np.abs(rows), axis=0)
            yield _vectors("the mean size of sample gradients and the mean size", found, look.flat(sizes), off, where)
    first, second = (look.problem.draw(generator(seed, 0), 64, 1) for seed in (2, 3))
    moving = float(np.sum(look.variance(look.start))) > 0 and len(samples) > 1
    same = moving and np.array_equal(first, second)
    yield Comparison("draws of two seeds, the same in order (1: yes)", float(same), 0.0, "64 draws")


def _vectors(what: str, one: Vector, other: Vector, allowed: Vector, where: str) -> Comparison:
    """Return the component that is farthest beyond what is allowed."""
    apart = np.abs(one - other)
    with np.errstate(divide="ignore", invalid="ignore"):
        place = int(np.argmax(np.where(apart > 0, apart / allowed, 0)))
    return Comparison(what, float(apart[place]), float(allowed[place]), where)


def _facts(look: _Look) -> Iterator[Comparison]:
    """Compare L, sigma2 and each stage's sensitivity with the worst pairs that are found."""
    lags = [1] * look.problem.stages
    stated = look.problem.facts(lags).values
    smooth, noise = stated.get("L"), stated.get("sigma2")
    if smooth is not None:
        yield _ratio(look, "a change of gradient and L", lambda at: _curvature(look, at), smooth)
    if noise is not None:
        yield _ratio(look, "the noise variance and sigma2", lambda at: float(np.sum(look.variance(at))), noise)
    for stage in range(look.problem.stages):
        only = [int(place == stage) for place in range(look.problem.stages)]
        bound = look.problem.facts(only).values.get("Lambda1")
        if bound is not None:
            yield _ratio(
                look,
                f"staleness through stage {stage + 1} and its sensitivity",
                lambda at, stage=stage: _staleness(look, at, stage),  # type: ignore[misc]
                bound,
            )


def _ratio(look: _Look, what: str, size: Callable[[Vector], float], stated: float) -> Comparison:
    """Return the largest size found, as a share of what is stated: at the points, then climbing from the worst."""
    sizes = [(size(at), where, at) for where, at in look.points]
    largest, where, at = max(sizes, key=lambda one: one[0])
    step = look.reach / 4
    for _ in range(_CLIMB):
        other = look.inside(at + step * look.rng.standard_normal(len(at)))
        found = size(other)
        if found > largest:
            largest, at, where = found, other, "found by climbing"
        else:
            step *= 0.9
    with np.errstate(divide="ignore", invalid="ignore"):
        share = float(np.divide(largest, stated)) if largest > 0 else 0.0
    return Comparison(what, share, 1 + 1e-6, where)


def _curvature(look: _Look, at: Vector) -> float:
    """Return norm(grad f(V + h u) - grad f(V - h u))/(2 h) at V, for the u that three power steps turn to the worst."""
    along, size = look.unit(), 0.0
    step = 1e-5 * max(1.0, float(np.max(np.abs(at))))
    for _ in range(4):
        change = (look.gradient(at + step * along) - look.gradient(at - step * along)) / (2 * step)
        off_by = 64 * _EPS * float(np.max(np.abs(look.gradient(at)), initial=1.0)) / step
        size = float(np.linalg.norm(change))
        if not size > off_by:
            return 0.0
        along = change / size
    return size - off_by


def _staleness(look: _Look, at: Vector, stage: int) -> float:
    """Return norm(G(U, V; xi) - G(V, V; xi))/norm(U - V) for U stale in one stage only, the worst of a few samples."""
    samples, _ = look.samples
    place, worst = look.stages[stage], 0.0
    for sample in (samples[int(index)] for index in look.rng.integers(0, len(samples), 4)):
        away = np.zeros_like(at)
        away[place] = look.rng.standard_normal(place.stop - place.start)
        fresh = look.direction(at, at, sample)
        for _ in range(2):  # the second time along what the first one changed of the stage itself
            distance = float(np.linalg.norm(away))
            change = look.direction(at + away, at, sample) - fresh
            off_by = 64 * _EPS * float(np.max(np.abs(fresh), initial=1.0)) * math.sqrt(len(at))
            worst = max(worst, (float(np.linalg.norm(change)) - off_by) / distance)
            if not np.any(change[place]):
                break
            away = np.zeros_like(at)
            away[place] = change[place] * (1e-3 / np.linalg.norm(change[place]))
    return worst


def _laws(look: _Look, laws: Laws) -> Iterator[Comparison]:
    """Compare the laws, from which a kernel is made, with the problem's own direction and moments."""
    samples, _ = look.samples
    for where, at in look.points[:3]:
        stale = look.inside(at + 0.1 * look.rng.standard_normal(len(at)))
        for sample in samples[:3]:
            flat = np.atleast_1d(np.asarray(sample, np.float64)).ravel()
            out = np.full_like(at, np.nan)
            laws.direction(stale, at, flat, laws.data, out)
            own = look.direction(stale, at, sample)
            yield _vectors("the law of the direction and the direction", out, own, _rounding(own), where)
        gradient, variance = np.full_like(at, np.nan), np.full_like(at, np.nan)
        value = laws.moments(at, laws.data, gradient, variance)
        own_value, own_gradient, own_variance = look.value(at), look.gradient(at), look.variance(at)
        apart = abs(float(value) - own_value)
        yield Comparison("the law of the value and the value", apart, 1e-9 * max(1.0, abs(own_value)), where)
        yield _vectors(
            "the law of the gradient and the gradient", gradient, own_gradient, _rounding(own_gradient), where
        )
        allowed = _rounding(own_variance) + rounding.of_variance(look.problem, own_variance + own_gradient**2)
        yield _vectors("the law of the variance and the variance", variance, own_variance, allowed, where)


def _rounding(values: Vector) -> Vector:
    """Return what two orders of summation may make of some numbers."""
    return np.full_like(values, 1e-9 * float(np.max(np.abs(values), initial=1.0)))


def worst(found: list[Comparison]) -> Iterator[Comparison]:
    """Yield of each kind of comparison the worst: the first that failed, or the closest to failing."""
    for what in dict.fromkeys(one.what for one in found):
        group = [one for one in found if one.what == what]
        yield next(
            (one for one in group if not one.ok), max(group, key=lambda one: one.found / max(one.allowed, 1e-300))
        )
