"""The numeric counterpart of every lemma and of every line of the master theorem, along recorded trajectories.

Each module looks at one part of the proof and returns `Line`s: left side, right side, and what may lie between them.
Both sides are the proved claims' own expressions, evaluated. Lines that hold surely are checked at every element and
step, with nothing but rounding allowed; lines in expectation carry the jackknife standard error of their slack.
`counterparts` says for every claim which lines it has, or why it has none.
"""

from verify.proof_lines import (
    averages,
    elements,
    free_windows,
    frozen,
    frozen_run,
    instances,
    means,
    pipeline,
    responses,
    stages,
    windows,
)
from verify.proof_lines.lines import Line
from verify.proof_lines.record import Recording, record

MODULES = (
    pipeline, elements, stages, windows, frozen, frozen_run, free_windows, averages, instances, responses, means,
)  # fmt: skip
"""In the order of the proof."""

__all__ = ["MODULES", "Line", "Recording", "along", "record"]


def along(path: Recording) -> list[Line]:
    """Return every line of the proof, evaluated along `path`."""
    return [line for module in MODULES for line in module.lines(path)]
