"""What a sweep is made for (two stores of one plan hold the same settings and verdicts), what a store says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from boundary import BadInput
from verify.sweep.own_families import OwnFamilies

OWN = "families_file"
"""The key of the user's families in a plan."""


@dataclass(frozen=True)
class SweepPlan:
    """What settings are drawn from, and what their verdicts may cost.

    Args:
        seed: setting i depends on the seed, i and the families alone.
        families: names, as often as they are drawn from.
        confidence: family-wise, of the a-priori checks.
        made_by: `falsify` where the settings were searched for, and not drawn.
        own: the user's families; None if there is no file of them.

    """

    seed: int
    families: tuple[str, ...]
    confidence: float
    made_by: str = ""
    own: OwnFamilies | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        plain: dict[str, Any] = {"seed": self.seed, "families": list(self.families), "confidence": self.confidence}
        if self.own is not None:
            plain[OWN] = self.own.to_json()
        return {**plain, "made_by": self.made_by} if self.made_by else plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SweepPlan":
        """Return the plan that `to_json` described; further entries are left."""
        own = OwnFamilies.from_json(data[OWN]) if OWN in data else None
        return cls(data["seed"], tuple(data["families"]), data["confidence"], data.get("made_by", ""), own)


class ClosestCheck(NamedTuple):
    """One row of the index of checks; a broken certificate has no tightness."""

    id: int
    family: str
    claim: str
    verdict: str
    tightness: float | None


class Session(NamedTuple):
    """When a store was written to, how many settings it had then, and the versions that wrote on."""

    started: str
    done: int
    versions: Mapping[str, str]


def other_families(stored: Mapping[str, Any] | None, given: Mapping[str, Any] | None, path: str) -> BadInput:
    """Return what to say of a file of families that is not the one that a store was begun with."""
    name, value = "--families", "none" if given is None else f"a file with the checksum {given['sha256'][:12]}..."
    words = "none" if stored is None else f"the file with the checksum {stored['sha256'][:12]}..."
    if stored and given and stored["sha256"] == given["sha256"]:
        files = sorted(stored["files"].keys() | given["files"].keys())
        value = next(file for file in files if stored["files"].get(file) != given["files"].get(file))
        words = f"the file with the checksum {str(stored['files'].get(value, 'none'))[:12]}..."
    return BadInput(name, value, f"{words}, as in the store {path} to resume it")
