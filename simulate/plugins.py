"""Files of the user's that register a problem, a device or an algorithm; their code is executed."""

import hashlib
import importlib.util
import math
import os
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from numbers import Real
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from boundary import BadInput, digest, foreign
from boundary.bytes import read_whole
from simulate import notes
from simulate.answers import Misfit
from simulate.problems import REGISTRY, Problem
from theory.setting import algorithms, devices
from theory.setting.devices import Device

_LARGEST_FILE = 1 << 24
_REGISTRIES: tuple[dict[str, Any], ...] = (REGISTRY, devices.REGISTRY, algorithms.REGISTRY)
_OURS = ("boundary", "simulate", "theory", "verify", "paper_figures", "analog_sgd")
_ASKING = (
    *("simulate.problems.base", "simulate.observe", "simulate.randomness", "simulate.engines"),
    *("theory.setting.algorithms", "theory.setting.devices"),
)
"""The modules that do something with what a problem, a device or an algorithm answers."""


class Described(Protocol):
    """What of a run may be a plug-in's."""

    @property
    def problem(self) -> Problem:
        """Return what is trained."""
        ...

    @property
    def algorithm(self) -> str:
        """Return the name of the algorithm."""
        ...

    def make_device(self) -> Device:
        """Return the device."""
        ...


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
    foreign.executed(source.file)
    sys.modules[name] = module  # dataclasses look their module up while they are made
    before = [dict(registry) for registry in _REGISTRIES]
    try:
        exec(compile(source.content, source.file, "exec"), module.__dict__)
        for registered, kind in REGISTRY.items():
            if not isinstance(registered, str):
                raise TypeError(f"the name of a problem is text, not {registered!r}")
            if not (isinstance(kind, type) and issubclass(kind, Problem)):
                raise TypeError(f"the problem {registered!r} is no class derived from Problem")
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        for registry, entries in zip(_REGISTRIES, before, strict=True):
            registry.clear()
            registry.update(entries)
        words = f"a file whose code runs ({foreign.cause(error, source.file)})"
        raise BadInput("--plugin", source.file, words) from None
    _LOADED[name] = source


@contextmanager
def calling(problem: Problem) -> Iterator[None]:
    """Refuse a problem of a plug-in's whose code raises anything here, or answers with what cannot be used.

    Around what a run asks of a problem before its first step. Of problems that no plug-in made, errors pass on.

    Raises:
        BadInput: what was raised, and in which line of the file if it was there.

    """
    source = _LOADED.get(type(problem).__module__)
    try:
        yield
    except (BadInput, MemoryError):
        raise
    except (Exception, SystemExit) as error:
        if source is None:
            raise
        words = f"a problem whose code can be run; of {source.file}: {foreign.cause(error, source.file)}"
        raise BadInput("problem", problem.name, words, "every run") from error


@contextmanager
def running(described: Described, when: Callable[[], str]) -> Iterator[None]:
    """Refuse to go on with a run in which a plug-in's code raises anything, or answers with what cannot be used.

    Errors that neither are raised in a plug-in's code nor come of what it answers pass on: they are ours.

    Args:
        described: the run.
        when: says what was being done, in words: "at step 500".

    Raises:
        BadInput: what was raised, in what of which file, and when.

    """
    try:
        yield
    except BaseException as error:
        refused = foreign.refusal(error, when()) or _misfit(error, described, when)
        if refused is None:
            raise
        raise refused from error


def _misfit(error: BaseException, described: Described, when: Callable[[], str]) -> BadInput | None:
    """Return what is said where something of a plug-in's is run and an answer cannot be used; else None."""
    if isinstance(error, BadInput | MemoryError | OSError) or not isinstance(error, Exception):
        return None
    if not (isinstance(error, Misfit) or _asking(error)):
        return None
    used = (described.problem, algorithms.named(described.algorithm), described.make_device())
    found = {type(one).__name__: _LOADED[type(one).__module__] for one in used if type(one).__module__ in _LOADED}
    if not found:
        return None
    files, kinds = ", ".join(dict.fromkeys(source.file for source in found.values())), " or ".join(found)
    text = " ".join(str(error).split())
    words = text if isinstance(error, Misfit) else f"{type(error).__name__}: {text}"
    return BadInput("--plugin", files, f"code whose answers can be used ({words}; answered by {kinds}, {when()})")


def _asking(error: BaseException) -> bool:
    """Return whether an error came up where something is done with what was answered."""
    names = [str(frame.f_globals.get("__name__")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [name for name in names if name.partition(".")[0] in _OURS]
    return bool(ours) and any(ours[-1] == name or ours[-1].startswith(f"{name}.") for name in _ASKING)


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
