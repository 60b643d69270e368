"""The command line: `python -m paper_figures list` and `export`."""

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from boundary import ANSWER_IS_NO, check_writable, known, notes, run_command
from paper_figures.export import export as export_one
from paper_figures.export import formats
from paper_figures.registry import REGISTRY
from paper_figures.runs import RunStore
from paper_figures.sources import Sources

app = typer.Typer(
    help="Draw the figures of the paper from stored results.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command("list")
def show() -> None:
    """List the figures: name and what each shows."""
    width = max(map(len, REGISTRY))
    for name, figure in REGISTRY.items():
        typer.echo(f"{name:<{width}}  {figure.title}")


@app.command()
def export(
    only: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Draw this figure alone; repeatable.")] = None,
    out: Annotated[Path, typer.Option(help="Folder to write into; made if missing.")] = Path("results/figures"),
    format: Annotated[str, typer.Option(help="Any of pdf, png and svg, with commas between.")] = "pdf,png,svg",  # noqa: A002
    quick: Annotated[bool, typer.Option("--quick", help="Draw from small runs, in under a minute.")] = False,
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
    chosen = [REGISTRY[known("--only", name, REGISTRY)] for name in dict.fromkeys(only or REGISTRY)]
    kinds = formats(format)
    for figure in chosen:
        for kind in (*kinds, "tex", "json"):
            check_writable(out / f"{figure.name}.{kind}", "--out")
    sources = Sources(quick, RunStore(out / "runs"), store, proofs)
    sources.check(need for figure in chosen for need in figure.needs)
    sources.runs.prepare(request for figure in chosen for request in figure.runs(quick).values())
    denied = 0
    told = notes()
    for figure in chosen:
        with told.status(f"drawing {figure.name}"):
            claims = export_one(figure, sources, out, kinds, _command())
        broken = [claim for claim, holds in claims.items() if not holds]
        denied += len(broken)
        typer.echo(f"{out / figure.name}.{{{','.join(kinds)},tex,json}}: {len(claims)} claims checked on the data")
        for claim in broken:
            typer.echo(f"  DENIED by the data: {claim}")
    return ANSWER_IS_NO if denied else 0


def _command() -> str:
    return shlex.join(["python", "-m", "paper_figures", *sys.argv[1:]])


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    run_command(app, "python -m paper_figures", arguments)


if __name__ == "__main__":
    main()
