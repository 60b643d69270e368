"""The problems: each with the facts of its own data. A new one is one small file and one entry here."""

from collections.abc import Mapping
from typing import Any

from boundary import integer, known
from simulate.problems.attaining import Attaining, PlusMinus
from simulate.problems.base import Moments, Problem
from simulate.problems.checking import ProblemCheck, check
from simulate.problems.cosine import Cosine
from simulate.problems.digits import Digits
from simulate.problems.lag_lower import LagLower
from simulate.problems.layers import LayerNetwork
from simulate.problems.least_squares import LeastSquares
from simulate.problems.lipschitz_only import LipschitzOnly
from simulate.problems.logistic import Logistic
from simulate.problems.logistic_rows import LogisticRows
from simulate.problems.network import Network
from simulate.problems.quadratic import Quadratic
from simulate.problems.torch import from_torch, to_torch

REGISTRY: dict[str, type[Problem]] = {
    kind.name: kind
    for kind in (
        Quadratic,
        Attaining,
        PlusMinus,
        LipschitzOnly,
        LagLower,
        Network,
        Cosine,
        Logistic,
        LeastSquares,
        Digits,
    )
}
"""Every problem by the name the command line uses."""

__all__ = [
    "ON_DATA",
    "REGISTRY",
    "Attaining",
    "Cosine",
    "Digits",
    "LagLower",
    "LayerNetwork",
    "LeastSquares",
    "LipschitzOnly",
    "Logistic",
    "LogisticRows",
    "Moments",
    "Network",
    "PlusMinus",
    "Problem",
    "ProblemCheck",
    "Quadratic",
    "check",
    "from_torch",
    "kind_of",
    "make",
    "rebuild",
    "to_torch",
]


ON_DATA: dict[str, type[Problem]] = {kind.name: kind for kind in (LogisticRows, LayerNetwork)}
"""Problems of the registry that have another form where `data` names a file, or a data set."""


def kind_of(name: str, settings: Mapping[str, Any]) -> type[Problem]:
    """Return the class of the problem `name` with these settings; an unknown name raises `BadInput`."""
    known("--problem", name, REGISTRY)
    return ON_DATA[name] if "data" in settings and name in ON_DATA else REGISTRY[name]


def make(name: str, stages: int = 1, **settings: Any) -> Problem:  # noqa: ANN401
    """Return the problem `name` with M = `stages`; settings may be text. Unknown names and values raise `BadInput`."""
    return kind_of(name, settings).from_settings(integer("stages", stages, at_least=1), settings)


def rebuild(description: Mapping[str, Any]) -> Problem:
    """Return the problem that `Problem.describe` described."""
    return make(**description)
