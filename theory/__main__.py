"""Command line of the symbolic half: `python -m theory`."""

import importlib

import typer

from boundary.entry import run_command

COMMANDS = ("prove", "graph", "evaluate", "bounds", "complexity")


def application() -> typer.Typer:
    """Return the command line with all its commands."""
    from theory.commands import app, refuse_stripped

    refuse_stripped()  # before the claims are loaded, which have no statements then
    for name in COMMANDS:
        importlib.import_module(f"theory.commands.{name}")
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    run_command(application, "python -m theory", arguments)


if __name__ == "__main__":
    main()
