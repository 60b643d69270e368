"""What a person sees in a terminal or a notebook: results as tables."""

import math
import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Group
from rich.table import Table
from rich.text import Text

from verify.judging.assumptions import Finding
from verify.judging.calibration import CalibrationResult, ErrorRate
from verify.judging.checks import HEADLINE, Check
from verify.judging.norms import ConstantsSource
from verify.proof_lines.lines import Line
from verify.proof_lines.replaying import Replay
from verify.proof_lines.steps import Step, shown
from verify.report.summary import Summary
from verify.sweep.falsify import Candidate, SearchResult
from verify.sweep.plan import ClosestCheck

_STYLES = {"held": "green", "violated": "bold red", "inconclusive": "yellow", "not applied": "dim"}


def number(value: object, digits: int = 4) -> str:
    """Return a number in short; non-numbers are shown as a dash."""
    return f"{value:.{digits}g}" if isinstance(value, int | float) and value == value else "–"


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


def calibration_table(result: CalibrationResult) -> Group:
    """Return the measured error rates, and whether wrong procedures show."""

    def row(rate: ErrorRate, what: str, said: Text) -> tuple[object, ...]:
        sense = "at least" if rate.what == "power" else "at most"
        low, high = (number(end, 3) for end in rate.interval_95)
        seen = f"{number(rate.rate)} ({low} … {high})"
        return what, rate.law, f"{sense} {rate.stated:.3g}", seen, rate.families, rate.replicas, said

    def word(ok: bool, good: str, bad: str) -> Text:
        return Text(good if ok else bad, style="green" if ok else "bold red")

    columns = ("law", "stated", "measured (95%)", "families", "replicas", "")
    stated = [row(rate, rate.what, word(rate.ok, "as stated", "NOT AS STATED")) for rate in result.rates]
    wrong = [
        row(control.rate, control.procedure, word(control.noticed, "noticed", "NOT NOTICED"))
        for control in result.controls
    ]
    held = [
        row(rate, "false held", Text("measured, not stated") if place else word(rate.ok, "as stated", "NOT AS STATED"))
        for place, rate in enumerate(result.held)
    ]
    return Group(
        table(f"verdicts on planted truths: {result.settings_per_family} settings a null family, 3 looks each",
              ("rate", *columns), stated),
        table("`held` although the mean is at the bound: Student's t, stated for means near normal",
              ("rate", *columns), held),
        table("false alarms of wrong procedures, which must show", ("procedure", *columns), wrong),
    )  # fmt: skip


def closest_table(closest: Sequence[ClosestCheck], settings: int) -> Table:
    """Return the settings closest to an alarm, of so many."""
    rows = [(check.id, check.family, check.claim, verdict(check.verdict), number(check.tightness)) for check in closest]
    title = f"closest to an alarm, of {settings} settings"
    return table(title, ("setting", "family", "claim", "verdict", "bound / observed"), rows)


def falsify_table(found: SearchResult, path: Path | None = None) -> Group:
    """Return the worst setting of each family, and the command that runs one again if they are in a store."""
    rows = [_candidate(family, candidate) for family, candidate in found.families.items()]
    title = f"smallest bound / observed in {found.budget} runs, the worst setting of each family run afresh"
    columns = ("family", "id", "bound / observed", "95%", "claim", "verdict", "runs", "setting")
    again = "--store FILE keeps them for `replay`" if path is None else replayed_by(path)
    notes = [
        Text(f"{name}: at {one.impossible} of {one.runs} points there is no setting; the first time: {one.reason}")
        for name, one in found.families.items()
        if one.impossible
    ]
    return Group(table(title, columns, rows), *notes, Text(f"again: {again}", style="dim"))


def _candidate(family: str, candidate: Candidate) -> tuple[object, ...]:
    setting, closest = candidate.judged.setting, candidate.closest
    problem = ", ".join(f"{name} {number(value)}" for name, value in setting.problem_settings.items()
                        if isinstance(value, int | float) and name != "instance")  # fmt: skip
    falls = "" if setting.constant_step else f" (decay {setting.decay})"
    said = f"{setting.algorithm}, M = {setting.stages}, K = {setting.iterations}, " \
           f"alpha {number(setting.alpha)}{falls}, tau {number(setting.tau)}; {problem}"  # fmt: skip
    interval = "" if closest is None else f"{number(closest.tightness_low)} … {number(closest.tightness_high)}"
    claim = "–" if closest is None else closest.name
    word = verdict(candidate.judged.verdict)
    return family, setting.id, number(candidate.score), interval, claim, word, candidate.runs, said


def replayed_by(path: Path) -> str:
    """Return the command that runs a setting of a store again, as it is typed into a shell."""
    return f"python -m verify replay ID --store {shlex.quote(str(path))}"


def summary_table(summary: Summary) -> Group:
    """Return the summary of a sweep."""
    counts = summary.counts
    head = Text.assemble(
        f"{summary.settings} settings: {counts.held} held, {counts.violations} violated, "
        f"{counts.inconclusive} inconclusive, {counts.not_applied} without an applicable bound  (",
        verdict(summary.word),
        f", family-wise confidence {summary.plan.confidence:g} of the a-priori checks of "
        f"{summary.family_wise.settings} settings, {summary.seconds:.0f} s)",
    )
    if summary.plan.own is not None:
        head.append(f"\nfamilies of the file with the checksum {summary.plan.own.sha256}")
    rows = [
        (
            name,
            *vars(entry.counts).values(),
            *(number(value, 3) for value in (entry.tightness.min, entry.tightness.p10, entry.tightness.median,
                                             entry.tightness.p90)),
        )
        for name, entry in summary.by_claim.items()
    ]  # fmt: skip
    columns = ("claim", *vars(counts), "min", "p10", "median", "p90")
    families = table(
        "median bound / observed by family",
        ("family", "settings", *map(str, summary.by_claim)),
        [
            (family, entry.settings, *(number(entry.tightness[name].median, 3) for name in summary.by_claim))
            for family, entry in summary.by_family.items()
        ],
    )
    claims = table("bound / observed by claim", columns, rows)
    return Group(head, detection(summary), claims, families, devices_table(summary))


def devices_table(summary: Summary) -> Table:
    """Return how the devices of every family distort, and how tight the bounds are there."""
    rows = [
        (
            family,
            entry.settings,
            f"{number(entry.gamma.min, 3)} … {number(entry.gamma.max, 3)}",
            f"{number(entry.gain.min, 3)} … {number(entry.gain.max, 3)}",
            *(number(value, 3) for value in (entry.certified.median, entry.observed.median, entry.observed.min)),
        )
        for family, entry in summary.by_device.items()
    ]
    columns = ("family", "settings", "gamma", "Fbar", "certified", "observed", "least")
    return table("devices on the weights that were met, and bound / observed (medians, least)", columns, rows)


def detection(summary: Summary) -> Text:
    """Return how small a violation would have been caught, and the replicas that given ones take."""
    caught, needed = summary.detectable, summary.replicas_needed
    if needed is None:
        return Text("no mean was observed: no violation could have been caught")
    replicas = ", ".join(
        f"{violation:.0%}: {'none will do' if count is None else count}"
        for violation, count in needed.by_violation.items()
    )
    return Text(
        f"smallest violation caught: {caught.median or math.nan:.2%} above the bound in the median setting, "
        f"{caught.max or math.nan:.0%} at worst; replicas that reveal a violation of {replicas}"
    )


_WHAT: Mapping[str, str] = {
    "prediction": "a-posteriori checks are conditional",
    "measurement": "measured checks are no predictions",
}
"""What the checks of a kind that have a condition are."""


def check_table(checks: Sequence[Check], title: str) -> Table:
    """Return the checks of one setting, and below what those that are not a-priori rest on."""
    rows = [
        (
            check.name,
            verdict(check.verdict),
            number(check.bound),
            check.reason
            or f"{number(check.tightness)} ({number(check.tightness_low)} … {number(check.tightness_high)})",
        )
        for check in checks
    ]
    found = table(title, ("claim", "verdict", "bound", "bound / observed (95%)"), rows)
    conditions = sorted({(check.kind, check.condition) for check in checks if check.condition}, reverse=True)
    found.caption = "\n".join(f"{_WHAT[kind]}: {condition}" for kind, condition in conditions) or None
    found.caption_justify = "left"
    return found


def norms_table(sources: Iterable[ConstantsSource]) -> Table:
    """Return a network's constants with certified and with observed norms, side by side."""
    names = ("L", "Lambda1", "Lambdah")
    rows = [
        (
            source.norms,
            ", ".join(number(norm, 3) for norm in source.w),
            *(number(source.values.get(name)) for name in names),
            number(source.check.bound),
            source.check.reason or number(source.check.tightness),
        )
        for source in sources
    ]
    return table("stage norms", ("norms", "w_m", *names, str(HEADLINE), "bound / observed"), rows)


def replay_table(replayed: Replay) -> Group:
    """Return a replayed setting: what was run, what is assumed, what came of it."""
    result = replayed.result
    setting, certified = result.setting.as_dict(), result.constants.certified
    same = "the stored result, bit for bit" if replayed.identical else f"DIFFERS in {list(replayed.differences)}"
    head = Text.assemble(f"setting {result.id} ({result.family}): ", verdict(result.verdict), f"; {same}")
    facts = [(name, value) for name, value in setting.items() if name not in ("id", "family", "problem_settings")]
    facts += [(f"problem: {name}", value) for name, value in result.setting.problem_settings.items()]
    constants = [
        (name, number(value, 8), "certified" if certified.get(name) else "observed")
        for name, value in result.constants.values.items()
    ]
    evidence = {**vars(result.evidence), "rounding": result.evidence.rounding.to_json(), "looks": result.looks}
    observed = {name: number(value, 6) if isinstance(value, float) else value for name, value in evidence.items()}
    return Group(
        head,
        table("setting", ("name", "value"), facts),
        table("constants", ("name", "value", "status"), constants),
        findings_table(result.assumptions),
        table("observed", ("name", "value"), observed.items()),
        check_table(result.checks, "checks"),
        step_table(replayed.by_step),
        line_table(replayed.lines, len(replayed.by_step)),
    )


def findings_table(findings: Iterable[Finding]) -> Table:
    """Return the assumptions with their evidence."""
    rows = [(found.assumption, found.status, found.evidence) for found in findings]
    return table("assumptions", ("assumption", "status", "evidence"), rows)


def _share(value: float, bound: float | None) -> str:
    return number(value) + ("" if not bound else f" ({value / bound:.0%})")


def step_table(by_step: Sequence[Step]) -> Table:
    """Return some steps of the first replica: each quantity of the proof, and the share it uses of its bound."""
    rows = [
        (
            step.k,
            number(step.value, 6),
            number(step.squared_gradient, 6),
            number(step.noise),
            _share(step.staleness, step.staleness_bound),
            _share(step.drift, step.drift_bound),
            _share(step.step, step.step_bound),
            number(step.descent),
            number(step.descent_bound),
        )
        for step in (by_step[k] for k in shown(len(by_step)))
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


def line_table(lines: Sequence[Line], steps: int) -> Table:
    """Return the proof line by line; `used` is the share of the right side that the left side takes."""
    rows = [
        (
            line.claim,
            line.statement,
            number(line.left),
            number(line.right),
            number(line.used, 3),
            verdict("held" if line.ok else "violated"),
        )
        for line in lines
    ]
    title = f"the proof along the first {steps} steps: where the slack of the bound is lost"
    return table(title, ("claim", "line", "left", "right", "used", ""), rows)
