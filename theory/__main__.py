"""Command line of the symbolic half: `python -m theory`."""

from boundary import run_command
from theory.commands import app


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    run_command(app, "python -m theory", arguments)


if __name__ == "__main__":
    main()
