"""A stored setting run again: the same numbers to the last bit, shown step by step."""

from collections.abc import Mapping
from typing import Any

from verify import sweep
from verify.settings import Setting


def replay(stored: Mapping[str, Any], confidence: float) -> dict[str, Any]:
    """Run a stored setting again.

    Args:
        stored: a result as the store keeps it.
        confidence: family-wise, as in the store's plan.

    Returns: the new result, whether it is the stored one, and where it is not.

    """
    result = sweep.assess(Setting.from_dict(stored["setting"]), confidence)
    differences = _differences(_plain(result), dict(stored))
    return {"result": result, "identical": not differences, "differences": differences}


def _plain(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the result as it reads after a passage through the store."""
    import json

    from theory.setting.boundary import json_text

    return dict(json.loads(json_text(result)))


def _differences(new: Mapping[str, Any], old: Mapping[str, Any]) -> list[str]:
    """Return the names whose values differ; times are no results."""
    return sorted(name for name in new.keys() | old.keys() if name != "seconds" and new.get(name) != old.get(name))
