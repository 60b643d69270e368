"""How the kernels' functions are compiled, and how long what is compiled holds.

Compiled code is kept on disk where Numba finds a folder that can be written. Where it finds none, or a file there is
damaged, kernels are compiled anew in every process, which is slow at the start, changes no number, and is said once.
"""

import functools
import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from numba import config, njit
from numba.core.caching import FunctionCache, NullCache

from boundary import BadInput
from simulate.kernels.kept import CheckedFile

Function = TypeVar("Function", bound=Callable[..., Any])

_SAID: Final = "ANALOG_SGD_UNCACHED"
"""Set in the environment once it is said that nothing is kept on disk, so that processes started later keep silent."""


def _package_stamp() -> str:
    """Return a digest of this package's files: machine code on disk is made of several of them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_STAMP: Final = _package_stamp()


def _say_uncached(reason: object) -> None:
    if _SAID not in os.environ:
        os.environ[_SAID] = "1"
        sys.stderr.write(f"note: compiled kernels are not kept on disk ({reason}): each process compiles them anew\n")


class _Kept(FunctionCache):  # type: ignore[misc]
    """Numba's cache of one function, which holds while no file of this package changes.

    Numba itself looks at the function's own file alone and would go on with what others were before. What cannot be
    read is as if it were not there, and what cannot be written is not kept.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        self._cache_file: Any
        # The stamp has no public name; without it there is Numba's own, of one file.
        if hasattr(self._cache_file, "_source_stamp"):
            self._cache_file._source_stamp = (self._cache_file._source_stamp, _STAMP)
        self._cache_file = CheckedFile.in_place_of(self._cache_file)

    def load_overload(self, sig: object, target_context: object) -> object:
        """Return what is kept for a signature, or None."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # a file may be damaged in any way: empty, cut off, of another kind
            try:
                self.flush()  # or it would be in the way of what is compiled now
            except OSError as error:
                _say_uncached(error)
            return None

    def save_overload(self, sig: object, data: object) -> None:
        """Keep what was compiled for a signature, if it can be."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _say_uncached(error)


class _NotKept(NullCache):  # type: ignore[misc]
    """No cache: no folder can be written."""

    def load_overload(self, sig: object, target_context: object) -> None:  # noqa: ARG002 - as Numba calls it
        """Say, at the first function that is compiled, that it is not kept."""
        _say_uncached("Numba finds no folder that it can write to; NUMBA_CACHE_DIR names one")


def _jitted(function: Function, **options: bool) -> Function:
    """Return `function` for Numba to compile, and to keep on disk where that is possible."""
    if config.DISABLE_JIT:
        return _refused(function)
    dispatcher = njit(nogil=True, **options)(function)
    try:
        dispatcher._cache = _Kept(function)
    except (RuntimeError, OSError):  # no folder for what is compiled
        dispatcher._cache = _NotKept()
    return cast("Function", dispatcher)


def _refused(function: Function) -> Function:
    """Return what stands in for a kernel where Numba may not compile: it cannot be run by Python."""

    @functools.wraps(function)
    def refuse(*_: object, **__: object) -> None:
        raise BadInput(
            "NUMBA_DISABLE_JIT", os.environ.get("NUMBA_DISABLE_JIT", "1"), "0: kernels need Numba's compiler"
        )

    return cast("Function", refuse)


def compiled(function: Function) -> Function:
    """Compile `function` at its first call for each kind of arguments; kept on disk, free of the interpreter's lock."""
    return _jitted(function)


def searching(function: Function) -> Function:
    """Like `compiled`, for a search whose outcome is checked: sums are added in whatever order is fastest."""
    return _jitted(function, fastmath=True)


def part(function: Function) -> Function:
    """Like `compiled`, for what only compiled code calls: the way in from Python is left out, which is much of it."""
    return _jitted(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(function: Function) -> Function:
    """Like `part`, and made part of its caller: for what is called in the innermost loops."""
    return _jitted(function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
