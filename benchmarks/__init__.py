"""Speed of the simulator's kernels, as ratios to named baselines measured in the same run."""

from theory.setting.entry import guard

guard(__name__)
