"""Faults are planted in a copy, seen by a fresh import, and gone afterwards; the project itself is never touched."""

import os
import subprocess
import sys

import pytest

pytest.importorskip("cosmic_ray", reason="the extra dev is not installed")

from mutants import workshop
from mutants.trusted import ROOT

MODULE = "theory/setting/algorithms/base.py"
TESTS = ["tests/theory/setting/test_algorithms.py"]


@pytest.fixture(scope="module")
def bench():
    with workshop.bench() as one:
        yield one


def test_the_tests_pass_on_the_copy_as_it_is(bench):
    assert bench.run(TESTS, keep=True).outcome == "passed"


@pytest.mark.parametrize(
    ("old", "new", "outcome"),
    [
        ("return batch if self.batched else 1", "return 1 if self.batched else batch", "failed"),
        ("from dataclasses import dataclass", "raise RuntimeError('planted')", "import"),
        ("    @property\n    def vanishing", "    @property\n    def vanishing_", "failed"),
        ("As in print.", "As in Print.", "passed"),  # a comment, of which no test says anything
    ],
)
def test_what_is_planted_is_what_the_tests_see(bench, old, new, outcome):
    sound = (ROOT / MODULE).read_text()
    assert sound.count(old) == 1
    with bench.planted(MODULE, sound.replace(old, new)):
        assert (ROOT / MODULE).read_text() == sound
        assert bench.run(TESTS).outcome == outcome
    assert (bench.tree / MODULE).read_text() == sound


def test_faults_in_quick_succession_are_all_seen(bench):
    """Of the same length and within the same second, so that no time stamp tells them apart."""
    sound = (ROOT / MODULE).read_text()
    for _ in range(3):
        with bench.planted(MODULE, sound.replace("tile[WEIGHTS], -alpha", "tile[WEIGHTS], +alpha")):
            assert bench.run(TESTS).outcome == "failed"
        assert bench.run(TESTS).outcome == "passed"


def test_a_fault_that_never_ends_is_ended(bench):
    sound = (ROOT / MODULE).read_text()
    with bench.planted(MODULE, sound + "\nwhile True:\n    pass\n"):
        answer = bench.run(TESTS, budget=1.0)
    assert answer.outcome == "timeout" and answer.processor < 10


def test_a_fault_that_takes_the_process_down_is_a_failure(bench):
    sound = (ROOT / MODULE).read_text()
    with bench.planted(MODULE, sound + "\nimport os\nos.abort()\n"):
        assert bench.run(TESTS).outcome == "failed"
    assert bench.run(TESTS).outcome == "passed"


def test_tests_that_are_not_there_give_no_answer(bench):
    assert bench.run(["tests/no_such_test.py"]).outcome == "error"


def test_the_copy_is_gone_afterwards():
    with workshop.bench() as one:
        tree = one.tree
        assert (tree / MODULE).exists()
    assert not tree.exists()


@pytest.mark.slow
def test_the_command_scores_a_module(tmp_path):
    """One small module, two mutants; a score of all killed is exit 0, and what was run is not run again."""
    command = [sys.executable, "-m", "mutants", "--only", MODULE, "--sample", "2", "--workers", "1"]
    environment = {**os.environ, "COLUMNS": "120"}
    for _ in range(2):
        done = subprocess.run(
            [*command, "--out", str(tmp_path)], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert f"| {MODULE} |" in done.stdout and "100.0 %" in done.stdout
    assert {path.name for path in tmp_path.iterdir()} == {"scores.json", "scores.md", "survivors.md", "sessions"}
    for more in (["--only", "nothing"], ["--named"]):
        bad = subprocess.run([*command, *more], cwd=ROOT, capture_output=True, text=True, check=False)
        assert bad.returncode == 2 and bad.stderr.count("\n") == 1


@pytest.mark.slow
def test_the_command_runs_those_that_are_named_equivalent(tmp_path):
    command = [sys.executable, "-m", "mutants", "--only", "schedules", "--named", "--workers", "1"]
    done = subprocess.run([*command, "--out", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "| theory/setting/schedules.py | " in done.stdout and "| 2 | 0 | 0 | 0 | 2 | 0 | |" in " ".join(
        done.stdout.split()
    )
