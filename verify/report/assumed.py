"""What a sweep says of the assumptions: how often each has which status, in which settings, and what is violated."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from verify.judging.assumptions import STATUSES, Status
from verify.sweep.judged import JudgedSetting


def tally(results: Iterable[JudgedSetting]) -> dict[str, dict[Status, int]]:
    """Return for every assumption in how many settings it has each of `STATUSES`."""
    counted: dict[str, Counter[Status]] = defaultdict(Counter)
    for result in results:
        for finding in result.assumptions:
            counted[finding.assumption][finding.status] += 1
    return {name: {status: count[status] for status in STATUSES} for name, count in counted.items()}


@dataclass(frozen=True)
class Alike:
    """Settings of one family in which every assumption has the same status.

    Args:
        family: its name.
        status: by assumption.
        settings: their ids.

    """

    family: str
    status: Mapping[str, Status]
    settings: tuple[int, ...]


def patterns(results: Iterable[JudgedSetting]) -> list[Alike]:
    """Return which settings share the status of every assumption: by family, the largest group first."""
    found: dict[tuple[str, tuple[tuple[str, Status], ...]], list[int]] = defaultdict(list)
    for result in results:
        statuses = tuple((finding.assumption, finding.status) for finding in result.assumptions)
        found[result.family, statuses].append(result.id)
    return [
        Alike(family, dict(statuses), tuple(ids))
        for (family, statuses), ids in sorted(found.items(), key=lambda item: (item[0][0], -len(item[1])))
    ]


@dataclass(frozen=True)
class Violated:
    """A violated assumption: of which setting and family, and the evidence."""

    id: int
    family: str
    assumption: str
    evidence: str


def violated(results: Sequence[JudgedSetting]) -> list[Violated]:
    """Return every violated assumption."""
    return [
        Violated(result.id, result.family, finding.assumption, finding.evidence)
        for result in results
        for finding in result.assumptions
        if finding.status == "violated"
    ]
