"""The store: whole or nothing, one plan, one version."""

import sqlite3
import subprocess
import sys
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


QUESTIONS = {
    "done": lambda store: store.done(),
    "one id": lambda store: store.result(5_000),
    "counts": lambda store: store.counts(),
    "a family": lambda store: list(store.results(family="rare")),
    "the first": lambda store: list(store.results(below=10)),
    "closest": lambda store: store.closest(10),
    "closest of a family": lambda store: store.closest(10, family="rare"),
}


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "store.sqlite"
    with Store.create(path, PLAN) as store:
        store._connection.execute("PRAGMA synchronous = OFF")  # only to fill it quickly
        for identity in range(10_000):
            family = "rare" if identity % 100 == 0 else "usual"
            store.add(varied(identity, tightness=1 + (7919 * identity % 10_000) / 1e4, family=family))
        yield store


def varied(identity: int, tightness: float = 1.5, verdict: str = "held", **changes) -> dict:
    checks = [
        {"claim": "sharp/a-priori", "verdict": "not applied", "tightness": float("nan")},
        {"claim": "sharp/a-posteriori", "verdict": verdict, "tightness": tightness},
        {"claim": "explicit/a-posteriori", "verdict": "held", "tightness": 1.1 * tightness},
    ]
    return result(identity) | {"verdict": verdict, "checks": checks} | changes


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_question_to_ten_thousand_settings_has_its_index(large, name):
    """Not timed: each question is one statement, and SQLite's plan for it neither walks a bare table nor sorts."""
    asked = []
    large._connection.set_trace_callback(asked.append)
    QUESTIONS[name](large)
    large._connection.set_trace_callback(None)
    assert len(asked) == 1
    for row in large._connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall():
        assert "INDEX" in row[3] or "PRIMARY KEY" in row[3], row[3]


def test_the_closest_are_those_of_a_plain_search(large):
    everything = [(check["tightness"], item["id"]) for item in large.results() for check in item["checks"][1:2]]
    assert [check["id"] for check in large.closest(25)] == [identity for _, identity in sorted(everything)[:25]]
    rare = [pair for pair in everything if pair[1] % 100 == 0]
    assert [check["id"] for check in large.closest(5, family="rare")] == [identity for _, identity in sorted(rare)[:5]]
    assert large.counts() == {"rare": 100, "usual": 9_900}
    assert [item["id"] for item in large.results(family="rare")] == list(range(0, 10_000, 100))
    assert len(list(large.results(below=10))) == 10 and large.result(5_000)["id"] == 5_000


def test_violations_come_first_and_a_setting_comes_once():
    with Store.create(":memory:", PLAN) as store:
        store.add(varied(0, 1.01))
        store.add(varied(1, 2.0, "violated"))
        store.add(varied(2, 1.5))
        assert [(check["id"], check["claim"]) for check in store.closest(5)] == [
            (1, "sharp/a-posteriori"),
            (0, "sharp/a-posteriori"),
            (2, "sharp/a-posteriori"),
        ]


def test_sessions_say_who_wrote_when(tmp_path):
    Store.start(tmp_path / "s", PLAN, resume=True).close()
    with Store.start(tmp_path / "s", PLAN, resume=True) as store:
        store.add(result(0))
    with Store.start(tmp_path / "s", PLAN, resume=True) as store:
        assert [session["done"] for session in store.sessions()] == [0, 0, 1]
        assert all("numpy" in session["versions"] for session in store.sessions())


WRITER = """
import sys
from verify.store import Store
plan = {"seed": 1, "families": ["quadratic"], "confidence": 0.99}
checks = [{"claim": f"claim {n}", "verdict": "held", "tightness": 1.5} for n in range(50)]
with Store.start(__import__("pathlib").Path(sys.argv[1]), plan, resume=True) as store:
    done = store.done()
    print("writing", flush=True)
    for identity in (n for n in range(100_000) if n not in done):
        store.add({"id": identity, "family": "quadratic", "verdict": "held", "seconds": 0.1, "checks": checks})
"""


def test_kill_9_at_any_moment_leaves_whole_settings_and_goes_on(tmp_path):
    """The writer is killed in the middle of its work, again and again; what is there is whole, each id once."""
    path, before = tmp_path / "s", 0
    for pause in (0.0, 0.013, 0.05, 0.11):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
        assert writer.stdout.readline() == "writing\n"
        time.sleep(pause)
        writer.kill()
        writer.communicate()
        with Store.open(path, PLAN) as store:
            done = store.done()
            assert done == set(range(len(done))) and len(done) >= before
            rows = dict(store._connection.execute("SELECT id, count(*) FROM verdicts GROUP BY id"))
            assert rows == dict.fromkeys(done, 50)
            assert [item["id"] for item in store.results()] == sorted(done)
            assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        before = len(done)
    assert before > 0
