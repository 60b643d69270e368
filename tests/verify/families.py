"""Files of families for tests, and the plan of a sweep over one."""

from pathlib import Path

from verify.sweep import settings
from verify.sweep.plan import SweepPlan

PLAIN = """
[[family]]
name = "mine"
problem = "quadratic"
algorithm = ["analog-sgd-ap", "digital-ap"]
stages = 2
tau = 4
iterations = 40
replicas = 4
set = { size = 2, noise = "two-point" }
[family.axes]
alpha = [0.001, 0.1, "log"]
lags = ["1,0", [3, 2]]
[family.axes.set]
sigma = [0.5, 1.5, "linear"]
instance = [1, 9, "integers"]
"""
TABLE = """
[[family]]
name = "table"
problem = "least-squares"
algorithm = "analog-sgd"
alpha = 0.01
tau = 3
iterations = 40
replicas = 4
[family.axes.set]
data = ["table.csv"]
noise = [0.1, 1, "log"]
"""


def plan_of(path: Path, *names: str) -> SweepPlan:
    own = settings.own_families(path)
    return SweepPlan(3, settings.plan_families(names, own=own), 0.99, own=own)


def changed(old: str, new: str, text: str = PLAIN) -> str:
    assert old in text
    return text.replace(old, new)
