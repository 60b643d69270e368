"""The commands of `python -m theory`: one module each, imported when it is called."""

import sys

from boundary import BadInput
from boundary.commands import group


def refuse_stripped() -> None:
    """Raise `BadInput` where Python has removed the statements of the claims, which are docstrings of their lemmas."""
    if sys.flags.optimize > 1:
        raise BadInput("python -OO", "on", "claims keep their statements: run without -OO", "python -m theory")


app = group(
    "theory.commands",
    ("prove", "graph", "evaluate", "device", "bounds", "complexity"),
    "The symbolic half of the workbench: claims, proofs, bounds.",
    before=refuse_stripped,
)
