"""The commands of `python -m paper_figures`: one module each, imported when it is called."""

from boundary.commands import group

app = group("paper_figures.commands", ("list", "export"), "Draw the figures of the paper from stored results.")
