"""The page: one self-contained HTML file, verdict first."""

import math
import time
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from boundary import write_atomically
from theory.setting.assumptions import CONSTANT_STEP, REGISTRY
from verify.judging.statistics import Spending
from verify.report import assumed, scatter
from verify.report.counting import Results, grouped
from verify.report.summary import VIOLATIONS, summarise
from verify.sweep.plan import Session, SweepPlan
from verify.sweep.settings import summary_of
from verify.sweep.store import Store

PAGE = "verify.html"


def write(store: Store, folder: Path) -> Path:
    """Write the page of a store into `folder`; return where it is."""
    path = folder / PAGE
    results = list(store.results())
    write_atomically(path, render(results, store.plan, store.path, store.sessions(), store.outdated_by()))
    return path


def render(
    results: Results,
    plan: SweepPlan,
    store: str,
    sessions: Sequence[Session] = (),
    outdated_by: Sequence[str] = (),
) -> str:
    """Return the page as HTML without any outside reference."""
    seconds = sum(result.seconds for result in results)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "number": _number,
        "share": _share,
        "short": _short,
        "duration": _duration,
        "power": scatter.power,
    }
    template = environment.from_string(
        resources.files("verify.report").joinpath("report.html").read_text(encoding="utf-8")
    )
    summary = summarise(results, plan, seconds, store)
    by_problem = grouped(results, lambda result: result.problem)
    return template.render(
        summary=summary,
        claims=list(summary.by_claim),
        figure=scatter.bound_against_observed(results),
        legend=scatter.legend(results),
        lengths=scatter.falling(summary.by_length),
        families={family: summary_of(family, plan.own) for family in summary.by_family},
        statements={item.id: item.statement for item in (*REGISTRY.values(), CONSTANT_STEP)},
        problems={problem: assumed.tally(members) for problem, members in by_problem.items()},
        patterns=assumed.patterns(results),
        violated=assumed.violated(results),
        violations=VIOLATIONS,
        level=Spending(plan.confidence).level(0),
        sessions=sessions,
        outdated_by=outdated_by,
        store=store,
        written=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    )


def _number(value: object, digits: int = 3) -> str:
    """Return a number in short, without an exponent where it reads well without; non-numbers are shown as a dash."""
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        return "–" if value is None or value != value else str(value)
    if isinstance(value, int) or (math.isfinite(value) and 10**digits <= abs(value) < 1e6):
        return f"{value:.0f}"
    return f"{value:.{digits}g}"


def _share(value: float | None) -> str:
    """Return a ratio as a percentage; far beyond 100% as a multiple."""
    if value is None:
        return "–"
    if value >= 10:
        return f"{value:.0f} times"
    return f"{100 * value:.0f}%" if value >= 0.1 else f"{100 * value:.2g}%"


def _short(settings: Sequence[int], most: int = 12) -> str:
    """Return the first of some ids."""
    return ", ".join(map(str, settings[:most])) + (" …" if len(settings) > most else "")


def _duration(seconds: float) -> str:
    return (
        f"{seconds:.0f} s"
        if seconds < 120
        else f"{seconds / 60:.0f} min"
        if seconds < 7200
        else f"{seconds / 3600:.1f} h"
    )
