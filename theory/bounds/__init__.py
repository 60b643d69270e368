"""Theorems as functions of numbers: domains checked exactly, values guaranteed from above."""

from theory.bounds.function import Bound, Condition, Evaluation
from theory.bounds.registry import NAMES, bound

__all__ = ["NAMES", "Bound", "Condition", "Evaluation", "bound"]
