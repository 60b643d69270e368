"""A stored setting run again: the same numbers to the last bit, then the proof line by line along its first steps."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from boundary import json_text
from verify import proof_lines
from verify.proof_lines import steps
from verify.proof_lines.lines import Line
from verify.proof_lines.steps import Step
from verify.sweep import assessing
from verify.sweep.judged import JudgedSetting

STEPS, REPLICAS = 400, 64
"""How much of a run is recorded element by element."""


@dataclass(frozen=True)
class Replay:
    """What came of running a stored setting again.

    Args:
        result: the new result.
        differences: the entries in which it differs from the stored one, seconds left out; usually none.
        by_step: the first replica, step by step.
        lines: the proof, evaluated along all recorded replicas.

    """

    result: JudgedSetting
    differences: tuple[str, ...]
    by_step: tuple[Step, ...]
    lines: tuple[Line, ...]

    @property
    def identical(self) -> bool:
        """Return whether the result is the stored one."""
        return not self.differences

    @property
    def lines_hold(self) -> bool:
        """Return whether every line of the proof holds."""
        return all(line.ok for line in self.lines)

    @property
    def ok(self) -> bool:
        """Return whether the result is the stored one, nothing is violated, and every line holds."""
        return self.identical and self.lines_hold and self.result.verdict != "violated"

    def to_json(self) -> dict[str, Any]:
        """Return everything with the keys of the command line."""
        return {
            "result": self.result.to_json(),
            "identical": self.identical,
            "differences": list(self.differences),
            "steps": len(self.by_step),
            "by_step": [asdict(step) for step in self.by_step],
            "lines": [line.to_json() for line in self.lines],
            "lines_hold": self.lines_hold,
        }


def replay(stored: JudgedSetting, confidence: float) -> Replay:
    """Run a stored setting again.

    Args:
        stored: a result, as it was found or as the store keeps it.
        confidence: family-wise, as in the store's plan.

    """
    result = assessing.assess(stored.setting, confidence)
    path = proof_lines.record(stored.setting, result.constants, min(stored.setting.iterations, STEPS), REPLICAS)
    return Replay(
        result,
        tuple(_differences(_plain(result), _plain(stored))),
        tuple(steps.steps(path)),
        tuple(proof_lines.along(path)),
    )


def _plain(result: JudgedSetting) -> dict[str, Any]:
    """Return the result as it reads after a passage through the store: so nan is nan."""
    return dict(json.loads(json_text(result.to_json())))


def _differences(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """Return the names whose values differ; times are no results."""
    return sorted(name for name in new.keys() | old.keys() if name != "seconds" and new.get(name) != old.get(name))
