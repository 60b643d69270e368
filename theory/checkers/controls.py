"""Controls of every claim: a proof that also goes through without a premise, or for a sharper claim, is reported.

A premise that can be dropped is not needed by the proof (it may still be what makes the statement meaningful). A claim
that still passes when tightened by a thousandth would be a fault of the checker.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from theory.checkers import mutants
from theory.kernel.check import check_claim, check_step
from theory.kernel.claim import Claim
from theory.kernel.gap import Gap


@dataclass(frozen=True)
class Controls:
    """What changed versions of one claim still pass.

    Args:
        droppable: names of premises without which the proof stands.
        tightened: names of conclusions that pass though made sharper; always empty for a sound checker.

    """

    claim: str
    droppable: tuple[str, ...]
    tightened: tuple[str, ...]


def controls(claims: Iterable[Claim], proved: Mapping[str, Claim]) -> Iterator[Controls]:
    """Yield the controls of each claim, given all proved claims."""
    for item in claims:
        droppable = tuple(name for name, changed in mutants.without_premise(item) if _passes(changed, proved))
        sharper = tuple(
            name for name, place, changed in mutants.tightened(item) if _step_passes(changed, place, proved)
        )
        yield Controls(item.id, droppable, sharper)


def _step_passes(claim: Claim, place: int, proved: Mapping[str, Claim]) -> bool:
    try:
        check_step(claim, place, proved)
    except Gap:
        return False
    return True


def _passes(claim: Claim, proved: Mapping[str, Claim]) -> bool:
    try:
        check_claim(claim, {name: other for name, other in proved.items() if name != claim.id})
    except Gap:
        return False
    return True
