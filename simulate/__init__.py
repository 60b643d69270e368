"""Runs the algorithms of docs/theory.md#algorithms and measures them. Of `theory` it knows only `theory.setting`."""

from boundary.entry import guard

guard(__name__)  # before what is imported from here on

from simulate import problems  # noqa: E402
from simulate.replay import Replay, replay  # noqa: E402
from simulate.results import Curve, Divergence, RunResult  # noqa: E402
from simulate.run import Run  # noqa: E402
from simulate.running import execute, run  # noqa: E402

__all__ = ["Curve", "Divergence", "Replay", "Run", "RunResult", "execute", "problems", "replay", "run"]
