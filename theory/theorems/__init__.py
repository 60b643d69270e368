"""The theorems: each is the conclusion of a claim, with its domain and the claims and assumptions it rests on.

A theorem is a module of this package with a `THEOREM`; nothing else has to name it.
"""

import importlib
import pkgutil
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.theorems.statement import Theorem


@cache
def every() -> "dict[str, Theorem]":
    """Return every theorem by name."""
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
    theorems = [module.THEOREM for module in modules if hasattr(module, "THEOREM")]
    return {theorem.name: theorem for theorem in theorems}
