"""What the theorem takes of a tube, and what it says: Theorem 1 by conditional means on boxes in time.

`Constants` are of the boxes of `verify.regions.tube`, or ceilings of what holds on the boxes of many runs; noise may be
taken as runs show it. `stopped` bounds A_T by mean.sized and by mean.current_feasible; why is said there.
Source: docs/theory/mean.md#mean.sized, #mean.current_feasible, #mean.shares_feasible, #noise.stale.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf, sqrt
from typing import NamedTuple, Self

import numpy as np

import theory
from boundary import BadInput, OutsideDomain
from simulate.problems.spectral import delay_constants
from verify.regions.intervals import EPS, Array, above
from verify.regions.level import SHARES, Level


class Noise(NamedTuple):
    """Noise averaged over the steps: as it is, and times the smoothness of the bin in which it is met.

    Args:
        variance: of the direction, (f/w)^2.
        shared: sum over the elements of share^2 times variance, (f/w)^2.
        curved: mean of L times the variance, f^3/w^4.
        curved_shared: the same of `shared`.

    """

    variance: float
    shared: float
    curved: float
    curved_shared: float

    @classmethod
    def of(cls, variance: Array, shared: Array, L: Array) -> Self:
        """Return it of the bins' parts of the averages, and of the smoothness in them, shape (bins,)."""
        return cls(float(np.sum(variance)), float(np.sum(shared)), float(variance @ L), float(shared @ L))


NO_NOISE = Noise(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class Constants:
    """What Theorem 1 by conditional means needs, on a tube; upper ends unless said otherwise.

    Args:
        found: of every bin.
        lengths: share of the steps that are in it.
        L: largest smoothness, f/w^2.
        S: shape (M, M), the largest of each of the bins' sensitivities, f/w^2.
        rho: largest share |w|/tau.
        stage_variances: shape (M,), of what is left of a step beside its mean, averaged over the steps, (f/w)^2.
        T2: sum over the elements of share^2 times fold, averaged over the steps, (f/w)^2.
        c_w: what curvature makes of the noise, (f/w)^2.
        start: f(W_0).
        least: lower end of f on the tube and one step around it.
        direct: squared norm of the mean direction, averaged over the steps, (f/w)^2.
        stale: what staleness changes in the directions (`stale.change`), squared, in the place of the variance.
        excess: what elements add whose share is beyond those of `level.SHARES`, averaged over the steps, (f/w)^2; inf
            where that is not known.
        T2_current: T2 of the direction at current weights; inf where that is not known.

    """

    found: tuple[Level, ...]
    lengths: Array
    L: float
    S: Array
    rho: float
    stage_variances: Array
    T2: float
    c_w: float
    start: float
    least: float
    direct: float
    stale: Noise = NO_NOISE
    excess: Array = field(default_factory=lambda: np.full(len(SHARES), inf))
    T2_current: float = inf

    @property
    def smoothness(self) -> Array:
        """Return L of the bins, shape (bins,)."""
        return np.array([one.L for one in self.found])


def combine(found: Sequence[Level], lengths: Array, alpha: float, start: float) -> Constants:
    """Return the largest of the bins' constants, and averages over the steps, rounded up.

    Args:
        found: what holds in every bin.
        lengths: share of the steps that are in it.
        alpha: step size.
        start: f(W_0) at most.

    """
    more = 1 + (8 * (len(found) + len(found[0].stages)) + 64) * EPS  # sums of so many rounded terms >= 0
    T2 = float(lengths @ [one.T2 for one in found] * more)  # of forward weights in a box that holds the current ones
    late = (lengths * [one.late for one in found] * more, lengths * [one.late_T2 for one in found] * more)
    return Constants(
        found=tuple(found),
        lengths=lengths,
        L=max(one.L for one in found),
        S=np.max([one.S for one in found], axis=0),
        rho=max(one.rho for one in found),
        stage_variances=np.asarray(lengths @ np.array([one.stages for one in found]) * more),
        T2=T2,
        c_w=float(0.5 * alpha * (lengths @ [one.L * np.sum(one.stages) for one in found]) * more),
        start=start,
        least=min(one.least for one in found),
        direct=float(lengths @ [one.slope**2 for one in found] * more),
        stale=Noise.of(*late, np.array([one.L for one in found])),
        excess=np.asarray(lengths @ np.array([one.excess for one in found]) * more),
        T2_current=T2,
    )


def with_noise(
    held: Constants, T2: float, stage_variances: Sequence[float], c_w: float = inf, T2_current: float = inf
) -> Constants:
    """Return the constants with the noise as runs showed it, where that is less than what holds on the tube.

    Args:
        held: of the tube.
        T2: upper bound of the sum over the elements of share^2 times fold, averaged over the steps before T.
        stage_variances: of the variances of the stages' steps, (1 + share)^2 times that of the direction by element.
        c_w: of alpha/2 times the mean of L_k times the sum of these, L_k that of the bin of step k.
        T2_current: as T2, of the direction at current weights.

    """
    met = np.asarray(stage_variances, dtype=np.float64)
    if met.shape != held.stage_variances.shape or not (
        np.all(met >= 0) and all(one >= 0 for one in (T2, c_w, T2_current))
    ):
        words = f"T2, {len(held.S)} variances, c_w and T2, all >= 0"
        raise BadInput("noise", (T2, *stage_variances, c_w, T2_current), words, "mean.feasible")
    return replace(
        held,
        T2=min(held.T2, T2),
        T2_current=min(held.T2_current, T2_current),
        stage_variances=np.minimum(held.stage_variances, met),
        c_w=min(held.c_w, c_w),
    )


def with_drift(held: Constants, square: float) -> Constants:
    """Return the constants with N(ebar)^2 at most `square`, (f/w)^2, in the place of all that bounds it on the tube.

    The point of mean.measured is that of mean.feasible with rho = 0 and T2 the square; no share of it may be left, and
    nothing of mean sizes.
    """
    return replace(held, T2=square, rho=0.0, excess=np.full(len(SHARES), inf), T2_current=inf)


def as_sampled(held: Constants, alpha: float, T2: float, seen: Noise) -> Constants:
    """Return the constants with this noise of all elements together, at the current weights.

    What staleness adds to the noise holds on the tube, and is not measured (Minkowski; `verify.regions.stale`). The
    fold of a stale direction is at most its variance, and nothing better is known of it; that of the direction at
    current weights is sampled.

    Args:
        held: of the tube.
        alpha: step size.
        T2: as for `with_noise`, at the current weights.
        seen: averaged over the steps before T, with the smoothness of `held` or that where runs were.

    """
    met = Noise(*((sqrt(one) + sqrt(more)) ** 2 * (1 + 1e-14) for one, more in zip(seen, held.stale, strict=True)))
    # norm((1 + share) n) is at most (1 + rho) norm(n), and norm(n) + norm(share n); 1e-14 pays for all rounding after
    total, curved = (
        min((1 + held.rho) ** 2 * alone, (sqrt(alone) + sqrt(shared)) ** 2) * (1 + 1e-14)
        for alone, shared in (met[:2], met[2:])
    )
    drifts = met.shared if held.stale.shared else T2
    return with_noise(held, drifts, [total] * len(held.S), 0.5 * alpha * curved, T2)


def stopped(
    held: Constants, alpha: float, iterations: int, lags: Sequence[int], end: float | None = None, *, off: float = 0.0
) -> float:
    """Return an upper bound of A_T; inf where the theorem does not apply and the gradients are not bounded.

    It is the least of the bounds by sizes of what is read and by those at current weights (mean.current_feasible), for
    each s of `SHARES` in the place of rho in T, with `excess` added to T2: the sum of share^2 F^2 over the elements is
    at most s^2 norm(F)^2 and `excess`. q and qn keep rho, or have none of it.

    Directions that are off by r, N(r) <= off, add N(r) to qn by the mean of r, and to the noise the rest of it:
    Lambdah times it to nu, and sqrt(L_k) r to sqrt(L_k) omega in c_w (Minkowski).

    Args:
        held: of the tube.
        alpha: step size.
        iterations: K.
        lags: as for `constants`.
        end: lower bound of E f(W_T), where a better one than the least f on the tube is known. Of runs: f(W_K) of those
            that stayed in the tube, and the least f of those that left.
        off: how much directions are off, root mean square over the steps, f/w.

    """
    delay = delay_constants(held.S, lags, held.stage_variances)
    least = held.least if end is None else max(end, held.least)
    Lambda1, nu, Lambdah = (float(delay[name] or 0.0) for name in ("Lambda1", "nu", "Lambdah"))
    curved = 0.5 * alpha * (sqrt(2 * held.c_w / alpha) + sqrt(held.L) * off) ** 2
    given = {
        "L": held.L,
        "Delta": max(float(above(np.asarray(held.start - least))), 0.0),
        "alpha": alpha,
        "K": iterations,
        "c_w": curved if off else held.c_w,
    }
    few = zip(SHARES.tolist(), held.excess.tolist(), strict=True)
    most = [(held.rho, 0.0), *(pair for pair in few if pair[0] < held.rho)]
    # q is alpha times `times` Lambda1, qn that of nu and what is late; mean.end takes 1 + share in both
    by_read, by_current = (held.T2, 1 + held.rho, off), (held.T2_current, 1.0, off + sqrt(held.stale.shared))
    found = [held.direct]
    for T2, times, late in (by_read, by_current) if any(lags) else (by_read,):  # without lags both say the same
        step = {"Lambda1": times * Lambda1, "nu": times * (nu + Lambdah * off) + late / alpha}
        for share, excess in most:
            lagging = {name: number / (1 + share) * (1 + 8 * EPS) for name, number in step.items()}
            if T2 + excess < inf:
                found.append(_feasible(given | lagging | {"rho": share, "T2": (T2 + excess) * (1 + 2 * EPS)}))
    return min(found)


def _feasible(given: dict[str, float]) -> float:
    """Return the bound of mean.feasible; inf outside its domain."""
    try:
        return float(theory.bound("mean")(**given))
    except OutsideDomain:
        return inf
