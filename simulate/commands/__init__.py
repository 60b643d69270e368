"""The commands of `python -m simulate`: one module each, imported when it is called."""

from boundary.commands import group

app = group(
    "simulate.commands",
    ("run", "replay", "check", "problems", "schedule"),
    "Simulate stochastic gradient descent on analog pipelines.",
)
