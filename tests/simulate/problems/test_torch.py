"""PyTorch's networks as ours, and back: the same outputs, gradients and steps; what cannot be taken over is refused."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import simulate
from boundary import BadInput
from simulate import problems
from simulate.problems import from_torch, to_torch

ROWS, FEATURES, CLASSES = 12, 5, 3


@pytest.fixture
def data(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    path = tmp_path / "rows.npz"
    np.savez(path, x=rng.normal(size=(ROWS, FEATURES)), y=np.arange(ROWS) % CLASSES)
    return str(path)


@pytest.fixture
def values(tmp_path: Path) -> str:
    rng = np.random.default_rng(0)
    path = tmp_path / "values.npz"
    np.savez(path, x=rng.normal(size=(ROWS, FEATURES)), y=rng.normal(size=(ROWS, CLASSES)))
    return str(path)


@pytest.fixture
def torch() -> Any:
    found = pytest.importorskip("torch", reason="the extra `torch` is not installed")
    found.manual_seed(1)
    return found


def _gradient(torch: Any, module: Any, loss: Any, path: str) -> tuple[float, np.ndarray]:
    """Return the loss over all rows and its gradient, in our order of the weights."""
    module = module.double()
    with np.load(path) as arrays:
        x, y = torch.tensor(arrays["x"]), torch.tensor(arrays["y"])
    value = loss(module(x), y)
    value.backward()
    parts = []
    for child in module.modules():
        if isinstance(child, torch.nn.Linear):
            columns = [child.weight.grad] + ([] if child.bias is None else [child.bias.grad[:, None]])
            parts.append(torch.cat(columns, dim=1).numpy().ravel())
    return float(value.detach()), np.concatenate(parts)


ACTIVATIONS = ("Tanh", "Sigmoid", "ReLU", "GELU", "Softplus", "Identity")


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_outputs_and_gradient_are_those_of_pytorch(torch: Any, data: str, activation: str, bias: bool) -> None:
    nn = torch.nn
    act = getattr(nn, activation)
    module = nn.Sequential(
        nn.Linear(5, 7, bias=bias), act(), nn.Linear(7, 4, bias=bias), act(), nn.Linear(4, 3, bias=bias)
    )
    problem = from_torch(module, nn.CrossEntropyLoss(), data, cut=[1])
    assert problem.stages == 2 and problem.width == (7, 4, 3) and problem.bias == bias
    found = problem.moments(problem.initial_weights())
    value, gradient = _gradient(torch, module, nn.CrossEntropyLoss(), data)
    assert float(found.value) == pytest.approx(value, rel=1e-12)
    ours = np.concatenate([stage.ravel() for stage in found.gradient])
    np.testing.assert_allclose(ours, gradient, rtol=1e-9, atol=1e-13)


def test_the_mean_squared_error_is_2_over_the_outputs_times_f_and_a_note_says_so(
    torch: Any, values: str, capsys: pytest.CaptureFixture[str]
) -> None:
    nn = torch.nn
    module = nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 3))
    simulate.notes.say.cache_clear()
    problem = from_torch(module, nn.MSELoss(), values, cut=[1])
    assert "f is 3/2 times MSELoss" in capsys.readouterr().err
    found = problem.moments(problem.initial_weights())
    value, gradient = _gradient(torch, module, nn.MSELoss(), values)
    assert float(found.value) == pytest.approx(1.5 * value, rel=1e-12)
    ours = np.concatenate([stage.ravel() for stage in found.gradient])
    np.testing.assert_allclose(ours, 1.5 * gradient, rtol=1e-9, atol=1e-13)


def test_steps_are_those_of_pytorchs_sgd(torch: Any, data: str, tmp_path: Path) -> None:
    nn = torch.nn
    module = nn.Sequential(nn.Flatten(), nn.Linear(5, 4), nn.Tanh(), nn.Sequential(nn.Linear(4, 3), nn.Sigmoid()))
    problem = from_torch(module, nn.CrossEntropyLoss(), data, cut=[1], sampling="full")
    before = [one.detach().clone() for one in module.parameters()]
    path = tmp_path / "run.npz"
    simulate.run(problem, "digital-sgd", alpha=0.5, tau=float("inf"), iterations=20, checkpoint=path)
    assert all(bool((one == other).all()) for one, other in zip(before, module.parameters(), strict=True))
    last = simulate.replay(path, 20, 0).weights[-1, 0]
    module = module.double()
    optimiser = torch.optim.SGD(module.parameters(), lr=0.5)
    with np.load(data) as arrays:
        x, y = torch.tensor(arrays["x"]), torch.tensor(arrays["y"])
    for _ in range(20):
        optimiser.zero_grad()
        nn.CrossEntropyLoss()(module(x), y).backward()
        optimiser.step()
    back = to_torch(problem, last)
    for one, other in zip(back.parameters(), module.parameters(), strict=True):
        np.testing.assert_allclose(one.detach().numpy(), other.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_weights_there_and_back_are_the_same_bits(torch: Any, data: str) -> None:
    nn = torch.nn
    module = nn.Sequential(nn.Linear(5, 4), nn.GELU(), nn.Linear(4, 3))
    problem = from_torch(module, nn.CrossEntropyLoss(), data, cut=[1])
    back = to_torch(problem, problem.initial_weights())
    for one, other in zip(back.parameters(), module.double().parameters(), strict=True):
        assert bool((one == other).all())
    again = from_torch(back, nn.CrossEntropyLoss(), data, cut=[1])
    assert again == problem
    with np.load(data) as arrays:
        x = torch.tensor(arrays["x"])
    assert bool((back(x) == module(x)).all())


def test_the_description_makes_the_same_problem_again(torch: Any, data: str, tmp_path: Path) -> None:
    nn = torch.nn
    module = nn.Sequential(nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 3))
    problem = from_torch(module, nn.CrossEntropyLoss(), data, cut=[1], start=tmp_path / "mine.npz", batch=2, test=0.25)
    assert (problem.batch, problem.test) == (2, 0.25)
    again = problems.rebuild(problem.describe())
    assert again == problem
    for one, other in zip(again.initial_weights(), problem.initial_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    np.savez(problem.start, weights=np.zeros(problem.dimension))
    with pytest.raises(BadInput, match=r"start = .*mine.npz: must satisfy the file with the checksum"):
        problems.rebuild(problem.describe())
    beside = from_torch(module, nn.CrossEntropyLoss(), data)
    assert Path(beside.start).parent == Path(data).parent and beside.stages == 1


CASES: dict[str, tuple[Callable[[Any], Any], str]] = {
    "conv": (lambda nn: nn.Sequential(nn.Conv2d(1, 1, 3)), r"layer 0 of the module = Conv2d.*one of Linear, Identity"),
    "dropout": (lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Dropout()), r"layer 1 of the module = Dropout"),
    "softmax": (lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Softmax(dim=1)), r"layer 1 of the module = Softmax"),
    "inside": (
        lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Sequential(nn.Tanh(), nn.LeakyReLU())),
        r"layer 1\.1 of the module = LeakyReLU",
    ),
    "gelu": (
        lambda nn: nn.Sequential(nn.Linear(5, 3), nn.GELU(approximate="tanh")),
        r"layer 1 .*the exact GELU, approximate='none'",
    ),
    "softplus": (lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Softplus(beta=2)), r"Softplus with beta = 1"),
    "threshold": (lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Softplus(threshold=5)), r"threshold >= 20"),
    "biases": (
        lambda nn: nn.Sequential(nn.Linear(5, 4), nn.Linear(4, 3, bias=False)),
        r"layer 1 .*Linear layers that all have a bias, or none",
    ),
    "twice": (lambda nn: nn.Sequential(*[nn.Linear(5, 5)] * 2), r"layer 1 .*this one comes twice"),
    "activation first": (lambda nn: nn.Sequential(nn.Tanh(), nn.Linear(5, 3)), r"an activation after a Linear layer"),
    "two activations": (
        lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Tanh(), nn.ReLU()),
        r"layer 2 .*an activation after a Linear layer, and one only",
    ),
    "late flatten": (lambda nn: nn.Sequential(nn.Linear(5, 3), nn.Flatten()), r"layer 1 of the module = Flatten"),
    "nothing": (lambda nn: nn.Sequential(), r"a Sequential with a Linear layer"),
    "no Sequential": (lambda nn: nn.Linear(5, 3), r"module = Linear: must satisfy torch.nn.Sequential"),
    "frozen": (
        lambda nn: nn.Sequential(nn.Linear(5, 3).requires_grad_(requires_grad=False)),
        r"weights that are trained",
    ),
    "inputs": (lambda nn: nn.Sequential(nn.Linear(4, 3)), r"module = of 4 inputs: must satisfy 5 inputs"),
    "outputs": (lambda nn: nn.Sequential(nn.Linear(5, 4)), r"3 outputs of the last layer"),
    "between": (lambda nn: nn.Sequential(nn.Linear(5, 4), nn.Linear(6, 3)), r"layer 1 .*must satisfy 4 inputs"),
    "no numbers": (lambda nn: nn.Sequential(nn.Linear(5, 3, device="meta")), r"layer 0 .*and are there"),
    "complex": (
        lambda nn: nn.Sequential(nn.Linear(5, 3, dtype=sys.modules["torch"].complex64)),
        r"layer 0 .*weights that are real numbers",
    ),
    "several lines": (
        lambda nn: nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Linear(5, 3))),
        r"layer 0 of the module = ParametrizedLinear\( in_features=5",
    ),
}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"data": None}, "data = NoneType"),
        ({"data": np.ones((3, 5))}, "data = ndarray"),
        ({"cut": 1}, "cut = 1: must satisfy a list"),
        ({"cut": "12"}, "cut = '12': must satisfy a list"),
    ],
    ids=str,
)
def test_what_is_no_name_of_data_and_no_list_is_refused(
    torch: Any, data: str, wrong: dict[str, Any], words: str
) -> None:
    module = torch.nn.Sequential(torch.nn.Linear(5, 4), torch.nn.Linear(4, 3))
    given = {"data": data, **wrong}
    with pytest.raises(BadInput, match=words):
        from_torch(module, torch.nn.CrossEntropyLoss(), **given)
    assert from_torch(module, torch.nn.CrossEntropyLoss(), Path(data)).settings["data"] == data


def test_what_is_no_network_or_no_weights_is_not_handed_back(torch: Any, data: str) -> None:
    problem = from_torch(torch.nn.Sequential(torch.nn.Linear(5, 3)), torch.nn.CrossEntropyLoss(), data)
    with pytest.raises(BadInput, match="problem = Quadratic: must satisfy a network on data"):
        to_torch(problems.make("quadratic", stages=1), np.ones(2))
    with pytest.raises(BadInput, match="weights = NoneType"):
        to_torch(problem, None)


@pytest.mark.parametrize("name", CASES)
def test_a_module_that_cannot_be_taken_over_is_refused_and_nothing_is_written(
    torch: Any, data: str, name: str, tmp_path: Path
) -> None:
    make, words = CASES[name]
    with pytest.raises(BadInput, match=words) as caught:
        from_torch(make(torch.nn), torch.nn.CrossEntropyLoss(), data)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("weights-*"))


def test_a_module_that_is_more_than_its_layers_is_refused(torch: Any, data: str) -> None:
    nn = torch.nn
    module = nn.Sequential(nn.Linear(5, 3), nn.Tanh())
    module[0].register_forward_hook(lambda _module, _args, output: 2 * output)
    with pytest.raises(BadInput, match="the sum of its layers: on rows of the data its outputs are"):
        from_torch(module, nn.CrossEntropyLoss(), data)


def test_weights_that_are_no_numbers_are_refused(torch: Any, data: str) -> None:
    nn = torch.nn
    module = nn.Sequential(nn.Linear(5, 3))
    with torch.no_grad():
        module[0].weight[0, 0] = float("nan")
    with pytest.raises(BadInput, match=r"layer 0 .*finite"):
        from_torch(module, nn.CrossEntropyLoss(), data)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda nn: nn.MSELoss(reduction="sum"), "reduction='mean'"),
        (lambda nn: nn.CrossEntropyLoss(label_smoothing=0.1), "no weight, no label_smoothing"),
        (lambda nn: nn.CrossEntropyLoss(ignore_index=0), "no ignore_index >= 0"),
        (lambda nn: nn.L1Loss(), "loss = L1Loss: must satisfy CrossEntropyLoss"),
        (lambda nn: nn.NLLLoss(), "loss = NLLLoss"),
        (lambda _: "hinge", "loss = 'hinge'"),
    ],
)
def test_a_loss_that_is_not_ours_is_refused(torch: Any, data: str, make: Callable[[Any], Any], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        from_torch(torch.nn.Sequential(torch.nn.Linear(5, 3)), make(torch.nn), data)


def test_settings_that_the_module_decides_or_nobody_knows_are_refused(torch: Any, data: str) -> None:
    module, loss = torch.nn.Sequential(torch.nn.Linear(5, 3)), torch.nn.CrossEntropyLoss()
    with pytest.raises(BadInput, match=r"width = .*left out"):
        from_torch(module, loss, data, width=(3,))
    with pytest.raises(BadInput, match="color"):
        from_torch(module, loss, data, color="red")
    with pytest.raises(BadInput, match="stages = 2: must satisfy at most 1, the layers"):
        from_torch(module, loss, data, cut=[1])


def test_what_pytorch_lacks_is_not_handed_back(torch: Any, data: str) -> None:
    centred = problems.make("network", 1, data=data, width=3, activation="centred-sigmoid", loss="cross-entropy")
    with pytest.raises(BadInput, match="activation = centred-sigmoid"):
        to_torch(centred, centred.initial_weights())
    plain = problems.make("network", 1, data=data, width=3, activation="sigmoid", loss="cross-entropy")
    with pytest.raises(BadInput, match="15 weights, those of one replica"):
        to_torch(plain, np.zeros((2, 15)))


def test_without_pytorch_one_line_says_how_to_get_it(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BadInput, match=r"torch = missing: must satisfy installed: pip install .*\[torch\]"):
        from_torch(None, None, data)
