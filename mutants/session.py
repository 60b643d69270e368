"""What is known of every mutant of one module, kept in a Cosmic Ray session on disk, so that work can go on later.

`cr-report` and `cr-html` read the sessions too.
"""

import difflib
import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Literal, Self

from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from mutants.operators import Change, changes, mutate
from mutants.trusted import ROOT, Module
from mutants.workshop import Answer

Fate = Literal["killed", "import", "timeout", "survived"]
"""killed: a test failed. import: the module could not even be imported. timeout: the tests did not end."""
_FATES: Mapping[str, Fate] = {"failed": "killed", "import": "import", "timeout": "timeout", "passed": "survived"}


@dataclass(frozen=True)
class Mutant:
    """One fault.

    Args:
        key: names it, whatever line it stands on.
        module: where it is planted.
        mutation: how Cosmic Ray describes it.
        change: what it does to the text.

    """

    key: str
    module: Module
    mutation: MutationSpec
    change: Change

    def text(self) -> str:
        """Return the module's text with the fault in it."""
        return mutate(self.module.source, self.mutation)

    def difference(self) -> str:
        """Return the fault as a unified diff."""
        one, other, path = self.module.source.splitlines(), self.text().splitlines(), self.module.path
        return "\n".join(difflib.unified_diff(one, other, f"a/{path}", f"b/{path}", n=2, lineterm=""))


@dataclass(frozen=True)
class Result:
    """What became of a mutant.

    Args:
        fate: killed, import, timeout or survived.
        evidence: digest of the sources and tests it was found with.
        seconds: of the processor.
        said: the end of what the tests printed, for those that were killed the test that failed.

    """

    fate: Fate
    evidence: str
    seconds: float
    said: str = field(compare=False, default="")


def evidence() -> str:
    """Return a digest of all that decides a mutant's fate: sources, tests, what is planted, the Python version."""
    digest = hashlib.sha256(platform.python_version().encode())
    folders = ("boundary", "theory", "simulate", "verify", "paper_figures", "tests")
    files = [path for name in folders for path in (ROOT / name).rglob("*") if path.suffix in (".py", ".v", ".sh")]
    for path in sorted(files):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def result_of(answer: Answer, found_with: str) -> Result:
    """Return what an answer says of the mutant it was given for; raise `RuntimeError` if it says nothing."""
    if answer.outcome not in _FATES:
        raise RuntimeError(f"pytest could not run the tests: {answer.output}")
    lines = [line for line in answer.output.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    said = lines[0] if lines else answer.output[-300:]
    return Result(_FATES[answer.outcome], found_with, round(answer.processor, 2), said[:300])


class Session:
    """The mutants of one module and what became of them. Use as a context manager.

    Args:
        module: the module.
        folder: where sessions are kept.
        found_with: the present `evidence`; what was found with another does not count.
        trust_kills: count mutants that were killed with another evidence as killed, as when tests were only added.

    """

    def __init__(self, module: Module, folder: Path, found_with: str, *, trust_kills: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.module, self._evidence = module, found_with
        self.mutants = {key: Mutant(key, module, *pair) for key, pair in _keyed(module).items()}
        self._db = WorkDB(str(folder / (module.path.removesuffix(".py").replace("/", ".") + ".sqlite")), _CREATE)
        self.results: dict[str, Result] = {}
        kept: list[tuple[str, WorkResult]] = []
        for key, stored in self._db.results:
            result = Result(**json.loads(stored.output or "{}"))
            valid = result.evidence == found_with or (trust_kills and result.fate != "survived")
            if key in self.mutants and valid:
                self.results[key] = result
                kept.append((key, stored))
        self._db.clear()
        self._db.add_work_items([WorkItem.single(key, one.mutation) for key, one in self.mutants.items()])
        for key, stored in kept:
            self._db.set_result(key, stored)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def store(self, key: str, result: Result) -> None:
        """Keep what became of a mutant."""
        self.results[key] = result
        verdict = TestOutcome.SURVIVED if result.fate == "survived" else TestOutcome.KILLED
        text, difference = json.dumps(asdict(result)), self.mutants[key].difference()
        self._db.set_result(key, WorkResult(WorkerOutcome.NORMAL, text, verdict, difference))


_CREATE = WorkDB.Mode.create


def _keyed(module: Module) -> dict[str, tuple[MutationSpec, Change]]:
    found: dict[str, tuple[MutationSpec, Change]] = {}
    for mutation, change in changes(module.path, module.source):
        text = json.dumps([change.where, change.before, change.after, change.occurrence])
        found[hashlib.sha256(text.encode()).hexdigest()[:32]] = (mutation, change)
    return found
