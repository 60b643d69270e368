"""The results of `python -m verify run` as the figures read them; the store itself belongs to `verify`."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from theory.setting.boundary import BadInput
from verify.store import Store

Result = Mapping[str, Any]
"""One setting: id, family, setting, constants, observed, checks; as `verify.sweep.assess` returns it."""

HINT = "a store made by: python -m verify run --settings 300 --seed 1 --store FILE"


def read(path: Path | None) -> tuple[list[Result], dict[str, Any]]:
    """Return all results of a store, and what identifies them: file, plan, number and a digest.

    Raises:
        BadInput: there is no such file, it is no store, it is of another version, or it is empty.

    """
    if path is None or not path.is_file():
        raise BadInput("--from", path or "nothing", HINT)
    with Store.open(path) as store:
        plan = store.plan
        results: list[Result] = list(store.results())
    if not results:
        raise BadInput("--from", path, "a store with at least one setting")
    digest = hashlib.sha256(json.dumps(results, sort_keys=True).encode()).hexdigest()
    return results, {
        "kind": "verification store",
        "file": str(path),
        "plan": plan,
        "settings": len(results),
        "sha256": digest,
    }
