"""Files of the user's that register a problem, a device or an algorithm; their code is executed."""

import hashlib
import importlib.util
import math
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Real
from pathlib import Path
from typing import NamedTuple

from boundary import BadInput, digest
from boundary.bytes import read_whole
from simulate import notes
from simulate.problems import REGISTRY, Problem

_LARGEST_FILE = 1 << 24


class Source(NamedTuple):
    """A file of the user's as it was executed; another process can execute it, too."""

    path: str
    file: str
    content: bytes


_LOADED: dict[str, Source] = {}
"""What was executed, by the name of its module."""


def load(path: Path) -> None:
    """Execute a Python file, once a process, and say so.

    Raises:
        BadInput: a file that cannot be read, or whose code raises anything: what, and in which line.

    """
    resolved = str(path.resolve())
    if _module(resolved) in sys.modules:
        return
    content = read_whole("--plugin", str(path), _LARGEST_FILE)
    notes.say(f"--plugin: executing the code of {path}")
    execute(Source(resolved, str(path), content))


def sources() -> tuple[Source, ...]:
    """Return what was executed in this process, in that order."""
    return tuple(_LOADED.values())


def execute(source: Source) -> None:
    """Execute a file's code in a module of its own, once a process: in a worker what its parent has executed.

    Raises:
        BadInput: the code raises anything: what, and in which line.

    """
    name = _module(source.path)
    if name in sys.modules:
        return
    spec = importlib.util.spec_from_loader(name, loader=None, origin=source.file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    module.__file__ = source.path
    digest.executed(Path(source.file).name, source.content)
    sys.modules[name] = module  # dataclasses look their module up while they are made
    before = dict(REGISTRY)
    try:
        exec(compile(source.content, source.file, "exec"), module.__dict__)
        for registered, kind in REGISTRY.items():
            if not isinstance(registered, str):
                raise TypeError(f"the name of a problem is text, not {registered!r}")
            if not (isinstance(kind, type) and issubclass(kind, Problem)):
                raise TypeError(f"the problem {registered!r} is no class derived from Problem")
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        REGISTRY.clear()
        REGISTRY.update(before)
        raise BadInput("--plugin", source.file, f"a file whose code runs ({_cause(error, source.file)})") from None
    _LOADED[name] = source


@contextmanager
def calling(problem: Problem) -> Iterator[None]:
    """Refuse a problem of a plug-in's whose code raises anything here, or answers with what cannot be used.

    Around what a run asks of a problem before its first step. Of problems that no plug-in made, errors pass on.

    Raises:
        BadInput: what was raised, and in which line of the file if it was there.

    """
    source = _LOADED.get(type(problem).__module__)
    if source is None:
        yield
        return
    try:
        yield
    except (BadInput, MemoryError):
        raise
    except Exception as error:
        words = f"a problem whose code can be run; of {source.file}: {_cause(error, source.file)}"
        raise BadInput("problem", problem.name, words, "every run") from error


def require_facts(problem: Problem, lags: Sequence[int]) -> None:
    """Refuse facts of a plug-in's problem that are no numbers: no theorem could be applied to them.

    Raises:
        BadInput: names the fact.

    """
    if type(problem).__module__ not in _LOADED:
        return
    for name, value in problem.facts(lags).values.items():
        if not (value is None or (isinstance(value, Real) and not math.isnan(value))):
            raise BadInput(f"{name} of the problem {problem.name}", value, "a number, or None", "every run")


def _module(path: str) -> str:
    """Return the name of a file's module: one that a pickle can be read back by, so without a dot."""
    return f"plugin_{hashlib.sha256(os.fsencode(path)).hexdigest()[:24]}"


def _cause(error: BaseException, path: str) -> str:
    """Return what went wrong, and in which line of the file."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
    text = " ".join(str(error.msg if isinstance(error, SyntaxError) else error).split())[:200]
    return f"{type(error).__name__}: {text}" + (f", line {line}" if line else "")
