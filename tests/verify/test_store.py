"""The store: whole or nothing, one plan, one version."""

import sqlite3
import time

import pytest

from theory.setting.boundary import BadInput
from verify.store import SCHEMA, Store

PLAN = {"seed": 1, "families": ["quadratic"], "confidence": 0.99}


def result(identity: int) -> dict:
    checks = [{"claim": f"sharp/{basis}", "verdict": "held", "tightness": 1.5} for basis in ("a-priori", "measured")]
    return {
        "id": identity,
        "family": "quadratic",
        "verdict": "held",
        "seconds": 0.1,
        "setting": {"alpha": 0.1, "tau": float("inf")},
        "checks": checks,
    }


def test_what_was_written_is_read_after_reopening(tmp_path):
    path = tmp_path / "deep" / "store.sqlite"
    with Store.create(path, PLAN) as store:
        store.add(result(3))
        store.add(result(1))
    with Store.open(path, PLAN) as store:
        assert store.done() == {1, 3}
        assert [item["id"] for item in store.results()] == [1, 3]
        assert store.result(3)["setting"] == {"alpha": 0.1, "tau": "inf"}


def test_a_second_result_for_an_id_is_refused_whole(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as store:
        store.add(result(1))
        with pytest.raises(sqlite3.IntegrityError):
            store.add(result(1) | {"checks": []})
        assert len(list(store.results())) == 1


def test_a_half_written_setting_leaves_nothing(tmp_path):
    broken = result(2)
    broken["checks"] = [*broken["checks"], {"claim": "sharp/a-priori", "verdict": "held"}]  # the claim comes twice
    with Store.create(tmp_path / "s", PLAN) as store:
        with pytest.raises(sqlite3.IntegrityError):
            store.add(broken)
        assert store.done() == set()
        store.add(result(2))


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda c: c.execute("UPDATE meta SET value = '0' WHERE name = 'schema'"), f"schema {SCHEMA}, found 0"),
        (lambda c: c.execute("DELETE FROM meta WHERE name = 'format'"), "a store written by"),
        (lambda c: c.execute("DROP TABLE meta"), "a store written by"),
    ],
)
def test_a_store_from_another_version_is_refused(tmp_path, spoil, words):
    path = tmp_path / "s"
    Store.create(path, PLAN).close()
    connection = sqlite3.connect(path)
    spoil(connection)
    connection.commit()
    connection.close()
    with pytest.raises(BadInput, match=words):
        Store.open(path)


def test_files_that_are_no_store_are_refused(tmp_path):
    (tmp_path / "text").write_text("not a database at all, but long enough to look like something " * 20)
    with pytest.raises(BadInput, match="--store"):
        Store.open(tmp_path / "text")
    with pytest.raises(BadInput, match="an existing file"):
        Store.open(tmp_path / "missing")
    with pytest.raises(BadInput, match="--resume"):
        Store.create(tmp_path / "text", PLAN)
    with pytest.raises(BadInput, match="--store"):
        Store.create(tmp_path / "text" / "below-a-file", PLAN)


def test_another_plan_is_named(tmp_path):
    Store.create(tmp_path / "s", PLAN).close()
    with pytest.raises(BadInput, match=r"seed = 2: must satisfy 1 as in the store"):
        Store.open(tmp_path / "s", PLAN | {"seed": 2})


def test_an_unknown_id_is_named(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as store, pytest.raises(BadInput, match="ID = 7"):
        store.result(7)


@pytest.mark.slow
def test_ten_thousand_settings_stay_fast_to_query(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as store:
        store._connection.execute("PRAGMA synchronous = OFF")  # only to fill it quickly
        for identity in range(10_000):
            store.add(result(identity))
        start = time.perf_counter()
        assert len(store.done()) == 10_000
        store.result(5_000)
        counted = store._connection.execute(
            "SELECT verdict, count(*), min(tightness) FROM verdicts WHERE claim = 'sharp/measured' GROUP BY verdict"
        ).fetchall()
        assert counted == [("held", 10_000, 1.5)]
        assert time.perf_counter() - start < 5  # seconds; an order of magnitude above what it takes
