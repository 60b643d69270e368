"""One replica's weights, in lanes over its elements: the device's update, and stretches of memory that no lane fills.

What kernels share that work on one replica after the other, of any number of weights. WIDE registers are read at a
time; of the last, which may be less, the lanes beyond the end are neither read nor written. Every element takes the
operations that it takes alone, in the same order: no number depends on the lane it stands in.
"""

# ruff: noqa: ARG001 - Numba prescribes the arguments of what generates code

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import overload
from numba.np.arrayobj import populate_array

from simulate.kernels.forms import LINEAR, OWN, POWERS, Linear
from simulate.kernels.grains import Grains, Parts, acted
from simulate.kernels.plain import Floats, Integers
from simulate.kernels.plugins import PLUGGED
from simulate.kernels.responses import Asked, law
from simulate.kernels.simd import (
    WIDE,
    Kind,
    Lanes,
    Value,
    _llvm_type,
    _splat,
    fma,
    inlined,
    instruction,
    larger,
    like,
    load,
    load_wide,
    magnitude,
    part,
    repeated,
    store,
    width_of,
)


def _suffix(vector: ir.Type) -> str:
    return f"v{vector.count}{'f64' if isinstance(vector.element, ir.DoubleType) else 'f32'}"


@instruction
def borrowed(_: Value, array: Kind) -> Value:
    """Return an array without what counts the references to it: the caller keeps the array for as long."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        given = context.make_array(array)(context, builder, args[0])
        made = context.make_array(array)(context, builder)
        populate_array(made, given.data, given.shape, given.strides, given.itemsize, None)
        return made._getvalue()

    return array(array), codegen


@instruction
def stretch(_: Value, array: Kind, first: Kind, count: Kind) -> Value:
    """Return `count` numbers from place `first` of the flat contiguous array on; `borrowed`."""
    if array.layout != "C":
        return None
    result = types.Array(array.dtype, 1, "C")

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        given = context.make_array(array)(context, builder, args[0])
        made = context.make_array(result)(context, builder)
        shape, strides = (cgutils.pack_array(builder, [one]) for one in (args[2], given.itemsize))
        populate_array(made, builder.gep(given.data, [args[1]]), shape, strides, given.itemsize, None)
        return made._getvalue()

    return result(array, types.intp, types.intp), codegen


@instruction
def no_lanes(_: Value, array: Kind) -> Value:
    """Return 0 in every lane of a register of the array's kind."""
    result = Lanes(array.dtype)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _splat(0.0, _llvm_type(result))

    return result(array), codegen


@instruction
def highest(_: Value, sizes: Kind, poison: Kind) -> Value:
    """Return the largest of some numbers >= 0; nan where a lane of `poison` is nan."""
    scalar = sizes.scalar

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        vector = _llvm_type(sizes)
        kind = ir.FunctionType(vector.element, [vector])
        name = f"llvm.vector.reduce.fmax.{_suffix(vector)}"
        most = builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [args[0]])
        flags = builder.bitcast(builder.fcmp_unordered("uno", args[1], args[1]), ir.IntType(vector.count))
        return builder.select(
            builder.icmp_unsigned("!=", flags, flags.type(0)), ir.Constant(vector.element, float("nan")), most
        )

    return scalar(sizes, poison), codegen


@inlined
def _higher(top: Value, w: Value) -> Value:
    """Return the larger of `top` and |w|; nan if either is."""
    return top if abs(w) <= top or top != top else abs(w)


@inlined
def _step(now: Floats, then: Floats, along: Floats, minus_alpha: float, form: Value) -> Value:
    """Write the update by minus_alpha `along` of a law that lanes know; return max |w|, nan where one is not finite.

    Whole registers, four at a time and one by one, then the elements that fill none: what is written as a part of a
    register would be read again only when it has reached the cache.
    """
    n, size, zero = width_of(now), now.size, no_lanes(now)
    zeros = repeated(zero)
    alphas, highs, poisons = like(zeros, minus_alpha), zeros, zeros
    fours = size - size % (WIDE * n)
    for i in range(0, fours, WIDE * n):
        v = law(form, load_wide(now, i), alphas * (load_wide(along, i) + zeros))
        store(then, i, v)
        highs, poisons = larger(magnitude(v), highs), fma(v, zeros, poisons)
    top, high, poison = highest(highs, poisons), zero, zero
    ones = size - size % n
    for i in range(fours, ones, n):
        u = law(form, load(now, i), like(zero, minus_alpha) * (load(along, i) + zero))
        store(then, i, u)
        high, poison = larger(magnitude(u), high), fma(u, zero, poison)
    top = _higher(top, highest(high, poison))
    for i in range(ones, size):
        w = law(form, now[i], minus_alpha * (along[i] + like(top, 0.0)))
        then[i] = w
        top = _higher(top, w)
    return top


@part
def _linear_step(now: Floats, then: Floats, along: Floats, minus_alpha: float, per_tau: float) -> Value:
    return _step(now, then, along, minus_alpha, Linear(per_tau))


@part
def _smooth_step(now: Floats, then: Floats, along: Floats, minus_alpha: float, form: Asked) -> Value:
    return _step(now, then, along, minus_alpha, form)


def stepped_in_lanes(now: Floats, then: Floats, along: Floats, form: Asked, real: Floats) -> Value:
    """Do what `stepped` does for laws that lanes know, and return max |w|; -1 where they do not. Compiled code only."""
    raise NotImplementedError("compiled code only")


@overload(stepped_in_lanes)  # type: ignore[untyped-decorator]
def _stepped_in_lanes(now: Value, then: Value, along: Value, form: Value, real: Value) -> Value:
    return _double_in_lanes if now.dtype.bitwidth == 64 else _single_in_lanes


def _double_in_lanes(now: Value, then: Value, along: Value, form: Value, real: Value) -> Value:
    if form.device == LINEAR:
        return _linear_step(now, then, along, -real[0], real[OWN])
    return -1.0 if form.device >= PLUGGED else _smooth_step(now, then, along, -real[0], form)


def _single_in_lanes(now: Value, then: Value, along: Value, form: Value, real: Value) -> Value:
    if form.device == LINEAR:
        return _linear_step(now, then, along, -real[0], real[OWN])
    # An exponent's power of a float32 is made one by one.
    return (
        like(real[0], -1.0)
        if form.device >= PLUGGED or form.device == POWERS
        else _smooth_step(now, then, along, -real[0], form)
    )


@part
def stepped(
    now: Floats, then: Floats, along: Floats, form: Asked, real: Floats, grains: Grains | None, parts: Parts | None,
    key: float,
) -> Value:  # fmt: skip
    """Write the device's update of one replica's weights by -alpha `along` to `then`.

    Returns:
        max |w|, nan where a weight is not finite.

    """
    if grains is None and parts is None:
        top = stepped_in_lanes(now, then, along, form, real)
        if top != -1:  # also where it is nan
            return top
    top = like(now[0], 0.0)
    for i in range(now.size):
        w = acted(form, grains, parts, now[i], -real[0] * (along[i] + like(top, 0.0)), key, i)
        then[i] = w
        top = _higher(top, w)
    return top


@part
def copied(source: Floats, target: Floats, first: int, last: int) -> None:
    """Copy the numbers from `first` to `last` to the same places."""
    for i in range(first, last):
        target[i] = source[i]


@part
def added(numbers: Floats, total: Floats) -> None:
    """Add some numbers to others, one by one."""
    for i in range(total.size):
        total[i] += numbers[i]


@part
def scaled(numbers: Floats, shares: Floats, ends: Integers) -> None:
    """Multiply the numbers of each stage, which end at `ends`, by its share."""
    i = 0
    for m in range(ends.size):
        while i < ends[m]:
            numbers[i] *= shares[m]
            i += 1


@part
def divided(numbers: Floats, count: int) -> None:
    """Divide numbers by a count."""
    for i in range(numbers.size):
        numbers[i] /= like(numbers[i], count)


@part
def largest(weights: Floats) -> Value:
    """Return max |w|; nan if any is."""
    top = like(weights[0], 0.0)
    for i in range(weights.size):
        top = _higher(top, weights[i])
    return top


@part
def first_outside(weights: Floats, limit: float) -> int:
    """Return the first place of a weight that is not finite or passes the limit."""
    for i in range(weights.size):
        if not (abs(weights[i]) <= limit):
            return i
    return weights.size - 1
