"""How the kernels' functions are compiled, and how long what is compiled holds."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from numba import njit

from simulate.kernels.kept import CheckedFile

Function = TypeVar("Function", bound=Callable[..., Any])


def _package_stamp() -> str:
    """Return a digest of this package's files: machine code on disk is made of several of them."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


_STAMP: Final = _package_stamp()


def _jitted(function: Function, **options: bool) -> Function:
    """Return `function` for Numba to compile; what it keeps on disk holds while no file of this package changes.

    Numba itself looks at the function's own file alone and would go on with what others were before.
    """
    dispatcher = njit(cache=True, nogil=True, **options)(function)
    # The stamp has no public name; without it there is Numba's own, of one file.
    file: Any = getattr(getattr(dispatcher, "_cache", None), "_cache_file", None)
    if hasattr(file, "_source_stamp"):
        file._source_stamp = (file._source_stamp, _STAMP)
        cast("Any", dispatcher)._cache._cache_file = CheckedFile.in_place_of(file)
    return cast("Function", dispatcher)


def compiled(function: Function) -> Function:
    """Compile `function` at its first call for each kind of arguments; kept on disk, free of the interpreter's lock."""
    return _jitted(function)


def part(function: Function) -> Function:
    """Like `compiled`, for what only compiled code calls: the way in from Python is left out, which is much of it."""
    return _jitted(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def inlined(function: Function) -> Function:
    """Like `part`, and made part of its caller: for what is called in the innermost loops."""
    return _jitted(function, forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)
