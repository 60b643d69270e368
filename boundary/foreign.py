"""Code of the user's that was executed, and what ends in it: his error, told in one line, and none of ours."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from boundary.refusal import BadInput

_FILES: set[str] = set()
"""The names under which the code was compiled."""
_NOT_HIS = (BadInput, MemoryError, BrokenPipeError, KeyboardInterrupt, GeneratorExit)
"""What is told in its own words wherever it is raised."""
_LONGEST = 200


def executed(file: str) -> None:
    """Take down that code was compiled under this name and is executed."""
    _FILES.add(file)


def refusal(error: BaseException, when: str = "") -> BadInput | None:
    """Return what is said of an error that was raised in the user's code, or below it; None of any other.

    Args:
        error: as it was caught.
        when: what was done then, in words: "at step 500".

    """
    if isinstance(error, _NOT_HIS):
        return None
    one: BaseException | None = error
    while one is not None:  # what a generator ends with is raised anew, from the first
        file = next((frame.filename for frame in _frames(one) if frame.filename in _FILES), None)
        if file is not None:
            words = ", ".join(filter(None, (cause(one, file), when)))
            return BadInput("--plugin", file, f"a file whose code runs ({words})")
        one = one.__cause__
    return None


@contextmanager
def translated() -> Iterator[None]:
    """Raise an error of the user's code as what is said of it: where it goes to another process, for example."""
    try:
        yield
    except BaseException as error:
        refused = refusal(error)
        if refused is None:
            raise
        raise refused from None


def cause(error: BaseException, file: str) -> str:
    """Return what went wrong, in which line of the file and in what of it."""
    text = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())[:_LONGEST]
    words = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, SyntaxError) and error.lineno:
        return f"{words}, line {error.lineno}"
    for frame, line in reversed([*traceback.walk_tb(error.__traceback__)]):
        if frame.f_code.co_filename == file:
            name = frame.f_code.co_qualname
            return f"{words}, line {line}" + ("" if name == "<module>" else f", in {name}")
    return words


def _frames(error: BaseException) -> list[traceback.FrameSummary]:
    """Return the frames of an error, the innermost first."""
    found = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), lookup_lines=False)
    return list(reversed(found))
