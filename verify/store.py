"""Results that survive a crash: one SQLite file, one transaction a setting.

A file belongs to one plan (seed, families, confidence, ...): resuming with another plan, or opening a file written by
another version of the schema, is refused before anything is read or written. Results are facts, stored as strict JSON;
what can be asked often (family, verdict, tightness) stands in columns of its own, each question with its index. Who
wrote when, and with which versions, stands beside the results.
"""

import json
import platform
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from theory.setting.boundary import BadInput, json_text

SCHEMA = 2
"""Version of the tables below; a change of them is a new number."""

MEMORY = ":memory:"
"""The path of a store that keeps nothing."""

_MARK = "analog-sgd-workbench verify"

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE settings (
    id INTEGER PRIMARY KEY, family TEXT NOT NULL, verdict TEXT NOT NULL, seconds REAL NOT NULL,
    result TEXT NOT NULL
);
CREATE TABLE verdicts (
    id INTEGER NOT NULL REFERENCES settings(id), claim TEXT NOT NULL, family TEXT NOT NULL, verdict TEXT NOT NULL,
    tightness REAL, PRIMARY KEY (id, claim)
) WITHOUT ROWID;
CREATE TABLE sessions (started TEXT NOT NULL, done INTEGER NOT NULL, versions TEXT NOT NULL);
CREATE INDEX settings_by_family ON settings (family, id);
CREATE INDEX closest_checks ON verdicts (verdict <> 'violated', tightness) WHERE verdict <> 'not applied';
CREATE INDEX closest_checks_of_family ON verdicts (family, verdict <> 'violated', tightness)
    WHERE verdict <> 'not applied';
"""


class Store:
    """An open store.

    Args:
        path: the file, or `MEMORY`.
        connection: to that file, with the tables in place.

    """

    def __init__(self, path: str, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection

    @classmethod
    def create(cls, path: str | Path, plan: Mapping[str, Any]) -> Self:
        """Make a new store for `plan`; an existing file is never overwritten.

        Raises:
            BadInput: the file exists, or cannot be made.

        """
        if str(path) != MEMORY and Path(path).exists():
            raise BadInput("--store", path, "a new file; an existing store goes on with --resume")
        with _refusing(path):
            if str(path) != MEMORY:
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            connection = _connect(path)
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                for statement in _TABLES.split(";")[:-1]:
                    connection.execute(statement)
                meta = {"format": _MARK, "schema": str(SCHEMA), "plan": _dump(plan)}
                connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
        return cls(str(path), connection)

    @classmethod
    def open(cls, path: str | Path, plan: Mapping[str, Any] | None = None) -> Self:
        """Open an existing store, of `plan` if one is given.

        Raises:
            BadInput: no such file, not a store, another version, another plan.

        """
        if not Path(path).is_file():
            raise BadInput("--store", path, "an existing file")
        with _refusing(path):
            connection = _connect(path)
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            meta = dict(connection.execute("SELECT name, value FROM meta")) if "meta" in tables else {}
        if meta.get("format") != _MARK:
            connection.close()
            raise BadInput("--store", path, "a store written by python -m verify run")
        if meta.get("schema") != str(SCHEMA):
            connection.close()
            raise BadInput("--store", path, f"a store of schema {SCHEMA}, found {meta.get('schema')}")
        store = cls(str(path), connection)
        if plan is not None:
            store._same_plan(plan)
        return store

    @classmethod
    def start(cls, path: Path | None, plan: Mapping[str, Any], *, resume: bool) -> Self:
        """Open or create the store of a sweep; without a path nothing is kept."""
        exists = path is not None and path.exists()
        store = cls.open(path, plan) if path and resume and exists else cls.create(path or MEMORY, plan)
        store._begin_session()
        return store

    def _begin_session(self) -> None:
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        with self._connection:
            statement = "INSERT INTO sessions SELECT ?, count(*), ? FROM settings"
            self._connection.execute(statement, (now, _dump(versions())))

    def _same_plan(self, plan: Mapping[str, Any]) -> None:
        stored, wanted = self.plan, json.loads(_dump(plan))
        for name in sorted(stored.keys() | wanted.keys()):
            if stored.get(name) != wanted.get(name):
                self.close()
                raise BadInput(name, wanted.get(name), f"{stored.get(name)!r} as in the store {self.path} to resume it")

    @property
    def plan(self) -> dict[str, Any]:
        """Return what the store was made for."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = 'plan'").fetchone()
        return dict(json.loads(row[0] if row else "{}"))

    def sessions(self) -> list[dict[str, Any]]:
        """Return when the store was written to, how many settings it had then, and the versions that wrote on."""
        rows = self._connection.execute("SELECT started, done, versions FROM sessions ORDER BY rowid")
        return [{"started": started, "done": done, "versions": json.loads(text)} for started, done, text in rows]

    def done(self) -> set[int]:
        """Return the ids whose results are in."""
        return {row[0] for row in self._connection.execute("SELECT id FROM settings")}

    def add(self, result: Mapping[str, Any]) -> None:
        """Write one setting's result, whole or not at all; a second result for an id is refused by the table."""
        row = (result["id"], result["family"], result["verdict"], result["seconds"])
        checks = [
            (result["id"], check["claim"], result["family"], check["verdict"], check.get("tightness"))
            for check in result["checks"]
        ]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("INSERT INTO settings VALUES (?, ?, ?, ?, ?)", (*row, _dump(result)))
            self._connection.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?)", checks)

    def result(self, identity: int) -> dict[str, Any]:
        """Return one setting's result; an unknown id raises `BadInput`."""
        row = self._connection.execute("SELECT result FROM settings WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise BadInput("ID", identity, f"the id of a setting in {self.path}")
        return dict(json.loads(row[0]))

    def results(self, *, family: str | None = None, below: int | None = None) -> Iterator[dict[str, Any]]:
        """Yield results in order of ids: all, of one family, or with ids < `below`; each is read when asked for."""
        where, values = _where(("family = ?", family), ("id < ?", below))
        for row in self._connection.execute(f"SELECT result FROM settings {where} ORDER BY id", values):
            yield json.loads(row[0])

    def closest(self, count: int, *, family: str | None = None) -> list[dict[str, Any]]:
        """Return the checks that came closest to an alarm, violated ones first, at most one a setting.

        Args:
            count: how many.
            family: only of this family; None for all.

        Returns: id, family, claim, verdict and tightness of each.

        """
        where, values = _where(("verdict <> 'not applied'",), ("family = ?", family))
        rows = self._connection.execute(
            f"SELECT id, family, claim, verdict, tightness FROM verdicts {where} "
            "ORDER BY verdict <> 'violated', tightness",
            values,
        )
        names, found = ("id", "family", "claim", "verdict", "tightness"), dict[int, dict[str, Any]]()
        for row in rows:  # in the order of an index: only as far as it takes
            found.setdefault(row[0], dict(zip(names, row, strict=True)))
            if len(found) == count:
                break
        return list(found.values())

    def counts(self) -> dict[str, int]:
        """Return how many settings of each family are in, by name."""
        return dict(self._connection.execute("SELECT family, count(*) FROM settings GROUP BY family ORDER BY family"))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def versions() -> dict[str, str]:
    """Return the versions of what computes a result."""
    found = {"python": platform.python_version()}
    for package in ("analog-sgd-workbench", "numpy", "numba", "scipy", "sympy"):
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "from this folder"
    return found


def _where(*conditions: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """Return the clause of the conditions whose value, if they take one, is given, and these values."""
    given = [condition for condition in conditions if condition[1:] != (None,)]
    clause = "WHERE " + " AND ".join(condition[0] for condition in given) if given else ""
    return clause, [value for condition in given for value in condition[1:]]


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(json.loads(json_text(value)), separators=(",", ":"), sort_keys=True)


def _connect(path: str | Path) -> sqlite3.Connection:
    connection = sqlite3.connect(str(path), isolation_level=None, timeout=30)
    # WAL with FULL: a committed setting survives kill -9 and a power cut, readers never block the writer
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


@contextmanager
def _refusing(path: str | Path) -> Iterator[None]:
    """Turn what SQLite or the file system says into one line about --store."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise BadInput("--store", path, f"a store that can be read and written ({error})") from None
