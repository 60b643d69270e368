"""Arrays of intervals as midpoints and radii; every operation encloses in spite of rounding.

Let u = 2^-53 be the unit roundoff and `EPS` = 2u. The argument for every operation, where no number overflows, which
raises ArithmeticError:

- One rounded operation x o y with o in {+, -, *, /} is off by at most u |x o y|, and by 2^-1075 more where a product
  or a quotient underflows. The midpoint's own rounding is added to the radius as `EPS` times its size.
- A radius is a sum of products of nonnegative numbers, computed with at most `_DEPTH` roundings one after another
  beside those of a sum; so it is at least (1 - u)^_DEPTH times what it should be, less the underflow. `_up` multiplies
  by 1 + `_DEPTH` EPS, which is more than (1 - u)^-_DEPTH, and adds `TINY`, which is more than 2^50 underflows.
- A sum of n terms, and a product of matrices with n inner terms, added in any order, with or without fused
  operations, is off by at most gamma = n u/(1 - n u) times the sum of the terms' sizes (Higham, Accuracy and Stability
  of Numerical Algorithms, section 3.1); n EPS is more than gamma for n < 2^51. NumPy and OpenBLAS multiply in the
  conventional way, and only add in another order. The same factor covers radii that are themselves such sums.
- An end of an interval is the rounded end moved to the next double outward, which is beyond the exact one.
- tanh, exp, log1p and logaddexp of NumPy are taken to be off by at most 4 units in the last place, the limit of its own
  tests, and `MARGIN` is 16. What is made of them states its error as a function of the argument. This is the one
  premise that is not proved; tests/verify/regions holds it, and every function made of it, against balls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulate.problems.spectral import factored
from verify.regions import searched

Array = NDArray[np.float64]
Function = Callable[[Array], Array]

EPS = float(np.finfo(np.float64).eps)
TINY = 1e-300
MARGIN = 16 * EPS
"""Relative error that is allowed for an elementary function of NumPy."""
LARGEST = 1e100
"""Entries above this are refused where matrices are multiplied with themselves to bound their norms."""
_DEPTH = 16


def _up(radius: Array, terms: int = 0) -> Array:
    """Return a radius enlarged by its own rounding, in its place; `terms` is the length of a sum in it."""
    enlarged = np.asarray(radius)
    enlarged *= 1 + (_DEPTH + terms) * EPS
    enlarged += TINY
    return enlarged


def above(value: Array) -> Array:
    """Return the next doubles above."""
    return np.nextafter(value, np.inf)


def below(value: Array) -> Array:
    """Return the next doubles below."""
    return np.nextafter(value, -np.inf)


@dataclass(frozen=True, eq=False)
class Intervals:
    """The numbers within `rad` of `mid`, element by element.

    Args:
        mid: float64.
        rad: float64 of the same shape, >= 0. Anything else, or what is not finite, raises ArithmeticError.

    """

    mid: Array
    rad: Array
    __array_ufunc__ = None  # an array on the left leaves the operation to this class

    def __post_init__(self) -> None:
        # what is no number is neither below nor above anything, and is the largest and the smallest of what it is in
        finite = self.mid.max(initial=0.0) < np.inf and self.mid.min(initial=0.0) > -np.inf
        if self.mid.shape != self.rad.shape or not finite or not self.rad.max(initial=0.0) < np.inf:
            raise ArithmeticError("intervals whose ends are not finite")
        if self.rad.min(initial=0.0) < 0:
            raise ArithmeticError("an interval with a negative radius")

    @classmethod
    def exactly(cls, values: ArrayLike) -> Self:
        """Return the intervals that hold these doubles alone."""
        mid = np.asarray(values, dtype=np.float64)
        return cls(mid, np.zeros(mid.shape))

    @classmethod
    def between(cls, low: Array, high: Array) -> Self:
        """Return intervals that hold [low, high]; low > high raises ArithmeticError."""
        if not bool(np.all(low <= high)):
            raise ArithmeticError("an interval whose lower end is above its upper end")
        mid = 0.5 * low + 0.5 * high
        return cls._made(mid, _up(np.maximum(high - mid, mid - low)))

    @property
    def low(self) -> Array:
        """Return numbers not above the lower ends."""
        return below(self.mid - self.rad)

    @property
    def high(self) -> Array:
        """Return numbers not below the upper ends."""
        return above(self.mid + self.rad)

    @property
    def largest(self) -> Array:
        """Return upper bounds of the sizes."""
        return above(np.abs(self.mid) + self.rad)

    @property
    def least(self) -> Array:
        """Return lower bounds, >= 0, of the sizes."""
        return np.maximum(below(np.abs(self.mid) - self.rad), 0.0)

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the arrays."""
        return self.mid.shape

    # Arithmetic

    def __neg__(self) -> "Intervals":
        return Intervals(-self.mid, self.rad)

    def __add__(self, other: "Intervals | ArrayLike") -> "Intervals":
        more = _read(other)
        mid = np.asarray(self.mid + more.mid)
        rad = np.abs(mid)
        rad *= EPS
        rad += self.rad
        rad += more.rad
        return self._made(mid, _up(rad))

    __radd__ = __add__

    def __sub__(self, other: "Intervals | ArrayLike") -> "Intervals":
        return self + (-_read(other))

    def __rsub__(self, other: "Intervals | ArrayLike") -> "Intervals":
        return _read(other) - self

    def __mul__(self, other: "Intervals | ArrayLike") -> "Intervals":
        more = _read(other)
        mid = np.asarray(self.mid * more.mid)
        rad = np.abs(mid)
        rad *= EPS
        part = np.asarray(np.abs(self.mid) * more.rad)
        rad += part
        rad += np.multiply(self.rad, np.abs(more.mid) + more.rad, out=part)
        return self._made(mid, _up(rad))

    __rmul__ = __mul__

    def __matmul__(self, other: "Intervals | ArrayLike") -> "Intervals":
        """Return the product of matrices, or of stacks of them."""
        more = _read(other)
        terms = self.shape[-1]
        size = np.abs(more.mid)
        mid = self.mid @ more.mid
        rad = np.abs(self.mid) @ (more.rad + terms * EPS * size)
        size += more.rad
        rad += self.rad @ size
        return Intervals(mid, _up(rad, terms))

    def over(self, number: float) -> "Intervals":
        """Return the quotients by a double > 0."""
        mid = self.mid / number
        return self._made(mid, _up(self.rad / number + EPS * np.abs(mid)))

    def mean(self, axis: int = 0) -> "Intervals":
        """Return the mean over an axis."""
        terms = self.shape[axis]
        mid = np.sum(self.mid, axis=axis)
        rad = np.sum(self.rad + terms * EPS * np.abs(self.mid), axis=axis)
        return Intervals(mid, _up(rad, terms)).over(float(terms))

    def size(self) -> "Intervals":
        """Return the absolute values."""
        return Intervals.between(self.least, self.largest)

    def meet(self, other: "Intervals") -> "Intervals":
        """Return what both hold of a number that is in both; an empty intersection raises ArithmeticError."""
        return Intervals.between(np.maximum(self.low, other.low), np.minimum(self.high, other.high))

    # Functions; `margin` bounds the error of the computed `function` at an argument

    def increasing(self, function: Function, margin: Function) -> "Intervals":
        """Return the values of a function that nowhere falls."""
        return _between(function, margin, self.low, self.high)

    def even_falling(self, function: Function, margin: Function) -> "Intervals":
        """Return the values of an even function that nowhere grows with the size of its argument."""
        return _between(function, margin, self.largest, self.least)

    def even_growing(self, function: Function, margin: Function) -> "Intervals":
        """Return the values of an even function that nowhere falls with the size of its argument."""
        return _between(function, margin, self.least, self.largest)

    # Shapes

    def __getitem__(self, key: Any) -> "Intervals":  # noqa: ANN401 - as of an array
        return self._with(self.mid[key], self.rad[key])

    def reshape(self, *shape: int) -> "Intervals":
        """Return the same intervals in another shape."""
        return self._with(self.mid.reshape(shape), self.rad.reshape(shape))

    def swap(self, first: int = -1, second: int = -2) -> "Intervals":
        """Return two axes interchanged."""
        return self._with(self.mid.swapaxes(first, second), self.rad.swapaxes(first, second))

    def ordered(self, *order: int) -> "Intervals":
        """Return as many of the last axes as are named in another order; they are counted from the first of them."""
        lead = self.mid.ndim - len(order)
        axes = (*range(lead), *(lead + axis for axis in order))
        return self._with(self.mid.transpose(axes), self.rad.transpose(axes))

    def stacked(self, lead: int) -> tuple[Array, Array]:
        """Return midpoints and radii, contiguous, with the first `lead` axes as one."""
        mid, rad = (np.ascontiguousarray(one.reshape(-1, *one.shape[lead:])) for one in (self.mid, self.rad))
        return mid, rad

    @classmethod
    def _made(cls, mid: Array, rad: Array) -> Self:
        """Return intervals made by arithmetic whose radii, >= 0, are not finite where a midpoint is not."""
        if not rad.max(initial=0.0) < np.inf:
            raise ArithmeticError("intervals whose ends are not finite")
        return cls._with(mid, rad)

    @classmethod
    def _with(cls, mid: Array, rad: Array) -> Self:
        """Return intervals that are known to be ones: they are not looked at again."""
        made = cls.__new__(cls)
        object.__setattr__(made, "mid", mid)
        object.__setattr__(made, "rad", rad)
        return made


def _read(value: Intervals | ArrayLike) -> Intervals:
    return value if isinstance(value, Intervals) else Intervals.exactly(value)


def _between(function: Function, margin: Function, at_least: Array, at_most: Array) -> Intervals:
    low, high = function(at_least), function(at_most)
    return Intervals.between(below(low - margin(at_least)), above(high + margin(at_most)))


def joined(parts: list[Intervals], axis: int) -> Intervals:
    """Return intervals one after another along an axis."""
    ends = (np.concatenate([getattr(part, name) for part in parts], axis) for name in ("mid", "rad"))
    return Intervals._with(*ends)


def tanh(x: Intervals) -> Intervals:
    """Return the hyperbolic tangents."""
    return x.increasing(np.tanh, lambda at: MARGIN * np.minimum(np.abs(at), 1.0) + TINY)


def require_squares(matrix: Intervals) -> None:
    """Raise ArithmeticError where a matrix is too large to be multiplied with itself."""
    if not max(matrix.mid.max(), -matrix.mid.min()) + matrix.rad.max() < LARGEST:
        raise ArithmeticError("a matrix whose square would be too large")


def largest_eigenvalue(matrix: Intervals) -> float:
    """Return `largest_eigenvalues` of one matrix, shape (n, n)."""
    return float(largest_eigenvalues(matrix))


def largest_eigenvalues(matrix: Intervals) -> Array:
    """Return an upper bound of the largest eigenvalue of every symmetric matrix that is within the intervals.

    A symmetric A = mid + E with |E| <= rad has the largest eigenvalue at most lambda_max of the symmetric part of mid
    plus norm2(rad). If the Cholesky factorisation of s I - mid runs to its end in floating point, lambda_max(mid) is at
    most s + (n + 1) EPS trace(s I - mid) (the source named in `simulate.problems.spectral.norms2_upper`); EPS more
    covers the rounding of the difference.

    Args:
        matrix: shape (..., n, n).

    Returns:
        Shape (...).

    """
    n = matrix.shape[-1]
    require_squares(matrix)
    turned = matrix.swap()
    middle = 0.5 * (matrix.mid + turned.mid)
    radius = _up(np.maximum(matrix.rad, turned.rad) + np.abs(matrix.mid - turned.mid) + EPS * np.abs(middle))
    scale = np.maximum(np.max(np.abs(middle), axis=(-2, -1)), TINY)
    top, away = searched.tops(middle, scale)
    shift = factored(middle, np.asarray(top + away + 4 * n * n * EPS * scale), away + 16 * n * n * EPS * scale)
    rounding = (n + 4) * EPS * n * (np.abs(shift) + scale)
    norm = norms2_of_size(radius)
    return np.asarray((shift + rounding + norm) + _DEPTH * EPS * (np.abs(shift) + rounding + norm) + TINY)


def norm2_of_size(radius: Array) -> float:
    """Return `norms2_of_size` of one matrix, shape (rows, columns)."""
    return float(norms2_of_size(radius))


def norms2_of_size(radius: Array) -> Array:
    """Return an upper bound of the spectral norm of every matrix whose entries are at most `radius` >= 0 in size.

    norm2(E) <= norm2(|E|) <= norm2(radius), as the entries are nonnegative; and norm2(R) <= max_i (R^T R x)_i/x_i of
    the square for every x > 0 (Collatz, Wielandt), to the power 1/2. x is found by a few steps of the power method.

    Args:
        radius: shape (..., rows, columns).

    Returns:
        Shape (...).

    """
    rows, columns = radius.shape[-2:]
    top = np.max(radius, axis=(-2, -1), initial=0.0)
    some = (top > 0) & np.isfinite(top)
    scaled = radius[some] / top[some][..., None, None]
    found = np.array(top)
    if len(scaled):
        found[some] *= np.sqrt(_squared_norms(scaled)) * (1 + (rows + columns + 2 * _DEPTH) * EPS)
        found[some] += TINY
    return found


def _squared_norms(matrices: Array) -> Array:
    """Return upper bounds of the squares of the norms of matrices of entries in [0, 1], the largest 1."""
    x = searched.positive(matrices)
    return np.asarray(np.max((np.swapaxes(matrices, -1, -2) @ (matrices @ x)) / x, axis=(-2, -1)))
