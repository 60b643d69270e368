"""Sweeps that lose their workers, and stores whose code has changed: nothing is lost, nothing old taken for new."""

import contextlib
import io
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import NamedTuple

import pytest

from boundary import BadInput, run_command
from tests.verify.made import judged
from verify.__main__ import app
from verify.commands import console
from verify.report import page, tables
from verify.report.summary import summarise
from verify.sweep import assessing, executors
from verify.sweep.judged import JudgedSetting
from verify.sweep.plan import SweepPlan
from verify.sweep.store import Store

ROOT = Path(__file__).parents[3]
FAST = ["--family", "plus-minus", "--seed", "3"]
PLAN = SweepPlan(3, ("plus-minus",), 0.99)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "verify", *arguments]


class Done(NamedTuple):
    stdout: str
    stderr: str


def verify(*arguments: str, code: int = 0) -> Done:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", list(arguments))
    assert left.value.code == code, err.getvalue() + out.getvalue()
    return Done(out.getvalue(), err.getvalue())


def _count(path: Path) -> int:
    try:
        with Store.open(path) as store:
            return len(store.done())
    except BadInput:  # not there yet
        return 0


class Gone(Executor):
    """An executor whose first worker is killed."""

    def submit(self, *_: object, **__: object) -> Future:
        done: Future = Future()
        done.set_exception(BrokenProcessPool("terminated abruptly"))
        return done


def workers_of(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for the worker in /proc")
def test_a_killed_worker_costs_its_own_setting_only(tmp_path):
    path, summary = tmp_path / "killed [1].sqlite", tmp_path / "summary.json"
    arguments = ["run", "--settings", "500", *FAST, "--workers", "1", "--store", str(path), "--json", str(summary)]
    process = subprocess.Popen(command(*arguments), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and _count(path) < 1:
        time.sleep(0.05)
    (worker,) = workers_of(process.pid)
    os.kill(worker, signal.SIGKILL)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 2 and "Traceback" not in errors, errors
    said = next(line for line in errors.splitlines() if line.startswith("error:"))
    assert "--workers" in said and f"of 500 settings are in {shlex.quote(str(path))}; go on with --resume" in said
    stored = json.loads(summary.read_text())
    assert stored["complete"] is False and stored["settings"] == _count(path) >= 1
    assert f"{stored['settings']} settings:" in output
    with Store.start(path, PLAN, resume=True) as store:
        assert store.done() == set(range(stored["settings"]))


def test_a_lost_pool_is_named_by_whoever_asked_for_it(monkeypatch):
    monkeypatch.setattr(executors, "ProcessPoolExecutor", lambda *_, **__: _Pool())
    with (
        Store.create(":memory:", PLAN) as store,
        pytest.raises(executors.WorkLost, match=r"--workers = 1: .*killed.*; 0 of 5 settings are done"),
    ):
        console.watch(store, 5, executors.opened(1, None))


class _Pool(Gone):
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pass


def test_workers_of_other_code_are_refused():
    code = tuple({**dict(assessing.judged_by()), "numpy": "0.1"}.items())
    with pytest.raises(BadInput, match=r"numpy \(0.1, now .*the same for this command and for every worker"):
        assessing._sampled(assessing.Job(PLAN, code, ()), 0)


@pytest.mark.parametrize("arguments", [["run", "--settings", "1"], ["list"], ["replay", "0"], ["rates", "--quick"]])
def test_a_result_that_has_no_place_is_refused_before_the_work(arguments, monkeypatch):
    monkeypatch.setattr(Store, "start", lambda *_, **__: pytest.fail("the work has begun"))
    done = verify(*arguments, "--json", "/proc/nowhere/a.json", code=2)
    assert done.stdout == "" and "--json" in done.stderr and done.stderr.count("\n") == 1


def test_a_search_whose_store_exists_or_has_no_place_is_refused_before_it(tmp_path, monkeypatch):
    monkeypatch.setattr("verify.sweep.falsify.falsify", lambda *_, **__: pytest.fail("the search has begun"))
    (tmp_path / "there").write_text("kept")
    for path in (tmp_path / "there", tmp_path, tmp_path / "there" / "below", Path("/proc/nowhere/s.sqlite")):
        done = verify("falsify", "--budget", "3", "--store", str(path), code=2)
        assert "--store" in done.stderr and done.stderr.count("\n") == 1
    assert (tmp_path / "there").read_text() == "kept"


def test_more_workers_than_memory_are_refused_before_the_store_is_made(tmp_path):
    path = tmp_path / "s.sqlite"
    done = verify("run", "--settings", "1e6", "--workers", "1e6", "--store", str(path), code=2)
    assert "--workers" in done.stderr and "would take" in done.stderr and not path.exists()


def result(identity: int) -> JudgedSetting:
    return judged(identity, family="plus-minus", problem="plus-minus")


def test_commands_that_are_printed_can_be_typed(tmp_path):
    path = "a folder/it's [bold]s.sqlite"
    replay = summarise([result(4)], PLAN, 1.0, path).closest[0].replay
    assert shlex.split(replay) == ["python", "-m", "verify", "replay", "4", "--store", path]
    assert shlex.split(tables.replayed_by(Path(path)))[-1] == path


def test_a_path_with_signs_of_markup_is_shown_as_it_is(tmp_path):
    path = tmp_path / "[red]s.sqlite"
    with Store.create(path, PLAN) as store:
        store.add(result(0))
    assert "plus-minus" in verify("list", "--store", str(path)).stdout
    assert str(path) in verify("replay", "7", "--store", str(path), code=2).stderr


def test_a_table_shows_brackets(capsys):
    from boundary import show

    show(tables.table("of [a]", ("column [b]",), [("cell [/c] [0.1, 0.2]",)]))
    out = capsys.readouterr().out
    assert "of [a]" in out and "column [b]" in out and "cell [/c] [0.1, 0.2]" in out


FIFTIETH = """

_evaluate = Bound.__call__
Bound.__call__ = lambda self, **given: _evaluate(self, **given) / 50  # type: ignore[method-assign]
"""


@pytest.mark.slow
def test_old_verdicts_do_not_survive_the_code_that_gave_them(tmp_path):
    """All bounds divided by 50 in a copy of the project: its store is refused, then judged anew and violated."""
    for package in ("boundary", "theory", "simulate", "verify"):
        shutil.copytree(ROOT / package, tmp_path / package)
    run = ["run", "--settings", "2", *FAST, "--workers", "1", "--store", "s.sqlite", "--json", "s.json", "--resume"]

    def judged(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*run, *more), cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )  # fmt: skip

    assert judged().returncode == 0
    held = json.loads((tmp_path / "s.json").read_text())
    with (tmp_path / "theory" / "bounds" / "function.py").open("a") as file:
        file.write(FIFTIETH)
    refused = judged()
    assert refused.returncode == 2 and "theory" in refused.stderr and "--fresh-if-changed" in refused.stderr
    assert json.loads((tmp_path / "s.json").read_text()) == held
    anew = judged("--fresh-if-changed")
    found = json.loads((tmp_path / "s.json").read_text())
    assert (anew.returncode, found["violations"]) == (1, 2), anew.stderr
    assert (tmp_path / "s.sqlite.old").exists()
    again = judged("--fresh-if-changed")  # nothing has changed since: nothing is judged again
    assert again.returncode == 1 and json.loads((tmp_path / "s.json").read_text())["violations"] == 2


def test_what_is_shown_of_a_stale_store_says_that_it_is(tmp_path):
    path = tmp_path / "s.sqlite"
    with Store.create(path, PLAN) as store:
        store.add(result(0))
        store._connection.execute("UPDATE meta SET value = json_set(value, '$.numpy', '0.1') WHERE name = 'code'")
    done = verify("list", "--store", str(path))
    assert "judged by other code" in done.stderr and "numpy (0.1, now" in done.stderr
    with Store.open(path) as store:
        text = page.render([], PLAN, "s", outdated_by=store.outdated_by())
    assert "Judged by other code: changed since are numpy (0.1, now" in text


def test_make_starts_a_store_of_other_code_anew():
    rule = next(line for line in (ROOT / "Makefile").read_text().splitlines() if "verify run" in line)
    assert "--resume --fresh-if-changed" in rule
