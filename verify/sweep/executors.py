"""Where settings are judged: processes on this machine, or the workers of a Dask cluster."""

import contextlib
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, ProcessPoolExecutor
from multiprocessing.connection import Connection

from boundary import BadInput, memory

_PROCESS = 150 << 20
"""Bytes that a worker process takes before it has anything to do."""


class WorkLost(BadInput):
    """What settings were judged with has ended from outside; what was finished before is kept."""


@contextlib.contextmanager
def processes(workers: int) -> Iterator[Executor]:
    """Return an executor of fresh processes, one compiled thread each, that end with their parent.

    Left by an exception, Ctrl-C for one, they leave at once, in the middle of a setting: a long one takes a minute.

    Raises:
        BadInput: so many processes do not fit into memory.
        WorkLost: one was killed.

    """
    check_workers(workers)
    context = multiprocessing.get_context("spawn")
    watched, held = context.Pipe(duplex=False)  # nothing is ever sent: its end is the sign to leave
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_enter, initargs=(watched,)) as executor:
        try:
            yield executor
        except BaseException as error:
            held.close()
            executor.shutdown(wait=False, cancel_futures=True)
            if isinstance(error, BrokenExecutor):
                words = "processes that live until they are done; one was killed, for want of memory perhaps"
                raise WorkLost("--workers", workers, words) from None
            raise


def check_workers(workers: int) -> None:
    """Refuse more processes than fit into memory."""
    memory.require("--workers", workers, workers * _PROCESS, f"{workers} processes")


def _enter(watched: Connection) -> None:
    """Prepare a worker: Ctrl-C is its parent's business; when the parent closes its end, or is killed, it leaves."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    import numba

    numba.set_num_threads(1)

    def watch() -> None:
        watched.poll(None)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def default_workers() -> int:
    """Return the cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _quiet() -> None:
    """Keep Dask from printing tracebacks of its own: what ends a sweep is said in one line."""
    for name in [*logging.root.manager.loggerDict, "distributed"]:
        if name.partition(".")[0] in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@contextlib.contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """Return the executor of a Dask cluster and how many jobs it takes at once; lost workers' jobs are given again."""
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise BadInput(
            "--scheduler", address, "used with the extra `cluster` installed (pip install distributed)"
        ) from None
    _quiet()
    try:
        client = Client(address, timeout="10s")
    except (OSError, ValueError, TimeoutError) as error:
        raise BadInput("--scheduler", address, f"the address of a Dask scheduler that answers ({error})") from None
    try:
        try:
            yield client.get_executor(), 4 * max(1, sum(client.nthreads().values()))
        except (CancelledError, OSError, TimeoutError, KilledWorker) as error:
            words = f"a Dask scheduler, and workers, that live until the work is done ({type(error).__name__})"
            raise WorkLost("--scheduler", address, words) from None
    finally:
        with contextlib.suppress(OSError, TimeoutError):
            client.close(timeout=2)


@contextlib.contextmanager
def opened(workers: int, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    """Return the executor asked for and how many jobs to keep submitted."""
    if scheduler is not None:
        with cluster(scheduler) as found:
            yield found
    else:
        with processes(workers) as pool:
            yield pool, 2 * workers
