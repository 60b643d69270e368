"""Machine code on disk: damaged, it is compiled again; where nothing can be kept, it is compiled every time."""

import numpy as np
import pytest

from simulate.kernels.jit import compiled
from simulate.kernels.kept import CheckedFile, Damaged


def double(x):
    return 2 * x


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path))
    return tmp_path


def files(folder, kind):
    return sorted(folder.rglob(f"*.{kind}"))


def hits(function):
    return sum(function.stats.cache_hits.values())


@pytest.mark.parametrize("kind", ["nbi", "nbc"])
@pytest.mark.parametrize(
    "spoil",
    [lambda _: b"", lambda data: data[:40], lambda data: data[:-9], lambda data: b"?" * len(data),
     lambda data: data[:60] + bytes([data[60] ^ 1]) + data[61:]],
    ids=["empty", "torn", "torn at the end", "other", "one bit"],
)  # fmt: skip
def test_a_damaged_file_is_made_again(folder, kind, spoil):
    assert compiled(double)(np.float64(2)) == 4
    again = compiled(double)
    assert again(np.float64(2)) == 4 and hits(again) == 1
    (file,) = files(folder, kind)
    file.write_bytes(spoil(file.read_bytes()))
    mended = compiled(double)
    assert mended(np.float64(3)) == 6
    after = compiled(double)
    assert after(np.float64(2)) == 4 and hits(after) == 1


def test_what_was_damaged_is_not_run(folder):
    function = compiled(double)
    function(np.float64(2))
    (file,) = files(folder, "nbc")
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    kept = function._cache._cache_file
    assert isinstance(kept, CheckedFile)
    with pytest.raises(Damaged):
        kept._load_data(file.name)


def test_a_disk_without_room_costs_time_only(folder, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(CheckedFile, "_save_data", full)
    assert compiled(double)(np.float64(2)) == 4
    assert not files(folder, "nbc")
