"""What Coq said before: kept in the user's own cache folder, and believed only if nobody else could have written it.

The folder is analog-sgd/coq under $XDG_CACHE_HOME, or under ~/.cache. It must be the user's, of mode 700, no link, and
stand in folders that only the user or root can change; a file in it must be the user's, of mode 600, and no link.
Where that does not hold, nothing is kept and nothing is read: the work is done again.
"""

import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PARTS = ("analog-sgd", "coq")


def _base() -> Path | None:
    """Return the folder for caches; a relative path in the environment is ignored, as the XDG standard says."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given)
    with suppress(RuntimeError):
        return Path.home() / ".cache"
    return None


def _others_can_change(status: os.stat_result) -> bool:
    """Tell whether a folder's entries can be replaced by someone who is neither the user nor root."""
    shared = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX
    return bool(shared) or status.st_uid not in (0, os.geteuid())


def _private(status: os.stat_result, kind: int) -> bool:
    return (
        stat.S_IFMT(status.st_mode) == kind
        and status.st_uid == os.geteuid()
        and not stat.S_IMODE(status.st_mode) & 0o77
    )


def _folder(handles: list[int]) -> int | None:
    """Open the folder, making what is missing; None where it cannot be trusted. What was opened is in `handles`."""
    base = _base()
    if base is None:
        return None
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    real = base.resolve(strict=True)
    if any(_others_can_change(folder.stat()) for folder in (real, *real.parents)):
        return None
    handles.append(os.open(real, os.O_RDONLY | os.O_DIRECTORY))
    for part in _PARTS:
        with suppress(FileExistsError):
            os.mkdir(part, 0o700, dir_fd=handles[-1])
        handles.append(os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=handles[-1]))
        if not _private(os.fstat(handles[-1]), stat.S_IFDIR):
            return None
    return handles[-1]


@contextmanager
def _opened() -> Iterator[int | None]:
    """Give the folder's handle for as long as the block lasts; None where it cannot be trusted."""
    handles: list[int] = []
    try:
        folder = None
        with suppress(OSError):
            folder = _folder(handles)
        yield folder
    finally:
        for handle in handles:
            os.close(handle)


def load(name: str) -> object:
    """Return what was kept under `name`, None if there is nothing that can be trusted."""
    with _opened() as folder, suppress(OSError, ValueError, RecursionError):
        if folder is None:
            return None
        handle = os.open(f"{name}.json", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        with os.fdopen(handle, encoding="utf-8") as stream:
            if _private(os.fstat(stream.fileno()), stat.S_IFREG):
                return json.load(stream)
    return None


def save(name: str, data: object) -> None:
    """Keep `data` under `name`, whole or not at all; where it cannot be kept, do nothing."""
    with _opened() as folder, suppress(OSError):
        if folder is None:
            return
        partial = f"{name}.{os.getpid()}.{os.urandom(4).hex()}"
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump(data, stream)
            os.replace(partial, f"{name}.json", src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with suppress(OSError):
                os.unlink(partial, dir_fd=folder)
            raise
