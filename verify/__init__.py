"""Confronts the theorems of `theory` with the runs of `simulate`."""
