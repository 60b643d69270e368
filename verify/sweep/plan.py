"""What a sweep is made for (two stores of one plan hold the same settings and verdicts), what a store says of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class SweepPlan:
    """What settings are drawn from, and what their verdicts may cost.

    Args:
        seed: setting i depends on the seed, i and the families alone.
        families: names, as often as they are drawn from.
        confidence: family-wise, of the a-priori checks.
        made_by: `falsify` where the settings were searched for, and not drawn.

    """

    seed: int
    families: tuple[str, ...]
    confidence: float
    made_by: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the plan as plain data."""
        plain = {"seed": self.seed, "families": list(self.families), "confidence": self.confidence}
        return {**plain, "made_by": self.made_by} if self.made_by else plain

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "SweepPlan":
        """Return the plan that `to_json` described; further entries are left."""
        return cls(data["seed"], tuple(data["families"]), data["confidence"], data.get("made_by", ""))


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
