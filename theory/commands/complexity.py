"""`python -m theory complexity`: iterations and clock cycles to reach eps, for every algorithm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from boundary import HOLDS, BadInput, write_json
from boundary.numbers import Number, nearest, shown
from boundary.tables import show
from theory.bounds import comparison
from theory.bounds.complexity import ALL, CONSTANTS, TITLE, AlgorithmPlan, check, floor, plan
from theory.bounds.free import NEEDED, OPTIONAL
from theory.bounds.inputs import SYNONYMS, canonical, has, spelled
from theory.commands.evaluate import Json, Set, numbers
from theory.setting import algorithms

_BATCHES = tuple(2**power for power in range(17))
_FULL = tuple(sorted({full for one in algorithms.REGISTRY.values() for full in one.replaced.values()}))
"""Constants that take another's place for some algorithm."""
_LARGEST_COUNT = 2**53


@dataclass(frozen=True)
class Question:
    """What is asked for: the constants, the target, the pipeline, and what stashing has instead."""

    constants: dict[str, Number]
    target: Number
    stages: int | None
    batch: int
    full: dict[str, Number]
    typed: Mapping[str, str]
    """The name that was given for a constant that has two."""


def complexity(settings: Set = None, json_file: Json = None) -> int:
    """Say how many iterations, and clock cycles, are proved to be enough to reach eps, for every algorithm.

    Parameters: L, sigma2, Delta, rho (or gamma), Lambda1, Lambdah, eps; the device's gain if it is not 1; M stages for
    clock cycles; B samples an iteration where there are several; Lambda1_full, Lambdah_full (of S_full) for stashing,
    Lambda1_2bw, Lambdah_2bw (of S_full) and Lambda1_pipemare, Lambdah_pipemare for the lags of those pipelines. Step
    sizes are those the device is asked for, the best that were found. With D, ell, ell1, tau, F0 (and H2, HJ, Gamma
    where they are not 0) Theorem 4 is used as well. What is necessary is so at every step size, for some objective: the
    lag is D, or that of M stages.
    K steps of the size printed are enough: the guaranteed upper end of the bound there is at most eps.
    """
    asked = _read(settings)
    with Console(stderr=True).status("inverting the sharp bound"):
        plans = _plans(asked)
        pipelines = _pipelines(asked, plans)
    result = _result(asked, plans, pipelines)
    if json_file != "-":
        show(_table(plans, asked), *_remarks(pipelines))
    if json_file is not None:
        write_json(json_file, result)
    return HOLDS


def _read(settings: list[str] | None) -> Question:
    asked = numbers(settings, (*ALL, *SYNONYMS, "eps", "M", "B", *_FULL), TITLE)
    given, typed = canonical(asked, TITLE), {SYNONYMS[name]: name for name in asked if name in SYNONYMS}
    with spelled(asked):
        return _question(given, typed)


def _question(given: Mapping[str, Number], typed: Mapping[str, str]) -> Question:
    for name in (*CONSTANTS, "eps"):
        if name not in given:
            raise BadInput(name, "(not given)", f"--set {name}=VALUE", TITLE)
    if given.keys() & (set(OPTIONAL) - {"D"}):  # D alone is the lag
        for name in NEEDED:
            if not has(name, given):
                raise BadInput(name, "(not given)", f"--set {name}=VALUE, as other constants of Theorem 4 are", TITLE)
    for name in {"M", "B"} & given.keys():
        if given[name] > _LARGEST_COUNT:
            raise BadInput(name, shown(given[name]), f"{name} <= 2^53", TITLE)
    constants: dict[str, Number] = {name: given[name] for name in ALL if name in given}
    check(constants, given["eps"])
    full: dict[str, Number] = {name: given[name] for name in _FULL if name in given}
    for algorithm in algorithms.REGISTRY.values():
        own = {name: full[other] for name, other in algorithm.replaced.items() if other in full}
        check({**constants, **own}, given["eps"])
    stages = int(given["M"]) if "M" in given else None
    return Question(constants, given["eps"], stages, int(given.get("B", stages or 1)), full, typed)


def _plans(asked: Question) -> list[AlgorithmPlan]:
    """Return the plan of every algorithm that the theorem covers and whose own constants, if it has any, are given."""
    found = []
    for algorithm in algorithms.REGISTRY.values():
        if not algorithm.covered or not set(algorithm.replaced.values()) <= asked.full.keys():
            continue
        own = {name: asked.full[full] for name, full in algorithm.replaced.items()}
        batch = algorithm.samples(asked.batch)
        found.append(plan(algorithm, {**asked.constants, **own}, asked.target, asked.stages, batch))
    return found


def _pipelines(asked: Question, plans: Sequence[AlgorithmPlan]) -> dict[str, Any] | None:
    """Compare the asynchronous pipeline with the synchronous one at the given and at the best B."""
    if asked.stages is None:
        return None
    by_name = {one.algorithm.name: one for one in plans}
    best = comparison.best_batch(asked.constants, asked.target, asked.stages)
    best_plan = plan(comparison.SYNCHRONOUS, asked.constants, asked.target, asked.stages, best)
    mine = by_name[comparison.ASYNCHRONOUS.name].cycles
    return {
        "best": best_plan,
        "speed_up_over_sequential": _ratio(by_name["analog-sgd"].cycles, mine),
        "speed_up_over_synchronous": _ratio(by_name[comparison.SYNCHRONOUS.name].cycles, mine),
        "speed_up_over_best_synchronous": _ratio(best_plan.cycles, mine),
        "regions": comparison.regions(asked.constants, asked.stages, [asked.batch]),
        "regions_best": comparison.regions(asked.constants, asked.stages, _BATCHES),
        "batch": asked.batch,
    }


def _ratio(other: int | None, mine: int | None) -> float | None:
    return None if other is None or mine is None else other / mine


def _row(one: AlgorithmPlan) -> dict[str, Any]:
    return {
        "algorithm": one.algorithm.name,
        "batch": one.batch,
        "iterations": one.reach and one.reach.iterations,
        "alpha": one.reach and one.reach.alpha,
        "upper": one.reach and one.reach.upper,
        "samples": one.samples,
        "cycles": one.cycles,
        "floor": one.floor,
        "form": one.form or None,
        "theorem_3": one.closed and {"iterations": one.closed.iterations, "alpha": one.closed.alpha, "t": one.closed.t},
        "theorem_4": one.exact and {"iterations": one.exact.iterations, "alpha": one.exact.alpha},
        "lag": one.lag,
        "necessary": one.necessary and {"iterations": one.necessary.iterations, "lower": one.necessary.lower},
    }


def _result(asked: Question, plans: Sequence[AlgorithmPlan], pipelines: dict[str, Any] | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "theorem": "complexity",
        "parameters": {
            **{asked.typed.get(name, name): nearest(number) for name, number in asked.constants.items()},
            "eps": nearest(asked.target),
            "M": asked.stages,
            "B": asked.batch,
        },
        "floor": floor(asked.constants),
        "algorithms": [_row(one) for one in plans],
    }
    if pipelines is not None:
        shown = {**pipelines, "best": _row(pipelines["best"])}
        for name in ("regions", "regions_best"):
            shown[name] = [{"fewer_cycles": r.winner.name, "eps": [r.low, r.high]} for r in pipelines[name]]
        result["pipelines"] = shown
    return result


def _table(plans: Sequence[AlgorithmPlan], asked: Question) -> Table:
    table = Table(title=f"to reach eps = {shown(asked.target)}, proved by the sharp bound")
    for name in ("algorithm", "K", "step", "K (Thm 3)", "K (Thm 4)", "necessary", "samples", "cycles", "floor"):
        table.add_column(name, justify="left" if name == "algorithm" else "right")
    for one in plans:
        title = one.algorithm.title + (f", B = {one.batch}" if one.algorithm.batched else "")
        reach = (f"{one.reach.iterations:,}", repr(one.reach.alpha)) if one.reach else ("not reached", "")
        third = _count(one.closed.iterations if one.closed else None)
        fourth = _count(one.exact.iterations if one.exact else None)
        least = _count(one.necessary.iterations if one.necessary else None)
        table.add_row(title, *reach, third, fourth, least, _count(one.samples), _count(one.cycles), repr(one.floor))
    return table


def _count(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _remarks(pipelines: dict[str, Any] | None) -> list[str]:
    if pipelines is None:
        return ["Give M (stages) for clock cycles."]
    best: AlgorithmPlan = pipelines["best"]
    lines = [f"Best batch of the synchronous pipeline: B = {best.batch}, {_count(best.cycles) or 'no'} clock cycles."]
    for name in ("sequential", "synchronous", "best_synchronous"):
        ratio = pipelines[f"speed_up_over_{name}"]
        if ratio is not None:
            lines.append(f"Speed-up of Analog-SGD-AP over {name.replace('_', ' ')}: {ratio:.3g}.")
    for name, against in (("regions", f"B = {pipelines['batch']}"), ("regions_best", "the best power of two as B")):
        lines.extend(
            f"Against {against}: {part.winner.title} needs fewer cycles for eps in [{part.low:.4g}, {part.high:.4g}]."
            for part in pipelines[name]
        )
    return lines
