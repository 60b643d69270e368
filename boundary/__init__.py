"""What every command does where it meets people: one-line errors, exit codes, whole files or none.

What is read from outside stands in `reading` and `numbers`; how a command ends in `entry` and `refusal`, what it
writes in `files` and `console`, what fits into memory in `memory`. They are all meant to be used from here.
"""

from boundary import memory
from boundary.console import notes, show
from boundary.entry import run_command
from boundary.files import check_writable, deliver, json_number, json_text, write_atomically, write_json
from boundary.reading import assignments, integer, known, real
from boundary.refusal import (
    ANSWER_IS_NO,
    BAD_INPUT,
    HOLDS,
    INTERNAL_ERROR,
    INTERRUPTED,
    NOBODY_READS,
    BadInput,
    OutsideDomain,
    Stopped,
)

__all__ = [
    "ANSWER_IS_NO",
    "BAD_INPUT",
    "HOLDS",
    "INTERNAL_ERROR",
    "INTERRUPTED",
    "NOBODY_READS",
    "BadInput",
    "OutsideDomain",
    "Stopped",
    "assignments",
    "check_writable",
    "deliver",
    "integer",
    "json_number",
    "json_text",
    "known",
    "memory",
    "notes",
    "real",
    "run_command",
    "show",
    "write_atomically",
    "write_json",
]
