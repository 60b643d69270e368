"""What a stored result depends on: the code that made it, and the versions of what that code stands on.

A result is kept with the fingerprint of its makers and is used again only by the same ones.
"""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

from boundary.refusal import BadInput

_ROOT = Path(__file__).parents[1]
LIBRARIES = ("numpy", "scipy", "numba", "llvmlite", "python-flint", "sympy", "mpmath")
"""What computes numbers for us."""
_EXECUTED: dict[str, str] = {}


_PLUGIN = "plugin "
"""Before the name of a file of the user's, among what a result depends on."""


def executed(file: str, content: bytes) -> None:
    """Take down that a file of the user's was executed: what is computed from now on depends on it."""
    found, name, count = hashlib.sha256(content).hexdigest(), f"{_PLUGIN}{file}", 1
    while _EXECUTED.get(name, found) != found:  # one of the same name, from another folder
        count += 1
        name = f"{_PLUGIN}{file} ({count})"
    _EXECUTED[name] = found


def plugins() -> dict[str, str]:
    """Return a digest of every file of the user's that was executed, by `plugin` and the file's name."""
    return dict(_EXECUTED)


def is_plugin(name: str) -> bool:
    """Return whether an entry of a fingerprint is a file of the user's."""
    return name.startswith(_PLUGIN)


def require_plugins(wanted: Mapping[str, str], made: str) -> None:
    """Refuse to go on unless the files of the user's that were executed are those by which something was made.

    Args:
        wanted: the digests of those files, as `plugins` returned them.
        made: what was made by them, for the error: "the run of FILE".

    """
    given = plugins()
    if given == wanted:
        return
    files = ", ".join(_named(name, wanted[name]) for name in wanted) or "no plugin"
    value = ", ".join(_named(name, given[name]) for name in given) or "none"
    raise BadInput("--plugin", value, f"{files}, as they were in {made}")


def _named(name: str, checksum: str) -> str:
    return f"{name.removeprefix(_PLUGIN)} ({checksum[:12]}...)"


def fingerprint(
    packages: Iterable[str], libraries: Iterable[str] = LIBRARIES, without: Iterable[str] = ()
) -> dict[str, str]:
    """Return a digest of the source of each package and plugin, by its name, and the versions of Python and libraries.

    Args:
        packages: packages of this project, or parts of them, such as `theory.setting`.
        libraries: distributions; one that is not installed has the version "none".
        without: modules, or packages with all that they hold, whose source decides no result.

    """
    found = {package: _source(package, tuple(without)) for package in packages}
    return found | plugins() | {"python": platform.python_version()} | {name: _version(name) for name in libraries}


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return what differs between two fingerprints, in words: versions with both values, code by its package."""
    names = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return [_difference(name, before.get(name), now.get(name)) for name in names]


def _difference(name: str, before: str | None, now: str | None) -> str:
    if any(value is not None and len(value) == 64 for value in (before, now)):
        return name
    return f"{name} ({before or 'none'}, now {now or 'none'})"


@cache
def _source(package: str, without: tuple[str, ...]) -> str:
    """Return a digest of the names and contents of a package's Python files."""
    digest, root = hashlib.sha256(), _ROOT.joinpath(*package.split("."))
    for file in sorted(root.rglob("*.py")):
        name = ".".join(file.relative_to(_ROOT).with_suffix("").parts)
        if not any(name == other or name.startswith(other + ".") for other in without):
            content = file.read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


@cache
def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"
