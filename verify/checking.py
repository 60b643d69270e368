"""`verify.check`: one run against every bound."""

from dataclasses import asdict, dataclass, replace
from html import escape
from io import StringIO
from typing import Any, cast

from rich.console import Console, Group, RenderableType

import simulate
from boundary import BadInput
from simulate.results import RunResult
from verify.judging import assumptions, measured, on_tubes, pilots, tubes, verdicts
from verify.judging.checks import Check, EvidenceSummary, Verdict
from verify.judging.norms import ConstantsSource, sides
from verify.judging.observations import from_trajectories
from verify.report import tables
from verify.sweep.assessing import require_own_agreement


@dataclass(frozen=True)
class Report:
    """What came of confronting one run with every bound; shows as tables in a terminal and in a notebook.

    Args:
        verdict: the gravest of the checks.
        checks: one a form and basis.
        observed: A, its confidence bounds, the saturation.
        assumptions: certified, measured or violated, with the numbers behind it.
        norms: of a network, its constants and the bound with certified and with observed norms; else empty.
        tube: of a run with ranges: the pilots of its tube, and how often it was left; else None.

    """

    verdict: Verdict
    checks: tuple[Check, ...]
    observed: EvidenceSummary
    assumptions: tuple[assumptions.Finding, ...]
    norms: tuple[ConstantsSource, ...] = ()
    tube: tubes.TubeSummary | None = None

    @property
    def ok(self) -> bool:
        """Return whether nothing is violated."""
        return self.verdict != "violated"

    def to_json(self) -> dict[str, Any]:
        """Return the report with the keys of the command line."""
        return {
            "verdict": self.verdict,
            "checks": [check.to_json() for check in self.checks],
            "observed": self.observed.to_json(),
            "assumptions": [asdict(found) for found in self.assumptions],
            "norms": [source.to_json() for source in self.norms],
            **({} if self.tube is None else {"tube": vars(self.tube)}),
        }

    def __rich__(self) -> RenderableType:
        stages = [tables.norms_table(self.norms)] if self.norms else []
        checks = tables.check_table(self.checks, f"verdict: {self.verdict}")
        return Group(checks, tables.findings_table(self.assumptions), *stages)

    def __str__(self) -> str:
        printer = Console(width=120, no_color=True, file=StringIO())
        printer.print(self)
        return cast("StringIO", printer.file).getvalue()

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{word}</th>" for word in ("claim", "verdict", "bound", "bound / observed", ""))
        rows = "".join(
            f"<tr><td>{escape(str(check.name))}</td><td>{check.verdict}</td><td>{check.bound:.4g}</td>"
            f"<td>{check.tightness:.4g}</td><td>{escape(check.reason or check.condition)}</td></tr>"
            for check in self.checks
        )
        sides = "".join(
            f"<tr><td>{escape(side.norms)}</td><td>{', '.join(f'{norm:.3g}' for norm in side.w)}</td>"
            f"<td>{', '.join(f'{name} = {value:.4g}' for name, value in side.values.items())}</td>"
            f"<td>{side.check.bound:.4g}</td><td>{escape(side.check.reason)}</td></tr>"
            for side in self.norms
        )
        columns = "".join(f"<th>{word}</th>" for word in ("norms", "w_m", "constants", "bound", ""))
        stages = f"<table><tr>{columns}</tr>{sides}</table>" if sides else ""
        device = (
            f"<p>on the weights that were met: gamma = {self.observed.gamma:.6g}, Fbar = {self.observed.gain:.6g}</p>"
        )
        return f"<p>verdict: <b>{self.verdict}</b></p><table><tr>{head}</tr>{rows}</table>{device}{stages}"


def check(runs: RunResult, *, confidence: float = 0.99) -> Report:
    """Confront one run with every form of every bound.

    A run with `ranges` is judged on a tube as well: pilots with a seed of their own are run here to fix it.

    Args:
        runs: what `simulate.run` returned, of at least two replicas.
        confidence: of the a-priori checks of this run; a family of runs needs `verify run`. The a-posteriori checks
            are conditional on what each says (`Check.condition`).

    Returns: verdicts with confidence bounds and tightness (bound / observed).
    Raises:  BadInput: confidence outside (0, 1), a single replica, or a problem of one's own whose facts are wrong.

    """
    if not 0 < confidence < 1:
        raise BadInput("confidence", confidence, "0 < confidence < 1", "a verdict")
    if runs.run.replicas < 2:
        raise BadInput("replicas", runs.run.replicas, "at least 2 replicas", "a confidence bound")
    require_own_agreement(runs.run.problem)
    observed, level = on_tubes.beside(from_trajectories(runs), runs, _pilot(runs)), 1 - confidence
    verdict = measured.confront(observed, level)
    return Report(
        verdict.word,
        verdict.checks,
        verdict.evidence.summary(level),
        tuple(assumptions.examine(observed)),
        sides(runs.run, observed, level),
        None if observed.stopped is None else tubes.TubeSummary.of(observed.stopped, verdicts.LOOKS),
    )


def _pilot(runs: RunResult) -> pilots.Fixed | None:
    """Return what pilots fix of a run that has the ranges of its weights; None of another."""
    if not pilots.wanted(runs.run):
        return None
    run = replace(runs.run, drift=0)
    made = simulate.execute(replace(run, replicas=pilots.pilots_of(run), seed=pilots.pilot_seed(run.seed)))
    return pilots.fix(made, from_trajectories(made).rounding.direction)
