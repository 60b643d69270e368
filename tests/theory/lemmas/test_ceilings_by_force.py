"""Noise at stale weights, few large shares and ceilings on whole trees of samples, in exact fractions.

One weight w of a linear device, samples a w_hat - c of two values each, forward weights some updates old. The curvature
that a step meets is 1 + w^2, a number that is known before its sample.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction as Q
from math import sqrt
from typing import NamedTuple

import pytest


@dataclass(frozen=True)
class Case:
    """A run: step size, saturation level, start, samples as odds, a and c, steps, lag, ceilings of curvature and V."""

    alpha: Q
    tau: Q
    start: Q
    samples: tuple[tuple[Q, Q, Q], ...]
    K: int
    lag: int
    ceilings: tuple[Q, Q]


CASES = (
    Case(Q(1, 5), Q(3), Q(2), ((Q(1, 4), Q(3), Q(2)), (Q(3, 4), Q(1), Q(-1))), 6, 1, (Q(5), Q(3))),
    Case(Q(1, 5), Q(3), Q(-1), ((Q(1, 2), Q(2), Q(3)), (Q(1, 2), Q(1), Q(-3))), 7, 2, (Q(4), Q(25, 2))),
    Case(Q(1, 10), Q(2), Q(1), ((Q(1, 2), Q(0), Q(2)), (Q(1, 2), Q(3), Q(-2))), 7, 2, (Q(5, 2), Q(20))),
)


class Step(NamedTuple):
    """One step at one history: its odds, whether the run goes on, and for each sample its odds, n, d and step."""

    odds: Q
    on: bool
    w: Q
    share: Q
    slope: Q
    stale: Q
    drift: Q
    samples: tuple[tuple[Q, Q, Q], ...]

    @property
    def variance(self) -> Q:
        return sum(part * n**2 for part, n, _ in self.samples)


def steps(case: Case, path: tuple[Q, ...] = (), odds: Q = Q(1), *, on: bool = True) -> Iterator[Step]:
    """Yield the steps of all histories; `on` turns false where a constant at the step passes its ceiling."""
    path = path or (case.start,)
    k, w = len(path) - 1, path[-1]
    if k == case.K:
        return
    old, share = path[max(k - case.lag, 0)], w / case.tau
    slope = sum(part * (a * w - c) for part, a, c in case.samples)
    change = sum(part * a for part, a, _ in case.samples) * (old - w)
    drift = share * sum(part * abs(a * old - c) for part, a, c in case.samples)
    found = tuple((part, a * w - c - slope, a * (old - w)) for part, a, c in case.samples)
    step = Step(odds, on, w, share, slope, change, drift, found)
    on = on and 1 + w**2 <= case.ceilings[0] and step.variance <= case.ceilings[1]
    yield step._replace(on=on)
    for part, a, c in case.samples:
        g = a * old - c
        yield from steps(case, (*path, w - case.alpha * (g + abs(g) * share)), odds * part, on=on)


def mean(case: Case, value) -> Q:
    return sum(step.odds * value(step) for step in steps(case)) / case.K


def length(case: Case, value) -> Q:
    """Return the mean square of what has a value at each sample of a step."""
    return mean(case, lambda step: sum(part * value(step, n, d) ** 2 for part, n, d in step.samples))


@pytest.mark.parametrize("weight", [lambda _: 1, lambda s: s.share, lambda s: s.on * s.share])
@pytest.mark.parametrize("case", CASES)
def test_stale_noise_is_at_most_both_deviations(case, weight):
    fresh = length(case, lambda s, n, _: weight(s) * n)
    change = length(case, lambda s, _, d: weight(s) * d)
    centred = length(case, lambda s, _, d: weight(s) * (d - s.stale))
    stale = length(case, lambda s, n, d: weight(s) * (n + d - s.stale))
    assert 0 < centred < change
    assert sqrt(stale) <= sqrt(fresh) + sqrt(change)
    assert stale != fresh


def test_staleness_adds_to_the_noise():
    """Without what staleness changes the bound would be false."""
    found = [(length(c, lambda _, n, __: n), length(c, lambda s, n, d: n + d - s.stale)) for c in CASES]
    assert any(stale > fresh for fresh, stale in found)


@pytest.mark.parametrize("level", [Q(0), Q(1, 5), Q(2, 5)])
@pytest.mark.parametrize("case", CASES)
def test_few_large_shares_count_by_themselves(case, level):
    A = mean(case, lambda s: s.slope**2)
    T2 = length(case, lambda s, n, d: s.share * (n + d - s.stale))
    more = mean(case, lambda s: max(s.share**2 - level**2, Q(0)) * s.slope**2)
    rho = max(abs(s.share) for s in steps(case))
    assert mean(case, lambda s: (s.share * s.slope) ** 2) <= level**2 * A + more
    b = sqrt(mean(case, lambda s: s.stale**2))
    most = sqrt(level**2 * A + T2 + more) + float(rho) * b
    assert sqrt(mean(case, lambda s: s.drift**2)) <= most
    assert more > 0
    assert level**2 * A < mean(case, lambda s: (s.share * s.slope) ** 2) or level > 0


@pytest.mark.parametrize("case", CASES)
def test_a_stopped_run_has_its_ceilings(case):
    L, V = case.ceilings
    assert 0 < mean(case, lambda s: s.on) < 1  # some runs pass a ceiling, some do not
    assert max(1 + s.w**2 for s in steps(case)) > L or max(s.variance for s in steps(case)) > V
    assert length(case, lambda s, n, _: s.on * n) <= V
    assert mean(case, lambda s: s.on * (1 + s.w**2) * s.variance) <= L * V
    curved = sum(s.odds * part * s.on * (1 + s.w**2) * n**2 for s in steps(case) for part, n, _ in s.samples) / case.K
    assert curved == mean(case, lambda s: s.on * (1 + s.w**2) * s.variance)


def test_a_stop_that_knows_the_sample_passes_its_ceilings():
    """Steps that go on where the noise is large only have more of it than V_k says of them."""
    odds, sizes = (Q(1, 4), Q(3, 4)), (Q(3), Q(-1))
    V = sum(part * n**2 for part, n in zip(odds, sizes, strict=True))
    on = [n > 0 for n in sizes]
    kept = sum(part * s * n**2 for part, s, n in zip(odds, on, sizes, strict=True))
    ceiling = sum(part * s * V for part, s in zip(odds, on, strict=True))  # at every sample s V is at most s V
    assert kept > ceiling
