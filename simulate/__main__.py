"""Command line of the simulator: `python -m simulate`."""

from boundary import run_command
from simulate.commands import app

if __name__ == "__main__":
    run_command(app, "python -m simulate")
