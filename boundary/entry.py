"""Where every command begins and ends: its exit code, whatever happens.

An exception that nobody foresaw must not end in Python's exit code 1, which says "the answer is no" here.
"""

import codecs
import errno
import io
import os
import select
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, NoReturn, TextIO

from boundary import foreign
from boundary.refusal import (
    BAD_INPUT,
    HOLDS,
    INTERNAL_ERROR,
    INTERRUPTED,
    NOBODY_READS,
    BadInput,
    Stopped,
)

if TYPE_CHECKING:
    import typer
    from _typeshed import ReadableBuffer as Buffer

_OF_THE_PLACE = (
    *(errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
    *(errno.ENAMETOOLONG, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENOMEM, errno.EMFILE, errno.ENFILE),
)
"""What a file system says when the place that was asked for will not do: no fault of the program's."""

_PLAIN = {"–": "-", "—": "-", "…": "...", "×": "x", "±": "+-", "≤": "<=", "≥": ">=", "•": "*", "√": "sqrt", "−": "-"}


def guard(package: str) -> None:
    """Call at the top of a package: run by `python -m`, errors of its own imports have their exit codes, too."""
    if sys.argv[:1] == ["-m"] and package in sys.orig_argv:
        program = f"python -m {package}"
        _prepare_streams()

        def leave(_: type[BaseException], error: BaseException, __: TracebackType | None) -> None:
            code = _ended_by(error, program)
            _flush(code)
            os._exit(code)  # the interpreter itself would go on to exit with 1

        sys.excepthook = leave


def run_command(
    app: "typer.Typer | Callable[[], typer.Typer]", program: str, arguments: list[str] | None = None
) -> NoReturn:
    """Run a command-line application and exit with a code of this project, on every way out.

    Args:
        app: the application, or what imports and returns it: errors of the import have exit codes, too.
        program: how the user calls it.
        arguments: the command line after the program; None takes the process's own.

    Raises:
        SystemExit: always, with a code of `boundary.refusal`.

    """
    try:
        _prepare_streams()
        try:
            code = _invoked(app, program, arguments)
        except BaseException as error:  # every way out has its exit code
            code = _ended_by(error, program)
        code = _flush(code)
    except KeyboardInterrupt:  # once more, while the end was being told
        code = INTERRUPTED
    raise SystemExit(code)


def _invoked(app: "typer.Typer | Callable[[], typer.Typer]", program: str, arguments: list[str] | None) -> int:
    import typer
    from typer.main import get_command

    command = get_command(app if isinstance(app, typer.Typer) else app())
    # Not `main`: that takes any EOFError for Ctrl-C and exits with 1 if nobody reads.
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with command.make_context(program, list(given)) as context:
            result = command.invoke(context)
    except typer.Exit as exit_:
        return exit_.exit_code
    return result if isinstance(result, int) and not isinstance(result, bool) else HOLDS


def _ended_by(error: BaseException, program: str) -> int:
    """Say in one line what ended a command, and return its exit code."""
    if isinstance(error, BadInput):
        return _complain(str(error))
    if isinstance(error, KeyboardInterrupt):
        _say(f"stopped; {error if isinstance(error, Stopped) else 'what was finished is kept'}")
        return INTERRUPTED
    if _is_broken_pipe(error):
        return NOBODY_READS
    if isinstance(error, MemoryError):
        return _complain(f"memory does not suffice: {error or 'an allocation failed'}; {_free_memory()} is free")
    refused = foreign.refusal(error)
    if refused is not None:
        return _complain(str(refused))
    if isinstance(error, OSError) and error.errno in _OF_THE_PLACE:
        # Files that we write to are named; without a name it is the stream that results go to.
        place = "standard output" if error.filename is None else os.fsdecode(error.filename)
        return _complain(f"{place} cannot be used ({error.strerror})")
    return _usage(error) or _unforeseen(error, program)


def _usage(error: BaseException) -> int | None:
    """Say what is wrong with a command line that cannot be read, if that is the error, and return the exit code."""
    try:
        import typer
    except Exception:  # it is itself what is broken
        return None
    if isinstance(error, typer.Abort):  # a question of Typer's that Ctrl-C has answered
        return INTERRUPTED
    if isinstance(error, typer.TyperException):
        return _complain(error.format_message() or "no command is given; see --help")
    return None


def _is_broken_pipe(error: BaseException) -> bool:
    """Return whether an error says that nobody reads the output, and not that a worker's pipe broke."""
    if isinstance(error, SystemExit):  # Rich's way to say it
        return isinstance(error.__context__, BrokenPipeError)
    if not isinstance(error, BrokenPipeError):
        return False
    if getattr(error, "__traceback__", None) is not None and _in_output(error.__traceback__):
        return True
    try:
        watched = select.poll()
        watched.register(1, select.POLLOUT)
        return any(event & (select.POLLERR | select.POLLHUP) for _, event in watched.poll(0))
    except OSError:
        return False


def _in_output(trace: TracebackType | None) -> bool:
    """Return whether an exception comes from where results are written."""
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") in ("boundary.files", "boundary.console"):
            return True
        trace = trace.tb_next
    return False


def _unforeseen(error: BaseException, program: str) -> int:
    """Name the error in one line, and the file with its traceback."""
    import traceback

    words = " ".join(f"{type(error).__name__}: {error}".split())
    report = "".join(
        [
            f"{time.strftime('%Y-%m-%d %H:%M:%S %z')}\n{program}: {sys.argv}\nin {_here()}\nPython {sys.version}\n\n",
            *traceback.format_exception(error),
        ]
    )
    try:
        kept = f"the traceback is in {_keep(report)}"
    except OSError as unwritten:
        where = traceback.extract_tb(error.__traceback__)[-1:]
        lines = "".join(f"; raised in {frame.filename}, line {frame.lineno}" for frame in where)
        kept = f"its traceback could not be written ({unwritten.strerror or unwritten}){lines}"
    _say(f"internal error: {words[:300]}; {kept}")
    return INTERNAL_ERROR


def _here() -> str:
    try:
        return str(Path.cwd())
    except OSError:
        return "a folder that is gone"


def _keep(report: str) -> Path:
    """Write a report to a new file that only its owner can read, whole or not at all; return where it is."""
    handle, name = tempfile.mkstemp(prefix="analog-sgd-error-", suffix=".part")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report)
        return scratch.rename(scratch.with_suffix(".txt"))
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _complain(message: str) -> int:
    _say("error: " + " ".join(message.split()))
    return BAD_INPUT


def _say(line: str) -> None:
    """Write a line to standard error, if there is one."""
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass


def _flush(code: int) -> int:
    """Write out what is left, so that the interpreter finds nothing it could fail on; return the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout)
        return NOBODY_READS if code == HOLDS else code
    except OSError as error:
        _discard(sys.stdout)
        return _complain(f"standard output cannot be used ({error.strerror})") if code == HOLDS else code
    except (ValueError, AttributeError):
        pass
    return code


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds go to nowhere."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        stream.flush()
    except (OSError, ValueError):
        pass


def _prepare_streams() -> None:
    """Make the standard streams safe to use: open, able to write any character, and COLUMNS a width."""
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isascii() and columns.isdigit() and len(columns) < 5 and int(columns) >= 20):
        del os.environ["COLUMNS"]
    # A stream closed by the caller would hand its number, and all that is printed, to the next file that is opened.
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            while os.open(os.devnull, os.O_RDWR) < number:
                pass
    sys.stdout = _usable(sys.stdout, 1)
    sys.stderr = _usable(sys.stderr, 2)
    if sys.stderr is sys.__stderr__ or sys.__stderr__ is None:
        raw = io.BufferedWriter(_Notes(2, "w", closefd=False))
        sys.stderr = io.TextIOWrapper(raw, sys.stderr.encoding, "plain", line_buffering=True)


class _Notes(io.FileIO):
    """Standard error, which may fail without an end of the work that it only tells of."""

    def write(self, data: "Buffer", /) -> int:
        try:
            return super().write(data) or 0
        except OSError:
            return len(memoryview(data))


def _usable(stream: TextIO | None, number: int) -> TextIO:
    """Return a stream that takes any character: in plain letters, or escaped, where its encoding has none."""
    if stream is None:
        stream = os.fdopen(number, "w", encoding="utf-8", closefd=False)
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        codecs.register_error("plain", _plain)
        reconfigure(errors="plain")
    return stream


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    kept = error.object[error.start : error.end]
    return "".join(_PLAIN.get(letter) or _escaped(letter) for letter in kept), error.end


def _escaped(letter: str) -> str:
    return letter.encode("ascii", "backslashreplace").decode("ascii")


def _free_memory() -> str:
    from boundary.memory import free, words

    return words(free())
