"""Divergence: a replica that leaves the tile's range is reported and never enters a mean."""

import math

import pytest

import simulate


@pytest.mark.parametrize("backend", ["reference", "kernels"])
def test_a_run_in_which_every_replica_diverges_says_so(backend: str) -> None:
    problem = simulate.problems.make("network", stages=2, width=2, samples=4)
    runs = simulate.run(problem, "analog-sgd-ap", alpha=100, tau=2, iterations=20, replicas=3, seed=1, backend=backend)
    result = runs.to_json()
    assert [entry["replica"] for entry in result["diverged"]] == [0, 1, 2]
    assert math.isnan(result["mean_squared_gradient"]["mean"])
