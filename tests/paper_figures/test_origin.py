"""A figure names the commit of this project or none: not that of a repository in the environment or around it."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from paper_figures import origin

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = '[project]\nname = "analog-sgd-workbench"\nversion = "7.8.9"\n'
pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(folder, *arguments):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    who = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *who, "-C", str(folder), *arguments], env=clean, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def project(folder, name="analog-sgd-workbench"):
    """A folder that holds a package of a project, and the module asked about."""
    (folder / "paper_figures").mkdir(parents=True)
    (folder / "pyproject.toml").write_text(PYPROJECT.replace("analog-sgd-workbench", name))
    file = folder / "paper_figures" / "origin.py"
    file.write_text("")
    return file.resolve()


def committed(folder, *paths):
    git(folder, "init", "-q")
    (folder / "own.txt").write_text("1")
    git(folder, "add", "own.txt", *paths)
    git(folder, "commit", "-q", "-m", "first")
    return git(folder, "rev-parse", "HEAD")


def test_a_checkout_names_its_own_commit_and_its_changes(tmp_path):
    file = project(tmp_path)
    head = committed(tmp_path, "paper_figures", "pyproject.toml")
    assert origin.commit(file) == head
    assert origin.version(file) == "7.8.9"
    file.write_text("changed = True")
    assert origin.commit(file) == head + "+changes"


@pytest.mark.parametrize(
    "variables", [("GIT_DIR",), ("GIT_DIR", "GIT_WORK_TREE"), ("GIT_WORK_TREE",), ("GIT_INDEX_FILE",)]
)
def test_what_the_environment_says_of_git_is_not_heard(tmp_path, monkeypatch, variables):
    other, mine = tmp_path / "other", tmp_path / "mine"
    other.mkdir()
    committed(other)
    file = project(mine)
    head = committed(mine, "paper_figures", "pyproject.toml")
    values = {"GIT_DIR": other / ".git", "GIT_WORK_TREE": other, "GIT_INDEX_FILE": other / ".git" / "index"}
    for name in variables:
        monkeypatch.setenv(name, str(values[name]))
    assert origin.commit(file) == head


def test_a_wheel_inside_another_repository_names_no_commit(tmp_path):
    """As in a virtual environment that lies in somebody's repository, ignored there or even tracked."""
    packages = tmp_path / "venv" / "lib" / "site-packages"
    file = project(packages)
    (packages / "pyproject.toml").unlink()
    committed(tmp_path, "venv")
    assert origin.commit(file) is None
    assert origin.version(file) is None


def test_a_copy_below_the_top_of_another_repository_names_no_commit(tmp_path):
    file = project(tmp_path / "vendor" / "workbench")
    committed(tmp_path, "vendor")
    assert origin.commit(file) is None
    assert origin.version(file) == "7.8.9"


def test_another_project_s_checkout_names_no_commit(tmp_path):
    file = project(tmp_path, name="somebody-elses")
    committed(tmp_path, "paper_figures", "pyproject.toml")
    assert origin.commit(file) is None


def test_files_that_are_not_tracked_name_no_commit(tmp_path):
    file = project(tmp_path)
    committed(tmp_path)
    assert origin.commit(file) is None


def test_no_repository_no_commit(tmp_path):
    assert origin.commit(project(tmp_path)) is None


def test_this_project_names_itself():
    if not (ROOT / ".git").exists():
        pytest.skip("the sources lie in no checkout")
    assert re.fullmatch(r"[0-9a-f]{40}(\+changes)?", origin.commit() or "")
    assert origin.commit().removesuffix("+changes") == git(ROOT, "rev-parse", "HEAD")
    assert origin.version()
