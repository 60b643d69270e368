"""The same sweep on a Dask cluster: a real scheduler, two worker processes, one of them killed on the way."""

import os
import signal

import pytest

from theory.setting.boundary import BadInput
from verify import executors, sweep
from verify.store import Store

distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

PLAN = {"seed": 3, "families": ["plus-minus"], "confidence": 0.99}


def facts(store: Store) -> list[dict]:
    return [{name: value for name, value in result.items() if name != "seconds"} for result in store.results()]


@pytest.mark.slow
def test_a_lost_worker_loses_nothing(tmp_path):
    with Store.create(tmp_path / "here.sqlite", PLAN) as here, executors.processes(1) as pool:
        sweep.run(here, 5, pool, 2)
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
        assert sweep.run(there, 5, pool, width, kill_one) == 5
        assert killed and facts(there) == expected


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(BadInput, match="--scheduler"), executors.cluster("tcp://127.0.0.1:9"):
        pass
