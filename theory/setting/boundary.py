"""What every command does where it meets people: one-line errors, exit codes, whole files or none."""

import json
import math
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

import typer
from typer.main import get_command

HOLDS = 0
"""Exit code: it holds, or it is done."""
ANSWER_IS_NO = 1
"""Exit code: a claim is not proved, a bound is violated, a fault is not caught."""
BAD_INPUT = 2
"""Exit code: the request cannot be met; one line on standard error says why."""
INTERRUPTED = 130
"""Exit code: stopped with Ctrl-C; what was finished is kept."""


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
        super().__init__(f"{name} = {value}: must satisfy {condition}{reason}")


class OutsideDomain(BadInput):
    """Parameters outside the domain on which a theorem is proved."""


def known(name: str, value: str, choices: Iterable[str], needed_by: str = "") -> str:
    """Return `value` if it is one of `choices`; raise `BadInput` naming the choices otherwise."""
    options = tuple(choices)
    if value not in options:
        raise BadInput(name, repr(value), "one of " + ", ".join(options), needed_by)
    return value


def real(name: str, text: object, *, needed_by: str = "") -> float:
    """Read a real number (`inf` allowed, `nan` not) from outside; raise `BadInput` if it is none."""
    try:
        value = float(text)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise BadInput(name, repr(text), "a real number", needed_by) from None
    if isinstance(text, bool) or math.isnan(value):
        raise BadInput(name, repr(text), "a real number", needed_by)
    return value


def integer(name: str, text: object, *, at_least: int | None = None, needed_by: str = "") -> int:
    """Read an integer (10_000 and 1e4 allowed, 2.5 not) from outside; raise `BadInput` if it is none."""
    value = real(name, text, needed_by=needed_by)
    if not math.isfinite(value) or value != int(value):
        raise BadInput(name, text, "an integer", needed_by)
    if at_least is not None and value < at_least:
        raise BadInput(name, text, f"an integer >= {at_least}", needed_by)
    # A text too long for a float keeps its digits: seeds are 64 bits wide.
    return int(text) if isinstance(text, int) or (isinstance(text, str) and _plain(text)) else int(value)


def _plain(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def assignments(pairs: Iterable[str], allowed: Iterable[str], needed_by: str = "") -> dict[str, str]:
    """Read `NAME=VALUE` pairs as given with `--set`; names outside `allowed` and repeats are refused."""
    options, found = tuple(allowed), dict[str, str]()
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not value:
            raise BadInput("--set", repr(pair), "the form NAME=VALUE", needed_by)
        known("--set", name, options, needed_by)
        if name in found:
            raise BadInput("--set", repr(pair), f"{name} is given once", needed_by)
        found[name] = value
    return found


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees either all of it or none: to a temporary file, then rename.

    Raises:
        BadInput: if the folder cannot be made or written to.

    """
    data = content.encode() if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(scratch).chmod(0o644)
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadInput("output", path, f"a place that can be written ({error.strerror})") from None


def json_text(result: Mapping[str, Any]) -> str:
    """Return strict JSON: NaN and infinities are refused by JSON, so they are written as null and text."""
    return json.dumps(_finite(result), indent=2, allow_nan=False) + "\n"


def _finite(value: Any) -> Any:  # noqa: ANN401 - JSON is any value
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy scalars and arrays
        return _finite(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else ("inf" if value > 0 else "-inf")
    return value


def write_json(destination: str, result: Mapping[str, Any]) -> None:
    """Write a machine-readable result to a file, or to standard output if `destination` is `-`."""
    if destination == "-":
        sys.stdout.write(json_text(result))
    else:
        write_whole(Path(destination), json_text(result))


def run_command(app: typer.Typer, program: str, arguments: list[str] | None = None) -> NoReturn:
    """Run a command-line application with the exit codes of this project and without tracebacks for bad input."""
    try:
        result = get_command(app).main(args=arguments, prog_name=program, standalone_mode=False)
        code = result if isinstance(result, int) else HOLDS
    except BadInput as error:
        code = _complain(str(error))
    except typer.TyperException as error:
        code = _complain(error.format_message())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = HOLDS
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    if code == INTERRUPTED:
        sys.stderr.write("stopped; what was finished is kept\n")
    raise SystemExit(code)


def _complain(message: str) -> int:
    sys.stderr.write("error: " + " ".join(message.split()) + "\n")
    return BAD_INPUT
