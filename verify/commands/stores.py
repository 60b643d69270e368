"""What the commands share that read a store."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from boundary import notes

if TYPE_CHECKING:
    from verify.sweep.store import Store

StoreArgument = Annotated[Path, typer.Option("--store", metavar="FILE", help="The store of a sweep.")]
DEFAULT_STORE = Path("results/verify.sqlite")


def tell_if_outdated(store: "Store") -> None:
    """Note on standard error that a store was judged by other code."""
    others = store.outdated_by()
    if others:
        words = f"note: {store.path} was judged by other code; these have changed since: {', '.join(others)}"
        notes().print(words, markup=False, highlight=False, soft_wrap=True)
