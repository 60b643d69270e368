"""What a problem hands out is of the right kind: shapes, real numbers, and finite ones, before anything is run."""

import numpy as np

from boundary import BadInput
from simulate.answers import Misfit
from simulate.problems.base import Problem, generator
from theory.setting.objectives import Weights


def require_sound(problem: Problem) -> None:
    """Raise `BadInput` unless weights, directions and moments have their shapes and are numbers, at W_0.

    A value too large for a double at W_0 is a run that diverges at once, and no fault of the problem's data. Complex
    numbers raise `Misfit`, as they do where an engine meets them: NumPy would cut them to their real parts.
    """
    weights, shapes = problem.initial_weights(), [tuple(shape) for shape in problem.shapes]
    _require(problem, "shapes", len(shapes), len(shapes) == problem.stages, f"{problem.stages} shapes, one a stage")
    _same_shapes(problem, "initial_weights", weights, shapes)
    _numbers(problem, "initial_weights", *weights)
    _real(("lower_bound", problem.lower_bound))
    _numbers(problem, "lower_bound", problem.lower_bound)
    with np.errstate(over="ignore", invalid="ignore"):
        found = problem.moments(weights)
        for name in ("value", "gradient", "variance"):
            _require(problem, f"moments.{name}", None, getattr(found, name) is not None, "given")
        _require(problem, "moments.value", np.shape(found.value), np.shape(found.value) == (), "one number")
        _real(("moments.value", found.value))
        _same_shapes(problem, "moments.gradient", found.gradient, shapes)
        _same_shapes(problem, "moments.variance", found.variance, shapes)
        least = min(float(np.min(stage, initial=0.0)) for stage in found.variance)
        _require(problem, "moments.variance", least, not least < 0, "variances >= 0")
        if found.size is not None:
            _same_shapes(problem, "moments.size", found.size, shapes)
            pairs = zip(found.size, found.gradient, strict=True)
            short = min(float(np.min(size - np.abs(mean) * (1 - 1e-9), initial=0.0)) for size, mean in pairs)
            _require(problem, "moments.size", short, not short < 0, "mean sizes, at least the size of the mean")
        sample = problem.draw(generator(0, 0), 1, 1)[0, 0]
        direction = problem.direction(weights, weights, sample)
        _same_shapes(problem, "direction", direction, shapes)
        if not _finite(found.value, *found.gradient, *found.variance, *direction):
            nowhere: Weights = [np.zeros_like(stage) for stage in weights]
            small = problem.moments(nowhere)
            _numbers(problem, "moments.value", small.value)
            _numbers(problem, "moments.gradient", *small.gradient)
            _numbers(problem, "moments.variance", *small.variance)
            _numbers(problem, "direction", *problem.direction(nowhere, nowhere, sample))


def _require(problem: Problem, name: str, value: object, condition: bool, words: str) -> None:
    if not condition:
        raise BadInput(f"{name} of the problem {problem.name}", value, words, "every run")


def _same_shapes(problem: Problem, name: str, arrays: Weights, shapes: list[tuple[int, ...]]) -> None:
    found = [np.shape(stage) for stage in arrays]
    _require(problem, name, found, found == shapes, f"the shapes {shapes} of the stages' weights")
    _real(*((f"{name} at stage {stage}", array) for stage, array in enumerate(arrays, 1)))


def _real(*named: tuple[str, object]) -> None:
    for name, array in named:
        found = np.asarray(array)
        if found.dtype.kind == "c":
            kind = f"of shape {found.shape} and type {found.dtype}"
            raise Misfit(f"{name} is an array {kind}, and not one of real numbers")


def _finite(*arrays: object) -> bool:
    return all(bool(np.all(np.isfinite(np.asarray(array, np.float64)))) for array in arrays)


def _numbers(problem: Problem, name: str, *arrays: object) -> None:
    for stage, array in enumerate(arrays):
        numbers = np.asarray(array, np.float64)
        bad = numbers[~np.isfinite(numbers)]
        where = f"{name}[{stage}]" if len(arrays) > 1 else name
        _require(problem, where, bad[0] if len(bad) else None, not len(bad), "finite numbers")
