"""Command line of the whole workbench: `analog-sgd`, or `python -m analog_sgd`."""

import typer

from boundary import run_command
from paper_figures.commands import app as figures
from simulate.commands import app as simulate
from theory.commands import app as theory
from verify.commands import app as verify

app = typer.Typer(
    help="A formal theory-verification workbench for Analog-SGD-AP (arXiv 2410.15155).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for name, group in (("theory", theory), ("simulate", simulate), ("verify", verify), ("figures", figures)):
    app.add_typer(group, name=name)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    run_command(app, "analog-sgd", arguments)


if __name__ == "__main__":
    main()
