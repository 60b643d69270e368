"""What a person sees in a terminal or a notebook: progress on standard error, results as tables."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from boundary import notes
from verify import sabotage
from verify.judging import calibration
from verify.judging.norms import ConstantsSource
from verify.judging.verdicts import HEADLINE
from verify.proof_lines.steps import shown
from verify.sweep import assessing, falsify
from verify.sweep.connection import StoreFailed
from verify.sweep.executors import WorkLost
from verify.sweep.store import MEMORY, Store

_STYLES = {"held": "green", "violated": "bold red", "inconclusive": "yellow", "not applied": "dim"}


def number(value: object, digits: int = 4) -> str:
    """Return a number in short; what is no number stays a dash."""
    return f"{value:.{digits}g}" if isinstance(value, int | float) and value == value else "–"


def progress() -> Progress:
    """Return a progress bar on standard error with the time left."""
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=notes(),
    )


def watch(store: Store, settings: int, executor: AbstractContextManager[tuple[Executor, int]]) -> None:
    """Run a sweep under a progress bar; whatever stops it says what is in the store and goes on up."""
    done = len([identity for identity in store.done() if identity < settings])
    with progress() as bar:
        task = bar.add_task("settings", total=settings, completed=done)
        try:
            with executor as (pool, width):
                assessing.run(store, settings, pool, width, lambda _: bar.advance(task))
        except KeyboardInterrupt:
            bar.console.print(_kept(store, settings), markup=False, soft_wrap=True)
            raise
        except (WorkLost, StoreFailed) as error:
            words = f"{error.condition}; {_kept(store, settings)}"
            raise type(error)(error.name, error.value, words) from None


def _kept(store: Store, settings: int) -> str:
    """Return how far a sweep has come that did not come to its end."""
    try:
        done = str(len(store.done()))
    except StoreFailed:
        done = "some"
    where = "are done" if store.path == MEMORY else f"are in {shlex.quote(store.path)}; go on with --resume"
    return f"{done} of {settings} settings {where}"


def watch_faults(areas: Sequence[str]) -> dict[str, Any]:
    """Plant every fault of the areas under a progress bar."""
    with progress() as bar:
        task = bar.add_task("faults", total=None)
        return sabotage.run(areas, lambda _, total: bar.update(task, advance=1, total=total))


def watch_calibration(families: int, seed: int) -> dict[str, Any]:
    """Measure error rates under a progress bar."""
    with progress() as bar:
        task = bar.add_task("rates", total=calibration.STEPS)
        return calibration.calibrate(families, seed, lambda: bar.advance(task))


def calibration_table(result: Mapping[str, Any]) -> Group:
    """Return measured error rates against the stated ones, and what wrong procedures would have shown."""

    def row(rate: Mapping[str, Any], *more: object) -> tuple[object, ...]:
        sense = "at least" if rate["what"] == "power" else "at most"
        low, high = (number(end, 3) for end in rate["interval_95"])
        seen = f"{number(rate['rate'])} ({low} … {high})"
        return (*more, rate["law"], f"{sense} {rate['stated']:.3g}", seen, rate["families"], rate["replicas"])

    columns = ("law", "stated", "measured (95%)", "families", "replicas")
    stated = [(*row(rate, rate["what"]), Text("as stated" if rate["ok"] else "NOT AS STATED",
                                              style="green" if rate["ok"] else "bold red"))
              for rate in result["rates"]]  # fmt: skip
    wrong = [(*row(rate, rate["procedure"]), Text("noticed" if rate["noticed"] else "NOT NOTICED",
                                                  style="green" if rate["noticed"] else "bold red"))
             for rate in result["controls"]]  # fmt: skip
    held = [(*row(rate, rate["what"]), Text("as stated" if rate["asserted"] and rate["ok"] else
                                            "NOT AS STATED" if rate["asserted"] else "measured, not stated"))
            for rate in result["held"]]  # fmt: skip
    title = f"verdicts on planted truths: {result['settings_per_family']} settings a null family, 3 looks each"
    return Group(
        table(title, ("rate", *columns, ""), stated),
        table(
            "`held` although the mean is at the bound: Student's t, stated for means near normal",
            ("rate", *columns, ""),
            held,
        ),
        table("false alarms of wrong procedures, which must show", ("procedure", *columns, ""), wrong),
    )


def watch_search(budget: int, seed: int, families: Sequence[str]) -> dict[str, Any]:
    """Search for the worst settings under a progress bar."""
    with progress() as bar:
        task = bar.add_task("runs", total=budget)
        return falsify.falsify(budget, seed, families, lambda step: bar.advance(task, step))


def keep(found: Mapping[str, Any], path: Path) -> None:
    """Write the worst settings as they were run to a new store, so that `replay` gives the same ratio bit for bit."""
    plan = {"seed": found["seed"], "families": list(found["families"]), "confidence": found["family_wise_confidence"]}
    with Store.create(path, {**plan, "made_by": "falsify"}) as store:
        for outcome in found["families"].values():
            store.add(outcome["result"])


def closest_table(found: Mapping[str, Any]) -> Table:
    """Return the settings closest to an alarm."""
    rows = [
        (check["id"], check["family"], check["claim"], verdict(check["verdict"]), number(check["tightness"]))
        for check in found["closest"]
    ]
    title = f"closest to an alarm, of {sum(found['settings'].values())} settings"
    return table(title, ("setting", "family", "claim", "verdict", "bound / observed"), rows)


def falsify_table(found: Mapping[str, Any], path: Path | None = None) -> Group:
    """Return the worst setting of each family, and the command that runs one again if they are in a store."""
    rows = []
    for family, outcome in found["families"].items():
        setting = outcome["setting"]
        problem = ", ".join(f"{name} {number(value)}" for name, value in setting["problem_settings"].items()
                            if isinstance(value, int | float) and name != "instance")  # fmt: skip
        shown = f"{setting['algorithm']}, M = {setting['stages']}, K = {setting['iterations']}, " \
                f"alpha {number(setting['alpha'])}, tau {number(setting['tau'])}; {problem}"  # fmt: skip
        interval = " … ".join(number(end) for end in outcome["interval"] or ())
        cells = (number(outcome["score"]), interval, outcome["claim"] or "–", verdict(outcome["verdict"]))
        rows.append((family, setting["id"], *cells, outcome["runs"], shown))
    title = f"smallest bound / observed in {found['budget']} runs, the worst setting of each family run afresh"
    columns = ("family", "id", "bound / observed", "95%", "claim", "verdict", "runs", "setting")
    shown_table = table(title, columns, rows)
    again = "--store FILE keeps them for `replay`" if path is None else replayed_by(path)
    return Group(shown_table, Text(f"again: {again}", style="dim"))


def replayed_by(path: Path) -> str:
    """Return the command that runs a setting of a store again, as it is typed into a shell."""
    return f"python -m verify replay ID --store {shlex.quote(str(path))}"


def sabotage_table(result: Mapping[str, Any]) -> Group:
    """Return what was planted, what caught it, and what survived."""
    rows: dict[tuple[str, str], int] = {}
    for fault in result["faults"]:
        key = (fault["area"], fault["caught_by"] or "nothing")
        rows[key] = rows.get(key, 0) + 1
    head = Text(f"{result['planted']} faults planted, {result['caught']} caught", style="bold")
    counted = table("by check", ("area", "caught by", "faults"), [(*key, count) for key, count in sorted(rows.items())])
    lines = [Text(f"SURVIVED: {name}", style="bold red") for name in result["survivors"]]
    lines += [Text(f"FAILS WITHOUT A FAULT: {name}", style="bold red") for name in result["failing_without_a_fault"]]
    return Group(head, counted, *lines)


def verdict(word: str) -> Text:
    """Return a verdict in its colour."""
    return Text(word, style=_STYLES.get(word, ""))


def table(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> Table:
    """Return a table whose first column is text and whose others are numbers or verdicts."""
    result = Table(title=Text(title), title_justify="left")
    for place, name in enumerate(columns):
        result.add_column(Text(name), justify="left" if place == 0 or name in ("line", "setting") else "right")
    for row in rows:
        result.add_row(*(cell if isinstance(cell, Text) else Text(str(cell)) for cell in row))
    return result


def summary_table(summary: Mapping[str, Any]) -> Group:
    """Return the summary of a sweep."""
    word = "violated" if summary["violations"] else ("inconclusive" if summary["inconclusive"] else "held")
    head = Text.assemble(
        f"{summary['settings']} settings: {summary['held']} held, {summary['violations']} violated, "
        f"{summary['inconclusive']} inconclusive, {summary['not_applied']} without an applicable bound  (",
        verdict(word),
        f", family-wise confidence {summary['family_wise_confidence']:g} of the a-priori checks of "
        f"{summary['family_wise']['settings']} settings, {summary['seconds']:.0f} s)",
    )
    counts = ("held", "violations", "inconclusive", "not_applied")
    rows = [
        (
            claim,
            *(entry[name] for name in counts),
            *(number(entry["tightness"][name], 3) for name in ("min", "p10", "median", "p90")),
        )
        for claim, entry in summary["by_claim"].items()
    ]
    claims = table("bound / observed by claim", ("claim", *counts, "min", "p10", "median", "p90"), rows)
    columns = list(summary["by_claim"])
    families = table(
        "median bound / observed by family",
        ("family", "settings", *columns),
        [
            (family, entry["settings"], *(number(entry["tightness"][claim]["median"], 3) for claim in columns))
            for family, entry in summary["by_family"].items()
        ],
    )
    return Group(head, detection(summary), claims, families)


def detection(summary: Mapping[str, Any]) -> Text:
    """Return how small a violation would have been caught, and the replicas that given ones take."""
    caught, needed = summary["smallest_detectable_violation"], summary["replicas_needed"]
    if not needed:
        return Text("no mean was observed: no violation could have been caught")
    replicas = ", ".join(
        f"{float(name):.0%}: {'none will do' if count is None else count}"
        for name, count in needed.items()
        if name not in ("variation", "level")
    )
    return Text(
        f"smallest violation caught: {caught['median']:.2%} above the bound in the median setting, "
        f"{caught['max']:.0%} at worst; replicas that reveal a violation of {replicas}"
    )


def check_table(checks: Sequence[Mapping[str, Any]], title: str) -> Table:
    """Return the checks of one setting, and below what those that are not a-priori rest on."""
    rows = [
        (
            check["claim"],
            verdict(check["verdict"]),
            number(check["bound"]),
            f"{number(check['tightness'])} ({number(check['tightness_low'])} … {number(check['tightness_high'])})"
            if not check["reason"]
            else check["reason"],
        )
        for check in checks
    ]
    found = table(title, ("claim", "verdict", "bound", "bound / observed (95%)"), rows)
    conditions = sorted({check["condition"] for check in checks if check.get("condition")})
    found.caption = "\n".join(f"a-posteriori checks are conditional: {condition}" for condition in conditions) or None
    found.caption_justify = "left"
    return found


def norms_table(sides: Iterable[ConstantsSource]) -> Table:
    """Return a network's constants with certified and with observed norms, side by side."""
    names = ("L", "Lambda1", "Lambdah")
    rows = [
        (
            side.norms,
            ", ".join(number(norm, 3) for norm in side.w),
            *(number(side.values.get(name)) for name in names),
            number(side.check.bound),
            side.check.reason or number(side.check.tightness),
        )
        for side in sides
    ]
    return table("stage norms", ("norms", "w_m", *names, HEADLINE, "bound / observed"), rows)


def replay_table(replayed: Mapping[str, Any]) -> Group:
    """Return a replayed setting: what was run, what is assumed, what came of it."""
    result = replayed["result"]
    setting, observed = result["setting"], result["observed"]
    same = "the stored result, bit for bit" if replayed["identical"] else f"DIFFERS in {replayed['differences']}"
    head = Text.assemble(f"setting {result['id']} ({result['family']}): ", verdict(result["verdict"]), f"; {same}")
    facts = [(name, value) for name, value in setting.items() if name not in ("id", "family", "problem_settings")]
    facts += [(f"problem: {name}", value) for name, value in setting["problem_settings"].items()]
    certified = result["certified"]
    constants = [
        (name, number(value, 8), "certified" if certified.get(name) else "observed")
        for name, value in result["constants"].items()
    ]
    findings = [(found["assumption"], found["status"], found["evidence"]) for found in result["assumptions"]]
    shown = {name: number(value, 6) if isinstance(value, float) else value for name, value in observed.items()}
    return Group(
        head,
        table("setting", ("name", "value"), facts),
        table("constants", ("name", "value", "status"), constants),
        table("assumptions", ("assumption", "status", "evidence"), findings),
        table("observed", ("name", "value"), shown.items()),
        check_table(result["checks"], "checks"),
        step_table(replayed),
        line_table(replayed),
    )


def step_table(replayed: Mapping[str, Any]) -> Table:
    """Return some steps of the first replica: each quantity of the proof, and the share it uses of its bound."""
    names = ("staleness", "drift", "step")

    def share(row: Mapping[str, Any], name: str) -> str:
        bound = row[f"{name}_bound"]
        used = "" if not bound else f" ({row[name] / bound:.0%})"
        return number(row[name]) + used

    rows = [
        (
            row["k"],
            *(number(row[name], 6) for name in ("value", "squared_gradient")),
            number(row["noise"]),
            *(share(row, name) for name in names),
            *(number(row[name]) for name in ("descent", "descent_bound")),
        )
        for row in (replayed["by_step"][k] for k in shown(len(replayed["by_step"])))
    ]
    columns = (
        "k",
        "f(W_k)",
        "norm(F_k)^2",
        "norm(n_k)",
        "norm(b_k)",
        "norm(e_k)",
        "norm(T_k)",
        "f's change",
        "at most",
    )
    return table("step by step, the first replica: norms and the share of their bound used", columns, rows)


def line_table(replayed: Mapping[str, Any]) -> Table:
    """Return the proof line by line; `used` is the share of the right side that the left side takes."""
    rows = [
        (
            line["claim"],
            line["statement"],
            number(line["left"]),
            number(line["right"]),
            number(line["used"], 3),
            verdict("held" if line["ok"] else "violated"),
        )
        for line in replayed["lines"]
    ]
    title = f"the proof along the first {replayed['steps']} steps: where the slack of the bound is lost"
    return table(title, ("claim", "line", "left", "right", "used", ""), rows)
