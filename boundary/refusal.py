"""How a command ends: its exit codes, and the refusal of what cannot be met."""

HOLDS = 0
"""Exit code: it holds, or it is done."""
ANSWER_IS_NO = 1
"""Exit code: a claim is not proved, a bound is violated, a fault is not caught."""
BAD_INPUT = 2
"""Exit code: the request cannot be met; one line on standard error says why."""
INTERNAL_ERROR = 70
"""Exit code: something unforeseen; one line on standard error names the file that holds the traceback."""
INTERRUPTED = 130
"""Exit code: stopped with Ctrl-C; what was finished is kept."""
NOBODY_READS = 141
"""Exit code: nobody reads the output any more (`COMMAND | head -1`)."""

_LONGEST = 200
"""Characters of a value that a message shows."""


class BadInput(ValueError):
    """A value from outside that breaks a condition.

    Args:
        name: what the user calls the quantity, for example `alpha`.
        value: what was given.
        condition: what it must satisfy, for example `alpha > 0`.
        needed_by: the theorem, device or file format that needs it; may be empty.

    """

    def __init__(self, name: str, value: object, condition: str, needed_by: str = "") -> None:
        self.name, self.value, self.condition, self.needed_by = name, value, condition, needed_by
        reason = f" (needed by {needed_by})" if needed_by else ""
        super().__init__(f"{name} = {_shown(value)}: must satisfy {condition}{reason}")

    def __reduce__(self) -> tuple[type["BadInput"], tuple[str, object, str, str]]:
        """Return what makes it again: it crosses from a worker process to its parent."""
        return type(self), (self.name, self.value, self.condition, self.needed_by)


class Stopped(KeyboardInterrupt):
    """Ctrl-C, with what is kept of the work that it stopped, in words that go on after "stopped"."""


class OutsideDomain(BadInput):
    """Parameters outside the domain on which a theorem is proved."""


def _shown(value: object) -> str:
    """Return a value as a message shows it, on one line: a file can hold numbers and names of any length."""
    try:
        text = str(value)
        text = " ".join(text.split()) if len(text.splitlines()) > 1 else text
    except ValueError:  # Python writes no integer of more than 4300 digits
        return "a number of thousands of digits"
    except RecursionError:
        return "something nested too deeply to be shown"
    if len(text) <= _LONGEST:
        return text
    return f"{text[: _LONGEST // 2]}...{text[-_LONGEST // 4 :]} ({len(text)} characters)"
