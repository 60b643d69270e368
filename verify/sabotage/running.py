"""A fault is planted, the named checks of its area run one after the other, and the first that fails has caught it.

The same checks pass on the unmodified code; `run` shows that first.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from verify.sabotage import (
    bounds,
    conditional_means,
    devices,
    falling,
    followed,
    free,
    mean_steps,
    simulation,
    stages,
    statements,
    statistics,
    storage,
    tubes,
)
from verify.sabotage.faults import AREAS, Answer, Area, Detector, Fault

MODULES = (
    statements,
    stages,
    bounds,
    free,
    simulation,
    falling,
    statistics,
    conditional_means,
    storage,
    tubes,
    followed,
    mean_steps,
    devices,
)


@dataclass(frozen=True)
class FaultResult:
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


@dataclass(frozen=True)
class SabotageResult:
    """What came of all faults.

    Args:
        faults: one result each.
        failing_without_a_fault: the checks that fail on the unmodified code.

    """

    faults: tuple[FaultResult, ...]
    failing_without_a_fault: tuple[str, ...]

    @property
    def survivors(self) -> list[str]:
        """Return the faults that nothing noticed."""
        return [result.fault for result in self.faults if result.caught_by is None]

    @property
    def caught(self) -> int:
        """Return how many were noticed."""
        return len(self.faults) - len(self.survivors)

    @property
    def ok(self) -> bool:
        """Return whether every fault was noticed, and nothing fails without one."""
        return not self.survivors and not self.failing_without_a_fault

    def to_json(self) -> dict[str, Any]:
        """Return everything with the keys of the command line."""
        by_check = Counter(result.caught_by for result in self.faults if result.caught_by is not None)
        return {
            "planted": len(self.faults),
            "caught": self.caught,
            "survivors": self.survivors,
            "failing_without_a_fault": list(self.failing_without_a_fault),
            "broke_down": [result.fault for result in self.faults if result.how == "broke down"],
            "by_check": dict(by_check),
            "faults": [asdict(result) for result in self.faults],
        }


def catch(fault: Fault, detectors: Mapping[str, Detector]) -> FaultResult:
    """Plant a fault and return the first check that says no; failing that, the first that breaks down."""
    broken: str | None = None
    with fault.plant():
        for name, detector in detectors.items():
            answer = ask(detector)
            if answer is None:
                broken = broken or name
            elif answer is not True:
                return FaultResult(fault.name, fault.area, name, "failed", answer or "")
    return FaultResult(fault.name, fault.area, broken, "broke down" if broken else "survived")


def ask(detector: Detector) -> Answer | None:
    """Return the answer of a check, None if it breaks down: a planted fault may break anything."""
    try:
        return detector()
    except Exception:
        return None


def passes(detector: Detector) -> bool:
    """Return whether a check says that all is well."""
    return ask(detector) is True


def planted(areas: Sequence[str]) -> Iterator[tuple[Fault, Mapping[str, Detector]]]:
    """Yield every fault of the areas with the checks that must catch it."""
    for module in MODULES:
        if module.AREA in areas:
            detectors = module.detectors()
            for fault in module.faults():
                yield fault, detectors


def run(
    areas: Sequence[str] = AREAS, on_result: Callable[[FaultResult, int], None] = lambda *_: None
) -> SabotageResult:
    """Plant every fault of the areas.

    Args:
        areas: where to plant.
        on_result: called after every fault, with the number of all faults.

    """
    faults = list(planted(areas))
    every = {name: detector for _, detectors in faults for name, detector in detectors.items()}
    failing = tuple(name for name, detector in every.items() if not passes(detector))
    results = list[FaultResult]()
    for fault, detectors in faults:
        results.append(catch(fault, detectors))
        on_result(results[-1], len(faults))
    return SabotageResult(tuple(results), failing)
