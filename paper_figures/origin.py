"""Which code drew the figures: this project's version and commit, or none; never those of a repository around it.

A commit is named only if the folder of the packages is the top of a git checkout of this very project, found from the
place of this file. What the environment says of git (GIT_DIR and its like) speaks of other repositories.
"""

import os
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Final

PROJECT: Final = "analog-sgd-workbench"
_HERE: Final = Path(__file__).resolve()


def version(file: Path = _HERE) -> str | None:
    """Return the version of the project that `file`, a module of a package, belongs to; None if it is not known."""
    if (named := _named(file.parents[1])) is not None:
        return named
    try:
        installed = metadata.distribution(PROJECT)
    except metadata.PackageNotFoundError:
        return None
    place = Path(str(installed.locate_file(f"{file.parent.name}/{file.name}")))
    return installed.version if place.resolve() == file else None


def commit(file: Path = _HERE) -> str | None:
    """Return the commit that the code stands at, marked `+changes` if files differ from it.

    None where `file` does not lie, tracked, in a package at the top of a checkout of this project.
    """
    root = file.parents[1]
    if _named(root) is None or not (root / ".git").exists():
        return None
    try:
        if Path(_git(root, "rev-parse", "--show-toplevel")).resolve() != root:
            return None
        _git(root, "ls-files", "--error-unmatch", "--", str(file.relative_to(root)), "pyproject.toml")
        head = _git(root, "rev-parse", "HEAD")
        return head + ("+changes" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return None


def _named(root: Path) -> str | None:
    """Return the version in a folder's pyproject.toml, if that is this project's."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
        return str(project["version"]) if project["name"] == PROJECT else None
    except (OSError, UnicodeError, tomllib.TOMLDecodeError, KeyError, TypeError):
        return None


def _git(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()
