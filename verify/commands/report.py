"""`python -m verify report`: the page."""

from pathlib import Path
from typing import Annotated

import typer

from boundary import HOLDS, check_writable
from boundary.options import Plugin
from verify.commands.stores import DEFAULT_STORE, StoreArgument, tell_if_outdated


def report(
    store: StoreArgument = DEFAULT_STORE,
    plugin: Plugin = None,  # noqa: ARG001 - executed as it is read
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for verify.html.")] = Path("results"),
) -> int:
    """Write the page: one self-contained HTML file."""
    from verify.report import page as page
    from verify.sweep.store import Store

    check_writable(out / page.PAGE, "--out")
    with Store.open(store) as opened:
        opened.require_plugins()
        tell_if_outdated(opened)
        path = page.write(opened, out)
    typer.echo(path)
    return HOLDS
