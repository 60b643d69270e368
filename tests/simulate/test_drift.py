"""The mean step given the past: its law by enumeration, its averages by a literal loop, in every engine."""

import io
import itertools
import json
from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats
from typer.testing import CliRunner

import boundary
import simulate
from boundary import BadInput
from simulate import checkpoint, drift
from simulate.__main__ import app
from simulate.engines import registry
from simulate.problems import Attaining, Cosine, LeastSquares, Logistic, Network, PlusMinus, Quadratic, directions
from simulate.replay import replay
from theory.setting import algorithms, devices

STEPS, REPLICAS = 23, 3
NETWORK = Network(3, (3, 4, 2, 3), samples=5)
TWO_POINT = Quadratic(3, size=1, noise="two-point", noise_spread=4.0)


def run_of(problem=NETWORK, algorithm="analog-sgd-ap", **more):
    given = {"alpha": 0.05, "tau": 4.0, "iterations": STEPS, "replicas": REPLICAS, "seed": 5, "drift": STEPS}
    return simulate.Run(problem, algorithm, **(given | more))


def averages(found):
    return np.array([getattr(found, name) for name in drift.NAMES])


# The law of a direction


def of_numbers(values, weights):
    kinds = (lambda x: x, np.abs, np.square, lambda x: x * np.abs(x))
    return [np.sum(kind(values) * weights) for kind in kinds]


@pytest.mark.parametrize("mean", [-3.0, -0.4, 0.0, 0.2, 5.0])
@pytest.mark.parametrize("scale", [0.0, 0.3, 2.0])
@pytest.mark.parametrize("kind", ["two-point", "uniform", "gaussian"])
def test_the_law_of_noise_that_is_added(kind, mean, scale):
    problem = Quadratic(1, size=1, noise=kind, sigma=scale)
    start = [problem.minimiser + mean / problem.hessian[0, 0]]
    found = np.array(problem.direction_law(start, start))[:, 0]
    if kind == "two-point" or scale == 0:
        expected = of_numbers(mean + scale * np.array([-1.0, 1.0]), np.full(2, 0.5))
    else:
        wide = np.sqrt(3) * scale
        law = stats.norm(mean, scale) if kind == "gaussian" else stats.uniform(mean - wide, 2 * wide)
        far = 12 * scale if kind == "gaussian" else wide
        kinds = (lambda x: x, abs, lambda x: x * x, lambda x: x * abs(x))
        ends = {"a": mean - far, "b": mean + far, "points": [0.0, mean], "limit": 200}
        expected = [integrate.quad(lambda x, of=of: of(x) * law.pdf(x), **ends)[0] for of in kinds]
    assert found == pytest.approx(expected, rel=1e-7, abs=1e-9)


def test_the_law_of_an_oracle_with_two_answers():
    problem = Attaining(rho=0.4, tau=2.0)
    weights = [np.array([0.3])]
    slope = 0.3 - problem.minimiser
    size = np.hypot(slope, 1.0)
    expected = of_numbers(np.array([size, -size]), np.array([1 + slope / size, 1 - slope / size]) / 2)
    assert np.array(problem.direction_law(weights, weights))[:, 0] == pytest.approx(expected, rel=1e-14)


def test_the_law_of_equally_likely_samples_and_no_number_of_it_depends_on_what_is_held_at_once(monkeypatch):
    rng = np.random.default_rng(1)
    forward, backward = ([rng.normal(size=shape) for shape in NETWORK.shapes] for _ in range(2))
    each = [directions.flat(NETWORK.direction(forward, backward, np.array(i))) for i in range(NETWORK.samples)]
    expected = [np.mean([of(g) for g in each], axis=0) for of in (np.positive, np.abs, np.square)]
    expected.append(np.mean([g * np.abs(g) for g in each], axis=0))
    found = NETWORK.direction_law(forward, backward)
    assert np.allclose(found, expected, rtol=1e-12, atol=1e-15)
    monkeypatch.setattr(directions, "_AT_ONCE", 2 * len(each[0]))
    assert np.allclose(NETWORK.direction_law(forward, backward), expected, rtol=1e-12, atol=1e-15)


class Doubled(Quadratic):
    """Draws other noise than it says."""

    name = "doubled"
    independent_draws = True

    def draw(self, generator, steps, batch):
        return 2 * super().draw(generator, steps, batch)


def test_a_subclass_that_draws_otherwise_has_no_law():
    problem = Doubled(2)
    start = problem.initial_weights()
    assert problem.direction_law(start, start) is None
    assert type("Undeclared", (Network,), {})(2, 2, samples=3).direction_law([], []) is None


def test_the_mean_step_and_its_rest_are_those_of_the_device():
    """Every sample's step is made by the device's own update."""
    rng = np.random.default_rng(2)
    forward, now = ([rng.normal(size=shape) for shape in NETWORK.shapes] for _ in range(2))
    alpha, tau = 1e-3, 5.0
    device = devices.make("ald", tau)
    steps = []
    for sample in range(NETWORK.samples):
        g = NETWORK.direction(forward, now, np.array(sample))
        after = [device.update(w, -alpha * one) for w, one in zip(now, g, strict=True)]
        steps.append((directions.flat(now) - directions.flat(after)) / alpha)
    found = drift.MeanStep.of(NETWORK.direction_law(forward, now), directions.flat(now) / tau)
    assert np.allclose(found.mean, np.mean(steps, axis=0), rtol=1e-10, atol=1e-12)
    assert found.rest == pytest.approx(np.sum(np.var(steps, axis=0)), rel=1e-9)


# Averages along a path


def literal(run, tmp_path, *, stale=True, sign=1.0, slope=1.0):
    """Return the averages of runs whose law is a sum over few outcomes, one step and one outcome after the other."""
    path = tmp_path / "run.json"
    path.write_text(boundary.json_text({"run": replace(run, drift=0).describe()}))
    every = replay(path, 0, run.iterations).weights.astype(np.float64)
    problem, row = run.problem, algorithms.named(run.algorithm)
    edges = np.cumsum([0, *(int(np.prod(shape)) for shape in problem.shapes)])
    places = list(zip(edges[:-1], edges[1:], problem.shapes, strict=True))

    def split(whole):
        return [whole[low:high].reshape(shape) for low, high, shape in places]

    outcomes = problem.every_sample
    if outcomes is None:
        outcomes = [np.array(signs) * problem.noise_scale for signs in itertools.product((-1.0, 1.0), repeat=edges[-1])]
    found = np.zeros((4, run.replicas))
    for replica in range(run.replicas):
        for k in range(run.iterations):
            now = split(every[k, replica])
            old = [split(every[max(0, k - lag), replica])[m] for m, lag in enumerate(run.lags)]
            forward = old if stale else now
            backward = forward if row.stashed else now
            g = [directions.flat(problem.direction(forward, backward, np.asarray(one))) for one in outcomes]
            shares = sign * directions.flat(now) / run.tau
            steps = [one + np.abs(one) * shares for one in g]
            mean, size = np.mean(steps, axis=0), np.mean(np.abs(g), axis=0)
            exact = problem.moments(now)
            gradient = directions.flat(exact.gradient)
            made = (every[k, replica] - every[k + 1, replica]) / run.alpha
            risen = (problem.value(split(every[k + 1, replica])) - float(exact.value)) / run.alpha
            found[:, replica] += [
                np.sum((size * shares) ** 2),
                np.sum(np.var(steps, axis=0)),
                np.sum((mean - gradient) ** 2),
                risen + slope * gradient @ made,
            ]
    return found / run.iterations


CASES = {
    "network": run_of(),
    "stashed": run_of(algorithm="stashed-ap", tau=np.inf),
    "no lag": run_of(algorithm="analog-sgd"),
    "quadratic": run_of(TWO_POINT, alpha=0.1),
    "cosine": run_of(Cosine(3, size=1, noise="two-point"), alpha=0.1),
    "logistic": run_of(Logistic(2, size=2), alpha=0.5),
}


@pytest.mark.parametrize("backend", ["kernels", "numpy", "reference", "machine"])
@pytest.mark.parametrize("name", CASES)
def test_every_engine_measures_what_a_literal_loop_does(name, backend, tmp_path):
    found = averages(simulate.execute(replace(CASES[name], backend=backend)).drift)
    assert np.allclose(found, literal(CASES[name], tmp_path), rtol=1e-7, atol=1e-11)


FAULTS = {
    "the drift with the sign wrong": {"sign": -1.0},
    "current weights for stale ones": {"stale": False},
    "kappa without the slope": {"slope": 0.0},
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_loop_with_an_error_is_told_apart(name, tmp_path):
    """The comparison above would fail for an engine that made this error."""
    wrong = literal(CASES["network"], tmp_path, **FAULTS[name])
    found = averages(simulate.execute(CASES["network"]).drift)
    assert np.max(np.abs(wrong / found - 1)) > 1e-3


def expectations(problem, alpha, tau, lags, steps):
    """Return E of A, <F, h>, the four averages and the fall of f over every path of few samples, each as likely."""
    device, row = devices.make("ald", tau), algorithms.named("analog-sgd-ap")
    edges = np.array([0, steps])
    measure = drift.Measure(problem, tau, alpha, row.pipelined, row.stashed, edges, 0)
    totals, samples = [], problem.every_sample
    for path in itertools.product(range(len(samples)), repeat=steps):
        past = [problem.initial_weights()]
        along = np.zeros(6)
        for sample in path:
            now = past[-1]
            stale = [past[max(0, len(past) - 1 - lag)][m] for m, lag in enumerate(lags)]
            gradient = directions.flat(problem.gradient(now))
            law = problem.direction_law(stale, now)
            away = law.mean + law.size * directions.flat(now) / tau - gradient
            look = measure.look(now, stale, samples[sample])
            along += [gradient @ gradient, gradient @ away, *look]
            g = problem.direction(stale, now, samples[sample])
            past.append([device.update(w, -alpha * one) for w, one in zip(now, g, strict=True)])
        totals.append([*(along / steps), problem.value(past[0]) - problem.value(past[-1])])
    return np.mean(totals, axis=0)


def identity(alpha=0.3, steps=4):
    """Return both sides of A = c - <F, h>, every path of three samples enumerated."""
    problem = Network(2, 2, samples=3)
    A, inner, _, _, _, kappa, fall = expectations(problem, alpha, 3.0, (1, 0), steps)
    return A, kappa + fall / (alpha * steps) - inner


def test_the_identity_of_the_path_form_holds_exactly():
    one, other = identity()
    assert one == pytest.approx(other, rel=1e-12)


PLANTS = {
    "sign": (drift.MeanStep, "of", classmethod(lambda cls, law, shares: cls(-law.size * shares, law.mean, 0.0))),
    "slope": (drift, "beyond_slope", lambda before, after, alpha, _: (after - before) / alpha),
    "value": (drift, "beyond_slope", lambda *given: given[-1]),
    "alpha": (drift, "beyond_slope", lambda before, after, _, slope: after - before + slope),
}


@pytest.mark.parametrize("name", [name for name in PLANTS if name != "sign"])
def test_a_kappa_that_lacks_a_term_breaks_the_identity(monkeypatch, name):
    monkeypatch.setattr(*PLANTS[name])
    one, other = identity()
    assert abs(one - other) > 0.01 * one


@pytest.mark.parametrize(
    "plant",
    [
        lambda patch: patch.setattr(*PLANTS["sign"]),
        lambda patch: patch.setattr(drift.Measure, "times", lambda _, who: np.zeros((len(who), 23), np.int64)),
        lambda patch: patch.setattr(simulate.engines.state.Compiled, "stale", lambda self: self.weights()),
        lambda patch: patch.setattr(*PLANTS["slope"]),
    ],
    ids=["sign", "times", "stale", "slope"],
)
def test_an_engine_with_an_error_is_caught(monkeypatch, plant, tmp_path):
    expected = literal(CASES["network"], tmp_path)
    plant(monkeypatch)
    assert not np.allclose(averages(simulate.execute(CASES["network"]).drift), expected, rtol=1e-4, atol=1e-8)


# Times, and what a look leaves alone


def test_each_stratum_has_one_time_of_each_replica_and_no_other_stream_is_drawn_from():
    measure = drift.Measure.wanted(run_of(iterations=1000, drift=7))
    times = measure.times(range(200))
    assert np.array_equal(np.searchsorted(measure.edges, times, side="right") - 1, np.tile(range(7), (200, 1)))
    assert measure.lengths.sum() == 1000 and measure.edges[-1] == 1000
    assert np.array_equal(times[50:60], measure.times(range(50, 60)))
    assert abs(np.mean((times - measure.edges[:-1]) / measure.lengths) - 0.5) < 0.03


@pytest.mark.parametrize("problem", [NETWORK, TWO_POINT, Logistic(2, size=2)])
def test_looks_change_nothing_else(problem):
    plain, looked = (simulate.execute(run_of(problem, iterations=200, drift=n, measure_every=5)) for n in (0, 9))
    assert plain.drift is None
    for name, value in vars(plain).items():
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(looked, name)), name


def test_with_ranges_and_threads_and_groups_the_bits_are_the_same():
    run = run_of(iterations=300, drift=11, replicas=5)
    one = averages(simulate.execute(run).drift)
    assert np.array_equal(one, averages(simulate.execute(replace(run, ranges=4)).drift))
    assert np.array_equal(one, averages(simulate.execute(run, threads=2).drift))
    assert np.array_equal(one[:, :2], averages(simulate.execute(replace(run, replicas=2)).drift))
    ranged = simulate.execute(replace(run, ranges=4)).ranges
    assert np.array_equal(ranged.low, simulate.execute(replace(run, ranges=4, drift=0)).ranges.low)


@pytest.mark.parametrize("backend", registry.REGISTRY)
def test_a_stopped_run_goes_on_with_its_looks(backend, tmp_path):
    run = run_of(Network(3, 2, samples=3), iterations=4200, drift=12, replicas=2, backend=backend, alpha=1e-3)
    whole, kept = averages(simulate.execute(run).drift), tmp_path / "kept.npz"
    simulate.execute(run, checkpoint=kept, checkpoint_every=1)
    checkpoint.beside(kept, 1).replace(kept)
    assert np.array_equal(averages(simulate.execute(run, checkpoint=kept).drift), whole)


def test_a_replica_that_diverges_has_no_average():
    result = simulate.execute(run_of(TWO_POINT, "digital-sgd", alpha=5.0, tau=np.inf, iterations=900, drift=5))
    assert len(result.diverged) == REPLICAS and np.all(np.isnan(averages(result.drift)))


REFUSED = {
    "batch": (run_of(algorithm="accumulated-ap", batch=2), "a batch's directions"),
    "per-sample": (run_of(algorithm="per-sample", batch=2), "its own per_sample"),
    "device": (run_of(device="power", device_parameters={"exponent": 2.0}), "the linear device"),
    "pulses": (run_of(TWO_POINT, device_parameters={"dw": 0.01, "BL": 31}), "without pulses"),
    "decay": (run_of(decay="3:0.5"), "step size falls"),
    "law": (run_of(Doubled(2)), "not known of the problem doubled"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_known_is_not_measured(name):
    run, words = REFUSED[name]
    assert words in drift.refusal(run) and drift.Measure.wanted(run) is None
    if name in ("batch", "decay"):
        assert simulate.execute(run).drift is None


def test_rows_with_normal_noise_have_no_law(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("a,b,y\n1,2,3\n2,1,0\n0,1,1\n")
    for noise, known in ((0.0, True), (0.5, False)):
        problem = LeastSquares(2, data=str(table), target="y", noise=noise)
        start = problem.initial_weights()
        assert (problem.direction_law(start, start) is not None) == known
    assert PlusMinus(2).direction_law(*[PlusMinus(2).initial_weights()] * 2) is not None


def test_the_command_writes_them(tmp_path):
    out, npz = tmp_path / "run.json", tmp_path / "run.npz"
    words = ["run", "--problem", "quadratic", "--stages", "2", "--algorithm", "analog-sgd-ap", "--alpha", "0.01"]
    words += ["--tau", "4", "--iterations", "20", "--drift", "4", "--json", str(out), "--out", str(npz)]
    assert CliRunner().invoke(app, words).exit_code == 0
    kept = json.loads(out.read_text())
    assert kept["run"]["drift"] == kept["mean_step"]["looks"] == 4 and set(drift.NAMES) < set(kept["mean_step"])
    with np.load(io.BytesIO(npz.read_bytes())) as arrays:
        for name in drift.NAMES:
            assert np.array_equal(arrays[f"mean_step_{name}"], np.array(kept["mean_step"][name]))


@pytest.mark.parametrize("given", [-1, 4097, 1.5, "many"])
def test_a_number_of_looks_that_makes_no_sense_is_refused(given):
    with pytest.raises(BadInput, match="drift"):
        run_of(drift=given)
