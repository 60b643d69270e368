"""A store that is damaged, on a disk that is full, or where nothing can be written."""

import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from boundary import BadInput
from tests.verify.made import judged
from tests.verify.sweep.test_store import PLAN, QUESTIONS, varied
from verify.sweep.store import Store


@pytest.mark.parametrize("page", range(1, 8))
def test_a_damaged_page_is_named_before_and_while_it_is_read(page, tmp_path):
    path = tmp_path / "s"
    with Store.create(path, PLAN) as store:
        for identity in range(60):
            store.add(varied(identity))
    content = bytearray(path.read_bytes())
    assert len(content) > 8 * 4096
    content[4096 * page : 4096 * page + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(BadInput, match="--store"):
        Store.start(path, PLAN, resume=True)
    with pytest.raises(BadInput, match="--store"), Store.open(path) as store:
        for question in QUESTIONS.values():
            if question is not QUESTIONS["one id"]:
                question(store)
        for identity in range(60):
            store.result(identity)
        assert list(store.results()) and store.sessions() and store.plan == {}


def test_a_damaged_result_is_named(tmp_path):
    with Store.create(tmp_path / "s", PLAN) as store:
        store.add(judged(0))
        store._connection.execute("UPDATE settings SET result = '{\"id\": 0'")
        with pytest.raises(BadInput, match="damaged"):
            list(store.results())


def test_a_disk_that_fills_keeps_what_is_stored(tmp_path):
    """The largest size a file may have stands for the disk: in a process of its own, that cannot raise it again."""
    path = tmp_path / "s"
    program = """
import resource, sys
from pathlib import Path
from tests.verify.made import judged
from verify.sweep.plan import SweepPlan
from verify.sweep.connection import StoreFailed
from verify.sweep.store import Store
with Store.create(Path(sys.argv[1]), SweepPlan(1, ("quadratic",), 0.99)) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    try:
        for identity in range(1_000):
            store.add(judged(identity))
    except StoreFailed as error:
        print(error)
    print(len(store.done()))
"""
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False, cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said, count = done.stdout.splitlines()
    assert "--store" in said and 0 < int(count) < 1_000
    with Store.start(path, PLAN, resume=True) as store:
        assert store.done() == set(range(int(count)))
        store.add(judged(int(count)))
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 200_000


READER = """
import sys
from verify.sweep.store import Store
with Store.open(sys.argv[1]) as store:
    print(sorted(store.done()))
"""


@pytest.mark.parametrize("killed", [False, True], ids=["closed", "with results beside it"])
def test_a_store_is_read_where_nothing_can_be_written(killed, tmp_path):
    folder = tmp_path / "mount [1]"
    folder.mkdir()
    store = Store.create(tmp_path / "s", PLAN)
    store.add(judged(0))
    if killed:
        store.add(judged(1))
        for name in ("s", "s-wal"):
            shutil.copy(tmp_path / name, folder / name)
    store.close()
    if not killed:
        shutil.copy(tmp_path / "s", folder / "s")
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    words = [sys.executable, "-c", READER, str(folder / "s")]
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root cannot give up its privileges here")
        dropped = "-dac_override,-dac_read_search"
        words = ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped, *words]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    folder.chmod(0o755)
    assert done.stdout == ("[0, 1]\n" if killed else "[0]\n"), done.stderr
    assert len(list(folder.iterdir())) == (2 if killed else 1)
