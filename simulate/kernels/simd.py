"""Explicit SIMD values for Numba: one replica a lane, one register a value.

A `Lanes` value is an LLVM vector, `<8 x double>` or `<16 x float>` where Numba's target has 512-bit registers, half or
a quarter of it elsewhere. LLVM lowers it on every processor; one function, `larger_magnitude`, becomes an instruction
that not all have, and has a second form for those. Arithmetic is elementwise; the functions below work on plain floats
as well, so that one source serves the scalar and the SIMD kernels, and both round alike, operation by operation.

    width_of(array)           the lanes of a register of the array's kind, a constant
    v = load(array, i)        the lanes at array[i : i + width], array 1-D and contiguous
    load_wide(array, i)       WIDE registers of them as one value
    repeated(v)               the register v, WIDE times
    store(array, i, v)        the converse of the loads
    gather(array, at, j)      array[at[lane] + j] for every lane
    gather_square(target, i, array, at, j)  gather at j, j + 1, .. j + width - 1, stored from target[i] on
    a + b, a - b, a * b, a / b, -a
    fma(a, b, c)              a b + c, rounded once where the processor has FMA
    like(a, c)                the constant c as a value of a's kind
    magnitude(a)              |a|
    with_sign(a, b)           |a| with the sign of b
    larger(a, b)              a if a > b else b (b if either is nan)
    larger_magnitude(a, b)    max(|a|, |b|)
    masked(a, mask)           |a| or 0 in every lane, as the mask was made: magnitude_mask(a, wanted)
    smaller(a, b)             a if a < b else b (b if either is nan)
    power_of_two(a)           2^n from the float a = n + 1.5 2^(mantissa bits), the trick that rounds to integers

Source: LLVM language reference (vector types, llvm.fmuladd), Numba extension API.
"""

# ruff: noqa: ARG001, ARG002 - Numba prescribes the arguments of what generates code

import mmap
import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model
from numpy.typing import DTypeLike, NDArray

from simulate.kernels.jit import compiled as compiled
from simulate.kernels.jit import inlined as inlined
from simulate.kernels.jit import part as part
from simulate.kernels.target import target

Value = Any
"""What compiled code computes with: a float, lanes, an array, or an LLVM value while it is being generated."""
Kind = Any
"""A Numba type."""


def instruction(build: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of compiled code from the LLVM instructions that `build` emits."""
    return cast("Callable[..., Any]", intrinsic(build))


REGISTER_BYTES: Final = target().register_bytes
"""Bytes of one vector register of the processor that Numba makes code for."""
_LARGE_PAGE: Final = 1 << 21
WIDE: Final = 4
"""Registers of a wide value."""
WIDTH64: Final = REGISTER_BYTES // 8
"""Lanes of a float64 value."""
WIDTH32: Final = REGISTER_BYTES // 4
"""Lanes of a float32 value."""


def width(dtype: DTypeLike) -> int:
    """Return the number of lanes for arrays of `dtype` (float64 or float32)."""
    return int(REGISTER_BYTES // np.dtype(dtype).itemsize)


def aligned(count: int, dtype: DTypeLike, *, large: bool = False) -> NDArray[np.floating]:
    """Return memory for `count` numbers that starts where a register's worth may start.

    `large` asks for large pages, where the system has them: quicker to work in, slower to come by.
    """
    size, start = count * np.dtype(dtype).itemsize, _LARGE_PAGE if large else REGISTER_BYTES
    if large:
        pages = mmap.mmap(-1, size + start)
        if hasattr(mmap, "MADV_HUGEPAGE"):
            with suppress(OSError):
                pages.madvise(mmap.MADV_HUGEPAGE)
        memory = np.frombuffer(pages, np.uint8)
    else:
        memory = np.empty(size + start, np.uint8)
    shift = -memory.ctypes.data % start
    return memory[shift : shift + size].view(dtype)


class Lanes(types.Type):  # type: ignore[misc]
    """The Numba type of `registers` registers full of floats of type `scalar`."""

    def __init__(self, scalar: types.Float, registers: int = 1) -> None:
        self.scalar = scalar
        self.count = registers * REGISTER_BYTES * 8 // scalar.bitwidth
        super().__init__(name=f"Lanes({scalar}, {self.count})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, dmm: Value, fe_type: Lanes) -> None:
        super().__init__(dmm, fe_type, _llvm_type(fe_type))


def _scalar(kind: types.Type) -> types.Float:
    return kind.scalar if isinstance(kind, Lanes) else kind


def _llvm_float(kind: types.Type) -> ir.Type:
    return ir.DoubleType() if _scalar(kind).bitwidth == 64 else ir.FloatType()


def _llvm_type(kind: types.Type) -> ir.Type:
    return ir.VectorType(_llvm_float(kind), kind.count) if isinstance(kind, Lanes) else _llvm_float(kind)


def _bits_type(kind: types.Type) -> ir.Type:
    bits = ir.IntType(_scalar(kind).bitwidth)
    return ir.VectorType(bits, kind.count) if isinstance(kind, Lanes) else bits


def _splat(value: float, llvm_type: ir.Type) -> ir.Constant:
    return ir.Constant(llvm_type, [value] * llvm_type.count if isinstance(llvm_type, ir.VectorType) else value)


def _operator(op: Callable[..., Any], instruction: str) -> None:
    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: tuple[Kind, ...], kws: object) -> Value:
            if len(args) == 2 and isinstance(args[0], Lanes) and args[0] == args[1]:
                return signature(args[0], *args)
            return None

    def lower(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return getattr(builder, instruction)(*args)

    infer_global(op)(Template)
    lower_builtin(op, Lanes, Lanes)(lower)


for _op, _instruction in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _operator(_op, _instruction)


def _floating(*kinds: types.Type) -> bool:
    """Whether all are the same kind of value, a plain float or lanes."""
    return all(kind == kinds[0] for kind in kinds) and isinstance(kinds[0], types.Float | Lanes)


def _named(builder: Value, name: str, llvm_type: ir.Type, args: list[Value]) -> Value:
    lanes = llvm_type.count if isinstance(llvm_type, ir.VectorType) else 0
    element = llvm_type.element if lanes else llvm_type
    suffix = (f"v{lanes}" if lanes else "") + ("f64" if isinstance(element, ir.DoubleType) else "f32")
    kind = ir.FunctionType(llvm_type, [llvm_type] * len(args))
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, f"{name}.{suffix}"), args)


@instruction
def width_of(_: Value, array: Kind) -> Value:
    """Return the lanes of a register of the array's kind, a constant of the compiled code."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return ir.Constant(context.get_value_type(types.intp), Lanes(array.dtype).count)

    return types.intp(array), codegen


@instruction
def load(_: Value, array: Kind, index: Kind) -> Value:
    """Return the lanes array[index : index + width] of a contiguous 1-D array."""
    result = Lanes(array.dtype)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return builder.load(
            _address(context, builder, array, args, Lanes(array.dtype)), align=array.dtype.bitwidth // 8
        )

    return result(array, types.intp), codegen


@instruction
def load_wide(_: Value, array: Kind, index: Kind) -> Value:
    """Return WIDE registers full of numbers from array[index] on, as one value.

    Arithmetic on it is done register by register, side by side: long chains of operations overlap better so.
    """
    result = Lanes(array.dtype, WIDE)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return builder.load(_address(context, builder, array, args, result), align=array.dtype.bitwidth // 8)

    return result(array, types.intp), codegen


@instruction
def store(_: Value, array: Kind, index: Kind, value: Kind) -> Value:
    """Write the lanes `value` to array[index : index + width]."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        builder.store(args[2], _address(context, builder, array, args, value), align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), codegen


def _address(context: Value, builder: Value, array: Kind, args: Value, value: Lanes) -> Value:
    data = context.make_array(array)(context, builder, args[0]).data
    return builder.bitcast(builder.gep(data, [args[1]]), ir.PointerType(_llvm_type(value)))


@instruction
def repeated(_: Value, value: Kind) -> Value:
    """Return a wide value that is WIDE times the register `value`."""
    result = Lanes(value.scalar, WIDE)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        mask = ir.Constant(ir.VectorType(ir.IntType(32), result.count), list(range(value.count)) * WIDE)
        return builder.shuffle_vector(args[0], args[0], mask)

    return result(value), codegen


@instruction
def gather(_: Value, table: Kind, places: Kind, shift: Kind) -> Value:
    """Return table[places[lane] + shift] for every lane; `places` is int64 with one entry a lane."""
    result = Lanes(table.dtype)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        start = context.make_array(table)(context, builder, args[0]).data
        chosen = context.make_array(places)(context, builder, args[1]).data
        value = ir.Constant(_llvm_type(result), ir.Undefined)
        for lane in range(result.count):
            number = ir.Constant(ir.IntType(32), lane)
            place = builder.add(builder.load(builder.gep(chosen, [number])), args[2])
            value = builder.insert_element(value, builder.load(builder.gep(start, [place])), number)
        return value

    return result(table, places, types.intp), codegen


@instruction
def gather_square(_: Value, target: Kind, at: Kind, table: Kind, places: Kind, shift: Kind) -> Value:
    """Write gather(table, places, shift + j), j = 0 .. width - 1, to `target` from `at` on.

    Every lane's row is loaded whole; perfect shuffles turn the square of rows into one of columns.
    """
    result = Lanes(table.dtype)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        start = context.make_array(table)(context, builder, args[2]).data
        chosen = context.make_array(places)(context, builder, args[3]).data
        vector, number, count = ir.PointerType(_llvm_type(result)), ir.IntType(32), result.count
        rows = []
        for lane in range(count):
            place = builder.add(builder.load(builder.gep(chosen, [number(lane)])), args[4])
            address = builder.bitcast(builder.gep(start, [place]), vector)
            rows.append(builder.load(address, align=table.dtype.bitwidth // 8))
        for _ in range(count.bit_length() - 1):
            rows = [
                builder.shuffle_vector(
                    rows[i], rows[i + count // 2],
                    ir.Constant(ir.VectorType(number, count), [half + j // 2 + j % 2 * count for j in range(count)]),
                )
                for i in range(count // 2)
                for half in (0, count // 2)
            ]  # fmt: skip
        first = builder.gep(context.make_array(target)(context, builder, args[0]).data, [args[1]])
        out = builder.bitcast(first, vector)
        for j, row in enumerate(rows):
            builder.store(row, builder.gep(out, [number(j)]), align=table.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(target, types.intp, table, places, types.intp), codegen


@instruction
def fma(_: Value, a: Kind, b: Kind, c: Kind) -> Value:
    """Return a b + c, rounded once where the processor can."""
    if not _floating(a, b, c):
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _named(builder, "llvm.fmuladd", _llvm_type(a), args)

    return a(a, b, c), codegen


@instruction
def like(_: Value, a: Kind, constant: Kind) -> Value:
    """Return the number `constant` as a value of a's kind, in every lane."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        one = context.cast(builder, args[1], sig.args[1], _scalar(a))
        if not isinstance(a, Lanes):
            return one
        undefined = ir.Constant(_llvm_type(a), ir.Undefined)
        first = builder.insert_element(undefined, one, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), a.count), [0] * a.count)
        return builder.shuffle_vector(first, undefined, mask)

    return a(a, constant), codegen


@instruction
def magnitude(_: Value, a: Kind) -> Value:
    """Return |a|."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _named(builder, "llvm.fabs", _llvm_type(a), args)

    return a(a), codegen


@instruction
def with_sign(_: Value, a: Kind, b: Kind) -> Value:
    """Return |a| with the sign of b."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return _named(builder, "llvm.copysign", _llvm_type(a), args)

    return a(a, b), codegen


def _choice(order: str) -> Callable[..., Any]:
    def build(_: Value, a: Kind, b: Kind) -> Value:
        if not _floating(a, b):
            return None

        def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
            return builder.select(builder.fcmp_ordered(order, *args), *args)

        return a(a, b), codegen

    return build


larger = instruction(_choice(">"))
"""Return a if a > b else b, lane by lane: b if either is nan."""
smaller = instruction(_choice("<"))
"""Return a if a < b else b, lane by lane: b if either is nan."""


_LARGER_MAGNITUDE: Final = 0b1011
"""What AVX-512's vrange is told to choose: the larger value (01) of the magnitudes, its sign bit cleared (10)."""


@instruction
def larger_magnitude(_: Value, a: Kind, b: Kind) -> Value:
    """Return max(|a|, |b|), one of the two if the other is nan; a single instruction where the processor has one."""
    if not _floating(a, b):
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        vector = _llvm_type(a)
        if not (isinstance(a, Lanes) and a.count * _scalar(a).bitwidth == 512 and target().has_range):
            sizes = [_named(builder, "llvm.fabs", vector, [value]) for value in args]
            return builder.select(builder.fcmp_ordered(">", *sizes), *sizes)
        number, mask = ir.IntType(32), ir.IntType(a.count)
        kind = ir.FunctionType(vector, [vector, vector, number, vector, mask, number])
        name = f"llvm.x86.avx512.mask.range.{'pd' if _scalar(a).bitwidth == 64 else 'ps'}.512"
        function = cgutils.get_or_insert_function(builder.module, kind, name)
        current_rounding = number(4)
        return builder.call(function, [*args, number(_LARGER_MAGNITUDE), args[0], mask(-1), current_rounding])

    return a(a, b), codegen


@instruction
def magnitude_mask(_: Value, a: Kind, wanted: Kind) -> Value:
    """Return the mask with which `masked` gives |a| if `wanted`, 0 if not: bits in a's kind, no number."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        bits = _bits_type(a)
        kept, none = _splat((1 << (_scalar(a).bitwidth - 1)) - 1, bits), _splat(0, bits)
        chosen = builder.select(context.cast(builder, args[1], sig.args[1], types.boolean), kept, none)
        return builder.bitcast(chosen, _llvm_type(a))

    return a(a, wanted), codegen


@instruction
def masked(_: Value, a: Kind, mask: Kind) -> Value:
    """Return the number made of a's bits where `mask` has ones."""
    if not _floating(a, mask):
        return None

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        bits = _bits_type(a)
        return builder.bitcast(builder.and_(*(builder.bitcast(value, bits) for value in args)), _llvm_type(a))

    return a(a, mask), codegen


@instruction
def power_of_two(_: Value, a: Kind) -> Value:
    """Return 2^n where a = n + 1.5 2^52 (float64) or n + 1.5 2^23 (float32), n in the range of normal exponents."""
    mantissa, bias = (52, 1023) if _scalar(a).bitwidth == 64 else (23, 127)

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        bits = _bits_type(a)
        shifted = builder.shl(builder.bitcast(args[0], bits), _splat(mantissa, bits))
        return builder.bitcast(builder.add(shifted, _splat(bias << mantissa, bits)), _llvm_type(a))

    return a(a), codegen


def _negated() -> None:
    class Template(AbstractTemplate):  # type: ignore[misc]
        def generic(self, args: tuple[Kind, ...], kws: object) -> Value:
            return signature(args[0], args[0]) if isinstance(args[0], Lanes) else None

    def lower(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        return builder.fneg(args[0])

    infer_global(operator.neg)(Template)
    lower_builtin(operator.neg, Lanes)(lower)


_negated()
