"""What a person should know of a run that is no error: one line on standard error, once a process."""

import sys
from functools import cache


@cache
def say(text: str) -> None:
    """Write a note; the same one again is silent."""
    sys.stderr.write(f"note: {text}\n")
