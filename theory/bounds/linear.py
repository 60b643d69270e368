"""Where the mean direction is linear in the weights: a bound of one run's numbers, with an exact certificate.

State z: of every coordinate the current weight and those of its d_i earlier steps, less the minimiser. One step is
z+ = A z + B (h + omega): G z = H (stale - W*) the mean direction without drift, F z = H (current - W*) the gradient,
h the mean drift, omega what has mean 0 given the past. For P >= 0 and theta >= 0 with

    [ A'PA - P + F'F + G' diag(theta rho^2) G   A'PB                ]
    [ B'PA                                      B'PB - diag(theta)  ]  <= 0

every step has E V+ - V + |F z|^2 <= E (B omega)'P(B omega) + sum_i theta_i (h_i^2 - rho_i^2 (G z)_i^2), V = z'Pz, so

    A <= z_0'P z_0/K + alpha^2 sum_i P_ii (1 + rho_i)^2 s_i^2 + sum_i theta_i rho_i^2 s_i^2.

The last two sums are means over the steps of what each step's own saturation makes, and need no more than T2, the mean
of sum_i (W_i/tau)^2 s_i^2, where that is known (docs/theory/refinements.md#linear-measured).

P and theta are found in floating point by anybody. `check` decides whether they are a certificate, of matrices of
rational numbers, by balls that enclose what is made of them. `certify` and `Certificate.bound` put them into the
conclusion of the claim linear.lmi, in rational numbers, and round up. The weights of the inequality are the claim's as
well: what is paid for h_i, and what is kept of (G z)_i. Source: docs/theory/refinements.md#linear.lmi.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy
from flint import arb, arb_mat, fmpq, fmpq_mat, fmpz
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

from boundary import OutsideDomain
from theory.blueprint import claim
from theory.bounds.arithmetic import accurately, ball_function, precise, round_up
from theory.definitions import meanings
from theory.kernel.vectors import pair_of
from theory.lemmas import device
from theory.lemmas import linear as lemma

Array = NDArray[np.float64]

LARGEST_STATE = 160
"""Numbers in a state at most: the search and the exact check take about a second of one core there."""
LARGEST_ELIMINATION = 48
"""Rows at most of a matrix whose pivots are computed where balls do not decide: time grows with the fourth power."""
_BITS = 256
SPARE = fmpq(1, 2**12)
"""Certificates are made for (1 + SPARE) rho^2; what this leaves pays for directions that rounding has moved.

A larger one makes every bound larger, by about its own share, and a smaller one makes rounding dearer: its square
counts 1 + 1/SPARE times.
"""
CLAIM = claim("linear.lmi")
"""What is proved; the formulas below are read off it."""
_THETA, _P, _S2, _RHO2 = sympy.symbols("theta P_ii s2 rho2", nonnegative=True)
_SQUARES = {lemma.share: sympy.sqrt(_THETA), lemma.root: sympy.sqrt(_P), lemma.scale: sympy.sqrt(_S2)}
_MADE = meanings(CLAIM)


def _element(total: sympy.Symbol) -> sympy.Expr:
    """Return the square of an element of the vector whose squared length a claim calls `total`, in theta, P and s^2."""
    pair = pair_of(_MADE[total])
    found = [link.local for link in CLAIM.links if pair == (link.image.parts[0][0],) * 2 and not link.vector]
    return _square(sympy.Symbol(found[0], real=True))


def _square(made: sympy.Symbol) -> sympy.Expr:
    return (_MADE[made] ** 2).subs(_SQUARES)


def _apart(one: sympy.Expr, other: sympy.Expr) -> sympy.Expr:
    """Return what bounds the squared length of a sum of vectors of these lengths."""
    longest = claim("hilbert.minkowski").conclusion("bound").rhs
    first, second = sorted(longest.free_symbols, key=str)
    return longest.xreplace({first: one, second: other})


NOISE, SUPPLY = _element(lemma.noise), _element(lemma.supply)
"""What a coordinate adds to the bound: alpha^2 P_ii (1 + rho_i)^2 s_i^2 and theta_i rho_i^2 s_i^2."""
PAID = _square(lemma.wh) / lemma.drift**2
KEPT = (_square(lemma.wg) / lemma.direction**2).subs(device.rho, sympy.sqrt(_RHO2))
"""The weights of h_i^2 and of (G z)_i^2: theta_i, and theta_i rho_i^2."""
_added = ball_function([NOISE, SUPPLY], [lemma.alpha, device.rho, _THETA, _P, _S2])
STILL, MOVED, FED = (
    sympy.Poly(part, device.rho).coeff_monomial(device.rho**power) / _S2
    for part, power in ((NOISE, 0), (NOISE, 2), (SUPPLY, 2))
)
"""What s_i^2 adds without saturation, and what each unit of rho_i^2 s_i^2 adds to the noise and to the supply."""
_shares = ball_function([STILL, MOVED, FED], [lemma.alpha, _THETA, _P])
_PARTS = sympy.symbols("still moved", nonnegative=True)
_together = ball_function([_apart(*map(sympy.sqrt, _PARTS))], list(_PARTS))
_weights = ball_function([PAID, KEPT], [_THETA, _RHO2])
_bound = ball_function([CLAIM.conclusion("bound").rhs], [lemma.V_first, lemma.K, lemma.noise, lemma.supply])


def exact(value: float) -> fmpq:
    """Return the rational number that a float is."""
    return fmpq(*float(value).as_integer_ratio())


def rounded_up(value: fmpq) -> float:
    """Return the smallest float at or above a rational number, inf where there is none."""
    try:
        found = int(value.p) / int(value.q)
    except OverflowError:
        return math.inf if value > 0 else -sys.float_info.max
    while exact(found) < value:
        found = math.nextafter(found, math.inf)
    return found


@dataclass(frozen=True)
class LinearRun:
    """The numbers of one run whose directions are H (stale weights - W*) + noise, on the linear device.

    Args:
        hessian: H, symmetric, shape (D, D), in f/w^2.
        lags: how many steps old the weights are that each coordinate is read with, shape (D,), >= 0.
        alpha: step size, > 0, in w^2/f.
        start: W_0, shape (D,), in w; every weight before the first step is W_0.
        minimiser: W*, shape (D,), in w.
        variance: upper bounds s_i^2 of the noise variance of a step, shape (D,), >= 0, in (f/w)^2. Noise is independent
            from step to step and from coordinate to coordinate.
        saturation: rho_i with |W_k,i| <= rho_i tau at every step, shape (D,), in [0, 1).

    """

    hessian: Array
    lags: tuple[int, ...]
    alpha: float
    start: Array
    minimiser: Array
    variance: Array
    saturation: Array

    def __post_init__(self) -> None:
        D = len(self.lags)
        named = {"start": self.start, "minimiser": self.minimiser, "variance": self.variance, "rho": self.saturation}
        for name, vector in named.items():
            _require(vector.shape == (D,), name, vector.shape, f"shape ({D},), one number a coordinate")
            _require(bool(np.isfinite(vector).all()), name, vector, "finite numbers")
        _require(self.hessian.shape == (D, D), "H", self.hessian.shape, f"shape ({D}, {D})")
        _require(bool(np.isfinite(self.hessian).all()), "H", "not finite", "finite numbers")
        _require(bool((self.hessian == self.hessian.T).all()), "H", "not symmetric", "H symmetric")
        _require(min(self.lags) >= 0, "lags", self.lags, "lags >= 0")
        _require(0 < self.alpha < math.inf, "alpha", self.alpha, "alpha > 0 and finite")
        _require(bool((self.variance >= 0).all()), "variance", self.variance, "s_i^2 >= 0")
        inside = bool(((self.saturation >= 0) & (self.saturation < 1)).all())
        _require(inside, "rho", self.saturation, "0 <= rho_i < 1")

    @property
    def size(self) -> int:
        """Return the numbers in a state."""
        return len(self.lags) + sum(self.lags)

    @cached_property
    def current(self) -> tuple[int, ...]:
        """Return where in a state each coordinate's current weight is; the earlier ones follow it, latest first."""
        ends = np.cumsum([0, *(lag + 1 for lag in self.lags)])
        return tuple(int(end) for end in ends[:-1])

    @cached_property
    def matrices(self) -> tuple[fmpq_mat, fmpq_mat, fmpq_mat, fmpq_mat]:
        """Return A, B, F and G, exactly."""
        D, n = len(self.lags), self.size
        A, B, F, G = fmpq_mat(n, n), fmpq_mat(n, D), fmpq_mat(D, n), fmpq_mat(D, n)
        alpha = exact(self.alpha)
        for i, (at, lag) in enumerate(zip(self.current, self.lags, strict=True)):
            A[at, at] += 1
            for age in range(lag):
                A[at + age + 1, at + age] = 1
            B[at, i] = -alpha
            for j in range(D):
                h = exact(self.hessian[j, i])
                F[j, at] = h
                G[j, at + lag] = h
                A[self.current[j], at + lag] -= alpha * h
        return A, B, F, G

    @cached_property
    def state(self) -> fmpq_mat:
        """Return z_0, exactly, shape (n, 1)."""
        z = [
            exact(w) - exact(target)
            for w, target, lag in zip(self.start, self.minimiser, self.lags, strict=True)
            for _ in range(lag + 1)
        ]
        return fmpq_mat(self.size, 1, z)

    @cached_property
    def squares(self) -> list[fmpq]:
        """Return what a certificate takes for rho_i^2: a little more."""
        return [exact(rho) ** 2 * (1 + SPARE) for rho in self.saturation]


@dataclass(frozen=True)
class Multipliers:
    """What a certificate consists of; floats are rational numbers, and are taken for those.

    Args:
        P: symmetric, shape (n, n), n the size of a state.
        theta: shape (D,), >= 0.

    """

    P: Array
    theta: Array


def check(run: LinearRun, found: Multipliers) -> str:
    """Return why P and theta are no certificate of a run, or nothing; nothing is rounded, but outward."""
    n, D = run.size, len(run.lags)
    if found.P.shape != (n, n) or found.theta.shape != (D,):
        return f"P has shape {found.P.shape} and theta {found.theta.shape} where ({n}, {n}) and ({D},) are needed"
    if not (np.isfinite(found.P).all() and np.isfinite(found.theta).all()):
        return "P or theta is not finite"
    if not (found.P == found.P.T).all():
        return "P is not symmetric"
    if not (found.theta >= 0).all():
        return f"theta is negative: {float(found.theta.min()):.6g}"
    if not positive_definite(_rational(found.P)):
        return "P is not positive definite"
    if not positive_definite(inequality(run, found)):
        return "the matrix inequality does not hold"
    return ""


def inequality(run: LinearRun, found: Multipliers) -> list[list[fmpq]]:
    """Return minus the matrix of the inequality, exactly; it must be positive (we ask: definite)."""
    A, B, F, G = run.matrices
    n, D = run.size, len(run.lags)
    P = fmpq_mat(n, n, [entry for row in _rational(found.P) for entry in row])
    kept, paid = fmpq_mat(D, D), fmpq_mat(D, D)
    for i in range(D):
        paid[i, i], kept[i, i] = _weights(exact(found.theta[i]), run.squares[i])
    PA, PB = P * A, P * B
    state = P - A.transpose() * PA - F.transpose() * F - G.transpose() * (kept * G)
    mixed, drift = A.transpose() * PB, paid - B.transpose() * PB
    rows = [[state[i, j] for j in range(n)] + [-mixed[i, j] for j in range(D)] for i in range(n)]
    for i in range(D):
        rows.append([-mixed[j, i] for j in range(n)] + [drift[i, j] for j in range(D)])
    return rows


def positive_definite(rows: Sequence[Sequence[fmpq]]) -> bool:
    """Return whether a symmetric matrix of rational numbers was shown to be positive definite, whatever is rounded.

    Up to `LARGEST_ELIMINATION` rows that is decided; beyond it a matrix close to the edge may be taken for none.
    """
    whole = fmpq_mat(len(rows), len(rows), [entry for row in rows for entry in row])
    return _dominant_after_congruence(whole) or (len(rows) <= LARGEST_ELIMINATION and _positive_pivots(whole))


def _dominant_after_congruence(whole: fmpq_mat) -> bool:
    """Return whether R M R' is certainly dominated by its diagonal, where R is about the inverse of M's root.

    Then M is positive definite. R comes from floating point; another R loses the answer, and never makes a false one.
    R M R' is enclosed by balls.
    """
    n = whole.nrows()
    try:
        M = np.array([int(entry.p) / int(entry.q) for entry in whole.entries()]).reshape(n, n)
        with np.errstate(all="ignore"):
            scale = np.diag(1 / np.sqrt(np.diag(M)))
            R = solve_triangular(np.linalg.cholesky(scale @ M @ scale), scale, lower=True)
    except (np.linalg.LinAlgError, ValueError, OverflowError):  # no root in floating point, or nothing finite
        return False
    if not np.isfinite(R).all():
        return False
    with precise(_BITS):
        root = arb_mat(n, n, [arb(entry) for entry in R.ravel().tolist()])
        found = (root * arb_mat(whole) * root.transpose()).tolist()
        return all(bool(2 * row[i] > sum(map(abs, row), arb(0))) for i, row in enumerate(found))


def _positive_pivots(whole: fmpq_mat) -> bool:
    """Return whether all pivots of L D L' are positive.

    Elimination without fractions (Bareiss): the pivots are leading minors, all integers, so nothing is rounded.
    """
    numerators, _ = whole.numer_denom()  # one positive denominator for all
    m = numerators.tolist()
    before = fmpz(1)
    for k in range(len(m)):
        pivot, row = m[k][k], m[k]
        if pivot <= 0:
            return False
        for i in range(k + 1, len(m)):
            factor, lower = row[i], m[i]
            for j in range(i, len(m)):
                lower[j] = (pivot * lower[j] - factor * row[j]) // before  # exact: leading minors divide it
        before = pivot
    return True


def _rational(matrix: Array) -> list[list[fmpq]]:
    return [[exact(entry) for entry in row] for row in matrix]


def _require(holds: bool, name: str, value: object, condition: str) -> None:
    if not holds:
        raise OutsideDomain(name, value, condition, "linear.lmi")


@dataclass(frozen=True)
class LinearBound:
    """A bound of A, of one run's numbers.

    Args:
        value: A is at most this, in (f/w)^2.
        moved: the same for directions that are off by `off`.

    """

    value: float
    moved: float


@dataclass(frozen=True)
class Certificate:
    """P and theta of which it was decided that they are a certificate of a run (`certify`).

    Args:
        run: whose.
        P: exactly, shape (n, n).
        theta: exactly, D numbers.

    """

    run: LinearRun
    P: fmpq_mat
    theta: list[fmpq]

    def bound(self, iterations: int, off: float = 0.0, T2: float | None = None) -> LinearBound:
        """Return what the certificate proves of A, in rational numbers and rounded up.

        Directions that are off cost what docs/theory/refinements.md#linear-rounding proves.

        Args:
            iterations: K, >= 1.
            off: root mean square of what is added to a direction, in f/w; inf where nothing is known of it.
            T2: (1/K) sum over steps and i of s_i^2 E (W_k,i/tau)^2, or more, in (f/w)^2; None where it is not known.

        """
        _require(iterations >= 1, "K", iterations, "K >= 1")
        z, steps = self.run.state, fmpq(int(iterations))
        first = (z.transpose() * self.P * z)[0, 0]
        noise, supply = self._largest() if T2 is None else self._measured(T2)
        value = rounded_up(_bound(first, steps, noise, supply)[0])
        if not math.isfinite(off):
            return LinearBound(value, math.inf)
        charged = (1 + 1 / SPARE) * max(self.theta) * exact(off) ** 2
        moved = _bound(first, steps, (1 + SPARE) * noise, (1 + SPARE) * supply)[0] + charged
        return LinearBound(value, rounded_up(moved) if off else value)

    def _largest(self) -> tuple[fmpq, fmpq]:
        """Return noise and supply where nothing is known of the saturation but its largest value."""
        run, noise, supply = self.run, fmpq(0), fmpq(0)
        for at, theta, s2, rho in zip(run.current, self.theta, run.variance, run.saturation, strict=True):
            own = _added(exact(run.alpha), exact(rho), theta, self.P[at, at], exact(s2))
            noise, supply = noise + own[0], supply + own[1]
        return noise, supply

    def _measured(self, T2: float) -> tuple[fmpq, fmpq]:
        """Return noise and supply where T2 is known, or those without it where they are less."""
        _require(0 <= T2 < math.inf, "T2", T2, "T2 >= 0 and finite")
        run, noise = self.run, fmpq(0)
        moved, fed, most = list[fmpq](), list[fmpq](), list[fmpq]()
        for at, theta, s2, rho in zip(run.current, self.theta, run.variance, run.saturation, strict=True):
            still, by_step, by_supply = _shares(exact(run.alpha), theta, self.P[at, at])
            noise += still * exact(s2)
            moved.append(by_step)
            fed.append(by_supply)
            most.append(exact(rho) ** 2 * exact(s2))
        whole, supply = self._largest()
        more = weighed(moved, most, exact(T2))
        longer = round_up(accurately(lambda: _together(noise, more))[0])
        return min(whole, exact(longer) if longer < math.inf else whole), min(supply, weighed(fed, most, exact(T2)))


def weighed(weights: Sequence[fmpq], most: Sequence[fmpq], total: fmpq) -> fmpq:
    """Return at least what any numbers 0 <= x_i <= most_i whose sum is at most `total` weigh, sum_i w_i x_i.

    For every level l >= 0 it is at most l total + sum_i max(w_i - l, 0) most_i; the least of these is taken.
    """
    levels = {fmpq(0), *weights}
    above = (
        sum((max(w - level, fmpq(0)) * x for w, x in zip(weights, most, strict=True)), level * total)
        for level in levels
    )
    return min(above)


def certify(run: LinearRun, found: Multipliers) -> Certificate:
    """Return P and theta as a certificate of a run, which `check` decides.

    Raises:
        OutsideDomain: they are none.

    """
    why = check(run, found)
    _require(not why, "P, theta", why, "a certificate")
    n = run.size
    P = fmpq_mat(n, n, [entry for row in _rational(found.P) for entry in row])
    return Certificate(run, P, [exact(entry) for entry in found.theta])


def evaluate(run: LinearRun, found: Multipliers, iterations: int, off: float = 0.0) -> LinearBound:
    """Return what a certificate proves of A where nothing of the run is measured (`Certificate.bound`).

    Raises:
        OutsideDomain: P and theta are no certificate.

    """
    return certify(run, found).bound(iterations, off)
