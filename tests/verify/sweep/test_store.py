"""The store: whole or nothing, one plan, one version."""

import json
import math
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from boundary import BadInput, json_text
from tests.verify.made import check, judged
from verify.judging.checks import Verdict
from verify.report import summary
from verify.sweep.connection import StoreFailed
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan
from verify.sweep.store import SCHEMA, Contradiction, Store

PLAN = SweepPlan(1, ("quadratic",), 0.99)


def test_what_was_written_is_read_after_reopening(tmp_path):
    path = tmp_path / "deep" / "store.sqlite"
    with Store.create(path, PLAN) as store:
        store.add(judged(3))
        store.add(judged(1))
    with Store.open(path, PLAN) as store:
        assert store.done() == {1, 3}
        assert [item.id for item in store.results()] == [1, 3]
        assert store.result(3).setting == judged(3).setting and store.result(3).setting.tau == math.inf
        assert json.loads(json_text(store.result(3).to_json())) == json.loads(json_text(judged(3).to_json()))
        assert store.plan == PLAN


def test_another_result_for_an_id_is_refused_whole(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as store:
        store.add(judged(1))
        with pytest.raises(Contradiction):
            store.add(judged(1, checks=()))
        assert len(list(store.results())) == 1


def test_the_same_result_may_come_from_two_processes(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as one, Store.start(tmp_path / "s", PLAN, resume=True) as other:
        one.add(judged(1))
        assert other.has(1) and not other.has(2)
        other.add(judged(1, seconds=7.0))
        other.add(judged(2))
        assert one.done() == {1, 2} and one.result(1).seconds == 0.1


def test_a_half_written_setting_leaves_nothing(tmp_path):
    broken = judged(2, checks=(check("a-priori", 1.5), check("a-priori", 1.6)))  # the claim comes twice
    with Store.create(tmp_path / "s", PLAN) as store:
        with pytest.raises(sqlite3.IntegrityError):
            store.add(broken)
        assert store.done() == set()
        store.add(judged(2))


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
        Store.open(tmp_path / "s", replace(PLAN, seed=2))


@pytest.mark.parametrize("value", ["3", "null", '""', "false"])
@pytest.mark.parametrize("name", ["length", "made_by"])
def test_a_plan_with_a_key_more_is_another_plan(name, value, tmp_path):
    """A store made with what this plan does not say is not gone on with, whether this version knows it or not."""
    path = tmp_path / "more"
    Store.create(path, PLAN).close()
    with sqlite3.connect(path) as connection:
        change = f"UPDATE meta SET value = json_set(value, '$.{name}', json('{value}')) WHERE name = 'plan'"
        connection.execute(change)
    connection.close()
    for way in (lambda: Store.open(path, PLAN), lambda: Store.start(path, PLAN, resume=True)):
        with pytest.raises(BadInput, match=f"{name} = not given"):
            way()


def test_a_plan_of_a_search_is_not_one_of_a_sweep(tmp_path):
    Store.create(tmp_path / "less", PLAN).close()
    with pytest.raises(BadInput, match=r"made_by = .*left out"):
        Store.open(tmp_path / "less", replace(PLAN, made_by="falsify"))


def test_an_unknown_id_is_named(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as store:
        for identity in (7, 2**63, -(2**63) - 1, 99999999999999999999):
            with pytest.raises(BadInput, match=f"ID = {identity}"):
                store.result(identity)


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


def varied(identity: int, tightness: float = 1.5, verdict: Verdict = "held", **changes) -> JudgedSetting:
    checks = (
        check("a-priori", math.nan),
        check("a-posteriori", tightness, verdict),
        check("a-posteriori", 1.1 * tightness, form="explicit"),
    )
    return judged(identity, checks, **changes)


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
    everything = [(check.tightness, item.id) for item in large.results() for check in item.checks[1:2]]
    assert [check.id for check in large.closest(25)] == [identity for _, identity in sorted(everything)[:25]]
    rare = [pair for pair in everything if pair[1] % 100 == 0]
    assert [check.id for check in large.closest(5, family="rare")] == [identity for _, identity in sorted(rare)[:5]]
    assert large.counts() == {"rare": 100, "usual": 9_900}
    assert [item.id for item in large.results(family="rare")] == list(range(0, 10_000, 100))
    assert len(list(large.results(below=10))) == 10 and large.result(5_000).id == 5_000


def test_violations_come_first_and_a_setting_comes_once():
    with Store.create(":memory:", PLAN) as store:
        store.add(varied(0, 1.01))
        store.add(varied(1, 2.0, "violated"))
        store.add(varied(2, 1.5))
        assert [(check.id, check.claim) for check in store.closest(5)] == [
            (1, "sharp/a-posteriori"),
            (0, "sharp/a-posteriori"),
            (2, "sharp/a-posteriori"),
        ]


def test_a_store_and_a_summary_rank_alike():
    """Violated first, what has no tightness (a broken certificate) after what has one, then by id."""
    broken = check("certificate", math.nan, "violated", form="rho")
    results = [
        varied(0, 1.5),
        varied(1, 1.01),
        judged(2, (check("a-posteriori", 0.9, "violated"), broken)),
        judged(3, (check("a-posteriori", 1.2), broken)),
        judged(4, (check("a-posteriori", 0.8, "violated"),)),
        judged(5, (check("a-priori", math.nan),)),
        varied(6, 1.01),
        varied(7, 0.9, "inconclusive"),
    ]
    with Store.create(":memory:", PLAN) as store:
        for one in results:
            store.add(one)
        stored = [(one.id, one.claim, one.verdict, one.tightness) for one in store.closest(10)]
    ranked = [case.check for case in summary.closest(results, 10, None)]
    ids = [case.result.id for case in summary.closest(results, 10, None)]
    assert ids == [4, 2, 3, 7, 1, 6, 0]
    assert stored == [
        (identity, one.claim, one.verdict, None if math.isnan(one.tightness) else one.tightness)
        for identity, one in zip(ids, ranked, strict=True)
    ]


def test_sessions_say_who_wrote_when(tmp_path):
    Store.start(tmp_path / "s", PLAN, resume=True).close()
    with Store.start(tmp_path / "s", PLAN, resume=True) as store:
        store.add(judged(0))
    with Store.start(tmp_path / "s", PLAN, resume=True) as store:
        assert [session.done for session in store.sessions()] == [0, 0, 1]
        assert all("numpy" in session.versions for session in store.sessions())


WRITER = """
import sys
from tests.verify.made import check, judged
from verify.sweep.plan import SweepPlan
from verify.sweep.store import Store
plan = SweepPlan(1, ("quadratic",), 0.99)
checks = tuple(check("a-posteriori", 1.5, form=f"form {n}") for n in range(50))
with Store.start(__import__("pathlib").Path(sys.argv[1]), plan, resume=True) as store:
    done = store.done()
    print("writing", flush=True)
    for identity in (n for n in range(100_000) if n not in done):
        store.add(judged(identity, checks))
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
            assert [item.id for item in store.results()] == sorted(done)
            assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        before = len(done)
    assert before > 0


def made_by_other_code(path, change) -> None:
    """A store of PLAN with two results that other code judged."""
    with Store.create(path, PLAN) as store:
        store.add(judged(0))
        store.add(judged(1))
    with sqlite3.connect(path) as connection:
        code = json.loads(connection.execute("SELECT value FROM meta WHERE name = 'code'").fetchone()[0])
        change(code)
        connection.execute("UPDATE meta SET value = ? WHERE name = 'code'", (json.dumps(code),))
    connection.close()


CHANGES = {
    "theory": lambda code: code.update(theory="0" * 64),
    "simulate": lambda code: code.update(simulate="0" * 64),
    "verify": lambda code: code.update(verify="0" * 64),
    "numpy": lambda code: code.update(numpy="0.1"),
    "python-flint": lambda code: code.pop("python-flint"),
    "colour": lambda code: code.update(colour="1.0"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_results_of_other_code_are_not_gone_on_with(name, tmp_path):
    path = tmp_path / "s"
    made_by_other_code(path, CHANGES[name])
    with pytest.raises(BadInput, match=f"these have changed since: {name}.*--fresh-if-changed"):
        Store.start(path, PLAN, resume=True)
    with Store.open(path) as store:  # to read, it is what it was
        assert store.done() == {0, 1} and store.outdated_by()[0].startswith(name)
    with Store.start(path, PLAN, resume=True, fresh=True) as store:
        assert store.done() == set() and store.outdated_by() == []
        store.add(judged(0))
    with Store.open(tmp_path / "s.old") as store:
        assert store.done() == {0, 1}
    with Store.start(path, PLAN, resume=True, fresh=True) as store:  # nothing has changed now: it goes on
        assert store.done() == {0} and len(store.sessions()) == 2


def test_a_store_of_an_older_schema_is_started_anew_if_asked(tmp_path):
    path = tmp_path / "s"
    made_by_other_code(path, CHANGES["theory"])
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '2' WHERE name = 'schema'")
        connection.execute("DELETE FROM meta WHERE name = 'code'")
    connection.close()
    with pytest.raises(BadInput, match=f"schema {SCHEMA}, found 2.*--fresh-if-changed"):
        Store.start(path, PLAN, resume=True)
    with Store.start(path, PLAN, resume=True, fresh=True) as store:
        assert store.done() == set()


def test_nothing_else_is_started_anew(tmp_path):
    made_by_other_code(tmp_path / "s", CHANGES["theory"])
    with pytest.raises(BadInput, match="seed = 2"):
        Store.start(tmp_path / "s", replace(PLAN, seed=2), resume=True, fresh=True)
    with sqlite3.connect(tmp_path / "theirs") as connection:
        connection.execute("CREATE TABLE bookmarks (name TEXT)")
    connection.close()
    with pytest.raises(BadInput, match="a store written by"):
        Store.start(tmp_path / "theirs", PLAN, resume=True, fresh=True)
    assert not list(tmp_path.glob("*.old"))
    with Store.open(tmp_path / "s") as store:
        assert store.done() == {0, 1}


def test_code_that_a_store_was_taken_from_writes_nothing_into_it(tmp_path):
    """A process of the old code is still at work when new code starts the store anew."""
    with Store.create(tmp_path / "s", PLAN) as old:
        old.add(judged(0))
        old._code = "{}"
        with pytest.raises(StoreFailed, match="started anew"):
            old.add(judged(1))
        assert old.done() == {0}


def test_the_digest_follows_every_file_that_judges():
    """No module that a judged setting loads is left out of the digest, but those that are known to show only."""
    from verify.sweep import store

    program = "import sys, theory, verify.sweep.assessing; theory.bound('sharp'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    ours = {name for name in loaded if name.partition(".")[0] in ("boundary", "theory", "simulate", "verify")}
    shown = {"boundary." + name for name in ("console", "digest", "entry", "files", "memory", "refusal")}
    shown |= {"simulate.checkpoint", "boundary.progress", "verify.sweep.connection"}
    assert "theory.bounds.function" in ours and "verify.judging.verdicts" in ours
    assert {name for name in ours if any(name == out or name.startswith(out + ".") for out in store._SHOWING)} <= shown


STARTER = """
import sys
from pathlib import Path
from tests.verify.made import check, judged
from verify.sweep.plan import SweepPlan
from verify.sweep.store import Store
plan = SweepPlan(1, ("quadratic",), 0.99)
checks = tuple(check("a-posteriori", 1.5, form=f"form {n}") for n in range(5))
print("ready", flush=True)
sys.stdin.readline()
with Store.start(Path(sys.argv[1]), plan, resume=True) as store:
    for n in range(40):
        store.add(judged(n, checks, seconds=float(sys.argv[2])))
"""


def test_processes_that_start_together_share_one_store(tmp_path):
    path = tmp_path / "s"
    words = [sys.executable, "-c", STARTER, str(path)]
    started = [
        subprocess.Popen([*words, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         text=True)
        for number in range(4)
    ]  # fmt: skip
    for process in started:
        assert process.stdout.readline() == "ready\n"
    for process in started:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=120)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], said
    with Store.open(path, PLAN) as store:
        assert store.done() == set(range(40)) and len(store.sessions()) == 4


def test_two_new_stores_at_one_place_are_not_both_made(tmp_path):
    Store.create(tmp_path / "s", PLAN).close()
    with pytest.raises(BadInput, match="a new file"):
        Store.create(tmp_path / "s", PLAN)
    (tmp_path / "torn").touch()  # what is left of a process killed between two system calls
    with Store.start(tmp_path / "torn", PLAN, resume=True) as store:
        assert store.done() == set()
