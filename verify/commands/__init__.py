"""The commands of `python -m verify`: one module each, imported when it is called."""

from boundary.commands import group

app = group(
    "verify.commands",
    ("run", "check", "list", "replay", "falsify", "sabotage", "calibrate", "witness", "rates", "attained", "report"),
    "Confront proved bounds with simulated runs: verdicts, replays, searches for trouble.",
)
