"""Faults planted on purpose: the suite is worth what it catches.

A fault is planted, the named checks of its area run one after the other, and the first that fails has caught it. The
same checks pass on the sound house; `run` shows that first.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

Area = Literal["theory", "simulation", "statistics"]
AREAS: tuple[Area, ...] = ("theory", "simulation", "statistics")
"""Where faults are planted."""

Answer = bool | str
"""True if all is well; else False, or which line says no."""

Check = Callable[[], Answer]
"""A named check."""


@dataclass(frozen=True)
class Fault:
    """One thing made wrong.

    Args:
        name: what is wrong, in few words.
        area: where.
        plant: makes it wrong while entered.

    """

    name: str
    area: Area
    plant: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Finding:
    """What came of one fault.

    Args:
        fault: its name.
        area: where it was planted.
        caught_by: the name of the first check that noticed, or nothing.
        how: whether that check said no, or could not be carried out at all, which proves less.
        line: which line of the check said no; may be empty.

    """

    fault: str
    area: Area
    caught_by: str | None
    how: Literal["failed", "broke down", "survived"]
    line: str = ""


@contextmanager
def swapped(target: object, name: str, value: object) -> Iterator[None]:
    """Put something else in the place of an attribute."""
    before = vars(target)[name] if isinstance(target, type) else getattr(target, name)
    setattr(target, name, value)
    try:
        yield
    finally:
        setattr(target, name, before)


def catch(fault: Fault, checks: Mapping[str, Check]) -> Finding:
    """Plant a fault and return the first check that says no; failing that, the first that breaks down."""
    broken: str | None = None
    with fault.plant():
        for name, check in checks.items():
            answer = ask(check)
            if answer is None:
                broken = broken or name
            elif answer is not True:
                return Finding(fault.name, fault.area, name, "failed", answer or "")
    return Finding(fault.name, fault.area, broken, "broke down" if broken else "survived")


def ask(check: Check) -> Answer | None:
    """Return the answer of a check, None if it breaks down: a planted fault may break anything."""
    try:
        return check()
    except Exception:
        return None


def passes(check: Check) -> bool:
    """Return whether a check says that all is well."""
    return ask(check) is True


def planted(areas: Sequence[str]) -> Iterator[tuple[Fault, Mapping[str, Check]]]:
    """Yield every fault of the areas with the checks that must catch it."""
    from verify.sabotage import bounds, simulation, stages, statements, statistics

    for module in (statements, stages, bounds, simulation, statistics):
        if module.AREA in areas:
            checks = module.checks()
            for fault in module.faults():
                yield fault, checks


def run(areas: Sequence[str] = AREAS, on_finding: Callable[[Finding, int], None] = lambda *_: None) -> dict[str, Any]:
    """Plant every fault of the areas; return what INTERFACE.md asks for, and how each was caught.

    Args:
        areas: where to plant.
        on_finding: called after every fault, with the number of all faults.

    """
    faults = list(planted(areas))
    every = {name: check for _, checks in faults for name, check in checks.items()}
    unsound = [name for name, check in every.items() if not passes(check)]
    findings = list[Finding]()
    for fault, checks in faults:
        findings.append(catch(fault, checks))
        on_finding(findings[-1], len(faults))
    survivors = [finding.fault for finding in findings if finding.caught_by is None]
    return {
        "planted": len(findings),
        "caught": len(findings) - len(survivors),
        "survivors": survivors,
        "failing_without_a_fault": unsound,
        "broke_down": [finding.fault for finding in findings if finding.how == "broke down"],
        "by_check": _by_check(findings),
        "faults": [asdict(finding) for finding in findings],
    }


def _by_check(findings: Sequence[Finding]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for finding in findings:
        if finding.caught_by is not None:
            counted[finding.caught_by] = counted.get(finding.caught_by, 0) + 1
    return counted
