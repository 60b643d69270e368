"""More of what compiled code does with floats and SIMD lanes alike: choices by sign, rounding, the bits of numbers.

    chosen(t, a, b)           a if t >= 0 else b
    turned(a, t)              a, with the other sign where the sign bit of t is set
    floor(a), root(a)         the integer below, the square root
    any_above(a, b)           whether a > b in any lane
    exponent(a), mantissa(a)  a = mantissa 2^exponent with sqrt(1/2) <= mantissa < sqrt(2), a normal and positive
    drawn(key, word)          1 + a uniform number of 52 bits: the hash of theory.setting.devices.draws
    number_at(address, i, w)  number i of an array of w's kind of numbers, which starts at an address
    word_at(address, i)       the same for an array of uint64
    looked_up(address, a)     the numbers a, which are whole, of such an array

Addresses stand for arrays in what is handed on from function to function in the innermost loops: Numba would count the
references to an array each time. The caller keeps the arrays. Words of 64 bits travel as the float64 that has their
bits; no arithmetic is done on such a number.
"""

# ruff: noqa: ARG001 - Numba prescribes the arguments of what generates code

from llvmlite import ir
from numba import types

from simulate.kernels.simd import (
    Kind,
    Lanes,
    Value,
    _bits_type,
    _floating,
    _llvm_float,
    _llvm_type,
    _named,
    _scalar,
    _splat,
    instruction,
)
from theory.setting.devices import draws


@instruction
def chosen(_: Value, t: Kind, a: Kind, b: Kind) -> Value:
    """Return a if t >= 0 else b, lane by lane: b if t is nan."""
    if not _floating(t, a, b):
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        zero = ir.Constant(_llvm_type(t), None) if isinstance(t, Lanes) else ir.Constant(_llvm_type(t), 0.0)
        return builder.select(builder.fcmp_ordered(">=", args[0], zero), args[1], args[2])

    return a(t, a, b), codegen


@instruction
def turned(_: Value, a: Kind, t: Kind) -> Value:
    """Return a, or -a where the sign bit of t is set."""
    if not _floating(a, t):
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        bits = _bits_type(a)
        sign = _splat(1 << (_scalar(a).bitwidth - 1), bits)
        one, other = (builder.bitcast(value, bits) for value in args)
        return builder.bitcast(builder.xor(one, builder.and_(other, sign)), _llvm_type(a))

    return a(a, t), codegen


@instruction
def floor(_: Value, a: Kind) -> Value:
    """Return the largest integer that is no larger than a."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _named(builder, "llvm.floor", _llvm_type(a), args)

    return a(a), codegen


@instruction
def root(_: Value, a: Kind) -> Value:
    """Return the square root."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _named(builder, "llvm.sqrt", _llvm_type(a), args)

    return a(a), codegen


@instruction
def any_above(_: Value, a: Kind, b: Kind) -> Value:
    """Return whether a > b in any lane."""
    if not _floating(a, b):
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        found = builder.fcmp_ordered(">", *args)
        if not isinstance(a, Lanes):
            return found
        word = ir.IntType(a.count)
        return builder.icmp_unsigned("!=", builder.bitcast(found, word), word(0))

    return types.boolean(a, b), codegen


_ROOT_HALF = 0x3FE6A09E667F3BCD
"""The bits of sqrt(1/2)."""
_FRACTION = 52


def _split(builder: Value, value: Value, kind: Kind) -> tuple[Value, Value]:
    """Return the exponent, an integer, and the bits of the mantissa."""
    bits = _bits_type(kind)
    word = builder.bitcast(value, bits)
    number = builder.ashr(builder.sub(word, _splat(_ROOT_HALF, bits)), _splat(_FRACTION, bits))
    return number, builder.sub(word, builder.shl(number, _splat(_FRACTION, bits)))


@instruction
def exponent(_: Value, a: Kind) -> Value:
    """Return n with a = m 2^n, sqrt(1/2) <= m < sqrt(2), as a number of a's kind; float64 only."""
    if _scalar(a).bitwidth != 64:
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return builder.sitofp(_split(builder, args[0], a)[0], _llvm_type(a))

    return a(a), codegen


@instruction
def mantissa(_: Value, a: Kind) -> Value:
    """Return m with a = m 2^n, sqrt(1/2) <= m < sqrt(2); float64 only."""
    if _scalar(a).bitwidth != 64:
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return builder.bitcast(_split(builder, args[0], a)[1], _llvm_type(a))

    return a(a), codegen


def _mixed(builder: Value, z: Value, bits: ir.Type) -> Value:
    for shift, multiplier in zip(draws.SHIFTS, draws.MULTIPLIERS, strict=False):
        z = builder.mul(builder.xor(z, builder.lshr(z, _splat(shift, bits))), _splat(multiplier, bits))
    return builder.xor(z, builder.lshr(z, _splat(draws.SHIFTS[-1], bits)))


@instruction
def drawn(_: Value, key: Kind, word: Kind) -> Value:
    """Return 1 + k 2^-52, k being the upper 52 bits of the hash of a key and an element's word (uint64)."""
    if _scalar(key) != types.float64:
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        bits = _bits_type(key)
        added = args[1]
        if isinstance(key, Lanes):
            first = builder.insert_element(ir.Constant(bits, ir.Undefined), added, ir.IntType(32)(0))
            everywhere = ir.Constant(ir.VectorType(ir.IntType(32), key.count), [0] * key.count)
            added = builder.shuffle_vector(first, ir.Constant(bits, ir.Undefined), everywhere)
        z = _mixed(builder, builder.add(builder.bitcast(args[0], bits), added), bits)
        fraction = builder.lshr(z, _splat(64 - _FRACTION, bits))
        return builder.bitcast(builder.or_(fraction, _splat(1023 << _FRACTION, bits)), _llvm_type(key))

    return key(key, types.uint64), codegen


def _entry(context: Value, builder: Value, address: Value, place: Value, kind: ir.Type) -> Value:
    return builder.load(builder.gep(builder.inttoptr(address, kind.as_pointer()), [place]))


@instruction
def number_at(_: Value, address: Kind, place: Kind, w: Kind) -> Value:
    """Return the number at a place of an array that starts at an address, of w's kind; one number even for lanes."""
    scalar = _scalar(w)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _entry(context, builder, args[0], args[1], _llvm_float(scalar))

    return scalar(types.int64, types.intp, w), codegen


@instruction
def itemsize(_: Value, w: Kind) -> Value:
    """Return the bytes of one number of w's kind, a constant of the compiled code."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return ir.IntType(64)(_scalar(w).bitwidth // 8)

    return types.int64(w), codegen


@instruction
def word_at(_: Value, address: Kind, place: Kind) -> Value:
    """Return the uint64 at a place of an array that starts at an address."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _entry(context, builder, args[0], args[1], ir.IntType(64))

    return types.uint64(types.int64, types.intp), codegen


@instruction
def looked_up(_: Value, address: Kind, place: Kind) -> Value:
    """Return, in every lane, the number at a place, a whole number, of an array that starts at an address."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        word, number, kind = ir.IntType(64), ir.IntType(32), _llvm_float(place)
        if not isinstance(place, Lanes):
            return _entry(context, builder, args[0], builder.fptosi(args[1], word), kind)
        places = builder.fptosi(args[1], ir.VectorType(word, place.count))
        value = ir.Constant(_llvm_type(place), ir.Undefined)
        for lane in range(place.count):
            one = _entry(context, builder, args[0], builder.extract_element(places, number(lane)), kind)
            value = builder.insert_element(value, one, number(lane))
        return value

    return place(types.int64, place), codegen
