"""The results of `python -m verify run` as the figures read them; the store itself belongs to `verify`."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from boundary import BadInput, json_text
from paper_figures.runs import SEED
from verify.sweep.assessing import run
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan
from verify.sweep.settings import plan_families
from verify.sweep.store import Store

SMALL = 12
"""Settings of the store that quick figures are drawn from if none is given."""

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
    plan = SweepPlan(SEED, tuple(plan_families([])), 0.99)
    with Store.start(path, plan, resume=True, fresh=True) as store, ThreadPoolExecutor(1) as here:
        run(store, SMALL, here, 1)
    return path
