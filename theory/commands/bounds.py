"""`python -m theory bounds`: write the bound sheet."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from boundary import HOLDS, write_atomically
from theory import blueprint, sheet
from theory.blueprint import ProofOutcome
from theory.commands.graph import as_svg

_PICTURE = "blueprint.svg"


def bounds(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the files go.")] = Path("results"),
) -> int:
    """Write bounds.md, bounds.tex and bounds.json: every theorem, its domain, its claims."""
    claims = blueprint.all_claims()
    checked: Iterable[ProofOutcome] = blueprint.prove(claims)
    console = Console(stderr=True)
    if console.is_terminal:
        checked = track(checked, description="checking the claims", total=len(claims), console=console, transient=True)
    outcomes = {outcome.claim: outcome for outcome in checked}
    write_atomically(out / _PICTURE, as_svg(outcomes))
    for path in sheet.write(out, outcomes, _PICTURE):
        sys.stdout.write(f"{path}\n")
    return HOLDS
