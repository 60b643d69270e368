"""What is read before anything is planted: the trusted modules with their tests, and the mutants named equivalent."""

import shutil
import tomllib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from boundary import BadInput
from mutants.operators import Change

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
        needs: a program without which these tests are skipped; empty if there is none.

    """

    path: str
    group: str
    tests: tuple[str, ...]
    needs: str = ""

    @property
    def missing(self) -> str:
        """Return the program that is needed and is not there, or "" if nothing stands in the way."""
        return self.needs if self.needs and shutil.which(self.needs) is None else ""

    @cached_property
    def source(self) -> str:
        """Return the module's text as it was when first asked for, whatever is edited meanwhile."""
        return (ROOT / self.path).read_text()


def modules(wanted: str = "*") -> list[Module]:
    """Return the trusted modules whose path, file name or group matches the pattern `wanted`, sorted by path."""
    found: dict[str, Module] = {}
    for group in _read(_TRUSTED, "group", {"name", "modules", "tests"}, {"needs"}):
        tests = _matching(group["tests"])
        paths = _matching(group["modules"])
        if not tests or not paths:
            raise BadInput(_TRUSTED.name, group["name"], "modules and tests that exist", "mutation testing")
        for path in paths:
            found.setdefault(path, Module(path, group["name"], tests, group.get("needs", "")))
    chosen = [one for one in found.values() if any(fnmatch(text, wanted) for text in _names(one))]
    if not chosen:
        raise BadInput("--only", repr(wanted), "a pattern that a trusted module matches", "mutation testing")
    return sorted(chosen, key=lambda one: one.path)


def _names(module: Module) -> tuple[str, str, str]:
    return module.path, Path(module.path).stem, module.group


def _matching(patterns: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(p.relative_to(ROOT)) for one in patterns for p in sorted(ROOT.glob(one))))


class Reviewed:
    """The mutants that were read and found to change nothing anyone can see, each with the reason.

    A mutant is found by what it does to which line of which function, so that its entry survives edits elsewhere.
    """

    def __init__(self, path: Path = _EQUIVALENT) -> None:
        self.changes: dict[Change, str] = {}
        self.lines: dict[tuple[str, str, str], str] = {}
        for entry in _read(path, "mutant", {"module", "where", "before", "reason"}, {"after", "occurrence"}):
            reason, line = entry.pop("reason"), (entry["module"], entry["where"], entry["before"])
            change = Change(**entry) if "after" in entry else None
            if not reason or line in self.lines or change in self.changes:
                raise BadInput(path.name, line, "one entry a mutant, each with its reason", "mutation testing")
            if change is None:
                self.lines[line] = reason
            else:
                self.changes[change] = reason

    def reason(self, change: Change, *, survived: bool) -> str:
        """Return why a mutant is equivalent, or "" if nobody says so; a line's entry speaks of survivors only."""
        line = self.lines.get((change.module, change.where, change.before), "") if survived else ""
        return self.changes.get(change, line)

    def stale(self, there: Iterable[Change]) -> list[tuple[str, str, str]]:
        """Return (module, where, before) of the entries for modules of the changes `there` that match none of them."""
        present = set(there)
        modules_ = {change.module for change in present}
        lines = {(change.module, change.where, change.before) for change in present}
        gone = [line for line in self.lines if line not in lines]
        gone += [(c.module, c.where, c.before) for c in self.changes if c not in present]
        return [line for line in gone if line[0] in modules_]


def _read(
    path: Path, table: str, needed: AbstractSet[str], optional: AbstractSet[str] = frozenset()
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = tomllib.loads(path.read_text()).get(table, [])
    for entry in entries:
        if not needed <= entry.keys() <= needed | optional:
            raise BadInput(path.name, entry, "entries of " + ", ".join(sorted(needed)), "mutation testing")
    return entries
