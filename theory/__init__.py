"""What is assumed, what follows, and why: the symbolic half of the workbench.

`theory.setting` describes the world as data and is all that the simulator may see. Everything else is imported
on first use, so that `import theory.setting` does not load the proofs.
"""

from typing import TYPE_CHECKING, Any

from boundary.entry import guard

if TYPE_CHECKING:
    from theory.bounds import bound as bound

__all__ = ["bound"]


guard(__name__)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute can be anything
    if name == "bound":
        from theory.bounds import bound

        return bound
    raise AttributeError(f"module 'theory' has no attribute {name!r}")
