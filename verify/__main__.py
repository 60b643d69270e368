"""Command line of the confrontation: `python -m verify`."""

from boundary import run_command
from verify.commands import app


def main() -> None:
    """Run the command line."""
    run_command(app, "python -m verify")


if __name__ == "__main__":
    main()
