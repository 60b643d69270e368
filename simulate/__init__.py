"""Runs the algorithms. Takes the world from `theory.setting` and nothing else from `theory`."""
