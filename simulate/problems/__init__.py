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
from simulate.problems.lipschitz_only import LipschitzOnly
from simulate.problems.logistic import Logistic
from simulate.problems.network import Network
from simulate.problems.quadratic import Quadratic

REGISTRY: dict[str, type[Problem]] = {
    kind.name: kind
    for kind in (Quadratic, Attaining, PlusMinus, LipschitzOnly, LagLower, Network, Cosine, Logistic, Digits)
}
"""Every problem by the name the command line uses."""

__all__ = [
    "REGISTRY",
    "Attaining",
    "Cosine",
    "Digits",
    "LagLower",
    "LipschitzOnly",
    "Logistic",
    "Moments",
    "Network",
    "PlusMinus",
    "Problem",
    "ProblemCheck",
    "Quadratic",
    "check",
    "make",
    "rebuild",
]


def make(name: str, stages: int = 1, **settings: Any) -> Problem:  # noqa: ANN401
    """Return the problem `name` with M = `stages`; settings may be text. Unknown names and values raise `BadInput`."""
    kind = REGISTRY[known("--problem", name, REGISTRY)]
    return kind.from_settings(integer("stages", stages, at_least=1), settings)


def rebuild(description: Mapping[str, Any]) -> Problem:
    """Return the problem that `Problem.describe` described."""
    return make(**description)
