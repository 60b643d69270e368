"""Results that survive a crash: one SQLite file, one transaction a setting.

A file belongs to one plan (seed, families, confidence, ...) and to the code that judges: with another plan, with other
code, or written by another version of the schema it is not gone on with. Several processes may go on with one file at
the same time. Results are facts, stored as strict JSON; what can be asked often (family, verdict, tightness) stands in
columns of its own, each question with its index. Who wrote when, and with which versions, stands beside the results.
"""

import contextlib
import json
import math
import os
import platform
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any, Self

from boundary import BadInput, check_writable, digest, json_text
from simulate.checkpoint import PRESENTATION
from simulate.replay import OF_FILES
from verify.sweep.connection import StoreFailed, refusing, to_read, to_write
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import OWN, ClosestCheck, Session, SweepPlan, other_families

SCHEMA = 4
"""Version of the tables below; a change of them is a new number."""

MEMORY = ":memory:"
"""The path of a store that keeps nothing."""

_MARK = "analog-sgd-workbench verify"
_SHOWING = (
    *("theory.__main__", "theory.commands", "theory.checkers", "theory.drawing", "theory.sheet"),
    *(
        "verify.__main__",
        "verify.commands",
        "verify.report",
        "verify.sweep.connection",
        *PRESENTATION,
    ),
)
"""Modules that decide no verdict: what a person sees, second opinions on proofs, what is done with files."""

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
CREATE INDEX closest_checks ON verdicts (verdict <> 'violated', tightness, id) WHERE verdict <> 'not applied';
CREATE INDEX closest_checks_of_family ON verdicts (family, verdict <> 'violated', tightness, id)
    WHERE verdict <> 'not applied';
"""


_ANEW = "; with --resume --fresh-if-changed it is started anew and kept as FILE.old"


class Contradiction(RuntimeError):
    """Two results of one setting by the same code that are not the same."""


def judged_by() -> dict[str, str]:
    """Return the fingerprint of all that a verdict depends on: the code that judges, and the versions it stands on."""
    return digest.fingerprint(("boundary", "theory", "simulate", "verify"), without=_SHOWING)


class Store:
    """An open store.

    Args:
        path: the file, or `MEMORY`.
        connection: to that file, with the tables in place.
        copied: folder of the copy that is read in its place, if it could not be read where it is.

    """

    def __init__(self, path: str, connection: sqlite3.Connection, copied: Path | None = None) -> None:
        self.path, self._connection, self._copied = path, connection, copied
        self._code = _dump(judged_by())

    @classmethod
    def create(cls, path: str | Path, plan: SweepPlan) -> Self:
        """Make a new store for `plan`; an existing file is never overwritten.

        Raises:
            BadInput: the file exists, or cannot be made.

        """
        if str(path) != MEMORY:
            check_new(path)
            _make_file(path, os.O_EXCL)
        return cls._to_write(path, plan, fresh=False)

    @classmethod
    def open(cls, path: str | Path, plan: SweepPlan | None = None) -> Self:
        """Open an existing store to read it, one of `plan` if that is given.

        Raises:
            BadInput: no such file, not a store, another version, another plan.

        """
        with refusing(path):
            if not Path(path).is_file():
                raise BadInput("--store", path, "an existing file")
            connection, copied = to_read(path)
            store = cls(str(path), connection, copied)
        try:
            store._check_schema()
            if plan is not None:
                store._check_plan(plan)
        except BaseException:
            store.close()
            raise
        return store

    @classmethod
    def start(cls, path: Path | None, plan: SweepPlan, *, resume: bool, fresh: bool = False) -> Self:
        """Open or create the store of a sweep; without a path nothing is kept.

        Args:
            path: the file.
            plan: what the sweep is.
            resume: go on with an existing file.
            fresh: start an existing file of other code anew; what it held is kept beside it, as FILE.old.

        Raises:
            BadInput: the file exists and is not to be gone on with, or is of another plan or of other code.

        """
        if path is None:
            store = cls.create(MEMORY, plan)
        elif resume:
            if not _there(path):
                check_writable(path, "--store")
                _make_file(path, 0)  # another process that starts at the same time may make it first
            store = cls._to_write(path, plan, fresh=fresh)
        else:
            store = cls.create(path, plan)
        store._begin_session()
        return store

    @classmethod
    def _to_write(cls, path: str | Path, plan: SweepPlan, *, fresh: bool) -> Self:
        with refusing(path):
            store = cls(str(path), to_write(path))
        try:
            with refusing(path):
                if store._tables() and store._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    raise sqlite3.DatabaseError("the file is damaged")
            if fresh and store._outdated(plan):
                store._keep_aside()
            with store._transaction():
                # Asked again inside: another process may have made the tables, or made them anew, meanwhile.
                if fresh and store._tables() and store._outdated(plan):
                    for table in store._tables():
                        store._connection.execute(f'DROP TABLE "{table}"')
                if not store._tables():
                    store._make_tables(plan)
                store._check_schema()
                store._check_plan(plan)
                store._check_code()
        except BaseException:
            store.close()
            raise
        return store

    def _tables(self) -> list[str]:
        """Return the tables, those that refer to others first."""
        found = [
            row[0]
            for row in self._rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ]
        return sorted(found, key=lambda name: name != "verdicts")

    def _make_tables(self, plan: SweepPlan) -> None:
        for statement in _TABLES.split(";")[:-1]:
            self._connection.execute(statement)
        meta = {"format": _MARK, "schema": str(SCHEMA), "plan": _dump(plan.to_json()), "code": self._code}
        self._connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())

    def _meta(self) -> dict[str, str]:
        return dict(self._rows("SELECT name, value FROM meta")) if "meta" in self._tables() else {}

    def _check_schema(self) -> None:
        meta = self._meta()
        if meta.get("format") != _MARK:
            raise BadInput("--store", self.path, "a store written by python -m verify run")
        if meta.get("schema") != str(SCHEMA):
            raise BadInput("--store", self.path, f"a store of schema {SCHEMA}, found {meta.get('schema')}{_ANEW}")

    def _check_plan(self, plan: SweepPlan) -> None:
        stored, wanted = self._stored_plan(), json.loads(_dump(plan.to_json()))
        for name in sorted(stored.keys() | wanted.keys(), key=lambda name: (name != OWN, name)):
            if name not in stored or name not in wanted or stored[name] != wanted[name]:
                if name == OWN:
                    raise other_families(stored.get(OWN), wanted.get(OWN), self.path)
                given = wanted.get(name, "not given")
                condition = f"{stored[name]!r} as in" if name in stored else "left out, as in"
                raise BadInput(name, given, f"{condition} the store {self.path} to resume it")

    def _check_code(self) -> None:
        others = self.outdated_by()
        if others:
            words = f"a store judged by this very code; these have changed since: {', '.join(others)}{_ANEW}"
            raise BadInput("--store", self.path, words)

    def outdated_by(self) -> list[str]:
        """Return what has changed since the store was begun, of all that its verdicts depend on; usually nothing."""
        return digest.changed(json.loads(self._meta().get("code", "{}")), json.loads(self._code))

    def require_plugins(self) -> None:
        """Refuse to make the settings again with other files of the user's code than those they were judged with."""
        judged = json.loads(self._meta().get("code", "{}"))
        digest.require_plugins(
            {name: value for name, value in judged.items() if digest.is_plugin(name)}, f"the sweep of {self.path}"
        )

    def _outdated(self, plan: SweepPlan) -> bool:
        """Return whether this is a store of the plan by other code, or of an older schema."""
        meta = self._meta()
        if meta.get("format") != _MARK:
            return False
        self._check_plan(plan)
        return meta.get("schema") != str(SCHEMA) or meta.get("code") != self._code

    def _keep_aside(self) -> None:
        """Copy the file to FILE.old."""
        aside = Path(self.path).with_name(Path(self.path).name + ".old")
        scratch = aside.with_name(f".{secrets.token_hex(8)}.part")
        with refusing(self.path):
            try:
                self._connection.execute("VACUUM INTO ?", (str(scratch),))
                scratch.replace(aside)
            finally:
                scratch.unlink(missing_ok=True)

    def _begin_session(self) -> None:
        now = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
        with self._transaction():
            statement = "INSERT INTO sessions SELECT ?, count(*), ? FROM settings"
            self._connection.execute(statement, (now, _dump(versions())))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Hold the file for writing, and write all or nothing."""
        with refusing(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                    self._connection.execute("ROLLBACK")
                raise

    def _rows(self, statement: str, values: tuple[Any, ...] | list[Any] = ()) -> Iterator[Any]:
        """Yield the rows of a question; each is read when asked for."""
        with refusing(self.path):
            yield from self._connection.execute(statement, values)

    def _read(self, text: str) -> dict[str, Any]:
        try:
            return dict(json.loads(text))
        except (ValueError, TypeError):
            raise StoreFailed("--store", self.path, "a store that can be read (a result is damaged)") from None

    def _stored_plan(self) -> dict[str, Any]:
        return self._read(self._meta().get("plan", "{}"))

    @property
    def plan(self) -> SweepPlan:
        """Return what the store was made for."""
        try:
            return SweepPlan.from_json(self._stored_plan())
        except (KeyError, TypeError):
            raise StoreFailed("--store", self.path, "a store that can be read (its plan is damaged)") from None

    def _judged(self, text: str) -> JudgedSetting:
        try:
            return JudgedSetting.from_json(self._read(text))
        except ValueError as error:
            if isinstance(error, BadInput) and error.name in OF_FILES:
                raise  # the result is sound; a file that its setting needs is gone or another
            raise StoreFailed("--store", self.path, "a store that can be read (a result is damaged)") from None

    def sessions(self) -> list[Session]:
        """Return when the store was written to, how many settings it had then, and the versions that wrote on."""
        rows = self._rows("SELECT started, done, versions FROM sessions ORDER BY rowid")
        return [Session(started, done, self._read(text)) for started, done, text in rows]

    def done(self) -> set[int]:
        """Return the ids whose results are in."""
        return {row[0] for row in self._rows("SELECT id FROM settings")}

    def has(self, identity: int) -> bool:
        """Return whether a setting's result is in, by now and by whatever process."""
        return any(self._rows("SELECT 1 FROM settings WHERE id = ?", (identity,)))

    def add(self, result: JudgedSetting) -> None:
        """Write one setting's result, whole or not at all.

        A result that is in already, written by another process that goes on with this store, stays.

        Raises:
            Contradiction: the one that is in differs in more than its seconds.
            BadInput: the store cannot be written, or was started anew by other code.

        """
        row = (result.id, result.family, result.verdict, result.seconds)
        # what has no tightness (a broken certificate) comes after what has one
        checks = [
            (result.id, check.claim, result.family, check.verdict, _or_infinite(check.tightness))
            for check in result.checks
        ]
        text = _dump(result.to_json())
        with self._transaction():
            if self._meta().get("code") != self._code:
                raise StoreFailed("--store", self.path, "a store that no other code has started anew meanwhile")
            for (stored,) in self._rows("SELECT result FROM settings WHERE id = ?", (result.id,)):
                if _fact(self._read(stored)) != _fact(json.loads(text)):
                    raise Contradiction(f"setting {result.id} has another result in {self.path}")
                return
            self._connection.execute("INSERT INTO settings VALUES (?, ?, ?, ?, ?)", (*row, text))
            self._connection.executemany("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?)", checks)

    def result(self, identity: int) -> JudgedSetting:
        """Return one setting's result; an unknown id raises `BadInput`."""
        known = identity if abs(identity) < 1 << 63 else None  # SQLite's integers have 64 bits
        for (text,) in self._rows("SELECT result FROM settings WHERE id = ?", (known,)):
            return self._judged(text)
        raise BadInput("ID", identity, f"the id of a setting in {self.path}")

    def results(self, *, family: str | None = None, below: int | None = None) -> Iterator[JudgedSetting]:
        """Yield results in order of ids: all, of one family, or with ids < `below`; each is read when asked for."""
        where, values = _where(("family = ?", family), ("id < ?", below))
        for row in self._rows(f"SELECT result FROM settings {where} ORDER BY id", values):
            yield self._judged(row[0])

    def closest(self, count: int, *, family: str | None = None) -> list[ClosestCheck]:
        """Return the checks that came closest to an alarm, violated ones first, at most one a setting.

        Args:
            count: how many.
            family: only of this family; None for all.

        """
        where, values = _where(("verdict <> 'not applied'",), ("family = ?", family))
        rows = self._rows(
            f"SELECT id, family, claim, verdict, tightness FROM verdicts {where} "
            "ORDER BY verdict <> 'violated', tightness, id",
            values,
        )
        found = dict[int, ClosestCheck]()
        for row in rows:  # in the order of an index: only as far as it takes
            check = ClosestCheck(*row)
            found.setdefault(check.id, check._replace(tightness=None) if check.tightness == math.inf else check)
            if len(found) == count:
                break
        return list(found.values())

    def counts(self) -> dict[str, int]:
        """Return how many settings of each family are in, by name."""
        return dict(self._rows("SELECT family, count(*) FROM settings GROUP BY family ORDER BY family"))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
        if self._copied is not None:
            shutil.rmtree(self._copied, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def check_new(path: str | Path, name: str = "--store") -> None:
    """Refuse a path at which no new store can be made: before the work whose results are to go there."""
    with refusing(path):
        if _there(Path(path)):
            raise _exists(path)
    check_writable(Path(path), name)


def _make_file(path: str | Path, flags: int) -> None:
    """Make an empty file and the folders above it; with O_EXCL an existing one is refused."""
    with refusing(path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | flags, 0o666))
        except FileExistsError:
            raise _exists(path) from None


def _exists(path: str | Path) -> BadInput:
    return BadInput("--store", path, "a new file; an existing store goes on with --resume")


def _there(path: Path) -> bool:
    with refusing(path):
        return path.exists() or path.is_symlink()


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


def _or_infinite(tightness: float) -> float:
    return math.inf if math.isnan(tightness) else tightness


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(json.loads(json_text(value)), separators=(",", ":"), sort_keys=True)


def _fact(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return a result without the time it took."""
    return {name: value for name, value in result.items() if name != "seconds"}
