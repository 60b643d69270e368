"""Theorems as functions of numbers: domains checked exactly, values guaranteed from above."""

from theory.bounds import complexity as complexity  # it adds its theorem to the registry
from theory.bounds.forms import Condition
from theory.bounds.function import Bound, Evaluation
from theory.bounds.registry import bound, names

NAMES = names()
"""Every theorem that can be evaluated, by name."""

__all__ = ["NAMES", "Bound", "Condition", "Evaluation", "bound"]
