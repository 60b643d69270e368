"""Files that are read whole: only regular ones, none beyond a limit or beyond the memory that is free."""

import io
import os
import stat
import zipfile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from boundary import memory
from boundary.refusal import BadInput

_AT_ONCE: Final = 1 << 20


def read_whole(name: str, path: str, most: int, needed_by: str = "", *, shown: str | None = None) -> bytes:
    """Return the content of a regular file of at most `most` bytes; `shown` is how the path stands in an error.

    Raises:
        BadInput: for anything else (a folder, a device such as /dev/zero, a FIFO nobody writes to), without waiting.

    """
    value = path if shown is None else shown
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise BadInput(name, value, "a regular file", needed_by)
            if status.st_size <= most:
                memory.require(name, value, status.st_size, "its content")
            # One that is too large is not read at all; one that grows, or hides its size, is read up to the limit.
            content = file.read(most + 1) if status.st_size <= most else None
    except BadInput:
        raise
    except (OSError, ValueError) as error:  # ValueError: a path with a null byte
        reason = getattr(error, "strerror", None) or str(error)
        raise BadInput(name, value, f"a file that can be read ({reason})", needed_by) from None
    if content is None or len(content) > most:
        raise BadInput(name, value, f"a file of at most {most} bytes", needed_by)
    return content


def arrays_of(name: str, path: str, content: bytes, most: int, needed_by: str = "") -> dict[str, NDArray[Any]]:
    """Return the arrays of an NPZ archive that holds at most `most` bytes when unpacked.

    What the archive says of its members' sizes is not believed: they are unpacked piece by piece up to the limit, and
    no further than the free memory goes, of which each takes twice its size.

    Raises:
        BadInput: for what is no archive of plain arrays, and for one that holds more.

    """
    try:
        members = _members(name, path, content, most, needed_by)
        return {key: _array(data) for key, data in members.items()}
    except BadInput:
        raise
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError, MemoryError):
        raise BadInput(name, path, "an NPZ file that can be read (no NPZ archive of plain arrays)", needed_by) from None


def _members(name: str, path: str, content: bytes, most: int, needed_by: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    left = most
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            with archive.open(member) as stream:
                data = _at_most(stream, min(left, memory.free() // 2))
            left -= len(data)
            key = member.filename.removesuffix(".npy")
            if left < 0:
                raise BadInput(name, path, f"arrays of at most {most} bytes together", needed_by)
            memory.require(name, path, len(data), f"the array {key}")
            if key in found:
                raise BadInput(name, path, f"one array {key}", needed_by)
            found[key] = data
    return found


def _at_most(stream: Any, most: int) -> bytes:  # noqa: ANN401 - zipfile's stream
    """Return what a stream holds, or a little more than `most` bytes of it."""
    pieces, size = [], 0
    while size <= most and (piece := stream.read(_AT_ONCE)):
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def _array(data: bytes) -> NDArray[Any]:
    """Return the array of an NPY file; its header cannot ask for more than is there."""
    array = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    if not isinstance(array, np.ndarray):
        raise ValueError("no array")
    return array
