"""What is read before anything is planted: the trusted modules with their tests, and the mutants named equivalent."""

import tomllib
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from mutants.operators import Change
from theory.setting.boundary import BadInput

ROOT: Final = Path(__file__).parents[1]
_TRUSTED: Final = Path(__file__).with_name("trusted.toml")
_EQUIVALENT: Final = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True)
class Module:
    """A trusted module.

    Args:
        path: from the project's root.
        group: the part of the trusted base it is counted with.
        tests: files and folders of tests that must notice its faults, in the order in which they run.

    """

    path: str
    group: str
    tests: tuple[str, ...]

    @cached_property
    def source(self) -> str:
        """Return the module's text as it was when first asked for, whatever is edited meanwhile."""
        return (ROOT / self.path).read_text()


def modules(wanted: str = "*") -> list[Module]:
    """Return the trusted modules whose path, file name or group matches the pattern `wanted`, sorted by path."""
    found: dict[str, Module] = {}
    for group in _read(_TRUSTED, "group", {"name", "modules", "tests"}):
        tests = _matching(group["tests"])
        paths = _matching(group["modules"])
        if not tests or not paths:
            raise BadInput(_TRUSTED.name, group["name"], "modules and tests that exist", "mutation testing")
        for path in paths:
            found.setdefault(path, Module(path, group["name"], tests))
    chosen = [one for one in found.values() if any(fnmatch(text, wanted) for text in _names(one))]
    if not chosen:
        raise BadInput("--only", repr(wanted), "a pattern that a trusted module matches", "mutation testing")
    return sorted(chosen, key=lambda one: one.path)


def _names(module: Module) -> tuple[str, str, str]:
    return module.path, Path(module.path).stem, module.group


def _matching(patterns: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(p.relative_to(ROOT)) for one in patterns for p in sorted(ROOT.glob(one))))


def equivalents() -> dict[Change, str]:
    """Return the mutants that were read and found to change nothing anyone can see, each with the reason.

    A change is found by what it does to which line of which function, so that it survives every edit elsewhere.
    """
    found: dict[Change, str] = {}
    for entry in _read(_EQUIVALENT, "mutant", {"module", "where", "before", "after", "reason"}):
        reason = entry.pop("reason")
        change = Change(**entry)
        if change in found or not reason:
            raise BadInput(_EQUIVALENT.name, change, "one entry a mutant, each with its reason", "mutation testing")
        found[change] = reason
    return found


def _read(path: Path, table: str, needed: set[str]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text()).get(table, [])
    for entry in entries:
        if not needed <= entry.keys() <= needed | {"occurrence"}:
            raise BadInput(path.name, entry, "entries of " + ", ".join(sorted(needed)), "mutation testing")
    return entries
