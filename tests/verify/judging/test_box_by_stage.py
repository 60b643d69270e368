"""The saturation box must hold at every stage: the longest step of any stage decides, not the shortest."""

import pytest

import simulate
import verify
from simulate.problems import Network
from theory.theorems import network

TAU = 2.0
PROBLEM = Network(3, 3, samples=6, gain=0.3)


def steps() -> list[float]:
    """D_m X_m, the longest step that stage m can ask for, in units of alpha."""
    bounds = network.bounds(PROBLEM.stage_data, PROBLEM.stage_norms(TAU))
    return [D * X for D, X in zip(bounds.D, bounds.X[:-1], strict=True)]


@pytest.mark.parametrize("which", range(3))
def test_one_stage_that_may_leave_its_box_is_enough_to_certify_nothing(which):
    longest = sorted(steps())
    assert longest[0] < longest[-1]
    alpha = TAU / longest[which]  # as long as the box is wide at one stage, longer at those above it
    for share, inside in ((0.99, which == 2), (1.01, False)):
        runs = simulate.run(PROBLEM, "analog-sgd-ap", alpha=share * alpha, tau=TAU, iterations=10, replicas=2, seed=1)
        certified, _ = verify.check(runs).norms
        assert bool(certified.w) is inside, certified.check.reason
