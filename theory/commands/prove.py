"""`python -m theory prove`: check the claims with one or all authorities."""

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from boundary import ANSWER_IS_NO, HOLDS, known, write_json
from theory import blueprint
from theory.blueprint import ProofOutcome
from theory.checkers import ENGINES, engine
from theory.checkers.controls import controls as run_controls
from theory.kernel.claim import Claim

_STYLE = {"proved": "green", "refuted": "bold red", "undecided": "yellow", "conditional": "cyan", "unsupported": "dim"}


def prove(
    authority: Annotated[str, typer.Option("--engine", help="kernel, smt, coq or all.")] = "kernel",
    only: Annotated[list[str] | None, typer.Option(help="Only this claim and what it uses; may be repeated.")] = None,
    controls: Annotated[
        bool, typer.Option("--controls", help="Also report premises that can be dropped (kernel, smt or all).")
    ] = False,
    json: Annotated[str | None, typer.Option(help="Write the result to a file, or to - for standard output.")] = None,
) -> int:
    """Check every claim; exit 0 if each is proved, or conditional on rules that are named; 1 if not.

    z3 (smt) knows real arithmetic only. A claim that also needs a rule on random sequences (an average, the tower
    property, a shift, a telescoping sum), or cites a claim that does, is conditional on it by z3; the rules are
    printed, and stand under "hypotheses" in the JSON. With --engine all a claim is proved if the kernel proves it and
    no other authority leaves it undecided or refutes it; conditional is no contradiction.
    """
    known("--engine", authority, (*ENGINES, "all"))
    claims = _chosen(only or [])
    names = ENGINES if authority == "all" else (authority,)
    start = time.perf_counter()
    outcomes = {name: _run(name, claims, quiet=json == "-") for name in names}
    result = _result(authority, claims, outcomes, set(only or []), time.perf_counter() - start)
    if controls and authority != "smt":
        _add_controls(result, claims)
    if controls and "smt" in names:
        _add_smt_controls(result, claims, quiet=json == "-")
    if json is not None:
        write_json(json, result)
    if json != "-":
        _show(outcomes, result)
    return HOLDS if result["proved"] + result["conditional"] == result["total"] else ANSWER_IS_NO


def _chosen(only: Sequence[str]) -> tuple[Claim, ...]:
    everything = blueprint.all_claims()
    if not only:
        return everything
    wanted: set[str] = set()
    for name in only:
        wanted |= blueprint.rests_on(known("--only", name, (item.id for item in everything)))
    return tuple(item for item in everything if item.id in wanted)


def _run(name: str, claims: Sequence[Claim], *, quiet: bool) -> dict[str, ProofOutcome]:
    console = Console(stderr=True)
    found = engine(name)(claims)
    shown = track(found, description=name, total=len(claims), console=console, transient=True, disable=quiet)
    return {outcome.claim: outcome for outcome in shown}


def _overall(found: Sequence[ProofOutcome]) -> str:
    """Return the verdict of several authorities: proved if the kernel, the first, says so and none contradicts it.

    That an authority proves a claim only on conditions is no contradiction.
    """
    verdicts = [outcome.verdict for outcome in found]
    if "refuted" in verdicts:
        return "refuted"
    if len(verdicts) == 1:
        return verdicts[0]
    return "proved" if verdicts[0] == "proved" and "undecided" not in verdicts else "undecided"


def _result(
    authority: str,
    claims: Sequence[Claim],
    outcomes: dict[str, dict[str, ProofOutcome]],
    only: set[str],
    seconds: float,
) -> dict[str, Any]:
    rows = []
    for item in claims:
        if only and item.id not in only:
            continue
        found = [outcomes[name][item.id] for name in outcomes]
        rows.append(
            {
                "id": item.id,
                "title": item.title,
                "verdict": _overall(found),
                "seconds": sum(outcome.seconds for outcome in found),
                "uses": list(blueprint.uses(item)),
                "assumes": list(item.assumes),
                "statement": item.statement,
                "statement_latex": item.latex,
                "source": item.source,
                "engines": {name: _opinion(outcomes[name][item.id]) for name in outcomes},
            }
        )
    return {
        "engine": authority,
        "claims": rows,
        "proved": sum(row["verdict"] == "proved" for row in rows),
        "conditional": sum(row["verdict"] == "conditional" for row in rows),
        "total": len(rows),
        "axioms": list(AXIOMS),
        "seconds": seconds,
    }


def _add_controls(result: dict[str, Any], claims: Sequence[Claim]) -> None:
    """Add to each row which premises its proof does not need, and which sharper conclusions still pass (none may)."""
    proved = {row["id"] for row in result["claims"] if row["verdict"] == "proved"}
    chosen = [item for item in claims if item.id in proved]
    found = {control.claim: control for control in run_controls(chosen, blueprint.theorems())}
    for row in result["claims"]:
        control = found.get(row["id"])
        if control is not None:
            row["controls"] = {"droppable": list(control.droppable), "tightened": list(control.tightened)}


def _add_smt_controls(result: dict[str, Any], claims: Sequence[Claim], *, quiet: bool) -> None:
    """Add z3's answers to each row: what every premise and every tightened conclusion comes to, with exact points."""
    from theory.checkers import smt_controls  # loads z3

    wanted = {row["id"] for row in result["claims"]}
    shown = track(
        smt_controls.controls(claims, wanted),
        description="controls",
        total=len(claims),
        console=Console(stderr=True),
        transient=True,
        disable=quiet,
    )
    found = {control.claim: control for control in shown}
    for row in result["claims"]:
        control = asdict(found[row["id"]])
        row.setdefault("controls", {})["smt"] = {part: control[part] for part in ("outside", "premises", "tightened")}
    result["controls_smt"] = smt_controls.tally(found[name] for name in found if name in wanted)


def _opinion(outcome: ProofOutcome) -> dict[str, Any]:
    return {
        "verdict": outcome.verdict,
        "reason": outcome.reason,
        "seconds": outcome.seconds,
        "counterexample": dict(outcome.counterexample),
        "hypotheses": list(outcome.hypotheses),
    }


AXIOMS = (
    "real arithmetic: an identity of rational functions holds where its denominators do not vanish",
    "a real inner product is bilinear, symmetric, and nonnegative on the diagonal",
    "an average over steps, samples and coordinates is linear and monotone",
    "tower property: a martingale difference is orthogonal to what is known before its time",
    "a delayed sequence is no longer than its origin",
    "induction on the natural numbers",
)
"""What the kernel's rules take from mathematics beyond the assumptions of the claims."""


def _show(outcomes: dict[str, dict[str, ProofOutcome]], result: dict[str, Any]) -> None:
    table = Table("claim", "title", *outcomes, "s", box=None)
    for row in result["claims"]:
        cells = [f"[{_STYLE[o['verdict']]}]{o['verdict']}[/]" for o in row["engines"].values()]
        table.add_row(row["id"], row["title"], *cells, f"{row['seconds']:.2f}")
    console = Console(file=sys.stdout)
    console.print(table)
    for row in result["claims"]:
        for name, opinion in row["engines"].items():
            if opinion["reason"] and opinion["verdict"] != "proved":
                console.print(
                    f"{row['id']} ({name}): {opinion['reason']}", style="yellow", highlight=False, markup=False
                )
    for row in result["claims"]:
        if row.get("controls", {}).get("droppable"):
            names = ", ".join(row["controls"]["droppable"])
            console.print(f"{row['id']}: not needed by the proof: {names}", highlight=False, markup=False)
    if "controls_smt" in result:
        _show_smt_controls(console, result)
    also = f", {result['conditional']} conditional on the rules named above" if result["conditional"] else ""
    console.print(f"{result['proved']} of {result['total']} claims proved{also}, in {result['seconds']:.1f} s")


def _show_smt_controls(console: Console, result: dict[str, Any]) -> None:
    """Print one line for each claim, then whatever is not as usual, then the totals."""
    answers = list(result["controls_smt"])
    table = Table("controls by z3", *answers, box=None)
    for row in result["claims"]:
        control = row["controls"]["smt"]
        given = [finding["answer"] for finding in (*control["premises"], *control["tightened"])]
        counts = [int(control["outside"]) if answer == "outside" else given.count(answer) for answer in answers]
        table.add_row(row["id"], *(str(count or "") for count in counts))
    table.add_row("all", *(str(count) for count in result["controls_smt"].values()))
    console.print(table)
    for row in result["claims"]:
        control = row["controls"]["smt"]
        names = [finding["name"] for finding in control["premises"] if finding["answer"] == "droppable"]
        if names:
            console.print(f"{row['id']}: can be dropped: {', '.join(names)}", highlight=False, markup=False)
        for finding in control["tightened"]:
            if finding["answer"] == "passes":
                why = finding["why"] or "not explained"
                text = f"{row['id']}: {finding['name']} passes tightened: {why}"
                console.print(text, highlight=False, markup=False)
