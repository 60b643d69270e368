"""Draws the figures of the paper from stored results, each with its data and provenance beside it."""

from theory.setting.entry import guard

guard(__name__)
