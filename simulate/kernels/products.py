"""What `simulate.products` is in compiled code: lanes over the elements of `out`, each summed in the order of j."""

# ruff: noqa: ARG001 - the forms of one function take the arguments of all

from numba.extending import overload

from simulate.kernels.plain import Floats
from simulate.kernels.simd import WIDE, Value, inlined, like, load, load_wide, part, store, width_of
from simulate.products import add_columns, add_squared_columns


@inlined
def _share(data: Floats, origin: int, x: Floats, j: int) -> Value:
    return x[j] - data[origin + j] if origin >= 0 else x[j]


@inlined
def _term(numbers: Value, share: Value, squared: bool) -> Value:
    product = numbers * like(numbers, share)
    return product * product if squared else product


@part
def _pair(
    data: Floats, first: int, origin: int, squared: bool, x: Floats, out: Floats, one: int, other: int
) -> tuple[Value, Value]:
    """Return the sums of two registers, from the places `one` and `other` of `out` on."""
    some, more, size = load(out, one), load(out, other), out.size
    for j in range(x.size):
        share, at = _share(data, origin, x, j), first + j * size
        some = some + _term(load(data, at + one), share, squared)
        more = more + _term(load(data, at + other), share, squared)
    return some, more


@part
def _added(data: Floats, first: int, origin: int, squared: bool, x: Floats, out: Floats) -> None:
    """Add up WIDE registers at a time; what is left lies in at most as many registers, the last ends where `out` does.

    It may so take elements once more that another one takes, with the same sums: all of those that are left are made
    before anything is written.
    """
    n, size = width_of(out), out.size
    if size < n:
        for i in range(size):
            total = out[i]
            for j in range(x.size):
                total += _term(data[first + j * size + i], _share(data, origin, x, j), squared)
            out[i] = total
        return
    fours, last = size - size % (WIDE * n), size - n
    second, third = min(fours + n, last), min(fours + 2 * n, last)
    s0, s1 = _pair(data, first, origin, squared, x, out, min(fours, last), second)
    s2, s3 = s0, s1
    if third > second:
        s2, s3 = _pair(data, first, origin, squared, x, out, third, last)
    for i in range(0, fours, WIDE * n):
        sums = load_wide(out, i)
        for j in range(x.size):
            sums = sums + _term(load_wide(data, first + j * size + i), _share(data, origin, x, j), squared)
        store(out, i, sums)
    if fours < size:
        store(out, min(fours, last), s0)
        store(out, second, s1)
        if third > second:
            store(out, third, s2)
            store(out, last, s3)


def _have_lanes(*arrays: Value) -> bool:
    """Whether all arrays are contiguous, of one axis and one kind of numbers."""
    kinds = {(one.ndim, one.dtype, one.layout) for one in arrays}
    return len(kinds) == 1 and (arrays[0].ndim, arrays[0].layout) == (1, "C")


# Not strict: the annotations of the Python forms, which are the other choice, are none of Numba's.
@overload(add_columns, strict=False)  # type: ignore[untyped-decorator]
def _add_columns(data: Value, first: Value, origin: Value, x: Value, out: Value) -> Value:
    return _columns_in_lanes if _have_lanes(data, x, out) else add_columns


def _columns_in_lanes(data: Value, first: Value, origin: Value, x: Value, out: Value) -> None:
    _added(data, first, origin, False, x, out)


@overload(add_squared_columns, strict=False)  # type: ignore[untyped-decorator]
def _add_squared_columns(data: Value, first: Value, x: Value, out: Value) -> Value:
    return _squares_in_lanes if _have_lanes(data, x, out) else add_squared_columns


def _squares_in_lanes(data: Value, first: Value, x: Value, out: Value) -> None:
    _added(data, first, -1, True, x, out)
