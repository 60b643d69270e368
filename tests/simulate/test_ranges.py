"""Ranges of weights: against a literal look at every W_k, in every engine, across blocks, groups and checkpoints."""

import io
import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

import boundary
import simulate
from boundary import BadInput
from simulate import checkpoint, kernels, ranges
from simulate.__main__ import app
from simulate.commands import config
from simulate.engines import registry
from simulate.engines.base import MachineEngine, NumPyEngine, ReferenceEngine
from simulate.problems import Attaining, Cosine, LipschitzOnly, Logistic, Network, Quadratic
from simulate.randomness import block_length
from simulate.replay import replay

STEPS, BINS, REPLICAS = 41, 7, 3
NETWORK = Network(3, (3, 5, 2, 3), samples=6)
QUADRATIC = Quadratic(3, size=2, noise="two-point")


def run_of(problem=NETWORK, algorithm="analog-sgd-ap", **more):
    given = {"alpha": 0.05, "tau": 6.0, "iterations": STEPS, "replicas": REPLICAS, "seed": 5, "ranges": BINS}
    return simulate.Run(problem, algorithm, **(given | more))


def every_weight(run, tmp_path):
    """Return W_0, ..., W_K, shape (K + 1, replicas, D), as steps made one by one show them."""
    path = tmp_path / "run.json"
    path.write_text(boundary.json_text({"run": replace(run, ranges=0).describe()}))
    return replay(path, 0, run.iterations).weights.astype(np.float64)


def literal(weights, marks):
    """Return the smallest and the largest of every weight in every bin: a loop over all W_k."""
    shape = (weights.shape[1], len(marks) - 1, weights.shape[2])
    low, high = np.full(shape, np.inf), np.full(shape, -np.inf)
    for bin_ in range(len(marks) - 1):
        for k in range(len(weights)):
            if marks[bin_] <= k <= marks[bin_ + 1]:
                low[:, bin_] = np.where(weights[k] < low[:, bin_], weights[k], low[:, bin_])
                high[:, bin_] = np.where(weights[k] > high[:, bin_], weights[k], high[:, bin_])
    return low, high


def same(found, expected):
    return np.array_equal(found.low, expected[0]) and np.array_equal(found.high, expected[1])


def same_noise(found, expected):
    names = ("variance", "shared", "folded")
    return all(np.array_equal(getattr(found, name), getattr(expected, name), equal_nan=True) for name in names)


# Bins


@pytest.mark.parametrize("iterations", [1, 2, 3, 7, 64, 100, 1025, 10**4, 10**7, 1 << 53])
@pytest.mark.parametrize("bins", [1, 2, 3, 8, 63, 64, 100])
def test_the_bins_part_all_steps(iterations, bins):
    marks = ranges.edges(iterations, bins)
    assert marks.dtype == np.int64 and len(marks) == min(bins, iterations) + 1
    assert marks[0] == 0 and marks[-1] == iterations and np.all(np.diff(marks) >= 1)


def test_bins_grow_and_take_about_three_times_their_number_th_of_the_time_before():
    marks = ranges.edges(10**7, 256).astype(float)
    lengths = np.diff(marks)
    assert lengths[0] < 400 and np.all(np.diff(lengths) > 0)
    later = np.arange(64, 256)
    assert lengths[later] / marks[later] * later == pytest.approx(3.0, rel=0.1)


def test_no_bins_have_no_edges():
    assert len(ranges.edges(10, 0)) == 0


def test_weights_at_an_edge_are_in_both_bins():
    marks = np.array([0, 3, 4, 9])
    assert [ranges.bins_of(marks, k) for k in range(10)] == [
        [0], [0], [0], [0, 1], [1, 2], [2], [2], [2], [2], [2],
    ]  # fmt: skip
    assert list(ranges.pieces(marks, 1, 8)) == [(1, 2), (3, 1), (4, 5)]
    assert list(ranges.pieces(marks, 3, 1)) == [(3, 1)] and list(ranges.pieces(marks[:0], 5, 7)) == [(5, 7)]


# Against every W_k

CASES = {
    "network": run_of(),
    "network of one width": run_of(Network(4, width=4, samples=6)),
    "batches": run_of(algorithm="analog-sgd-sp", batch=3),
    "powers": run_of(device="power", device_parameters={"exponent": 2.0}),
    "pulses": run_of(device_parameters={"dw": 0.01}),
    "digital, stashed": run_of(algorithm="stashed-ap", tau=float("inf")),
    "falling steps": run_of(decay="3,4,19:0.5"),
    "sampled": run_of(measure_every=5),
    "float32": run_of(dtype="float32"),
    "quadratic": run_of(QUADRATIC),
    "quadratic, falling steps": run_of(QUADRATIC, decay="3,4,19:0.5"),
    "cosine": run_of(Cosine(2, size=2)),
    "attaining": run_of(Attaining(tau=6.0), "analog-sgd", alpha=0.01),
    "logistic": run_of(Logistic(2, size=2, samples=5)),
    "by laws": run_of(LipschitzOnly(2, tau=6.0)),
    "one bin": run_of(ranges=1),
    "a bin a step": run_of(ranges=1000),
}


@pytest.mark.parametrize("name", CASES)
def test_ranges_are_those_of_every_weight(name, tmp_path):
    run = CASES[name]
    found = simulate.execute(run).ranges
    weights = every_weight(run, tmp_path)
    assert np.array_equal(found.edges, ranges.edges(STEPS, run.ranges))
    assert found.low.shape == found.high.shape == (REPLICAS, min(run.ranges, STEPS), weights.shape[2])
    assert found.low.dtype == found.high.dtype == np.float64
    assert same(found, literal(weights, found.edges)) and np.all(np.ptp(weights, axis=0) > 0)


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_look_at_other_steps_is_told_apart(shift, tmp_path):
    """An edge that is off by one in what is recorded would not pass for the true one."""
    run = CASES["network"]
    found, weights = simulate.execute(run).ranges, every_weight(run, tmp_path)
    shifted = np.roll(weights, shift, axis=0)
    assert not same(found, literal(shifted, found.edges))
    half_open = literal(weights, found.edges)[0]
    for place in range(1, BINS):
        inside = weights[found.edges[place] + 1 : found.edges[place + 1] + 1]
        half_open[:, place] = np.min(inside, axis=0)
    assert not np.array_equal(found.low, half_open)


@pytest.mark.parametrize("off", [-1, 1])
def test_edges_off_by_one_are_caught(off, monkeypatch, tmp_path):
    run, true = CASES["network"], ranges.edges(STEPS, BINS)
    wrong = true.copy()
    wrong[4] += off
    assert np.all(np.diff(wrong) > 0)
    expected = literal(every_weight(run, tmp_path), true)
    monkeypatch.setattr(ranges, "edges", lambda *_: wrong)
    assert not same(simulate.execute(run).ranges, expected)


def test_a_kernel_that_keeps_no_ranges_is_caught(monkeypatch):
    whole = kernels.quadratic
    monkeypatch.setattr(kernels, "quadratic", lambda *args, spans, **more: whole(*args, **more))  # noqa: ARG005
    found = simulate.execute(CASES["quadratic"]).ranges
    assert np.all(np.isnan(found.low)) and np.all(np.isnan(found.high))


@pytest.mark.parametrize("backend", registry.REGISTRY)
@pytest.mark.parametrize("problem", [NETWORK, QUADRATIC], ids=["network", "quadratic"])
def test_every_engine_keeps_the_ranges_of_its_weights(backend, problem, tmp_path):
    run = run_of(problem, backend=backend)
    found = simulate.execute(run).ranges
    assert same(found, literal(every_weight(run, tmp_path), found.edges))
    first = simulate.execute(replace(run, backend="reference")).ranges
    assert np.allclose(found.low, first.low, rtol=0, atol=1e-13)
    assert np.allclose(found.high, first.high, rtol=0, atol=1e-13)


def test_engines_of_the_same_weights_keep_the_same_ranges():
    assert {MachineEngine, NumPyEngine, ReferenceEngine} <= {one.make for one in registry.REGISTRY.values()}
    one, other = (simulate.execute(run_of(backend=name)).ranges for name in ("reference", "machine"))
    assert same(one, (other.low, other.high))


def test_ranges_change_nothing_else():
    with_them, without = (simulate.execute(run_of(measure_every=5, ranges=bins)) for bins in (BINS, 0))
    assert without.ranges is None and np.array_equal(with_them.final_value, without.final_value)
    assert np.array_equal(with_them.mean_squared_gradient, without.mean_squared_gradient)
    assert np.array_equal(with_them.max_saturation, without.max_saturation)
    largest = np.max(np.maximum(np.abs(with_them.ranges.low), np.abs(with_them.ranges.high)), axis=(1, 2))
    assert np.allclose(largest / 6.0, with_them.max_saturation, rtol=1e-15)


# Noise


NOISY = {
    name: CASES[name] for name in ("network", "batches", "digital, stashed", "logistic", "one bin", "a bin a step")
}


def folds(problem, weights, variance):
    """Return (E abs(g))^2 - (E g)^2 of every element, sample by sample; the variance where a problem does not say."""
    if not isinstance(problem, Network):
        return variance
    found = []
    for flat in weights:
        cuts = np.cumsum([0, *(int(np.prod(shape)) for shape in problem.shapes)])
        stages = [flat[a:b].reshape(shape) for a, b, shape in zip(cuts[:-1], cuts[1:], problem.shapes, strict=True)]
        each = [problem.direction(stages, stages, np.array(sample)) for sample in range(problem.samples)]
        rows = np.array([np.concatenate([part.ravel() for part in one]) for one in each])
        found.append(np.abs(rows).mean(axis=0) ** 2 - rows.mean(axis=0) ** 2)
    return np.array(found)


@pytest.mark.parametrize("name", NOISY)
@pytest.mark.parametrize("backend", ["kernels", "reference"])
def test_the_noise_of_a_bin_is_that_of_its_steps(name, backend, tmp_path):
    run = replace(NOISY[name], backend=backend, measure_every=1)
    found, weights = simulate.execute(run).ranges, every_weight(run, tmp_path)
    ends = np.cumsum([0, *(int(np.prod(shape)) for shape in run.problem.shapes)])
    expected = np.zeros((3, REPLICAS, len(found.edges) - 1))
    for k in range(STEPS):
        parts = zip(ends[:-1], ends[1:], run.problem.shapes, strict=True)
        moments = run.problem.moments([weights[k][:, a:b].reshape(-1, *shape) for a, b, shape in parts])
        variance = np.concatenate([stage.reshape(REPLICAS, -1) for stage in moments.variance], axis=1)
        place = next(b for b in range(len(found.edges) - 1) if found.edges[b] <= k < found.edges[b + 1])
        expected[0, :, place] += variance.sum(axis=1) / STEPS
        share = (weights[k] / run.tau) ** 2
        expected[1, :, place] += np.sum(share * variance, axis=1) / STEPS
        expected[2, :, place] += np.sum(share * folds(run.problem, weights[k], variance), axis=1) / STEPS
    assert np.allclose(found.variance, expected[0], rtol=1e-12) and np.allclose(found.shared, expected[1], rtol=1e-12)
    assert np.allclose(found.folded, expected[2], rtol=1e-12, atol=1e-17)
    assert np.all(found.variance > 0) and np.all(found.folded <= found.shared * (1 + 1e-12))


@pytest.mark.parametrize("every", [1, 5, 41])
def test_the_noise_of_all_bins_is_the_average(every):
    shown = simulate.execute(run_of(measure_every=every))
    assert np.allclose(shown.ranges.variance.sum(axis=1), shown.mean_variance, rtol=1e-13)
    assert np.allclose(shown.ranges.shared.sum(axis=1), shown.weighted_square_saturation, rtol=1e-13)
    ratio = shown.ranges.folded.sum(axis=1) / shown.weighted_square_saturation
    assert np.all((ratio > 0.1) & (ratio < 0.9))


def test_a_sampled_part_is_right_on_average():
    """One time in every five steps, which may lie in another bin: mean over many replicas, of one run without noise."""
    problem = Network(2, (2, 2, 1), samples=3)
    given = {"iterations": 20, "ranges": 3, "alpha": 1e-12}  # the weights stand still
    whole = simulate.execute(run_of(problem, replicas=1, **given)).ranges
    found = simulate.execute(run_of(problem, replicas=4000, measure_every=5, strata="equal", **given)).ranges
    assert np.any(found.variance.std(axis=0) > 0)
    error = found.variance.std(axis=0) / np.sqrt(4000)
    assert np.all(np.abs(found.variance.mean(axis=0) - whole.variance[0]) <= 5 * error + 1e-9 * whole.variance[0])


def test_where_a_kernel_sums_all_steps_no_bin_has_a_part():
    found = simulate.execute(CASES["quadratic"]).ranges
    assert (
        np.all(np.isnan(found.variance))
        and np.all(np.isnan(found.shared + found.folded))
        and np.all(np.isfinite(found.low))
    )


# Blocks, groups, threads, checkpoints

WIDE = Quadratic(2, size=32)
LONG = run_of(WIDE, iterations=600, replicas=5, alpha=0.01)
"""More than two blocks, of 256 steps."""


def test_blocks_are_put_together(tmp_path):
    found = simulate.execute(LONG).ranges
    assert 2 * block_length(WIDE) < LONG.iterations
    assert same(found, literal(every_weight(LONG, tmp_path), found.edges))


def test_groups_and_threads_change_no_noise(monkeypatch):
    run = run_of(replicas=5)
    one = simulate.execute(run).ranges
    assert same_noise(simulate.execute(run, threads=2).ranges, one)
    monkeypatch.setitem(registry.REGISTRY, "kernels", registry.REGISTRY["kernels"]._replace(group=2))
    assert same_noise(simulate.execute(run).ranges, one) and np.all(one.shared > 0)


def test_groups_and_threads_change_nothing(monkeypatch):
    one = simulate.execute(LONG).ranges
    assert same(simulate.execute(LONG, threads=2).ranges, (one.low, one.high))
    monkeypatch.setitem(registry.REGISTRY, "kernels", registry.REGISTRY["kernels"]._replace(group=2))
    assert same(simulate.execute(LONG).ranges, (one.low, one.high))


@pytest.mark.parametrize("backend", registry.REGISTRY)
def test_a_stopped_run_goes_on_with_its_ranges(backend, tmp_path):
    run = replace(LONG, backend=backend, replicas=2)
    whole, kept = simulate.execute(run).ranges, tmp_path / "kept.npz"
    simulate.execute(run, checkpoint=kept, checkpoint_every=1)
    checkpoint.beside(kept, 1).replace(kept)
    assert same(simulate.execute(run, checkpoint=kept).ranges, (whole.low, whole.high))


@pytest.mark.parametrize("backend", registry.REGISTRY)
def test_a_stopped_run_goes_on_with_its_noise(backend, tmp_path):
    run = run_of(iterations=4200, replicas=2, backend=backend, measure_every=16)
    assert block_length(NETWORK) < run.iterations
    whole, kept = simulate.execute(run).ranges, tmp_path / "kept.npz"
    simulate.execute(run, checkpoint=kept, checkpoint_every=1)
    checkpoint.beside(kept, 1).replace(kept)
    assert same_noise(simulate.execute(run, checkpoint=kept).ranges, whole) and np.all(whole.variance > 0)


# Divergence


@pytest.mark.parametrize("backend", ["kernels", "numpy"])
@pytest.mark.parametrize("problem", [NETWORK, QUADRATIC], ids=["network", "quadratic"])
def test_a_replica_that_diverges_shows_no_finite_range(backend, problem):
    run = run_of(problem, alpha=2.0, tau=1.05, replicas=24, backend=backend)
    result = simulate.execute(run)
    gone = np.isin(np.arange(24), [one.replica for one in result.diverged])
    assert np.any(gone)
    assert np.all(np.isnan(result.ranges.low[gone])) and np.all(np.isnan(result.ranges.high[gone]))
    assert np.all(np.isfinite(result.ranges.low[~gone])) and np.all(np.isfinite(result.ranges.high[~gone]))
    assert np.all(np.isnan(result.ranges.variance[gone])) and np.all(
        np.isnan((result.ranges.shared + result.ranges.folded)[gone])
    )


# Options, files


def test_the_command_writes_ranges(tmp_path):
    out, npz = tmp_path / "run.json", tmp_path / "run.npz"
    words = ["run", "--problem", "quadratic", "--algorithm", "analog-sgd-ap", "--alpha", "0.05", "--tau", "6"]
    words += ["--iterations", "20", "--ranges", "4", "--json", str(out), "--out", str(npz)]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    kept = json.loads(out.read_text())
    assert kept["run"]["ranges"] == 4 and kept["ranges"]["edges"] == ranges.edges(20, 4).tolist()
    with np.load(io.BytesIO(npz.read_bytes()), allow_pickle=False) as arrays:
        for name in ("edges", "low", "high"):
            assert np.array_equal(arrays[f"ranges_{name}"], np.array(kept["ranges"][name]))
        noise = [kept["ranges"][name] for name in ("variance", "shared", "folded")]
        assert noise == [[[None] * 4] * arrays["ranges_shared"].shape[0]] * 3
    again = simulate.Run.from_description(kept["run"])
    found = simulate.execute(again).ranges
    assert np.array_equal(found.low, np.array(kept["ranges"]["low"]))


def test_a_file_asks_for_ranges(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text(
        'problem = "quadratic"\nalgorithm = "analog-sgd"\nalpha = 0.1\ntau = 6\niterations = 9\nranges = 4\n'
    )
    assert config.from_options(file, None, None, {}, []).ranges == 4


@pytest.mark.parametrize("given", [-1, 1.5, "x", None, True, float("nan"), (1 << 53) + 1])
def test_what_is_no_number_of_bins_is_refused(given):
    with pytest.raises(BadInput, match="ranges"):
        run_of(ranges=given)


def test_ranges_that_do_not_fit_are_refused():
    with pytest.raises(BadInput, match="ranges"):
        simulate.execute(run_of(iterations=10**12, ranges=10**12))
