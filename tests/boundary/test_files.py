"""What is written: whole or not at all, through what is no file, with the mode that is wanted."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import boundary
from boundary import BadInput, memory


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_mode_that_the_umask_leaves(umask, expected, tmp_path):
    before = os.umask(umask)
    try:
        boundary.write_atomically(tmp_path / "file", "new")
    finally:
        os.umask(before)
    assert mode(tmp_path / "file") == expected


@pytest.mark.parametrize("kept", [0o600, 0o640, 0o664, 0o755])
def test_an_existing_file_keeps_its_mode(kept, tmp_path):
    file = tmp_path / "file"
    file.write_text("old")
    file.chmod(kept)
    boundary.write_atomically(file, "new")
    assert (mode(file), file.read_text()) == (kept, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_symbolic_link_is_followed(tmp_path):
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link", tmp_path / "there" / "file"
    link.symlink_to(Path("there") / "file")
    for content in ("made", "changed"):
        boundary.check_writable(link)
        boundary.write_atomically(link, content)
        assert link.is_symlink() and not target.is_symlink() and target.read_text() == content
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    for refused in (boundary.check_writable, lambda path: boundary.write_atomically(path, "x")):
        with pytest.raises(BadInput, match="can be written"):
            refused(circle)


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path):
    pipe, found = tmp_path / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    boundary.check_writable(pipe)
    boundary.write_atomically(pipe, "x" * 200_000)
    reader.join()
    assert found == [b"x" * 200_000] and stat.S_ISFIFO(pipe.stat().st_mode)


def make_device(path: Path, minor: int) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, minor))
        path.write_bytes(b"")
    except OSError:
        pytest.skip("no devices can be made here")


def test_a_device_is_written_to_and_stays_a_device(tmp_path):
    null = tmp_path / "null"
    make_device(null, 3)
    boundary.write_json(str(null), {"a": 1})
    assert stat.S_ISCHR(null.stat().st_mode) and list(tmp_path.iterdir()) == [null]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_device_that_is_full_is_named_after_all_is_shown():
    shown = []
    with pytest.raises(BadInput, match=r"/dev/full.*No space left"):
        boundary.deliver("/dev/full", {"a": 1}, lambda: shown.append(True))
    assert shown == [True]
    assert stat.S_ISCHR(Path("/dev/full").stat().st_mode)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "OUT"])
def test_a_result_may_go_where_standard_output_goes(name, tmp_path):
    """The file that `>` opened is not replaced: what is printed after the result stands behind it."""
    out = tmp_path / "out"
    program = "import sys; import boundary as b; print('before'); "
    program += "b.write_json(sys.argv[1], {'a': 1}); print('after')"
    with out.open("wb") as file:
        words = [sys.executable, "-c", program, str(out) if name == "OUT" else name]
        subprocess.run(words, stdout=file, check=True, cwd=Path(__file__).parents[2])
    assert out.read_text() == 'before\n{\n  "a": 1\n}\nafter\n'


@pytest.mark.parametrize("length", [1, 200, 250, 255])
def test_every_name_that_the_file_system_takes_is_taken(length, tmp_path):
    file = tmp_path / ("n" * length)
    boundary.check_writable(file)
    boundary.write_atomically(file, "all of it")
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("name", ["n" * 256, "n" * 300, "wall/file", "folder"])
def test_places_that_cannot_be_written_are_refused_before_and_after(name, tmp_path):
    (tmp_path / "wall").write_text("a file")
    (tmp_path / "folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(BadInput, match="output = "):
        boundary.check_writable(tmp_path / name)
    with pytest.raises(BadInput, match="output = "):
        boundary.write_atomically(tmp_path / name, "nothing of it")
    assert sorted(tmp_path.rglob("*")) == before


def without_privileges(program: str, folder: Path) -> str:
    """Run Python where root, too, is bound by permissions; return what it prints."""
    words = [sys.executable, "-c", program, str(folder)]
    if os.geteuid() == 0:
        dropped = "-dac_override,-dac_read_search"
        words = ["setpriv", "--bounding-set", dropped, "--inh-caps", dropped, *words]
    try:
        done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)
    except FileNotFoundError:
        pytest.skip("root cannot give up its privileges here")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_protected_files_and_folders_are_refused(tmp_path):
    (tmp_path / "file").write_text("kept")
    (tmp_path / "file").chmod(0o444)
    for name, permissions in (("closed", 0o000), ("full", 0o555)):
        (tmp_path / name).mkdir(permissions)
    program = """
import sys, pathlib
import boundary
for name in ("file", "closed/file", "full/file", "full/below/file"):
    for way in (boundary.check_writable, lambda path: boundary.write_atomically(path, "x")):
        try:
            way(pathlib.Path(sys.argv[1]) / name)
            print("written", name)
        except boundary.BadInput:
            pass
"""
    assert without_privileges(program, tmp_path) == ""
    assert (tmp_path / "file").read_text() == "kept"


def test_a_disk_that_fills_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("old")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(BadInput, match="No space left"):
        boundary.write_atomically(file, "new")
    assert file.read_text() == "old" and [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_does_not_fit_into_memory_is_refused_with_both_numbers(monkeypatch):
    monkeypatch.setattr(memory, "free", lambda: 2 << 30)
    memory.require("size", 3, 1 << 30, "a matrix")
    with pytest.raises(BadInput, match=r"size = 3: .* a matrix would take 3 GiB, and 2 GiB is free"):
        memory.require("size", 3, 3 << 30, "a matrix")
    assert 0 < memory._of_machine() < 1 << 50
