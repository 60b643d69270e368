"""Runs the algorithms of THEORY section 1 and measures them. Of `theory` it knows only `theory.setting`."""

from simulate import problems
from simulate.replay import Replay, replay
from simulate.run import Run, execute, run
from simulate.trajectories import Curve, Divergence, Trajectories

__all__ = ["Curve", "Divergence", "Replay", "Run", "Trajectories", "execute", "problems", "replay", "run"]
