"""The comparison as a person asks for it: cases read from text, rows under a progress bar, a table."""

import time
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from rich.table import Table

from boundary import BadInput, integer, real
from simulate.results import versions
from verify.commands import console
from verify.witness import EXTRA
from verify.witness.case import Case
from verify.witness.comparison import compare
from verify.witness.estimation import ORACLES

LAGS = ("0", "1", "2", "1,0", "2,1,0")
"""What is compared if nothing is asked for: no lag, one block with a uniform lag, pipelines of two and three stages."""
LARGEST = 12
"""Steps at most: the program has about (M K)^2 unknowns."""
_NUMBERS = ("simulated", "pep", "derived", "pep / simulated", "derived / pep")


def cases(lags: Sequence[str], iterations: str, alpha: str) -> list[Case]:
    """Read cases; the step must be in the domain of Theorem 1 for all of them."""
    steps, size = integer("--iterations", iterations, at_least=1), real("--alpha", alpha)
    if steps > LARGEST:
        raise BadInput(
            "--iterations", iterations, f"at most {LARGEST} steps", "a semidefinite program of bearable size"
        )
    found = []
    for text in lags:
        parts = [integer("--lags", part, at_least=0, needed_by="lags") for part in text.split(",")]
        found.append(Case(tuple(parts), steps, size))
    for case in found:
        case.derived()
    return found


def watch(asked: Sequence[Case]) -> dict[str, Any]:
    """Compare under a progress bar."""
    start, rows = time.perf_counter(), []
    with console.progress() as bar:
        task = bar.add_task("worst cases", total=len(asked) * len(ORACLES))
        for case in asked:
            for oracle in ORACLES:
                rows.append(compare(case, oracle))
                bar.advance(task)
    verdicts = [row.verdict for row in rows]
    return {
        "quantity": "(1/K) sum over k < K of norm(grad f(W_k))^2, in L Delta",
        "rows": [row.as_dict() for row in rows],
        **{word: verdicts.count(word) for word in ("held", "violated", "inconclusive")},
        "seconds": time.perf_counter() - start,
        "versions": {**versions(), **{name: version(name) for name in EXTRA}},
    }


def table(result: dict[str, Any]) -> Table:
    """Return the comparison, one line a case and class of oracles."""
    lines = []
    for row in result["rows"]:
        lags = ", ".join(map(str, row["lags"]))
        numbers = [f"{row[name]:.5f}" for name in _NUMBERS]
        lines.append((lags, row["iterations"], row["alpha"], row["oracle"], *numbers, console.verdict(row["verdict"])))
    title = "simulated <= worst case (PEP) <= derived: average squared gradient norm over L Delta, no noise, digital"
    return console.table(title, ("lags", "K", "alpha L", "worst over", *_NUMBERS, ""), lines)
