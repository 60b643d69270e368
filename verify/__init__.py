"""The confrontation of proved bounds with simulated runs."""

from typing import TYPE_CHECKING, Any

from boundary.entry import guard

if TYPE_CHECKING:
    from verify.checking import check as check

__all__ = ["check"]


guard(__name__)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute can be anything
    if name == "check":
        from verify.checking import check

        return check
    raise AttributeError(f"module 'verify' has no attribute {name!r}")
