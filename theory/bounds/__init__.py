"""Theorems as functions of numbers: domains checked exactly, values guaranteed from above."""

from theory.bounds.registry import bound

__all__ = ["bound"]
