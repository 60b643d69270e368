"""Command line of the symbolic half: `python -m theory`."""

import importlib
import sys

from theory.commands import app, refuse_stripped
from theory.setting.boundary import BAD_INPUT, BadInput, run_command

COMMANDS = ("prove", "graph", "evaluate", "bounds", "complexity")

if __name__ == "__main__":
    try:
        refuse_stripped()  # before the claims are loaded, which have no statements then
    except BadInput as error:
        sys.stderr.write(f"error: {error}\n")
        raise SystemExit(BAD_INPUT) from None
    for name in COMMANDS:
        importlib.import_module(f"theory.commands.{name}")
    run_command(app, "python -m theory")
