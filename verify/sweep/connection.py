"""How the store's file is opened: to write with others at the same time, to read without writing anything."""

import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from boundary import BadInput

_PATIENCE = 30.0
"""Seconds to wait for another process to finish what it writes."""


class StoreFailed(BadInput):
    """A store that cannot be read or written (any more)."""


def to_write(path: str | Path) -> sqlite3.Connection:
    """Return a connection that writes: what is committed survives kill -9 and a power cut, readers block no writer."""
    connection = sqlite3.connect(str(path), isolation_level=None, timeout=_PATIENCE)
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            break
        except sqlite3.OperationalError as error:  # SQLite itself does not wait here
            if "locked" not in str(error) or time.monotonic() > until:
                connection.close()
                raise
            time.sleep(0.01)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def to_read(path: str | Path) -> tuple[sqlite3.Connection, Path | None]:
    """Return a connection that only reads, and the folder of the copy it reads, if any.

    A file on a read-only mount is read as it stands; if a process ended before its last results were in the file
    proper, they are beside it, and both are copied to where SQLite can join them.
    """
    try:
        return _asked(path, "mode=rw"), None
    except sqlite3.OperationalError:
        beside = Path(f"{path}-wal")
        if not (beside.exists() and beside.stat().st_size):
            return _asked(path, "immutable=1"), None
    folder = Path(tempfile.mkdtemp(prefix="analog-sgd-store-"))
    try:
        shutil.copyfile(path, folder / "store")
        shutil.copyfile(beside, folder / "store-wal")
        return _asked(folder / "store", "mode=rw"), folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _asked(path: str | Path, how: str) -> sqlite3.Connection:
    """Return a connection that has proved able to read."""
    address = f"file:{quote(os.fsencode(Path(path).absolute()))}?{how}"
    connection = sqlite3.connect(address, uri=True, isolation_level=None, timeout=_PATIENCE)
    try:
        connection.execute("PRAGMA query_only = ON")
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def refusing(path: str | Path) -> Iterator[None]:
    """Turn what SQLite or the file system says into one line about --store."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
        raise  # no fault of the file's
    except sqlite3.Error as error:
        raise StoreFailed("--store", path, f"a store that can be read and written ({error})") from None
    except OSError as error:
        raise StoreFailed("--store", path, f"a place for a store ({error.strerror or error})") from None
