"""Results that survive a crash: one SQLite file, one transaction a setting.

A file belongs to one plan (seed, families, confidence, ...): resuming with another plan, or opening a file written by
another version of the schema, is refused before anything is read or written. Results are facts, stored as strict JSON;
what can be asked often (verdict, tightness) stands in columns of its own.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from theory.setting.boundary import BadInput, json_text

SCHEMA = 1
"""Version of the tables below; a change of them is a new number."""

_MARK = "analog-sgd-workbench verify"

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE settings (
    id INTEGER PRIMARY KEY, family TEXT NOT NULL, verdict TEXT NOT NULL, seconds REAL NOT NULL,
    setting TEXT NOT NULL, result TEXT NOT NULL
);
CREATE TABLE verdicts (
    id INTEGER NOT NULL REFERENCES settings(id), claim TEXT NOT NULL, family TEXT NOT NULL, verdict TEXT NOT NULL,
    tightness REAL, PRIMARY KEY (id, claim)
) WITHOUT ROWID;
CREATE INDEX verdicts_by_claim ON verdicts (claim, verdict, tightness);
CREATE INDEX settings_by_verdict ON settings (verdict, family);
"""


class Store:
    """An open store.

    Args:
        path: the file; `:memory:` keeps nothing.
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
        if str(path) != ":memory:" and Path(path).exists():
            raise BadInput("--store", path, "a new file; an existing store goes on with --resume")
        with _refusing(path):
            if str(path) != ":memory:":
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
        if path is None:
            return cls.create(":memory:", plan)
        return cls.open(path, plan) if resume and path.exists() else cls.create(path, plan)

    def _same_plan(self, plan: Mapping[str, Any]) -> None:
        stored, wanted = self.plan, json.loads(_dump(plan))
        for name in sorted(stored.keys() | wanted.keys()):
            if stored.get(name) != wanted.get(name):
                self.close()
                raise BadInput(name, wanted.get(name), f"{stored.get(name)!r} as in the store {self.path} to resume it")

    @property
    def plan(self) -> dict[str, Any]:
        """Return what the store was made for."""
        return dict(json.loads(self.note("plan") or "{}"))

    def note(self, name: str) -> str | None:
        """Return a remark kept beside the results."""
        row = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def write_note(self, name: str, value: str) -> None:
        """Keep a remark beside the results."""
        with self._connection:
            self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

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
            texts = (_dump(result["setting"]), _dump(result))
            self._connection.execute("INSERT INTO settings VALUES (?, ?, ?, ?, ?, ?)", row + texts)
            self._connection.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?)", checks)

    def result(self, identity: int) -> dict[str, Any]:
        """Return one setting's result; an unknown id raises `BadInput`."""
        row = self._connection.execute("SELECT result FROM settings WHERE id = ?", (identity,)).fetchone()
        if row is None:
            raise BadInput("ID", identity, f"the id of a setting in {self.path}")
        return dict(json.loads(row[0]))

    def results(self) -> Iterator[dict[str, Any]]:
        """Yield every result in order of ids."""
        for row in self._connection.execute("SELECT result FROM settings ORDER BY id"):
            yield json.loads(row[0])

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
