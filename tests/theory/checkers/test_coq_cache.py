"""What Coq said before is believed only where nobody else can have written it."""

import json
import os
import stat
from pathlib import Path

import pytest

from theory.checkers import coq, coq_cache


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for caches of the test's own."""
    cache = tmp_path / "cache"
    cache.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return cache


def test_a_cache_that_others_can_write_is_neither_read_nor_written(home: Path, tmp_path: Path) -> None:
    coq_cache.save("x", {"a": 1})
    assert coq_cache.load("x") == {"a": 1}
    home.chmod(0o777)
    assert coq_cache.load("x") is None
    home.chmod(0o700)
    (home / "analog-sgd").rename(tmp_path / "elsewhere")
    (home / "analog-sgd").symlink_to(tmp_path / "elsewhere")
    assert coq_cache.load("x") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_cache_of_somebody_else_is_not_believed(home: Path) -> None:
    coq_cache.save("x", {"a": 1})
    (kept,) = home.rglob("*.json")
    os.chown(kept, 65534, 65534)
    assert coq_cache.load("x") is None
    os.chown(kept, 0, 0)
    assert coq_cache.load("x") == {"a": 1}
    os.chown(kept.parent, 65534, 65534)
    assert coq_cache.load("x") is None


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\udcff", "7"])
def test_a_damaged_file_is_as_good_as_none(text: str, home: Path) -> None:
    coq_cache.save("x", {"a": 1})
    (kept,) = home.rglob("*.json")
    kept.write_bytes(text.encode(errors="surrogateescape"))
    assert coq._read_back(coq_cache.load("x"), "x") is None


def test_a_home_that_cannot_be_written_costs_only_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("/proc/nowhere", "relative/path"):
        monkeypatch.setenv("XDG_CACHE_HOME", place)
        monkeypatch.setenv("HOME", "/proc/nowhere")
        coq_cache.save("x", json.loads("{}"))
        assert coq_cache.load("x") is None


def handles() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_is_kept_is_the_users_alone_and_replaced_as_a_whole(home: Path) -> None:
    before = handles()
    coq_cache.save("x", {"a": 1})
    coq_cache.save("x", {"a": 2})
    coq_cache.save("y", [])
    folder = home / "analog-sgd" / "coq"
    assert {path.name for path in folder.iterdir()} == {"x.json", "y.json"}
    assert [oct(path.stat().st_mode)[-3:] for path in (folder, folder.parent, folder / "x.json")] == [
        "700",
        "700",
        "600",
    ]
    assert coq_cache.load("x") == {"a": 2} and coq_cache.load("y") == [] and coq_cache.load("z") is None
    assert handles() == before


def test_a_folder_for_caches_that_is_not_there_is_made_for_the_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "new" / "cache"))
    coq_cache.save("x", 1)
    assert coq_cache.load("x") == 1 and oct((tmp_path / "new" / "cache").stat().st_mode)[-3:] == "700"


def test_what_cannot_be_written_leaves_nothing_behind(home: Path) -> None:
    coq_cache.save("x", 1)
    with pytest.raises(TypeError):
        coq_cache.save("x", object())
    assert [path.name for path in (home / "analog-sgd" / "coq").iterdir()] == ["x.json"] and coq_cache.load("x") == 1


def test_a_name_that_is_taken_by_a_folder_costs_only_time(home: Path) -> None:
    coq_cache.save("y", 1)
    (home / "analog-sgd" / "coq" / "x.json").mkdir()
    coq_cache.save("x", 1)
    assert coq_cache.load("x") is None
    assert {path.name for path in (home / "analog-sgd" / "coq").iterdir()} == {"x.json", "y.json"}


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601, 0o644])
def test_a_file_that_others_may_touch_is_not_believed(mode: int, home: Path) -> None:
    coq_cache.save("x", 1)
    (kept,) = home.rglob("*.json")
    kept.chmod(mode)
    assert coq_cache.load("x") is None


def test_what_is_no_plain_file_is_not_read(home: Path) -> None:
    coq_cache.save("x", 1)
    (kept,) = home.rglob("*.json")
    kept.rename(kept.with_name("y.json"))
    kept.symlink_to("y.json")
    assert coq_cache.load("x") is None and coq_cache.load("y") == 1
    kept.unlink()
    os.mkfifo(kept, 0o600)
    assert coq_cache.load("x") is None  # and does not wait for somebody to write


@pytest.mark.parametrize("place", ["analog-sgd", "analog-sgd/coq"])
def test_a_folder_that_others_may_read_is_neither_read_nor_written(place: str, home: Path) -> None:
    coq_cache.save("x", 1)
    before = handles()
    (home / place).chmod(0o750)
    assert coq_cache.load("x") is None
    coq_cache.save("z", 1)
    assert [path.name for path in (home / "analog-sgd" / "coq").iterdir()] == ["x.json"] and handles() == before
    (home / place).chmod(0o700)
    assert coq_cache.load("x") == 1


@pytest.mark.parametrize(
    ("mode", "believed"), [(0o777, False), (0o770, False), (0o707, False), (0o755, True), (0o1777, True)]
)
def test_folders_above_are_the_users_or_closed_to_others(mode: int, believed: bool, home: Path, tmp_path: Path) -> None:
    coq_cache.save("x", 1)
    tmp_path.chmod(mode)
    try:
        assert coq_cache.load("x") == (1 if believed else None)
    finally:
        tmp_path.chmod(0o700)


def status(mode: int, user: int) -> os.stat_result:
    return os.stat_result((mode, 0, 0, 1, user, 0, 0, 0, 0, 0))


def test_only_the_user_and_root_may_own_a_folder_above(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    folder = stat.S_IFDIR | 0o700
    assert [coq_cache._others_can_change(status(folder, user)) for user in (0, 1000, 1, 1001)] == [
        False,
        False,
        True,
        True,
    ]
    assert coq_cache._private(status(folder, 1000), stat.S_IFDIR)
    assert not coq_cache._private(status(folder, 0), stat.S_IFDIR)
    assert not coq_cache._private(status(folder, 1000), stat.S_IFREG)
    for bit in (0o40, 0o20, 0o10, 4, 2, 1):
        assert not coq_cache._private(status(folder | bit, 1000), stat.S_IFDIR)


def test_the_folder_is_where_the_standard_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert coq_cache._base() == tmp_path / "cache"
    for ignored in ("", "relative/path"):
        monkeypatch.setenv("XDG_CACHE_HOME", ignored)
        assert coq_cache._base() == tmp_path / "me" / ".cache"
    monkeypatch.delenv("XDG_CACHE_HOME")
    coq_cache.save("x", 1)
    assert (tmp_path / "me" / ".cache" / "analog-sgd" / "coq" / "x.json").is_file() and coq_cache.load("x") == 1

    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.setattr(Path, "home", nowhere)
    assert coq_cache._base() is None
    coq_cache.save("x", 2)
    assert coq_cache.load("x") is None
