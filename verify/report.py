"""The page: one self-contained HTML file, verdict first."""

import platform
import time
from collections.abc import Mapping, Sequence
from importlib import metadata, resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from theory.setting.assumptions import REGISTRY
from theory.setting.boundary import write_whole
from verify import scatter
from verify.settings import FAMILIES
from verify.statistics import Spending
from verify.store import Store
from verify.summary import summarise

PAGE = "verify.html"
_PACKAGES = ("analog-sgd-workbench", "numpy", "scipy", "sympy", "numba", "hypothesis")


def write(store: Store, folder: Path) -> Path:
    """Write the page of a store into `folder`; return where it is."""
    path = folder / PAGE
    results = list(store.results())
    write_whole(path, render(results, store.plan, store.path))
    return path


def render(results: Sequence[Mapping[str, Any]], plan: Mapping[str, Any], store: str) -> str:
    """Return the page as HTML without any outside reference."""
    seconds = sum(result["seconds"] for result in results)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["number"] = _number
    template = environment.from_string(resources.files("verify").joinpath("report.html").read_text(encoding="utf-8"))
    summary = summarise(results, plan, seconds, store)
    return template.render(
        summary=summary,
        word=_word(summary),
        claims=list(summary["by_claim"]),
        figure=scatter.bound_against_observed(results),
        legend=scatter.legend(results),
        families={name: family.summary for name, family in FAMILIES.items()},
        statements={name: item.statement for name, item in REGISTRY.items()},
        level=Spending(plan["confidence"]).level(0),
        versions=_versions(),
        written=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    )


def _word(summary: Mapping[str, Any]) -> str:
    if summary["violations"]:
        return "violated"
    return "inconclusive" if summary["inconclusive"] or not summary["held"] else "held"


def _number(value: object, digits: int = 3) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return "–" if value is None else str(value)
    return f"{value:.{digits}g}"


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "from this folder"
    return found
