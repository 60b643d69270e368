"""A sweep in numbers: what `run --json` writes and the page shows."""

import math
import shlex
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from boundary import BadInput
from verify.judging import assumptions
from verify.judging.statistics import replicas_needed
from verify.judging.verdicts import FORMS, GRAVITY, HEADLINE
from verify.sweep.settings import LONG

Result = Mapping[str, Any]

VIOLATIONS = (0.01, 0.05, 0.1, 0.5, 1.0)
"""Relative violations for which the summary says how many replicas a sweep would need to see them."""

_QUANTILES = {"median": 50, "p10": 10, "p90": 90, "min": 0, "max": 100}
_COUNTED = {"held": "held", "violations": "violated", "inconclusive": "inconclusive", "not_applied": "not applied"}


def spread(values: Iterable[float | None]) -> dict[str, float | None]:
    """Return median, 10% and 90% points and extremes of the finite values; null without any."""
    finite = [value for value in values if isinstance(value, float) and math.isfinite(value)]
    if not finite:
        return dict.fromkeys(_QUANTILES)
    return dict(zip(_QUANTILES, np.percentile(finite, list(_QUANTILES.values())).tolist(), strict=True))


def _counts(verdicts: Iterable[str]) -> dict[str, int]:
    counted = Counter(verdicts)
    return {name: counted[verdict] for name, verdict in _COUNTED.items()}


def grouped(results: Iterable[Result], key: Callable[[Result], Any]) -> dict[Any, list[Result]]:
    """Return results by key, keys in order."""
    found: dict[Any, list[Result]] = defaultdict(list)
    for result in results:
        found[key(result)].append(result)
    return dict(sorted(found.items()))


def by_claim(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """Return for every claim its verdicts and its tightness."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for result in results:
        for check in result["checks"]:
            found[check["claim"]].append(check)
    return {
        claim: {**_counts(check["verdict"] for check in checks), "tightness": spread(c["tightness"] for c in checks)}
        for claim, checks in found.items()
    }


BASES = ("a-priori", "a-posteriori", "certificate")


def basis(check: Mapping[str, Any]) -> str:
    """Return what a check rests on: one of `BASES`."""
    name, _, ending = check["claim"].partition("/")
    return "certificate" if name == "certificate" else str(ending)


def by_basis(results: Sequence[Result]) -> dict[str, dict[str, int]]:
    """Return for every basis the settings by the gravest verdict of their checks on it.

    A setting without a check on a basis is `not_applied` there; one without a broken certificate is `held` there.
    """
    found: dict[str, list[str]] = {name: [] for name in BASES}
    for result in results:
        for name in BASES:
            words = [check["verdict"] for check in result["checks"] if basis(check) == name]
            none = "held" if name == "certificate" else "not applied"
            found[name].append(max(words, key=GRAVITY.index, default=none))
    return {name: _counts(words) for name, words in found.items()}


def family_wise(results: Sequence[Result], confidence: float) -> dict[str, Any]:
    """Return what the family-wise confidence is claimed for, and of how many settings.

    Returns: `confidence`, `covers` in words, `settings` with an a-priori check that was applied, their `violations`,
        and `conditional`: the settings for which nothing but conditional checks were applied.

    """
    covered = [
        result
        for result in results
        if any(basis(check) == "a-priori" and check["verdict"] != "not applied" for check in result["checks"])
    ]
    judged = sum(any(check["verdict"] != "not applied" for check in result["checks"]) for result in results)
    return {
        "confidence": confidence,
        "covers": "the a-priori checks; a-posteriori ones are conditional on what the runs showed",
        "settings": len(covered),
        "violations": by_basis(covered)["a-priori"]["violations"],
        "conditional": judged - len(covered),
    }


def by_family(results: Sequence[Result]) -> dict[str, dict[str, Any]]:
    """Return for every family its verdicts, the tightness of every claim, and what its replicas can detect."""
    claims = by_claim(results)
    return {
        family: {
            "settings": len(members),
            **_counts(result["verdict"] for result in members),
            "tightness": {claim: spread(()) for claim in claims}
            | {claim: entry["tightness"] for claim, entry in by_claim(members).items()},
            "smallest_detectable_violation": spread(_detectable(members)),
            "replicas_needed": needed(members),
            "seconds": sum(result["seconds"] for result in members),
        }
        for family, members in grouped(results, lambda result: result["family"]).items()
    }


def _detectable(results: Iterable[Result]) -> Iterator[float | None]:
    return (result["observed"]["smallest_detectable_violation"] for result in results)


def needed(results: Sequence[Result]) -> dict[str, Any]:
    """Return the replicas that would reveal each of `VIOLATIONS` with probability 0.9, at the scatter of the replicas.

    Returns: `variation`, the median over settings of a replica's standard deviation over its mean; `level`, what the
        most demanding setting may spend; and for every violation, as text, the replicas: null if no number will do.

    """
    seen = [result["observed"] for result in results if isinstance(result["observed"]["stderr"], float)]
    variations = [o["stderr"] * math.sqrt(o["replicas"]) / o["mean"] for o in seen if o["mean"] > 0]
    if not variations:
        return {}
    variation, level = float(np.median(variations)), min(o["level"] for o in seen)
    # an alarm has half of what a setting may spend: verdicts.weigh
    found = {f"{violation:g}": _needed(violation, variation, level / 2) for violation in VIOLATIONS}
    return {"variation": variation, "level": level, **found}


def _needed(violation: float, variation: float, level: float) -> int | None:
    try:
        return replicas_needed(violation, variation, level)
    except BadInput:
        return None


def _ratios(result: Result) -> dict[tuple[str, str], float]:
    """Return bound / observed by (form, certified or observed) of every check that applied.

    Certified: of a network, L and Lambda from norms that the saturation box proves; else the a-priori checks. Observed:
    the a-posteriori checks, whose constants the run showed, at every step or at some.
    """
    sides = result["norms"] or [
        {"norms": word, "checks": [check for check in result["checks"] if check["claim"].endswith("/" + basis)]}
        for word, basis in (("certified", "a-priori"), ("observed", "a-posteriori"))
    ]
    return {
        (check["claim"].split("/")[0], side["norms"] if side["norms"] == "certified" else "observed"): check[
            "tightness"
        ]
        for side in sides
        for check in side["checks"]
        if isinstance(check["tightness"], float) and math.isfinite(check["tightness"])
    }


def side_by_side(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return for every family and form the median of bound / observed with certified and with observed constants.

    Returns: rows with family, form, `settings` (where both apply), `certified` and `observed` (medians there), and
        `observed_everywhere` with its `applied` (all settings where the observed one applies).

    """
    rows = []
    for family, members in grouped(results, lambda result: result["family"]).items():
        ratios = [_ratios(result) for result in members]
        rows += [{"family": family, "form": form.name, **_paired(ratios, form.name)} for form in FORMS]
    return [row for row in rows if row["applied"]]


def _paired(ratios: Sequence[Mapping[tuple[str, str], float]], form: str) -> dict[str, Any]:
    both = [found for found in ratios if (form, "certified") in found and (form, "observed") in found]
    everywhere = [found[form, "observed"] for found in ratios if (form, "observed") in found]
    medians = {word: spread(found[form, word] for found in both)["median"] for word in ("certified", "observed")}
    return {
        "settings": len(both),
        **medians,
        "applied": len(everywhere),
        "observed_everywhere": spread(everywhere)["median"],
    }


def by_length(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Return for the family whose settings differ in K alone how bound / observed falls: by decade of K, as above."""
    headline = HEADLINE.split("/")[0]
    found = grouped((result for result in results if result["family"] == LONG.name), _decade)
    return [
        {"family": family, "K_from": 10**decade, **_paired([_ratios(result) for result in members], headline)}
        for (family, decade), members in found.items()
    ]


def _decade(result: Result) -> tuple[str, int]:
    return result["family"], math.floor(math.log10(result["setting"]["iterations"]))


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
        "replay": f"python -m verify replay {result['id']} --store {shlex.quote(store)}" if store else None,
    }


def summarise(
    results: Sequence[Result], plan: Mapping[str, Any], seconds: float, store: str | None = None
) -> dict[str, Any]:
    """Return the summary of a sweep, as INTERFACE.md names its parts."""
    claims, closest = by_claim(results), worst(results, 10, store)
    return {
        "settings": len(results),
        **_counts(result["verdict"] for result in results),
        "family_wise_confidence": plan["confidence"],
        "family_wise": family_wise(results, plan["confidence"]),
        "by_basis": by_basis(results),
        "tightness": {"of": HEADLINE, **claims.get(HEADLINE, {"tightness": spread(())})["tightness"]},
        "smallest_detectable_violation": spread(_detectable(results)),
        "replicas_needed": needed(results),
        "by_claim": claims,
        "by_family": by_family(results),
        "certified_and_observed": side_by_side(results),
        "by_length": by_length(results),
        "assumptions": assumptions.tally(results),
        "worst": closest[0] if closest else None,
        "closest": closest,
        "replicas": sum(result["observed"]["replicas"] for result in results),
        "plan": dict(plan),
        "seconds": seconds,
    }
