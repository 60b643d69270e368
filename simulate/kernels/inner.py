"""`simulate.products.inner` in compiled code: in a fixed order, the same numbers on every processor.

Compiled code adds up `_CHAINS` times `_LANES` partial sums, which no compiler may put in another order by itself.
"""

from typing import Any, Final

from llvmlite import ir
from numba.core import cgutils
from numba.extending import intrinsic, overload

from simulate.products import inner

Value = Any
"""An object of Numba's or LLVM's, which have no types."""

_LANES: Final = {64: 8, 32: 16}
_CHAINS: Final = 4


@overload(inner)  # type: ignore[untyped-decorator]
def _inner(one: Value, other: Value) -> Value:  # noqa: ARG001
    def by_lanes(one: Value, other: Value) -> Value:
        return _by_lanes(one, other, len(one))

    return by_lanes


@intrinsic  # type: ignore[untyped-decorator]
def _by_lanes(_: Value, one: Value, other: Value, count: Value) -> Value:
    kind = one.dtype
    lanes = _LANES[kind.bitwidth]

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        number = ir.FloatType() if kind.bitwidth == 32 else ir.DoubleType()
        word, vector = ir.IntType(64), ir.VectorType(number, lanes)
        starts = [context.make_array(sig.args[place])(context, builder, args[place]).data for place in (0, 1)]

        def product(at: Value, shape: Value) -> Value:
            loads = []
            for start in starts:
                loads.append(builder.load(builder.bitcast(builder.gep(start, [at]), shape.as_pointer())))
                loads[-1].align = kind.bitwidth // 8
            return builder.fmul(*loads)

        def add(into: Value, term: Value) -> None:
            builder.store(builder.fadd(builder.load(into), term), into)

        sums = [cgutils.alloca_once_value(builder, ir.Constant(vector, [0.0] * lanes)) for _ in range(_CHAINS)]
        whole, full = (builder.sub(args[2], builder.urem(args[2], word(size))) for size in (lanes * _CHAINS, lanes))
        with cgutils.for_range_slice(builder, word(0), whole, word(lanes * _CHAINS), intp=word) as (at, _):
            for chain, into in enumerate(sums):
                add(into, product(builder.add(at, word(chain * lanes)), vector))
        with cgutils.for_range_slice(builder, whole, full, word(lanes), intp=word) as (at, _):
            add(sums[0], product(at, vector))
        total = _folded(builder, [builder.load(into) for into in sums], lanes)
        left = cgutils.alloca_once_value(builder, total)
        with cgutils.for_range_slice(builder, full, args[2], word(1), intp=word) as (at, _):
            add(left, product(at, number))
        return builder.load(left)

    return kind(one, other, count), codegen


def _folded(builder: Value, vectors: list[Value], lanes: int) -> Value:
    """Return the sum of all lanes of all vectors, each half added to the other until one number is left."""
    while len(vectors) > 1:
        half = len(vectors) // 2
        vectors = [builder.fadd(*pair) for pair in zip(vectors[:half], vectors[half:], strict=True)]
    total = vectors[0]
    while lanes > 1:
        lanes //= 2
        places = ir.VectorType(ir.IntType(32), lanes)
        low, high = (ir.Constant(places, list(range(at, at + lanes))) for at in (0, lanes))
        total = builder.fadd(builder.shuffle_vector(total, total, low), builder.shuffle_vector(total, total, high))
    return builder.extract_element(total, ir.IntType(32)(0))
