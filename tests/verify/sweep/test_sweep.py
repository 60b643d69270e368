"""A sweep: the same results whatever the workers, nothing lost or double after a crash, exit codes, pages."""

import contextlib
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import NamedTuple

import pytest

from boundary import json_text, run_command
from verify.__main__ import app
from verify.sweep.store import Store

FAST = ["--family", "plus-minus", "--seed", "3"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "verify", *arguments]


class Done(NamedTuple):
    stdout: str
    stderr: str


def verify(*arguments: str, code: int = 0) -> Done:
    """Run the command in this process, as the command line would."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as left:
        run_command(app, "python -m verify", list(arguments))
    assert left.value.code == code, err.getvalue() + out.getvalue()
    return Done(out.getvalue(), err.getvalue())


def facts(path) -> list[dict]:
    with Store.open(path) as store:
        return [json.loads(json_text(replace(result, seconds=0.0).to_json())) for result in store.results()]


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep")
    store, summary = folder / "two.sqlite", folder / "summary.json"
    verify("run", "--settings", "6", *FAST, "--workers", "2", "--store", str(store), "--json", str(summary))
    return store, json.loads(summary.read_text())


@pytest.mark.slow
def test_results_do_not_depend_on_workers_or_on_a_kill(swept, tmp_path):
    path = tmp_path / "killed.sqlite"
    arguments = ["run", "--settings", "6", *FAST, "--workers", "1", "--store", str(path), "--resume"]
    for enough in (1, 3):  # killed early and, gone on with, once more
        process = subprocess.Popen(command(*arguments), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        _wait_for(path, enough)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert _count(path) >= enough
    verify(*arguments)
    assert facts(path) == facts(swept[0])


def _wait_for(path, settings: int) -> None:
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and _count(path) < settings:
        time.sleep(0.02)


def _count(path) -> int:
    try:
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM settings").fetchone()[0]
    except sqlite3.Error:
        return 0


@pytest.mark.slow
def test_ctrl_c_leaves_a_summary_and_a_store_that_resumes(swept, tmp_path):
    path, summary = tmp_path / "stopped.sqlite", tmp_path / "summary.json"
    keep = ["--workers", "1", "--store", str(path), "--json", str(summary)]
    process = subprocess.Popen(
        command("run", "--settings", "500", *FAST, *keep), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        # A shell that starts the tests in the background makes them, and what they start, deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    _wait_for(path, 1)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 130, errors
    assert "--resume" in errors and "Traceback" not in errors
    done = _count(path)
    stopped = json.loads(summary.read_text())
    assert stopped["settings"] == done >= 1 and stopped["complete"] is False
    assert f"{done} settings:" in output and "bound / observed by claim" in output
    verify("run", "--settings", "6", *FAST, *keep, "--resume")
    assert json.loads(summary.read_text())["complete"] is True
    assert facts(path)[:6] == facts(swept[0])


def test_the_summary_has_the_promised_keys(swept):
    summary = swept[1]
    assert summary["settings"] == 6
    assert summary["held"] + summary["violations"] + summary["inconclusive"] + summary["not_applied"] == 6
    assert summary["violations"] == 0
    assert summary["family_wise_confidence"] == 0.99
    assert set(summary["tightness"]) >= {"median", "p10", "p90", "min", "max"}
    assert set(summary["by_family"]) == {"plus-minus"}
    assert summary["worst"]["replay"].startswith("python -m verify replay")
    assert summary["by_claim"]["sharp/a-posteriori"]["tightness"]["min"] >= 1


def test_a_replay_is_the_stored_result_bit_for_bit(swept, tmp_path):
    out = tmp_path / "replay.json"
    verify("replay", "4", "--store", str(swept[0]), "--json", str(out))
    assert json.loads(out.read_text())["identical"] is True


def test_a_replay_of_a_tampered_store_says_so(swept, tmp_path):
    path = tmp_path / "tampered.sqlite"
    path.write_bytes(swept[0].read_bytes())
    with sqlite3.connect(path) as connection:
        text = connection.execute("SELECT result FROM settings WHERE id = 4").fetchone()[0]
        spoilt = re.sub(r'"mean":([0-9.e+-]+)', lambda m: f'"mean":{float(m[1]) * 1.001}', text, count=1)
        assert spoilt != text
        connection.execute("UPDATE settings SET result = ? WHERE id = 4", (spoilt,))
    done = verify("replay", "4", "--store", str(path), code=1)
    assert "DIFFERS" in done.stdout


def test_the_closest_settings_are_listed(swept, tmp_path):
    out = tmp_path / "list.json"
    done = verify("list", "--store", str(swept[0]), "--count", "3", "--json", str(out))
    found = json.loads(out.read_text())
    assert found["settings"] == {"plus-minus": 6} and len(found["closest"]) == 3
    assert found["closest"][0]["id"] == swept[1]["worst"]["id"] and "of 6 settings" in done.stdout
    assert "--family" in verify("list", "--store", str(swept[0]), "--family", "network", code=2).stderr


def test_long_runs_are_part_of_the_plan(swept, tmp_path):
    path = tmp_path / "long.sqlite"
    verify("run", "--settings", "1", *FAST, "--long", "--workers", "1", "--store", str(path))
    with Store.open(path) as store:
        assert store.plan.families == (*3 * ("plus-minus",), "network-long")
    assert facts(path) == facts(swept[0])[:1]
    refused = verify("run", "--settings", "1", *FAST, "--store", str(path), "--resume", code=2)
    assert "families" in refused.stderr and "network-long" in refused.stderr


class _Outside(HTMLParser):
    """Collects whatever a page would fetch."""

    def __init__(self):
        super().__init__()
        self.found, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.found += [value for name, value in attrs if name in ("src", "href")]


def test_the_page_is_whole_and_needs_nothing_else(swept, tmp_path):
    done = verify("report", "--store", str(swept[0]), "--out", str(tmp_path))
    page = (tmp_path / "verify.html").read_text()
    parser = _Outside()
    parser.feed(page)
    assert not parser.found and "script" not in parser.tags and "@import" not in page and "url(" not in page
    assert page.index("No bound was violated") < page.index("<table>")
    assert page.count("<tr") == page.count("</tr>") and page.count("<td") == page.count("</td>")
    for words in ("The smallest violation that would have been caught", "Written to from", "side by side", "replicas:"):
        assert words in page
    assert page.count("<circle") + page.count("<polygon") >= 6
    assert "verify.html" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "--settings", "0"], "--settings"),
        (["run", "--settings", "2.5"], "--settings"),
        (["run", "--seed", "-1"], "--seed"),
        (["run", "--family", "cubic"], "--family"),
        (["run", "--confidence", "1"], "--confidence"),
        (["run", "--confidence", "nan"], "--confidence"),
        (["run", "--workers", "0"], "--workers"),
        (["run", "--workers", "2", "--scheduler", "tcp://nowhere:1"], "--scheduler"),
        (["replay", "1", "--store", "no/such.sqlite"], "--store"),
        (["report", "--store", "no/such.sqlite"], "--store"),
        (["list", "--count", "0"], "--count"),
        (["frobnicate"], "frobnicate"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, words):
    done = verify(*arguments, code=2)
    assert done.stdout == "" and done.stderr.count("\n") == 1 and words in done.stderr


def test_a_store_of_another_version_or_plan_is_refused(swept, tmp_path):
    path = tmp_path / "old.sqlite"
    path.write_bytes(swept[0].read_bytes())
    done = verify("run", "--settings", "6", *FAST[:2], "--seed", "4", "--store", str(path), "--resume", code=2)
    assert "seed = 4" in done.stderr
    assert "--resume" in verify("run", "--settings", "6", *FAST, "--store", str(path), code=2).stderr
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE name = 'schema'")
    for arguments in (["run", "--settings", "6", *FAST, "--resume"], ["report"], ["replay", "1"]):
        assert "schema" in verify(*arguments, "--store", str(path), code=2).stderr
