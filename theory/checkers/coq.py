"""A third opinion on every claim: Coq, by the lemma written from the claim and by the hand-written library.

Both are compiled in folders under the system's temporary folder, named by the content, so that an unchanged claim is
not compiled twice. A claim is `proved` if its generated lemma or a library theorem that names it is accepted; what
neither speaks of, and everything where coqc is missing, is `unsupported`.
"""

import hashlib
import json
import re
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from theory.blueprint import Outcome
from theory.checkers.coq_lemma import PRELUDE, Lemma, lemma_of
from theory.checkers.coq_script import lemmas
from theory.kernel.claim import Claim

LIBRARY = Path(__file__).parent / "coq"
_CLAIM = re.compile(r"\(\* Claim: ([a-z_.]+) \*\)\s+(?:Theorem|Lemma) (\w+)")
SECONDS = 900
"""Longest that a file may take; the longest takes half a minute of one core."""


@dataclass(frozen=True)
class Compiled:
    """What coqc said of a set of statements: accepted ones, and the complaint about each of the others."""

    accepted: frozenset[str]
    complaints: Mapping[str, str]


def library_theorems() -> dict[str, str]:
    """Return claim id -> File.theorem for every claim that the library's comments name."""
    found = {}
    for name in _library_files():
        for claim, theorem in _CLAIM.findall((LIBRARY / name).read_text()):
            found[claim] = f"{name.removesuffix('.v')}.{theorem}"
    return found


def _library_files() -> list[str]:
    return [line for line in (LIBRARY / "_CoqProject").read_text().splitlines() if line.endswith(".v")]


def prove(claims: Iterable[Claim]) -> Iterator[Outcome]:
    """Yield Coq's verdict on each claim."""
    items = tuple(claims)
    if shutil.which("coqc") is None:
        yield from (
            Outcome(item.id, "unsupported", "coqc is not installed (Debian: apt install coq)") for item in items
        )
        return
    written = {item.id: result for item, result in lemmas(items)}
    results: dict[str, Compiled] = {}
    work = [
        threading.Thread(target=lambda: results.update(library=_library())),
        threading.Thread(target=lambda: results.update(generated=_generated(written))),
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    theorems = library_theorems()
    for item in items:
        yield _outcome(item, written[item.id], theorems.get(item.id), results)


def _outcome(item: Claim, written: Lemma | str, theorem: str | None, results: Mapping[str, Compiled]) -> Outcome:
    reasons, proved, refused = [], False, False
    if isinstance(written, Lemma):
        complaint = results["generated"].complaints.get(item.id)
        proved, refused = complaint is None, complaint is not None
        reasons.append("generated lemma" if complaint is None else f"generated lemma refused: {complaint}")
    if theorem is not None:
        good = theorem.partition(".")[0] in results["library"].accepted
        proved, refused = proved or good, refused or not good
        reasons.append(f"library: {theorem}" if good else f"library refused: {theorem}")
    if not reasons:
        return Outcome(item.id, "unsupported", str(written))
    return Outcome(item.id, "undecided" if refused or not proved else "proved", "; ".join(reasons))


def _folder(*contents: str) -> Path:
    version = subprocess.run(["coqc", "--version"], capture_output=True, text=True, check=True).stdout
    name = hashlib.sha256("\0".join((version, *contents)).encode()).hexdigest()[:24]
    return Path(tempfile.gettempdir()) / f"analog-coq-{name}"


def _kept(folder: Path, compute: Callable[[Path], Compiled]) -> Compiled:
    """Return a result kept in `folder`, or compute it in a scratch folder and keep it whole."""
    kept = folder / "result.json"
    if kept.exists():
        data = json.loads(kept.read_text())
        return Compiled(frozenset(data["accepted"]), data["complaints"])
    with tempfile.TemporaryDirectory(prefix="analog-coq-") as scratch:
        result = compute(Path(scratch))
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"result.{threading.get_ident()}"
    partial.write_text(json.dumps({"accepted": sorted(result.accepted), "complaints": dict(result.complaints)}))
    partial.replace(kept)
    return result


def _coqc(folder: Path, name: str) -> str:
    """Compile a file; return the complaint, empty if it is accepted."""
    command = ["coqc", "-q", "-w", "none", "-Q", ".", "Analog", name]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f'File "{name}", line 0: more than {SECONDS} s'
    return "" if done.returncode == 0 else done.stderr.strip() or "refused without a word"


def _library() -> Compiled:
    files = _library_files()

    def compute(scratch: Path) -> Compiled:
        accepted, complaints = set(), {}
        for name in files:
            shutil.copy(LIBRARY / name, scratch)
            complaint = _coqc(scratch, name)
            if complaint:
                complaints[name.removesuffix(".v")] = complaint
            else:
                accepted.add(name.removesuffix(".v"))
        return Compiled(frozenset(accepted), complaints)

    return _kept(_folder(*((LIBRARY / name).read_text() for name in files)), compute)


def source(written: Iterable[Lemma]) -> str:
    """Return one Coq file with the lemmas, in order."""
    return "\n".join([PRELUDE, *(lemma.source() for lemma in written)])


def _generated(written: Mapping[str, Lemma | str]) -> Compiled:
    found = [lemma for lemma in written.values() if isinstance(lemma, Lemma)]

    def compute(scratch: Path) -> Compiled:
        left, complaints = list(found), dict[str, str]()
        while left:
            (scratch / "Generated.v").write_text(source(left))
            complaint = _coqc(scratch, "Generated.v")
            if not complaint:
                break
            wrong = _blamed(source(left), complaint)
            names = {wrong} if wrong else {lemma.claim.id for lemma in left}
            while True:  # what rests on a refused lemma is refused with it
                more = {lemma.claim.id for lemma in left if any(lemma_of(n) + " " in lemma.source() for n in names)}
                if more <= names:
                    break
                names |= more
            complaints.update(dict.fromkeys(names, complaint.splitlines()[-1]))
            left = [lemma for lemma in left if lemma.claim.id not in names]
        return Compiled(frozenset(lemma.claim.id for lemma in left), complaints)

    return _kept(_folder(source(found)), compute)


def _blamed(text: str, complaint: str) -> str | None:
    """Return the claim whose lemma coqc complains about."""
    place = re.search(r"line (\d+)", complaint)
    if place is None:
        return None
    above = "\n".join(text.splitlines()[: int(place[1])])
    names = re.findall(r"^\(\* claim ([a-z_.]+) \*\)$", above, flags=re.MULTILINE)
    return names[-1] if names else None
