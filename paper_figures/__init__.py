"""Draws the figures of the paper from stored results, each with its data and provenance beside it."""

from boundary.entry import guard

guard(__name__)
