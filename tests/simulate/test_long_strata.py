"""Strata longer than a block: one time each, wherever it lies, the same on every engine and from a checkpoint."""

import numpy as np
import pytest

import simulate
from simulate.observe import NEVER, Observer
from simulate.problems import make
from simulate.randomness import block_length
from simulate.run import Run

BLOCK, STEPS, REPLICAS = 4096, 18_000, 3


@pytest.fixture(name="problem")
def _problem(tmp_path):
    rng = np.random.default_rng(0)
    np.savez(tmp_path / "rows.npz", x=rng.normal(size=(30, 2)), y=rng.normal(size=30))
    return make("least-squares", 2, data=str(tmp_path / "rows.npz"))


def _run(problem, backend="kernels", **options):
    options = {"alpha": 0.02, "tau": 9.0, "iterations": STEPS, "replicas": REPLICAS, "seed": 3} | options
    return simulate.run(problem, "analog-sgd-ap", backend=backend, **options)


def test_every_replica_has_one_time_in_each_stratum_and_all_steps_are_stood_for(problem):
    assert block_length(problem) == BLOCK
    seen = Observer(problem, 9.0, STEPS, 3, range(40), 2 * BLOCK, 1)
    blocks = -(-STEPS // BLOCK)
    plans = [seen.plan(block, BLOCK) for block in range(blocks)]
    counts = np.array([plan.times[:, 0] != NEVER for plan in plans])
    for first, length in ((0, 2 * BLOCK), (2, 2 * BLOCK), (4, STEPS - 4 * BLOCK)):
        stratum = range(first, min(first + 2, blocks))
        assert np.all(counts[stratum].sum(axis=0) == 1)
        assert {int(plans[block].lengths[0]) for block in stratum} == {length}
    assert 5 < counts[0].sum() < 35, "the time is anywhere in the stratum"
    for plan in plans:
        assert np.all((plan.times == NEVER) | ((plan.times >= 0) & (plan.times < plan.steps)))


def test_what_is_given_is_a_block_s_part_or_whole_blocks(problem):
    for given, taken in ((1, 1), (4095, 4095), (4096, 4096), (5000, 4096), (8192, 8192), (12_287, 8192)):
        run = Run(problem, "analog-sgd-ap", 0.02, 9.0, STEPS, measure_every=given)
        assert run.measure_every == taken == Run.from_description(run.describe()).measure_every


def test_engines_agree_and_the_average_over_times_is_that_over_all_steps(problem):
    """By the expectation: over many seeds' times the sampled average is that of every step of the same runs."""
    fast, literal = (_run(problem, backend, measure_every=2 * BLOCK) for backend in ("kernels", "numpy"))
    assert fast.mean_squared_gradient == pytest.approx(literal.mean_squared_gradient, rel=1e-9)
    assert fast.mean_variance == pytest.approx(literal.mean_variance, rel=1e-9)
    assert np.all(np.isfinite(fast.curve.squared_gradient))
    options = {"measure_every": 2 * BLOCK, "replicas": 400, "alpha": 0.001}
    some, every = _run(problem, **options), _run(problem, **options | {"measure_every": 32})
    gap = some.mean_squared_gradient - every.mean_squared_gradient
    assert abs(gap.mean()) < 5 * gap.std(ddof=1) / np.sqrt(len(gap))


@pytest.mark.parametrize("every", [512, 2 * BLOCK])
def test_no_number_depends_on_where_a_run_was_stopped(problem, every, tmp_path):
    """What waits to be measured is measured before a state is kept."""
    whole = _run(problem, measure_every=every)
    kept = tmp_path / "run.npz"
    _run(problem, measure_every=every, checkpoint=kept, checkpoint_every=BLOCK)
    parts = sorted(tmp_path.glob("run.block-*.npz"))
    assert parts
    parts[len(parts) // 2].replace(kept)
    again = _run(problem, measure_every=every, checkpoint=kept)
    for name in ("mean_squared_gradient", "mean_variance", "max_variance", "least_value", "final_value"):
        assert np.array_equal(getattr(again, name), getattr(whole, name)), name
    assert np.array_equal(again.curve.squared_gradient, whole.curve.squared_gradient)
