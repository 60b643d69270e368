"""Networks that PyTorch describes: its linear layers and activations become layers and W_0, and weights go back.

PyTorch, the extra `torch`, is loaded only in a call.
"""

import copy
import hashlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

import boundary
from boundary import BadInput
from simulate import notes
from simulate.problems import named
from simulate.problems.layers import LayerNetwork
from theory.setting.objectives import Array, Weights

Floats = NDArray[np.float64]

_ACTIVATIONS: Final = {
    "Identity": "identity",
    "Tanh": "tanh",
    "Sigmoid": "sigmoid",
    "ReLU": "relu",
    "GELU": "gelu",
    "Softplus": "softplus",
}
"""Names of ours by PyTorch's."""
_KNOWN: Final = ", ".join(("Linear", *_ACTIVATIONS, "Flatten at the start"))
_THRESHOLD: Final = 20.0
"""Beyond it PyTorch's softplus is the identity, which is less than 3e-9 away from log(1 + e^z)."""
_COMPARED: Final = 8
_AGREEMENT: Final = 1e-8
"""Relative difference that rounding and that threshold may make of the outputs of the two networks."""


def from_torch(
    module: Any,  # noqa: ANN401 - torch may be absent
    loss: Any,  # noqa: ANN401
    data: str | Path,
    *,
    cut: Sequence[int] = (),
    start: str | Path | None = None,
    **settings: Any,  # noqa: ANN401
) -> LayerNetwork:
    """Return the network that a `torch.nn.Sequential` is, with its weights as W_0.

    The weights are written to `start`, so that the problem's description makes the same problem again, and both
    networks are compared on rows of the data. The module is not changed.

    Args:
        module: `torch.nn.Sequential` of `Linear` layers, all of them with a bias or none, each followed by at most one
            of `Tanh`, `Sigmoid`, `ReLU`, `GELU` (exact, not approximate="tanh"), `Softplus` (beta 1) and `Identity`.
        loss: `CrossEntropyLoss()` or `MSELoss()`; or the name of a loss of ours. Of o outputs `squared` is o/2 times
            the mean that `MSELoss` takes: a step size of lr there is alpha = 2 lr/o here, which a note says.
        data: as in `LayerNetwork`: a file, or a name.
        cut: numbers of linear layers, from 1, after which a stage ends; M is one more than there are.
        start: the NPZ file to write; left out: `weights-CHECKSUM.npz`, beside the file of data or, for data with a
            name, in the working folder.
        settings: other settings of `LayerNetwork`, such as `batch`, `test` or `stages`.

    Raises:
        BadInput: names the first layer, or the property of the loss, that cannot be taken over.

    """
    torch = _torch()
    nn = torch.nn
    if type(module) is not nn.Sequential:
        raise BadInput("module", type(module).__name__, "torch.nn.Sequential")
    if not isinstance(data, str | Path):
        raise BadInput("data", type(data).__name__, f"a file, or one of {', '.join(named.NAMES)}")
    if not isinstance(cut, list | tuple | range):
        raise BadInput("cut", repr(cut), "a list of numbers of linear layers, such as [1]")
    data, layers = str(data), _layers(nn, module)
    given = sorted({"width", "bias", "activation", "loss"} & settings.keys())
    if given:
        raise BadInput(given[0], settings[given[0]], "left out, since the module and the loss say it")
    flat = np.concatenate([matrix.ravel() for matrix, _ in layers])
    path = str(start) if start is not None else str(_place(data, flat))
    made = {
        "data": data,
        "width": tuple(len(matrix) for matrix, _ in layers),
        "bias": any(type(child) is nn.Linear and child.bias is not None for _, child in _flat(module)),
        "activation": ",".join(name for _, name in layers),
        "loss": loss if isinstance(loss, str) else _loss(nn, loss),
        "cut": tuple(cut),
        **settings,
    }
    stages = boundary.integer("stages", made.pop("stages", len(cut) + 1), at_least=1)
    fits = LayerNetwork.from_settings(stages, made)  # what does not fit is refused before anything is written
    inputs = layers[0][0].shape[1] - fits.bias
    if inputs != fits.widths[0]:
        raise BadInput("module", f"of {inputs} inputs", f"{fits.widths[0]} inputs, as {data} has")
    _compare(torch, fits, [matrix for matrix, _ in layers], module)
    boundary.write_atomically(Path(path), _archive(flat))
    problem = LayerNetwork.from_settings(stages, made | {"start": path})
    if problem.loss == "squared" and not isinstance(loss, str):
        outputs = problem.width[-1]
        words = f"f is {outputs}/2 times MSELoss, the mean over {outputs} outputs: a step of lr there is"
        notes.say(f"{words} alpha = {2 / outputs:.4g} lr here")
    return problem


def to_torch(problem: LayerNetwork, weights: Weights | Floats) -> Any:  # noqa: ANN401
    """Return the `torch.nn.Sequential` that computes what the problem's network does, in double precision.

    Args:
        problem: without centred activations, which PyTorch lacks.
        weights: of one replica: an array a stage, as `initial_weights` gives them, or all of them flat, shape (D,), as
            `simulate.replay` gives them.

    Raises:
        BadInput: another problem, no weights or another number of them, or an activation that PyTorch lacks.

    """
    torch = _torch()
    if not isinstance(problem, LayerNetwork):
        raise BadInput("problem", type(problem).__name__, "a network on data, as from_torch makes it")
    if not isinstance(weights, np.ndarray | list | tuple):
        raise BadInput("weights", type(weights).__name__, "an array, or a list of one array a stage")
    flat = weights if isinstance(weights, np.ndarray) else np.concatenate([np.ravel(one) for one in weights])
    if flat.shape != (problem.dimension,):
        raise BadInput("weights", f"of shape {flat.shape}", f"{problem.dimension} weights, those of one replica")
    kinds = {ours: name for name, ours in _ACTIVATIONS.items()}
    modules, first = [], 0
    for (outputs, columns), activation in zip(problem.layer_shapes, problem.layer_activations, strict=True):
        if activation.name not in kinds:
            raise BadInput("activation", activation.name, f"one of {', '.join(kinds)}, which PyTorch has")
        matrix = torch.tensor(flat[first : first + outputs * columns].reshape(outputs, columns).astype(np.float64))
        first += outputs * columns
        linear = torch.nn.Linear(columns - problem.bias, outputs, bias=problem.bias, dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(matrix[:, : columns - problem.bias])
            if problem.bias:
                linear.bias.copy_(matrix[:, -1])
        modules += [linear, getattr(torch.nn, kinds[activation.name])()]
    return torch.nn.Sequential(*modules)


def _torch() -> Any:  # noqa: ANN401
    try:
        import torch
    except ImportError:
        words = "installed: pip install 'analog-sgd-workbench[torch]'"
        raise BadInput("torch", "missing", words) from None
    return torch


def _flat(module: Any, mark: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Yield the modules in order with their places, from 0; those of a Sequential inside one after the other."""
    for place, child in enumerate(module):
        if type(child) is type(module):
            yield from _flat(child, f"{mark}{place}.")
        else:
            yield f"{mark}{place}", child


def _layers(nn: Any, module: Any) -> list[tuple[Floats, str]]:  # noqa: ANN401
    """Return every layer's matrix, with the bias as its last column, and the name of its activation."""
    found: list[tuple[Floats, str]] = []
    seen: set[int] = set()
    free, begun, biased = False, False, set()
    for place, child in _flat(module):
        name, kind = f"layer {place} of the module", type(child).__name__
        if type(child) is nn.Linear:
            if id(child) in seen:
                raise BadInput(name, kind, "a layer of its own; this one comes twice")
            seen.add(id(child))
            biased.add(child.bias is not None)
            if len(biased) > 1:
                raise BadInput(name, child, "Linear layers that all have a bias, or none of them")
            if found and child.in_features != len(found[-1][0]):
                raise BadInput(name, child, f"{len(found[-1][0])} inputs, the outputs of the layer before it")
            found.append((_matrix(name, child), "identity"))
            free = begun = True
        elif type(child) is nn.Flatten and not begun and (child.start_dim, child.end_dim) == (1, -1):
            begun = True
        elif kind in _ACTIVATIONS and type(child) is getattr(nn, kind):
            _check_activation(name, child)
            if type(child) is nn.Identity:
                continue
            if not free:
                raise BadInput(name, kind, "an activation after a Linear layer, and one only")
            found[-1] = (found[-1][0], _ACTIVATIONS[kind])
            free = False
        else:
            raise BadInput(name, child, f"one of {_KNOWN}")
    if not found:
        raise BadInput("module", type(module).__name__, "a Sequential with a Linear layer")
    return found


def _archive(flat: Floats) -> bytes:
    content = io.BytesIO()
    np.savez(content, weights=flat)
    return content.getvalue()


def _matrix(name: str, linear: Any) -> Floats:  # noqa: ANN401
    parameters = [linear.weight] if linear.bias is None else [linear.weight, linear.bias]
    if not all(one.requires_grad for one in parameters):
        raise BadInput(name, linear, "weights that are trained: requires_grad is False")
    if not all(one.is_floating_point() and not one.is_meta for one in parameters):
        raise BadInput(name, linear, "weights that are real numbers, and are there")
    weight, *bias = (one.detach().cpu().double().numpy() for one in parameters)
    matrix = np.column_stack([weight, *bias])
    if not np.all(np.isfinite(matrix)):
        raise BadInput(name, linear, "finite weights")
    return matrix


def _check_activation(name: str, child: Any) -> None:  # noqa: ANN401
    kind = type(child).__name__
    if kind == "GELU" and child.approximate != "none":
        raise BadInput(name, child, "the exact GELU, approximate='none'")
    if kind == "Softplus" and not (child.beta == 1 and child.threshold >= _THRESHOLD):
        raise BadInput(name, child, f"Softplus with beta = 1 and threshold >= {_THRESHOLD:g}")


def _loss(nn: Any, loss: Any) -> str:  # noqa: ANN401
    """Return the name of ours; a loss with an option that ours lacks is refused."""
    kind = type(loss)
    if kind not in (nn.CrossEntropyLoss, nn.MSELoss):
        raise BadInput("loss", getattr(kind, "__name__", kind), "CrossEntropyLoss(), MSELoss(), or a name of ours")
    if loss.reduction != "mean":
        raise BadInput("loss", f"{kind.__name__}(reduction={loss.reduction!r})", "reduction='mean'")
    if kind is nn.MSELoss:
        return "squared"
    if loss.weight is not None or loss.label_smoothing or loss.ignore_index >= 0:
        raise BadInput("loss", "CrossEntropyLoss", "no weight, no label_smoothing and no ignore_index >= 0")
    return "cross-entropy"


def _place(data: str, flat: Floats) -> Path:
    """Return where W_0 is written if nobody says: beside the data, with a checksum in the name."""
    folder = Path() if data in named.NAMES else Path(data).parent
    return folder / f"weights-{hashlib.sha256(flat.tobytes()).hexdigest()[:12]}.npz"


def _compare(torch: Any, problem: LayerNetwork, matrices: list[Floats], module: Any) -> None:  # noqa: ANN401
    """Refuse a module that answers otherwise on the first rows of the data, for example because of a hook."""
    rows = problem.inputs[:_COMPARED]
    message: Array = rows
    for stage, weights in enumerate(problem.staged(matrices)):
        message, _ = problem.forward(stage, weights, message)
    with torch.no_grad():
        theirs = copy.deepcopy(module).cpu().double()(torch.tensor(rows)).numpy()
    if not np.allclose(theirs, message, rtol=_AGREEMENT, atol=_AGREEMENT * float(np.max(np.abs(message)))):
        apart = float(np.max(np.abs(theirs - message)))
        raise BadInput(
            "module", "Sequential", f"the sum of its layers: on rows of the data its outputs are {apart:.3g} off"
        )
