"""Theorems as functions of numbers: domains checked exactly, values guaranteed from above."""

from theory.bounds.catalogue import NAMES, bound
from theory.bounds.function import Bound, Condition, Evaluation

__all__ = ["NAMES", "Bound", "Condition", "Evaluation", "bound"]
