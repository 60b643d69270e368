"""A stored setting run again: the same numbers to the last bit, then the proof line by line along its first steps."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from boundary import json_text
from verify import proof_lines
from verify.judging.observations import Constants
from verify.proof_lines import steps
from verify.sweep import assessing
from verify.sweep.settings import Setting

STEPS, REPLICAS = 400, 64
"""How much of a run is recorded element by element."""


def replay(stored: Mapping[str, Any], confidence: float) -> dict[str, Any]:
    """Run a stored setting again.

    Args:
        stored: a result, as it was found or as the store keeps it.
        confidence: family-wise, as in the store's plan.

    Returns: the new result, whether it is the stored one and where it is not, the first replica step by step, and the
        lines of the proof.

    """
    setting = Setting.from_dict(stored["setting"])
    result = _plain(assessing.assess(setting, confidence))
    differences = _differences(result, _plain(stored))
    constants = Constants(result["constants"], result["certified"])
    path = proof_lines.record(setting, constants, min(setting.iterations, STEPS), REPLICAS)
    lines = [
        {**asdict(line), "ok": line.ok, "used": line.used, "slack": line.slack} for line in proof_lines.along(path)
    ]
    return {
        "result": result,
        "identical": not differences,
        "differences": differences,
        "steps": path.steps,
        "by_step": steps.steps(path),
        "lines": lines,
        "lines_hold": all(line["ok"] for line in lines),
    }


def _plain(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result as it reads after a passage through the store."""
    return dict(json.loads(json_text(result)))


def _differences(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """Return the names whose values differ; times are no results."""
    return sorted(name for name in new.keys() | old.keys() if name != "seconds" and new.get(name) != old.get(name))
