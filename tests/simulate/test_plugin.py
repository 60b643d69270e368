"""`--plugin FILE.py`: the user's file is executed once, said so, and named where it fails."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import simulate
from boundary import BadInput, digest
from simulate import plugins as plugin
from simulate import problems

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
        (
            "from simulate import problems\nproblems.REGISTRY['quadratic'] = int\n",
            "TypeError: the problem 'quadratic' is no class derived from Problem",
        ),
        ("x = '\udcff'\n", "SyntaxError|UnicodeDecodeError"),
    ],
)
def test_what_fails_is_named_in_one_line(code: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_bytes(code.encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=words) as refused:
        plugin.load(path)
    assert "\n" not in str(refused.value)
    assert str(path) not in sys.modules and problems.REGISTRY["quadratic"] is not int


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("return message, np.sin(weights)", "return message", "TypeError: cannot unpack"),
        ("return message, np.sin(weights)", "raise OSError('two\\nlines')", "OSError: two lines, line 3"),
        ("(steps, batch, self.stages)", "(steps, batch)", "IndexError: too many indices"),
        ("return self.stages\n", "return 'two'\n", "TypeError: unsupported operand"),
        ("return Facts(values, dict.fromkeys(values, True))", "return None", "AttributeError: 'NoneType'"),
        ('"L": 1.0', '"L": "one"', "L of the problem cosines = one: must satisfy a number, or None"),
        ('"L": 1.0', '"L": np.nan', "L of the problem cosines = nan: must satisfy a number, or None"),
        ("return 0.0\n", "return 'low'\n", "ValueError: could not convert"),
        ("REGISTRY[Cosines.name]", "REGISTRY[5]", "TypeError: the name of a problem is text, not 5"),
        ("problems.REGISTRY", "Cosines.laws = 7\nproblems.REGISTRY", "AttributeError: 'int' object has no"),
    ],
)
def test_a_problem_whose_code_cannot_be_run_is_refused(
    right: str, wrong: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _example("problem.md", tmp_path / "mine.py")
    code = path.read_text(encoding="utf-8")
    assert right in code
    path.write_text(code.replace(right, wrong), encoding="utf-8")
    before = dict(problems.REGISTRY)
    monkeypatch.setattr(plugin, "_LOADED", {})
    monkeypatch.setattr(digest, "_EXECUTED", {})
    try:
        with pytest.raises(BadInput, match=re.escape(words)) as refused:
            plugin.load(path)
            simulate.run(problems.make("cosines", stages=2), "analog-sgd-ap", alpha=0.01, tau=5, iterations=20)
        assert len(str(refused.value).splitlines()) == 1
    finally:
        problems.REGISTRY.clear()
        problems.REGISTRY.update(before)


def test_an_error_in_a_built_in_problem_stays_an_internal_one() -> None:
    with pytest.raises(ZeroDivisionError), plugin.calling(problems.make("cosine", stages=2)):
        raise ZeroDivisionError


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


def test_a_run_is_replayed_only_with_the_plugin_it_was_made_with(tmp_path: Path) -> None:
    problem, result = _example("problem.md", tmp_path / "mine.py"), tmp_path / "run.json"
    own = ("--plugin", str(problem))
    made = _command("simulate", "run", *own, "--problem", "cosines", "--seed", "1", *RUN, "--json", str(result))
    assert made.returncode == 0, made.stderr
    steps = ("simulate", "replay", str(result), "--from", "3", "--steps", "2")
    assert _command(*steps, *own).returncode == 0
    without = _command(*steps)
    assert (without.returncode, "--plugin = none" in without.stderr) == (2, True)
    problem.write_text(problem.read_text(encoding="utf-8").replace("np.sin", "2 * np.sin"), encoding="utf-8")
    other = _command(*steps, *own)
    assert (other.returncode, "as they were in the run" in other.stderr) == (2, True), other.stderr


def test_a_checkpoint_is_resumed_only_with_the_plugin_it_was_made_with(tmp_path: Path) -> None:
    problem, kept = _example("problem.md", tmp_path / "mine.py"), str(tmp_path / "kept.npz")
    run = (
        "simulate",
        "run",
        "--plugin",
        str(problem),
        "--problem",
        "cosines",
        "--seed",
        "1",
        *RUN,
        "--checkpoint",
        kept,
    )
    assert _command(*run).returncode == 0
    problem.write_text(problem.read_text(encoding="utf-8") + "\n# other code\n", encoding="utf-8")
    again = _command(*run)
    assert again.returncode == 2 and "plugin mine.py" in again.stderr, again.stderr


def test_no_file_but_the_one_named_on_the_command_line_is_executed(tmp_path: Path) -> None:
    path, marker = tmp_path / "config.toml", tmp_path / "ran"
    code = tmp_path / "code.py"
    code.write_text(f"open({str(marker)!r}, 'w')\n", encoding="utf-8")
    for line in (f"plugin = {str(code)!r}", f"problem = {str(code)!r}", f"device = {str(code)!r}"):
        path.write_text(line + "\n", encoding="utf-8")
        assert _command("simulate", "run", str(path), "--problem", "quadratic", "--seed", "1", *RUN).returncode in (
            0,
            2,
        )
        assert not marker.exists()
