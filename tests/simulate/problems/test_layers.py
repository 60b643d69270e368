"""A network of layers on data of one's own: its gradient by complex steps, its engines against each other, refusals."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import erf

import simulate
from boundary import BadInput
from simulate.problems import LayerNetwork, Network, activations, check, losses, make, rebuild

RNG = np.random.default_rng(5)
X, LABELS = RNG.standard_normal((12, 4)), np.r_[0:3, RNG.integers(0, 3, 9)]
VALUES = RNG.standard_normal((12, 3))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "labels.npz", x=X, y=LABELS, x_test=X[:5], y_test=LABELS[:5])
    np.savez(folder / "values.npz", x=X, y=VALUES)
    np.savez(folder / "signs.npz", x=X, y=np.where(VALUES > 0, 1.0, -1.0))
    np.savez(folder / "two.npz", x=X, y=LABELS % 2)
    np.savez(folder / "large.npz", x=RNG.standard_normal((400, 60)), y=np.arange(400) % 10)
    return {path.stem: str(path) for path in folder.glob("*.npz")}


def made(data: dict[str, str], name: str = "labels", stages: int = 2, **settings: Any) -> LayerNetwork:
    found = make("network", stages, data=data.get(name, name), **{"width": "3,2,3", "instance": 3, **settings})
    assert isinstance(found, LayerNetwork)
    return found


def moved(problem: LayerNetwork, scale: float = 0.3) -> list[Any]:
    rng = np.random.default_rng(8)
    return [w + scale * rng.standard_normal(w.shape) for w in problem.initial_weights()]


# The gradient, from nothing but the formulas of the activations and losses in complex numbers

PHI = {
    "identity": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "centred-sigmoid": lambda z: 1 / (1 + np.exp(-z)) - 0.5,
    "softplus": lambda z: np.log(1 + np.exp(z)),
    "centred-softplus": lambda z: np.log((1 + np.exp(z)) / 2),
    "gelu": lambda z: z * (1 + erf(z / np.sqrt(2))) / 2,
    "relu": lambda z: np.where(z.real > 0, z, 0),
}
LOSS = {
    "cross-entropy": lambda x, c, _: np.log(np.sum(np.exp(x))) - x[c],
    "squared": lambda x, _, y: np.sum((x - y) ** 2) / 2,
    "log-cosh": lambda x, _, y: np.sum(np.log(np.cosh(x - y))),
    "logistic": lambda x, _, y: np.sum(np.log(1 + np.exp(-y * x))),
}


def value(problem: LayerNetwork, flat: Any) -> Any:
    """Return f of weights that stand layer after layer, row by row, a bias last in its row; they may be complex."""
    names = problem.activation.split(",") * (len(problem.width) if "," not in problem.activation else 1)
    total = 0
    for x, c, y in zip(X, LABELS, np.where(np.arange(3) == LABELS[:, None], 1, -1), strict=True):
        out, place = x.astype(flat.dtype), 0
        for name, width in zip(names, problem.width, strict=True):
            out = np.append(out, 1) if problem.bias else out
            matrix = flat[place : place + width * len(out)].reshape(width, len(out))
            place, out = place + matrix.size, PHI[name](matrix @ out)
        total = total + LOSS[problem.loss](out, c, y)
    return total / len(X)


CASES = [
    *({"activation": name, "loss": "cross-entropy", "bias": True} for name in PHI),
    *({"activation": "tanh,gelu,identity", "loss": loss, "bias": bias} for loss in LOSS for bias in (True, False)),
]


@pytest.mark.parametrize("settings", CASES, ids=lambda one: "-".join(map(str, one.values())))
def test_the_gradient_is_that_of_the_formula_by_complex_steps(data: dict[str, str], settings: dict[str, Any]) -> None:
    problem = made(data, **settings)
    weights = moved(problem)
    flat = np.concatenate([stage.ravel() for stage in weights])
    moments = problem.moments(weights)
    assert float(moments.value) == pytest.approx(float(value(problem, flat)), rel=1e-13)
    found = np.concatenate([stage.ravel() for stage in moments.gradient])
    for place in range(len(flat)):
        there = flat.astype(complex)
        there[place] += 1e-30j
        assert found[place] == pytest.approx(value(problem, there).imag / 1e-30, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("batch", [1, 2])
def test_samples_have_the_exact_mean_and_variance(data: dict[str, str], batch: int) -> None:
    problem = made(data, loss="cross-entropy", bias="true", activation="sigmoid", batch=batch)
    weights = moved(problem)
    samples = np.array(list(itertools.product(range(12), repeat=batch)), float)
    spread = [np.broadcast_to(stage, (len(samples), *stage.shape)) for stage in weights]
    found, moments = problem.direction(spread, spread, samples), problem.moments(weights)
    for stage in range(problem.stages):
        np.testing.assert_allclose(found[stage].mean(axis=0), moments.gradient[stage], atol=1e-14)
        np.testing.assert_allclose(found[stage].var(axis=0), moments.variance[stage], atol=1e-14)


# Engines, cuts, and the built-in network

AGREE: list[dict[str, Any]] = [
    {"loss": "cross-entropy", "activation": "sigmoid,gelu,identity", "bias": "true", "stages": 2, "cut": 1},
    {"loss": "logistic", "activation": "relu,softplus,tanh", "noise": 0.1, "batch": 3, "stages": 3, "bias": "true"},
    {"loss": "squared", "activation": "centred-sigmoid", "sampling": "full", "noise": 0.2, "stages": 3},
    {"loss": "log-cosh", "activation": "centred-softplus", "sampling": "shuffled", "batch": 5, "stages": 1},
]


@pytest.mark.parametrize("settings", AGREE, ids=lambda one: one["loss"])
@pytest.mark.parametrize("algorithm", ["analog-sgd-ap", "stashed-ap"])
def test_every_engine_makes_the_same_steps(data: dict[str, str], settings: dict[str, Any], algorithm: str) -> None:
    problem, analog = made(data, **settings), algorithm == "analog-sgd-ap"
    assert rebuild(json.loads(json.dumps(problem.describe()))) == problem

    def run(backend: str, **more: Any) -> Any:
        fields = {
            "alpha": 0.05,
            "tau": 2.0 if analog else np.inf,
            "iterations": 60,
            "replicas": 1,
            "seed": 1,
            "backend": backend,
            **more,
        }
        found = simulate.run(problem, algorithm, **fields)
        return np.r_[found.mean_squared_gradient, found.final_value, found.mean_variance]

    numbers = [run(backend) for backend in ("kernels", "numpy", "reference", "machine")]
    np.testing.assert_allclose(numbers, [numbers[0]] * 4, rtol=1e-11)
    law = {"device": "power", "device_parameters": {"exponent": 2.0}} if analog else {}
    device = {**law, "replicas": 3}
    np.testing.assert_allclose(run("kernels", **device), run("numpy", **device), rtol=1e-11)


def test_single_precision_agrees_up_to_its_rounding(data: dict[str, str]) -> None:
    problem = made(data, loss="cross-entropy", bias="true", activation="gelu,tanh,identity")
    found = [
        simulate.run(
            problem, "analog-sgd-ap", alpha=0.05, tau=2.0, iterations=50, replicas=2, seed=1, dtype=dtype
        ).final_value
        for dtype in ("float64", "float32")
    ]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-5)


@pytest.mark.parametrize("settings", AGREE, ids=lambda one: one["loss"])
def test_it_agrees_with_itself(data: dict[str, str], settings: dict[str, Any]) -> None:
    found = check(made(data, **settings), quick=True)
    assert found.ok, found
    assert {"the law of the direction and the direction"} <= {one.what for one in found.comparisons}


def test_where_it_is_cut_changes_nothing_without_lags(data: dict[str, str]) -> None:
    cuts = [(1, ()), (2, (1,)), (2, (2,)), (3, ())]
    found = []
    for stages, cut in cuts:
        problem = made(data, stages=stages, cut=cut, loss="cross-entropy", bias=True)
        run = simulate.run(
            problem, "digital-sgd", alpha=0.1, tau=np.inf, iterations=30, replicas=2, seed=1, backend="numpy"
        )
        found.append(run.final_value)
    np.testing.assert_allclose(found, [found[0]] * len(cuts), rtol=1e-12)
    assert made(data, stages=2).stage_layers == [range(2), range(2, 3)]


def test_on_a_teachers_data_it_is_the_built_in_network() -> None:
    """Same inputs, W_0, directions and stage data where the architecture is one that both have."""
    built = Network(2, (4, 4, 3), samples=9, instance=6, activation="tanh", loss="squared")
    own = LayerNetwork(2, "teacher", width=(4, 3), samples=9, instance=6, loss="squared")
    np.testing.assert_array_equal(own.inputs, built.inputs)
    for one, other in zip(own.initial_weights(), built.initial_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    same = LayerNetwork(2, "teacher", width=(4, 3), samples=9, instance=6, loss="squared")
    same.__dict__["targets"] = built.targets
    weights = built.initial_weights()
    for one, other in zip(same.moments(weights).variance, built.moments(weights).variance, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-15)
    assert same.facts([1, 0]).stage_data == built.facts([1, 0]).stage_data
    assert same.stage_norms(0.5) == built.stage_norms(0.5)


# What is known of it


def test_activations_of_layers_have_the_constants_that_they_state() -> None:
    z = np.linspace(-30, 30, 600_001)
    for name, act in activations.of_layers().items():
        found = act.value(z)
        slope = act.slope(z, found)
        assert act.p0 * (1 - 1e-6) <= np.max(np.abs(slope)) <= act.p0, name
        assert act.bound is None or np.max(np.abs(found)) <= act.bound
        if np.isfinite(act.p1):
            bend = np.max(np.abs(np.diff(slope))) / (z[1] - z[0])
            assert act.p1 * (1 - 1e-6) <= bend <= act.p1 + 1e-9, name
            np.testing.assert_allclose(np.gradient(found, z)[1:-1], slope[1:-1], atol=1e-7)


def test_cross_entropy_has_the_constants_that_it_states_and_reaches_them() -> None:
    loss, rng = losses.CROSS_ENTROPY, np.random.default_rng(0)
    steep = bend = 0.0
    for scale in (0.1, 1.0, 10.0, 100.0):
        x = scale * rng.standard_normal((4000, 4))
        y, step = np.eye(4)[rng.integers(0, 4, 4000)], 1e-4 * rng.standard_normal((4000, 4))
        steep = max(steep, np.max(np.linalg.norm(loss.slope(x, y), axis=1)))
        change = np.linalg.norm(loss.slope(x + step, y) - loss.slope(x, y), axis=1)
        bend = max(bend, np.max(change / np.linalg.norm(step, axis=1)))
        assert np.all(loss.value(x, y) >= 0)
    assert loss.length is not None
    assert 0.999 * loss.length < steep <= loss.length
    pair, along = np.array([[0.0, 0.0, -800.0]]), 1e-4 * np.array([[1.0, -1.0, 0.0]])
    worst = np.linalg.norm(loss.slope(pair + along, 0) - loss.slope(pair, 0)) / np.linalg.norm(along)
    assert bend <= loss.l1 * (1 + 1e-6)
    assert worst == pytest.approx(loss.l1, rel=1e-6)


REASONS = {
    "biases": {"bias": True},
    "several layers": {"stages": 2},
    "relu jumps": {"activation": "tanh,relu,identity"},
    "sigmoid is not 0 at 0": {"activation": "sigmoid"},
}


@pytest.mark.parametrize("reason", REASONS)
def test_where_no_theorem_gives_its_constants_it_states_none_and_why(data: dict[str, str], reason: str) -> None:
    problem = made(data, **{"stages": 3, "loss": "cross-entropy", **REASONS[reason]})
    assert reason in problem.unstaged
    facts = problem.facts([0] * problem.stages)
    assert not facts.stage_data and set(facts.values.values()) == {None}


@pytest.mark.parametrize("loss", ["cross-entropy", "squared", "log-cosh"])
def test_the_largest_directions_bound_what_they_speak_of(data: dict[str, str], loss: str) -> None:
    for act, bias in itertools.product(("gelu", "tanh,softplus,identity", "relu"), (True, False)):
        problem, rng = made(data, activation=act, bias=bias, loss=loss), np.random.default_rng(1)
        bound = problem.largest_directions(0.7)
        assert bound is not None
        for _ in range(20):
            old, now = ([rng.uniform(-0.7, 0.7, shape) for shape in problem.shapes] for _ in range(2))
            for row in range(12):
                found = problem.direction(old, now, np.array([float(row)]))
                assert np.all(np.abs(np.concatenate([stage.ravel() for stage in found])) <= bound)
    assert made(data, noise=0.1).largest_directions(0.7) is None
    assert made(data, noise=0.1).bounded_noise is False


def test_accuracy_is_the_share_of_rows_that_are_classified_rightly(data: dict[str, str]) -> None:
    problem = made(data, loss="cross-entropy", bias=True)
    weights = [np.stack([stage, -2 * stage]) for stage in moved(problem)]
    found = problem.accuracy(weights)
    assert found is not None and set(found) == {"train", "test"}
    for replica in range(2):
        message: Any = X
        for stage in range(problem.stages):
            message, _ = problem.forward(stage, weights[stage][replica], message)
        right = np.argmax(message, axis=1) == LABELS
        assert found["train"][replica] == np.mean(right) and found["test"][replica] == np.mean(right[:5])
    assert made(data, "values").accuracy(moved(made(data, "values"))) is None
    one = made(data, "two", width="3,1", loss="logistic")
    assert set(np.unique(one.targets)) == {-1.0, 1.0}
    share = one.accuracy([np.zeros(shape) for shape in one.shapes])
    assert share is not None and share["train"] == np.mean(LABELS % 2 == 0)


def test_layers_and_stages_are_each_others_inverse(data: dict[str, str]) -> None:
    problem = made(data, bias=True)
    weights = moved(problem)
    layers = [matrix for stage, own in enumerate(weights) for matrix in problem.layers(stage, own)]
    assert [matrix.shape for matrix in layers] == [(3, 5), (2, 4), (3, 3)]
    for one, other in zip(problem.staged(layers), weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert all(np.all(matrix[:, -1] == 0) for matrix in problem.layers(0, problem.initial_weights()[0]))


def test_a_large_network_is_compared_with_itself_in_miniature(data: dict[str, str]) -> None:
    problem = made(data, "large", width="70,40,10", loss="cross-entropy", bias=True)
    small = problem.miniature
    assert isinstance(small, LayerNetwork) and small.dimension < 200 < problem.dimension
    assert (small.laws or problem.laws) and small.laws.direction is problem.laws.direction  # type: ignore[union-attr]
    found = check(problem, quick=True)
    assert found.ok and "a miniature of it" in str(found)
    assert made(data).miniature.settings == made(data).settings


def test_a_law_is_not_taken_for_what_a_plug_in_puts_in_its_place(
    data: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = activations.Activation("tanh", np.arctan, lambda z, _: 1 / (1 + z * z), 1.0, 0.65, 1.6)
    monkeypatch.setitem(activations.REGISTRY, "tanh", other)
    assert made(data).laws is None
    assert made(data, activation="sigmoid").laws is not None


# Files and refusals


def test_data_that_have_changed_are_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "d.npz")
    np.savez(path, x=X, y=VALUES)
    description = make("network", 1, data=path, width="3").describe()
    np.savez(path, x=X, y=2 * VALUES)
    with pytest.raises(BadInput, match="the data with the checksum"):
        rebuild(description)


def test_a_start_is_read_from_a_file(data: dict[str, str], tmp_path: Path) -> None:
    first = made(data, bias=True)
    flat = np.concatenate([stage.ravel() for stage in moved(first)])
    np.savez(tmp_path / "start.npz", w=flat)
    problem = made(data, bias=True, start=str(tmp_path / "start.npz"))
    np.testing.assert_array_equal(np.concatenate(problem.initial_weights()), flat)
    with pytest.raises(BadInput, match=r"a file of 14 numbers; it has 32"):
        made(data, width="2,3", start=str(tmp_path / "start.npz"))


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("labels", {"width": "3,4"}, "3 outputs of the last layer, the classes of"),
        ("labels", {"width": "3,1", "loss": "logistic"}, "3 outputs of the last layer"),
        ("two", {"width": "3,1", "loss": "cross-entropy"}, "2 outputs of the last layer"),
        ("values", {"width": "3,2"}, "3 outputs of the last layer, the values of"),
        ("values", {"loss": "cross-entropy"}, "y of shape"),
        ("values", {"loss": "logistic"}, "values 1 and -1 for the loss logistic; one is"),
        ("labels", {"width": "0,3"}, "outputs of every layer, integers >= 1"),
        ("labels", {"width": ()}, "width = .not given."),
        ("labels", {"width": "2.5,3"}, "an integer"),
        ("labels", {"cut": "3"}, "the M - 1 = 1 layers after which a stage ends"),
        ("labels", {"cut": "0"}, "the M - 1 = 1 layers after which a stage ends"),
        ("labels", {"cut": "1,2"}, "the M - 1 = 1 layers after which a stage ends"),
        ("labels", {"stages": 3, "cut": "2,1"}, "in order, of 1 to 2"),
        ("labels", {"stages": 4}, "at most 3, the layers"),
        ("labels", {"activation": "tanh,tanh"}, "one name, or 3, one a layer"),
        ("labels", {"activation": "swish"}, "one of tanh"),
        ("labels", {"loss": "hinge"}, "one of log-cosh"),
        ("labels", {"batch": 0}, "an integer >= 1"),
        ("labels", {"batch": 13, "sampling": "cyclic"}, "batch <= 12, the rows"),
        ("labels", {"batch": 2, "sampling": "full"}, "batch = 1 where every row is taken"),
        ("labels", {"sampling": "sorted"}, "one of random"),
        ("labels", {"noise": -1}, "noise >= 0"),
        ("labels", {"gain": "inf"}, "gain"),
        ("labels", {"start": "nan"}, "a finite number"),
        ("labels", {"width": "1000000,1000000,3"}, "fits into memory"),
        ("labels", {"depth": 3}, "one of"),
    ],
    ids=str,
)
def test_wrong_settings_are_refused_in_one_line(
    data: dict[str, str], name: str, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        made(data, name, **settings)
    assert "\n" not in str(refused.value)
