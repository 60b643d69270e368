"""`python -m paper_figures export`: the figures as files."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, BadInput, check_writable, known, notes


def export(
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Draw this figure alone; repeatable.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write into; made if missing.")] = Path("results/figures"),
    format: Annotated[str, typer.Option(help="Any of pdf, png and svg, with commas between.")] = "pdf,png,svg",  # noqa: A002
    quick: Annotated[bool, typer.Option("--quick", help="Draw from small runs, in under a minute.")] = False,
    long: Annotated[
        bool, typer.Option("--long", help="Run all that figures have, K up to 1e7; else the longest are stored ones.")
    ] = False,
    store: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Store of `python -m verify run`; with --quick a small one is made if none is given."
        ),
    ] = None,
    proofs: Annotated[
        Path | None, typer.Option(help="Result of `python -m theory prove --json`; without it the kernel is asked.")
    ] = None,
) -> int:
    """Write pictures, captions (LaTeX) and data (JSON); exit 1 if the data deny what a caption claims."""
    from paper_figures import export as exporting
    from paper_figures.registry import REGISTRY
    from paper_figures.runs import RunStore
    from paper_figures.sources import Sources

    if quick and long:
        raise BadInput("--long", "--quick", "one of the two", "a figure")
    named = [REGISTRY[known("--only", name, REGISTRY)] for name in dict.fromkeys(only or REGISTRY)]
    kinds = exporting.formats(format)
    lacking = {figure.name: missing for figure in named if (missing := figure.lacks())}
    if only and lacking:
        name, missing = next(iter(lacking.items()))
        raise BadInput("--only", name, f"a figure that can be drawn here; this one is {missing}")
    chosen = [figure for figure in named if figure.name not in lacking]
    for figure in chosen:
        check_writable(out / f"{figure.name}.json", "--out")
        for name in figure.drawings:
            for kind in (*kinds, "tex"):
                check_writable(out / f"{name}.{kind}", "--out")
    sources = Sources(quick, RunStore(out / "runs"), store, proofs, long)
    sources.check(need for figure in chosen for need in figure.needs)
    sources.runs.prepare(request for figure in chosen for request in figure.runs(quick).values())
    denied = 0
    told = notes()
    for figure in chosen:
        with told.status(f"drawing {figure.name}"):
            claims = exporting.export(figure, sources, out, kinds, _command())
        broken = [claim for claim, holds in claims.items() if not holds]
        denied += len(broken)
        typer.echo(f"{out / figure.name}.{{{','.join(kinds)},tex,json}}: {len(claims)} claims checked on the data")
        for claim in broken:
            typer.echo(f"  DENIED by the data: {claim}")
    for name, missing in lacking.items():
        typer.echo(f"{out / name}: skipped, {missing}")
    return ANSWER_IS_NO if denied else 0


def _command() -> str:
    """Return the command that makes the figure, as `python -m` runs it, whatever ran it now."""
    given = sys.argv[sys.argv.index("export") :] if "export" in sys.argv else sys.argv[1:]
    return shlex.join(["python", "-m", "paper_figures", *given])
