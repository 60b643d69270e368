"""Command line of the symbolic half: `python -m theory`."""

import importlib

from theory.commands import app
from theory.setting.boundary import run_command

COMMANDS = ("prove", "graph", "evaluate", "bounds", "complexity")

if __name__ == "__main__":
    for name in COMMANDS:
        importlib.import_module(f"theory.commands.{name}")
    run_command(app, "python -m theory")
