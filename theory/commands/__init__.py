"""The commands of `python -m theory`: each module here registers its own on `app`."""

import sys

import typer

from boundary import BadInput

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The symbolic half of the workbench: claims, proofs, bounds.",
)


@app.callback()
def refuse_stripped() -> None:
    """Raise `BadInput` where Python has removed the statements of the claims, which are docstrings of their lemmas."""
    if sys.flags.optimize > 1:
        raise BadInput("python -OO", "on", "claims keep their statements: run without -OO", "python -m theory")
