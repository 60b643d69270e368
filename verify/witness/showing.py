"""The comparison as a person asks for it: cases read from text, and a table of what came of them."""

import time
from collections.abc import Callable, Sequence

from rich.table import Table

from boundary import BadInput, integer, real
from verify.report import tables
from verify.witness.case import WitnessCase
from verify.witness.comparison import ThreeWay, WitnessResult, compare
from verify.witness.estimation import ORACLES

LAGS = ("0", "1", "2", "1,0", "2,1,0")
"""What is compared if nothing is asked for: no lag, one block with a uniform lag, pipelines of two and three stages."""
LARGEST = 12
"""Steps at most: the program has about (M K)^2 unknowns."""
_NUMBERS = ("simulated", "pep", "derived", "pep / simulated", "derived / pep")


def cases(lags: Sequence[str], iterations: str, alpha: str) -> list[WitnessCase]:
    """Read cases; the step must be in the domain of Theorem 1 for all of them."""
    steps, size = integer("--iterations", iterations, at_least=1), real("--alpha", alpha)
    if steps > LARGEST:
        raise BadInput(
            "--iterations", iterations, f"at most {LARGEST} steps", "a semidefinite program of bearable size"
        )
    found = []
    for text in lags:
        parts = [integer("--lags", part, at_least=0, needed_by="lags") for part in text.split(",")]
        found.append(WitnessCase(tuple(parts), steps, size))
    for case in found:
        case.derived()
    return found


def run(asked: Sequence[WitnessCase], on_row: Callable[[], object] = lambda: None) -> WitnessResult:
    """Compare every case over every class of oracles; `on_row` is called after each."""
    start, rows = time.perf_counter(), list[ThreeWay]()
    for case in asked:
        for oracle in ORACLES:
            rows.append(compare(case, oracle))
            on_row()
    return WitnessResult(tuple(rows), time.perf_counter() - start)


def table(result: WitnessResult) -> Table:
    """Return the comparison, one line a case and class of oracles."""
    lines = []
    for row in result.rows:
        lags, plain = ", ".join(map(str, row.case.lags)), row.to_json()
        numbers = [f"{plain[name]:.5f}" for name in _NUMBERS]
        lines.append((lags, row.case.iterations, row.case.alpha, row.oracle, *numbers, tables.verdict(row.verdict)))
    title = "simulated <= worst case (PEP) <= derived: average squared gradient norm over L Delta, no noise, digital"
    return tables.table(title, ("lags", "K", "alpha L", "worst over", *_NUMBERS, ""), lines)
