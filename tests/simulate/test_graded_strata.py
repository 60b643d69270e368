"""Graded strata: the first one in pieces that double, so that a steep start is seen at its own pace, without bias."""

import dataclasses
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import simulate
from boundary import BadInput
from simulate import randomness
from simulate.engines import registry
from simulate.observe import NEVER, Observer
from simulate.problems import Network, Quadratic, make
from simulate.randomness import block_length, strata
from simulate.run import BACKENDS, EQUAL, GRADED, LEFT_OUT, Run

BLOCK, SEED = 4096, 11


def rows(folder, count=24):
    """Return least squares on few rows that a plane fits: no noise at its minimum. A block has 4096 steps."""
    x = np.random.default_rng(0).normal(size=(count, 2))
    np.savez(folder / "rows.npz", x=x, y=x @ [1.0, -2.0])
    return make("least-squares", 2, data=str(folder / "rows.npz"), batch=3)


def every_stratum(length, iterations, every, graded):
    """Return where each stratum of a run begins, with its length, asked of each block."""
    found = {}
    for block in range(-(-iterations // length)):
        begin, lengths = strata(block, length, iterations, every, graded=graded)
        begins = begin + np.cumsum(lengths) - lengths
        stop = min((block + 1) * length, iterations)
        assert np.all(begins < stop) and np.all(begins + lengths > block * length), "each has a step of the block"
        for one, steps in zip(begins.tolist(), lengths.tolist(), strict=True):
            assert found.setdefault(one, steps) == steps, "the same, whatever the block"
    return found


@given(st.integers(1, 400), st.integers(0, 6), st.integers(1, 200), st.booleans())
@example(5, 3, 64, True).via("K below `every`")
@example(400, 3, 8, True).via("a block")
@example(400, 3, 40, True).via("five blocks")
@example(1, 0, 1, True).via("one step")
@settings(deadline=None, max_examples=300)
def test_every_step_is_in_one_stratum(iterations, power, every, graded):
    length = 1 << power
    if every > length:
        every -= every % length
    found = every_stratum(length, iterations, every, graded)
    edges = [*sorted(found), iterations]
    assert edges[0] == 0 and [found[edge] for edge in edges[:-1]] == [high - low for low, high in pairwise(edges)]
    assert sum(found.values()) == iterations, "the weights are K"
    first = min(every, iterations)
    pieces = [edge for edge in edges if edge < first]
    assert pieces == ([0, *(1 << j for j in range(12) if 1 << j < first)] if graded else [0])
    for begin, steps in found.items():
        inside = begin // length == (begin + steps - 1) // length
        assert inside or (begin % length == 0 and (steps % length == 0 or begin + steps == iterations))


def test_strata_of_a_run_literally():
    assert strata(0, 8, 100, 8, graded=True)[1].tolist() == [1, 1, 2, 4]
    assert strata(0, 8, 100, 7, graded=True)[1].tolist() == [1, 1, 2, 3, 1]
    assert strata(0, 8, 5, 7, graded=True)[1].tolist() == [1, 1, 2, 1]
    assert strata(0, 8, 100, 3, graded=True)[1].tolist() == [1, 1, 1, 3, 2]
    assert strata(1, 8, 100, 3, graded=True)[1].tolist() == [3, 3, 2]
    assert strata(0, 8, 100, 1, graded=True)[1].tolist() == [1] * 8
    found = [strata(block, 8, 90, 40, graded=True) for block in range(12)]
    assert [(begin, lengths.tolist()) for begin, lengths in found] == [
        (0, [1, 1, 2, 4]), (8, [8]), (16, [16]), (16, [16]), (32, [8]),
        *[(40, [40])] * 5, (80, [10]), (80, [10]),
    ]  # fmt: skip


@pytest.mark.parametrize(("length", "every"), [(8, 8), (8, 5), (8, 24), (32, 7)])
def test_one_time_a_stratum_and_each_as_often(length, every):
    """The exact expectation by the law: P(time = k) times the weight is 1 at every step, here within 5 errors."""
    iterations, replicas = 30, 4000
    seen = Observer(Quadratic(2, size=1), 4.0, iterations, SEED, range(replicas), every, 1, graded=True)
    weight = np.zeros((replicas, iterations))
    for block in range(-(-iterations // length)):
        plan = seen.plan(block, length)
        who, which = np.nonzero(plan.times != NEVER)
        weight[who, plan.first + plan.times[who, which]] += plan.lengths[which]
    assert np.all(weight.sum(axis=1) == iterations)
    error = weight.std(axis=0, ddof=1) / np.sqrt(replicas)
    assert np.all(np.abs(weight.mean(axis=0) - 1) <= 5 * error)
    assert np.all(weight[:, :2] == 1), "the first two steps are always looked at"


class Fixed:
    """A stream of one number."""

    def __init__(self, at):
        self.at = at

    def random(self, count):
        return np.full(count, self.at)


def of_all_times(path, every, monkeypatch):
    """Return the mean of what an observer sums of a path over all times of its strata, each of them equally often."""
    found, count = [], math.lcm(*every_stratum(8, len(path), every, every > 1).values())
    for at in range(count):
        monkeypatch.setattr(randomness, "stream", lambda *_, at=at: Fixed((at + 0.5) / count))
        seen = Observer(Quadratic(2, size=1), 9.0, len(path), SEED, range(2), every, 1, graded=every > 1)
        for block in range(-(-len(path) // 8)):
            plan = seen.plan(block, 8)
            for place in range(plan.steps):
                seen.see(plan, place, list(path[plan.first + place]))
        found.append(seen.squared_gradient)
    return np.mean(found, axis=0)


@pytest.mark.parametrize("every", [2, 3, 4, 5, 8, 16])
def test_the_estimate_has_no_bias(every, monkeypatch):
    """Over all times, enumerated: the sum over every step to rounding; with a wrong weight it is not."""
    path = np.random.default_rng(0).normal(size=(21, 2, 2, 1)) * np.exp(-np.arange(21) / 3)[:, None, None, None]
    exact = of_all_times(path, 1, monkeypatch)
    assert of_all_times(path, every, monkeypatch) == pytest.approx(exact, rel=1e-12)
    true = Observer.add

    def planted(self, who, steps, lengths, seen):
        true(self, who, steps, np.where(lengths == 2, 1, lengths), seen)  # the piece of 2 steps counts as one

    monkeypatch.setattr(Observer, "add", planted)
    assert of_all_times(path, every, monkeypatch) != pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize("make_problem", [lambda _: Network(2), rows, lambda _: Quadratic(2, size=1)])
def test_every_engine_tells_the_same(make_problem, tmp_path):
    problem = make_problem(tmp_path)
    found = []
    for backend in BACKENDS:
        run = Run(problem, "analog-sgd-ap", 0.02, 9.0, 100, 3, SEED, backend=backend, measure_every=40, strata=GRADED)
        if backend == "kernels" and isinstance(problem, Quadratic):  # adds up every step
            run = dataclasses.replace(run, backend="numpy")
        found.append(simulate.execute(run))
    for one in found[1:]:
        for name in ("mean_squared_gradient", "mean_variance", "max_variance", "mean_square_saturation"):
            assert getattr(one, name) == pytest.approx(getattr(found[0], name), rel=1e-9), name
        assert one.curve.squared_gradient == pytest.approx(found[0].curve.squared_gradient, rel=1e-9)


def test_pieces_longer_than_a_block(tmp_path):
    problem, every = rows(tmp_path), 3 * BLOCK
    assert block_length(problem) == BLOCK
    options = {"replicas": 3, "seed": SEED, "measure_every": every, "strata": GRADED}
    runs = [
        simulate.execute(Run(problem, "analog-sgd-ap", 0.02, 9.0, 13_000, backend=backend, **options))
        for backend in ("kernels", "numpy")
    ]
    assert runs[0].mean_squared_gradient == pytest.approx(runs[1].mean_squared_gradient, rel=1e-9)
    assert np.all(np.isfinite(runs[0].curve.squared_gradient))


@pytest.mark.parametrize("every", [512, 3 * BLOCK])
def test_no_number_depends_on_where_a_run_was_stopped_or_on_the_groups(every, tmp_path, monkeypatch):
    run = Run(rows(tmp_path), "analog-sgd-ap", 0.02, 9.0, 18_000, 3, SEED, measure_every=every, strata=GRADED)
    whole = simulate.execute(run)
    kept = tmp_path / "run.npz"
    simulate.execute(run, checkpoint=kept, checkpoint_every=BLOCK)
    parts = sorted(tmp_path.glob("run.block-*.npz"))
    parts[1].replace(kept)
    again = simulate.execute(run, checkpoint=kept)
    monkeypatch.setitem(registry.REGISTRY, "kernels", registry.REGISTRY["kernels"]._replace(group=2))
    apart = simulate.execute(run)
    for name in ("mean_squared_gradient", "mean_variance", "max_variance"):
        for other in (again, apart):
            assert np.array_equal(getattr(other, name), getattr(whole, name)), name
    assert np.array_equal(again.least_value, whole.least_value)


def test_a_steep_start_is_resolved(tmp_path):
    """The run falls by orders of magnitude in tens of its 4000 steps: equal strata of 250 show mostly their luck."""
    problem = rows(tmp_path)
    common = {"replicas": 200, "seed": SEED}
    of = {
        name: simulate.execute(Run(problem, "analog-sgd", 0.2, 30.0, 4000, **common, **more)).mean_squared_gradient
        for name, more in {
            "exact": {"measure_every": 1},
            EQUAL: {"measure_every": 250},
            GRADED: {"measure_every": 250, "strata": GRADED},
        }.items()
    }
    gaps = {name: of[name] - of["exact"] for name in (EQUAL, GRADED)}
    error = {name: float(np.sqrt(np.mean(gap**2)) / np.mean(of["exact"])) for name, gap in gaps.items()}
    assert error[EQUAL] > 1 and error[GRADED] < 0.3, error
    for gap in gaps.values():
        assert abs(gap.mean()) < 5 * gap.std(ddof=1) / np.sqrt(len(gap))


def test_a_run_without_a_given_stratum_is_graded_and_says_so(tmp_path):
    problem = rows(tmp_path)
    usual = Run(problem, "analog-sgd-ap", 0.02, 9.0, 10**5)
    assert usual.strata == GRADED and usual.measure_every > 1
    assert "1, 1, 2, 4" in simulate.execute(dataclasses.replace(usual, iterations=500)).sampling
    assert Run.from_description(usual.describe()) == usual
    old = {name: value for name, value in usual.describe().items() if name != "strata"}
    assert Run.from_description(old).strata == EQUAL, "what was stored before there were others"
    given_one = dataclasses.replace(usual, strata=LEFT_OUT)
    assert given_one.strata == EQUAL and given_one.measure_every == usual.measure_every
    assert usual.looks == -(-(10**5) // usual.measure_every) + (usual.measure_every - 1).bit_length()
    assert given_one.looks == -(-(10**5) // usual.measure_every)
    with pytest.raises(BadInput, match="--strata"):
        Run(problem, "analog-sgd-ap", 0.02, 9.0, 10, strata="steep")
