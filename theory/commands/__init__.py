"""The commands of `python -m theory`: each module here registers its own on `app`."""

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="The symbolic half of the workbench: claims, proofs, bounds.",
)
