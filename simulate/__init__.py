"""Runs the algorithms of THEORY section 1 and measures them. Of `theory` it knows only `theory.setting`."""

from theory.setting.entry import guard

guard(__name__)  # before what is imported from here on

from simulate import problems  # noqa: E402
from simulate.replay import Replay, replay  # noqa: E402
from simulate.run import Run, execute, run  # noqa: E402
from simulate.trajectories import Curve, Divergence, Trajectories  # noqa: E402

__all__ = ["Curve", "Divergence", "Replay", "Run", "Trajectories", "execute", "problems", "replay", "run"]
