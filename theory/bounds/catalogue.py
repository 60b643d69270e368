"""Every theorem that can be evaluated, by name: the bounds on A, and the iterations to reach a target."""

from boundary import known
from theory.bounds import registry
from theory.bounds.complexity import complexity
from theory.bounds.function import Bound

_COMPLEXITY = "complexity"
NAMES = (*registry.NAMES, _COMPLEXITY)
"""Every theorem that can be evaluated, by name."""


def bound(name: str) -> Bound:
    """Return the theorem `name` as a function of its parameters; an unknown name raises `BadInput`."""
    if known("theorem", name, NAMES) == _COMPLEXITY:
        return complexity()
    return registry.bound(name)
