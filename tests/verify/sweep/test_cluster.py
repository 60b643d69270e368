"""The same sweep on a Dask cluster: a real scheduler, two worker processes, one of them killed on the way."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from boundary import BadInput, json_text
from verify.sweep import assessing, executors
from verify.sweep.plan import SweepPlan
from verify.sweep.store import Store

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

PLAN = SweepPlan(3, ("plus-minus",), 0.99)


def facts(store: Store) -> list[str]:
    return [json_text(replace(result, seconds=0.0).to_json()) for result in store.results()]


@pytest.mark.slow
def test_a_lost_worker_loses_nothing(tmp_path):
    with Store.create(tmp_path / "here.sqlite", PLAN) as here, executors.processes(1) as pool:
        assessing.run(here, 5, pool, 2)
        expected = facts(here)
    killed = []

    def kill_one(_):
        if not killed:
            victim = next(iter(cluster.workers.values()))
            os.kill(victim.pid, signal.SIGKILL)
            killed.append(victim.pid)

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Store.create(tmp_path / "there.sqlite", PLAN) as there,
        executors.opened(1, cluster.scheduler_address) as (pool, width),
    ):
        assert assessing.run(there, 5, pool, width, kill_one) == 5
        assert killed and facts(there) == expected


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(BadInput, match="--scheduler"), executors.cluster("tcp://127.0.0.1:9"):
        pass


CLUSTER = """
import distributed, time
if __name__ == "__main__":
    cluster = distributed.LocalCluster(n_workers=1, threads_per_worker=1, processes=True, dashboard_address=None)
    print(cluster.scheduler_address, flush=True)
    time.sleep(600)
"""


@pytest.mark.slow
def test_a_lost_scheduler_ends_in_one_line_and_keeps_what_is_done(tmp_path):
    (tmp_path / "cluster.py").write_text(CLUSTER)
    store, root = tmp_path / "s.sqlite", Path(__file__).parents[3]
    cluster = subprocess.Popen(
        [sys.executable, str(tmp_path / "cluster.py")], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    words = ["run", "--settings", "500", "--family", "plus-minus", "--seed", "3", "--store", str(store)]
    sweeping = subprocess.Popen(
        [sys.executable, "-m", "verify", *words, "--scheduler", cluster.stdout.readline().strip()], cwd=root,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 200
    while time.monotonic() < deadline and not _done(store):
        time.sleep(0.1)
    cluster.kill()
    cluster.communicate()
    output, errors = sweeping.communicate(timeout=200)
    assert sweeping.returncode == 2 and "Traceback" not in errors, errors
    assert "error: --scheduler" in errors and "of 500 settings are in" in errors
    assert f"{len(_done(store))} settings:" in output and _done(store)


def _done(path: Path) -> set[int]:
    try:
        with Store.open(path) as store:
            return store.done()
    except BadInput:  # not there yet
        return set()
