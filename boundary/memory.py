"""What a request would take of memory, against what is free: said before anything is allocated."""

import os
from pathlib import Path

from boundary.refusal import BadInput

_UNITS = ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_LEFT_FREE = 0.9
"""Share of the free memory that one request may take."""


def free() -> int:
    """Return the bytes that a process can still get: of the machine, and of the control group it runs in."""
    return min(_of_machine(), _of_group())


def words(count: float) -> str:
    """Return a number of bytes as people write it."""
    place = 0
    while count >= 1024 and place < len(_UNITS) - 1:
        count, place = count / 1024, place + 1
    return f"{count:.3g} {_UNITS[place]}"


def require(name: str, value: object, needed: float, purpose: str) -> None:
    """Refuse what does not fit.

    Args:
        name: what the user calls the quantity that is too large.
        value: what was given.
        needed: bytes.
        purpose: what they are for.

    Raises:
        BadInput: more is needed than is free.

    """
    available = free()
    if needed > _LEFT_FREE * available:
        short = f"{purpose} would take {words(needed)}, and {words(available)} is free"
        raise BadInput(name, value, f"a size that fits into memory: {short}")


def _of_machine() -> int:
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError, IndexError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 1 << 62


def _of_group() -> int:
    """Return what the control group of the process still allows; control groups are not everywhere."""
    folder = Path("/sys/fs/cgroup")
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            most = (folder / limit).read_text(encoding="ascii").strip()
            taken = int((folder / used).read_text(encoding="ascii"))
            return max(0, int(most) - taken) if most != "max" else 1 << 62
        except (OSError, ValueError):
            continue
    return 1 << 62
