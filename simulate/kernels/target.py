"""What the processor can do for which Numba makes code: the width of its vector registers, and one instruction.

Numba's target is not always this machine: NUMBA_CPU_NAME, NUMBA_CPU_FEATURES and NUMBA_ENABLE_AVX change it, and an
instruction that the target lacks ends the process within LLVM. So LLVM itself is asked: a few lines are translated for
the target, and the registers and instructions in the outcome tell what it has.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import llvmlite.binding as llvm
from numba.core.registry import cpu_target

_PROBE: Final = """
define <8 x i64> @sum(<8 x i64> %a, <8 x i64> %b) {
  %c = add <8 x i64> %a, %b
  ret <8 x i64> %c
}
define <8 x double> @floats(<8 x i64> %a) {
  %c = sitofp <8 x i64> %a to <8 x double>
  ret <8 x double> %c
}
"""
"""A sum of 64 bytes, in as few registers as the target needs; a conversion that is one instruction of AVX-512 DQ."""
_REGISTERS: Final = (("zmm", 64), ("ymm", 32))


@dataclass(frozen=True)
class Target:
    """A processor as LLVM knows it.

    Args:
        register_bytes: bytes of a vector register that holds floats and integers alike: 64, 32 or 16.
        has_range: whether it has vrange, of AVX-512 DQ.

    """

    register_bytes: int
    has_range: bool


def inspected(assembly: str) -> Target:
    """Return what the translation of the probe shows."""
    sums, floats = (_body(assembly, name) for name in ("sum", "floats"))
    width = next((size for register, size in _REGISTERS if f"%{register}" in sums), 16)
    return Target(width, width == 64 and re.search(r"vcvtqq2pd\s.*%zmm", floats) is not None)


def _body(assembly: str, name: str) -> str:
    """Return the instructions of one function."""
    return assembly.partition(f"{name}:")[2].partition(".cfi_endproc")[0]


@cache
def target() -> Target:
    """Return what Numba's target can do, as it is set when this is first asked."""
    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    machine = llvm.Target.from_default_triple().create_target_machine(cpu=name, features=features)
    return inspected(machine.emit_assembly(llvm.parse_assembly(_PROBE)))
