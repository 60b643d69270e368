"""A sweep in numbers: what `run --json` writes and the page shows."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from verify.verdicts import HEADLINE

Result = Mapping[str, Any]
_QUANTILES = {"median": 50, "p10": 10, "p90": 90, "min": 0, "max": 100}


def spread(values: Iterable[float | None]) -> dict[str, float | None]:
    """Return median, 10% and 90% points and extremes of the finite values; null without any."""
    finite = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    return {name: float(np.percentile(finite, q)) if finite else None for name, q in _QUANTILES.items()}


def _counts(verdicts: Iterable[str]) -> dict[str, int]:
    counted = Counter(verdicts)
    names = {"held": "held", "violations": "violated", "inconclusive": "inconclusive", "not_applied": "not applied"}
    return {name: counted[verdict] for name, verdict in names.items()}


def _checks(results: Sequence[Result]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for result in results:
        for check in result["checks"]:
            found[check["claim"]].append(check)
    return dict(found)


def by_claim(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """Return for every claim its verdicts and its tightness."""
    return {
        claim: {**_counts(check["verdict"] for check in checks), "tightness": spread(c["tightness"] for c in checks)}
        for claim, checks in _checks(results).items()
    }


def by_family(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """Return for every family its verdicts and the tightness of every claim."""
    families: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        families[result["family"]].append(result)
    return {
        family: {
            "settings": len(members),
            **_counts(result["verdict"] for result in members),
            "tightness": {claim: entry["tightness"] for claim, entry in by_claim(members).items()},
        }
        for family, members in sorted(families.items())
    }


def worst(results: Sequence[Result], count: int, store: str | None) -> list[dict[str, Any]]:
    """Return the checks that came closest to an alarm, violated ones first, one a setting."""
    found = []
    for result in results:
        applied = [check for check in result["checks"] if check["verdict"] != "not applied"]
        if applied:
            check = min(applied, key=_distance)
            found.append((_distance(check), result["id"], result, check))
    return [_case(result, check, store) for _, _, result, check in sorted(found, key=lambda item: item[:2])[:count]]


def _distance(check: Mapping[str, Any]) -> tuple[bool, float]:
    tightness = check["tightness"]
    return check["verdict"] != "violated", tightness if isinstance(tightness, float) else math.inf


def _case(result: Result, check: Mapping[str, Any], store: str | None) -> dict[str, Any]:
    return {
        "id": result["id"],
        "family": result["family"],
        "claim": check["claim"],
        "verdict": check["verdict"],
        "tightness": check["tightness"],
        "bound": check["bound"],
        "observed": result["observed"]["mean"],
        "setting": result["setting"],
        "replay": f"python -m verify replay {result['id']} --store {store}" if store else None,
    }


def assumptions(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """Return for every assumption in how many settings it was certified, measured, violated or unknown."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for finding in result["assumptions"]:
            counted[finding["assumption"]][finding["status"]] += 1
    statuses = ("certified", "measured", "violated", "unknown")
    return {name: {status: count[status] for status in statuses} for name, count in counted.items()}


def summarise(
    results: Sequence[Result], plan: Mapping[str, Any], seconds: float, store: str | None = None
) -> dict[str, Any]:
    """Return the summary of a sweep, as INTERFACE.md names its parts."""
    claims, closest = by_claim(results), worst(results, 10, store)
    return {
        "settings": len(results),
        **_counts(result["verdict"] for result in results),
        "family_wise_confidence": plan["confidence"],
        "tightness": {"of": HEADLINE, **claims.get(HEADLINE, {"tightness": spread(())})["tightness"]},
        "smallest_detectable_violation": spread(r["observed"]["smallest_detectable_violation"] for r in results),
        "by_claim": claims,
        "by_family": by_family(results),
        "assumptions": assumptions(results),
        "worst": closest[0] if closest else None,
        "closest": closest,
        "replicas": sum(result["observed"]["replicas"] for result in results),
        "plan": dict(plan),
        "seconds": seconds,
    }
