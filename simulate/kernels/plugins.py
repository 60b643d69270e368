"""Activations and devices that are not built in: compiled on their own, called by address from the compiled kernels.

The kernels know an activation or a device by a number. A number from `PLUGGED` on is an address: of a table of four
functions for an activation, of one function for a device. So the kernels need not be compiled again, and what they
keep on disk stays right. The functions come as plain Python on floats, the same that NumPy runs on arrays; what Numba
cannot compile is not plugged in (`NotCompiled` says why), and its runs stay on NumPy.
"""

# ruff: noqa: ARG001 - Numba prescribes the arguments of what generates code

import dis
import inspect
import re
from collections import namedtuple
from collections.abc import Callable, Sequence
from types import FunctionType
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import carray, cfunc, njit, types
from numba.core import cgutils
from numba.core.errors import NumbaError
from numba.extending import overload

from simulate.kernels.forms import OWN
from simulate.kernels.simd import Kind, Lanes, Value, instruction

PLUGGED: Final = 1 << 16
"""The numbers below belong to what is built in; no address is as small."""
VALUE, SLOPE = range(2)
_TAU_AT: Final = 2
MOST_PARAMETERS: Final = 8
"""Parameters that a device may have beside tau."""
_DOUBLE: Final = ir.DoubleType()
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_KEPT: Final[list[object]] = []
"""What must live as long as its address may be called."""


@instruction
def on_values(_: Value, table: Kind, which: Kind, z: Kind) -> Value:
    """Return function `which` (VALUE or SLOPE) of the table at an address, on a float or on every lane."""

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        scalar, count = (z.scalar, z.count) if isinstance(z, Lanes) else (z, 1)
        word, number = ir.IntType(64), ir.FloatType() if scalar.bitwidth == 32 else _DOUBLE
        place = builder.add(args[1], ir.Constant(word, 2 if scalar.bitwidth == 32 else 0))
        entry = builder.gep(builder.inttoptr(args[0], word.as_pointer()), [place])
        kind = ir.FunctionType(ir.VoidType(), [number.as_pointer(), word])
        function = builder.inttoptr(builder.load(entry), kind.as_pointer())
        slot = cgutils.alloca_once(builder, args[2].type)
        builder.store(args[2], slot)
        builder.call(function, [builder.bitcast(slot, number.as_pointer()), ir.Constant(word, count)])
        return builder.load(slot)

    return z(types.int64, types.int64, z), codegen


@instruction
def on_weight(_: Value, address: Kind, w: Kind, dw: Kind, at: Kind) -> Value:
    """Return the weight after the increment `dw` by the device at an address.

    At `at` are the numbers of an element (`simulate.kernels.responses`), of w's kind; the device's own from OWN on.
    """

    def codegen(context: Value, builder: Value, sig: Value, args: Value) -> Value:
        kind = ir.FloatType() if w.bitwidth == 32 else _DOUBLE
        start = builder.inttoptr(args[3], kind.as_pointer())
        places = (_TAU_AT, *range(OWN, OWN + MOST_PARAMETERS))
        own = [builder.load(builder.gep(start, [ir.IntType(64)(place)])) for place in places]
        values = [(args[1], w), (args[2], dw), *((number, w) for number in own)]
        numbers = [context.cast(builder, value, given, types.float64) for value, given in values]
        function = ir.FunctionType(_DOUBLE, [_DOUBLE] * len(numbers))
        found = builder.call(builder.inttoptr(args[0], function.as_pointer()), numbers)
        return context.cast(builder, found, types.float64, w)

    return w(types.int64, w, dw, types.int64), codegen


class NotCompiled(Exception):
    """Numba cannot compile a law; the text says why."""

    @classmethod
    def because(cls, error: NumbaError) -> "NotCompiled":
        """Return what a Numba error says, in the one line of it that names the cause."""
        plain = _COLOUR.sub("", str(error))
        lines = [line.strip() for line in plain.splitlines() if line.strip()]
        causes = [line for line in lines if "nknown attribute" in line or "ntyped" in line or "ot supported" in line]
        return cls((causes or lines or ["no reason given"])[0].rstrip(":."))


def _require_silent(*laws: Callable[..., Any]) -> None:
    """Raise `NotCompiled` if a law, or a function that it calls, has a `raise` or an `assert`.

    What is called by its address cannot raise: Numba would print the error and go on with 0.
    """
    waiting, seen = list(laws), set[object]()
    while waiting:
        law = waiting.pop()
        function = getattr(law, "py_func", law)  # of what Numba compiles
        if not isinstance(function, FunctionType) or function in seen:
            continue
        seen.add(function)
        if any(step.opname == "RAISE_VARARGS" for step in dis.get_instructions(function)):
            raise NotCompiled(f"{function.__qualname__} may raise an error, which compiled code would drop")
        known = inspect.getclosurevars(function)
        waiting += [*known.globals.values(), *known.nonlocals.values()]


def _number(x: Value) -> Value:
    """Return a float from a float or an array without axes."""
    raise NotImplementedError("compiled code only")


@overload(_number)  # type: ignore[untyped-decorator]
def _number_of(x: Value) -> Value:
    return _only if isinstance(x, types.Array) else _same


def _only(x: Value) -> Value:
    return x[()]


def _same(x: Value) -> Value:
    return x


def activation(value: Callable[..., Any], slope: Callable[..., Any]) -> int:
    """Return the number under which the kernels know an activation; raise `NotCompiled` if it cannot be compiled.

    Args:
        value: phi, of a float.
        slope: phi'(z) as a function of phi(z), of a float.

    """
    _require_silent(value, slope)
    try:
        functions = [_on_array(law, kind) for kind in (types.float64, types.float32) for law in (value, slope)]
    except NumbaError as error:
        raise NotCompiled.because(error) from None
    table = np.array([function.address for function in functions], np.int64)
    _KEPT.extend([functions, table])
    return int(table.ctypes.data)


def _on_array(law: Callable[..., Any], kind: types.Float) -> Any:  # noqa: ANN401 - a Numba object
    one = njit(error_model="numpy")(law)

    def change(numbers: Value, count: Value) -> None:
        array = carray(numbers, (count,))
        for i in range(count):
            array[i] = _number(one(array[i]))

    return cfunc(types.void(types.CPointer(kind), types.int64), error_model="numpy")(change)


def device(
    names: Sequence[str],
    up: Callable[..., Any],
    down: Callable[..., Any],
    update: Callable[..., Any] | None,
    *,
    clipped: bool = False,
) -> int:
    """Return the number under which the kernels know a device; raise `NotCompiled` if it cannot be compiled.

    Args:
        names: of the device's parameters: tau and at most `MOST_PARAMETERS` of its own.
        up: the response q_plus(self, w) of a float; `self` has the parameters and nothing else.
        down: q_minus(self, w).
        update: update(self, w, dw) if it is not made of the responses.
        clipped: whether what passes -tau and tau is set to it.

    """
    if len(names) > 1 + MOST_PARAMETERS:
        raise NotCompiled(f"it has {len(names) - 1} parameters beside tau, and the kernels take {MOST_PARAMETERS}")
    _require_silent(*([up, down] if update is None else [update]))
    form = namedtuple("form", names)  # type: ignore[misc]
    count = len(names)
    plus, minus, whole = (njit(error_model="numpy")(law) for law in (up, down, update or up))

    def by_responses(
        w: Value, dw: Value, tau: Value, a: Value, b: Value, c: Value, d: Value, e: Value, f: Value, g: Value, h: Value
    ) -> Value:
        this = form(*(tau, a, b, c, d, e, f, g, h)[:count])
        after = w + dw * (_number(plus(this, w)) if dw >= 0 else _number(minus(this, w)))
        if clipped:
            return tau if after > tau else (-tau if after < -tau else after)
        return after

    def by_update(
        w: Value, dw: Value, tau: Value, a: Value, b: Value, c: Value, d: Value, e: Value, f: Value, g: Value, h: Value
    ) -> Value:
        return _number(whole(form(*(tau, a, b, c, d, e, f, g, h)[:count]), w, dw))

    try:
        function = cfunc(types.float64(*[types.float64] * (3 + MOST_PARAMETERS)), error_model="numpy")(
            by_responses if update is None else by_update
        )
    except NumbaError as error:
        raise NotCompiled.because(error) from None
    _KEPT.append(function)
    return int(function.address)
