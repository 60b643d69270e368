"""The results of `python -m verify run` as the figures read them, and settings that one figure has judged for itself.

The store itself belongs to `verify`.
"""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from boundary import BadInput, json_text, write_atomically
from paper_figures.runs import SEED
from verify.sweep.assessing import assess, run
from verify.sweep.drawn import Setting
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan
from verify.sweep.settings import plan_families
from verify.sweep.store import Store, judged_by

SMALL = 12
"""Settings of the store that quick figures are drawn from if none is given."""

CONFIDENCE = 0.99
"""Of the a-priori checks of a setting that a figure has judged."""

HINT = "a store made by: python -m verify run --settings 300 --seed 1 --store FILE"


def read(path: Path | None) -> tuple[list[JudgedSetting], dict[str, Any]]:
    """Return all results of a store, and what identifies them: file, plan, number and a digest.

    Raises:
        BadInput: there is no such file, it is no store, it is of another version, or it is empty.

    """
    try:
        found = path is not None and path.is_file()
    except OSError as error:
        raise BadInput("--from", path, f"a store that can be read ({error.strerror})") from None
    if path is None or not found:
        raise BadInput("--from", path or "nothing", HINT)
    with Store.open(path) as store:
        others = store.outdated_by()
        if others:
            words = f"a store judged by this very code; these have changed since: {', '.join(others)}"
            raise BadInput("--from", path, words, "python -m verify run --resume --fresh-if-changed")
        plan = store.plan
        results = list(store.results())
    if not results:
        raise BadInput("--from", path, "a store with at least one setting")
    digest = hashlib.sha256(json_text({"results": [result.to_json() for result in results]}).encode()).hexdigest()
    return results, {
        "kind": "verification store",
        "file": str(path),
        "plan": plan.to_json(),
        "settings": len(results),
        "sha256": digest,
    }


def small(path: Path) -> Path:
    """Return a store of 12 settings at `path`, judged here and now if it is not there yet: for quick figures."""
    plan = SweepPlan(SEED, tuple(plan_families([])), CONFIDENCE)
    with Store.start(path, plan, resume=True, fresh=True) as store, ThreadPoolExecutor(1) as here:
        run(store, SMALL, here, 1)
    return path


def judged(setting: Setting, folder: Path) -> tuple[JudgedSetting, dict[str, Any]]:
    """Return what came of a setting, judged here and now if `folder` has no result of this very code; and its file."""
    asked = {"setting": setting.as_dict(), "confidence": CONFIDENCE}
    text = json_text({**asked, "code": judged_by()})
    path = folder / f"judged-{hashlib.sha256(text.encode()).hexdigest()[:20]}.json"
    try:
        result = JudgedSetting.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        made = assess(setting, CONFIDENCE)
        write_atomically(path, json_text(made.to_json()))
        result = JudgedSetting.from_json(json.loads(path.read_text(encoding="utf-8")))
    return result, {"kind": "judged setting", "file": f"{folder.name}/{path.name}", **asked}
