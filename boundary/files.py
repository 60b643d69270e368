"""What is written: whole files or none, through whatever is no file, and both of a command's results."""

import contextlib
import json
import math
import os
import secrets
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from boundary.refusal import BadInput


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader sees either all of it or none: to a temporary file, then rename.

    A symbolic link is followed, an existing file keeps its mode and owner, a new one gets the mode that the umask
    leaves. What exists and is no regular file (a device, a FIFO, a terminal) is written to, never replaced.

    Raises:
        BadInput: if the folder cannot be made or written to, or the file is write-protected.
        BrokenPipeError: if the reader of a pipe is gone.

    """
    data = content.encode(errors="backslashreplace") if isinstance(content, str) else content
    try:
        found = _stat(path)
        if found is not None and _is_standard_output(found):
            _write_to_standard_output(data)
        elif found is not None and not stat.S_ISREG(found.st_mode):
            with path.open("wb", buffering=0) as stream:
                _write_all(stream.fileno(), data)
        else:
            _replace(Path(os.path.realpath(path)), data, found)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise BadInput("output", path, f"a place that can be written ({error.strerror or error})") from None


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_standard_output(found: os.stat_result) -> bool:
    """Return whether a destination is where standard output goes: /dev/stdout, or the file that `>` opened."""
    try:
        return os.path.samestat(found, os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError, AttributeError):
        return False


def _write_to_standard_output(data: bytes) -> None:
    sys.stdout.flush()
    _write_all(sys.stdout.fileno(), data)


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _replace(target: Path, data: bytes, found: os.stat_result | None) -> None:
    """Put a new regular file in the place of `target`, whose state is `found` if it exists."""
    if found is not None and not os.access(target, os.W_OK):
        raise PermissionError(13, "it is write-protected")
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = _scratch(target.parent)
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        try:
            _write_all(handle, data)
            if found is not None:
                _like(handle, found)
            os.fsync(handle)  # else a power cut may leave the new name on an empty file
        finally:
            os.close(handle)
        scratch.replace(target)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _scratch(folder: Path) -> Path:
    """Return a new name in a folder; one made from the target's would be too long where that just fits."""
    return folder / f".{secrets.token_hex(8)}.part"


def _like(handle: int, found: os.stat_result) -> None:
    """Give a new file the owner, if that is allowed, and the mode of the one it replaces."""
    made = os.fstat(handle)
    if (made.st_uid, made.st_gid) != (found.st_uid, found.st_gid):
        with contextlib.suppress(PermissionError):
            os.fchown(handle, found.st_uid, found.st_gid)
    os.fchmod(handle, stat.S_IMODE(found.st_mode))


def check_writable(path: Path | str | None, name: str = "output") -> None:
    """Refuse before the work what could not be written after it; None and `-` are fine.

    Raises:
        BadInput: `path` is a folder, is write-protected, has too long a name, or lies where nothing can be written.

    """
    if path is None or str(path) in ("", "-"):
        return
    path = Path(path)
    try:
        found = _stat(path)
        if found is not None:
            if stat.S_ISDIR(found.st_mode):
                raise BadInput(name, path, "a file, not a folder")
            if not os.access(path, os.W_OK):
                raise BadInput(name, path, "a place that can be written (it is write-protected)")
        if found is None or stat.S_ISREG(found.st_mode):
            _check_folder(name, path, Path(os.path.realpath(path)).parent)
    except OSError as error:
        raise BadInput(name, path, f"a place that can be written ({error.strerror or error})") from None


def _check_folder(name: str, path: Path, folder: Path) -> None:
    existing = next(parent for parent in (folder, *folder.parents) if _stat(parent) is not None)
    if not existing.is_dir():
        raise BadInput(name, path, f"a place that can be written ({existing} is no folder)")
    # Only an attempt tells: there are folders whose permissions promise what the file system then refuses.
    folder.mkdir(parents=True, exist_ok=True)
    scratch = _scratch(folder)
    os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    scratch.unlink()


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


def json_number(value: Any) -> Any:  # noqa: ANN401 - an integer stays one
    """Return the number that `json_text` wrote: null is nan, text an infinity."""
    if value is None:
        return math.nan
    return float(value) if isinstance(value, str) else value


def write_json(destination: str, result: Mapping[str, Any]) -> None:
    """Write a machine-readable result to a file, or to standard output if `destination` is `-`."""
    if destination == "-":
        sys.stdout.write(json_text(result))
    else:
        write_atomically(Path(destination), json_text(result))


def deliver(destination: str | None, result: Mapping[str, Any], shown: Callable[[], None]) -> None:
    """Write the machine-readable result and show it to people, each of them whatever becomes of the other.

    Args:
        destination: as for `write_json`; None or nothing writes none.
        result: what is written.
        shown: prints it; not called if the result itself goes to standard output.

    Raises:
        BadInput: the result could not be written; it has been shown all the same.

    """
    failed: Exception | None = None
    if destination:
        try:
            write_json(destination, result)
        except (BadInput, BrokenPipeError) as error:
            failed = error
    if destination != "-":
        shown()
    if failed is not None:
        raise failed
