"""Draws the figures of the paper from stored results, each with its data and provenance beside it."""
