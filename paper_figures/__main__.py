"""Command line of the figures: `python -m paper_figures`."""

from boundary import run_command
from paper_figures.commands import app


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; never returns."""
    run_command(app, "python -m paper_figures", arguments)


if __name__ == "__main__":
    main()
