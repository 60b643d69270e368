"""The claims. Importing this package registers them all; `theory.blueprint` puts them in order."""

from theory.lemmas import device, feasible, floor, hilbert, master, multiplier, noise, order, staleness, windows

__all__ = ["device", "feasible", "floor", "hilbert", "master", "multiplier", "noise", "order", "staleness", "windows"]
