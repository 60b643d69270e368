"""`--plugin FILE.py`: the user's file is executed once, said so, and named where it fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from boundary import BadInput
from simulate.commands import plugin

ROOT = Path(__file__).parents[2]
RUN = ("--algorithm", "analog-sgd-ap", "--stages", "2", "--alpha", "0.01", "--tau", "5", "--iterations", "200")


def _example(page: str, path: Path) -> Path:
    """Write the first example of a page of docs/add to a file."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "add" / page).read_text(encoding="utf-8"), re.DOTALL)
    path.write_text(blocks[0], encoding="utf-8")
    return path


def _command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, cwd=ROOT, check=False)


def test_a_problem_and_a_device_of_ones_own_are_run_judged_and_checked(tmp_path: Path) -> None:
    problem, device = _example("problem.md", tmp_path / "mine.py"), _example("device.md", tmp_path / "device.py")
    own = ("--plugin", str(problem), "--plugin", str(device))
    made = ("--problem", "cosines", "--set", "sigma=0.5", "--device", "cubic", "--seed", "1", "--replicas", "8")
    for command in (("simulate", "run"), ("verify", "check")):
        found = _command(*command, *own, *made, *RUN)
        assert found.returncode == 0, found.stderr
        assert f"executing the code of {problem}" in found.stderr
    assert "held" in found.stdout
    assert _command("simulate", "check", "--problem", "cosines", *own).returncode == 0
    refused = _command("simulate", "run", *made, *RUN)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os\nx = 1 / 0\n", "ZeroDivisionError: division by zero, line 2"),
        ("def f(:\n", "SyntaxError: invalid syntax, line 1"),
        ("raise SystemExit(0)\n", "SystemExit"),
        ("raise KeyError('two\\nlines')\n", "KeyError"),
        ("x = '\udcff'\n", "SyntaxError|UnicodeDecodeError"),
    ],
)
def test_what_fails_is_named_in_one_line(code: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_bytes(code.encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=words) as refused:
        plugin.load(path)
    assert "\n" not in str(refused.value)
    assert str(path) not in sys.modules


def test_a_file_is_executed_once(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("from pathlib import Path\nwith Path(__file__).with_suffix('.log').open('a') as f: f.write('x')\n")
    plugin.load(path)
    plugin.load(path)
    assert path.with_suffix(".log").read_text() == "x"


@pytest.mark.parametrize("path", ["/nonexistent.py", "/dev/zero", "/tmp"])
def test_what_is_no_file_is_refused(path: str) -> None:
    with pytest.raises(BadInput, match="--plugin"):
        plugin.load(Path(path))
